/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "landlock_abi.h"
#include "landlock_report.h"
#include "ops.h"

#define HINT "add them to `best_effort:` in the policy, or use --best-effort, or the bpf engine"

/* Where `default` was written; a policy that says nothing of it has at least a file. */
static struct origin default_origin(const struct rootward_policy *policy)
{
	if (policy->default_origin.file)
		return policy->default_origin;
	return (struct origin){ .file = policy->file };
}

static uint32_t consent(const struct rootward_policy *policy, const struct rootward_opts *opts)
{
	return opts && opts->best_effort ? ROOTWARD_OPS_ALL : policy->best_effort;
}

/* The operations that the policy forbids somewhere and the kernel nowhere. */
static uint32_t find_gap(const struct trie *trie, int abi)
{
	uint32_t denied = 0;
	size_t i;

	for (i = 0; i < trie->n; i++)
		denied |= ~trie->nodes[i]->granted;
	denied &= ROOTWARD_OPS_ALL & ~landlock_abi_ops(abi);
	/* Before ABI 2 the kernel forbids this one always: a loss, not a gap. */
	return denied & ~(uint32_t)ROOTWARD_OP_REFER;
}

static void report_tree_gaps(const struct rootward_policy *policy, uint32_t ops, int abi,
			     enum rootward_severity severity, const struct rootward_opts *opts)
{
	char words[OPS_FORMAT_MAX];
	const struct tree *tree;

	for (tree = policy->trees; tree < policy->trees + policy->n_trees; tree++) {
		if (!tree_counts(tree) || !(tree->deny & ops))
			continue;
		ops_format(tree->deny & ops, words, sizeof(words));
		if (severity == ROOTWARD_ERROR)
			diag(opts, severity, &tree->origin, HINT,
			     "landlock (ABI %d) cannot deny %s in %s", abi, words, tree->path);
		else
			diag(opts, severity, &tree->origin, NULL,
			     "not enforced in %s: deny %s; landlock (ABI %d) cannot", tree->path,
			     words, abi);
	}
}

static int refuse_gap(const struct rootward_policy *policy, const struct trie *trie, uint32_t gap,
		      int abi, const struct rootward_opts *opts)
{
	struct origin origin = default_origin(policy);
	uint32_t ops = gap & ~policy->default_ops & ~trie->nodes[0]->allow;
	char words[OPS_FORMAT_MAX];

	if (ops)
		diag(opts, ROOTWARD_ERROR, &origin, HINT,
		     "`default` does not allow %s, and landlock (ABI %d) cannot forbid them",
		     ops_format(ops, words, sizeof(words)), abi);
	report_tree_gaps(policy, gap, abi, ROOTWARD_ERROR, opts);
	return -ENOTSUP;
}

/* Not for best effort either: with the owner left out, a rule would allow more, or deny less. */
static int refuse_owners(const struct rootward_policy *policy, const struct rootward_opts *opts)
{
	const struct tree *tree;
	int r = 0;

	for (tree = policy->trees; tree < policy->trees + policy->n_trees; tree++) {
		if (!tree_counts(tree) || !tree_is_owned(tree))
			continue;
		diag(opts, ROOTWARD_ERROR, &tree->origin, "use the bpf engine",
		     "landlock does not ask who owns what is accessed: %s is ruled by owner or group",
		     tree->path);
		r = -ENOTSUP;
	}
	return r;
}

/* Nor here: the rule would stay behind, on what has the name no longer. */
static int refuse_following(const struct rootward_policy *policy, const struct rootward_opts *opts)
{
	const struct tree *tree;
	int r = 0;

	for (tree = policy->trees; tree < policy->trees + policy->n_trees; tree++) {
		if (!tree_counts(tree) || !tree->follows_path)
			continue;
		diag(opts, ROOTWARD_ERROR, &tree->origin, "use the bpf engine",
		     "landlock binds a rule to what is there, not to its name: %s is to follow its "
		     "path",
		     tree->path);
		r = -ENOTSUP;
	}
	return r;
}

