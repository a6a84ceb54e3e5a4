/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the engine refuses, what it lets go with consent, and what it says about either. */
#include "landlock_abi.h"
#include "landlock_help.h"
#include "tap.h"

#define RX (ROOTWARD_OPS_READ | ROOTWARD_OPS_EXECUTE)
#define ALL ROOTWARD_OPS_ALL

static void check_said(const struct said *said, const char *text)
{
	if (!ok(strstr(said->text, text), "it is said: %s", text))
		tap_show("said", said->text);
}

static void test_working_directory(void)
{
	struct rootward_policy *policy = new_policy(RX, ALL & ~ROOTWARD_OPS_ENTRY);
	struct said said;
	void *state;

	rule(policy, "plant", ALL, 0, false);
	rule(policy, "plant/a", 0, RX, false);
	is_int(create(&state, policy, &said, 0), -ENOTSUP,
	       "a deny beneath a writable tree: refused");
	check_said(&said, "p.yaml:1: landlock cannot allow");
	check_said(&said, "p.yaml:2: plant/a is denied there");
	is_int(create(&state, policy, &said, 1), 0, "with --best-effort: made");
	check_said(&said, "not possible directly in");
	engine_landlock.free(state);

	policy->best_effort = ALL;
	is_int(create(&state, policy, &said, 0), 0, "the policy's own best_effort does the same");
	engine_landlock.free(state);
	rootward_policy_free(policy);
}

static void test_gaps(void)
{
	struct rootward_policy *policy = new_policy(RX, 0);
	struct said said;
	void *state;

	rule(policy, "names", 0, ROOTWARD_OP_STAT, false);
	is_int(create(&state, policy, &said, 0), -ENOTSUP, "what no ABI can forbid: refused");
	check_said(&said, "p.yaml:99: `default` does not allow chmod, chown, utime, setxattr");
	check_said(&said, "p.yaml:1: landlock (ABI");
	check_said(&said, "cannot deny stat in names");
	is_int(said.n[ROOTWARD_ERROR], 2, "one error for each rule");

	is_int(create(&state, policy, &said, 1), 0, "with --best-effort: made");
	is_int(said.n[ROOTWARD_WARNING], 2, "one warning for the policy, one for the rule");
	engine_landlock.free(state);

	policy->best_effort = ALL;
	is_int(create(&state, policy, &said, 0), 0, "with the policy's best_effort: made");
	is_int(said.n[ROOTWARD_WARNING], 1, "one warning");
	engine_landlock.free(state);
	rootward_policy_free(policy);

	policy = new_policy(ALL, 0);
	rule(policy, "names/f", 0, ROOTWARD_OP_READ_FILE, false);
	is_int(create(&state, policy, &said, 0), 0, "everything allowed but one: no gap");
	is_int(said.n[ROOTWARD_WARNING], 1, "a warning for what `default` loses");
	check_said(&said, "no changing of entries");
	engine_landlock.free(state);
	rootward_policy_free(policy);
}

static void test_owners(void)
{
	struct rootward_policy *policy = new_policy(RX, 0);
	struct said said;
	void *state;

	rule(policy, "names", ALL, 0, false);
	policy->trees[0].owner.n = 1;
	is_int(create(&state, policy, &said, 0), -ENOTSUP, "a rule by owner: refused");
	check_said(&said, "p.yaml:1: landlock does not ask who owns what is accessed: names");
	is_int(create(&state, policy, &said, 1), -ENOTSUP, "also with --best-effort");
	policy->trees[0].owner.n = 0;
	policy->trees[0].group.n = 1;
	is_int(create(&state, policy, &said, 0), -ENOTSUP, "a rule by group too");
	rootward_policy_free(policy);
}

static void test_following(void)
{
	struct rootward_policy *policy = new_policy(RX, ALL);
	struct said said;
	void *state;

	rule(policy, "names", ALL, 0, false);
	policy->trees[0].follows_path = true;
	is_int(create(&state, policy, &said, 0), -ENOTSUP, "a rule that follows a path: refused");
	check_said(&said, "p.yaml:1: landlock binds a rule to what is there, not to its name: "
			  "names is to follow");
	is_int(create(&state, policy, &said, 1), -ENOTSUP, "also with --best-effort");
	policy->trees[0].follows_path = false;
	is_int(create(&state, policy, &said, 0), 0, "one that does not: made");
	engine_landlock.free(state);
	rootward_policy_free(policy);
}

static void test_mode(void)
{
	struct rootward_policy *policy = new_policy(RX, ALL);
	struct said said;
	void *state;

	policy->mode = ROOTWARD_MODE_AUDIT;
	policy->mode_origin = (struct origin){ "p.yaml", 7, 1 };
	is_int(create(&state, policy, &said, 1), -ENOTSUP, "audit: refused");
	check_said(&said, "p.yaml:7: landlock cannot let pass and tell");
	policy->mode = ROOTWARD_MODE_ENFORCE;
	is_int(create(&state, policy, &said, 0), 0, "enforce: made");
	engine_landlock.free(state);
	rootward_policy_free(policy);
}

static void test_optional(void)
{
	struct rootward_policy *policy = new_policy(RX, ALL);
	struct said said;
	void *state;

	rule(policy, "names/not-there", 0, ALL, true);
	is_int(create(&state, policy, &said, 0), 0, "an optional tree that is missing");
	check_said(&said, "names/not-there does not exist");
	ok(!strstr(said.text, "cannot be listed"), "costs nothing");
	engine_landlock.free(state);
	rootward_policy_free(policy);
}

static void test_stale(void)
{
	struct rootward_policy *policy = new_policy(RX, ALL);
	struct said said;
	struct rootward_opts opts = said_opts(&said);
	void *state;

	make_dir("stale");
	make_file("stale/f");
	rule(policy, "stale/f", 0, ALL, false);
	is_int(policy_resolve(policy, &opts), 0, "a file is looked up");
	if (rename("stale/f", "stale/g"))
		abort();
	is_int(engine_landlock.create(&state, &policy, 1, &opts), -ESTALE,
	       "and then moved: not made");
	rootward_policy_free(policy);
}

static int make_unlisted(void *data)
{
	struct rootward_policy *policy = new_policy(RX, ALL);
	struct said said;
	void *state;
	int r;

	if (setgid(UNPRIVILEGED) || setuid(UNPRIVILEGED))
		return 255;
	rule(policy, "closed/in", 0, ALL, false);
	r = create(&state, policy, &said, 0);
	return r ? 1 : !strstr(said.text, "you may not list it");
}

static void test_unlisted(void)
{
	make_dir("closed");
	make_dir("closed/in");
	if (getuid() || chmod("closed", 0711)) {
		skip("needs root", "a directory that may not be listed");
		return;
	}
	is_int(in_child(make_unlisted, NULL), 0, "a directory that may not be listed is a loss");
}

/* What the rules are hung on. */
static void make_things(void)
{
	make_dir("names");
	make_file("names/f");
	make_dir("plant");
	make_dir("plant/a");
}

int main(void)
{
	char work[256];

	if (landlock_abi_query() < 1) {
		skip("no Landlock", "refusals");
		return done_testing();
	}
	work_enter(work, sizeof(work));
	make_things();
	test_working_directory();
	test_gaps();
	test_owners();
	test_following();
	test_mode();
	test_optional();
	test_stale();
	test_unlisted();
	remove_tree(work);
	return done_testing();
}
