/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom a policy is for. */
#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "loaded.h"
#include "ring.h"

static int as_member(void *data)
{
	gid_t group = 77;

	return setgroups(1, &group) ? 255 : -opens(data);
}

static bool write_map(pid_t pid, const char *name)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	f = fopen(path, "w");
	if (f)
		fprintf(f, "0 100000 10");
	return f && !fclose(f);
}

/* In a user namespace of its own making, where it may be anybody of a range, and of any group. */
static int as_somebody_else(void *path)
{
	int there[2], back[2];
	char byte;
	pid_t pid;

	if (pipe(there) || pipe(back))
		return 255;
	pid = fork();
	if (!pid) {
		if (setgroups(0, NULL) || setresgid(100, 100, 100) || setresuid(1000, 1000, 1000) ||
		    unshare(CLONE_NEWUSER) || write(there[1], "", 1) != 1 ||
		    read(back[0], &byte, 1) != 1 || setresgid(5, 5, 5) || setresuid(5, 5, 5))
			_exit(255);
		_exit(-opens(path));
	}
	if (read(there[0], &byte, 1) != 1 || !write_map(pid, "gid_map") ||
	    !write_map(pid, "uid_map"))
		perror("a user namespace");
	close(there[0]);
	if (write(back[1], "", 1) != 1)
		return 254;
	return waitpid(pid, &there[0], 0) == pid && WIFEXITED(there[0]) ? WEXITSTATUS(there[0])
									: 253;
}

/* By a thread of the kernel's that was made while the task was root. */
static int in_a_worker_of_root(void *path)
{
	struct ring ring;
	int r;

	if (ring_open(&ring, 0) < 0 || ring_openat(&ring, "/tmp/loaded/open", 0, IOSQE_ASYNC) < 0 ||
	    setresuid(1000, 1000, 1000))
		return 255;
	r = ring_openat(&ring, path, 0, IOSQE_ASYNC);
	return r < 0 ? -r : 0;
}

static int as_traced(void *path)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	execl(path, path, "/tmp/loaded/secret", NULL);
	return 254;
}

/* What the program ends with when it is traced, and let run. */
static int traced(void *path)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(as_traced(path));
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status))
		ptrace(PTRACE_CONT, pid, NULL, NULL);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 253;
}

static int as_program(void *path)
{
	execl(path, path, "/tmp/loaded/secret", NULL);
	return 254;
}

static void test_selected(void)
{
	is_int(load_text("name: t\napplies_to:\n- uid: 1000\n" TREES), 0, "for one user");
	tap_show("said:", collected_text(&said));
	is_int(opens("/tmp/loaded/secret"), 0, "others are as free as before");
	is_int(in_child(as_user, "/tmp/loaded/secret"), EACCES, "the user is not");
	is_int(as_somebody_else("/tmp/loaded/secret"), EACCES, "nor as another in a namespace");
	is_int(in_child(in_a_worker_of_root, "/tmp/loaded/secret"), EACCES,
	       "nor by a worker of io_uring that was there before it was the user's");
	is_int(load_text("name: t\napplies_to:\n- gid: 100\n" TREES), 0, "for one group");
	is_int(opens("/tmp/loaded/secret"), 0, "others are not under it");
	is_int(as_somebody_else("/tmp/loaded/secret"), EACCES,
	       "who is of another in a namespace of his is");
	is_int(load_text("name: t\nexcept:\n- uid: 1000\n" TREES), 0, "for all but one");
	is_int(opens("/tmp/loaded/secret"), -EACCES, "the others are under it");
	is_int(in_child(as_user, "/tmp/loaded/secret"), 0, "the one is not");
	is_int(load_text("name: t\nexcept:\n- gid: 77\n" TREES), 0, "for all but a group");
	is_int(in_child(as_member, "/tmp/loaded/secret"), 0, "whose members are not under it");
	is_int(opens("/tmp/loaded/secret"), -EACCES, "all others are");
	is_int(load_text("name: t\nexcept:\n- {gid: 77, uid: 1000}\n" TREES), 0, "both must hold");
	is_int(in_child(as_member, "/tmp/loaded/secret"), EACCES, "a member alone is under it");
	is_int(in_child(as_user, "/tmp/loaded/secret"), EACCES, "the user alone, too");
	is_int(load_text("name: t\nexcept:\n- executable: /tmp/loaded/reader\n" TREES), 0,
	       "for all but an executable");
	tap_show("said:", collected_text(&said));
	is_int(in_child(as_program, "/tmp/loaded/reader"), 0, "which is not under it");
	is_int(traced("/tmp/loaded/reader"), EACCES, "unless it is traced");
	is_int(in_child(as_program, "/tmp/loaded/copy"), EACCES, "a copy of it is");
	is_int(load_text("name: t\napplies_to:\n- executable: /tmp/loaded/reader\n" TREES), 0,
	       "for one executable");
	is_int(in_child(as_program, "/tmp/loaded/reader"), EACCES, "which is under it");
	rename("/tmp/loaded/copy", "/tmp/loaded/reader");
	is_int(in_child(as_program, "/tmp/loaded/reader"), EACCES, "also when it was replaced");
	is_int(opens("/tmp/loaded/secret"), 0, "others are not");
	rootward_unload("t", NULL);
}

