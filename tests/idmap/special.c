/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mounts on mounts, and filesystems on filesystems. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <rootward.h>

#include "ask.h"
#include "cleanup.h"
#include "special.h"

#define PATH_LENGTH 128

static int shifted(const char *path)
{
	_cleanup_close_ int userns = userns_new(&shift_maps);

	return userns < 0 ? userns : mount_clone(path, userns);
}

/* A file @name in the directory @at, of this owner; returns a descriptor or -1. */
static int make_owned(int at, const char *name, uid_t uid, gid_t gid)
{
	_cleanup_close_ int fd = openat(at, name, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	return fd < 0 || fchown(fd, uid, gid) < 0 ? -1 : steal_fd(&fd);
}

static bool agrees_at(int at, const char *name, uint64_t uid, uint64_t gid)
{
	_cleanup_close_ int fd = openat(at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	return fd >= 0 && agrees(fd, uid, gid);
}

void test_not_idmapped(const char *place)
{
	_cleanup_close_ int base = open(place, O_RDONLY | O_CLOEXEC), file = -1, null = -1;
	int pipes[2];

	file = make_owned(base, "plain", 65534, UINT32_MAX - 1);
	check(agrees(file, 65534, UINT32_MAX - 1), "not idmapped: 65534 is an id like any other");
	check(ask(file).idmapped == 0, "and is told to be not idmapped");
	check(fchown(file, 0, 0) == 0 && agrees(file, 0, 0), "root is root");
	null = open("/dev/null", O_PATH | O_CLOEXEC);
	check(null >= 0 && agrees(null, 0, 0) && !ask(null).idmapped, "a device");
	if (!check(pipe2(pipes, O_CLOEXEC) == 0, "a pipe"))
		return;
	check(fchown(pipes[0], 77, 78) == 0 && agrees(pipes[0], 77, 78) && !ask(pipes[0]).idmapped,
	      "and its owner");
	close(pipes[0]);
	close(pipes[1]);
}

/* What the library says of @fd. */
static bool owner_is(int fd, uint32_t uid, uint32_t gid, uint32_t fs_uid, uint32_t fs_gid,
		     int idmapped)
{
	struct rootward_owner o;

	return rootward_owner(fd, &o) == 0 && o.uid == uid && o.gid == gid && o.fs_uid == fs_uid &&
	       o.fs_gid == fs_gid && o.idmapped == idmapped;
}

void test_library(const char *place)
{
	_cleanup_close_ int base = open(place, O_RDONLY | O_CLOEXEC), file = -1, mapped = -1;
	_cleanup_close_ int seen = -1;
	struct rootward_owner o;

	file = make_owned(base, "asked", 1234, 65534);
	mapped = shifted(place);
	seen = openat(mapped, "asked", O_PATH | O_CLOEXEC);
	check(owner_is(file, 1234, 65534, 1234, 65534, 0), "the library tells a file's owner");
	check(owner_is(seen, 1000234, ROOTWARD_NO_ID, 1234, 65534, 1),
	      "and through an idmapped mount, with what the filesystem has");
	check(rootward_owner(-1, &o) == -EBADF, "and that a descriptor is none");
}

void test_bind(const char *place, uint64_t *seed)
{
	_cleanup_close_ int base = open(place, O_RDONLY | O_CLOEXEC), file = -1, mapped = -1;
	_cleanup_close_ int bind = -1, link = -1;
	char at[PATH_LENGTH];

	file = make_owned(base, "bound", 1234, 1999);
	mapped = shifted(place);
	snprintf(at, sizeof(at), "%s/at", place);
	check(file >= 0 && mapped >= 0 && mount_attach(mapped, at) == 0, "attached");
	bind = mount_clone(at, -1);
	check(bind >= 0 && agrees_at(bind, "bound", 1000234, 2000999),
	      "a bind mount of an idmapped one maps too");
	check(ask(bind).idmapped == 1, "and is idmapped itself");
	check(symlinkat("bound", base, "link") == 0 &&
		      fchownat(base, "link", 1001, 5, 1 << 8) == 0 &&
		      agrees_at(bind, "link", 1000001, NO_ID),
	      "a symbolic link has an owner too");
	unlinkat(base, "link", 0);
	umount2(at, MNT_DETACH);
}

/*
 * An overlay's inodes have what the layer's mount makes of the owner: where that has no id, an
 * inode with an invalid one, through a mount that maps nothing.
 */
void test_overlay(const char *place, const char *scratch, uint64_t *seed)
{
	char lower[PATH_LENGTH], merged[PATH_LENGTH], empty[PATH_LENGTH], options[3 * PATH_LENGTH];
	_cleanup_close_ int mapped = -1, base = -1, file = -1, root = -1;

	snprintf(lower, sizeof(lower), "%s/layer", place);
	mkdir(lower, 0755);
	mapped = shifted(lower);
	base = open(lower, O_RDONLY | O_CLOEXEC);
	file = make_owned(base, "in", 1500, 1501);
	cleanup_close(&file);
	file = make_owned(base, "out", 2500, 1502);
	snprintf(lower, sizeof(lower), "%s/lower", scratch);
	snprintf(merged, sizeof(merged), "%s/merged", scratch);
	snprintf(empty, sizeof(empty), "%s/empty", scratch);
	mkdir(merged, 0755);
	mkdir(empty, 0755);
	snprintf(options, sizeof(options), "lowerdir=%s:%s", lower, empty);
	if (!check(mapped >= 0 && mount_attach(mapped, lower) == 0 &&
			   mount("o", merged, "overlay", 0, options) == 0,
		   "an overlay on an idmapped layer"))
		return;
	root = open(merged, O_PATH | O_CLOEXEC);
	check(agrees_at(root, "in", 1000500, 2000501), "has the layer's owners, mapped");
	check(agrees_at(root, "out", NO_ID, 2000502), "and an inode with an invalid id");
	check(ask(root).idmapped == 0, "though it is not idmapped");
	umount2(merged, MNT_DETACH);
	umount2(lower, MNT_DETACH);
}

/* In a child that is in namespaces of its own: a tmpfs that belongs to its user namespace. */
static int userns_tmpfs(const struct maps *maps, const char *at)
{
	_cleanup_close_ int userns = userns_new(maps);
	int ready[2], fd = -1;
	char path[PATH_LENGTH], byte;
	pid_t child;

	if (userns < 0 || pipe2(ready, O_CLOEXEC) < 0)
		return -1;
	child = fork();
	if (child == 0) {
		if (setns(userns, CLONE_NEWUSER) == 0 && unshare(CLONE_NEWNS) == 0) {
			/* Its root belongs to an id that the filesystem can tell. */
			setfsgid(maps->gid.extents[0].first);
			setfsuid(maps->uid.extents[0].first);
			if (mount("u", at, "tmpfs", 0, "mode=777") == 0 &&
			    write(ready[1], "", 1) == 1)
				pause();
		}
		_exit(1);
	}
	close(ready[1]);
	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", child);
	if (read(ready[0], &byte, 1) == 1)
		fd = open(path, O_RDONLY | O_CLOEXEC);
	close(ready[0]);
	/* The namespace stays by its descriptor. */
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return fd;
}

static uint64_t or_invalid(uint64_t id)
{
	return id == NO_ID ? IDMAP_INVALID : id;
}

/* And the way back, for a caller of this fsuid. */
static bool agrees_back(const struct maps *fs, const struct maps *maps, int object, uint32_t id)
{
	struct idmap_answer a;

	setfsgid(id);
	setfsuid(id);
	a = ask(object);
	setfsuid(0);
	setfsgid(0);
	return a.fs_result == 0 &&
	       a.fs_uid == or_invalid(map_down(&fs->uid, map_up(&maps->uid, id))) &&
	       a.fs_gid == or_invalid(map_down(&fs->gid, map_up(&maps->gid, id)));
}

/* Owners that the filesystem can keep: through a map on both sides, and through its own alone. */
static int userns_filesystem_pairs(const struct maps *fs, const struct maps *maps, int file,
				   int object, uint64_t *seed)
{
	uint64_t uid, gid;
	uint32_t inner;
	int n = 0;
	size_t i;

	for (i = 0; map_interesting(&maps->uid, false, i, seed, &inner); i++) {
		if (map_down(&fs->uid, inner) == NO_ID)
			inner = fs->uid.extents[i % fs->uid.n].first;
		uid = map_down(&fs->uid, inner);
		gid = fs->gid.extents[i % fs->gid.n].lower;
		if (fchown(file, uid, gid) < 0)
			return -errno;
		if (!agrees(file, uid, gid) || !agrees(object, map_down(&maps->uid, inner),
						       map_down(&maps->gid, map_up(&fs->gid, gid))))
			return -EBADMSG;
		n += map_down(&maps->uid, inner) != NO_ID;
	}
	for (i = 0; map_interesting(&maps->uid, true, i, seed, &inner); i++)
		if (!agrees_back(fs, maps, object, inner))
			return -EBADE;
	return ask(object).idmapped == 1 && ask(file).idmapped == 0 ? n : -ENOMSG;
}

/* In the other mount namespace, as root of the initial user namespace. */
static int userns_filesystem(const struct maps *fs, const char *at, uint64_t *seed)
{
	_cleanup_close_ int userns = -1, mapped = -1, base = -1, file = -1, object = -1;
	struct maps maps;

	map_draw(&maps.uid, 6, seed);
	map_draw(&maps.gid, 3, seed);
	userns = userns_new(&maps);
	mapped = mount_clone(at, userns);
	base = open(at, O_PATH | O_CLOEXEC);
	setfsgid(fs->gid.extents[0].lower);
	setfsuid(fs->uid.extents[0].lower);
	file = openat(base, "file", O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	setfsuid(0);
	setfsgid(0);
	object = openat(mapped, "file", O_PATH | O_CLOEXEC);
	if (userns < 0 || mapped < 0 || file < 0 || object < 0)
		return -EIO;
	return userns_filesystem_pairs(fs, &maps, file, object, seed);
}

void test_userns_filesystem(const char *scratch, uint64_t *seed)
{
	static const size_t sizes[] = { 1, 5, 7, 100 };
	_cleanup_close_ int home = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	char at[PATH_LENGTH];
	struct maps fs;
	size_t i;
	int ns, r;

	snprintf(at, sizeof(at), "%s/fs", scratch);
	mkdir(at, 0777);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		map_draw(&fs.uid, sizes[i], seed);
		map_draw(&fs.gid, sizes[i], seed);
		ns = userns_tmpfs(&fs, at);
		r = ns < 0 || setns(ns, CLONE_NEWNS) < 0 ? -errno : 0;
		r = r ?: userns_filesystem(&fs, at, seed);
		check(r > 0, "a filesystem of a user namespace of %zu extents, idmapped: %d owners",
		      sizes[i], r);
		if (ns >= 0)
			close(ns);
		setns(home, CLONE_NEWNS);
	}
}

/*
 *	scratch			tmpfs
 *	  a			the place, shifted
 *	    d			1003
 *	      e			1004: on it the place once more, not idmapped
 *	        d		1003
 *	          x		1006
 */
void test_ancestors(const char *place, const char *scratch, uint64_t *seed)
{
	static const char *const below[] = { "a/d/e/d/x", "a/d/e/d", "a/d/e" };
	_cleanup_close_ int base = open(place, O_PATH | O_CLOEXEC), root = -1;
	int fds[8] = { -1, -1, -1, -1, -1, -1, -1, -1 }, i, good = 0;
	char a[PATH_LENGTH], e[PATH_LENGTH + 8];
	struct idmap_chain chain;
	struct stat st;

	snprintf(a, sizeof(a), "%s/a", scratch);
	snprintf(e, sizeof(e), "%s/d/e", a);
	mkdir(a, 0755);
	mkdirat(base, "d", 0755);
	mkdirat(base, "d/e", 0755);
	mkdirat(base, "d/x", 0755);
	if (chown(a, 7, 8) < 0 || fchownat(base, "d", 1003, 1103, 0) < 0 ||
	    fchownat(base, "d/e", 1004, 1104, 0) < 0 || fchownat(base, "d/x", 1006, 5, 0) < 0)
		return;
	root = open(scratch, O_PATH | O_CLOEXEC);
	fds[7] = dup(root);
	fds[6] = open(a, O_PATH | O_CLOEXEC);
	check(mount_attach(shifted(place), a) == 0, "a mount that is idmapped");
	fds[5] = open(a, O_PATH | O_CLOEXEC);
	fds[4] = openat(root, "a/d", O_PATH | O_CLOEXEC);
	fds[3] = open(e, O_PATH | O_CLOEXEC);
	check(mount_attach(mount_clone(place, -1), e) == 0, "on it one that is not");
	for (i = 0; i < 3; i++)
		fds[i] = openat(root, below[i], O_PATH | O_CLOEXEC);
	chain = ask_chain(fds[0]);
	for (i = 0; i < 8; i++)
		if (fstat(fds[i], &st) == 0 &&
		    (chain.uid[i] == IDMAP_INVALID ? 65534 : chain.uid[i]) == st.st_uid &&
		    (chain.gid[i] == IDMAP_INVALID ? 65534 : chain.gid[i]) == st.st_gid)
			good++;
		else
			printf("# ancestor %d is %llu, not %u\n", i,
			       (unsigned long long)chain.uid[i], st.st_uid);
	check(good == 8 && chain.end == 1 && chain.result == 0,
	      "every ancestor's owner is that through its own mount");
	check(chain.uid[0] == 1006 && chain.uid[1] == 1003 && chain.uid[3] == 1000004 &&
		      chain.uid[4] == 1000003 && chain.uid[6] == 7,
	      "before and behind a mount it differs");
	for (i = 0; i < 8; i++)
		cleanup_close(&fds[i]);
	umount2(e, MNT_DETACH);
	umount2(a, MNT_DETACH);
}
