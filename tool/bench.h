/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rootward bench: the figures, on their way out. */
#ifndef TOOL_BENCH_H
#define TOOL_BENCH_H

#include <stdio.h>

#include <jansson.h>

#include "figures.h"
#include "machine.h"

/* More than that, as a part of the median, and the machine did not measure but other work. */
#define BENCH_BUSY 0.1

/* The engines' names, by FIGURES_BPF, ... */
extern const char *const bench_engines[FIGURES_ENGINES];

/**
 * struct bench_result
 * @unit:     what a nanosecond is called
 * @left_out: by engine: why it was not measured though it was asked for, or NULL
 */
struct bench_result {
	struct figures figures;
	struct machine machine;
	const char *unit;
	const char *left_out[FIGURES_ENGINES];
};

#define BENCH_WORDS_MAX 64

/** bench_policy_words() - "1 rule", "10000 rules", "8 policies". */
const char *bench_policy_words(const struct figures *figures, size_t policy,
			       char words[BENCH_WORDS_MAX]);

/** bench_text() - a table, for people. */
void bench_text(FILE *out, const struct bench_result *result);

/** bench_json() - the same numbers; null is what was not measured. */
json_t *bench_json(const struct bench_result *result);

/** bench_svg() - a plot: what policies add, over the depth. */
void bench_svg(FILE *out, const struct bench_result *result);

#endif
