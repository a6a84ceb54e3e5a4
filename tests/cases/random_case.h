/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A random case in a form from which parts can be dropped, and its form in the table. */
#ifndef RANDOM_CASE_H
#define RANDOM_CASE_H

#include <stdint.h>
#include <stdio.h>

#include "case.h"

#define MAX_DIRS 12
#define MAX_RULES 9
#define MAX_OPS 16

/**
 * struct random_rule
 * @kind: 0 on the directory, 1 on its file f, 2 on its missing name `new`
 * @gone: not there (any more)
 */
struct random_rule {
	int layer, dir, kind;
	uint32_t allow, deny;
	bool gone;
};

/** struct random_op - @what: a choice among the verb's objects, see op_paths(). */
struct random_op {
	enum verb_id verb;
	int dir, dir2, what;
	bool outside, gone;
};

/**
 * struct random_case
 * @parents:    of directories A, B, C, …; -1 is the root; each has a file f
 * @bind, @onto: a bind mount of one directory onto another (from 1), or 0
 * @over, @kind: a filesystem of its own on a directory (from 1), or 0, made before that; what lies
 *               beneath is made again in it
 */
struct random_case {
	int n_dirs, parents[MAX_DIRS];
	bool gone_dirs[MAX_DIRS];
	int n_layers;
	uint32_t defaults[MAX_POLICIES];
	int n_rules;
	struct random_rule rules[MAX_RULES];
	int bind, onto;
	int over;
	enum verb_id kind; /* MOUNT_TMPFS, MOUNT_OVERLAY */
	int n_ops;
	struct random_op ops[MAX_OPS];
};

/** struct table_form - a test_case and what its strings are in; zero it first. */
struct table_form {
	struct test_case c;
	char paths[2 * MAX_OPS + 2 * MAX_DIRS + 4][64];
	int n_paths;
	char *tree;
	char *policies[MAX_POLICIES];
};

/** random_draw() - the same for the same @seed; @bpf: with all that this engine can. */
void random_draw(struct random_case *rc, unsigned int seed, bool bpf);

void table_form_make(struct table_form *t, const struct random_case *rc, bool bpf);
void table_form_free(struct table_form *t);

/** table_form_print() - as C, with `# ` in front for TAP. */
void table_form_print(const struct table_form *t, FILE *out);

#endif
