/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running random cases, and reducing those that fail. */
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "random_case.h"

static enum outcome try(const struct run *run, const struct random_case *rc, struct result *result)
{
	struct table_form t = { 0 };

	table_form_make(&t, rc, run->use != USE_LANDLOCK);
	run_case(run, &t.c, result);
	table_form_free(&t);
	return result->outcome;
}

static bool still_fails(const struct run *run, const struct random_case *rc)
{
	struct result result;
	/* in the same way: a case that cannot be built is none */
	bool fails = try(run, rc, &result) == FAIL && strstr(result.text, "check ");

	free(result.text);
	return fails;
}

/* A directory that is above another, or that something is said about, is needed. */
static bool is_needed(const struct random_case *rc, int dir)
{
	bool needed = rc->bind == dir + 1 || rc->onto == dir + 1 || rc->over == dir + 1;
	int i;

	for (i = 0; i < rc->n_dirs; i++)
		needed |= !rc->gone_dirs[i] && rc->parents[i] == dir;
	for (i = 0; i < rc->n_rules; i++)
		needed |= !rc->rules[i].gone && rc->rules[i].dir == dir;
	for (i = 0; i < rc->n_gifts; i++)
		needed |= !rc->gifts[i].gone && rc->gifts[i].dir == dir;
	for (i = 0; i < rc->n_ops; i++)
		needed |= !rc->ops[i].gone && (rc->ops[i].dir == dir || rc->ops[i].dir2 == dir);
	return needed;
}

static void drop_dirs(struct random_case *rc)
{
	int i;

	for (i = rc->n_dirs - 1; i >= 0; i--)
		rc->gone_dirs[i] |= !is_needed(rc, i);
}

/* Takes @smaller if it fails as well. */
static bool take(const struct run *run, struct random_case *rc, const struct random_case *smaller)
{
	if (!memcmp(rc, smaller, sizeof(*rc)) || !still_fails(run, smaller))
		return false;
	*rc = *smaller;
	return true;
}

static bool clear_bits(const struct run *run, struct random_case *rc, size_t offset)
{
	struct random_case smaller;
	bool any = false;
	uint32_t bit;

	for (bit = 1; bit & ROOTWARD_OPS_ALL; bit <<= 1) {
		smaller = *rc;
		*(uint32_t *)((char *)&smaller + offset) &= ~bit;
		any |= take(run, rc, &smaller);
	}
	return any;
}

static bool reduce_policies(const struct run *run, struct random_case *rc)
{
	struct random_case smaller;
	bool any = false;
	int i;

	for (i = 0; i < rc->n_rules; i++) {
		smaller = *rc;
		smaller.rules[i].gone = true;
		any |= take(run, rc, &smaller);
		if (rc->rules[i].gone)
			continue;
		any |= clear_bits(run, rc, (size_t)((char *)&rc->rules[i].allow - (char *)rc));
		any |= clear_bits(run, rc, (size_t)((char *)&rc->rules[i].deny - (char *)rc));
	}
	for (i = 0; i < rc->n_layers; i++)
		any |= clear_bits(run, rc, (size_t)((char *)&rc->defaults[i] - (char *)rc));
	return any;
}

static bool reduce_owners(const struct run *run, struct random_case *rc)
{
	struct random_case smaller = *rc;
	bool any;
	int i;

	smaller.idmapped = false;
	any = take(run, rc, &smaller);
	for (i = 0; i < rc->n_gifts; i++) {
		smaller = *rc;
		smaller.gifts[i].gone = true;
		any |= take(run, rc, &smaller);
	}
	for (i = 0; i < rc->n_rules; i++) {
		smaller = *rc;
		smaller.rules[i].owner = (struct random_who){ 0 };
		any |= take(run, rc, &smaller);
		smaller = *rc;
		smaller.rules[i].group = (struct random_who){ 0 };
		any |= take(run, rc, &smaller);
	}
	for (i = 0; i < rc->n_ops; i++) {
		smaller = *rc;
		smaller.ops[i].as = 0;
		any |= take(run, rc, &smaller);
	}
	return any;
}

static bool reduce_once(const struct run *run, struct random_case *rc)
{
	struct random_case smaller = *rc;
	bool any;
	int i;

	smaller.bind = smaller.onto = 0;
	any = take(run, rc, &smaller);
	smaller = *rc;
	smaller.over = 0;
	any |= take(run, rc, &smaller);
	for (i = rc->n_ops - 1; i >= 0; i--) {
		smaller = *rc;
		smaller.ops[i].gone = true;
		any |= take(run, rc, &smaller);
	}
	any |= reduce_policies(run, rc);
	any |= reduce_owners(run, rc);
	smaller = *rc;
	drop_dirs(&smaller);
	return any | take(run, rc, &smaller);
}

static void report(const struct run *run, struct random_case *rc, unsigned int seed)
{
	struct table_form t = { 0 };
	struct result result;
	char *line;

	/* what does not fail again, or by running out of time, is told as it is */
	while (still_fails(run, rc) && reduce_once(run, rc))
		;
	try(run, rc, &result);
	printf("# seed %u, reduced:\n", seed);
	table_form_make(&t, rc, run->use != USE_LANDLOCK);
	table_form_print(&t, stdout);
	for (line = strtok(result.text, "\n"); line; line = strtok(NULL, "\n"))
		printf("# %s\n", line);
	table_form_free(&t);
	free(result.text);
}

int random_run(const struct run *run, int n, unsigned int seed)
{
	struct run modelled = *run;
	struct random_case rc;
	struct result result;
	int i, failed = 0, refused = 0, skipped = 0, more = 0;

	modelled.expect_model = true;
	printf("1..%d\n", n);
	for (i = 0; i < n; i++, seed++) {
		random_draw(&rc, seed, run->use != USE_LANDLOCK);
		try(&modelled, &rc, &result);
		refused += result.outcome == REFUSED_ALL;
		skipped += result.outcome == SKIP;
		more += result.tally.denied_more > 0;
		printf("%sok %d - random: seed %u%s%s%s", result.outcome == FAIL ? "not " : "",
		       i + 1, seed, result.outcome == REFUSED_ALL ? " (refused)" : "",
		       result.outcome == SKIP ? " # SKIP " : "",
		       result.outcome == SKIP ? result.text : "\n");
		free(result.text);
		if (result.outcome == FAIL) {
			failed++;
			report(&modelled, &rc, seed);
		}
	}
	printf("# %d disagree, %d refused, %d skipped, %d denied more\n", failed, refused, skipped,
	       more);
	return failed;
}