/* Likewise: what carries a label can change at any time. */
static int refuse_labels(const struct rootward_policy *policy, const struct rootward_opts *opts)
{
	const struct tree *tree;
	int r = 0;

	for (tree = policy->trees; tree < policy->trees + policy->n_trees; tree++) {
		if (!tree->label || tree->state == TREE_SKIPPED)
			continue;
		diag(opts, ROOTWARD_ERROR, &tree->origin, "use the bpf engine",
		     "landlock does not see extended attributes: %s cannot be enforced",
		     tree->path);
		r = -ENOTSUP;
	}
	return r;
}

int landlock_report_gaps(const struct rootward_policy *policy, const struct trie *trie, int abi,
			 const struct rootward_opts *opts)
{
	struct origin origin = default_origin(policy);
	uint32_t gap = find_gap(trie, abi);
	int r = refuse_owners(policy, opts), following = refuse_following(policy, opts),
	    labels = refuse_labels(policy, opts);
	char words[OPS_FORMAT_MAX];

	if (r || following || labels)
		return r ?: following ?: labels;
	if (gap & ~consent(policy, opts))
		return refuse_gap(policy, trie, gap & ~consent(policy, opts), abi, opts);
	if (gap) {
		diag(opts, ROOTWARD_WARNING, &origin, NULL,
		     "policy %s: landlock (ABI %d) cannot forbid %s: allowed everywhere",
		     policy->name, abi, ops_format(gap, words, sizeof(words)));
		/* What the policy's author agreed to is not told rule by rule. */
		report_tree_gaps(policy, gap & ~policy->best_effort, abi, ROOTWARD_WARNING, opts);
	}
	if (abi < LANDLOCK_ABI_SCOPES)
		diag(opts, ROOTWARD_NOTE, NULL, NULL,
		     "landlock (ABI %d) cannot keep signals and abstract unix sockets inside", abi);
	return 0;
}

/* The tree that allows some of @ops at @node. */
static const struct node *granter(const struct node *node, uint32_t ops)
{
	while (node && !(node->tree && (node->allow & ops)))
		node = node->parent;
	return node;
}

static void name_cause(const struct landlock_loss *loss, const struct rootward_opts *opts)
{
	const struct tree *cause = loss->node->cause;

	if (cause)
		diag(opts, ROOTWARD_NOTE, &cause->origin, NULL, "%s is denied there", cause->path);
}

/*
 * Losing entry operations that a tree allows by name.  Losses come in the trie's order, so a tree's
 * own directory, which loses the most, comes before what is beneath it: one report for each tree.
 */
static int report_loss_in_tree(const struct landlock_loss *loss, uint32_t ops, bool agreed,
			       const struct rootward_opts *opts)
{
	const struct node *tree = granter(loss->node, ops);
	char words[OPS_FORMAT_MAX];

	ops_format(ops, words, sizeof(words));
	if (agreed)
		diag(opts, ROOTWARD_WARNING, &tree->tree->origin, NULL,
		     "landlock: %s not possible directly in %s, which leads to what is denied",
		     words, loss->node->path);
	else
		diag(opts, ROOTWARD_ERROR, &tree->tree->origin,
		     "work in a directory without denied ones beneath, or use --best-effort and "
		     "do without, or the bpf engine",
		     "landlock cannot allow %s in %s while something beneath is denied", words,
		     loss->node->path);
	name_cause(loss, opts);
	return agreed ? 0 : -ENOTSUP;
}

static int report_writes(const struct rootward_policy *policy, const struct landlock_plan *plan,
			 const struct rootward_opts *opts)
{
	const struct node *tree, *last = NULL;
	const struct landlock_loss *loss;
	uint32_t ops;
	bool agreed;
	int r = 0;

	for (loss = plan->losses; loss < plan->losses + plan->n_losses; loss++) {
		ops = loss->ops & ROOTWARD_OPS_ENTRY & ~loss->node->by_default;
		tree = granter(loss->node, ops);
		if (!ops || !tree)
			continue;
		agreed = !(ops & ~consent(policy, opts));
		/* Refused, one reason for a tree is enough; agreed to, each directory counts. */
		if (!agreed && tree == last)
			continue;
		last = tree;
		if (report_loss_in_tree(loss, ops, agreed, opts))
			r = -ENOTSUP;
	}
	return r;
}

struct tally {
	size_t n;
	uint32_t ops;
	const struct landlock_loss *nearest;
};

