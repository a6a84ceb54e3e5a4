/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Random trees, random policies, the kernel's answers.  Nothing may be possible that the model
 * does not allow; what the model allows and the kernel does not must be among the plan's losses.
 * The model here is slow and plain on purpose, and shares nothing with the plan.
 *
 *	landlock_random [SEED [ROUNDS]]
 */
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sysmacros.h>

#include "landlock_abi.h"
#include "landlock_attempts.h"
#include "landlock_help.h"
#include "landlock_plan.h"
#include "ops.h"
#include "tap.h"

#define OBJECTS 64

/* A thing in the work directory; @later: made after the rules. */
struct thing {
	char path[256];
	bool dir;
	bool later;
};

struct round {
	char dir[256];
	unsigned int seed;
	struct thing things[OBJECTS];
	size_t n;
	struct rootward_policy *policy;
	struct landlock_plan plan;
	int ruleset;
	int abi;
	uint32_t (*seen)[OBJECTS]; /* shared: what the confined child could do */
};

static unsigned int rng;

static unsigned int below(unsigned int n)
{
	rng = rng * 1103515245 + 12345;
	return (rng >> 16) % n;
}

/* ---- the model ---- */

static const struct tree *rule_at(const struct rootward_policy *policy, const char *path)
{
	size_t i;

	for (i = 0; i < policy->n_trees; i++)
		if (policy->trees[i].real && !strcmp(policy->trees[i].real, path) &&
		    !(policy->trees[i].optional && policy->trees[i].state == TREE_NAME_ONLY))
			return &policy->trees[i];
	return NULL;
}

static bool model(const struct rootward_policy *policy, const char *path, uint32_t op)
{
	const struct tree *tree;
	char at[256];

	strcpy(at, path);
	for (;;) {
		tree = rule_at(policy, at[0] ? at : "/");
		if (tree && (tree->deny & op))
			return false;
		if (tree && (tree->allow & op))
			return true;
		if (!at[0])
			return policy->default_ops & op;
		*strrchr(at, '/') = '\0';
	}
}

/* The kernel judges all entries of a directory alike, so one denied entry counts for all. */
static bool entries_allow(const struct rootward_policy *policy, const char *dir, uint32_t op)
{
	const struct tree *tree;
	size_t i;

	for (i = 0; i < policy->n_trees; i++) {
		tree = &policy->trees[i];
		if (!tree->real || tree->state == TREE_SKIPPED ||
		    (tree->optional && tree->state == TREE_NAME_ONLY))
			continue;
		if ((tree->deny & op) && !strncmp(tree->real, dir, strlen(dir)) &&
		    strrchr(tree->real, '/') == tree->real + strlen(dir))
			return false;
	}
	return true;
}

/* ---- a round's world ---- */

static struct thing *add_thing(struct round *round, const char *parent, const char *name, bool dir)
{
	struct thing *thing = &round->things[round->n++];
	char path[sizeof(thing->path)];

	/* @parent may lie in the array that is written to. */
	snprintf(path, sizeof(path), "%.180s/%s", parent, name);
	memcpy(thing->path, path, sizeof(path));
	thing->dir = dir;
	if (dir)
		make_dir(thing->path);
	else
		make_file(thing->path);
	return thing;
}

static void make_things(struct round *round)
{
	unsigned int i, wanted = 4 + below(12);
	const struct thing *parent;
	char name[16], path[256];

	round->n = 0;
	add_thing(round, round->dir, "t", true);
	for (i = 0; i < wanted; i++) {
		do
			parent = &round->things[below(round->n)];
		while (!parent->dir);
		snprintf(name, sizeof(name), "%c%u", 'a' + below(3), i);
		add_thing(round, parent->path, name, below(3) > 0);
	}
	/* Links are not rules' objects; they must do no harm. */
	snprintf(path, sizeof(path), "%.200s/link", round->things[0].path);
	if (symlink(round->things[below(round->n)].path, path))
		abort();
}

static uint32_t random_ops(void)
{
	switch (below(6)) {
	case 0:
		return ROOTWARD_OPS_ALL;
	case 1:
		return ROOTWARD_OPS_READ;
	case 2:
		return ROOTWARD_OPS_WRITE;
	case 3:
		return ROOTWARD_OPS_READ | ROOTWARD_OPS_EXECUTE;
	case 4:
		return 1U << below(ROOTWARD_OP_COUNT);
	default:
		return (below(65536) << 16 | below(65536)) & ROOTWARD_OPS_ALL;
	}
}

