/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What every task is denied, the shell is that could unload the policy, the machine's first
 * process, what a shutdown needs.  So in a few places the policy is asked as the engine would be:
 * rootward from there, the nearest rule first, then `default`.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "load_stop.h"
#include "ops.h"
#include "policy.h"

#define TO_RUN                                                                                     \
	(ROOTWARD_OP_READ_FILE | ROOTWARD_OP_READ_DIR | ROOTWARD_OP_STAT | ROOTWARD_OP_READLINK |  \
	 ROOTWARD_OP_EXECUTE)

/* A rule on / is a default by another name. */
static const struct place {
	const char *path;
	uint32_t needed;
} places[] = {
	{ "/", ROOTWARD_OPS_ALL }, { "/usr", TO_RUN },	 { "/bin", TO_RUN },   { "/sbin", TO_RUN },
	{ "/lib", TO_RUN },	   { "/lib32", TO_RUN }, { "/lib64", TO_RUN },
};

#define N_PLACES (sizeof(places) / sizeof(places[0]))

static bool is_anybody(const struct tree_who *who)
{
	return who->kind == WHO_ANYBODY;
}

/* Those places are root's. */
static bool may_be_root(const struct tree_who *who)
{
	return who->kind == WHO_ANYBODY || who->kind == WHO_SELF ||
	       (who->kind == WHO_ID && who->id == 0);
}

/* Closes what @tree allows everybody.  Return: what it denies of @open. */
static uint32_t ask_tree(const struct tree *tree, uint32_t *open)
{
	struct tree_part parts[TREE_PARTS_MAX];
	size_t n = tree_parts(tree, parts);
	uint32_t denied = 0, allowed = 0;

	for (size_t i = 0; i < n; i++) {
		if (may_be_root(&parts[i].owner) && may_be_root(&parts[i].group))
			denied |= parts[i].deny;
		if (is_anybody(&parts[i].owner) && is_anybody(&parts[i].group))
			allowed |= parts[i].allow;
	}
	denied &= *open;
	*open &= ~allowed;
	return denied;
}

static const struct tree *tree_on(const struct rootward_policy *policy, const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return NULL;
	for (size_t i = 0; i < policy->n_trees; i++) {
		const struct tree *tree = &policy->trees[i];

		if (tree->state == TREE_PRESENT && tree->dev == st.st_dev && tree->ino == st.st_ino)
			return tree;
	}
	return NULL;
}

/* The directory above; false for the root. */
static bool go_up(char *path)
{
	char *slash = strrchr(path, '/');

	if (!path[1])
		return false;
	slash[slash == path] = '\0';
	return true;
}

/**
 * ask() - what becomes of @place
 * @by: the rule that denies something, NULL: `default`
 * Return: what is denied; 0 where it does not exist.
 */
static uint32_t ask(const struct rootward_policy *policy, const struct place *place,
		    const struct tree **by)
{
	_cleanup_free_ char *path = realpath(place->path, NULL);
	uint32_t open = place->needed, denied = 0;

	*by = NULL;
	if (!path)
		return 0;
	do {
		*by = tree_on(policy, path);
		denied = *by ? ask_tree(*by, &open) : 0;
	} while (!denied && go_up(path));
	if (denied)
		return denied;
	*by = NULL;
	return open & ~policy->default_ops;
}

static int refuse(const struct rootward_policy *policy, const struct place *place,
		  const struct tree *by, uint32_t denied, const struct rootward_opts *opts)
{
	const struct origin whole = { .file = policy->file };
	char words[OPS_FORMAT_MAX];
	const char *what = denied == ROOTWARD_OPS_ALL ? "everything"
						      : ops_format(denied, words, sizeof(words));

	if (by)
		return diag(opts, ROOTWARD_ERROR, &by->origin,
			    "name tasks with applies_to; or try it with mode: audit; "
			    "--deny-by-default loads it as it is",
			    "the policy is for every task, and this denies them %s on %s: the "
			    "machine would stop",
			    what, place->path);
	return diag(opts, ROOTWARD_ERROR,
		    policy->default_origin.line ? &policy->default_origin : &whole,
		    "write default: [all] and trees that deny; or name tasks with applies_to; or "
		    "try it with mode: audit; --deny-by-default loads it as it is",
		    "the policy is for every task, and its default lacks %s: the machine would "
		    "stop",
		    what);
}

int load_refuse_stopping(struct rootward_policy *policy, const struct rootward_opts *opts)
{
	const struct tree *told[N_PLACES];
	int r = 0;

	if (policy->applies_to.n || policy->mode != ROOTWARD_MODE_ENFORCE)
		return 0;
	/* a path that cannot be looked up is told when it is to be loaded */
	policy_resolve(policy, NULL);
	for (size_t i = 0, n = 0; i < N_PLACES; i++) {
		const struct tree *by;
		uint32_t denied = ask(policy, &places[i], &by);
		size_t k = 0;

		while (denied && k < n && told[k] != by)
			k++;
		if (!denied || k < n)
			continue;
		told[n++] = by;
		r = refuse(policy, &places[i], by, denied, opts);
	}
	return r;
}
