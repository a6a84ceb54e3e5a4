/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The built-in policy, in a home directory of the test's own. */
#include <errno.h>
#include <sys/sysmacros.h>

#include "collect.h"
#include "policy.h"
#include "tap.h"
#include "tempdir.h"

static struct collected got;

static struct rootward_policy *resolve_in(const char *directory, int wanted)
{
	struct rootward_opts opts = collect_opts(&got);
	struct rootward_policy *policy = NULL;

	collected_reset(&got);
	if (chdir(tempdir) || chdir(directory))
		exit(99);
	rootward_policy_default(&policy);
	is_int(policy_resolve(policy, &opts), wanted, "resolve in ~/%s", directory);
	if (chdir(tempdir))
		exit(99);
	return policy;
}

static enum tree_state state(const struct rootward_policy *policy, const char *path)
{
	const struct tree *tree = policy_find(policy, path);

	return tree ? tree->state : TREE_UNRESOLVED;
}

static void test_contents(void)
{
	struct rootward_policy *policy = NULL;
	const struct tree *tree;
	size_t i, odd = 0;

	is_int(rootward_policy_default(&policy), 0, "make it");
	is_str(policy->name, "default", "its name");
	is_int(policy->default_ops, ROOTWARD_OPS_READ | ROOTWARD_OPS_EXECUTE, "default");
	ok(!(policy->best_effort & (ROOTWARD_OP_READ_FILE | ROOTWARD_OP_WRITE_FILE |
				    ROOTWARD_OP_EXECUTE | ROOTWARD_OP_READ_DIR)),
	   "what every Landlock can restrict is no best effort");
	is_int(policy->keep | policy->keep_caps, 0, "nothing is kept");

	tree = policy_find(policy, ".");
	ok(tree && tree->allow == ROOTWARD_OPS_ALL && !tree->optional, "the working directory");
	tree = policy_find(policy, "~/.ssh");
	ok(tree && tree->deny == ROOTWARD_OPS_ALL && tree->optional, "a secret");
	tree = policy_find(policy, "/dev/null");
	ok(tree && tree->allow == (ROOTWARD_OPS_READ | ROOTWARD_OPS_WRITE), "a device");
	for (i = 0; i < policy->n_trees; i++)
		odd += !policy->trees[i].builtin || !policy->trees[i].origin.file ||
		       policy->trees[i].origin.line;
	is_int(odd, 0, "all trees say that they are built in");
	rootward_policy_free(policy);
}

static void test_resolve(void)
{
	struct rootward_policy *policy = resolve_in("work", 0);

	is_str(collected_text(&got), "", "without a word");
	is_int(state(policy, "."), TREE_PRESENT, "the working directory");
	is_int(state(policy, "~/.ssh"), TREE_PRESENT, "a secret that exists");
	is_int(state(policy, "~/.aws"), TREE_NAME_ONLY, "one that does not");
	is_int(state(policy, "~/.cargo/credentials"), TREE_SKIPPED, "nor does its directory");
	is_int(state(policy, "~/.bash_history"), TREE_SKIPPED, "a history that is /dev/null");
	is_int(state(policy, "/dev/null"), TREE_PRESENT, "which stays allowed");
	is_int(state(policy, "~/.kube"), TREE_PRESENT, "two secrets");
	is_int(state(policy, "~/.docker") + state(policy, "~/.oci"), TREE_PRESENT + TREE_SKIPPED,
	       "that are links to one place");
	rootward_policy_free(policy);
}

static void test_working_directory(void)
{
	struct rootward_policy *policy = resolve_in(".ssh", -EINVAL);

	is_str(collected_text(&got),
	       "error built-in default the working directory is ~/.ssh, which the built-in policy "
	       "denies (work in another directory)\n",
	       "the message");
	rootward_policy_free(policy);

	rootward_policy_free(resolve_in("place", -EINVAL));
	rootward_policy_free(resolve_in(".", 0));
	rootward_policy_free(resolve_in("work", 0));
	policy = resolve_in(".ssh/keys", 0);
	is_str(collected_text(&got),
	       "warning built-in default the working directory is inside of ~/.ssh, which the "
	       "built-in policy denies: it is allowed all the same\n",
	       "the message");
	rootward_policy_free(policy);
}

/* An option for a path that is built in is as if somebody had written the tree. */
static void test_options(void)
{
	struct rootward_opts opts = collect_opts(&got);
	struct rootward_policy *policy = NULL;

	rootward_policy_default(&policy);
	is_int(rootward_policy_add(policy, "~/.ssh", ROOTWARD_OPS_READ, 0, "--ro"), -EINVAL,
	       "allow what is denied");
	is_int(rootward_policy_add(policy, "work/../.ssh", ROOTWARD_OPS_READ, 0, "--ro"), 0,
	       "by another name");
	is_int(policy_resolve(policy, &opts), -EINVAL, "is refused, too");
	is_str(strstr(collected_text(&got), "note"), "note built-in default \"~/.ssh\" is here\n",
	       "and says by what");
	rootward_policy_free(policy);

	rootward_policy_default(&policy);
	rootward_policy_add(policy, "~/.bash_history", 0, ROOTWARD_OP_CHMOD, "--deny");
	is_int(policy_resolve(policy, NULL), -EINVAL, "it does not give way any more");
	rootward_policy_free(policy);
}

static void test_no_home(void)
{
	struct rootward_policy *policy;

	setenv("HOME", "/nonexistent-home", 1);
	policy = resolve_in("work", 0);
	is_int(state(policy, "~/.ssh"), TREE_SKIPPED, "no home directory, no secrets in it");
	rootward_policy_free(policy);
	setenv("HOME", tempdir, 1);
}

int main(void)
{
	enter_tempdir();
	setenv("HOME", tempdir, 1);
	make_dir("work");
	make_dir(".ssh");
	make_dir(".ssh/keys");
	make_dir("place");
	make_dir(".kube");
	make_link("place", ".docker");
	make_link("place", ".oci");
	make_link("/dev/null", ".bash_history");

	test_contents();
	test_resolve();
	test_working_directory();
	test_options();
	test_no_home();
	collected_reset(&got);
	return done_testing();
}
