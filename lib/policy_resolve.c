/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From what was written to what it means on this machine.
 *
 * A rule is on the object at the end of a path: where the path names a symbolic link, on its
 * target.  The link itself, a name that can be pointed elsewhere, is not ruled.
 *
 * The built-in policy cannot know the machine, so its trees give way where a written one would be
 * a mistake: a history that is a link to /dev/null holds nothing to protect; two of its secrets may
 * be links to one place; what the caller cannot reach it need not be denied.
 */
#include <string.h>

#include "cleanup.h"
#include "lookup.h"
#include "policy.h"
#include "words.h"

/**
 * struct resolver
 * @objects: finds a tree by what it turned out to be
 * @error:   0, or the first one
 */
struct resolver {
	struct rootward_policy *policy;
	const struct rootward_opts *opts;
	struct index objects;
	int error;
};

static int fail(struct resolver *r, const struct tree *tree, int error, const char *what)
{
	char cut[WORD_CUT_MAX * 4];

	if (!r->error)
		r->error = error;
	diag(r->opts, ROOTWARD_ERROR, &tree->origin, NULL, "\"%s\" %s",
	     word_cut(tree->path, cut, sizeof(cut)), what);
	return error;
}

static int fail_lookup(struct resolver *r, const struct tree *tree, const char *path, int error,
		       const char *why)
{
	_cleanup_free_ char *culprit = NULL;
	bool missing = error == -ENOENT || error == -ENOTDIR;
	char cut[WORD_CUT_MAX * 4];

	if (why)
		return fail(r, tree, error, why);
	culprit = lookup_culprit(path, error);
	if (!r->error)
		r->error = error;
	diag(r->opts, ROOTWARD_ERROR, &tree->origin,
	     missing && tree->origin.line ? "\"optional: true\" skips a tree that is missing"
					  : NULL,
	     "\"%s\" cannot be looked up: %s", word_cut(tree->path, cut, sizeof(cut)),
	     culprit ? culprit : strerror(-error));
	return error;
}

static void take(struct tree *tree, enum tree_state state, struct object *object)
{
	tree->state = state;
	tree->real = steal_ptr(object->real);
	tree->dev = object->dev;
	tree->ino = object->ino;
	tree->mode = object->mode;
	tree->mnt_id = object->mnt_id;
}

static bool gives_way(const struct tree *tree, const struct object *object)
{
	return tree->builtin && !tree->allow && S_ISCHR(object->mode);
}

/* The path leads to nothing. */
static int resolve_missing(struct resolver *r, struct tree *tree, const char *path, int error)
{
	struct object directory;
	const char *why = NULL;
	int ret;

	/* What does not exist yet can be denied, by its name; it cannot be allowed. */
	if (!tree->allow) {
		ret = lookup_name(&directory, path, &why);
		if (!ret) {
			take(tree, TREE_NAME_ONLY, &directory);
			return 0;
		}
		if (ret != -ENOENT && ret != -ENOTDIR)
			return fail_lookup(r, tree, path, ret, why);
	}
	if (!tree->optional)
		return fail_lookup(r, tree, path, error, NULL);
	tree->state = TREE_SKIPPED;
	return 0;
}

/* What it is under. */
static int resolve_label(struct resolver *r, struct tree *tree, const char *path)
{
	struct object object;
	const char *why;
	int ret = lookup_object(&object, path, &why);

	if ((ret == -ENOENT || ret == -ENOTDIR) && tree->optional) {
		tree->state = TREE_SKIPPED;
		return 0;
	}
	if (ret < 0)
		return fail_lookup(r, tree, path, ret, why);
	take(tree, TREE_LABEL, &object);
	return S_ISDIR(tree->mode) ? 0 : fail(r, tree, -ENOTDIR, "is not under a directory");
}

static int resolve_tree(struct resolver *r, struct tree *tree)
{
	_cleanup_free_ char *path = NULL;
	struct object object;
	const char *why;
	int ret;

	if (tree->label && !tree->label->under) {
		tree->state = TREE_LABEL_ANYWHERE;
		return 0;
	}
	ret = lookup_expand(&path, tree->label ? tree->label->under : tree->path, &why);
	if (ret == -ENOENT && tree->optional) {
		tree->state = TREE_SKIPPED;
		return 0;
	}
	if (ret < 0)
		return fail(r, tree, ret, why ? why : strerror(-ret));
	if (tree->label)
		return resolve_label(r, tree, path);

	ret = lookup_object(&object, path, &why);
	if (ret == -ENOENT || ret == -ENOTDIR)
		return resolve_missing(r, tree, path, ret);
	if (ret == -EACCES && tree->builtin) {
		tree->state = TREE_SKIPPED;
		return 0;
	}
	if (ret < 0)
		return fail_lookup(r, tree, path, ret, why);

	if (gives_way(tree, &object)) {
		free(object.real);
		tree->state = TREE_SKIPPED;
		return 0;
	}
	if (tree->follows_path && !strcmp(object.real, "/")) {
		free(object.real);
		return fail(r, tree, -EINVAL, "has no name that a rule could follow");
	}
	take(tree, TREE_PRESENT, &object);
	return 0;
}

