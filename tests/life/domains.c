/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Domains: their numbers come back, and with nothing on them. */
#include <errno.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "cleanup.h"
#include "life.h"

#define OLD "default: [all]\ntrees:\n- {path: domains/old, deny: [all]}\n"
#define NEW "default: [all]\ntrees:\n- {path: domains/new/deeper, deny: [all]}\n"

static __s64 *tasks_of(struct bpf_state *state)
{
	return &state->kernel.domains[state->made.domain].tasks;
}

/* How many bits of the filter are set. */
static unsigned int filter_bits(const struct bpf_state *state)
{
	unsigned int i, n = 0;

	for (i = 0; i < RW_FILTER_WORDS; i++)
		n += __builtin_popcountll(state->kernel.shared->filter[i]);
	return n;
}

static void in_order(void)
{
	struct bpf_state *keeper, *old, *fresh;
	unsigned int before, rules;
	__u32 number;

	if (!ok(session_begin(&keeper, NEW) == 0 && session_begin(&old, OLD) == 0, "two domains"))
		return;
	number = old->made.domain;
	before = rules_of(keeper, keeper->made.domain);
	rules = rules_of(keeper, number);
	*tasks_of(old) = 2;
	session_abandon(old);
	bpf_kernel_lock(&keeper->kernel);
	bpf_domains_collect(&keeper->kernel);
	is_int(rules_of(keeper, number), rules, "its owner is gone, its tasks are not: rules stay");
	keeper->kernel.domains[number].tasks = 1;
	bpf_domains_collect(&keeper->kernel);
	is_int(rules_of(keeper, number), rules, "while there is one task");
	is_int(keeper->kernel.domains[number].state, RW_DOMAIN_LIVE, "the domain is live");
	keeper->kernel.domains[number].tasks = 0;
	bpf_domains_collect(&keeper->kernel);
	is_int(rules_of(keeper, number), 0, "with the last task they go");
	is_int(rules_of(keeper, keeper->made.domain), before, "another domain's do not");
	ok(filter_bits(keeper) <= before, "the filter lets by what no rule needs");
	bpf_kernel_unlock(&keeper->kernel);

	ok(session_begin(&fresh, NEW) == 0 && fresh->made.domain == number,
	   "the number is used anew");
	is_int(rules_of(fresh, number), before, "with the rules of the new policy, and no others");
	session_end(fresh);
	session_end(keeper);
	is_int(pinned(), 0, "nothing is left");
}

/* A collector dies between any two steps; the next one finishes, and the number comes back clean.
 */
static void collect_domains(void *data)
{
	struct bpf_state *state = data;

	if (bpf_kernel_lock(&state->kernel) == 0)
		bpf_domains_collect(&state->kernel);
}

static void collector_killed(void)
{
	unsigned int n, before, wrong = 0, killed = 0;
	struct bpf_state *keeper, *old;
	bool more = true;
	__u32 number;

	if (!ok(session_begin(&keeper, NEW) == 0, "a domain"))
		return;
	before = rules_of(keeper, 0);
	for (n = 1; more; n++) {
		if (session_begin(&old, OLD) < 0)
			break;
		number = old->made.domain;
		session_abandon(old);
		more = kill_at(n, collect_domains, keeper);
		killed += more;
		wrong += keeper->kernel.domains[number].state == RW_DOMAIN_FREE &&
			 rules_of(keeper, number);
		bpf_kernel_lock(&keeper->kernel);
		bpf_domains_collect(&keeper->kernel);
		bpf_kernel_unlock(&keeper->kernel);
		wrong += rules_of(keeper, 0) != before;
	}
	ok(!more && killed > 10, "a collector is killed at each of %u system calls", killed);
	is_int(wrong, 0, "a free number has no rules, and the next collector finishes");
	session_end(keeper);
	is_int(pinned(), 0, "nothing is left");
}

static void enter(void *data)
{
	engine_bpf.enter(data);
}

/* Without the programs on hooks a task that was in is counted for ever: here, for us to see. */
static void enter_killed(void)
{
	struct bpf_state *state;
	unsigned int n, wrong = 0;
	int entered;

	if (!ok(session_begin(&state, NEW) == 0, "a domain"))
		return;
	for (n = 1; kill_at(n, enter, state); n++) {
		/* the call after the one that confines: it is in, and counted */
		entered = *tasks_of(state);
		wrong += entered != (n > 1);
		*tasks_of(state) = 0;
	}
	is_int(*tasks_of(state), 1, "a task that is in is counted");
	is_int(wrong, 0, "one that is killed before is not (killed at %u calls)", n - 1);
	*tasks_of(state) = 0;
	is_int(engine_bpf.enter(state), 0, "enters");
	is_int(engine_bpf.enter(state), -EEXIST, "but once");
	is_int(*tasks_of(state), 1, "and is counted once");
	*tasks_of(state) = 0;
	session_end(state);
	is_int(pinned(), 0, "its number comes back");
}

static void not_live(void)
{
	struct bpf_state *state;

	if (!ok(session_begin(&state, NEW) == 0, "a domain"))
		return;
	state->kernel.domains[state->made.domain].state = RW_DOMAIN_LEAVING;
	is_int(bpf_domain_enter(&state->kernel, state->made.domain), -ESTALE,
	       "nobody enters a domain that is not live");
	is_int(*tasks_of(state), 0, "nor counts in it");
	session_end(state);
}

static void all_at_once(void)
{
	static struct bpf_state *states[RW_DOMAINS];
	unsigned int n, rules, bits, many;
	struct bpf_state *keeper, *none;
	int r = 0;

	if (!ok(session_begin(&keeper, NEW) == 0, "a domain"))
		return;
	rules = rules_of(keeper, 0);
	bits = filter_bits(keeper);
	for (n = 0; n < RW_DOMAINS - 2 && r == 0; n++)
		r = session_begin(&states[n], OLD);
	is_int(n, RW_DOMAINS - 2, "%u domains besides", n);
	many = rules_of(keeper, 0);
	r = session_begin(&none, OLD);
	is_int(r, -ENOSPC, "there is no room for one more");
	ok(strstr(collected_text(&said), "no room for another confinement"), "and that is said");
	while (n)
		session_abandon(states[--n]);
	bpf_kernel_lock(&keeper->kernel);
	is_int(bpf_domains_collect(&keeper->kernel), 1, "one is left");
	bpf_kernel_unlock(&keeper->kernel);
	is_int(rules_of(keeper, 0), rules, "rules and names: %u, then %u, then %u as before", rules,
	       many, rules);
	is_int(filter_bits(keeper), bits, "the filter is as it was");
	is_int(pinned(), 2, "and so are the pins");
	session_end(keeper);
	is_int(pinned(), 0, "with the last one everything goes");
}

void test_domains(void)
{
	mkdir("domains", 0755);
	mkdir("domains/old", 0755);
	mkdir("domains/new", 0755);
	mkdir("domains/new/deeper", 0755);
	in_order();
	collector_killed();
	not_live();
	all_at_once();
	enter_killed();
}
