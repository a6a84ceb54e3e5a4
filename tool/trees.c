/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "policy.h"
#include "trees.h"

bool user_tree_of(const char *option, struct user_tree *tree)
{
	static const struct user_tree kinds[] = {
		{ "--ro", NULL, ROOTWARD_OPS_READ | ROOTWARD_OPS_EXECUTE, ROOTWARD_OPS_WRITE },
		{ "--rw", NULL, ROOTWARD_OPS_ALL, 0 },
		{ "--deny", NULL, 0, ROOTWARD_OPS_ALL },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(option, kinds[i].option)) {
			*tree = kinds[i];
			return true;
		}
	return false;
}

static void free_policy(struct rootward_policy **policy)
{
	rootward_policy_free(*policy);
}

/* The same object, or the same name of one that does not exist yet. */
static bool is_same(const struct tree *a, const struct tree *b)
{
	if (a->state == TREE_PRESENT && b->state == TREE_PRESENT)
		return a->dev == b->dev && a->ino == b->ino;
	return !strcmp(a->path, b->path) || (a->real && b->real && !strcmp(a->real, b->real));
}

static struct tree *find_same(struct rootward_policy *policy, const struct tree *tree)
{
	for (size_t i = 0; i < policy->n_trees; i++)
		if (is_same(&policy->trees[i], tree))
			return &policy->trees[i];
	return NULL;
}

/* Makes @tree, which the policy has on the same object, into what the option says. */
static int replace(struct rootward_policy *policy, struct tree *tree, const struct user_tree *by)
{
	const char *origin = policy_string(policy, by->option);

	if (!origin)
		return -ENOMEM;
	tree->allow = by->allow;
	tree->deny = by->deny;
	tree->optional = false;
	tree->builtin = false;
	tree->owner.n = tree->group.n = 0;
	tree->origin = (struct origin){ .file = origin };
	return 0;
}

/* The trees alone, as a policy: looked up with messages, so a mistake in an option is found here.
 */
static int look_up(struct rootward_policy **ret, const struct user_tree *trees, size_t n,
		   const struct rootward_opts *opts)
{
	_cleanup_(free_policy) struct rootward_policy *mine = NULL;
	int r;

	r = rootward_policy_new(&mine, NULL);
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct origin origin = { .file = trees[i].option };

		if (policy_find(mine, trees[i].path))
			return diag(opts, ROOTWARD_ERROR, &origin, NULL,
				    "\"%s\" is given twice among --ro, --rw and --deny",
				    trees[i].path);
		r = rootward_policy_add(mine, trees[i].path, trees[i].allow, trees[i].deny,
					trees[i].option);
		if (r < 0)
			diag(opts, ROOTWARD_ERROR, &origin, NULL, "\"%s\": %s", trees[i].path,
			     strerror(-r));
	}
	if (r == 0)
		r = policy_resolve(mine, opts);
	if (r < 0)
		return r;
	*ret = steal_ptr(mine);
	return 0;
}

int user_trees_add(struct rootward_policy *policy, const struct user_tree *trees, size_t n,
		   const struct rootward_opts *opts)
{
	_cleanup_(free_policy) struct rootward_policy *mine = NULL;
	int r;

	if (!n)
		return 0;
	r = look_up(&mine, trees, n, opts);
	if (r < 0)
		return r;
	/* silently: what is wrong with the policy's own trees is said when the domain is made */
	policy_resolve(policy, NULL);
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct tree *same = find_same(policy, &mine->trees[i]);

		if (same)
			r = replace(policy, same, &trees[i]);
		else
			r = rootward_policy_add(policy, trees[i].path, trees[i].allow,
						trees[i].deny, trees[i].option);
	}
	return r;
}
