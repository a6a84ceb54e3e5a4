/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench-open - what a policy adds to open() and close().
 *
 * Processes that differ only in the domain they are in take turns: a round of each, then the next
 * round of each, so that whatever else the machine does hits all alike.  What an engine adds is
 * the difference of medians (of a lower percentile on a busy machine: others only ever add time).
 *
 * rootward's programs, once loaded, cost every process a little, also in no domain.  That belongs
 * to what rootward adds and not to what Landlock adds: so a process in no domain has rounds while
 * the programs are loaded, and rounds before and after.
 *
 * Under an emulator that counts, a nanosecond is an instruction (bench/run).  Then only the
 * process's own time gives a number that repeats, as the kernel always has something to do in the
 * background.  Without counting, an emulated kernel knows a process's time too coarsely.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "place.h"
#include "report.h"
#include "variant.h"

static const char usage_text[] =
	"usage: bench-open [OPTION]...\n"
	"Measures what a policy adds to open()+close(), at several depths.\n"
	"  --engine ENGINE  only bpf or landlock (default: both)\n"
	"  --rules N        in the larger policy (default: 10000)\n"
	"  --rounds N       of each process at each depth (default: 50)\n"
	"  --times N        open and close in a round (default: 100)\n"
	"  --percentile P   of the rounds that counts (default: 50, the median)\n"
	"  --dir DIR        where to make files, near the root (default: /)\n"
	"  --cpu-time       measure the processes' own time, not the clock's\n"
	"  --unit WORD      what a nanosecond is called in the output (default: ns)\n"
	"  --tsv            for machines\n"
	"A depth is the number of directories between the file and the root directory.\n";

/* Seconds that the kernel gets for what it puts off: freeing programs, and after booting. */
#define SETTLE 3

static const unsigned int depths[REPORT_DEPTHS] = { 5, 10, 20, 40 };

struct options {
	bool bpf, landlock, tsv;
	size_t rules;
	unsigned int rounds, times, percentile;
	const char *dir, *unit;
	clockid_t clock;
};

/* Who has rounds: one process has two lots of them. */
enum lot {
	LOT_BARE, /* half before and half after LOT_BYSTANDER */
	LOT_BYSTANDER,
	LOT_ROOTWARD,
	LOT_LANDLOCK = LOT_ROOTWARD + REPORT_POLICIES,
	LOTS = LOT_LANDLOCK + REPORT_POLICIES,
};

/**
 * struct bench
 * @variants: by lot; LOT_BARE and LOT_BYSTANDER are the process of LOT_BARE
 * @values:   by lot, depth and round
 * @n:        rounds, by lot
 */
struct bench {
	struct options options;
	struct place place;
	struct variant variants[LOTS];
	double *values[LOTS][REPORT_DEPTHS];
	size_t n[LOTS];
};

static int parse(int argc, char **argv, struct options *o)
{
	static const struct option options[] = {
		{ "engine", required_argument, NULL, 'e' },
		{ "rules", required_argument, NULL, 'r' },
		{ "rounds", required_argument, NULL, 'n' },
		{ "times", required_argument, NULL, 't' },
		{ "dir", required_argument, NULL, 'd' },
		{ "unit", required_argument, NULL, 'u' },
		{ "percentile", required_argument, NULL, 'p' },
		{ "tsv", no_argument, NULL, 'T' },
		{ "cpu-time", no_argument, NULL, 'c' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'e' && (!strcmp(optarg, "bpf") || !strcmp(optarg, "landlock")))
			*(*optarg == 'b' ? &o->landlock : &o->bpf) = false;
		else if (c == 'r')
			o->rules = strtoul(optarg, NULL, 10);
		else if (c == 'n')
			o->rounds = strtoul(optarg, NULL, 10);
		else if (c == 't')
			o->times = strtoul(optarg, NULL, 10);
		else if (c == 'p')
			o->percentile = strtoul(optarg, NULL, 10);
		else if (c == 'd')
			o->dir = optarg;
		else if (c == 'u')
			o->unit = optarg;
		else if (c == 'c')
			o->clock = CLOCK_THREAD_CPUTIME_ID;
		else if (c == 'T')
			o->tsv = true;
		else
			return -EINVAL;
	}
	if (optind != argc || o->rules < 3 || o->rounds < 2 || !o->times || o->percentile > 100)
		return -EINVAL;
	return 0;
}

static bool wanted(const struct bench *b, enum lot lot)
{
	if (lot < LOT_ROOTWARD)
		return true;
	return lot < LOT_LANDLOCK ? b->options.bpf : b->options.landlock;
}

