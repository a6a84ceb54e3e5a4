/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Maps of ids drawn at random, what they mean, and mounts that have them. */
#ifndef ROOTWARD_TESTS_IDMAP_MAPS_H
#define ROOTWARD_TESTS_IDMAP_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAP_MAX 340
#define NO_ID (1ULL << 40)

/** struct map - @first.. on the inner side is @lower.. in the initial user namespace. */
struct map {
	size_t n;
	struct extent {
		uint32_t first, lower, count;
	} extents[MAP_MAX];
};

/** struct maps - of users and of groups. */
struct maps {
	struct map uid, gid;
};

/** shift_maps - users from 1000 are 1000000 and so on, groups 2000000; a thousand of each. */
extern const struct maps shift_maps;

/** random_below() - the same numbers for the same seed, everywhere. */
uint32_t random_below(uint64_t *seed, uint32_t limit);

/** map_draw() - @n extents in mixed order; for more than 100 the numbers are small. */
void map_draw(struct map *map, size_t n, uint64_t *seed);

/** map_down(), map_up() - the model: @id, or NO_ID, through @map; NO_ID where it has none. */
uint64_t map_down(const struct map *map, uint64_t id);
uint64_t map_up(const struct map *map, uint64_t id);

/** map_interesting() - the @i-th id worth asking about on one side; false when there are no more.
 */
bool map_interesting(const struct map *map, bool lower_side, size_t i, uint64_t *seed,
		     uint32_t *id);

/** userns_new() - Return: a descriptor of a user namespace with @maps, or -errno. */
int userns_new(const struct maps *maps);

/** mount_clone() - a detached copy of what @path shows, mapped by @userns unless that is -1. */
int mount_clone(const char *path, int userns);

/** kernel_tells_maps() - whether statmount(2) does, of those that a mount has: from 6.15 on. */
bool kernel_tells_maps(void);

/** mount_idmap() - map a detached mount. */
int mount_idmap(int mount, int userns);

/** mount_attach() - at the directory @path, which is made if need be. */
int mount_attach(int mount, const char *path);

#endif
