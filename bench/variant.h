/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is compared: processes that do the same and differ in the domain they are in.
 *
 * The policy, the same for every engine: on `/` everything is allowed but making a fifo, and on
 * each directory of place_ruled() reading and making a fifo; of several policies the last forbids
 * the fifo.  Each process tries to make a fifo here and there before anything is measured, so that
 * no engine is measured that does nothing.  What a policy takes away from a process without being
 * asked (raw devices), it keeps: Landlock could do that only by more rules.
 */
#ifndef BENCH_VARIANT_H
#define BENCH_VARIANT_H

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

#include <rootward.h>

#include "place.h"

/* What the bpf engine takes. */
#define VARIANT_LAYERS 8

/**
 * struct variant
 * @confined: by @engine; else the process is in no domain
 * @rules:    in each of its policies, the one on `/` among them
 * @layers:   how many policies, at most VARIANT_LAYERS
 * @clock:    that its rounds are measured by
 * The rest is variant_start()'s.
 */
struct variant {
	bool confined;
	enum rootward_engine engine;
	size_t rules;
	unsigned int layers;
	clockid_t clock;

	struct rootward_domain *domain;
	pid_t pid;
	int socket;
};

/**
 * variant_start() - make the domain, start a process, have it enter and try that it is confined.
 * It then waits for variant_round().
 * @opts: gets diagnostics, of the process too
 *
 * Return: 0; -EBADE, after a diagnostic, when it may do what it should not, or the other way round;
 * -errno.  To be ended and freed in any case.
 */
int variant_start(struct variant *variant, const struct place *place,
		  const struct rootward_opts *opts);

/**
 * variant_round() - have the process open and close the file at @depth @times times.
 * @ns: for one time
 */
int variant_round(const struct variant *variant, unsigned int depth, unsigned int times,
		  double *ns);

/** variant_end() - end the process.  Also one that was not started. */
void variant_end(struct variant *variant);

/**
 * variant_free() - let go of the domain.  It leaves the kernel if no process holds it: those
 * started later do, too, so end them all first.
 */
void variant_free(struct variant *variant);

#endif
