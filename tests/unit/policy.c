/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "collect.h"
#include "ops.h"
#include "policy.h"
#include "tap.h"

static void test_new(void)
{
	struct rootward_policy *policy = NULL;
	char name[POLICY_NAME_MAX + 2];

	is_int(rootward_policy_new(&policy, NULL), 0, "new");
	is_str(policy->name, "policy", "its name when none is given");
	is_int(policy->default_ops, 0, "nothing is allowed");
	is_int(policy->n_trees, 0, "no trees");
	rootward_policy_free(policy);
	rootward_policy_free(NULL);

	is_int(rootward_policy_new(&policy, ""), -EINVAL, "an empty name");
	is_int(rootward_policy_new(&policy, "a\nb"), -EINVAL, "a newline in a name");
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	is_int(rootward_policy_new(&policy, name), -EINVAL, "a long name");
}

static void test_add(struct rootward_policy *policy)
{
	const struct tree *tree;

	is_int(rootward_policy_add(policy, "/a", ROOTWARD_OPS_READ, 0, "--ro"), 0, "add");
	is_int(rootward_policy_add(policy, "/a", ROOTWARD_OP_EXECUTE, ROOTWARD_OP_CHMOD, "--x"), 0,
	       "add to it");
	tree = policy_find(policy, "/a");
	ok(tree && tree->allow == (ROOTWARD_OPS_READ | ROOTWARD_OP_EXECUTE), "allow is the sum");
	ok(tree && tree->deny == ROOTWARD_OP_CHMOD, "deny too");
	is_str(tree->origin.file, "--ro", "the first origin stays");
	is_int(policy->n_trees, 1, "one tree");
	is_int(rootward_policy_add(policy, "/a/", ROOTWARD_OPS_READ, 0, NULL), 0,
	       "another spelling is another tree, for now");
	is_int(policy->n_trees, 2, "two trees");
	ok(!policy_find(policy, "/b"), "what was not added is not found");
}

static void test_add_refuses(struct rootward_policy *policy)
{
	is_int(rootward_policy_add(policy, "", 1, 0, NULL), -EINVAL, "an empty path");
	is_int(rootward_policy_add(policy, "/n", 0, 0, NULL), -EINVAL, "no operation");
	is_int(rootward_policy_add(policy, "/n", 1U << 31, 0, NULL), -EINVAL, "unknown bits");
	is_int(rootward_policy_add(policy, "/n", 3, 2, NULL), -EINVAL, "one in both");
	is_int(rootward_policy_add(policy, "/a", 0, ROOTWARD_OP_READ_DIR, NULL), -EINVAL,
	       "denied now, allowed before");
	ok(policy_find(policy, "/a")->deny == ROOTWARD_OP_CHMOD, "and nothing changed");
	is_int(policy->n_trees, 2, "no tree came of it");
}

static void test_append(struct rootward_policy *policy)
{
	struct tree tree = { .path = (char *)"/opt", .deny = 1, .optional = true };

	tree.origin.file = policy_string(policy, "here");
	is_int(policy_append(policy, &tree), 0, "append");
	is_int(policy_append(policy, &tree), -EINVAL, "append again");
	is_int(rootward_policy_add(policy, "/opt", 0, 2, "--deny"), 0, "add to an optional tree");
	ok(!policy_find(policy, "/opt")->optional, "it must exist now");
	is_str(policy_find(policy, "/opt")->origin.file, "--deny", "because of this option");
}

static void test_many(void)
{
	struct rootward_policy *policy;
	char path[32];
	int i, wrong = 0;

	rootward_policy_new(&policy, "many");
	for (i = 0; i < POLICY_TREES_MAX; i++) {
		snprintf(path, sizeof(path), "/%d", i);
		wrong += rootward_policy_add(policy, path, 1, 0, path) != 0;
	}
	is_int(wrong, 0, "%d trees", POLICY_TREES_MAX);
	is_int(rootward_policy_add(policy, "/one-more", 1, 0, NULL), -E2BIG, "one more");
	is_int(rootward_policy_add(policy, "/7", 2, 0, NULL), 0, "adding to one goes on");
	rootward_policy_free(policy);
}

static void test_diag(void)
{
	struct collected got = { 0 };
	struct rootward_opts opts = collect_opts(&got);

	diag(&opts, ROOTWARD_WARNING, NULL, NULL, "a\nb\033[31m\x7f\tc");
	is_str(collected_text(&got), "warning - a?b?[31m??c\n", "a message is one line of text");
	collected_reset(&got);
}

int main(void)
{
	struct rootward_policy *policy;

	test_new();
	rootward_policy_new(&policy, "test");
	test_add(policy);
	test_add_refuses(policy);
	test_append(policy);
	rootward_policy_free(policy);
	test_many();
	test_diag();
	return done_testing();
}
