/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "cleanup.h"
#include "maps.h"

const struct maps shift_maps = {
	.uid = { .n = 1, .extents = { { 1000, 1000000, 1000 } } },
	.gid = { .n = 1, .extents = { { 1000, 2000000, 1000 } } },
};

uint32_t random_below(uint64_t *seed, uint32_t limit)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return (z >> 32) * limit >> 32;
}

/* Both sides are cut into as many slots as there are extents, with an extent in each. */
void map_draw(struct map *map, size_t n, uint64_t *seed)
{
	uint32_t slot = n > 100 ? 9 : UINT32_MAX / n, length, i, k, lower[MAP_MAX];
	struct extent swap;

	map->n = n;
	for (i = 0; i < n; i++)
		lower[i] = i;
	for (i = n; i-- > 1;) {
		k = random_below(seed, i + 1);
		swap.lower = lower[i];
		lower[i] = lower[k];
		lower[k] = swap.lower;
	}
	for (i = 0; i < n; i++) {
		/* Now and then the whole slot: neighbours touch, and the ends are 0 and 2^32-2. */
		length = random_below(seed, 3) ? 1 + random_below(seed, slot - 1) : slot;
		map->extents[i].count = length;
		map->extents[i].first = i * slot + random_below(seed, slot - length + 1);
		map->extents[i].lower = lower[i] * slot + random_below(seed, slot - length + 1);
	}
	/* A file of maps is written in any order; the kernel sorts. */
	for (i = n; i-- > 1;) {
		k = random_below(seed, i + 1);
		swap = map->extents[i];
		map->extents[i] = map->extents[k];
		map->extents[k] = swap;
	}
}

uint64_t map_down(const struct map *map, uint64_t id)
{
	const struct extent *e;

	for (e = map->extents; e < map->extents + map->n; e++)
		if (id >= e->first && id < (uint64_t)e->first + e->count)
			return id - e->first + e->lower;
	return NO_ID;
}

uint64_t map_up(const struct map *map, uint64_t id)
{
	const struct extent *e;

	for (e = map->extents; e < map->extents + map->n; e++)
		if (id >= e->lower && id < (uint64_t)e->lower + e->count)
			return id - e->lower + e->first;
	return NO_ID;
}

bool map_interesting(const struct map *map, bool lower_side, size_t i, uint64_t *seed, uint32_t *id)
{
	static const uint32_t fixed[] = { 0, 1, 1000, 65533, 65534, 65535, UINT32_MAX - 1 };
	const size_t n_fixed = sizeof(fixed) / sizeof(fixed[0]);
	const struct extent *e = &map->extents[i / 4 < map->n ? i / 4 : 0];
	uint32_t first = lower_side ? e->lower : e->first;

	if (i >= 4 * map->n) {
		i -= 4 * map->n;
		*id = i < n_fixed ? fixed[i] : random_below(seed, UINT32_MAX);
		return i < n_fixed + 20;
	}
	switch (i % 4) {
	case 0:
		*id = first ? first - 1 : 0;
		break;
	case 1:
		*id = first;
		break;
	case 2:
		*id = first + e->count - 1;
		break;
	default:
		*id = first + e->count;
	}
	/* -1 is no id: chown(2) leaves the owner alone. */
	if (*id == UINT32_MAX)
		*id = UINT32_MAX - 1;
	return true;
}

static int write_map(pid_t pid, const char *name, const struct map *map)
{
	char path[64], text[8192];
	_cleanup_close_ int fd = -1;
	int length = 0;
	size_t i;

	for (i = 0; i < map->n; i++)
		length += snprintf(text + length, sizeof(text) - length, "%u %u %u\n",
				   map->extents[i].first, map->extents[i].lower,
				   map->extents[i].count);
	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return write(fd, text, length) == length ? 0 : -errno;
}

/* A child goes into the namespace and waits; the namespace then lives by its descriptor. */
int userns_new(const struct maps *maps)
{
	int ready[2], r = 0, fd = -1;
	char path[64], byte;
	pid_t child;

	if (pipe2(ready, O_CLOEXEC) < 0)
		return -errno;
	child = fork();
	if (child == 0) {
		if (unshare(CLONE_NEWUSER) == 0 && write(ready[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	close(ready[1]);
	if (child < 0 || read(ready[0], &byte, 1) != 1)
		r = -EIO;
	close(ready[0]);
	r = r ?: write_map(child, "uid_map", &maps->uid);
	r = r ?: write_map(child, "gid_map", &maps->gid);
	snprintf(path, sizeof(path), "/proc/%d/ns/user", child);
	if (!r)
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (!r && fd < 0)
		r = -errno;
	if (child > 0) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	return r ?: fd;
}

int mount_idmap(int mount, int userns)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP, .userns_fd = userns };

	return mount_setattr(mount, "", AT_EMPTY_PATH, &attr, sizeof(attr)) < 0 ? -errno : 0;
}

int mount_clone(const char *path, int userns)
{
	_cleanup_close_ int fd = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	int r = fd < 0 ? -errno : userns < 0 ? 0 : mount_idmap(fd, userns);

	return r ?: steal_fd(&fd);
}

int mount_attach(int mount, const char *path)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return -errno;
	return move_mount(mount, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) < 0 ? -errno : 0;
}

bool kernel_tells_maps(void)
{
	unsigned int version, patch;
	struct utsname name;

	return uname(&name) == 0 && sscanf(name.release, "%u.%u", &version, &patch) == 2 &&
	       (version > 6 || (version == 6 && patch >= 15));
}
