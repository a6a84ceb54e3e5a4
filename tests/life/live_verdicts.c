/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What was allowed lately is kept (bpf/verdict.bpf.h): seen to be used, and never used when it is
 * no longer true.  Somebody outside carries a directory, or a mount, from where everything is
 * allowed to where nothing is, and back; a confined task stands in it and opens files, or sets
 * their times, which the kernel asks about without a mount.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "cleanup.h"
#include "life.h"
#include "verdicts.h"

#define SECONDS 3

/*
 * @ready: the task stands where it is to be carried
 * @stamp: odd while it is carried; half of that is odd when it is in the secret place.  What is
 *         found between two looks at it, both the same, was found there.
 */
struct watched {
	atomic_uint stamp;
	atomic_bool ready, stop;
	unsigned int seen[2], wrong[2]; /* in the open, in the secret place */
};

static struct watched *w;

static bool opens_f(unsigned int n)
{
	int fd = open("f", n & 1 ? O_RDONLY : O_WRONLY);

	return fd >= 0 && close(fd) == 0;
}

static bool touches_f(unsigned int n)
{
	return utimensat(AT_FDCWD, "f", NULL, 0) == 0;
}

static int look(bool (*does)(unsigned int n))
{
	unsigned int n, before, secret;
	bool done;

	atomic_store(&w->ready, true);
	for (n = 0; !atomic_load(&w->stop); n++) {
		before = atomic_load(&w->stamp);
		done = does(n);
		if (before & 1 || atomic_load(&w->stamp) != before)
			continue;
		secret = before >> 1 & 1;
		w->seen[secret]++;
		w->wrong[secret] += done == secret;
	}
	return 0;
}

typedef int (*carry_fn)(int thing, const char *to);

static int carry_directory(int thing, const char *to)
{
	return rename(to[5] == 's' ? "live/open/d" : "live/secret/d", to);
}

static int carry_mount(int thing, const char *to)
{
	/* 4: MOVE_MOUNT_F_EMPTY_PATH */
	return (int)syscall(SYS_move_mount, thing, "", AT_FDCWD, to, 4);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* The counters, and plain loads. */
bool verdicts_are_kept(void)
{
	_cleanup_fclose_ FILE *f = fopen("/proc/kallsyms", "re");
	char line[512], name[256];
	unsigned int found = 0;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%*x %*c %255s", name) == 1)
			found += !strcmp(name, "rename_lock") || !strcmp(name, "mount_lock") ||
				 !strcmp(name, "bpf_rdonly_cast");
	return found == 3;
}

/* The map is no concern of user space, so it is pinned nowhere. */
static int verdicts_open(void)
{
	struct bpf_map_info info;
	__u32 id = 0, size;
	int fd;

	while (bpf_map_get_next_id(id, &id) == 0) {
		fd = bpf_map_get_fd_by_id(id);
		size = sizeof(info);
		if (fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &size) == 0 &&
		    !strcmp(info.name, "verdicts"))
			return fd;
		cleanup_close(&fd);
	}
	return -ENOENT;
}

/* How many were kept for the domain: of each its serial is the second number of 64 bits. */
unsigned int kept_for(const struct bpf_state *state)
{
	__u64 serial = state->kernel.domains[state->made.domain].serial, value[32] = { 0 };
	_cleanup_close_ int fd = verdicts_open();
	__u32 key, n = 0;

	for (key = 0; bpf_map_lookup_elem(fd, &key, value) == 0; key++)
		n += value[1] == serial;
	return n;
}

