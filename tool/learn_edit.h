/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Widening a policy that somebody wrote: words and trees are put in where they belong, and not a
 * character of it goes, so comments and the order stay.
 */
#ifndef TOOL_LEARN_EDIT_H
#define TOOL_LEARN_EDIT_H

#include <rootward.h>

#include "learn.h"

/** struct insertion - @text comes before byte @at; not behind the newline of the last line. */
struct insertion {
	size_t at;
	char *text;
};

/**
 * struct edit
 * @old, @len: the text, the caller's
 * @list:      in the order of @at
 */
struct edit {
	const char *old;
	size_t len;
	struct insertion *list;
	size_t n;
};

/**
 * edit_make() - what must be added to @text for the rules in @learn.
 * @policy: what @text says, looked up
 *
 * What a rule of the policy denies stays denied.
 *
 * Return: 0 (@edit->n is 0: nothing); -EINVAL or -ENOTSUP: the text is written in a way in which
 * that cannot be done; -ENOMEM.  edit_done() in any case.
 */
int edit_make(struct edit *edit, const char *text, size_t len, const struct rootward_policy *policy,
	      const struct learn *learn);

/** edit_insert() - put it in, behind what is there at @at already.  Return: 0; -ENOMEM. */
int edit_insert(struct edit *edit, size_t at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** edit_apply() - the new text, to free; NULL: out of memory. */
char *edit_apply(const struct edit *edit);

/** edit_diff() - as a unified diff of @name. */
void edit_diff(FILE *out, const struct edit *edit, const char *name);

void edit_done(struct edit *edit);

#endif
