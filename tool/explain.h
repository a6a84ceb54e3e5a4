/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One explanation, in the three forms that `rootward explain` shows it in. */
#ifndef TOOL_EXPLAIN_H
#define TOOL_EXPLAIN_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>
#include <rootward.h>

/** explain_text() - for people: the way from the root down to the object, and the verdicts. */
void explain_text(FILE *out, const struct rootward_explanation *explanation, bool colour);

/** explain_json() - for programs; docs/explain.md has the keys. */
json_t *explain_json(const struct rootward_explanation *explanation);

/**
 * struct drawing - several explanations as one tree.
 * @by:      by which policies
 * @missing: paths that could not be explained
 */
struct drawing {
	struct rootward_explanation *const *explanations;
	size_t n;
	const char *by;
	const char *const *missing;
	size_t n_missing;
};

void explain_svg(FILE *out, const struct drawing *drawing);

/* --- words that all of them use */

/** explain_kind() - "directory", "regular file", ...; "does not exist". */
const char *explain_kind(const struct rootward_ancestor *ancestor);

/** explain_end() - how the walk ended. */
const char *explain_end(int end);

/** explain_reason() - why it was denied, in general. */
const char *explain_reason(int reason);

/**
 * explain_group() - of the operations @left, the first, and those that have the same outcome for
 * the same cause.
 * @verdict: out: theirs
 */
uint32_t explain_group(const struct rootward_explanation *explanation, uint32_t left,
		       const struct rootward_verdict **verdict);

/** explain_cause() - what decided, and where that was written, to free; NULL: out of memory. */
char *explain_cause(const struct rootward_explanation *explanation,
		    const struct rootward_verdict *verdict);

/**
 * explain_refused() - what a user's ordinary permissions refuse, a sentence to free(); NULL:
 * nothing.
 */
char *explain_refused(const struct rootward_walk *walk);

/**
 * struct component - one line of a picture: a component of the path, from the root down.
 * @number: the ancestor.  Where something is mounted it is the mount's root, by the mountpoint's
 *          name; what that covers has a line of its own only if it is ruled
 * @hidden: so many ancestors from @number + 1 on are what the mount hides
 */
struct component {
	size_t number;
	const char *name;
	size_t hidden;
};

/** explain_components() - into a list to free(); *n of them.  NULL: out of memory. */
struct component *explain_components(const struct rootward_explanation *explanation, size_t *n);

/** explain_rule_words() - "allow read, execute; deny write" into @buf; returns @buf. */
const char *explain_rule_words(const struct rootward_rule *rule, char *buf, size_t size);

#define EXPLAIN_RULE_MAX 1200

/* --- explain_owner.c */

/** explain_who() - "self", "unmapped", "uid 5" with @kind `uid`; NULL: anybody. */
const char *explain_who(const struct rootward_who *who, const char *kind, char *buf, size_t size);

#define EXPLAIN_OWNER_MAX 100

/** explain_owner() - "owner 1005:1006 -> 1000005:unmapped" into @buf; returns @buf. */
const char *explain_owner(const struct rootward_owner *owner, char *buf, size_t size);

/** explain_shows_owner() - whether to show it matters: a mount maps it, or a rule asked for it. */
bool explain_shows_owner(const struct rootward_explanation *explanation, size_t number);

/**
 * explain_uncounted() - why verdict->uncounted did not count, a sentence to free(); NULL: there is
 * none.
 */
char *explain_uncounted(const struct rootward_walk *walk, const struct rootward_verdict *verdict);

#endif
