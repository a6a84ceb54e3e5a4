/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which directory of which filesystem is seen at which path: what /proc/self/mountinfo says,
 * without the mounts that another one hides.
 *
 * An object has one place inside its filesystem and any number of paths by which mounts show it.
 * A rule binds the object, so a rule given for one path must be found again at the others.
 */
#ifndef ROOTWARD_LANDLOCK_MOUNTS_H
#define ROOTWARD_LANDLOCK_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "mountinfo.h"

/** struct mounts - visible mounts only, sorted by @point (which is then unique). */
struct mounts {
	struct mount_entry *entries;
	size_t n;
};

#define MOUNTS_NO_ID (-1)

/**
 * mounts_read() - the caller's mounts.
 * Return: 0; -ENOMEM; -EXDEV when the caller's root directory is not the root of a mount while its
 * filesystem is shown by another one, so that places cannot be compared; what reading returns.
 */
int mounts_read(struct mounts *mounts);

/**
 * mounts_parse() - the same from text.
 * @text:    is cut to pieces
 * @root_id: the mount that holds `/`, or MOUNTS_NO_ID: the one whose parent is not listed
 * @root_dev: its filesystem if it is not listed
 */
int mounts_parse(struct mounts *mounts, char *text, int root_id, dev_t root_dev);

void mounts_free(struct mounts *mounts);

/** mounts_find() - the mount that shows @path, which is absolute and real. */
const struct mount_entry *mounts_find(const struct mounts *mounts, const char *path);

/** mount_place() - where @path, which @mount shows, is inside the filesystem.  NULL: no memory. */
char *mount_place(const struct mount_entry *mount, const char *path);

/**
 * mounts_show() - the path at which @mount shows @place of its filesystem.
 * Return: 0 with *path NULL if it does not; else with a path to free; -ENOMEM.
 */
int mounts_show(const struct mounts *mounts, const struct mount_entry *mount, const char *place,
		char **path);

/** path_beneath() - whether @path is @dir or lies beneath it; both absolute and normal. */
bool path_beneath(const char *path, const char *dir);

#endif
