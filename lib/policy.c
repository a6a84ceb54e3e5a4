/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A policy as a structure: made, added to, freed.  Nothing here looks at the file system. */
#include <string.h>

#include "cleanup.h"
#include "policy.h"

bool policy_name_is_valid(const char *name)
{
	size_t i;

	for (i = 0; name[i]; i++)
		if ((unsigned char)name[i] < ' ' || name[i] == 0x7f)
			return false;
	return i > 0 && i <= POLICY_NAME_MAX;
}

int policy_set_name(struct rootward_policy *policy, const char *name)
{
	char *copy;

	if (!policy_name_is_valid(name))
		return -EINVAL;
	copy = strdup(name);
	if (!copy)
		return -ENOMEM;
	free(policy->name);
	policy->name = copy;
	return 0;
}

static void cleanup_policy(struct rootward_policy **policy)
{
	rootward_policy_free(*policy);
}

int rootward_policy_new(struct rootward_policy **ret, const char *name)
{
	_cleanup_(cleanup_policy) struct rootward_policy *policy = NULL;
	int r;

	policy = calloc(1, sizeof(*policy));
	if (!policy)
		return -ENOMEM;
	r = policy_set_name(policy, name ? name : "policy");
	if (r < 0)
		return r;

	*ret = steal_ptr(policy);
	return 0;
}

void rootward_policy_free(struct rootward_policy *policy)
{
	size_t i;

	if (!policy)
		return;

	for (i = 0; i < policy->n_trees; i++) {
		free(policy->trees[i].path);
		free(policy->trees[i].real);
		tree_label_free(policy->trees[i].label);
	}
	for (i = 0; i < policy->n_strings; i++)
		free(policy->strings[i]);
	index_free(&policy->paths);
	policy_tasks_free(&policy->applies_to);
	policy_tasks_free(&policy->except);
	policy_tasks_free(&policy->unlock);
	free(policy->trees);
	free(policy->strings);
	free(policy->name);
	free(policy->file);
	free(policy);
}

const char *policy_string(struct rootward_policy *policy, const char *s)
{
	char **strings;
	size_t n = policy->n_strings;

	/* A command line gives the same option many times in a row. */
	if (n && !strcmp(policy->strings[n - 1], s))
		return policy->strings[n - 1];

	/* Room doubles: it is full whenever the number is a power of two. */
	if (!(n & (n - 1))) {
		strings = realloc(policy->strings, (n ? 2 * n : 1) * sizeof(*strings));
		if (!strings)
			return NULL;
		policy->strings = strings;
	}
	policy->strings[n] = strdup(s);
	if (!policy->strings[n])
		return NULL;
	policy->n_strings = n + 1;
	return policy->strings[n];
}

static bool path_alike(const void *data, uint32_t number, const void *key)
{
	const struct rootward_policy *policy = data;

	return !strcmp(policy->trees[number].path, key);
}

struct tree *policy_find(const struct rootward_policy *policy, const char *path)
{
	uint32_t i = index_find(&policy->paths, hash_bytes(0, path, strlen(path)), path_alike,
				policy, path);

	return i == INDEX_NONE ? NULL : &policy->trees[i];
}

static int make_room(struct rootward_policy *policy)
{
	size_t cap = policy->cap_trees ? 2 * policy->cap_trees : 16;
	struct tree *trees;

	if (policy->n_trees >= POLICY_TREES_MAX)
		return -E2BIG;
	if (policy->n_trees < policy->cap_trees)
		return 0;

	trees = realloc(policy->trees, cap * sizeof(*trees));
	if (!trees)
		return -ENOMEM;
	policy->trees = trees;
	policy->cap_trees = cap;
	return 0;
}

static bool masks_are_valid(uint32_t allow, uint32_t deny)
{
	return (allow | deny) && !((allow | deny) & ~ROOTWARD_OPS_ALL) && !(allow & deny);
}

