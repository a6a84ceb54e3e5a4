/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From what was measured to the lines of a table.  Every way of showing them shows these. */
#ifndef BENCH_FIGURES_H
#define BENCH_FIGURES_H

#include <stdbool.h>
#include <stddef.h>

#define FIGURES_DEPTHS 4

/* The engines, as an index: all that is measured is measured of each. */
enum {
	FIGURES_BPF,
	FIGURES_LANDLOCK,
	FIGURES_ENGINES,
};

/* What a process is confined by: one rule, many rules, several policies of one rule each. */
enum {
	FIGURES_ONE,
	FIGURES_RULES,
	FIGURES_LAYERS,
	FIGURES_POLICIES,
};

#define FIGURES_ROWS (FIGURES_POLICIES * (FIGURES_DEPTHS + 2))

/** struct cost - of one open+close, at each depth. */
struct cost {
	double at[FIGURES_DEPTHS];
};

/**
 * struct figures - what stands for the rounds.
 * @n_depths, @depth: where
 * @rules, @layers: in each kind of policy, and how many policies
 * @has:      what was measured
 * @bare:     in no domain, rootward's programs not loaded
 * @beside:   in no domain, while other processes are in domains
 * @confined: in a domain
 * @start_plain: of starting a command and waiting for its end
 * @start:    of the same through `rootward run`, while a domain exists; NAN: not measured
 * @start_first: of the same by bpf, while none does: the programs are loaded for it
 * @percentile: that all of these are
 * @rounds:   that they are of, at least
 * @spread:   the widest of all, as a part of the median: half of the rounds were that near
 */
struct figures {
	size_t n_depths;
	unsigned int depth[FIGURES_DEPTHS];
	size_t rules[FIGURES_POLICIES];
	unsigned int layers[FIGURES_POLICIES];
	bool has[FIGURES_ENGINES];
	struct cost bare, beside;
	struct cost confined[FIGURES_ENGINES][FIGURES_POLICIES];
	double start_plain, start[FIGURES_ENGINES], start_first;
	unsigned int percentile;
	size_t rounds;
	double spread;
};

enum row_kind {
	ROW_DEPTH,
	ROW_FIXED,    /* what the straight line through the depths is at 0 */
	ROW_ANCESTOR, /* and by how much it rises */
};

/**
 * struct row - one line; NAN is what was not measured.
 * @policy: FIGURES_ONE, ...
 * @depth:  of a ROW_DEPTH
 * @no_policy: of open+close
 * @added:  to that by a policy
 * @bystanders: added to processes in no domain by rootward's programs
 */
struct row {
	enum row_kind kind;
	size_t policy;
	unsigned int depth;
	double no_policy, added[FIGURES_ENGINES], bystanders;
};

/**
 * percentile_of() - 50 is the median.  Spoils @values.
 * @n: not 0
 * @percentile: at most 100
 * @spread: grows to how far half of them are from their median, as a part of it
 */
double percentile_of(double *values, size_t n, unsigned int percentile, double *spread);

/** figures_rows() - by policy: the depths, ROW_FIXED, ROW_ANCESTOR.  Return: how many. */
size_t figures_rows(const struct figures *figures, struct row rows[FIGURES_ROWS]);

/** row_ratio() - bpf to landlock. */
double row_ratio(const struct row *row);

/** figures_ratio() - what @policy adds to what FIGURES_ONE does, over all depths. */
double figures_ratio(const struct figures *figures, size_t engine, size_t policy);

/** figures_bystanders() - @beside to @bare, over all depths; NAN without bpf. */
double figures_bystanders(const struct figures *figures);

#endif