static int in_cgroup(void *path)
{
	FILE *f = fopen(path, "w");

	if (!f || fprintf(f, "%d", getpid()) < 0 || fclose(f))
		return 255;
	return -opens("/tmp/loaded/secret");
}

static void test_cgroup(void)
{
	mkdir("/sys/fs/cgroup", 0755);
	mount("cgroup2", "/sys/fs/cgroup", "cgroup2", 0, NULL);
	mkdir("/sys/fs/cgroup/a", 0755);
	mkdir("/sys/fs/cgroup/a/b", 0755);
	mkdir("/sys/fs/cgroup/c", 0755);
	rmdir("/sys/fs/cgroup/a/b");
	rmdir("/sys/fs/cgroup/a");
	is_int(load_text("name: t\napplies_to:\n- cgroup: /a\n" TREES), 0,
	       "for a cgroup that is not there yet");
	tap_show("said:", collected_text(&said));
	mkdir("/sys/fs/cgroup/a", 0755);
	mkdir("/sys/fs/cgroup/a/b", 0755);
	is_int(in_child(in_cgroup, "/sys/fs/cgroup/a/cgroup.procs"), EACCES, "its tasks");
	is_int(in_child(in_cgroup, "/sys/fs/cgroup/a/b/cgroup.procs"), EACCES, "and those beneath");
	is_int(in_child(in_cgroup, "/sys/fs/cgroup/c/cgroup.procs"), 0, "no others");
	is_int(load_text("name: t\napplies_to:\n- cgroup: /a/b\n" TREES), 0, "for one beneath it");
	is_int(in_child(in_cgroup, "/sys/fs/cgroup/a/b/cgroup.procs"), EACCES, "its tasks");
	is_int(in_child(in_cgroup, "/sys/fs/cgroup/a/cgroup.procs"), 0, "not those above");
	is_int(load_text("name: t\napplies_to:\n- cgroup: /a-cgroup\n" TREES), 0,
	       "for one whose name fills a word and more");
	mkdir("/sys/fs/cgroup/a-cgroup", 0755);
	is_int(in_child(in_cgroup, "/sys/fs/cgroup/a-cgroup/cgroup.procs"), EACCES, "its tasks");
	is_int(load_text("name: t\napplies_to:\n- cgroup: /a-cgrou\n" TREES), 0,
	       "for one whose name is a word");
	is_int(in_child(in_cgroup, "/sys/fs/cgroup/a-cgroup/cgroup.procs"), 0, "not a longer one");
	mkdir("/sys/fs/cgroup/a-cgrou", 0755);
	is_int(in_child(in_cgroup, "/sys/fs/cgroup/a-cgrou/cgroup.procs"), EACCES, "its tasks");
	rootward_unload("t", NULL);
	rmdir("/sys/fs/cgroup/a/b");
	rmdir("/sys/fs/cgroup/a");
	rmdir("/sys/fs/cgroup/c");
	rmdir("/sys/fs/cgroup/a-cgroup");
	rmdir("/sys/fs/cgroup/a-cgrou");
}

static int read_secret(void)
{
	return -opens("/tmp/loaded/secret");
}

static void test_run(void)
{
	struct bpf_state *state;

	is_int(session_begin(&state, "name: box\ndefault: [all]\ntrees: []\n"), 0, "a confinement");
	is_int(load_text("name: t\napplies_to:\n- run: box\n" TREES), 0, "for what is in it");
	is_int(confined(state, read_secret), EACCES, "which is under both");
	is_int(opens("/tmp/loaded/secret"), 0, "others are not");
	is_int(load_text("name: t\nexcept:\n- run: box\n" TREES), 0, "for all but those in it");
	is_int(confined(state, read_secret), 0, "which are not under it");
	is_int(opens("/tmp/loaded/secret"), -EACCES, "others are");
	rootward_unload("t", NULL);
	session_end(state);
}

void test_whom(void)
{
	test_selected();
	test_cgroup();
	test_run();
}
