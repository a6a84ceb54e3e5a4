/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decisions summed up while they happen: by rule and operations, whatever the number of events. */
#ifndef TOOL_TALLY_H
#define TOOL_TALLY_H

#include <stdbool.h>
#include <stdio.h>

#include <rootward.h>

/**
 * struct tally_row - all events of one rule, outcome and set of operations.
 * @policy, @origin, @tree: as in the event, "" for NULL
 * @object, @comm: of the first
 * @last:   "OBJECT  by TASK[PID]" of the newest, as it is to be shown; only where it is kept
 * @before, @rate: for who shows events per second
 */
struct tally_row {
	char *policy;
	char *origin;
	char *tree;
	char *object;
	char *comm;
	char *last;
	uint32_t ops;
	uint32_t arg;
	int reason;
	enum rootward_outcome outcome;
	uint64_t count;
	uint64_t before;
	double rate;
};

/**
 * struct tally - zero to begin with.
 * @rows:     @n of them
 * @total:    events counted
 * @outcomes: of them, by enum rootward_outcome
 * @other:    events beyond the number of rows that are kept
 */
struct tally {
	struct tally_row *rows;
	size_t n;
	uint64_t total;
	uint64_t outcomes[3];
	uint64_t other;
};

/** tally_add() - Return: the row that counts it, or NULL. */
struct tally_row *tally_add(struct tally *tally, const struct rootward_event *event);

/** tally_take() - a rootward_event_fn; @data is a struct tally. */
void tally_take(void *data, const struct rootward_event *event);

/** tally_sort() - by policy, tree and rule; the most frequent first within one. */
void tally_sort(struct tally *tally);

bool tally_same_rule(const struct tally_row *x, const struct tally_row *y);

/** tally_print_rule() - "TREE: a rule (policy NAME, ORIGIN)", or the reason in place of the rule.
 */
void tally_print_rule(FILE *out, const struct tally_row *row);

void tally_done(struct tally *tally);

#endif
