/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was denied, summed up while it happens: by tree and rule, whatever the number of events. */
#ifndef TOOL_DENIALS_H
#define TOOL_DENIALS_H

#include <stdbool.h>

#include <rootward.h>

struct denial;

/**
 * struct denials - zero to begin with.
 * @rows:  one for each rule and set of operations, @n of them
 * @total: events counted
 * @other: events beyond the number of rows that are kept
 */
struct denials {
	struct denial *rows;
	size_t n;
	uint64_t total;
	uint64_t other;
};

/** denials_add() - a rootward_event_fn; @data is a struct denials. */
void denials_add(void *data, const struct rootward_event *event);

/**
 * denials_print() - the closing line, and the list if @explain.
 * @domain: asked for the exact number, where its engine counts
 */
void denials_print(struct denials *denials, struct rootward_domain *domain, bool explain);

void denials_done(struct denials *denials);

#endif
