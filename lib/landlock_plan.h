/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From a policy to Landlock's rules, and to what they cannot give.
 *
 * With E(x) what the policy allows at an object and L(x) the union of the rules at x and above it:
 * L(x) is a part of E(x) for every path that exists or will, and as large as that permits.  Only
 * directories that lead to a deny are listed, never the file system.
 *
 * What does not follow changes made from outside after the plan: a denied object that somebody
 * else moves to where more is allowed, or shows by a new mount.
 */
#ifndef ROOTWARD_LANDLOCK_PLAN_H
#define ROOTWARD_LANDLOCK_PLAN_H

#include "landlock_trie.h"

/* For one policy: far more than can be meant, and a bound for the kernel's memory. */
#define LANDLOCK_RULES_MAX 100000

/** enum loss_kind - why L(x) is less than E(x). */
enum loss_kind {
	LOSS_EXPANDED, /* a deny lies beneath: the directory itself, and what is made in it later */
	LOSS_UNLISTED, /* and the caller may not list it: nor its children, but for well-known ones
			*/
	LOSS_SHOWN,    /* another mount shows it where it is not allowed */
};

/**
 * struct landlock_loss
 * @node: the directory, or the one that holds what is lost
 * @ops:  what the policy allows and the rules do not
 */
struct landlock_loss {
	enum loss_kind kind;
	const struct node *node;
	uint32_t ops;
};

struct landlock_plan {
	struct trie trie;
	struct landlock_loss *losses;
	size_t n_losses;
	size_t n_rules;
};

/**
 * landlock_rule_fn - gets each rule: @ops are allowed at and beneath what @fd (O_PATH) is open on.
 * @path says the same for a reader.  Non-zero ends the plan and is returned.
 */
typedef int (*landlock_rule_fn)(void *data, int fd, const char *path, uint32_t ops);

/**
 * landlock_plan_run() - compute and hand over the rules for @plan->trie, which is built.
 *
 * Holds few descriptors at a time, whatever the number of trees.
 *
 * Return: 0; -E2BIG beyond LANDLOCK_RULES_MAX (reported); -ESTALE when a tree was moved meanwhile
 * (reported); -ENOMEM; what @fn returns.
 */
int landlock_plan_run(struct landlock_plan *plan, const struct mounts *mounts, landlock_rule_fn fn,
		      void *data, const struct rootward_opts *opts);

void landlock_plan_free(struct landlock_plan *plan);

#endif
