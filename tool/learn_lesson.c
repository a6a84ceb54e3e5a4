/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "explain.h"
#include "learn_lesson.h"
#include "lookup.h"
#include "message.h"
#include "policy.h"

static void free_policy(struct rootward_policy **policy)
{
	rootward_policy_free(*policy);
}

static char *real_home(void)
{
	_cleanup_free_ char *home = NULL;
	const char *why;

	return lookup_expand(&home, "~", &why) == 0 ? realpath(home, NULL) : NULL;
}

int lesson_begin(struct lesson *lesson)
{
	_cleanup_free_ char *home = real_home(), *cwd = realpath(".", NULL);

	*lesson = (struct lesson){};
	return learn_init(&lesson->learn, home, cwd);
}

void lesson_done(struct lesson *lesson)
{
	learn_done(&lesson->learn);
}

static void take(struct lesson *lesson, const struct rootward_event *event)
{
	int r = -EINVAL;

	if (event->whole && event->object && event->reason == ROOTWARD_REASON_GAIN)
		r = learn_moved(&lesson->learn, event->object, event->denied);
	else if (event->whole && event->object)
		r = learn_add(&lesson->learn, event->object, event->denied);
	if (r == -EINVAL)
		lesson->cut++;
	else if (r < 0 && !lesson->error)
		lesson->error = r;
	else
		lesson->learned++;
}

void lesson_event(void *data, const struct rootward_event *event)
{
	struct lesson *lesson = data;

	if (event->outcome == ROOTWARD_ALLOWED)
		return;
	if (event->reason == ROOTWARD_REASON_DEFAULT || event->reason == ROOTWARD_REASON_GAIN)
		take(lesson, event);
	else if (event->reason == ROOTWARD_REASON_RULE)
		lesson->ruled++;
	else if (event->reason >= 0 && event->reason < LESSON_REASONS)
		lesson->other[event->reason]++;
}

/* A rule is on what a path leads to; on a symbolic link there is none. */
static enum learn_kind kind(void *data, const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0 || S_ISLNK(st.st_mode))
		return LEARN_NOTHING;
	return S_ISDIR(st.st_mode) ? LEARN_DIRECTORY : LEARN_FILE;
}

static int add_secrets(struct learn *learn)
{
	_cleanup_(free_policy) struct rootward_policy *policy = NULL;
	int r;

	r = rootward_policy_default(&policy);
	if (r < 0)
		return r;
	/* silently: what cannot be looked up cannot be read either */
	policy_resolve(policy, NULL);
	for (size_t i = 0; i < policy->n_trees && r == 0; i++) {
		const struct tree *tree = &policy->trees[i];

		if (tree->deny == ROOTWARD_OPS_ALL && tree->real)
			r = learn_secret(learn, tree->real);
	}
	return r;
}

static int add_old(struct learn *learn, const struct rootward_policy *old)
{
	int r = 0;

	learn->default_base = old->default_ops;
	for (size_t i = 0; i < old->n_trees && r == 0; i++)
		if (old->trees[i].real)
			r = learn_base(learn, old->trees[i].real, old->trees[i].allow);
	return r;
}

static bool same_file(const struct learn_node *a, const struct stat *st)
{
	_cleanup_free_ char *path = learn_path(a);
	struct stat other;

	return path && lstat(path, &other) == 0 && other.st_dev == st->st_dev &&
	       other.st_ino == st->st_ino;
}

/* A file of two names has one rule: it is on what it is. */
static void merge_links(struct learn *learn)
{
	for (size_t i = 0; i < learn->n; i++) {
		struct learn_node *a = learn->nodes[i];
		_cleanup_free_ char *path =
			a->allow && a->kind == LEARN_FILE ? learn_path(a) : NULL;
		struct stat st;

		if (!path || lstat(path, &st) < 0 || st.st_nlink < 2)
			continue;
		for (size_t j = i + 1; j < learn->n; j++) {
			struct learn_node *b = learn->nodes[j];

			if (!b->allow || b->kind != LEARN_FILE || !same_file(b, &st))
				continue;
			a->allow |= b->allow;
			a->deny &= ~b->allow;
			a->files += b->files;
			b->allow = b->deny = 0;
		}
	}
}

int lesson_end(struct lesson *lesson, const struct rootward_policy *old)
{
	int r = lesson->error;

	if (r == 0)
		r = add_secrets(&lesson->learn);
	if (r == 0 && old)
		r = add_old(&lesson->learn, old);
	if (r == 0)
		r = learn_fold(&lesson->learn, kind, NULL);
	if (r == 0)
		merge_links(&lesson->learn);
	return r;
}

static const char *accesses(uint64_t n)
{
	return n == 1 ? "access" : "accesses";
}

void lesson_tell(const struct lesson *lesson, uint64_t lost, const char *again)
{
	if (lost || lesson->cut) {
		say("%" PRIu64 " %s came too fast to be recorded, %" PRIu64
		    " had no path that is known: the policy may lack something",
		    lost, accesses(lost), lesson->cut);
		hint("%s", again);
	}
	if (lesson->ruled)
		say("%" PRIu64 " %s denied by a rule of the policy: left as it is", lesson->ruled,
		    lesson->ruled == 1 ? "access is" : "accesses are");
	for (int i = 0; i < LESSON_REASONS; i++) {
		if (!lesson->other[i])
			continue;
		say("%" PRIu64 " %s that no tree can allow: %s", lesson->other[i],
		    accesses(lesson->other[i]), explain_reason(i));
		if (i == ROOTWARD_REASON_SYSTEM || i == ROOTWARD_REASON_DEVICE)
			hint("`keep` in a policy allows some of it");
	}
}
