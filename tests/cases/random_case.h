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
#define MAX_GIFTS 12

/** struct random_who - of a rule, 0: anybody; @part: for operations only, 0: for all of them. */
struct random_who {
	int who, part;
};

/**
 * struct random_rule
 * @kind: 0 on the directory, 1 on its file f, 2 on its missing name `new`
 * @follows: it follows its path
 * @gone: not there (any more)
 */
struct random_rule {
	int layer, dir, kind;
	struct random_who owner, group;
	uint32_t allow, deny;
	bool follows, gone;
};

/** struct random_op - @what: a choice among the verb's objects, see op_paths(); @as: who. */
struct random_op {
	enum verb_id verb;
	int dir, dir2, what, as;
	bool outside, gone;
};

/** struct random_gift - @file, or the directory itself, belongs to @whom; @bit: the setgid bit. */
struct random_gift {
	int dir, whom;
	bool file, bit, gone;
};

/**
 * struct random_case
 * @parents:    of directories A, B, C, …; -1 is the root; each has a file f
 * @bind, @onto: a bind mount of one directory onto another (from 1), or 0
 * @over, @kind: a filesystem of its own on a directory (from 1), or 0, made before that; what lies
 *               beneath is made again in it
 * @idmapped:    the bind mount is
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
	enum verb_id kind; /* MOUNT_TMPFS, MOUNT_OVERLAY, MOUNT_EXT4 */
	bool idmapped;
	int n_gifts;
	struct random_gift gifts[MAX_GIFTS];
	int n_ops;
	struct random_op ops[MAX_OPS];
};

/** struct table_form - a test_case and what its strings are in; zero it first. */
struct table_form {
	struct test_case c;
	char paths[2 * MAX_OPS + 2 * MAX_DIRS + 2 * MAX_GIFTS + 4][64];
	int n_paths;
	char *tree;
	char *policies[MAX_POLICIES];
};

/** random_draw() - the same for the same @seed; @bpf: with all that this engine can. */
void random_draw(struct random_case *rc, unsigned int seed, bool bpf);

/* --- random_owner.c */

typedef unsigned int random_draw_fn(unsigned int *state, unsigned int below);

/** random_draw_owners() - give objects away, and rules and callers owners. */
void random_draw_owners(struct random_case *rc, unsigned int *state, random_draw_fn *draw);

/** random_ids() - "UID:GID", a check's `.as`, NULL for root's; random_gift_ids(): for GIVE. */
const char *random_as(int as);
const char *random_whom(int whom);

/** random_who_text() - ", owner: ...", as a policy has it; empty for anybody. */
void random_who_text(const char *key, struct random_who who, char *buf, size_t size);

void table_form_make(struct table_form *t, const struct random_case *rc, bool bpf);
void table_form_free(struct table_form *t);

/** table_form_print() - as C, with `# ` in front for TAP. */
void table_form_print(const struct table_form *t, FILE *out);

#endif
