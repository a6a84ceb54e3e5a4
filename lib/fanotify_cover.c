/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a policy says and fanotify cannot enforce. */
#include <errno.h>

#include "fanotify.h"
#include "ops.h"

#define HINT "add them to `best_effort:` in the policy, or use --best-effort, or the bpf engine"

struct origin fanotify_default_origin(const struct rootward_policy *policy)
{
	if (policy->default_origin.file)
		return policy->default_origin;
	return (struct origin){ .file = policy->file };
}

uint32_t fanotify_consent(const struct rootward_policy *policy, const struct rootward_opts *opts)
{
	return opts->best_effort ? ROOTWARD_OPS_ALL : policy->best_effort;
}

static bool counts(const struct tree *tree)
{
	return tree->state == TREE_PRESENT || tree->state == TREE_NAME_ONLY;
}

/* More would be allowed than the policy says. */
static int report_gaps(const struct rootward_policy *policy, uint32_t ops,
		       enum rootward_severity severity, const struct rootward_opts *opts)
{
	struct origin origin = fanotify_default_origin(policy);
	const char *hint = severity == ROOTWARD_ERROR ? HINT : NULL;
	uint32_t open = ops & ~policy->default_ops & ROOTWARD_OPS_ALL;
	char words[OPS_FORMAT_MAX];
	const struct tree *tree;
	int found = 0;

	if (open)
		diag(opts, severity, &origin, hint,
		     "`default` does not allow %s, and fanotify does not ask about them",
		     ops_format(open, words, sizeof(words)));
	found += !!open;
	for (tree = policy->trees; tree < policy->trees + policy->n_trees; tree++) {
		if (!counts(tree) || !(tree->deny & ops))
			continue;
		diag(opts, severity, &tree->origin, hint,
		     "fanotify does not ask about %s: they cannot be denied in %s",
		     ops_format(tree->deny & ops, words, sizeof(words)), tree->path);
		found++;
	}
	return found;
}

/* Less than the policy allows: for whatever it is, a file is opened only if it may be read. */
static void report_losses(const struct rootward_policy *policy, const struct rootward_opts *opts)
{
	const uint32_t opens = ROOTWARD_OP_WRITE_FILE | ROOTWARD_OP_EXECUTE;
	struct origin origin = fanotify_default_origin(policy);
	char words[OPS_FORMAT_MAX];
	const struct tree *tree;
	uint32_t lost;

	lost = policy->default_ops & ROOTWARD_OP_READ_FILE ? 0 : policy->default_ops & opens;
	if (lost)
		diag(opts, ROOTWARD_WARNING, &origin, NULL,
		     "%s without read_file: fanotify does not say what a file is opened for, so "
		     "it is not opened at all",
		     ops_format(lost, words, sizeof(words)));
	for (tree = policy->trees; tree < policy->trees + policy->n_trees; tree++) {
		if (!counts(tree))
			continue;
		lost = tree->deny & ROOTWARD_OP_READ_FILE ? opens & ~tree->deny : 0;
		if (!(policy->default_ops & ROOTWARD_OP_READ_FILE) &&
		    !(tree->allow & ROOTWARD_OP_READ_FILE))
			lost |= tree->allow & opens;
		if (lost)
			diag(opts, ROOTWARD_WARNING, &tree->origin, NULL,
			     "what may not be read in %s is not opened at all: no %s either",
			     tree->path, ops_format(lost, words, sizeof(words)));
	}
}

/* What carries a label can change at any time, and nothing tells. */
static int refuse_labels(const struct rootward_policy *policy, const struct rootward_opts *opts)
{
	const struct tree *tree;
	int refused = 0;

	for (tree = policy->trees; tree < policy->trees + policy->n_trees; tree++)
		if (tree->label && tree->state != TREE_SKIPPED)
			refused |= diag(opts, ROOTWARD_ERROR, &tree->origin, "use the bpf engine",
					"fanotify does not see extended attributes: %s cannot be "
					"enforced",
					tree->path);
	return refused;
}

int fanotify_cover(const struct rootward_policy *policy, const struct rootward_opts *opts)
{
	struct origin origin = fanotify_default_origin(policy);
	uint32_t consent = fanotify_consent(policy, opts);
	int refused = 0;

	if (policy->locked)
		refused |= diag(opts, ROOTWARD_ERROR, &policy->locked_origin, "use the bpf engine",
				"processes can be killed: fanotify cannot keep a policy locked");
	refused |= refuse_labels(policy, opts);
	if (report_gaps(policy, ~consent & ~FANOTIFY_OPS, ROOTWARD_ERROR, opts) || refused)
		return -ENOTSUP;
	/* What the policy's author agreed to is not told rule by rule. */
	report_gaps(policy, consent & ~policy->best_effort & ~FANOTIFY_OPS, ROOTWARD_WARNING, opts);
	report_losses(policy, opts);
	diag(opts, ROOTWARD_WARNING, &origin, NULL,
	     "policy %s: who may rename or link a file can take it out of its tree: fanotify does "
	     "not ask about that",
	     policy->name);
	return 0;
}
