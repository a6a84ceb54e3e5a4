/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "place.h"

/* Short: a path beyond some 130 bytes is copied twice, and looking it up would cost no line. */
#define ON_THE_WAY "/d"

/* The path of the directory that is the @depth'th below `/`. */
static int chain(const struct place *place, unsigned int depth, char path[PATH_MAX])
{
	int len = snprintf(path, PATH_MAX, "%s", place->base);
	unsigned int i;

	for (i = place->depth; i < depth; i++)
		len += snprintf(path + len, PATH_MAX - len, ON_THE_WAY);
	return len;
}

void place_file(const struct place *place, unsigned int depth, char path[PATH_MAX])
{
	int len = chain(place, depth, path);

	snprintf(path + len, PATH_MAX - len, "/file");
}

void place_ruled(const struct place *place, size_t number, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/ruled/%04zu", place->base, number);
}

static int make_chain(const struct place *place, unsigned int deepest)
{
	char path[PATH_MAX];
	unsigned int depth;
	int fd;

	for (depth = place->depth; depth <= deepest; depth++) {
		chain(place, depth, path);
		if (depth > place->depth && mkdir(path, 0755) < 0)
			return -errno;
		place_file(place, depth, path);
		fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
		if (fd < 0)
			return -errno;
		close(fd);
	}
	return 0;
}

static int make_ruled(const struct place *place)
{
	char path[PATH_MAX];
	size_t i;

	snprintf(path, sizeof(path), "%s/ruled", place->base);
	if (mkdir(path, 0755) < 0)
		return -errno;
	for (i = 0; i < place->n_ruled; i++) {
		place_ruled(place, i, path);
		if (mkdir(path, 0755) < 0)
			return -errno;
	}
	return 0;
}

unsigned int place_depth(const char *dir)
{
	unsigned int depth = 1;

	for (; *dir; dir++)
		depth += *dir == '/' && dir[1];
	return depth;
}

int place_make(struct place *place, const char *dir, unsigned int deepest, size_t n_ruled)
{
	char base[sizeof(place->base)];
	int r;

	*place = (struct place){ .n_ruled = n_ruled, .depth = place_depth(dir) };
	if (place->depth > deepest || deepest > PLACE_MAX_DEPTH)
		return -EINVAL;
	r = snprintf(base, sizeof(base), "%s/rootward-bench-XXXXXX", strcmp(dir, "/") ? dir : "");
	if (r >= (int)sizeof(base))
		return -ENAMETOOLONG;
	if (!mkdtemp(base))
		return -errno;
	strcpy(place->base, base);
	r = make_chain(place, deepest);
	return r < 0 ? r : make_ruled(place);
}
