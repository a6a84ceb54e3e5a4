/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pins: all or nothing, wherever it is that somebody is killed. */
#include <errno.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "cleanup.h"
#include "life.h"

#define POLICY "default: [all]\ntrees:\n- {path: pins/secret, deny: [all]}\n"

static void whole_life(void *data)
{
	struct bpf_state *state;

	if (session_begin(&state, POLICY) == 0)
		session_end(state);
}

/* A session works, and leaves nothing. */
static bool works_and_cleans(void)
{
	struct bpf_state *state;

	if (session_begin(&state, POLICY) < 0) {
		tap_show("said", collected_text(&said));
		return false;
	}
	if (!is_pinned("live") || rules_of(state, state->made.domain) != rules_of(state, 0))
		return false;
	session_end(state);
	return pinned() == 0;
}

static void killed_alone(void)
{
	unsigned int n, wrong = 0, dead = 0, half = 0;

	for (n = 1; kill_at(n, whole_life, NULL); n++) {
		dead += is_pinned("dead");
		half += is_pinned("new");
		if (works_and_cleans())
			continue;
		printf("# after a kill at system call %u\n", n);
		wrong++;
	}
	ok(n > 100 && half > 10, "killed while it installed, %u times of %u", half, n - 1);
	ok(dead > 10, "killed while it removed, %u times", dead);
	ok(!wrong, "the next session works, and nothing is left behind it");
}

static __u32 live_id(void)
{
	_cleanup_close_ int fd = bpf_obj_get(BPF_KERNEL_PINS "/live/domains");
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	return fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size) < 0 ? 0 : info.id;
}

/* A domain whose owner is dead and whose tasks live on. */
static void killed_beside_a_domain(void)
{
	unsigned int n, rules, wrong = 0;
	struct bpf_state *held;
	__u32 id;

	if (!ok(session_begin(&held, POLICY) == 0, "a domain begins"))
		return;
	held->kernel.domains[held->made.domain].tasks = 1;
	cleanup_close(&held->made.owner);
	held->made.owner = -1;
	rules = rules_of(held, held->made.domain);
	id = live_id();
	for (n = 1; kill_at(n, whole_life, NULL); n++)
		wrong += live_id() != id || rules_of(held, held->made.domain) != rules ||
			 held->kernel.domains[held->made.domain].state != RW_DOMAIN_LIVE;
	ok(n > 20 && !wrong,
	   "a domain with a task stays as it is, whoever is killed beside it (%u times)", n - 1);
	whole_life(NULL);
	is_int(rules_of(held, 0), rules, "and what the killed left goes");
	held->kernel.domains[held->made.domain].tasks = 0;
	session_end(held);
	is_int(pinned(), 0, "with its last task it goes");
}

/* While one waits for the lock to leave, another leaves and a third begins. */
static struct bpf_state *third;

static void others_come_and_go(void)
{
	whole_life(NULL);
	session_begin(&third, POLICY);
}

static void slow_to_leave(void)
{
	struct bpf_state *slow;
	__u32 id;

	if (!ok(session_begin(&slow, POLICY) == 0, "one begins"))
		return;
	before_lock = others_come_and_go;
	session_end(slow);
	id = live_id();
	ok(id && third && is_pinned("live"),
	   "who is slow to leave does not take others' programs along");
	if (!third)
		return;
	ok(third->kernel.domains[third->made.domain].state == RW_DOMAIN_LIVE &&
		   rules_of(third, third->made.domain) > 0,
	   "nor their domains");
	session_end(third);
	is_int(pinned(), 0, "the last one does");
}

#define AT_ONCE 6
#define LIVES 8

/* Each has the rules it should have, whoever installs and collects beside it. */
static int live_often(unsigned int rules)
{
	struct bpf_state *state;
	int i, wrong = 0;

	for (i = 0; i < LIVES; i++) {
		if (session_begin(&state, POLICY) < 0)
			return 100;
		wrong += rules_of(state, state->made.domain) != rules || !live_id() ||
			 state->kernel.domains[state->made.domain].state != RW_DOMAIN_LIVE;
		session_end(state);
	}
	return wrong;
}

static void at_once(void)
{
	unsigned int i, rules, wrong = 0;
	struct bpf_state *state;
	int status;

	if (!ok(session_begin(&state, POLICY) == 0, "a domain"))
		return;
	rules = rules_of(state, state->made.domain);
	session_end(state);
	for (i = 0; i < AT_ONCE; i++)
		if (!fork())
			_exit(live_often(rules));
	while (wait(&status) > 0)
		wrong += !WIFEXITED(status) || WEXITSTATUS(status);
	is_int(wrong, 0, "%u at once, each %u times: none takes anything from another", AT_ONCE,
	       LIVES);
	is_int(pinned(), 0, "nothing is left behind them");
}

void test_pins(void)
{
	mkdir("pins", 0755);
	mkdir("pins/secret", 0755);
	ok(works_and_cleans(), "a session works");
	killed_alone();
	killed_beside_a_domain();
	slow_to_leave();
	at_once();
}
