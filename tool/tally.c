/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "explain.h"
#include "message.h"
#include "tally.h"

/* Rules are few; objects are not.  A row names one object, so this bounds what a run can cost. */
#define MAX_ROWS 1024

static const char *text(const char *s)
{
	return s ? s : "";
}

static bool is_row(const struct tally_row *row, const struct rootward_event *event)
{
	return row->ops == event_ops(event) && row->reason == event->reason &&
	       row->arg == event->arg && row->outcome == event->outcome &&
	       !strcmp(row->tree, text(event->tree)) && !strcmp(row->origin, text(event->origin)) &&
	       !strcmp(row->policy, text(event->policy));
}

static void free_row(struct tally_row *row)
{
	free(row->policy);
	free(row->origin);
	free(row->tree);
	free(row->object);
	free(row->comm);
	free(row->last);
}

static struct tally_row *new_row(struct tally *tally, const struct rootward_event *event)
{
	struct tally_row *rows, *row;

	if (tally->n == MAX_ROWS)
		return NULL;
	rows = reallocarray(tally->rows, tally->n + 1, sizeof(*rows));
	if (!rows)
		return NULL;
	tally->rows = rows;
	row = &rows[tally->n];
	*row = (struct tally_row){
		.policy = strdup(text(event->policy)),
		.origin = strdup(text(event->origin)),
		.tree = strdup(text(event->tree)),
		.object = strdup(text(event->object)),
		.comm = strdup(text(event->comm)),
		.ops = event_ops(event),
		.arg = event->arg,
		.reason = event->reason,
		.outcome = event->outcome,
	};
	if (!row->policy || !row->origin || !row->tree || !row->object || !row->comm) {
		free_row(row);
		return NULL;
	}
	tally->n++;
	return row;
}

struct tally_row *tally_add(struct tally *tally, const struct rootward_event *event)
{
	struct tally_row *row = NULL;

	tally->total++;
	if (event->outcome >= ROOTWARD_DENIED && event->outcome <= ROOTWARD_ALLOWED)
		tally->outcomes[event->outcome]++;
	for (size_t i = 0; i < tally->n && !row; i++)
		if (is_row(&tally->rows[i], event))
			row = &tally->rows[i];
	if (!row)
		row = new_row(tally, event);
	if (row)
		row->count++;
	else
		tally->other++;
	return row;
}

void tally_take(void *data, const struct rootward_event *event)
{
	tally_add(data, event);
}

/* What `default` allows and what it does not have headings of their own. */
static bool by_default(const struct tally_row *row)
{
	return row->reason == ROOTWARD_REASON_DEFAULT && row->outcome == ROOTWARD_ALLOWED;
}

static int compare(const void *a, const void *b)
{
	const struct tally_row *x = a, *y = b;
	int r;

	r = strcmp(x->policy, y->policy);
	if (!r)
		r = strcmp(x->tree, y->tree);
	if (!r)
		r = strcmp(x->origin, y->origin);
	if (!r)
		r = x->reason - y->reason;
	if (!r)
		r = by_default(x) - by_default(y);
	if (!r)
		r = (x->count < y->count) - (x->count > y->count);
	return r;
}

void tally_sort(struct tally *tally)
{
	if (tally->n)
		qsort(tally->rows, tally->n, sizeof(*tally->rows), compare);
}

bool tally_same_rule(const struct tally_row *x, const struct tally_row *y)
{
	return x->reason == y->reason && by_default(x) == by_default(y) &&
	       !strcmp(x->policy, y->policy) && !strcmp(x->tree, y->tree) &&
	       !strcmp(x->origin, y->origin);
}

void tally_print_rule(FILE *out, const struct tally_row *row)
{
	if (*row->tree) {
		print_safe(out, row->tree);
		fprintf(out, ": ");
	}
	if (by_default(row))
		fprintf(out, "default");
	else
		fprintf(out, "%s", explain_reason(row->reason));
	if (*row->policy) {
		fprintf(out, " (policy ");
		print_safe(out, row->policy);
		if (*row->origin) {
			fprintf(out, ", ");
			print_safe(out, row->origin);
		}
		fprintf(out, ")");
	}
}

void tally_done(struct tally *tally)
{
	for (size_t i = 0; i < tally->n; i++)
		free_row(&tally->rows[i]);
	free(tally->rows);
	*tally = (struct tally){};
}
