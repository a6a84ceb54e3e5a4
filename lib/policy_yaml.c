/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads a policy file by the table in policy_keys.c.  A mistake is reported and counted, and
 * reading goes on, so that one run tells them all: also those before the place from which on it is
 * no YAML.
 */
#include <string.h>

#include "cleanup.h"
#include "ops.h"
#include "policy_reader.h"
#include "policy_yaml.h"
#include "words.h"

static void read_trees(struct reader *r, const struct policy_key *key,
		       const struct yaml_node *node);

static void unknown_key(struct reader *r, const struct policy_key *keys,
			const struct yaml_node *node)
{
	struct nearest nearest = { 0 };
	char hint[NEAREST_HINT_MAX], cut[WORD_CUT_MAX];

	if (!strcmp(node->text, "<<")) {
		mistake(r, node, "write the keys out", "a merge key (<<) has no meaning here");
		return;
	}
	for (; keys->name; keys++)
		nearest_offer(&nearest, node->text, keys->name);
	mistake(r, node, nearest_hint(&nearest, hint, sizeof(hint)), "unknown key \"%s\"",
		word_cut(node->text, cut, sizeof(cut)));
}

/* The key's line in the table, or NULL with a message. */
static const struct policy_key *key_of(struct reader *r, const struct policy_key *keys,
				       const struct yaml_node *node)
{
	const struct policy_key *key;

	if (node->kind != YAML_WORD) {
		if (node->kind != YAML_REFUSED)
			mistake(r, node, NULL, "a key must be a word, not %s", kind_text(node));
		return NULL;
	}
	for (key = keys; key->name; key++)
		if (!strcmp(node->text, key->name) && !has_nul(node))
			return key;
	unknown_key(r, keys, node);
	return NULL;
}

void read_map(struct reader *r, const struct policy_key *keys, const struct yaml_node *map,
	      void *object, const struct yaml_node *seen[KEYS_MAX])
{
	const struct yaml_node *node;
	const struct policy_key *key;

	for (node = map->child; node && node->next && !r->failed; node = node->next->next) {
		key = key_of(r, keys, node);
		if (!key)
			continue;
		if (seen[key - keys]) {
			mistake(r, node, NULL, "\"%s\" is given twice", key->name);
			note(r, seen[key - keys], "it was first given here");
			continue;
		}
		seen[key - keys] = node;
		if (key->type == KEY_TREES)
			read_trees(r, key, node->next);
		else
			read_value(r, key, node->next, object);
	}
	for (key = keys; key->name; key++)
		if (key->required && !seen[key - keys] && !map->cut)
			mistake(r, map, NULL, "\"%s\" is missing", key->name);
}

static const struct yaml_node *value_seen(const struct yaml_node *const *seen, size_t offset)
{
	const struct policy_key *key;

	for (key = tree_keys; key->name; key++)
		if (key->type == KEY_OPS && key->offset == offset)
			return seen[key - tree_keys] ? seen[key - tree_keys]->next : NULL;
	return NULL;
}

/* The key of that type, which a tree has one of. */
static const struct yaml_node *key_seen(const struct yaml_node *const *seen, enum key_type type)
{
	const struct policy_key *key = tree_keys;

	while (key->type != type)
		key++;
	return seen[key - tree_keys];
}

/* Each word that denies what a word of @allow allows is a mistake; names both. */
static void report_both(struct reader *r, const struct yaml_node *allow,
			const struct yaml_node *deny)
{
	const struct yaml_node *d, *a;
	char buf[OPS_FORMAT_MAX];
	uint32_t both;

	for (d = first_word(deny); d; d = next_word(deny, d)) {
		for (a = first_word(allow); a; a = next_word(allow, a)) {
			both = ops_from_word(d->text) & ops_from_word(a->text);
			if (!both)
				continue;
			mistake(r, d, NULL, "\"%s\" denies what \"%s\" allows in the same tree: %s",
				d->text, a->text, ops_format(both, buf, sizeof(buf)));
			note(r, a, "\"%s\" is here", a->text);
			break;
		}
	}
}

/* What makes a rule of a tree whose keys are all right by themselves. */
static void check_tree(struct reader *r, const struct yaml_node *map, const struct tree *tree,
		       const struct yaml_node *const *seen)
{
	if (!tree->allow && !tree->deny)
		mistake(r, map, NULL, "this tree neither allows nor denies anything");
	else if (tree->allow & tree->deny)
		report_both(r, value_seen(seen, offsetof(struct tree, allow)),
			    value_seen(seen, offsetof(struct tree, deny)));
}

/* A tree is named by a path or by a label; a label's words stand for its path. */
static void check_what(struct reader *r, const struct yaml_node *map,
		       const struct yaml_node *const *seen)
{
	const struct yaml_node *path = key_seen(seen, KEY_PATH), *label = key_seen(seen, KEY_LABEL);

	if (path && label)
		mistake(r, label, "make two trees of it", "\"path\" and \"label\" in one tree");
	else if (!path && !label && !map->cut)
		mistake(r, map, NULL, "\"path\" is missing");
}

