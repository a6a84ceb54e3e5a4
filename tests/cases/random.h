/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Random trees, policies and operations: the engine against the model.  What disagrees is reduced
 * to the smallest case that still does, and printed as an entry for the table.
 */
#ifndef RANDOM_H
#define RANDOM_H

#include "run.h"

/** random_run() - @n cases from @seed on.  Prints; returns the number of disagreements. */
int random_run(const struct run *run, int n, unsigned int seed);

#endif
