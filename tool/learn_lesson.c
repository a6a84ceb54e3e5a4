/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <pwd.h>
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

/* Accounts from there on are people's, but for nobody's; root is one, too. */
#define FIRST_PERSON 1000
#define NOBODY 65534

static int add_homes(struct learn *learn)
{
	const struct passwd *user;
	int r = 0;

	setpwent();
	while (r >= 0 && (user = getpwent())) {
		_cleanup_free_ char *home = user->pw_dir ? realpath(user->pw_dir, NULL) : NULL;
		bool person =
			!user->pw_uid || (user->pw_uid >= FIRST_PERSON && user->pw_uid != NOBODY);

		if (home && strcmp(home, "/"))
			r = learn_home(learn, home, person);
	}
	endpwent();
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
	if (r == 0)
		r = add_homes(&lesson->learn);
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

/* Each home directory that is opened as a whole, and why. */
static void tell_homes(const struct learn *learn)
{
	for (size_t i = 0; i < learn->n; i++) {
		const struct learn_node *n = learn->nodes[i];
		_cleanup_free_ char *words = NULL, *home = NULL, *cause = NULL;

		if (!n->home || !(n->allow & ~LEARN_KNOWING))
			continue;
		words = learn_words(n->allow);
		home = learn_written(learn, n);
		cause = n->cause ? learn_written(learn, n->cause) : NULL;
		if (!words || !home)
			continue;
		if (!cause) {
			say("%s, a home directory, is opened as a whole, but for known secrets: %s",
			    home, words);
			continue;
		}
		say("%s, a home directory, is opened as a whole, but for known secrets: %s, because "
		    "of %s",
		    home, words, cause);
		hint("let it be there before, or elsewhere, and learn again");
	}
}

static void tell_root(const struct learn *learn)
{
	_cleanup_free_ char *words = learn_words(learn->left_out);

	if (!learn->left_out || !words)
		return;
	say("what was done to %zu %s in / itself is left out, for a rule there is about "
	    "everything: %s",
	    learn->left_names, learn->left_names == 1 ? "name" : "names", words);
}

void lesson_tell(const struct lesson *lesson, uint64_t lost, const char *again)
{
	if (lost) {
		say("%" PRIu64 " %s came too fast to be recorded: the policy may lack something",
		    lost, accesses(lost));
		hint("%s", again);
	}
	if (lesson->cut)
		say("%" PRIu64 " %s had no path that is known, so no rule can be for %s",
		    lesson->cut, accesses(lesson->cut), lesson->cut == 1 ? "it" : "them");
	tell_homes(&lesson->learn);
	tell_root(&lesson->learn);
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
