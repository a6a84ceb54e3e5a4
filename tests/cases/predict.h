/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What `explain` says will happen: asked before every check, of the library, and compared with what
 * the model says.  In the kernel and over descriptors.
 */
#ifndef PREDICT_H
#define PREDICT_H

#include "asker.h"
#include "case.h"

struct predictor;

/**
 * predictor_new() - one domain's policies, looked up now.
 * @best_effort: as model_new()
 * @error: what went wrong, where NULL is returned
 */
struct predictor *predictor_new(const char *const *policies, size_t n, bool best_effort,
				int *error);

enum {
	NOT_PREDICTED = -1, /* not an operation of a policy */
	UNSURE = -2,	    /* not all of it can be seen, and explain says so */
};

/** predictor_in_kernel() - whether it can walk there. */
bool predictor_in_kernel(struct predictor *predictor);

/**
 * predict_all() - for @asker, by one way of walking: 0, EACCES, EXDEV, or one of these.  All @n
 * must allow.
 */
int predict_all(struct predictor *const *predictors, size_t n, const struct check *check,
		const struct asker *asker, bool by_descriptors);

#endif
