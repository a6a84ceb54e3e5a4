/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <stdlib.h>

#include "figures.h"

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

static struct cost added(const struct figures *f, size_t engine, size_t policy)
{
	/* Landlock was measured while rootward's programs were loaded; they are not its cost. */
	const struct cost *to = engine == FIGURES_BPF ? &f->bare : &f->beside;
	struct cost difference = {};
	size_t i;

	for (i = 0; i < f->n_depths; i++)
		difference.at[i] =
			f->has[engine] ? f->confined[engine][policy].at[i] - to->at[i] : NAN;
	return difference;
}

static struct cost to_bystanders(const struct figures *f)
{
	struct cost difference = {};
	size_t i;

	for (i = 0; i < f->n_depths; i++)
		difference.at[i] = f->has[FIGURES_BPF] ? f->beside.at[i] - f->bare.at[i] : NAN;
	return difference;
}

/* The straight line through the depths with the least squares: at depth 0, and per ancestor. */
static double line(const struct figures *f, const struct cost *cost, double *at_zero)
{
	double n = (double)f->n_depths, x = 0, y = 0, xy = 0, xx = 0, slope;
	size_t i;

	for (i = 0; i < f->n_depths; i++) {
		x += f->depth[i];
		y += cost->at[i];
		xy += f->depth[i] * cost->at[i];
		xx += (double)f->depth[i] * f->depth[i];
	}
	slope = (n * xy - x * y) / (n * xx - x * x);
	*at_zero = (y - slope * x) / n;
	return slope;
}

static size_t rows_of(const struct figures *f, size_t policy, struct row *rows)
{
	struct cost bystanders = to_bystanders(f), by[FIGURES_ENGINES];
	struct row *fixed = &rows[f->n_depths], *ancestor = fixed + 1;
	size_t i, e;

	*fixed = (struct row){ .kind = ROW_FIXED, .policy = policy };
	*ancestor = (struct row){ .kind = ROW_ANCESTOR, .policy = policy };
	for (i = 0; i < f->n_depths; i++)
		rows[i] = (struct row){ .kind = ROW_DEPTH,
					.policy = policy,
					.depth = f->depth[i],
					.no_policy = f->bare.at[i],
					.bystanders = bystanders.at[i] };
	ancestor->no_policy = line(f, &f->bare, &fixed->no_policy);
	ancestor->bystanders = line(f, &bystanders, &fixed->bystanders);
	for (e = 0; e < FIGURES_ENGINES; e++) {
		by[e] = added(f, e, policy);
		for (i = 0; i < f->n_depths; i++)
			rows[i].added[e] = by[e].at[i];
		ancestor->added[e] = line(f, &by[e], &fixed->added[e]);
	}
	return f->n_depths + 2;
}

size_t figures_rows(const struct figures *figures, struct row rows[FIGURES_ROWS])
{
	size_t policy, n = 0;

	for (policy = 0; policy < FIGURES_POLICIES; policy++)
		n += rows_of(figures, policy, rows + n);
	return n;
}

double row_ratio(const struct row *row)
{
	return row->added[FIGURES_BPF] / row->added[FIGURES_LANDLOCK];
}

static double sum(const struct figures *f, const struct cost *cost)
{
	double all = 0;
	size_t i;

	for (i = 0; i < f->n_depths; i++)
		all += cost->at[i];
	return all;
}

double figures_ratio(const struct figures *figures, size_t engine, size_t policy)
{
	struct cost more = added(figures, engine, policy);
	struct cost one = added(figures, engine, FIGURES_ONE);

	return sum(figures, &more) / sum(figures, &one);
}

double figures_bystanders(const struct figures *figures)
{
	if (!figures->has[FIGURES_BPF])
		return NAN;
	return sum(figures, &figures->beside) / sum(figures, &figures->bare);
}
