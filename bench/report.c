/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "report.h"

#define MISSING NAN

/**
 * struct row - one line.
 * @title: a depth, or what the line says of all depths
 */
struct row {
	const char *title;
	size_t rules;
	double bare, rootward, landlock, bystander;
};

typedef void (*row_fn)(const struct report *report, const struct row *row);

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double sorted_at(double *values, size_t n, unsigned int percentile)
{
	qsort(values, n, sizeof(*values), compare);
	return values[(n - 1) * percentile / 100];
}

double percentile_of(double *values, size_t n, unsigned int percentile, double *spread)
{
	double result = sorted_at(values, n, percentile), median = sorted_at(values, n, 50), part;
	size_t i;

	for (i = 0; i < n; i++)
		values[i] = fabs(values[i] - median);
	part = sorted_at(values, n, 50) / median;
	if (part > *spread)
		*spread = part;
	return result;
}

static struct cost added(const struct cost *cost, const struct cost *to)
{
	struct cost difference;
	size_t i;

	for (i = 0; i < REPORT_DEPTHS; i++)
		difference.at[i] = cost->at[i] - to->at[i];
	return difference;
}

/* The straight line through the depths with the least squares: at depth 0, and per ancestor. */
static double line(const struct report *report, const struct cost *cost, double *at_zero)
{
	double x = 0, y = 0, xy = 0, xx = 0, slope;
	size_t i;

	for (i = 0; i < REPORT_DEPTHS; i++) {
		x += report->depth[i];
		y += cost->at[i];
		xy += report->depth[i] * cost->at[i];
		xx += (double)report->depth[i] * report->depth[i];
	}
	slope = (REPORT_DEPTHS * xy - x * y) / (REPORT_DEPTHS * xx - x * x);
	*at_zero = (y - slope * x) / REPORT_DEPTHS;
	return slope;
}

/* Lines for one policy, in order: the depths, then what a line through them says. */
static void rows_of(const struct report *r, size_t policy, row_fn print)
{
	struct cost rootward = added(&r->rootward[policy], &r->bare);
	/* Landlock was measured while rootward's programs were loaded; they are not its cost. */
	struct cost landlock = added(&r->landlock[policy], &r->bystander);
	struct cost bystander = added(&r->bystander, &r->bare);
	struct row slope = { "ancestor", r->rules[policy] }, fixed = { "fixed", r->rules[policy] };
	char title[16];
	size_t i;

	for (i = 0; i < REPORT_DEPTHS; i++) {
		snprintf(title, sizeof(title), "%u", r->depth[i]);
		print(r, &(struct row){ title, r->rules[policy], r->bare.at[i],
					r->has_rootward ? rootward.at[i] : MISSING,
					r->has_landlock ? landlock.at[i] : MISSING,
					r->has_rootward ? bystander.at[i] : MISSING });
	}
	slope.bare = line(r, &r->bare, &fixed.bare);
	slope.rootward = line(r, &rootward, &fixed.rootward);
	slope.landlock = line(r, &landlock, &fixed.landlock);
	slope.bystander = line(r, &bystander, &fixed.bystander);
	if (!r->has_rootward)
		slope.rootward = slope.bystander = fixed.rootward = fixed.bystander = MISSING;
	if (!r->has_landlock)
		slope.landlock = fixed.landlock = MISSING;
	print(r, &slope);
	print(r, &fixed);
}

static void number(int width, int digits, double value)
{
	if (isnan(value))
		printf(" %*s", width, "-");
	else
		printf(" %*.*f", width, digits, value);
}

static void table_row(const struct report *report, const struct row *row)
{
	printf("%8s %6zu", row->title, row->rules);
	number(11, 0, row->bare);
	number(11, 0, row->rootward);
	number(11, 0, row->landlock);
	number(7, 2, row->rootward / row->landlock);
	number(12, 0, row->bystander);
	putchar('\n');
}

void report_table(const struct report *report)
{
	size_t policy;

	printf("%27s%23s%21s\n", "open+close", "added by a policy of", "added to");
	printf("%8s %6s %11s %11s %11s %7s %12s\n", "depth", "rules", "no policy", "rootward",
	       "landlock", "ratio", "bystanders");
	for (policy = 0; policy < REPORT_POLICIES; policy++)
		rows_of(report, policy, table_row);
	printf("In %s; percentile %u of rounds. Half of them lie within %.2f %% of their median.\n",
	       report->unit, report->percentile, report->spread * 100);
}

static void tsv_row(const struct report *report, const struct row *row)
{
	printf("%s\t%zu\t%s\t%.1f\t%.1f\t%.1f\t%.3f\t%.1f\n", row->title, row->rules, report->unit,
	       row->bare, row->rootward, row->landlock, row->rootward / row->landlock,
	       row->bystander);
}

void report_tsv(const struct report *report)
{
	size_t policy;

	puts("depth\trules\tunit\tno_policy\trootward\tlandlock\tratio\tbystanders");
	for (policy = 0; policy < REPORT_POLICIES; policy++)
		rows_of(report, policy, tsv_row);
}
