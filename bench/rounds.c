/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "cleanup.h"
#include "rounds.h"
#include "start.h"
#include "variant.h"

/* Seconds that the kernel gets for what it puts off: freeing programs, and after booting. */
#define SETTLE 3

/* So much of the time is for the rounds before, as much for those after, and twice for commands. */
#define PART (1. / 16)

/* Commands that load programs take so long that few of them do. */
#define FIRST_STARTS 3

/* Who has rounds: one process has two lots of them. */
enum lot {
	LOT_BARE, /* half before and half after LOT_BESIDE */
	LOT_BESIDE,
	LOT_CONFINED, /* by engine, then by policy */
	LOT_LANDLOCK = LOT_CONFINED + FIGURES_LANDLOCK * FIGURES_POLICIES,
	LOTS = LOT_CONFINED + FIGURES_ENGINES * FIGURES_POLICIES,
};

static const char *const engine_words[] = { "bpf", "landlock" };

/* What was measured, one after the other. */
struct samples {
	double *values;
	size_t n, room;
};

/**
 * struct bench
 * @variants: by lot; LOT_BARE and LOT_BESIDE are the process of LOT_BARE
 * @samples:  by lot and depth
 * @plain, @starts, @first: of commands; by engine
 * @begin:    when it began, in seconds
 */
