/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rootward_policy_check() and rootward_engine_check(). */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "cleanup.h"
#include "engine.h"
#include "lookup.h"
#include "opts.h"
#include "policy_yaml.h"
#include "words.h"

static void cleanup_policy(struct rootward_policy **policy)
{
	rootward_policy_free(*policy);
}

/* How long the part of @path is that nobody wrote: the home directory that `~` stands for. */
static size_t unwritten(const struct tree *tree, const char *path)
{
	size_t rest;

	if (tree->path[0] != '~')
		return 0;
	rest = strlen(tree->path + strcspn(tree->path, "/"));
	return strlen(path) - rest;
}

/*
 * The first symbolic link on the way that the policy names.  Beyond it names are the link's, and
 * a `..` behind it goes elsewhere than it reads, so one is enough to say.
 */
static void note_link(const struct tree *tree, const struct rootward_opts *opts)
{
	_cleanup_free_ char *path = NULL;
	char cut[WORD_CUT_MAX], target[1];
	const char *why;
	char *end;

	if (lookup_expand(&path, tree->path, &why) < 0 || !strcmp(path, tree->real))
		return;
	for (end = path + unwritten(tree, path); *end;) {
		char next;

		end += strspn(end, "/");
		end += strcspn(end, "/");
		next = *end;
		*end = '\0';
		if (*path && readlink(path, target, sizeof(target)) >= 0) {
			diag(opts, ROOTWARD_NOTE, &tree->origin, NULL,
			     "\"%s\" is a symbolic link: the rule is on %s",
			     word_cut(path, cut, sizeof(cut)), tree->real);
			return;
		}
		*end = next;
	}
}

static void note_tree(const struct tree *tree, const struct rootward_opts *opts)
{
	char buf[WORD_CUT_MAX];
	const char *cut = word_cut(tree->path, buf, sizeof(buf));

	switch (tree->state) {
	case TREE_SKIPPED:
		diag(opts, ROOTWARD_NOTE, &tree->origin, NULL,
		     "\"%s\" does not exist, and is optional: no rule", cut);
		break;
	case TREE_NAME_ONLY:
		diag(opts, ROOTWARD_NOTE, &tree->origin, NULL,
		     "\"%s\" does not exist: its name is denied, %s", cut, tree->real);
		break;
	case TREE_PRESENT:
		note_link(tree, opts);
		break;
	case TREE_LABEL:
	case TREE_LABEL_ANYWHERE:
	case TREE_UNRESOLVED:
		break;
	}
}

/* `rootward run` does not ask for tasks, so what `load` would refuse is no mistake. */
static void check_executables(const struct policy_tasks *tasks, const struct rootward_opts *opts)
{
	const struct policy_task *task;
	char cut[WORD_CUT_MAX];
	struct stat st;
	int error;

	for (task = tasks->list; task < tasks->list + tasks->n; task++) {
		if (!task->exe)
			continue;
		error = stat(task->exe, &st) < 0 ? errno : 0;
		/* who loads it is root, and sees more */
		if (error == EACCES)
			continue;
		if (error)
			diag(opts, ROOTWARD_WARNING, &task->origin,
			     "an executable must exist when the policy is loaded",
			     "rootward load would refuse it: \"%s\": %s",
			     word_cut(task->exe, cut, sizeof(cut)), strerror(error));
		else if (!S_ISREG(st.st_mode))
			diag(opts, ROOTWARD_WARNING, &task->origin, NULL,
			     "rootward load would refuse it: \"%s\": it is not a regular file",
			     word_cut(task->exe, cut, sizeof(cut)));
	}
}

static void check_default(const struct rootward_policy *policy, const struct rootward_opts *opts)
{
	struct origin file = { .file = policy->file };
	uint32_t given = policy->default_ops;
	size_t i;

	for (i = 0; i < policy->n_trees; i++)
		given |= policy->trees[i].allow;
	if (!given)
		diag(opts, ROOTWARD_WARNING, &file, NULL, "nothing is allowed anywhere");
	else if (!(given & ROOTWARD_OP_EXECUTE))
		diag(opts, ROOTWARD_WARNING, &file, NULL,
		     "nothing is allowed to be executed, so no command can start");
}

/* What is amiss although every word of the text is right. */
static int check_meaning(const struct rootward_policy *policy, const struct rootward_opts *opts)
{
	size_t i;

	for (i = 0; i < policy->n_trees; i++) {
		note_tree(&policy->trees[i], opts);
		check_fence(policy, &policy->trees[i], opts);
	}
	for (i = 0; i < policy->n_trees; i++)
		if (policy->trees[i].label)
			check_executables(&policy->trees[i].label->set, opts);
	check_executables(&policy->applies_to, opts);
	check_executables(&policy->except, opts);
	check_executables(&policy->unlock, opts);
	check_default(policy, opts);
	return check_rules(policy, opts);
}

int rootward_policy_check(struct rootward_policy **ret, const char *path,
			  const struct rootward_opts *opts)
{
	_cleanup_(cleanup_policy) struct rootward_policy *policy = NULL;
	struct rootward_opts copy;
	int r, resolved;

	r = opts_take(&copy, opts);
	if (r == 0)
		r = policy_read_file(&policy, path, &copy);
	if (!policy)
		return r;
	/* With mistakes in the text, masks are not to be trusted; paths are what they are. */
	resolved = policy_resolve(policy, &copy);
	if (r == 0 && resolved != -ENOMEM)
		r = check_meaning(policy, &copy);
	if (r == -ENOMEM || resolved == -ENOMEM)
		return -ENOMEM;
	if (r < 0 || resolved < 0)
		return -EINVAL;

	*ret = steal_ptr(policy);
	return 0;
}

int rootward_engine_check(enum rootward_engine which, struct rootward_policy *policy,
			  const struct rootward_opts *opts)
{
	const struct engine *engine = engine_of(which);
	struct rootward_opts copy;
	int r;

	r = opts_take(&copy, opts);
	if (r < 0 || !engine)
		return -EINVAL;
	return engine->check(policy, &copy);
}
