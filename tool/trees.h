/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --ro, --rw and --deny: trees that whoever starts the command adds to policies. */
#ifndef TOOL_TREES_H
#define TOOL_TREES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rootward.h>

/**
 * struct user_tree
 * @option: "--ro", "--rw", "--deny", for messages
 * @path:   as given
 * @allow, @deny: what the option means
 */
struct user_tree {
	const char *option;
	const char *path;
	uint32_t allow;
	uint32_t deny;
};

/** user_tree_of() - what @option means, without a path.  Return: false: there is no such option. */
bool user_tree_of(const char *option, struct user_tree *tree);

/**
 * user_trees_add() - put @n trees into @policy.  A tree of the policy that is the same file or
 * directory gives way: who types the option means it.
 *
 * Return: 0; -errno after a diagnostic: -EINVAL when two of them are the same, -ENOENT, -ENOMEM.
 */
int user_trees_add(struct rootward_policy *policy, const struct user_tree *trees, size_t n,
		   const struct rootward_opts *opts);

#endif