int policy_append(struct rootward_policy *policy, const struct tree *tree)
{
	_cleanup_free_ char *path = NULL;
	int r;

	if (!tree->path[0] || !masks_are_valid(tree->allow, tree->deny))
		return -EINVAL;
	if (policy_find(policy, tree->path))
		return -EINVAL;

	r = make_room(policy);
	if (r < 0)
		return r;
	path = strdup(tree->path);
	if (!path)
		return -ENOMEM;
	r = index_add(&policy->paths, hash_bytes(0, path, strlen(path)), policy->n_trees);
	if (r < 0)
		return r;

	policy->trees[policy->n_trees++] = (struct tree){
		.path = steal_ptr(path),
		.label = tree->label,
		.allow = tree->allow,
		.deny = tree->deny,
		.optional = tree->optional,
		.builtin = tree->builtin,
		.follows_path = tree->follows_path,
		.owner = tree->owner,
		.group = tree->group,
		.origin = tree->origin,
	};
	return 0;
}

static const struct tree_who anybody = { WHO_ANYBODY };

/* Operations that no list names are in the entry behind the last. */
static uint32_t owned_ops(const struct tree_owners *owners, size_t number, struct tree_who *who)
{
	uint32_t rest = ROOTWARD_OPS_ALL;
	size_t i;

	*who = number < owners->n ? owners->list[number].who : anybody;
	if (number < owners->n)
		return owners->list[number].ops;
	for (i = 0; i < owners->n; i++)
		rest &= ~owners->list[i].ops;
	return rest;
}

size_t tree_parts(const struct tree *tree, struct tree_part parts[TREE_PARTS_MAX])
{
	struct tree_who owner, group;
	size_t i, k, n = 0;
	uint32_t ops, both;

	for (i = 0; i <= tree->owner.n; i++) {
		ops = owned_ops(&tree->owner, i, &owner);
		for (k = 0; k <= tree->group.n; k++) {
			both = ops & owned_ops(&tree->group, k, &group);
			if (both & (tree->allow | tree->deny))
				parts[n++] = (struct tree_part){ tree->allow & both,
								 tree->deny & both, owner, group };
		}
	}
	return n;
}

uint32_t tree_owned(const struct tree *tree)
{
	uint32_t ops = 0, i;

	for (i = 0; i < tree->owner.n; i++)
		ops |= tree->owner.list[i].ops;
	for (i = 0; i < tree->group.n; i++)
		ops |= tree->group.list[i].ops;
	return ops & (tree->allow | tree->deny);
}

uint32_t policy_unasked(const struct rootward_policy *policy)
{
	uint32_t ops = ROOTWARD_OPS_TELL & policy->default_ops;
	size_t i;

	for (i = 0; i < policy->n_trees; i++)
		if (policy->trees[i].state != TREE_SKIPPED)
			ops &= ~policy->trees[i].deny;
	return ops;
}

int rootward_policy_add(struct rootward_policy *policy, const char *path, uint32_t allow,
			uint32_t deny, const char *origin)
{
	struct tree added = { .path = (char *)path, .allow = allow, .deny = deny };
	struct tree *tree;

	if (!path[0] || !masks_are_valid(allow, deny))
		return -EINVAL;
	tree = policy_find(policy, path);
	if (tree &&
	    (tree_is_owned(tree) || !masks_are_valid(tree->allow | allow, tree->deny | deny)))
		return -EINVAL;

	if (origin) {
		added.origin.file = policy_string(policy, origin);
		if (!added.origin.file)
			return -ENOMEM;
	}
	if (!tree)
		return policy_append(policy, &added);

	tree->allow |= allow;
	tree->deny |= deny;
	/* Somebody asks for this very path: what is amiss with it is a mistake from now on. */
	if (tree->optional || tree->builtin) {
		tree->optional = false;
		tree->builtin = false;
		tree->origin = added.origin;
	}
	return 0;
}
