/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * For what an answer that was kept does not answer: devices, files with rules of their own, other
 * operations, mounts' roots, what a mount does not show, another namespace's, and directories that
 * got another's place in memory.  live/open/d/e has a file f, of which answers are kept.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "life.h"
#include "verdicts.h"

/* Opens a sibling twice, so that its answer is kept, and then what that must not answer for. */
static int opens_after(const char *sibling, const char *name, int flags)
{
	_cleanup_close_ int at = open("live/open/d/e", O_PATH | O_CLOEXEC);
	int fd, i;

	for (i = 0; i < 2; i++) {
		fd = openat(at, sibling, flags & O_CREAT ? O_RDONLY : flags);
		if (fd < 0 || close(fd))
			return -1;
	}
	fd = openat(at, name, flags & ~O_CREAT);
	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int opens_memory(void)
{
	return opens_after("null", "mem", O_RDWR);
}

static int opens_link(void)
{
	return opens_after("f", "link", O_RDONLY);
}

/* O_CREAT: the sibling is only read */
static int opens_to_write(void)
{
	return opens_after("f", "f", O_WRONLY | O_CREAT);
}

/* A directory's answer does not answer for what is in it but a device, or ruled by itself. */
static void not_for_all(void)
{
	static const struct {
		const char *what, *policy;
		int (*fn)(void);
	} cases[] = {
		{ "a device that is fenced, beside one that is not", "default: [all]\n",
		  opens_memory },
		{ "a link to a file with a rule, beside others",
		  "default: [all]\ntrees:\n- {path: live/ruled, deny: [all]}\n", opens_link },
		{ "writing, where reading is allowed", "default: [read]\n", opens_to_write },
	};
	struct bpf_state *state;
	unsigned int i;
	int fd;

	fd = open("live/ruled", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (!ok(fd >= 0 && !close(fd) && !link("live/ruled", "live/open/d/e/link") &&
			!mknod("live/open/d/e/null", S_IFCHR | 0666, makedev(1, 3)) &&
			!mknod("live/open/d/e/mem", S_IFCHR | 0666, makedev(1, 1)),
		"devices and a link"))
		return;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (!ok(session_begin(&state, cases[i].policy) == 0, "a domain"))
			return;
		is_int(confined(state, cases[i].fn), EACCES, "not kept: %s", cases[i].what);
		if (verdicts_are_kept())
			ok(kept_for(state) > 0, "while its sibling's answer was");
		session_end(state);
	}
}

static int touches(const char *name)
{
	return utimensat(AT_FDCWD, name, NULL, 0) ? errno : 0;
}

static int touches_file(void)
{
	return touches("live/open/d/e/f");
}

static int touches_directory(void)
{
	return touches_file() ? -1 : touches("live/open/d/e/sub");
}

/* While the directory @from, which is made, is mounted on @to, too. */
static void with_mount(const char *from, const char *to, void (*then)(struct bpf_state *state))
{
	struct bpf_state *state;

	if (!ok(!mkdir(from, 0755) && !mkdir(to, 0755) && !mount(from, to, NULL, MS_BIND, NULL),
		"%s is mounted on %s", from, to))
		return;
	if (ok(session_begin(&state, POLICY) == 0, "a domain")) {
		then(state);
		session_end(state);
	}
	umount2(to, MNT_DETACH);
	rmdir(to);
	rmdir(from);
}

/* One of two in a directory is mounted where its times must not be set. */
static void not_beside_a_mounts_root(struct bpf_state *state)
{
	is_int(confined(state, touches_directory), EACCES,
	       "a mount's root is asked about after what is beside it");
	is_int(kept_for(state), 0, "of which nothing was kept");
}

/* What a mount does not show, it may show a copy of: there the times are asked of each anew. */
static void not_where_a_mount_does_not_show_it(struct bpf_state *state)
{
	is_int(confined(state, touches_file), 0, "a file's times are set");
	is_int(kept_for(state), 0, "and nothing is kept where a mount does not show it");
	is_int(confined(state, opens_kept), 0, "by a mount that is known it is opened");
	if (verdicts_are_kept())
		ok(kept_for(state) > 0, "which is kept");
}

#define REMADE 500

static int open_all(const char *dir)
{
	unsigned int i, opened = 0;
	char path[64];
	int fd;

	for (i = 0; i < REMADE; i++) {
		snprintf(path, sizeof(path), "live/%s/m%u/f", dir, i);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		opened += fd >= 0;
		cleanup_close(&fd);
	}
	return opened;
}

static int made(const char *dir, bool makes)
{
	unsigned int i, failed = 0;
	char path[64], name[80];

	for (i = 0; i < REMADE; i++) {
		snprintf(path, sizeof(path), "live/%s/m%u", dir, i);
		snprintf(name, sizeof(name), "%s/f", path);
		if (makes)
			failed += mkdir(path, 0755) || mknod(name, S_IFREG | 0644, 0);
		else
			failed += unlink(name) || rmdir(path);
	}
	return failed;
}

/* Opens in the open, has all that is there removed and made in the secret place, opens there. */
static int opens_remade(struct bpf_state *state, int ready, int go)
{
	char byte;

	if (engine_bpf.enter(state) < 0 || open_all("open") != REMADE || write(ready, "", 1) != 1 ||
	    read(go, &byte, 1) != 1)
		return -1;
	return open_all("secret") ? 1 : 0;
}

/*
 * Directories that are made get the places in memory of others that went: a dentry's address says
 * nothing.  Quickly, while what was kept is not too old; so it is done several times.
 */
static void not_for_its_place_in_memory(struct bpf_state *state)
{
	int ready[2], go[2], status = -1;
	char byte;
	pid_t pid;

	if (!ok(!made("open", true) && !pipe2(ready, O_CLOEXEC) && !pipe2(go, O_CLOEXEC),
		"directories in the open"))
		return;
	pid = fork();
	if (!pid)
		_exit(opens_remade(state, ready[1], go[0]));
	close(ready[1]);
	ok(read(ready[0], &byte, 1) == 1, "what is in them is opened");
	is_int(made("open", false), 0, "they are removed");
	/* RCU gives their memory back. */
	usleep(100000);
	is_int(made("secret", true), 0, "as many are made in the secret place");
	ok(write(go[1], "", 1) == 1 && waitpid(pid, &status, 0) == pid, "there");
	is_int(status, 0, "nothing is opened");
	is_int(made("secret", false), 0, "and removed");
	close(ready[0]);
	close(go[0]);
	close(go[1]);
}

static void places_in_memory(void)
{
	struct bpf_state *state;
	unsigned int i;

	if (!ok(session_begin(&state, POLICY) == 0, "a domain"))
		return;
	for (i = 0; i < 3; i++)
		not_for_its_place_in_memory(state);
	session_end(state);
}

/* In a namespace where the file is shown in the secret place, too, says @ready and waits. */
static int touches_there(struct bpf_state *state, int ready, int go)
{
	char byte;

	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("live/open/d/e", "live/secret/x", NULL, MS_BIND, NULL) ||
	    write(ready, "", 1) != 1 || read(go, &byte, 1) != 1 || engine_bpf.enter(state) < 0)
		return -1;
	return touches_file();
}

