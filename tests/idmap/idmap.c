/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Does a BPF program see the owner that a process sees?  The oracle is stat(2) by a task in the
 * initial user namespace, through the same mount; a model of the maps tells what stat cannot: an
 * invalid id from the overflow id.  For the way back the oracle is whom a created file belongs to,
 * and for whether an object is the caller's, whether the kernel lets it read.
 *
 * usage: idmap [SEED]
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "ask.h"
#include "cleanup.h"
#include "special.h"
#include "../tap.h"

bool check(bool good, const char *format, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	return ok(good, "%s", text);
}

/**
 * struct place - a filesystem, not idmapped at @path and idmapped at @mount
 * @file: the same file at both; @mapped only to be asked about
 * @round: how many maps it has had
 */
struct place {
	const char *path;
	struct maps maps;
	int base;
	int mount;
	int file;
	int mapped;
	unsigned int round;
	uint64_t seed;
};

static void place_close(struct place *p)
{
	cleanup_close(&p->base);
	cleanup_close(&p->mount);
	cleanup_close(&p->file);
	cleanup_close(&p->mapped);
}

/* Returns 0, or -errno: -EINVAL where the filesystem cannot be idmapped. */
static int place_open(struct place *p, size_t uids, size_t gids)
{
	_cleanup_close_ int userns = -1;

	p->base = p->mount = p->file = p->mapped = -1;
	map_draw(&p->maps.uid, uids, &p->seed);
	map_draw(&p->maps.gid, gids, &p->seed);
	userns = userns_new(&p->maps);
	if (userns < 0)
		return userns == -EINVAL ? -EIO : userns;
	p->mount = mount_clone(p->path, userns);
	if (p->mount < 0)
		return p->mount;
	p->base = open(p->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	p->file = openat(p->base, "file", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	p->mapped = openat(p->mount, "file", O_PATH | O_CLOEXEC);
	return p->base < 0 || p->file < 0 || p->mapped < 0 ? -errno : 0;
}

/* The next pair of ids worth asking about. */
static bool next_pair(struct place *p, bool lower, size_t i, uint32_t *uid, uint32_t *gid)
{
	size_t round = 4 * p->maps.gid.n;
	bool more = map_interesting(&p->maps.uid, lower, i, &p->seed, uid);

	return more && map_interesting(&p->maps.gid, lower, (i + 3) % round, &p->seed, gid);
}

static void test_seen(struct place *p)
{
	uint32_t uid, gid;
	size_t i, good = 0;

	for (i = 0; next_pair(p, false, i, &uid, &gid); i++)
		good += fchown(p->file, uid, gid) == 0 &&
			agrees(p->mapped, map_down(&p->maps.uid, uid), map_down(&p->maps.gid, gid));
	ok(i == good && i > 20, "%s: %zu extents and %zu: %zu owners as stat tells them", p->path,
	   p->maps.uid.n, p->maps.gid.n, i);
	is_int(ask(p->mapped).idmapped, 1, "it is idmapped");
}

/* Whether a file that is made through the mount gets the ids that the program foretells. */
static bool creates(struct place *p, int directory, const struct idmap_answer *a)
{
	_cleanup_close_ int fd = openat(directory, "new", O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool foretold = a->fs_uid != IDMAP_INVALID && a->fs_gid != IDMAP_INVALID;
	struct stat st;

	if (fd < 0)
		return errno == EOVERFLOW && !foretold;
	return foretold && fstatat(p->base, "dir/new", &st, 0) == 0 && st.st_uid == a->fs_uid &&
	       st.st_gid == a->fs_gid;
}

static void test_way_back(struct place *p)
{
	_cleanup_close_ int directory = -1;
	size_t i, good = 0, made = 0;
	struct idmap_answer a;
	uint32_t uid, gid;
	bool fits;

	/* Nobody may write to a directory whose owner is unmapped. */
	if (mkdirat(p->base, "dir", 0777) < 0 && errno != EEXIST)
		return;
	fits = fchmodat(p->base, "dir", 0777, 0) == 0 &&
	       fchownat(p->base, "dir", p->maps.uid.extents[0].first, p->maps.gid.extents[0].first,
			0) == 0;
	directory = openat(p->mount, "dir", O_PATH | O_CLOEXEC);
	for (i = 0; next_pair(p, true, i, &uid, &gid); i++) {
		setfsgid(gid);
		setfsuid(uid);
		a = ask(p->mapped);
		fits = a.fs_result == 0 && a.fs_uid == map_up(&p->maps.uid, uid) &&
		       a.fs_gid == map_up(&p->maps.gid, gid);
		if (fits && i % 8 < 3) {
			fits = creates(p, directory, &a);
			made++;
		}
		setfsuid(0);
		setfsgid(0);
		unlinkat(p->base, "dir/new", 0);
		if (!fits)
			printf("# %u:%u becomes %llu:%llu\n", uid, gid,
			       (unsigned long long)a.fs_uid, (unsigned long long)a.fs_gid);
		good += fits;
	}
	ok(i == good && made, "and %zu the other way; %zu files made", i, made);
}

/* An id that is likely to be met again: one of a few that the map has. */
static uint32_t likely(struct place *p, const struct map *map)
{
	const struct extent *e = &map->extents[random_below(&p->seed, map->n < 6 ? map->n : 6)];

	return e->lower + random_below(&p->seed, e->count < 3 ? e->count : 3);
}

/* Supplementary groups: every fourth is one that the map has.  Returns how many, or -1. */
static int take_groups(struct place *p, gid_t *group)
{
	static const int numbers[] = { 1, 2, 3, 100, 1000, NGROUPS_MAX };
	int i, n = numbers[p->round++ % 6];
	const struct extent *e;

	for (i = 0; i < n; i++) {
		e = &p->maps.gid.extents[random_below(&p->seed, p->maps.gid.n)];
		group[i] = i % 4 ? random_below(&p->seed, UINT32_MAX)
				 : e->lower + random_below(&p->seed, e->count);
	}
	return setgroups(n, group) < 0 ? -1 : n;
}

static void test_whose(struct place *p)
{
	static gid_t group[NGROUPS_MAX];
	size_t i, good = 0, own = 0, groups = 0;
	struct idmap_answer a = { 0 };
	int fd, n = take_groups(p, group);
	uint32_t gid;

	if (n < 0 || fchmod(p->file, 0440) < 0)
		return;
	for (i = 0; i < 400; i++) {
		fd = -1;
		gid = i % 2 ? group[random_below(&p->seed, (n + 3) / 4) * 4]
			    : likely(p, &p->maps.gid);
		if (fchown(p->file, map_up(&p->maps.uid, likely(p, &p->maps.uid)),
			   map_up(&p->maps.gid, gid)) == 0) {
			setfsgid(i % 5 ? 12345 : likely(p, &p->maps.gid));
			setfsuid(1 + likely(p, &p->maps.uid) - !random_below(&p->seed, 2));
			a = ask(p->mapped);
			fd = openat(p->mount, "file", O_RDONLY | O_CLOEXEC);
		}
		/* Root reads what it likes. */
		good += setfsuid(0) == 0 || (fd >= 0) == (a.match != 0);
		setfsgid(0);
		own += a.match & 1;
		groups += a.match >> 1;
		cleanup_close(&fd);
	}
	setgroups(0, NULL);
	fchmod(p->file, 0600);
	ok(good == 400 && own > 0 && groups > 9 && own < 390 && groups < 390,
	   "the caller may read where it is its own (%zu of 400, %zu by one of %d groups)", own,
	   groups, n);
}

/* A filesystem with many maps; returns whether it can be idmapped. */
static bool test_place(const char *path, uint64_t seed)
{
	static const size_t sizes[][2] = {
		{ 1, 1 }, { 5, 5 },   { 6, 6 },	  { 340, 340 }, { 5, 6 },
		{ 6, 5 }, { 2, 340 }, { 340, 1 }, { 100, 7 },	{ 3, 4 },
	};
	struct place p = { .path = path, .seed = seed };
	size_t i;
	int r;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		r = place_open(&p, sizes[i][0], sizes[i][1]);
		if (r == -EINVAL && !i) {
			place_close(&p);
			return false;
		}
		if (is_int(r, 0, "%s: an idmapped mount", path)) {
			test_seen(&p);
			test_way_back(&p);
			test_whose(&p);
		}
		place_close(&p);
	}
	return true;
}

static void test_all(const char *scratch, uint64_t seed)
{
	const char *ext4 = getenv("ROOTWARD_EXT4"), *place = NULL;
	bool tmpfs = test_place(scratch, seed);

	if (tmpfs)
		place = scratch;
	else
		skip("this kernel's tmpfs cannot be idmapped", "owners on tmpfs");
	if (!ext4)
		skip("no ext4: ROOTWARD_EXT4 names no directory", "owners on ext4");
	else if (ok(test_place(ext4, seed + 1), "ext4 can be idmapped"))
		place = ext4;
	if (!place)
		return;
	test_not_idmapped(place);
	test_library(place);
	test_statmount(place);
	test_bind(place, &seed);
	test_overlay(place, scratch, &seed);
	if (tmpfs)
		test_userns_filesystem(scratch, &seed);
	else
		skip("this kernel's tmpfs cannot be idmapped",
		     "a filesystem with a map of its own");
	test_meanwhile(place, &seed);
	test_ancestors(place, scratch, &seed);
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	char scratch[] = "/tmp/rootward-idmap-XXXXXX";

	if (ask_init() < 0) {
		skip("this kernel does not load BPF programs for the caller", "%s",
		     strerror(errno));
		return done_testing();
	}
	/* All mounts are in a namespace of the test's own and go with it. */
	if (ok(mkdtemp(scratch) && unshare(CLONE_NEWNS) == 0 &&
		       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
		       mount("scratch", scratch, "tmpfs", 0, NULL) == 0,
	       "a place of its own")) {
		umask(0);
		test_all(scratch, seed);
	}
	ok(umount2(scratch, MNT_DETACH) == 0 && rmdir(scratch) == 0, "cleaned up");
	return done_testing();
}
