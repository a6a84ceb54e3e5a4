/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * storm - what walks to the root decides the same while everything moves
 *
 * usage: storm SECONDS [bpf]    (as root, in a machine of its own)
 *
 *	/storm/		a tmpfs
 *	  in/		allowed: whatever is in here, wherever
 *	    a/b/c/file	b and c are renamed all the time, to other parents in here
 *	    m/		mounted upon, and unmounted, lazily or not
 *	  out/		likewise, but nothing is allowed
 *
 * Confined processes open files in both as fast as they can.  Whichever links a
 * walk meets, `in` is above every file in it, and is never above one in `out`:
 * each open() that finds its file must succeed in one and fail in the other.
 *
 * They are confined by Landlock; and with `bpf` others are by the two programs of
 * storm.bpf.c, which somebody has attached.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#define BASE "/storm"

static const char *const sides[] = { BASE "/in", BASE "/out" };

/* Who confines; but for Landlock, programs of storm.bpf.c: their tasks have their name. */
static const char *const guards[] = { "landlock", "by_label", "by_group" };

/* What those two know `in` by. */
#define LABEL "user.storm"
#define GROUP 4711

static void make_dir(const char *side, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", side, name);
	if (mkdir(path, 0755) && errno != EEXIST)
		err(1, "%s", path);
}

static void make_file(const char *dir, const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_CREAT | O_WRONLY, 0644);
	if (fd < 0)
		err(1, "%s", path);
	close(fd);
}

/* b between a and e, c between b and d; whatever fails was elsewhere just now. */
static void rename_all(const char *side)
{
	static const char *const moves[][2] = {
		{ "a/b", "e/b" },
		{ "e/b/c", "d/c" },
		{ "e/b", "a/b" },
		{ "d/c", "a/b/c" },
	};

	if (chdir(side))
		err(1, "%s", side);
	for (size_t i = 0;; i++)
		rename(moves[i % 4][0], moves[i % 4][1]);
}

/* Two mounts on each other, with a file in the upper one. */
static void mount_all(const char *side)
{
	if (chdir(side))
		err(1, "%s", side);
	for (unsigned int i = 0;; i++) {
		if (mount("none", "m", "tmpfs", 0, NULL) || mount("none", "m", "tmpfs", 0, NULL))
			err(1, "mount");
		make_file("m", "file");
		for (int n = 0; n < 2; n++)
			while (umount2("m", i % 2 ? MNT_DETACH : 0))
				if (errno != EBUSY)
					err(1, "umount");
	}
}

static void confine_by_landlock(void)
{
	struct landlock_ruleset_attr attr = { .handled_access_fs = LANDLOCK_ACCESS_FS_READ_FILE };
	struct landlock_path_beneath_attr in = { .allowed_access = LANDLOCK_ACCESS_FS_READ_FILE };
	int ruleset = syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);

	in.parent_fd = open(sides[0], O_PATH);
	if (ruleset < 0 || in.parent_fd < 0 ||
	    syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &in, 0) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    syscall(SYS_landlock_restrict_self, ruleset, 0))
		err(1, "landlock");
	close(in.parent_fd);
	close(ruleset);
}

static void confine(const char *guard)
{
	if (guard == guards[0])
		confine_by_landlock();
	else
		prctl(PR_SET_NAME, guard);
}

/* EAGAIN: a walk without references met something that moved, again and again. */
static bool open_one(const char *side, const char *name, bool allowed, unsigned long *found)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", side, name);
	fd = open(path, O_RDONLY);
	if (fd >= 0)
		close(fd);
	else if (errno == ENOENT || errno == EAGAIN)
		return true;
	(*found)++;
	if ((fd >= 0) == allowed && (fd >= 0 || errno == EACCES))
		return true;
	warn("%s: %s", path, fd >= 0 ? "was opened" : "was not opened");
	return false;
}

static int open_all(const char *guard, time_t until)
{
	static const char *const names[] = { "a/b/c/file", "e/b/c/file", "d/c/file", "a/b/file" };
	unsigned long found[2] = { 0 };

	confine(guard);
	while (time(NULL) < until)
		for (int side = 0; side < 2; side++)
			for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
				if (!open_one(sides[side], names[i], side == 0, &found[side]))
					return 1;
	printf("%s: %lu opened, %lu not\n", guard, found[0], found[1]);
	return !found[0] || !found[1];
}

/* A file in a mount: denied in `out`.  In `in` it is allowed only while it is mounted there. */
static int open_mounted(const char *guard, time_t until)
{
	unsigned long found = 0;

	confine(guard);
	while (time(NULL) < until) {
		if (!open_one(sides[1], "m/file", false, &found))
			return 1;
		close(open(BASE "/in/m/file", O_RDONLY));
	}
	printf("%s: %lu in mounts not opened\n", guard, found);
	return !found;
}

static pid_t start(void (*work)(const char *), const char *side)
{
	const pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		work(side);
	}
	return pid;
}

static pid_t start_opening(int (*work)(const char *, time_t), const char *guard, time_t until)
{
	const pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		int status;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		status = work(guard, until);
		fflush(NULL);
		_exit(status);
	}
	return pid;
}

/* The directories, with a file in two of them. */
static void make_all(void)
{
	static const char *const dirs[] = { "a", "d", "e", "m", "a/b", "a/b/c" };

	if ((mkdir(BASE, 0755) && errno != EEXIST) || mount("none", BASE, "tmpfs", 0, NULL))
		err(1, BASE);
	for (int side = 0; side < 2; side++) {
		make_dir(sides[side], "");
		for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++)
			make_dir(sides[side], dirs[i]);
		if (chdir(sides[side]))
			err(1, "%s", sides[side]);
		make_file("a/b/c", "file");
		make_file("a/b", "file");
	}
	if (setxattr(sides[0], LABEL, "in", 2, 0) || chown(sides[0], 0, GROUP))
		err(1, "%s", sides[0]);
}

/* Nothing may be left that keeps a mount busy. */
static void unmount_all(void)
{
	for (int side = 0; side < 2; side++) {
		if (chdir(sides[side]))
			err(1, "%s", sides[side]);
		while (umount2("m", 0) == 0)
			;
		if (errno != EINVAL)
			err(1, "umount m");
	}
	if (chdir("/") || umount2(BASE, 0))
		err(1, "umount " BASE);
}

int main(int argc, char **argv)
{
	const bool bpf = argc == 3 && !strcmp(argv[2], "bpf");
	const int n_openers = bpf ? 6 : 2;
	pid_t movers[4], openers[6];
	time_t until;
	int bad = 0;

	if (argc != 2 && !bpf)
		errx(2, "usage: storm SECONDS [bpf]");
	make_all();
	until = time(NULL) + atoi(argv[1]);
	for (int side = 0; side < 2; side++) {
		movers[side] = start(rename_all, sides[side]);
		movers[2 + side] = start(mount_all, sides[side]);
	}
	for (int i = 0; i < n_openers; i++)
		openers[i] = start_opening(i % 2 ? open_mounted : open_all, guards[i / 2], until);
	for (int i = 0; i < n_openers; i++) {
		int status;

		waitpid(openers[i], &status, 0);
		bad |= status;
	}
	for (int i = 0; i < 4; i++) {
		int status;

		if (waitpid(movers[i], &status, WNOHANG))
			bad = 1; /* it should have gone on */
		kill(movers[i], SIGKILL);
		waitpid(movers[i], NULL, 0);
	}
	unmount_all();
	return !!bad;
}
