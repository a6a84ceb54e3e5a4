/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where it is measured: a chain of directories with files on the way, and directories to rule. */
#ifndef BENCH_PLACE_H
#define BENCH_PLACE_H

#include <limits.h>
#include <stddef.h>

#define PLACE_MAX_DEPTH 64

/**
 * struct place
 * @base:    a new directory, mode 0700; "" before there is one
 * @depth:   how many directories below `/` that is
 * @n_ruled: directories place_ruled() names
 */
struct place {
	char base[PATH_MAX / 2];
	unsigned int depth;
	size_t n_ruled;
};

/**
 * place_depth() - @depth of a place in @dir, the real path of a directory.
 */
unsigned int place_depth(const char *dir);

/**
 * place_make() - in @dir, too.  Who calls it removes @base and what is in it, also if it fails.
 * Return: 0; -ENAMETOOLONG for @dir; -EINVAL when it is deeper than @deepest, or that is deeper
 * than PLACE_MAX_DEPTH; -errno.
 */
int place_make(struct place *place, const char *dir, unsigned int deepest, size_t n_ruled);

/** place_file() - the path of the file with @depth directories between it and `/`. */
void place_file(const struct place *place, unsigned int depth, char path[PATH_MAX]);

/** place_ruled() - the path of a directory to rule, not on the way to any file. */
void place_ruled(const struct place *place, size_t number, char path[PATH_MAX]);

#endif
