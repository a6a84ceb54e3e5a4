/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "capabilities.h"
#include "denials.h"
#include "explain.h"
#include "message.h"
#include "ops.h"

/* Rules are few; objects are not.  A row names one object, so this bounds what a run can cost. */
#define MAX_ROWS 1024

/**
 * struct denial - all events of one rule and set of operations.
 * @policy, @origin, @tree: as in the event, "" for NULL
 * @object, @comm: of the first
 */
struct denial {
	char *policy;
	char *origin;
	char *tree;
	char *object;
	char *comm;
	uint32_t ops;
	uint32_t arg;
	int reason;
	uint64_t count;
};

static const char *text(const char *s)
{
	return s ? s : "";
}

static bool is_row(const struct denial *row, const struct rootward_event *event)
{
	return row->ops == event->denied && row->reason == event->reason &&
	       row->arg == event->arg && !strcmp(row->tree, text(event->tree)) &&
	       !strcmp(row->origin, text(event->origin)) &&
	       !strcmp(row->policy, text(event->policy));
}

static void free_row(struct denial *row)
{
	free(row->policy);
	free(row->origin);
	free(row->tree);
	free(row->object);
	free(row->comm);
}

static struct denial *new_row(struct denials *denials, const struct rootward_event *event)
{
	struct denial *rows, *row;

	if (denials->n == MAX_ROWS)
		return NULL;
	rows = reallocarray(denials->rows, denials->n + 1, sizeof(*rows));
	if (!rows)
		return NULL;
	denials->rows = rows;
	row = &rows[denials->n];
	*row = (struct denial){
		.policy = strdup(text(event->policy)),
		.origin = strdup(text(event->origin)),
		.tree = strdup(text(event->tree)),
		.object = strdup(text(event->object)),
		.comm = strdup(text(event->comm)),
		.ops = event->denied,
		.arg = event->arg,
		.reason = event->reason,
	};
	if (!row->policy || !row->origin || !row->tree || !row->object || !row->comm) {
		free_row(row);
		return NULL;
	}
	denials->n++;
	return row;
}

void denials_add(void *data, const struct rootward_event *event)
{
	struct denials *denials = data;
	struct denial *row = NULL;

	denials->total++;
	for (size_t i = 0; i < denials->n && !row; i++)
		if (is_row(&denials->rows[i], event))
			row = &denials->rows[i];
	if (!row)
		row = new_row(denials, event);
	if (row)
		row->count++;
	else
		denials->other++;
}

/* By policy, tree and rule; the most frequent first within one. */
static int compare(const void *a, const void *b)
{
	const struct denial *x = a, *y = b;
	int r;

	r = strcmp(x->policy, y->policy);
	if (!r)
		r = strcmp(x->tree, y->tree);
	if (!r)
		r = strcmp(x->origin, y->origin);
	if (!r)
		r = x->reason - y->reason;
	if (!r)
		r = (x->count < y->count) - (x->count > y->count);
	return r;
}

static bool same_rule(const struct denial *x, const struct denial *y)
{
	return x->reason == y->reason && !strcmp(x->policy, y->policy) &&
	       !strcmp(x->tree, y->tree) && !strcmp(x->origin, y->origin);
}

/* "TREE: a rule (policy NAME, ORIGIN)", or the reason in place of the rule */
static void print_rule(const struct denial *row)
{
	fprintf(stderr, "  ");
	if (*row->tree) {
		print_safe(stderr, row->tree);
		fprintf(stderr, ": ");
	}
	fprintf(stderr, "%s", explain_reason(row->reason));
	if (*row->policy) {
		fprintf(stderr, " (policy ");
		print_safe(stderr, row->policy);
		if (*row->origin) {
			fprintf(stderr, ", ");
			print_safe(stderr, row->origin);
		}
		fprintf(stderr, ")");
	}
	fprintf(stderr, "\n");
}

/* What was asked for, where it was no operation on a file. */
static const char *format_what(const struct denial *row, char *buf, size_t size)
{
	const char *word = NULL;

	if (row->ops)
		return ops_format(row->ops, buf, size);
	if (row->reason == ROOTWARD_REASON_CAPABILITY)
		word = capability_word(row->arg);
	else if (row->reason == ROOTWARD_REASON_TASK)
		word = sigabbrev_np((int)row->arg);
	if (word)
		snprintf(buf, size, "%s", word);
	else if (row->arg)
		snprintf(buf, size, "request %#" PRIx32, row->arg);
	else
		snprintf(buf, size, "system call");
	return buf;
}

static void print_row(const struct denial *row)
{
	char what[OPS_FORMAT_MAX];

	fprintf(stderr, "  %6" PRIu64 "  %-12s  ", row->count,
		format_what(row, what, sizeof(what)));
	if (row->ops && *row->object) {
		print_safe(stderr, row->object);
		fprintf(stderr, row->count > 1 ? " first, " : ", ");
	}
	fprintf(stderr, "by ");
	print_safe(stderr, row->comm);
	fprintf(stderr, "\n");
}

static void print_list(struct denials *denials, const struct rootward_stats *stats)
{
	if (denials->n)
		qsort(denials->rows, denials->n, sizeof(*denials->rows), compare);
	for (size_t i = 0; i < denials->n; i++) {
		if (i == 0 || !same_rule(&denials->rows[i - 1], &denials->rows[i]))
			print_rule(&denials->rows[i]);
		print_row(&denials->rows[i]);
	}
	if (denials->other)
		fprintf(stderr, "  %6" PRIu64 "  by yet other rules\n", denials->other);
	if (stats->lost)
		fprintf(stderr, "  %6" PRIu64 "  came too fast to be recorded one by one\n",
			stats->lost);
	if (stats->unstable)
		fprintf(stderr,
			"  %6" PRIu64
			"  of them because the directories above would not hold still\n",
			stats->unstable);
}

void denials_print(struct denials *denials, struct rootward_domain *domain, bool explain)
{
	struct rootward_stats stats = {};
	bool known = rootward_domain_stats(domain, &stats) == 0;
	int r = rootward_domain_events(domain, denials_add, denials);
	uint64_t denied = known ? stats.denied : denials->total;

	if (!known && r == -ENOTSUP) {
		if (explain)
			say("what was denied is not known: the landlock engine does not tell");
		return;
	}
	if (!denied && !explain)
		return;
	say("%" PRIu64 " access%s denied%s", denied, denied == 1 ? "" : "es",
	    explain || !denied ? "" : "; --explain-denials lists them");
	if (explain)
		print_list(denials, &stats);
}

void denials_done(struct denials *denials)
{
	for (size_t i = 0; i < denials->n; i++)
		free_row(&denials->rows[i]);
	free(denials->rows);
	*denials = (struct denials){};
}
