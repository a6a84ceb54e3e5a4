/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "landlock_places.h"
#include "landlock_trie.h"

bool tree_counts(const struct tree *tree)
{
	if (tree->state == TREE_PRESENT)
		return true;
	/* "Optional" says that the rule is for what exists: the name alone is not worth a loss. */
	return tree->state == TREE_NAME_ONLY && !tree->optional && tree->deny;
}

const char *node_name(const struct node *node)
{
	return strrchr(node->path, '/') + 1;
}

/* The first @len bytes of @path, beneath @parent (NULL: the root). */
static struct node *add_node(struct trie *trie, struct node *parent, const char *path, size_t len)
{
	_cleanup_free_ struct node *node = calloc(1, sizeof(*node));
	struct node **bigger;

	if (!(trie->n & (trie->n - 1))) {
		bigger = realloc(trie->nodes, (trie->n ? 2 * trie->n : 1) * sizeof(*bigger));
		if (!bigger)
			return NULL;
		trie->nodes = bigger;
	}
	if (!node || !(node->path = strndup(path, len)))
		return NULL;

	node->parent = parent;
	if (parent && parent->last_child)
		parent->last_child->sibling = node;
	else if (parent)
		parent->child = node;
	if (parent)
		parent->last_child = node;
	trie->nodes[trie->n++] = node;
	return steal_ptr(node);
}

/* The node of @path, which sorts after every path entered before. */
static struct node *enter(struct trie *trie, const char *path)
{
	struct node *node = trie->nodes[trie->n - 1];
	size_t len;

	while (!path_beneath(path, node->path))
		node = node->parent;
	len = node->parent ? strlen(node->path) : 0;
	while (node && path[len] == '/' && path[len + 1]) {
		len += 1 + strcspn(path + len + 1, "/");
		node = add_node(trie, node, path, len);
	}
	return node;
}

static int enter_spot(struct trie *trie, const struct spot *spot)
{
	const struct tree *tree = spot->tree;
	struct node *node = enter(trie, spot->path);

	if (!node)
		return -ENOMEM;
	if (!node->tree) {
		node->tree = tree;
		node->own = spot->own;
	}
	if (spot->hidden) {
		node->hidden |= spot->hidden;
		return 0;
	}
	node->missing |= tree->state != TREE_PRESENT;
	node->file |= tree->state == TREE_PRESENT && !S_ISDIR(tree->mode);
	node->allow |= tree->allow;
	node->deny |= tree->deny;
	return 0;
}

/* E(x) downwards: the nearest rule that names an operation decides it. */
static void decide(struct trie *trie, uint32_t default_ops)
{
	struct node *node;
	size_t i;

	for (i = 0; i < trie->n; i++) {
		node = trie->nodes[i];
		node->deny |= node->hidden & ~node->allow;
		node->allow &= ~node->deny;
		node->by_default = node->parent ? node->parent->by_default : default_ops;
		node->by_default &= ~(node->allow | node->deny);
		node->granted = node->parent ? node->parent->granted : default_ops;
		node->granted = (node->granted & ~node->deny) | node->allow;
	}
}

/*
 * What a deny at @node keeps from being granted above it.  A file cannot be listed; and while its
 * name might one day be a directory's, nobody confined can make it so (make_* is blocked), and its
 * names alone would show.  To take read_dir from the whole chain for that would make `/etc`
 * unlistable for every policy that denies /etc/shadow.
 */
static uint32_t denied_at(const struct node *node)
{
	uint32_t denied = ~node->granted;

	if (node->file)
		denied &= ~(uint32_t)ROOTWARD_OP_READ_DIR;
	return denied;
}

