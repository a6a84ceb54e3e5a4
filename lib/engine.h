/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an engine is: one constant table of functions.  domain.c picks one and forwards. */
#ifndef ROOTWARD_ENGINE_H
#define ROOTWARD_ENGINE_H

#include "policy.h"

/**
 * struct engine
 * @probe:  as rootward_engine_probe()
 * @create: policies are resolved; must refuse (-ENOTSUP, each reason by diag()) what it cannot
 *          enforce, unless opts->best_effort.  *ret is the engine's own state
 * @enter:  in the child; async-signal-safe, no allocation
 * @events, @stats: or NULL; as the public functions
 * @free:   must leave confined tasks confined
 * @check:  as rootward_engine_check(); the policy is resolved
 * @layers: at most so many policies make a domain
 */
struct engine {
	const char *name;
	int (*probe)(const char **why);
	int (*create)(void **ret, struct rootward_policy *const *policies, size_t n,
		      const struct rootward_opts *opts);
	int (*enter)(void *state);
	int (*events)(void *state, rootward_event_fn fn, void *data);
	int (*stats)(void *state, struct rootward_stats *stats);
	void (*free)(void *state);
	int (*check)(struct rootward_policy *policy, const struct rootward_opts *opts);
	unsigned int layers;
};

extern const struct engine engine_bpf;
extern const struct engine engine_landlock;

#define MAX_LAYERS 16

/** engine_of() - the engine's table, or NULL. */
const struct engine *engine_of(enum rootward_engine which);

/**
 * confine_capabilities() - drop the capabilities that would undo a confinement, but for @keep.
 * Async-signal-safe.  Return: 0 or -errno.
 */
int confine_capabilities(uint64_t keep);

/** dangerous_capabilities() - bit n: capability n is one of those that rootward drops. */
uint64_t dangerous_capabilities(void);

#endif
