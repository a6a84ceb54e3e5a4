/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rules that change nothing.
 *
 * What a policy allows, E(x), is worked out for all paths that it speaks of, wherever mounts show
 * their objects: the tree of paths that the landlock engine plans with (landlock_trie.h), which
 * knows nothing of Landlock itself.  A rule is idle when E is the same with and without it: at each
 * node where it hangs, what is granted is what is granted one node above.  That holds for the
 * operations beneath, and for a rule on an entry: an entry can only lose what its directory gives.
 * (Under the bpf engine an idle deny still keeps the directories above it where they are.)
 *
 * What is for some owner's objects only may apply or not: E(x) is worked out twice, as the least
 * and as the most that anybody may be allowed, and a rule is idle when it changes neither.
 */
#include <errno.h>
#include <string.h>

#include "check.h"
#include "cleanup.h"
#include "landlock_trie.h"
#include "ops.h"
#include "words.h"

#define OPS_OWNER                                                                                  \
	(ROOTWARD_OP_STAT | ROOTWARD_OP_CHMOD | ROOTWARD_OP_CHOWN | ROOTWARD_OP_UTIME |            \
	 ROOTWARD_OP_SETXATTR | ROOTWARD_OP_GETXATTR | ROOTWARD_OP_WATCH)
#define OPS_OPEN (ROOTWARD_OP_READ_FILE | ROOTWARD_OP_WRITE_FILE | OPS_OWNER)

/* What can be done to an object of this kind, and what it is called. */
static uint32_t possible(mode_t mode, const char **kind)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		*kind = "a directory";
		return ROOTWARD_OPS_ALL;
	case S_IFCHR:
	case S_IFBLK:
		*kind = "a device";
		return OPS_OPEN | ROOTWARD_OP_IOCTL_DEV | ROOTWARD_OP_TRUNCATE;
	case S_IFSOCK:
		*kind = "a socket";
		return OPS_OWNER | ROOTWARD_OP_CONNECT;
	case S_IFIFO:
		*kind = "a named pipe";
		return OPS_OPEN | ROOTWARD_OP_TRUNCATE;
	default:
		*kind = "a file";
		return OPS_OPEN | ROOTWARD_OP_TRUNCATE | ROOTWARD_OP_EXECUTE;
	}
}

static uint32_t meaningless(const struct tree *tree)
{
	const char *kind;

	/* What is on the name, as a deny is, may be on another object tomorrow. */
	if (tree->state != TREE_PRESENT || tree->follows_path)
		return 0;
	return tree->allow & ~possible(tree->mode, &kind);
}

uint32_t without_groups(uint32_t ops, uint32_t written)
{
	static const uint32_t groups[] = { ROOTWARD_OPS_ALL, ROOTWARD_OPS_READ,
					   ROOTWARD_OPS_WRITE };
	size_t i;

	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if ((written & groups[i]) == groups[i])
			ops &= ~groups[i];
	return ops;
}

/* Return: whether the tree is right for the kind of object that it is on. */
static bool check_kind(const struct tree *tree, const struct rootward_opts *opts)
{
	uint32_t ops = without_groups(meaningless(tree), tree->allow);
	char words[OPS_FORMAT_MAX], cut[WORD_CUT_MAX];
	const char *kind;

	if (!ops)
		return true;
	possible(tree->mode, &kind);
	diag(opts, ROOTWARD_WARNING, &tree->origin,
	     ops & ROOTWARD_OPS_ENTRY
		     ? "making and removing is decided by the directory that holds the entry"
		     : NULL,
	     "\"%s\" is %s: to allow %s there means nothing",
	     word_cut(tree->path, cut, sizeof(cut)), kind, ops_format(ops, words, sizeof(words)));
	return false;
}

/* The nearest rule above that decides some of @ops for everybody's; NULL: none but `default`. */
static const struct tree *decider(const struct node *node, uint32_t ops)
{
	for (node = node->parent; node; node = node->parent)
		if (node->tree && (node->allow | node->deny) & ~tree_owned(node->tree) & ops)
			return node->tree;
	return NULL;
}

