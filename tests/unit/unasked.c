/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a policy is not asked: random ones against what they say of an object on every way that
 * there can be to it.  And the programs whose hooks are spared for that.
 */
#include <stdio.h>

#include <bpf/libbpf.h>

#include "abi.h"
#include "bpf_hooks.h"
#include "policy.h"
#include "rootward.skel.h"
#include "tap.h"

#define TREES 4
#define ROUNDS 4000

static unsigned int seed = 1;

static bool one_in(unsigned int n)
{
	return rand_r(&seed) % n == 0;
}

static uint32_t some_ops(void)
{
	uint32_t ops = 0, bit;

	for (bit = 0; bit < ROOTWARD_OP_COUNT; bit++)
		ops |= one_in(3) ? 1U << bit : 0;
	return ops;
}

static struct rootward_policy *draw(void)
{
	struct rootward_policy *policy;
	unsigned int i, n = rand_r(&seed) % (TREES + 1);
	uint32_t allow, deny;
	char path[16];

	rootward_policy_new(&policy, NULL);
	policy->default_ops = one_in(4) ? some_ops() : some_ops() | ROOTWARD_OPS_TELL;
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "/%u", i);
		allow = some_ops();
		deny = one_in(2) ? 0 : some_ops() & some_ops() & ~allow;
		rootward_policy_add(policy, path, allow | (deny ? 0 : 1), deny, NULL);
		policy->trees[i].state = one_in(6) ? TREE_SKIPPED : TREE_PRESENT;
	}
	return policy;
}

/*
 * Is the operation denied on some way?  One that has met nothing yet which decides goes on to any
 * tree that it has not met, or ends.
 */
static bool may_deny(const struct rootward_policy *policy, uint32_t op, unsigned int met)
{
	unsigned int i;

	if (!(policy->default_ops & op))
		return true;
	for (i = 0; i < policy->n_trees; i++) {
		const struct tree *tree = &policy->trees[i];

		if (met >> i & 1 || tree->state == TREE_SKIPPED || tree->allow & op)
			continue;
		if (tree->deny & op || may_deny(policy, op, met | 1U << i))
			return true;
	}
	return false;
}

static void test_random(void)
{
	unsigned int i, bit, wrong = 0, asked = 0, unasked = 0, others = 0;
	struct rootward_policy *policy;
	uint32_t got, op;

	for (i = 0; i < ROUNDS; i++) {
		policy = draw();
		got = policy_unasked(policy);
		others += !!(got & ~ROOTWARD_OPS_TELL);
		for (bit = 0; bit < ROOTWARD_OP_COUNT; bit++) {
			op = 1U << bit;
			if (!(op & ROOTWARD_OPS_TELL))
				continue;
			wrong += !(got & op) != may_deny(policy, op, 0);
			asked += !(got & op);
			unasked += !!(got & op);
		}
		rootward_policy_free(policy);
	}
	is_int(wrong, 0, "what is denied on no way is not asked, all else is");
	is_int(others, 0, "but for what only tells: that is always asked");
	ok(asked > ROUNDS / 4 && unasked > ROUNDS / 4, "both were met (%u, %u)", asked, unasked);
}

static struct bpf_program *program_of(const struct bpf_object *object, const char *name)
{
	return bpf_object__find_program_by_name(object, name);
}

/* That order does not matter is so only where nobody else is. */
static void test_programs(void)
{
	struct rootward_bpf *skeleton = rootward_bpf__open();
	const struct bpf_hook_on_demand *hook;
	struct bpf_program *mine, *other;
	unsigned int alone, n = 0;
	uint32_t needs = 0;

	if (!ok(skeleton, "the programs"))
		return;
	for (hook = bpf_hooks_on_demand; hook->program; hook++, n++) {
		mine = program_of(skeleton->obj, hook->program);
		if (!ok(mine && bpf_is_on_demand(mine), "there is a program %s", hook->program))
			continue;
		alone = 1;
		bpf_object__for_each_program(other, skeleton->obj)
		{
			if (other != mine && !strcmp(bpf_program__section_name(other),
						     bpf_program__section_name(mine)))
				alone = 0;
		}
		ok(alone, "and no other on its hook");
		needs |= hook->needs;
	}
	ok(n > 0 && needs == (ROOTWARD_OPS_TELL | BPF_NEED_LABELS),
	   "together they ask about all that only tells, and are there for labels");
	ok(!bpf_is_on_demand(program_of(skeleton->obj, "rw_file_open")), "others do not wait");
	rootward_bpf__destroy(skeleton);
}

int main(void)
{
	test_random();
	test_programs();
	return done_testing();
}
