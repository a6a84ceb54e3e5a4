/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Many rules in one policy for the machine: all of them get there, and in which time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cleanup.h"
#include "life.h"

#define N_TREES 10000

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void count(void *data, const struct rootward_loaded *loaded)
{
	*(uint32_t *)data = loaded->trees;
}

void test_life_sizes(void)
{
	struct rootward_policy *policy = NULL;
	_cleanup_free_ char *text = NULL;
	uint32_t trees = 0;
	double start, parsed;

	text = many_trees("many", N_TREES);
	start = now();
	if (!ok(text && rootward_policy_parse(&policy, text, strlen(text), NULL) == 0, "%d trees",
		N_TREES))
		return;
	parsed = now();
	is_int(rootward_load(&policy, 1, NULL), 0, "parsed in %.2f s, loaded in %.2f s",
	       parsed - start, now() - parsed);
	rootward_status(count, &trees);
	is_int(trees, N_TREES, "all of them");
	is_int(rootward_unload("many", NULL), 0, "and unloaded");
	rootward_policy_free(policy);
}
