/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rules that go with the name, `follow: path`.  The policies are for user 1000, who looks; all else
 * is done by root, whom they are not for:
 *
 *	follow/
 *	|-- in/			of another rule, where a test says so
 *	|   `-- keys/		ruled by its name
 *	|       `-- f
 *	`-- out/
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "loaded.h"

#define HEAD "name: follow\ndefault: [all]\napplies_to:\n- uid: 1000\ntrees:\n"
#define DENIED HEAD "- {path: in/keys, deny: [all], follow: path}\n"
#define ALLOWED HEAD "- {path: in, deny: [read]}\n- {path: in/keys, allow: [read], follow: "

static void put(const char *path)
{
	close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
}

static void make_keys(const char *file)
{
	mkdir("in/keys", 0755);
	put(file);
}

static int looks(const char *path)
{
	return in_child(as_user, (void *)path);
}

static void test_made_anew(void)
{
	is_int(load_text(DENIED), 0, "a denied name");
	tap_show("said:", collected_text(&said));
	is_int(looks("in/keys/f"), EACCES, "what has it is denied");
	is_int(rename("in/keys", "out/k"), 0, "moved away,");
	is_int(looks("out/k/f"), 0, "it is not any more");
	make_keys("in/keys/f");
	is_int(looks("in/keys/f"), EACCES, "what is made anew is");
	is_int(unlink("in/keys/f") || rmdir("in/keys"), 0, "removed,");
	is_int(looks("in/keys/f"), ENOENT, "it is no more");
	is_int(rename("out/k", "in/keys"), 0, "and what is moved there");
	is_int(looks("in/keys/f"), EACCES, "is denied");
	mkdir("out/other", 0755);
	put("out/other/g");
	is_int(renameat2(AT_FDCWD, "out/other", AT_FDCWD, "in/keys", RENAME_EXCHANGE), 0,
	       "exchanged,");
	is_int(looks("in/keys/g"), EACCES, "what came is denied");
	is_int(looks("out/other/f"), 0, "what went is not");
	rename("in/keys/g", "in/keys/f");
}

static void test_mounted_over(void)
{
	is_int(mount("out", "in/keys", NULL, MS_BIND, NULL), 0, "another directory on it");
	put("out/f");
	is_int(looks("in/keys/f"), EACCES, "is denied by this name");
	is_int(looks("out/f"), 0, "and not by its own");
	is_int(mount("follow", "in/keys", "tmpfs", 0, "mode=755"), 0, "a filesystem on that");
	put("in/keys/f");
	is_int(looks("in/keys/f"), EACCES, "is denied");
	is_int(umount("in/keys") || umount("in/keys"), 0, "and without them");
	is_int(looks("in/keys/f"), EACCES, "what was there is again");
	mkdir("view", 0755);
	is_int(mount("in/keys", "view", NULL, MS_BIND, NULL), 0, "shown elsewhere");
	is_int(looks("view/f"), EACCES, "it is denied, too");
	umount("view");
	rootward_unload("follow", NULL);
}

static void find(void *data, const struct rootward_loaded *loaded)
{
	if (!loaded->run && !strcmp(loaded->name, "follow"))
		*(struct rootward_loaded *)data = *loaded;
}

static struct rootward_loaded status(void)
{
	struct rootward_loaded found = { 0 };

	if (rootward_status(find, &found) < 0)
		found.name = NULL;
	return found;
}

static int adrift(void)
{
	struct rootward_loaded found = status();

	return found.name ? (int)found.moved : -1;
}

/* The rule is on the name in that directory: another one in its place is not known. */
static void test_drift(void)
{
	is_int(load_text(DENIED), 0, "a denied name, in a directory");
	rename("in/keys", "out/k");
	is_int(adrift(), 0, "what has the name has gone: the rule is not adrift");
	rename("out/k", "in/keys");
	is_int(rename("in", "in-2"), 0, "the directory goes");
	mkdir("in", 0755);
	is_int(adrift(), 1, "another in its place is told");
	rmdir("in");
	is_int(looks("in-2/keys/f"), EACCES, "the rule is where it was");
	rename("in-2", "in");
	is_int(adrift(), 0, "it comes back");
	is_int(mount("follow", "in", "tmpfs", 0, "mode=755"), 0, "and is mounted over");
	is_int(adrift(), 1, "that is told");
	umount("in");
	rootward_unload("follow", NULL);
}

/* --- while it is made anew all the time */

#define SECONDS 5

/* @looks, @denied: those that met an object; @wrong: those that got what they should not */
struct storm {
	atomic_bool stop;
	atomic_ulong looks, wrong, rounds;
};

static struct storm *storm;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static _Noreturn void look_on(int wrong)
{
	int r;

	if (setgroups(0, NULL) || setresgid(100, 100, 100) || setresuid(1000, 1000, 1000))
		_exit(1);
	while (!atomic_load(&storm->stop)) {
		r = -opens("in/keys/f");
		atomic_fetch_add(&storm->looks, r != ENOENT);
		atomic_fetch_add(&storm->wrong, r == wrong);
	}
	_exit(0);
}

/*
 * By removing it, by another that is renamed over it, and in exchange for another: then what was
 * found under this name a moment ago is at another place when it is decided about.
 */
#define WITHOUT_EXCHANGE 2
#define WAYS 3

static void make_anew(unsigned int way)
{
	switch (way) {
	case 0:
		unlink("in/keys/f");
		rmdir("in/keys");
		make_keys("in/keys/f");
		return;
	case 1:
		mkdir("out/new", 0755);
		put("out/new/f");
		unlink("in/keys/f");
		rename("out/new", "in/keys");
		return;
	case 2:
		mkdir("out/new", 0755);
		put("out/new/f");
		renameat2(AT_FDCWD, "out/new", AT_FDCWD, "in/keys", RENAME_EXCHANGE);
		unlink("out/new/f");
		rmdir("out/new");
		return;
	}
}

static void add_unstable(void *data, const struct rootward_loaded *loaded)
{
	*(unsigned long *)data += loaded->unstable;
}

/* Of all policies: who looks is under each. */
static unsigned long unstable(void)
{
	unsigned long sum = 0;

	return rootward_status(add_unstable, &sum) < 0 ? -1UL : sum;
}

/* Returns how many looks got the answer @wrong. */
static unsigned long storm_of(int wrong, unsigned int ways)
{
	pid_t pid;
	double end;

	make_keys("in/keys/f");
	*storm = (struct storm){ 0 };
	pid = fork();
	if (!pid)
		look_on(wrong);
	for (end = now() + SECONDS; now() < end; atomic_fetch_add(&storm->rounds, 1))
		make_anew((unsigned int)atomic_load(&storm->rounds) % ways);
	atomic_store(&storm->stop, true);
	waitpid(pid, NULL, 0);
	printf("# %lu looks that met something while it was made anew %lu times\n",
	       atomic_load(&storm->looks), atomic_load(&storm->rounds));
	return atomic_load(&storm->wrong);
}

static void test_storm(void)
{
	unsigned long denied, before;

	storm = mmap(NULL, sizeof(*storm), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	is_int(load_text(DENIED), 0, "denied by name, while it is made anew");
	is_int(storm_of(0, WITHOUT_EXCHANGE), 0, "no look is let through");
	ok(atomic_load(&storm->looks) > 100 && atomic_load(&storm->rounds) > 100, "of many");
	is_int(load_text(ALLOWED "path}\n"), 0, "allowed by name, in what is denied");
	before = unstable();
	denied = storm_of(EACCES, WAYS);
	is_int(denied, unstable() - before,
	       "no look is denied but by walks that met a change every time");
	ok(denied * 1000 < atomic_load(&storm->looks), "%lu of %lu", denied,
	   atomic_load(&storm->looks));
	ok(atomic_load(&storm->looks) > 100 && atomic_load(&storm->rounds) > 100, "of many");
	is_int(load_text(ALLOWED "inode}\n"), 0, "the same, by what it is");
	denied = storm_of(EACCES, WAYS);
	ok(denied * 2 > atomic_load(&storm->looks), "%lu are, for it was another", denied);
	rootward_unload("follow", NULL);
	munmap(storm, sizeof(*storm));
}

/* What was allowed lately is not any more when it has lost the name. */
static void test_kept(void)
{
	int i;

	make_keys("in/keys/f");
	is_int(load_text(ALLOWED "path}\n"), 0, "allowed by name");
	for (i = 0; i < 20; i++)
		if (looks("in/keys/f"))
			break;
	is_int(i, 20, "again and again");
	rename("in/keys", "in/k");
	is_int(looks("in/k/f"), EACCES, "not when it has lost the name");
	rename("in/k", "in/keys");
	is_int(looks("in/keys/f"), 0, "and when it has it again");
	rootward_unload("follow", NULL);
}

static void test_follow_in(const char *dir)
{
	printf("# in %s\n", dir);
	if (!ok(!chdir(dir) && !mkdir("follow", 0755) && !chdir("follow"), "a place for it"))
		return;
	mkdir("in", 0755);
	mkdir("out", 0755);
	make_keys("in/keys/f");
	test_made_anew();
	test_mounted_over();
	test_drift();
	test_kept();
	test_storm();
	if (chdir("/"))
		abort();
}

void test_follow(void)
{
	const char *ext4 = getenv("ROOTWARD_EXT4");

	test_follow_in("/tmp/loaded");
	if (ext4)
		test_follow_in(ext4);
}