static void make_policy(struct round *round)
{
	unsigned int i, n = 1 + below(6);
	uint32_t allow, deny;
	char path[256];

	round->policy = new_policy(below(3) ? random_ops() : 0, ROOTWARD_OPS_ALL);
	for (i = 0; i < n; i++) {
		const struct thing *thing = &round->things[below(round->n)];
		bool missing = thing->dir && !below(6);

		snprintf(path, sizeof(path), "%.200s%s", thing->path, missing ? "/none" : "");
		allow = missing || !below(2) ? 0 : random_ops();
		deny = (missing || below(2) ? random_ops() : 0) & ~allow;
		if (!(allow | deny) || policy_find(round->policy, path))
			continue;
		rule(round->policy, path, allow, deny, missing && !below(2));
	}
}

static int to_ruleset(void *data, int fd, const char *path, uint32_t ops)
{
	const struct round *round = data;

	return landlock_abi_allow(round->ruleset, fd, ops, round->abi);
}

static int make_plan(struct round *round)
{
	struct mounts mounts;
	int r;

	round->plan = (struct landlock_plan){ 0 };
	round->ruleset = landlock_abi_ruleset(landlock_abi_ops(round->abi), round->abi, true);
	r = policy_resolve(round->policy, NULL);
	if (r || round->ruleset < 0 || mounts_read(&mounts))
		return -EIO;
	r = trie_build(&round->plan.trie, round->policy, &mounts, landlock_abi_ops(round->abi));
	if (!r)
		r = landlock_plan_run(&round->plan, &mounts, to_ruleset, round, NULL);
	mounts_free(&mounts);
	return r;
}

/* What is made after the rules, for them to meet, and for the child to take away. */
static void make_later(struct round *round)
{
	size_t i, n = round->n;
	char path[300];

	for (i = 0; i < n; i++) {
		const char *dir = round->things[i].path;

		if (!round->things[i].dir)
			continue;
		if (round->n + 2 <= OBJECTS) {
			add_thing(round, dir, "later", false)->later = true;
			add_thing(round, dir, "laterdir", true)->later = true;
		}
		snprintf(path, sizeof(path), "%s/v_file", dir);
		make_file(path);
		snprintf(path, sizeof(path), "%s/v_dir", dir);
		make_dir(path);
		snprintf(path, sizeof(path), "%s/v_hold", dir);
		make_dir(path);
		snprintf(path, sizeof(path), "%s/v_hold/in", dir);
		make_file(path);
	}
}

/* ---- what the confined child does ---- */

static int confined(void *data)
{
	struct round *round = data;
	int r = landlock_abi_restrict(round->ruleset);
	size_t i;

	if (r == -EPERM) {
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		r = landlock_abi_restrict(round->ruleset);
	}
	if (r)
		return 1;
	/* Directories last: their attempts make and remove things. */
	for (i = 0; i < round->n; i++)
		if (!round->things[i].dir)
			(*round->seen)[i] = try_file(round->things[i].path);
	for (i = 0; i < round->n; i++)
		if (round->things[i].dir && !round->things[i].later)
			(*round->seen)[i] = try_dir(round->things[i].path);
	return 0;
}

/* ---- the verdict ---- */

static uint32_t lost_at(const struct round *round, const char *path)
{
	uint32_t ops = 0;
	size_t i;

	for (i = 0; i < round->plan.n_losses; i++)
		if (!strcmp(round->plan.losses[i].node->path, path))
			ops |= round->plan.losses[i].ops;
	return ops;
}

static int complain(const struct round *round, const struct thing *thing, uint32_t op,
		    const char *what)
{
	char words[OPS_FORMAT_MAX], allow[OPS_FORMAT_MAX], deny[OPS_FORMAT_MAX];
	size_t i;

	printf("# seed %u: %s: %s %s\n", round->seed, thing->path,
	       ops_format(op, words, sizeof(words)), what);
	printf("#   default %s\n", ops_format(round->policy->default_ops, words, sizeof(words)));
	for (i = 0; i < round->policy->n_trees; i++)
		printf("#   %s: allow %s, deny %s%s\n", round->policy->trees[i].path,
		       ops_format(round->policy->trees[i].allow, allow, sizeof(allow)),
		       ops_format(round->policy->trees[i].deny, deny, sizeof(deny)),
		       round->policy->trees[i].optional ? " (optional)" : "");
	return 1;
}

static bool expected(const struct round *round, const struct thing *thing, uint32_t op)
{
	if (!model(round->policy, thing->path, op))
		return false;
	/* The kernel opens what it executes for reading, and Landlock asks for both. */
	if (!thing->dir)
		return op != ROOTWARD_OP_EXECUTE ||
		       model(round->policy, thing->path, ROOTWARD_OP_READ_FILE);
	/* The attempt is a link from a directory beneath, which needs make_reg as well. */
	if (op == ROOTWARD_OP_REFER &&
	    !(model(round->policy, thing->path, ROOTWARD_OP_MAKE_REG) &&
	      entries_allow(round->policy, thing->path, ROOTWARD_OP_MAKE_REG)))
		return false;
	return !(op & ROOTWARD_OPS_ENTRY) || entries_allow(round->policy, thing->path, op);
}