/* Takes the label over.  @right: it is without mistakes */
static void add_tree(struct reader *r, const struct yaml_node *map, struct tree *tree, bool right)
{
	const struct tree *first = policy_find(r->policy, tree->path);
	int ret;

	if (first) {
		mistake(r, map, NULL,
			tree->label ? "a second tree with the %s"
				    : "a second tree with the path \"%s\"",
			tree->path);
		diag(r->opts, ROOTWARD_NOTE, &first->origin, NULL, "the first is here");
		return;
	}
	/* The policy is lost, but its paths still have to be compared with those to come. */
	if (!right) {
		tree->allow = ROOTWARD_OPS_ALL;
		tree->deny = 0;
	}
	ret = policy_append(r->policy, tree);
	if (ret == 0)
		tree->label = NULL;
	if (ret == -E2BIG)
		mistake(r, map, NULL, "more than %d trees", POLICY_TREES_MAX);
	if (ret < 0)
		r->failed = ret;
}

static void read_tree(struct reader *r, const struct yaml_node *map)
{
	const struct yaml_node *seen[KEYS_MAX] = { NULL };
	struct tree tree = { .origin = place(r, map) };
	size_t before = r->mistakes;

	read_map(r, tree_keys, map, &tree, seen);
	check_what(r, map, seen);
	if (r->mistakes == before && !map->cut)
		check_tree(r, map, &tree, seen);
	if (tree.label && !tree.path)
		tree.path = label_words(r, tree.label);
	if (tree.path && !r->failed)
		add_tree(r, map, &tree, r->mistakes == before && !map->cut);
	tree_label_free(tree.label);
}

static void read_trees(struct reader *r, const struct policy_key *key, const struct yaml_node *node)
{
	const struct yaml_node *tree;

	if (node->kind != YAML_LIST) {
		wrong_kind(r, key->name, node, key_type_text(key->type));
		return;
	}
	for (tree = node->child; tree && !r->failed; tree = tree->next) {
		if (tree->kind == YAML_MAP)
			read_tree(r, tree);
		else
			wrong_kind(r, key->name, tree, "maps with a path");
	}
}

/* A list of who may unlock what is not locked says less than it seems to. */
static void check_unlock(struct reader *r, const struct yaml_node *const *seen)
{
	const struct policy_key *key;

	for (key = policy_keys; key->name; key++)
		if (key->offset == offsetof(struct rootward_policy, unlock) &&
		    seen[key - policy_keys] && !r->policy->locked)
			mistake(r, seen[key - policy_keys], "locked: true",
				"\"%s\" without \"locked\"", key->name);
}

static int read_policy(struct reader *r, const struct yaml_node *root)
{
	const struct yaml_node *seen[KEYS_MAX] = { NULL };
	struct yaml_node nowhere = { .line = 1, .column = 1 };

	if (!root || root->kind == YAML_NOTHING)
		mistake(r, root ? root : &nowhere,
			"a policy that allows nothing is \"default: []\"", "the policy is empty");
	else if (root->kind != YAML_MAP && !root->cut)
		mistake(r, root, "it begins with \"name:\", \"default:\" or \"trees:\"",
			"a policy is a map, not %s", kind_text(root));
	else if (root->kind == YAML_MAP)
		read_map(r, policy_keys, root, r->policy, seen);
	check_unlock(r, seen);

	if (r->failed)
		return r->failed;
	return r->mistakes ? -EINVAL : 0;
}

static void cleanup_yaml(struct yaml_node **node)
{
	yaml_free(*node);
}

static void cleanup_policy(struct rootward_policy **policy)
{
	rootward_policy_free(*policy);
}

int policy_read_yaml(struct rootward_policy **ret, const char *text, size_t len, const char *name,
		     const char *file, const struct rootward_opts *opts)
{
	_cleanup_(cleanup_policy) struct rootward_policy *policy = NULL;
	_cleanup_(cleanup_yaml) struct yaml_node *root = NULL;
	int r, parsed;

	r = rootward_policy_new(&policy, NULL);
	if (r < 0)
		return r;
	/* A file may be called what a policy may not: it then keeps the name that all have. */
	if (name && policy_set_name(policy, name) == -ENOMEM)
		return -ENOMEM;
	policy->file = strdup(file);
	if (!policy->file)
		return -ENOMEM;

	parsed = yaml_parse(&root, text, len, policy->file, opts);
	if (parsed < 0 && (parsed != -EINVAL || !root))
		return parsed;
	r = read_policy(&(struct reader){ .policy = policy, .opts = opts }, root);
	if (r == 0 || r == -EINVAL)
		*ret = steal_ptr(policy);
	return r ? r : parsed;
}