static void report_idle(const struct tree *tree, const struct tree *by,
			const struct rootward_opts *opts)
{
	/* An optional tree is for other machines too, where it may well do something. */
	enum rootward_severity severity = tree->optional ? ROOTWARD_NOTE : ROOTWARD_WARNING;
	char cut[WORD_CUT_MAX];
	const char *what;

	if (tree->allow && tree->deny)
		what = "gives and takes nothing: all of it is so without it";
	else if (tree->allow)
		what = by ? "gives nothing: it is allowed there already"
			  : "gives nothing: `default` allows it";
	else
		what = by ? "takes nothing away: it is denied there already"
			  : "takes nothing away: it is not allowed there anyway";
	diag(opts, severity, &tree->origin, NULL, "the rule on \"%s\" %s",
	     word_cut(tree->path, cut, sizeof(cut)), what);
	if (by)
		diag(opts, ROOTWARD_NOTE, &by->origin, NULL, "by the rule on \"%s\"",
		     word_cut(by->path, cut, sizeof(cut)));
}

/**
 * struct where - of one tree, by its number.
 * @node:  its own, or NULL
 * @works: at some node it makes a difference
 */
struct where {
	const struct node *node;
	bool works;
};

/** struct range - what is allowed at a node: to everybody, and to anybody. */
struct range {
	uint32_t least, most;
};

/* Of the rules at @node; hidden denies may be for some owner's, too. */
static uint32_t owned_at(const struct node *node, bool any_owned)
{
	return (node->tree ? tree_owned(node->tree) : 0) | (any_owned ? node->hidden : 0);
}

/* Goes down as decide() in landlock_trie.c does. */
static struct range range_at(const struct node *node, struct range above, bool any_owned)
{
	uint32_t owned = owned_at(node, any_owned);

	return (struct range){
		.least = (above.least & ~node->deny) | (node->allow & ~owned),
		.most = (above.most & ~(node->deny & ~owned)) | node->allow,
	};
}

static struct range range_above(const struct node *node, const struct rootward_policy *policy,
				bool any_owned)
{
	if (!node->parent)
		return (struct range){ policy->default_ops, policy->default_ops };
	return range_at(node->parent, range_above(node->parent, policy, any_owned), any_owned);
}

static void find_work(const struct trie *trie, const struct rootward_policy *policy,
		      struct where *where)
{
	bool any_owned = false;
	const struct node *node;
	struct range above;
	uint32_t change;
	struct where *w;
	size_t i;

	for (i = 0; i < policy->n_trees; i++)
		any_owned |= tree_is_owned(&policy->trees[i]);
	for (i = 0; i < trie->n; i++) {
		node = trie->nodes[i];
		if (!node->tree)
			continue;
		w = &where[node->tree - policy->trees];
		above = range_above(node, policy, any_owned);
		change = (node->allow & ~above.least) | (node->deny & above.most);
		if (change & ~meaningless(node->tree))
			w->works = true;
		if (node->own)
			w->node = node;
	}
}

static int check_trie(const struct trie *trie, const struct rootward_policy *policy,
		      const struct rootward_opts *opts)
{
	_cleanup_free_ struct where *where = calloc(policy->n_trees + 1, sizeof(*where));
	const struct tree *tree;
	size_t i;

	if (!where)
		return -ENOMEM;
	find_work(trie, policy, where);
	for (i = 0; i < policy->n_trees; i++) {
		tree = &policy->trees[i];
		check_owners(tree, opts);
		if (where[i].node && check_kind(tree, opts) && !where[i].works)
			report_idle(tree, decider(where[i].node, tree->allow | tree->deny), opts);
	}
	return 0;
}

int check_rules(const struct rootward_policy *policy, const struct rootward_opts *opts)
{
	struct mounts mounts = { 0 };
	struct trie trie;
	size_t i;
	int r;

	if (policy_has_labels(policy)) {
		diag(opts, ROOTWARD_NOTE, &(struct origin){ .file = policy->file }, NULL,
		     "labels can come to be anywhere, so rules that change nothing are not looked "
		     "for");
		for (i = 0; i < policy->n_trees; i++)
			check_owners(&policy->trees[i], opts);
		return 0;
	}
	r = mounts_read(&mounts);
	if (r == -ENOMEM)
		return r;
	/* One object may be at many paths then, and a rule needless here be needed there. */
	if (r < 0) {
		diag(opts, ROOTWARD_NOTE, &(struct origin){ .file = policy->file }, "mount /proc",
		     "the mounts are not known, so rules that change nothing are not looked for");
		return 0;
	}
	r = trie_build(&trie, policy, &mounts, ROOTWARD_OPS_ALL);
	if (r == 0) {
		r = check_trie(&trie, policy, opts);
		trie_free(&trie);
	}
	mounts_free(&mounts);
	return r;
}