/* The deepest directory is the one that the user will miss first. */
static void tally_add(struct tally *tally, const struct landlock_loss *loss, uint32_t ops)
{
	if (!ops)
		return;
	tally->n++;
	tally->ops |= ops;
	if (!tally->nearest || strlen(loss->node->path) > strlen(tally->nearest->node->path))
		tally->nearest = loss;
}

static void report_tally(const struct tally *tally, enum rootward_severity severity,
			 const char *what, const struct rootward_opts *opts)
{
	char words[OPS_FORMAT_MAX], others[64] = "";
	const struct tree *cause;

	if (!tally->n)
		return;
	cause = tally->nearest->node->cause;
	if (tally->n > 1)
		snprintf(others, sizeof(others), " and %zu other director%s", tally->n - 1,
			 tally->n > 2 ? "ies" : "y");
	diag(opts, severity, cause ? &cause->origin : NULL, NULL, "landlock: %s%s: %s (%s)",
	     tally->nearest->node->path, others, what,
	     ops_format(tally->ops, words, sizeof(words)));
}

static uint32_t allowed_anywhere(const struct rootward_policy *policy)
{
	uint32_t ops = policy->default_ops;
	size_t i;

	for (i = 0; i < policy->n_trees; i++)
		ops |= policy->trees[i].allow;
	return ops;
}

/* The kernel opens what it executes for reading, and Landlock asks for both rights. */
static void note_unreadable(const struct trie *trie, const struct rootward_opts *opts)
{
	const struct node *node;
	size_t i;

	for (i = 0; i < trie->n; i++) {
		node = trie->nodes[i];
		if (!(node->granted & ROOTWARD_OP_EXECUTE) ||
		    (node->granted & ROOTWARD_OP_READ_FILE))
			continue;
		diag(opts, ROOTWARD_NOTE, node->tree ? &node->tree->origin : NULL, NULL,
		     "landlock: %s: execute does nothing without read_file", node->path);
		return;
	}
}

int landlock_report_losses(const struct rootward_policy *policy, const struct landlock_plan *plan,
			   int abi, const struct rootward_opts *opts)
{
	struct tally writes = { 0 }, listing = { 0 }, later = { 0 }, unlisted = { 0 },
		     shown = { 0 };
	const uint32_t dir_ops = ROOTWARD_OPS_ENTRY | ROOTWARD_OP_READ_DIR;
	const struct landlock_loss *loss;
	int r;

	r = report_writes(policy, plan, opts);
	if (r)
		return r;
	for (loss = plan->losses; loss < plan->losses + plan->n_losses; loss++) {
		if (loss->kind == LOSS_UNLISTED) {
			tally_add(&unlisted, loss, loss->ops);
			continue;
		}
		if (loss->kind == LOSS_SHOWN)
			tally_add(&shown, loss, loss->ops);
		tally_add(&writes, loss, loss->ops & ROOTWARD_OPS_ENTRY & loss->node->by_default);
		tally_add(&listing, loss, loss->ops & ROOTWARD_OP_READ_DIR);
		tally_add(&later, loss, loss->ops & ~dir_ops);
	}
	report_tally(&writes, ROOTWARD_WARNING, "no changing of entries, a deny lies beneath",
		     opts);
	if (listing.n)
		report_tally(
			&listing, ROOTWARD_NOTE,
			"cannot be listed, and what is made there from now on is out of reach: "
			"a deny lies beneath",
			opts);
	else
		report_tally(&later, ROOTWARD_NOTE,
			     "what is made there from now on is out of reach: a deny lies beneath",
			     opts);
	report_tally(&unlisted, ROOTWARD_NOTE,
		     "you may not list it, so only well-known names in it are allowed around the "
		     "deny",
		     opts);
	report_tally(&shown, ROOTWARD_NOTE,
		     "not allowed, because another mount shows it where it is denied", opts);
	if (abi < LANDLOCK_ABI_REFER && (allowed_anywhere(policy) & ROOTWARD_OP_REFER))
		diag(opts, ROOTWARD_NOTE, NULL, NULL,
		     "landlock (ABI %d) never lets files move between directories", abi);
	note_unreadable(&plan->trie, opts);
	return 0;
}
