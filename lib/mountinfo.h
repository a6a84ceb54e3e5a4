/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mounts, as /proc/PID/mountinfo lists them. */
#ifndef ROOTWARD_MOUNTINFO_H
#define ROOTWARD_MOUNTINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * struct mount_entry
 * @id, @parent: the kernel's numbers
 * @dev:    of the filesystem, as the kernel has it (on btrfs not what stat() says)
 * @root:   the directory of the filesystem that is shown, as a path inside it; NULL if it has
 *          none (a namespace file, a root directory that is no mount's)
 * @point:  where it is shown
 * @type:   of the filesystem, or NULL if it is not said
 * @idmapped: ids on it are not those of the filesystem
 * @shared: for landlock_mounts.c: another visible mount shows the same filesystem
 */
struct mount_entry {
	int id;
	int parent;
	dev_t dev;
	char *root;
	char *point;
	char *type;
	bool idmapped;
	bool shared;
};

/**
 * mount_entry_parse() - one line, which is cut to pieces.  What @entry got is freed by
 * mount_entry_free(), also after a failure.  Return: 0, -EINVAL, -ENOMEM.
 */
int mount_entry_parse(struct mount_entry *entry, char *line);

void mount_entry_free(struct mount_entry *entry);

/** mountinfo_text() - all of a file.  Return: 0 with *ret to free; what reading says. */
int mountinfo_text(char **ret, const char *path);

/** struct mountinfo - every line, also of mounts that another one hides. */
struct mountinfo {
	struct mount_entry *entries;
	size_t n;
};

/** mountinfo_read() - @path is a process's mountinfo.  Return: 0, -EINVAL, -ENOMEM, read(2)'s. */
int mountinfo_read(struct mountinfo *info, const char *path);

/** mountinfo_find() - the mount with this number, or NULL. */
const struct mount_entry *mountinfo_find(const struct mountinfo *info, uint64_t id);

void mountinfo_free(struct mountinfo *info);

#endif