/* What tells objects apart; names that do not exist yet differ by directory and name. */
static const char *missing_name(const struct tree *tree)
{
	return tree->state == TREE_NAME_ONLY ? strrchr(tree->real, '/') + 1 : "";
}

static uint32_t object_hash(const struct tree *tree)
{
	uint32_t hash = hash_bytes(0, &tree->dev, sizeof(tree->dev));
	const char *name = missing_name(tree);

	hash = hash_bytes(hash, &tree->ino, sizeof(tree->ino));
	return hash_bytes(hash, name, strlen(name));
}

static bool object_alike(const void *data, uint32_t number, const void *key)
{
	const struct tree *a = data, *b = key;

	a += number;
	return a->dev == b->dev && a->ino == b->ino && !strcmp(missing_name(a), missing_name(b));
}

static bool is_builtin_cwd(const struct tree *tree)
{
	return tree->builtin && !strcmp(tree->path, ".");
}

static void report_same(struct resolver *r, const struct tree *first, const struct tree *second)
{
	const struct tree *cwd = is_builtin_cwd(first) ? first : second;
	const struct tree *other = cwd == first ? second : first;

	if (!r->error)
		r->error = -EINVAL;
	if (is_builtin_cwd(cwd) && other->builtin) {
		diag(r->opts, ROOTWARD_ERROR, &other->origin, "work in another directory",
		     "the working directory is %s, which the built-in policy denies", other->path);
		return;
	}
	diag(r->opts, ROOTWARD_ERROR, &second->origin, "leave one rule for it",
	     "\"%s\" and \"%s\" are the same object, %s", first->path, second->path, first->real);
	diag(r->opts, ROOTWARD_NOTE, &first->origin, NULL, "\"%s\" is here", first->path);
}

/* Remembers what @tree is; reports one that is there already. */
static int compare(struct resolver *r, struct tree *tree)
{
	struct tree *trees = r->policy->trees;
	uint32_t hash, i;
	int ret;

	if (tree->state != TREE_PRESENT && tree->state != TREE_NAME_ONLY)
		return 0;

	hash = object_hash(tree);
	i = index_find(&r->objects, hash, object_alike, trees, tree);
	if (i == INDEX_NONE) {
		ret = index_add(&r->objects, hash, tree - trees);
		if (ret < 0)
			r->error = ret;
		return ret;
	}
	if (trees[i].builtin && tree->builtin && trees[i].allow == tree->allow &&
	    trees[i].deny == tree->deny)
		tree->state = TREE_SKIPPED;
	else
		report_same(r, &trees[i], tree);
	return 0;
}

static bool is_beneath(const char *path, const char *directory)
{
	size_t len = strlen(directory);

	return !strncmp(path, directory, len) && path[len] == '/';
}

/*
 * The nearest rule wins, so the working directory is allowed even inside of a secret.  Whoever
 * works there means it, perhaps; the command that is confined there gets to see it in any case.
 */
static void warn_inside(const struct resolver *r)
{
	const struct tree *cwd = policy_find(r->policy, ".");
	size_t i;

	if (!cwd || !cwd->builtin || cwd->state != TREE_PRESENT)
		return;
	for (i = 0; i < r->policy->n_trees; i++) {
		const struct tree *tree = &r->policy->trees[i];

		if (tree->builtin && tree->deny && tree->state == TREE_PRESENT &&
		    is_beneath(cwd->real, tree->real))
			diag(r->opts, ROOTWARD_WARNING, &tree->origin, NULL,
			     "the working directory is inside of %s, which the built-in policy denies: "
			     "it is allowed all the same",
			     tree->path);
	}
}

static void forget(struct tree *tree)
{
	free(tree->real);
	tree->real = NULL;
	tree->state = TREE_UNRESOLVED;
	tree->dev = 0;
	tree->ino = 0;
	tree->mode = 0;
	tree->mnt_id = 0;
}

int policy_resolve(struct rootward_policy *policy, const struct rootward_opts *opts)
{
	struct resolver r = { .policy = policy, .opts = opts };
	size_t i;
	int ret;

	for (i = 0; i < policy->n_trees; i++)
		forget(&policy->trees[i]);
	for (i = 0; i < policy->n_trees; i++) {
		ret = resolve_tree(&r, &policy->trees[i]);
		if (!ret)
			ret = compare(&r, &policy->trees[i]);
		if (ret == -ENOMEM)
			break;
	}
	if (!r.error)
		warn_inside(&r);

	index_free(&r.objects);
	return r.error;
}
