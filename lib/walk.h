/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The walk over descriptors, with what explain has beyond vfs_walk_ancestors(). */
#ifndef ROOTWARD_WALK_H
#define ROOTWARD_WALK_H

#include <stdbool.h>
#include <sys/stat.h>

#include <rootward.h>

#include "mountinfo.h"

/**
 * struct walk_start - where a walk begins.
 * @fd:   the object
 * @up:   the directory it is in, by which it was reached, or -1: found by the kernel's own answer
 * @name: its name there, with @up
 * @info: mounts, for mountpoints and what a bind mount hides; or NULL: neither is named
 * @elsewhere: mounts of the caller's own namespace, by which what is hidden is found, where @info
 * is another's; else NULL
 * @top:  where that namespace ends; else -1
 * @quiet: open nothing but with O_PATH, which no one is asked about: the name of a directory is
 *        the one that the kernel has for it, or -EAGAIN: it has changed meanwhile
 */
struct walk_start {
	int fd;
	int up;
	const char *name;
	const struct mountinfo *info;
	const struct mountinfo *elsewhere;
	int top;
	bool quiet;
};

/** walk_ancestors() - vfs_walk_ancestors() once, without looking whether anything changed. */
int walk_ancestors(const struct walk_start *start, int root, vfs_walk_fn cb, void *data,
		   unsigned int flags);

/** walk_stat() - statx() of an open object, without asking a server.  Return: 0 or -errno. */
int walk_stat(int fd, struct statx *st);

/** walk_dev() - a device number as the kernel has it: what stat's is made from. */
uint32_t walk_dev(const struct statx *st);

/**
 * walk_name() - the name of @st in the directory @up: @guess if it is that, else found by reading
 * the directory.  Return: 0; -ENOENT: it has none there; -EAGAIN: @guess is not it, and @quiet.
 */
int walk_name(int up, const struct statx *st, const char *guess, bool quiet, char name[256]);

/**
 * walk_containing() - for an object that is no directory: the directory it is in, and its name.
 * Return: a descriptor; -ENOENT when it is in none (a pipe); -ESTALE when that changed; open(2)'s.
 */
int walk_containing(int fd, const struct statx *st, char name[256]);

#endif
