/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verbs that settle whose an object is, and what labels it carries. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cleanup.h"
#include "verbs.h"
#include "../idmap/maps.h"

/* Outside: @path2 is "UID:GID", as they are on the disk. */
int do_give(const char *path, const char *path2)
{
	char *end;
	uid_t uid = (uid_t)strtoul(path2, &end, 10);

	return lchown(path, uid, (gid_t)strtoul(end + 1, NULL, 10)) ? -errno : 0;
}

int do_set_group_bit(const char *path, const char *path2)
{
	return chmod(path, 02777) ? -errno : 0;
}

/*
 * The mount of @path once more, on @path2 and by shift_maps, of which the model knows, too.  -ENXIO
 * where the filesystem cannot be mapped (see run.c).
 */
int do_mount_idmapped(const char *path, const char *path2)
{
	_cleanup_close_ int userns = userns_new(&shift_maps);
	_cleanup_close_ int mount = userns < 0 ? userns : mount_clone(path, userns);

	if (mount < 0)
		return mount == -EINVAL ? -ENXIO : mount;
	return mount_attach(mount, path2);
}

/* What carries the attribute that policies here call a label, and its value. */
int do_label(const char *path, const char *path2)
{
	return setxattr(path, "trusted.rootward", path2, strlen(path2), 0) ? -errno : 0;
}

int do_unlabel(const char *path, const char *path2)
{
	return removexattr(path, "trusted.rootward") ? -errno : 0;
}