/* @thing: open, to be carried between live/open/d and live/secret/d, with live/open/d/e in it. */
static void carry(const char *what, carry_fn fn, int thing, bool (*does)(unsigned int n))
{
	static const char *const places[] = { "live/open/d", "live/secret/d" };
	unsigned int i, failed = 0, seed = 1;
	struct bpf_state *state;
	double end;
	int status;
	pid_t pid;

	*w = (struct watched){ 0 };
	if (!ok(session_begin(&state, POLICY) == 0, "a domain"))
		return;
	pid = fork();
	if (!pid)
		_exit(chdir("live/open/d/e") || engine_bpf.enter(state) < 0 ? 1 : look(does));
	while (!atomic_load(&w->ready) && waitpid(pid, &status, WNOHANG) == 0)
		usleep(1000);
	end = now() + SECONDS;
	/* twice: back in the open */
	for (i = 1; now() < end || i % 2 == 0; i++) {
		usleep(rand_r(&seed) % 3000);
		atomic_fetch_add(&w->stamp, 1);
		failed += fn(thing, places[i % 2]) < 0;
		atomic_fetch_add(&w->stamp, 1);
	}
	atomic_store(&w->stop, true);
	waitpid(pid, &status, 0);
	is_int(status, 0, "%s: the task was at it until the end", what);
	is_int(failed, 0, "%s was carried to and fro", what);
	ok(w->seen[0] > 100 && w->seen[1] > 100, "it was met in both places (%u, %u)", w->seen[0],
	   w->seen[1]);
	is_int(w->wrong[0], 0, "in the open place it always may");
	is_int(w->wrong[1], 0, "in the secret place never");
	if (verdicts_are_kept())
		ok(kept_for(state) > 0, "by what was kept, too");
	session_end(state);
}

int opens_kept(void)
{
	int fd = open("live/open/d/e/f", O_RDONLY);

	return fd < 0 ? errno : 0;
}

/* The number of a domain that has gone is given to the next. */
static void number_again(void)
{
	struct bpf_state *state;
	unsigned int kept;
	__u32 domain;

	if (!ok(session_begin(&state, "default: [all]\n") == 0, "a domain"))
		return;
	domain = state->made.domain;
	is_int(confined(state, opens_kept), 0, "where all is allowed a file is opened");
	kept = kept_for(state);
	if (verdicts_are_kept())
		ok(kept > 0, "and that is kept");
	else
		is_int(kept, 0, "this kernel cannot: nothing is kept");
	session_end(state);
	if (!ok(session_begin(&state, "default: [all]\ntrees:\n"
				      "- {path: live/open, deny: [all]}\n") == 0,
		"another"))
		return;
	is_int(state->made.domain, domain, "has the same number");
	is_int(confined(state, opens_kept), EACCES, "and not what was kept for the first");
	session_end(state);
}

/*
 * A file in a directory in @dir.  The numbers of rules' inodes, small in a new tmpfs, are avoided:
 * of what has one nothing is kept.
 */
static int make_file(const char *dir)
{
	char path[64];
	int fd, i;

	for (i = 0; i < 200; i++) {
		snprintf(path, sizeof(path), "%s/number", dir);
		if (mkdir(path, 0755) || rmdir(path))
			return -1;
	}
	snprintf(path, sizeof(path), "%s/e", dir);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/e/f", dir);
	fd = open(path, O_WRONLY | O_CREAT, 0644);
	return fd < 0 ? -1 : close(fd);
}

void test_verdicts(void)
{
	_cleanup_close_ int mount_fd = -1;

	w = mmap(NULL, sizeof(*w), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!ok(w != MAP_FAILED && !mkdir("live/open", 0755) && !mkdir("live/open/d", 0755) &&
			!make_file("live/open/d"),
		"a directory in the open"))
		return;
	carry("the directory", carry_directory, -1, opens_f);
	carry("the directory, for times", carry_directory, -1, touches_f);
	number_again();
	test_verdicts_not();
	mkdir("live/secret/d", 0755);
	if (!ok(!mount("verdicts", "live/open/d", "tmpfs", 0, "mode=755") &&
			!make_file("live/open/d") &&
			(mount_fd = open("live/open/d", O_PATH | O_CLOEXEC)) >= 0,
		"a mount in the open"))
		return;
	carry("the mount", carry_mount, mount_fd, opens_f);
	carry("the mount, for times", carry_mount, mount_fd, touches_f);
	umount2("live/open/d", MNT_DETACH);
	rmdir("live/secret/d");
	munmap(w, sizeof(*w));
}