struct bench {
	const struct rounds *options;
	const struct place *place;
	struct figures *figures;
	struct variant variants[LOTS];
	struct samples samples[LOTS][FIGURES_DEPTHS];
	struct samples plain, starts[FIGURES_ENGINES], first;
	double begin;
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static int keep(struct samples *samples, double value)
{
	size_t room = samples->room ? 2 * samples->room : 64;
	double *values = samples->values;

	if (samples->n == samples->room) {
		values = reallocarray(samples->values, room, sizeof(*values));
		if (!values)
			return -ENOMEM;
		samples->values = values;
		samples->room = room;
	}
	values[samples->n++] = value;
	return 0;
}

static bool wanted(const struct bench *b, enum lot lot)
{
	if (lot == LOT_BARE)
		return b->options->engines[FIGURES_BPF];
	if (lot == LOT_BESIDE)
		return true;
	return b->options->engines[lot < LOT_LANDLOCK ? FIGURES_BPF : FIGURES_LANDLOCK];
}

static size_t policy_of(enum lot lot)
{
	return lot < LOT_CONFINED ? FIGURES_ONE : (lot - LOT_CONFINED) % FIGURES_POLICIES;
}

/* @from up to, not including, @to. */
static int start(struct bench *b, enum lot from, enum lot to)
{
	enum lot lot;
	int r = 0;

	for (lot = from; lot < to && r == 0; lot++) {
		struct variant *v = &b->variants[lot];

		v->confined = lot >= LOT_CONFINED;
		v->engine = lot < LOT_LANDLOCK ? ROOTWARD_ENGINE_BPF : ROOTWARD_ENGINE_LANDLOCK;
		v->clock = b->options->clock;
		v->rules = b->figures->rules[policy_of(lot)];
		v->layers = b->figures->layers[policy_of(lot)];
		/* the one that is in no domain serves both its lots */
		if (lot == LOT_BARE || wanted(b, lot))
			r = variant_start(v, b->place, b->options->opts);
		if (r == 0 && b->options->stopped(b->options->data))
			r = -EINTR;
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
	const struct variant *v = &b->variants[lot == LOT_BESIDE ? LOT_BARE : lot];
	double value;
	int r;

	if (b->options->stopped(b->options->data))
		return -EINTR;
	r = variant_round(v, b->figures->depth[depth], b->options->times, &value);
	return r == 0 && counts ? keep(&b->samples[lot][depth], value) : r;
}

/* @n of them, or @least and until @end.  The first round is thrown away. */
static int rounds(struct bench *b, enum lot from, enum lot to, unsigned int n, unsigned int least,
		  double end)
{
	unsigned int round;
	enum lot lot;
	size_t depth;
	int r = 0;

	for (round = 0; r == 0; round++) {
		if (n ? round > n : round > least && now() > end)
			break;
		for (depth = 0; depth < b->figures->n_depths; depth++)
			for (lot = from; lot < to && r == 0; lot++)
				if (wanted(b, lot))
					r = turn(b, lot, depth, round > 0);
	}
	return r;
}

/* Before LOT_BESIDE, and after it. */
static int bare_rounds(struct bench *b, unsigned int n)
{
	double end = now() + SETTLE;

	if (!wanted(b, LOT_BARE))
		return 0;
	while (now() < end) {
		if (b->options->stopped(b->options->data))
			return -EINTR;
		usleep(50000);
	}
	return rounds(b, LOT_BARE, LOT_BESIDE, n, ROUNDS_LEAST / 2,
		      now() + PART * b->options->seconds);
}

static int start_once(struct bench *b, const char *engine, struct samples *samples)
{
	double ns;
	int r = start_command(b->place->base, engine, &ns);

	if (r == 0)
		r = keep(samples, ns);
	else if (r == -ECHILD) /* where the built-in policy, say, is refused */
		r = 0;
	return r == 0 && b->options->stopped(b->options->data) ? -EINTR : r;
}

/* Commands take turns, too. */
static int start_commands(struct bench *b)
{
	double end = now() + 2 * PART * b->options->seconds;
	size_t engine;
	unsigned int i;
	int r = 0;

	for (i = 0; r == 0 && i < b->options->starts && (i < 3 || now() < end); i++) {
		r = start_once(b, NULL, &b->plain);
		for (engine = 0; r == 0 && engine < FIGURES_ENGINES; engine++)
			if (b->options->engines[engine])
				r = start_once(b, engine_words[engine], &b->starts[engine]);
	}
	return r;
}

static int start_first(struct bench *b)
{
	unsigned int n = b->options->engines[FIGURES_BPF] ? b->options->starts : 0, i;
	int r = 0;

	for (i = 0; r == 0 && i < n && i < FIRST_STARTS; i++)
		r = start_once(b, engine_words[FIGURES_BPF], &b->first);
	return r;
}

static int measure(struct bench *b)
{
	unsigned int n = b->options->rounds;
	double part = wanted(b, LOT_BARE) ? 1 - 4 * PART : 1 - 2 * PART;
	int r;

	r = start(b, LOT_BARE, LOT_BESIDE);
	if (r == 0)
		r = bare_rounds(b, n / 2);
	if (r == 0)
		r = start(b, LOT_CONFINED, LOTS);
	if (r == 0)
		r = rounds(b, LOT_BESIDE, LOTS, n, ROUNDS_LEAST,
			   b->begin + part * b->options->seconds);
	if (r == 0)
		r = start_commands(b);
	stop(b, LOT_CONFINED, LOTS);
	if (r == 0)
		r = bare_rounds(b, n - n / 2);
	if (r == 0)
		r = start_first(b);
	stop(b, LOT_BARE, LOT_BESIDE);
	return r;
}

static double figure(struct bench *b, struct samples *samples, double *spread)
{
	if (!samples->n)
		return NAN;
	return percentile_of(samples->values, samples->n, b->options->percentile, spread);
}

static void add_up_lot(struct bench *b, enum lot lot, struct cost *cost)
{
	struct figures *f = b->figures;
	size_t i;

	for (i = 0; wanted(b, lot) && i < f->n_depths; i++) {
		cost->at[i] = figure(b, &b->samples[lot][i], &f->spread);
		if (!f->rounds || b->samples[lot][i].n < f->rounds)
			f->rounds = b->samples[lot][i].n;
	}
}

static void add_up(struct bench *b)
{
	struct figures *f = b->figures;
	double ignored = 0;
	size_t engine;
	enum lot lot;

	f->percentile = b->options->percentile;
	add_up_lot(b, LOT_BARE, &f->bare);
	add_up_lot(b, LOT_BESIDE, &f->beside);
	if (!wanted(b, LOT_BARE))
		f->bare = f->beside;
	for (lot = LOT_CONFINED; lot < LOTS; lot++) {
		engine = lot < LOT_LANDLOCK ? FIGURES_BPF : FIGURES_LANDLOCK;
		add_up_lot(b, lot, &f->confined[engine][policy_of(lot)]);
	}
	for (engine = 0; engine < FIGURES_ENGINES; engine++) {
		f->has[engine] = b->options->engines[engine];
		f->start[engine] = figure(b, &b->starts[engine], &ignored);
	}
	f->start_plain = figure(b, &b->plain, &ignored);
	f->start_first = figure(b, &b->first, &ignored);
}

static void bench_free(struct bench *b)
{
	size_t lot, i;

	for (lot = 0; lot < LOTS; lot++)
		for (i = 0; i < FIGURES_DEPTHS; i++)
			free(b->samples[lot][i].values);
	for (i = 0; i < FIGURES_ENGINES; i++)
		free(b->starts[i].values);
	free(b->plain.values);
	free(b->first.values);
}

int rounds_run(const struct rounds *options, const struct place *place, struct figures *figures)
{
	_cleanup_(bench_free) struct bench b = {
		.options = options, .place = place, .figures = figures, .begin = now()
	};
	int r;

	figures->rules[FIGURES_ONE] = figures->rules[FIGURES_LAYERS] = 1;
	figures->rules[FIGURES_RULES] = options->rules;
	figures->layers[FIGURES_ONE] = figures->layers[FIGURES_RULES] = 1;
	figures->layers[FIGURES_LAYERS] = VARIANT_LAYERS;
	r = measure(&b);
	if (r == 0)
		add_up(&b);
	return r;
}