static void not_in_another_namespace(void)
{
	int ready[2], go[2], status = -1;
	struct bpf_state *state;
	char byte;
	pid_t pid;

	if (!ok(!mkdir("live/secret/x", 0755) && session_begin(&state, POLICY) == 0 &&
			!pipe2(ready, O_CLOEXEC) && !pipe2(go, O_CLOEXEC),
		"a domain"))
		return;
	pid = fork();
	if (!pid)
		_exit(touches_there(state, ready[1], go[0]));
	close(ready[1]);
	ok(read(ready[0], &byte, 1) == 1, "another namespace");
	is_int(confined(state, touches_file), 0, "here a file's times are set");
	if (verdicts_are_kept())
		ok(kept_for(state) > 0, "and that is kept");
	ok(write(go[1], "", 1) == 1 && waitpid(pid, &status, 0) == pid, "there");
	is_int(WEXITSTATUS(status), EACCES, "they are not");
	close(ready[0]);
	close(go[0]);
	close(go[1]);
	session_end(state);
}

void test_verdicts_not(void)
{
	not_for_all();
	with_mount("live/open/d/e/sub", "live/secret/x", not_beside_a_mounts_root);
	with_mount("live/open/elsewhere", "live/open/x", not_where_a_mount_does_not_show_it);
	places_in_memory();
	not_in_another_namespace();
}
