/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The paths that a policy speaks of, and the directories that lead to them, as one tree; and for
 * each what Landlock can be told about it.
 *
 * E(x), what the policy allows at an object, changes only at the nodes of this tree.  A Landlock
 * rule at x reaches everything beneath x, whatever is there now or later.  So an operation can be
 * granted at a node only if nothing beneath it denies that operation; where something does, it is
 * *blocked* there, and the plan grants it on the children that do not lead to the deny instead.
 *
 * Three things more are blocked on the way to a deny.  Landlock's rules hang on objects, a deny's
 * meaning on the object *and* the name:
 *
 *  - In the directory that holds a denied entry nothing may be made (make_*).  Otherwise a task
 *    that may remove or miss the entry could put in its place, by rename, exchange or link, an
 *    object that has a rule of its own, and somebody else would write his secret into that.
 *    Without make_* nothing gets there; taking a denied file away is then harmless: the object
 *    keeps its missing rule, and the kernel lets no rename add to what may be done with an object.
 *  - In a directory that holds a denied directory, or an *ancestor* of a denied entry, no directory
 *    may be removed or renamed away (remove_dir): the deny must not be walked away from.  That
 *    covers replacing it too, since to be replaced it would have to be empty or moved.
 *  - Into a denied directory nothing may come from another (refer): an object with a rule of its
 *    own, as expansion gives to many, would keep what is denied there.
 *
 * They hold for every deny of an operation that the kernel can forbid, also of one that nothing
 * allows: what else the policy means does not depend on that either, and another may allow it.
 */
#ifndef ROOTWARD_LANDLOCK_TRIE_H
#define ROOTWARD_LANDLOCK_TRIE_H

#include "landlock_mounts.h"
#include "policy.h"

/**
 * struct node
 * @path:    absolute and real
 * @tree:    the rule here, or the one whose object another mount shows here; NULL: no rule
 * @own:     @tree was looked up at this path
 * @missing: a name that does not exist
 * @file:    exists and is no directory
 * @allow, @deny: of all rules that are here
 * @hidden:  operations that hidden ancestors deny (behind a bind mount)
 * @granted: E(x), what the policy allows here
 * @by_default: those of @granted for which no tree but `default` speaks
 * @blocked: what must not be granted here, because it would reach too far
 * @have:    what Landlock rules here and above give (the plan sets it)
 * @leads:   a deny lies beneath
 * @cause:   one that does, or NULL
 */
struct node {
	struct node *parent;
	struct node *child;
	struct node *last_child;
	struct node *sibling;
	char *path;
	const struct tree *tree;
	bool own;
	bool missing;
	bool file;
	bool leads;
	uint32_t allow;
	uint32_t deny;
	uint32_t hidden;
	uint32_t granted;
	uint32_t by_default;
	uint32_t blocked;
	uint32_t have;
	const struct tree *cause;
};

/**
 * struct trie
 * @nodes:      parents before children, sorted; the first is `/`
 * @identities: trees that exist, by device and inode
 * @handled:    the operations that the kernel can forbid
 */
struct trie {
	struct node **nodes;
	size_t n;
	const struct tree **identities;
	size_t n_identities;
	uint32_t handled;
};

/**
 * trie_build() - from a resolved policy.
 *
 * Every tree is found again wherever another mount shows its object, and every mount whose root
 * lies beneath a denied tree is denied what hidden ancestors deny.
 */
int trie_build(struct trie *trie, const struct rootward_policy *policy, const struct mounts *mounts,
	       uint32_t handled);

void trie_free(struct trie *trie);

/**
 * trie_reach() - what may be granted at @path and everything beneath it.  @path need not be in the
 * trie.
 */
uint32_t trie_reach(const struct trie *trie, const char *path);

/** trie_denied() - what rules deny for the object that stat() knows by these, by any name. */
uint32_t trie_denied(const struct trie *trie, dev_t dev, ino_t ino);

/** node_name() - the last component. */
const char *node_name(const struct node *node);

/** tree_counts() - whether a tree has a rule at all on this engine. */
bool tree_counts(const struct tree *tree);

#define OPS_MAKE                                                                                   \
	(ROOTWARD_OP_MAKE_REG | ROOTWARD_OP_MAKE_DIR | ROOTWARD_OP_MAKE_SYM |                      \
	 ROOTWARD_OP_MAKE_FIFO | ROOTWARD_OP_MAKE_SOCK | ROOTWARD_OP_MAKE_CHAR |                   \
	 ROOTWARD_OP_MAKE_BLOCK)

#endif
