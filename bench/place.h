/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where it is measured: a chain of directories with files on the way, and directories to rule. */
#ifndef BENCH_PLACE_H
#define BENCH_PLACE_H

#include <limits.h>
#include <stddef.h>

#define PLACE_MAX_DEPTH 64

/**
 * struct place
 * @base:    a new directory
 * @depth:   how many directories below `/` that is
 * @n_ruled: directories place_ruled() names
 */
struct place {
	char base[PATH_MAX / 2];
	unsigned int depth;
	size_t n_ruled;
};

/**
 * place_make() - in @dir, an absolute path.
 * Return: 0; -EINVAL when @dir is deeper than @shallowest allows, or @deepest is too deep; -errno.
 */
int place_make(struct place *place, const char *dir, unsigned int shallowest, unsigned int deepest,
	       size_t n_ruled);

/** place_remove() - all of it; of what does not go, nothing is said. */
void place_remove(struct place *place);

/** place_file() - the path of the file with @depth directories between it and `/`. */
void place_file(const struct place *place, unsigned int depth, char path[PATH_MAX]);

/** place_ruled() - the path of a directory to rule, not on the way to any file. */
void place_ruled(const struct place *place, size_t number, char path[PATH_MAX]);

#endif