static int judge_thing(const struct round *round, size_t n, uint32_t tried, unsigned int *counts)
{
	const struct thing *thing = &round->things[n];
	char parent[256];
	uint32_t op, lost;
	int bad = 0;

	strcpy(parent, thing->path);
	if (thing->later)
		*strrchr(parent, '/') = '\0';
	lost = thing->dir || thing->later ? lost_at(round, parent) : 0;
	if (lost & ROOTWARD_OP_MAKE_REG)
		lost |= ROOTWARD_OP_REFER;
	if (lost & ROOTWARD_OP_READ_FILE)
		lost |= ROOTWARD_OP_EXECUTE;

	for (op = 1; op & ROOTWARD_OPS_ALL; op <<= 1) {
		bool may = expected(round, thing, op);
		bool can = (*round->seen)[n] & op;

		if (!(tried & op))
			continue;
		counts[may * 2 + can]++;
		if (can && !may)
			bad |= complain(round, thing, op, "is possible and not allowed");
		if (may && !can && !(lost & op))
			bad |= complain(round, thing, op, "is allowed, impossible, and no loss");
	}
	return bad;
}

static int judge(const struct round *round, unsigned int *counts)
{
	const uint32_t file = ROOTWARD_OP_READ_FILE | ROOTWARD_OP_WRITE_FILE |
			      ROOTWARD_OP_TRUNCATE | ROOTWARD_OP_EXECUTE;
	const uint32_t dir = ROOTWARD_OP_READ_DIR | ROOTWARD_OPS_ENTRY;
	uint32_t known = landlock_abi_ops(round->abi);
	int bad = 0;
	size_t i;

	for (i = 0; i < round->n; i++) {
		if (round->things[i].dir && round->things[i].later)
			continue;
		bad |= judge_thing(round, i, (round->things[i].dir ? dir : file) & known, counts);
	}
	return bad;
}

static int play(struct round *round, unsigned int *counts)
{
	int bad;

	rng = round->seed;
	memset(*round->seen, 0, sizeof(*round->seen));
	make_things(round);
	make_policy(round);
	bad = make_plan(round);
	if (bad)
		return complain(round, &round->things[0], 0, "no plan");
	make_later(round);
	bad = in_child(confined, round) ? complain(round, &round->things[0], 0, "no answers")
					: judge(round, counts);

	close(round->ruleset);
	landlock_plan_free(&round->plan);
	rootward_policy_free(round->policy);
	remove_tree(round->things[0].path);
	return bad;
}

struct job {
	unsigned int seed;
	unsigned int rounds;
	uid_t uid;
	int abi;
};

static int play_all(void *data)
{
	unsigned int counts[4] = { 0 }, i;
	const struct job *job = data;
	struct round *round = calloc(1, sizeof(*round));
	int bad = 0;

	if (!round || (job->uid && (setgid(job->uid) || setuid(job->uid))))
		return 2;
	umask(022);
	work_enter(round->dir, sizeof(round->dir));
	round->abi = job->abi;
	round->seen = mmap(NULL, sizeof(*round->seen), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (i = 0; i < job->rounds && !bad; i++) {
		round->seed = job->seed + i;
		bad = play(round, counts);
	}
	printf("# uid %u, ABI %d: %u denied, %u lost, %u allowed\n", job->uid, job->abi, counts[0],
	       counts[2], counts[3]);
	fflush(stdout);
	remove_tree(round->dir);
	/* A test in which nothing is allowed would prove little. */
	return bad || !counts[0] || !counts[3];
}

int main(int argc, char **argv)
{
	unsigned int seed = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;
	unsigned int rounds = argc > 2 ? strtoul(argv[2], NULL, 0) : 100;
	int abi = landlock_abi_query(), i;

	if (abi < 1) {
		skip("no Landlock here", "random policies");
		return done_testing();
	}
	if (abi > LANDLOCK_ABI_KNOWN)
		abi = LANDLOCK_ABI_KNOWN;
	/* A newer kernel does what an older one did for a ruleset that says no more. */
	for (i = abi; i >= 1; i -= abi > 3 ? 2 : 1) {
		struct job job = { seed, rounds, 0, i };

		is_int(in_child(play_all, &job), 0, "ABI %d, %u rounds from seed %u", i, rounds,
		       seed);
		job.uid = UNPRIVILEGED;
		if (!getuid())
			is_int(in_child(play_all, &job), 0, "ABI %d without privilege", i);
	}
	return done_testing();
}
