/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a learning domain tells, and what becomes of it on this machine. */
#ifndef TOOL_LEARN_LESSON_H
#define TOOL_LEARN_LESSON_H

#include <rootward.h>

#include "learn.h"

/* The reasons of include/rootward/ops.h, and room. */
#define LESSON_REASONS 32

/**
 * struct lesson - what was told.
 * @learned: accesses that were taken in
 * @cut:     that had no whole path
 * @ruled:   that a rule of the policy denies by name: whoever wrote it meant it
 * @other:   that no tree can allow, by enum rootward_reason
 * @error:   0, or the first one
 */
struct lesson {
	struct learn learn;
	uint64_t learned;
	uint64_t cut;
	uint64_t ruled;
	uint64_t other[LESSON_REASONS];
	int error;
};

/** lesson_begin() - paths will be written from the caller's home and working directory. */
int lesson_begin(struct lesson *lesson);

void lesson_done(struct lesson *lesson);

/** lesson_event() - a rootward_event_fn; @data is a struct lesson. */
void lesson_event(void *data, const struct rootward_event *event);

/**
 * lesson_end() - fold it into rules.
 * @old: a policy whose rules there are already, looked up; or NULL
 * Return: 0; -ENOMEM, or the error met before.
 */
int lesson_end(struct lesson *lesson, const struct rootward_policy *old);

/** lesson_tell() - say what could not be learned.  @lost: events that there was no room for. */
void lesson_tell(const struct lesson *lesson, uint64_t lost, const char *again);

#endif
