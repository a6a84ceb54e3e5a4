/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Paths made from a way's names. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explain.h"

static bool is_fs_root(const struct place *place)
{
	return place->name && !strcmp(place->name, "/");
}

/* Joins names, the outermost last in @names. */
static char *join(const char *const *names, size_t n)
{
	size_t len = 2, i;
	char *path, *to;

	for (i = 0; i < n; i++)
		len += 1 + strlen(names[i]);
	to = path = malloc(len);
	if (!path)
		return NULL;
	strcpy(path, "/");
	for (i = n; i--;)
		to += sprintf(to, "/%s", names[i]);
	return path;
}

/*
 * A mount's root is called as the mountpoint that it covers; what is hidden is in no path.
 */
char *way_path(const struct way *way, size_t from)
{
	const char **names = calloc(way->n + 1, sizeof(*names));
	const struct place *place;
	size_t n = 0, i;
	char *path;

	if (!names)
		return NULL;
	for (i = from; i < way->n; i++) {
		place = &way->places[i];
		if (place->is.flags & (VFS_WALK_HIDDEN | VFS_WALK_MNT_ROOT))
			continue;
		names[n++] = place->name ? place->name : "?";
	}
	path = join(names, n);
	free(names);
	return path;
}

char *way_place(const struct way *way)
{
	const char **names = calloc(way->n + 1, sizeof(*names));
	char *path = NULL;
	size_t i;

	for (i = 0; names && i < way->n; i++) {
		if (is_fs_root(&way->places[i])) {
			path = join(names, i);
			break;
		}
		names[i] = way->places[i].name;
		if (!names[i] || (i && way->places[i].is.flags & VFS_WALK_COVERED))
			break;
	}
	free(names);
	return path;
}