/* @from up to, not including, @to. */
static int start(struct bench *b, enum lot from, enum lot to)
{
	struct variant *v;
	enum lot lot;
	int r = 0;

	for (lot = from; lot < to && r == 0; lot++) {
		v = &b->variants[lot];
		v->confined = lot >= LOT_ROOTWARD;
		v->engine = lot < LOT_LANDLOCK ? ROOTWARD_ENGINE_BPF : ROOTWARD_ENGINE_LANDLOCK;
		v->clock = b->options.clock;
		v->rules = (lot - LOT_ROOTWARD) % REPORT_POLICIES ? b->options.rules : 1;
		if (wanted(b, lot))
			r = variant_start(v, &b->place);
	}
	return r;
}

static void stop(struct bench *b, enum lot from, enum lot to)
{
	enum lot lot;

	for (lot = from; lot < to; lot++)
		variant_end(&b->variants[lot]);
	for (lot = from; lot < to; lot++)
		variant_free(&b->variants[lot]);
}

static int turn(struct bench *b, enum lot lot, size_t depth, bool counts)
{
	const struct variant *v = &b->variants[lot == LOT_BYSTANDER ? LOT_BARE : lot];
	double value;
	int r = variant_round(v, depths[depth], b->options.times, &value);

	if (r == 0 && counts)
		b->values[lot][depth][b->n[lot]] = value;
	return r;
}

/* The first round is thrown away. */
static int rounds(struct bench *b, enum lot from, enum lot to, unsigned int n)
{
	unsigned int round;
	enum lot lot;
	size_t depth;
	int r = 0;

	for (round = 0; round <= n; round++) {
		for (depth = 0; depth < REPORT_DEPTHS; depth++)
			for (lot = from; lot < to && r == 0; lot++)
				if (wanted(b, lot))
					r = turn(b, lot, depth, round > 0);
		for (lot = from; lot < to && round > 0; lot++)
			b->n[lot]++;
	}
	return r;
}

static int run(struct bench *b)
{
	unsigned int n = b->options.rounds;
	int r;

	r = start(b, LOT_BARE, LOT_BYSTANDER);
	sleep(SETTLE);
	if (r == 0)
		r = rounds(b, LOT_BARE, LOT_BYSTANDER, n / 2);
	if (r == 0)
		r = start(b, LOT_ROOTWARD, LOTS);
	if (r == 0)
		r = rounds(b, LOT_BYSTANDER, LOTS, n);
	stop(b, LOT_ROOTWARD, LOTS);
	sleep(SETTLE);
	if (r == 0)
		r = rounds(b, LOT_BARE, LOT_BYSTANDER, n - n / 2);
	stop(b, LOT_BARE, LOT_BYSTANDER);
	return r;
}

static void report(struct bench *b)
{
	struct report report = {
		.rules = { 1, b->options.rules },
		.unit = b->options.unit,
		.percentile = b->options.percentile,
		.has_rootward = b->options.bpf,
		.has_landlock = b->options.landlock,
	};
	struct cost *costs[LOTS] = {
		&report.bare,	     &report.bystander,	  &report.rootward[0],
		&report.rootward[1], &report.landlock[0], &report.landlock[1],
	};
	size_t depth;
	enum lot lot;

	memcpy(report.depth, depths, sizeof(depths));
	for (lot = 0; lot < LOTS; lot++)
		for (depth = 0; wanted(b, lot) && depth < REPORT_DEPTHS; depth++)
			costs[lot]->at[depth] =
				percentile_of(b->values[lot][depth], b->n[lot],
					      b->options.percentile, &report.spread);
	if (b->options.tsv)
		report_tsv(&report);
	else
		report_table(&report);
}

static int make_room(struct bench *b)
{
	size_t lot, depth;

	for (lot = 0; lot < LOTS; lot++) {
		for (depth = 0; depth < REPORT_DEPTHS; depth++) {
			b->values[lot][depth] = calloc(b->options.rounds, sizeof(double));
			if (!b->values[lot][depth])
				return -ENOMEM;
		}
	}
	return 0;
}

static void free_room(struct bench *b)
{
	size_t lot, depth;

	for (lot = 0; lot < LOTS; lot++)
		for (depth = 0; depth < REPORT_DEPTHS; depth++)
			free(b->values[lot][depth]);
}

int main(int argc, char **argv)
{
	struct bench b = { .options = { .bpf = true,
					.landlock = true,
					.rules = 10000,
					.rounds = 50,
					.times = 100,
					.percentile = 50,
					.dir = "/",
					.unit = "ns",
					.clock = CLOCK_MONOTONIC_RAW } };
	int r;

	if (parse(argc, argv, &b.options) < 0) {
		fputs(usage_text, stderr);
		return 2;
	}
	r = make_room(&b);
	if (r == 0)
		r = place_make(&b.place, b.options.dir, depths[0], depths[REPORT_DEPTHS - 1],
			       b.options.rules);
	if (r == 0)
		r = run(&b);
	place_remove(&b.place);
	if (r == 0)
		report(&b);
	else
		fprintf(stderr, "bench-open: %s\n", strerror(-r));
	free_room(&b);
	return r < 0;
}
