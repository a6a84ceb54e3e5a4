/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * With the programs on hooks at work: tasks are counted out again, and renames add guards.
 *
 * usage: live [attach]	(as root, where the bpf engine works; one part)
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#define TAP_COUNTERS
#include "life.h"

#define POLICY "default: [all]\ntrees:\n- {path: live/secret, deny: [all]}\n"

static __s64 tasks(const struct bpf_state *state, __u32 domain)
{
	return __atomic_load_n(&state->kernel.domains[domain].tasks, __ATOMIC_SEQ_CST);
}

/* A task counts until the kernel frees it. */
static bool empties(const struct bpf_state *state, __u32 domain)
{
	const struct timespec tick = { .tv_nsec = 20000000 };
	int i;

	for (i = 0; i < 500 && tasks(state, domain); i++)
		nanosleep(&tick, NULL);
	return tasks(state, domain) == 0;
}

static void collect_now(struct bpf_state *state)
{
	bpf_kernel_lock(&state->kernel);
	bpf_domains_collect(&state->kernel);
	bpf_kernel_unlock(&state->kernel);
}

/* Orphans end by this, all at once. */
static void end_child(int signal)
{
	_exit(0);
}

static pid_t start_task(struct bpf_state *state)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC))
		return -1;
	pid = fork();
	if (!pid) {
		signal(SIGUSR1, end_child);
		/* and a child of its own, born confined */
		if (engine_bpf.enter(state) < 0 || fork() < 0 || write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		pid = -1;
	close(ready[0]);
	return pid;
}

#define MANY 500

static void many(struct bpf_state *keeper)
{
	unsigned int n, wrong = 0, rules = rules_of(keeper, 0), most, pins = pinned();
	static struct bpf_state *states[MANY];
	static __u32 numbers[MANY];
	static pid_t pids[MANY];

	for (n = 0; n < MANY; n++) {
		if (session_begin(&states[n], POLICY) < 0)
			break;
		numbers[n] = states[n]->made.domain;
		pids[n] = start_task(states[n]);
		wrong += pids[n] < 0 || tasks(keeper, states[n]->made.domain) != 2;
	}
	is_int(n, MANY, "%u domains at once", n);
	is_int(wrong, 0, "with two tasks in each");
	most = rules_of(keeper, 0);
	while (n) {
		kill(pids[--n], SIGKILL);
		waitpid(pids[n], NULL, 0);
		session_abandon(states[n]);
	}
	collect_now(keeper);
	is_int(rules_of(keeper, 0), most, "%u entries stay while the children live on", most);
	kill(0, SIGUSR1);
	for (n = 0; n < MANY; n++)
		wrong += !empties(keeper, numbers[n]);
	is_int(wrong, 0, "all tasks are counted out");
	collect_now(keeper);
	is_int(rules_of(keeper, 0), rules, "%u entries, then %u, then %u as before", rules, most,
	       rules);
	is_int(pinned(), pins, "and no pins more");
}

static void enter(void *data)
{
	engine_bpf.enter(data);
	_exit(0);
}

static void enter_killed(struct bpf_state *keeper)
{
	unsigned int n, wrong = 0;
	struct bpf_state *state;
	__u32 domain;

	if (!ok(session_begin(&state, POLICY) == 0, "a domain"))
		return;
	domain = state->made.domain;
	for (n = 1; kill_at(n, enter, state); n++)
		wrong += !empties(keeper, domain);
	ok(n > 2 && !wrong, "killed before and after it was in: nobody is counted (%u kills)",
	   n - 1);
	session_abandon(state);
	empties(keeper, domain);
	collect_now(keeper);
	is_int(keeper->kernel.domains[domain].state, RW_DOMAIN_FREE, "its number is free");
}

static unsigned int full;

static void note(void *data, const struct rootward_event *event)
{
	full += event->reason == ROOTWARD_REASON_FULL;
}

/* Somebody outside carries what is denied from one new directory to the next. */
static void quota(struct bpf_state *keeper)
{
	unsigned int i, moved = 0, before;
	char last[64] = "live", dir[64], from[96], to[96];
	struct bpf_state *state, *other;

	if (!ok(session_begin(&state, POLICY) == 0, "a domain"))
		return;
	before = rules_of(keeper, state->made.domain);
	for (i = 0; i < RW_GUARDS + 50; i++) {
		snprintf(dir, sizeof(dir), "live/d%u", i);
		mkdir(dir, 0755);
		snprintf(from, sizeof(from), "%s/secret", last);
		snprintf(to, sizeof(to), "%s/secret", dir);
		if (rename(from, to))
			continue;
		snprintf(last, sizeof(last), "%s", dir);
		moved++;
	}
	/* the first one also makes guards of the directories that mounts above cover */
	ok(moved <= RW_GUARDS && moved > RW_GUARDS - 10,
	   "%u renames, each to a new directory, find room", moved);
	is_int(rules_of(keeper, state->made.domain) - before, RW_GUARDS, "for so many guards");
	engine_bpf.events(state, note, NULL);
	is_int(full, i - moved, "each one that does not is told of in the domain");
	snprintf(from, sizeof(from), "%s/secret", last);
	is_int(rename(from, "live/secret"), 0, "to directories that are guards it may still go");
	is_int(session_begin(&other, POLICY), 0, "another domain has room of its own");
	is_int(rename("live/secret", "live/d140/secret"), -1, "both must find it");
	session_end(other);
	session_end(state);
	is_int(rename("live/secret", "live/d141/secret"), 0, "without the domain anything goes");
	rename("live/d141/secret", "live/secret");
}

int main(int argc, char **argv)
{
	struct rlimit files;
	struct bpf_state *keeper;
	const char *why = "";

	if (engine_bpf.probe(&why) < 0) {
		skip(why, "the life of domains");
		return done_testing();
	}
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max = 1 << 16;
	setrlimit(RLIMIT_NOFILE, &files);
	setpgid(0, 0);
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("live", "/tmp", "tmpfs", 0, "mode=1777") || chdir("/tmp")) {
		ok(false, "a mount namespace: %s", strerror(errno));
		return done_testing();
	}
	mkdir("live", 0755);
	mkdir("live/secret", 0755);
	if (!ok(session_begin(&keeper, "default: [all]\n") == 0, "a domain"))
		return done_testing();
	signal(SIGUSR1, SIG_IGN);
	if (argc > 1) {
		test_attached(keeper);
		session_end(keeper);
		return done_testing();
	}
	enter_killed(keeper);
	quota(keeper);
	test_attached(keeper);
	test_verdicts();
	test_hooks();
	test_uring();
	many(keeper);
	session_end(keeper);
	return done_testing();
}
