/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The model's fences: what no policy gives that does not keep it, told by names alone. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "model.h"

/* Filesystems that are all settings. */
static const char *const settings[] = {
	"sysfs",      "cgroup",	  "cgroup2",  "tracefs", "debugfs",
	"securityfs", "configfs", "efivarfs", "pstore",	 "binfmt_misc",
};

/* The mount that shows @path, or would show it. */
static const struct mount_line *mount_of(const struct world *world, const char *path)
{
	_cleanup_close_ int fd = at_open(path, O_PATH, 0);
	const char *name;

	if (fd < 0)
		fd = at_parent(path, &name);
	return fd < 0 ? NULL : world_mount(world, fd_mount(fd));
}

/* In /proc the actor goes by `self`, also where the model would mean itself by it. */
static bool is_own_process(const char *path)
{
	return !strncmp(path, "/proc/self/", 11) || !strncmp(path, "/proc/thread-self/", 18);
}

static bool is_process(const char *path)
{
	return !strncmp(path, "/proc/", 6) && path[6] >= '0' && path[6] <= '9';
}

bool fence_denies(const struct world *world, const char *path, bool keeps_settings)
{
	const struct mount_line *m = mount_of(world, path);
	size_t i;

	if (!m)
		return false;
	if (!strcmp(m->type, "proc"))
		return !is_own_process(path) && (is_process(path) || !keeps_settings);
	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (!strcmp(m->type, settings[i]))
			return !keeps_settings;
	return false;
}
