/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include <rootward.h>

#include "bench.h"
#include "message.h"

#define LABEL_WIDTH 46
#define NUMBER_WIDTH 12

const char *const bench_engines[FIGURES_ENGINES] = { "bpf", "landlock" };

const char *bench_policy_words(const struct figures *figures, size_t policy,
			       char words[BENCH_WORDS_MAX])
{
	if (figures->layers[policy] > 1)
		snprintf(words, BENCH_WORDS_MAX, "%u policies", figures->layers[policy]);
	else
		snprintf(words, BENCH_WORDS_MAX, "%zu rule%s", figures->rules[policy],
			 figures->rules[policy] > 1 ? "s" : "");
	return words;
}

static void print_number(FILE *out, int digits, double value)
{
	if (isfinite(value))
		fprintf(out, "%*.*f", NUMBER_WIDTH, digits, value);
	else
		fprintf(out, "%*s", NUMBER_WIDTH, "-");
}

static void print_heading(FILE *out, const struct bench_result *result)
{
	const struct machine *m = &result->machine;
	size_t e;

	fprintf(out, "rootward %s on Linux %s, %s, %s\n", ROOTWARD_VERSION, m->system.release,
		m->system.machine, m->date);
	fprintf(out, "%ld processor%s%s%s", m->processors, m->processors > 1 ? "s" : "",
		m->is_virtual ? " of a virtual machine" : "", *m->processor ? ": " : "");
	print_safe(out, m->processor);
	fputc('\n', out);
	for (e = 0; e < FIGURES_ENGINES; e++)
		if (result->left_out[e])
			fprintf(out, "%s is left out, it does not work here: %s\n",
				bench_engines[e], result->left_out[e]);
}

static void print_row(FILE *out, const struct figures *figures, const struct row *row)
{
	char words[BENCH_WORDS_MAX], depth[16];
	/* what one more directory costs is the smallest of them all */
	int digits = row->kind == ROW_ANCESTOR;

	snprintf(depth, sizeof(depth), "%u", row->depth);
	fprintf(out, "%-12s %8s", bench_policy_words(figures, row->policy, words),
		row->kind == ROW_DEPTH	 ? depth
		: row->kind == ROW_FIXED ? "fixed"
					 : "ancestor");
	print_number(out, digits, row->no_policy);
	for (size_t e = 0; e < FIGURES_ENGINES; e++)
		print_number(out, digits, row->added[e]);
	print_number(out, 2, row_ratio(row));
	print_number(out, digits, row->bystanders);
	fputc('\n', out);
}

static void print_rows(FILE *out, const struct bench_result *result)
{
	struct row rows[FIGURES_ROWS];
	size_t n = figures_rows(&result->figures, rows), i;

	fprintf(out,
		"\nopen() and close() of a file, in %s, with so many directories between it and /\n"
		"(fixed, ancestor: the straight line through the depths, its start and its rise)\n\n",
		result->unit);
	fprintf(out, "%33s%24s%12s%12s\n", "", "added by a policy of", "bpf to", "added to");
	fprintf(out, "%-12s %8s%12s%12s%12s%12s%12s\n", "policy", "depth", "no policy",
		bench_engines[0], bench_engines[1], "landlock", "bystanders");
	for (i = 0; i < n; i++) {
		if (i && rows[i].policy != rows[i - 1].policy)
			fputc('\n', out);
		print_row(out, &result->figures, &rows[i]);
	}
}

/* Labels may be long, so that numbers have columns of their own. */
static void print_label(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void print_label(FILE *out, const char *format, ...)
{
	va_list ap;
	int width;

	va_start(ap, format);
	width = vfprintf(out, format, ap);
	va_end(ap);
	fprintf(out, "%*s", width < LABEL_WIDTH ? LABEL_WIDTH - width : 0, "");
}

static void print_ratios(FILE *out, const struct figures *f)
{
	char words[BENCH_WORDS_MAX];
	size_t policy, e;

	fputc('\n', out);
	print_label(out, "%s", "");
	fprintf(out, "%*s%*s\n", NUMBER_WIDTH, bench_engines[0], NUMBER_WIDTH, bench_engines[1]);
	for (policy = FIGURES_RULES; policy < FIGURES_POLICIES; policy++) {
		print_label(out, "%s add, to what 1 adds (all depths)",
			    bench_policy_words(f, policy, words));
		for (e = 0; e < FIGURES_ENGINES; e++)
			print_number(out, 2, figures_ratio(f, e, policy));
		fputc('\n', out);
	}
	print_label(out, "under no policy, to rootward not loaded");
	print_number(out, 2, figures_bystanders(f));
	fputc('\n', out);
}

static void print_starts(FILE *out, const struct bench_result *result)
{
	const struct figures *f = &result->figures;
	bool is_time = !strcmp(result->unit, "ns");
	size_t e;

	if (!isfinite(f->start_plain))
		return;
	print_label(out, "rootward run -- true, in %s%s", is_time ? "ms" : "10^6 ",
		    is_time ? "" : result->unit);
	for (e = 0; e < FIGURES_ENGINES; e++)
		print_number(out, 1, f->start[e] / 1e6);
	fputc('\n', out);
	print_label(out, "  the first one, which loads programs");
	print_number(out, 1, f->start_first / 1e6);
	fputc('\n', out);
	print_label(out, "  true alone");
	print_number(out, 1, f->start_plain / 1e6);
	fputc('\n', out);
}

void bench_text(FILE *out, const struct bench_result *result)
{
	const struct figures *f = &result->figures;

	print_heading(out, result);
	print_rows(out, result);
	print_ratios(out, f);
	print_starts(out, result);
	fprintf(out,
		"\nPercentile %u of %zu rounds or more; half of the rounds lie within %.1f %% of their "
		"median.\n",
		f->percentile, f->rounds, f->spread * 100);
}
