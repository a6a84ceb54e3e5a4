/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From measurements to a table. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#define REPORT_DEPTHS 4
#define REPORT_POLICIES 2

/**
 * struct cost - of one open+close, at each depth.
 */
struct cost {
	double at[REPORT_DEPTHS];
};

/**
 * struct report - what stands for the rounds.
 * @bare:      in no domain, rootward's programs not loaded
 * @bystander: in no domain, while others are in one of rootward's
 * @rootward, @landlock: in a domain, by number of rules
 * @has_rootward, @has_landlock: was measured
 * @percentile: that this is, of all rounds
 * @spread:    the widest of all, as a part of the median: half of the rounds were that near
 */
struct report {
	unsigned int depth[REPORT_DEPTHS];
	size_t rules[REPORT_POLICIES];
	const char *unit;
	struct cost bare, bystander;
	struct cost rootward[REPORT_POLICIES], landlock[REPORT_POLICIES];
	bool has_rootward, has_landlock;
	unsigned int percentile;
	double spread;
};

/**
 * percentile_of() - 50 is the median.  Spoils @values.
 * @percentile: that this is, of all rounds
 * @spread: grows to how far half of them are from their median, as a part of it
 */
double percentile_of(double *values, size_t n, unsigned int percentile, double *spread);

/** report_table() - for people. */
void report_table(const struct report *report);

/** report_tsv() - for machines: the same numbers, one line each, under a line of titles. */
void report_tsv(const struct report *report);

#endif