/* Upwards: what must not be granted because it would reach a deny; see the header. */
static void block(struct trie *trie)
{
	struct node *node, *parent;
	uint32_t denied;
	size_t i;

	for (i = trie->n; i-- > 1;) {
		node = trie->nodes[i];
		parent = node->parent;
		denied = node->deny & trie->handled;
		if (denied && !node->file)
			node->blocked |= ROOTWARD_OP_REFER;
		parent->blocked |= node->blocked | denied_at(node);
		if (!node->leads && !denied)
			continue;
		parent->leads = true;
		parent->cause = denied ? node->tree : node->cause;
		if (denied)
			parent->blocked |= OPS_MAKE;
		if (!node->file)
			parent->blocked |= ROOTWARD_OP_REMOVE_DIR;
	}
}

static int compare_identity(const void *a, const void *b)
{
	const struct tree *left = *(const struct tree *const *)a;
	const struct tree *right = *(const struct tree *const *)b;

	if (left->dev != right->dev)
		return left->dev < right->dev ? -1 : 1;
	return (left->ino > right->ino) - (left->ino < right->ino);
}

static int index_identities(struct trie *trie, const struct rootward_policy *policy)
{
	size_t i;

	trie->identities = calloc(policy->n_trees + 1, sizeof(*trie->identities));
	if (!trie->identities)
		return -ENOMEM;
	for (i = 0; i < policy->n_trees; i++)
		if (policy->trees[i].state == TREE_PRESENT && policy->trees[i].deny)
			trie->identities[trie->n_identities++] = &policy->trees[i];
	qsort(trie->identities, trie->n_identities, sizeof(*trie->identities), compare_identity);
	return 0;
}

static void cleanup_spots(struct spots *spots)
{
	spots_free(spots);
}

int trie_build(struct trie *trie, const struct rootward_policy *policy, const struct mounts *mounts,
	       uint32_t handled)
{
	_cleanup_(cleanup_spots) struct spots spots = { 0 };
	size_t i;
	int r;

	*trie = (struct trie){ .handled = handled };
	r = spots_collect(&spots, policy, mounts);
	if (!r && !add_node(trie, NULL, "/", 1))
		r = -ENOMEM;
	for (i = 0; !r && i < spots.n; i++)
		r = enter_spot(trie, &spots.spots[i]);
	if (!r)
		r = index_identities(trie, policy);
	if (r) {
		trie_free(trie);
		return r;
	}

	decide(trie, policy->default_ops);
	block(trie);
	return 0;
}

void trie_free(struct trie *trie)
{
	size_t i;

	for (i = 0; i < trie->n; i++) {
		free(trie->nodes[i]->path);
		free(trie->nodes[i]);
	}
	free(trie->nodes);
	free(trie->identities);
	*trie = (struct trie){ 0 };
}

/* The first @len bytes of a path. */
struct prefix {
	const char *path;
	size_t len;
};

static int compare_node(const void *key, const void *member)
{
	const struct prefix *prefix = key;

	return path_compare(prefix->path, prefix->len, (*(struct node *const *)member)->path);
}

static const struct node *find(const struct trie *trie, const struct prefix *prefix)
{
	struct node **found =
		bsearch(prefix, trie->nodes, trie->n, sizeof(*trie->nodes), compare_node);

	return found ? *found : NULL;
}

uint32_t trie_reach(const struct trie *trie, const char *path)
{
	struct prefix prefix = { path, strlen(path) };
	const struct node *node = find(trie, &prefix);

	if (node)
		return node->granted & ~node->blocked;

	/* Not in the trie: nothing beneath has a rule, and the nearest ancestor that is in decides.
	 */
	while (!node) {
		while (prefix.path[prefix.len - 1] != '/')
			prefix.len--;
		if (prefix.len > 1)
			prefix.len--;
		node = find(trie, &prefix);
	}
	return node->granted;
}

uint32_t trie_denied(const struct trie *trie, dev_t dev, ino_t ino)
{
	const struct tree key = { .dev = dev, .ino = ino }, *wanted = &key;
	const struct tree **found;

	found = bsearch(&wanted, trie->identities, trie->n_identities, sizeof(*trie->identities),
			compare_identity);
	return found ? (*found)->deny : 0;
}
