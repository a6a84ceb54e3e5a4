/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a policy adds to open() and close().
 *
 * Processes that differ only in the domain they are in take turns: a round of each, then the next
 * round of each, so that whatever else the machine does hits all alike.  What an engine adds is
 * the difference of medians (of a lower percentile on a busy machine: others only ever add time).
 *
 * rootward's programs, once loaded, cost every process a little, also in no domain.  That belongs
 * to what the bpf engine adds and not to what Landlock adds: so a process in no domain has rounds
 * beside the others, and where there is bpf, rounds before and after, too.
 *
 * Under an emulator that counts, a nanosecond is an instruction (bench/run).  Then only the
 * process's own time gives a number that repeats, as the kernel always has something to do in the
 * background.  Without counting, an emulated kernel knows a process's time too coarsely.
 */
#ifndef BENCH_ROUNDS_H
#define BENCH_ROUNDS_H

#include <time.h>

#include <rootward.h>

#include "figures.h"
#include "place.h"

/* Fewer rounds than that stand for nothing, whatever time they take. */
#define ROUNDS_LEAST 10

/**
 * struct rounds - what to measure, and how.
 * @engines:  by FIGURES_BPF, ...: whether to
 * @rules:    in the larger policy
 * @rounds:   of each process at each depth; 0: until @seconds are over, and ROUNDS_LEAST at least
 * @seconds:  for everything
 * @times:    open and close in a round
 * @starts:   of a command; 0: that is not measured
 * @percentile: of the rounds that counts
 * @clock:    of a process in a round
 * @stopped:  asked now and then whether to go on
 * @data:     for @stopped
 * @opts:     for the library, and for what a process finds amiss; not NULL
 */
struct rounds {
	bool engines[FIGURES_ENGINES];
	size_t rules;
	unsigned int rounds, seconds, times, starts, percentile;
	clockid_t clock;
	bool (*stopped)(void *data);
	void *data;
	const struct rootward_opts *opts;
};

/**
 * rounds_run() - do them, in @place.
 * @figures: with @n_depths and @depth, which @place has; the rest is filled in
 *
 * Return: 0; -EINTR when it was @stopped; -ENOMEM; as variant_start() and variant_round().
 */
int rounds_run(const struct rounds *rounds, const struct place *place, struct figures *figures);

#endif
