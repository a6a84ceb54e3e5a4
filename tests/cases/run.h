/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running one case; see case.h for who takes part. */
#ifndef RUN_H
#define RUN_H

#include <stdio.h>

#include "case.h"

/** enum use - what decides. */
enum use {
	USE_BPF,
	USE_LANDLOCK,
	USE_NONE, /* nothing: what the model denies is not tried; checks table, model, drawings */
};

enum outcome {
	PASS,
	FAIL,
	SKIP,
	REFUSED_ALL, /* only with expect_model: the engine does not take the policy */
};

/**
 * struct run - how to run cases.
 * @expect_model: the table has no expectations: the model is right (random.c)
 * @at:           a directory to work in
 */
struct run {
	enum use use;
	bool expect_model;
	const char *at;
};

/**
 * struct result
 * @text: lines for the reader: what failed, why it was skipped; malloc()ed
 * @denied_more: checks that were denied though the policy allows them (where .less permits it)
 */
struct result {
	enum outcome outcome;
	char *text;
	int denied_more;
};

/** run_case() - in a process group of its own, with a time limit. */
void run_case(const struct run *run, const struct test_case *c, struct result *result);

/** answer() - an errno by name. */
const char *answer(int e);

/* --- run_scene.c */

struct model;

/**
 * scene_set() - build what a case begins with, in an empty directory, on a filesystem of its own if
 * we may mount one; it becomes the working directory.  Tells @out what is wrong.
 *
 * Return: PASS, with a model of it; SKIP, FAIL.
 */
enum outcome scene_set(const struct run *run, const struct test_case *c, struct model **model,
		       FILE *out);

/* --- run_actor.c: the supervisor and the actor */

/* What the supervisor and the actor tell; text is the diagnostics. */
struct report {
	int r;
	char text[8192];
};

/** struct troupe - the case process's end. */
struct troupe {
	int to_actor;	/* a socket: an index goes there, -errno comes back */
	int from_super; /* a pipe: a struct report comes from the supervisor */
};

/** troupe_start() - fork the supervisor, and through it the actor. */
int troupe_start(const struct run *run, const struct test_case *c, struct troupe *troupe);

/** troupe_act() - have the actor do check @index.  Return: 0, or -ENOLINK if the actor is gone. */
int troupe_act(const struct troupe *troupe, int index, int *result);

/** read_all() - -EPIPE at an early end. */
int read_all(int fd, void *buf, size_t size);
int write_all(int fd, const void *buf, size_t size);

/** run_verb() - with expanded paths, here and now. */
int run_verb(const struct check *check);

#endif
