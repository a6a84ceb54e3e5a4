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
	USE_LOAD, /* bpf: the policies are loaded for the machine, but only for the actor */
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
 * struct tally - of the actor's checks in one case.
 * @denied_more: were denied though the policy allows them (where .less permits it)
 * @made:        were made
 * @left_out:    were not: they are about confinement, and nothing confines
 */
struct tally {
	int denied_more;
	int made;
	int left_out;
};

/**
 * struct result
 * @text: lines for the reader: what failed, why it was skipped; malloc()ed
 */
struct result {
	enum outcome outcome;
	char *text;
	struct tally tally;
};

/** case_confines() - whether the actor is confined, not only under policies for the machine. */
static inline bool case_confines(const struct run *run, const struct test_case *c)
{
	return run->use != USE_LOAD || c->last_confines;
}

/**
 * case_texts() - the policies for the actor: at first, or for ENTER_SECOND.
 * Return: how many; 0: there is no second.
 */
size_t case_texts(const struct test_case *c, bool second, const char *texts[MAX_POLICIES]);

/* --- run_case.c */

/** run_case() - in a process group of its own, with a time limit. */
void run_case(const struct run *run, const struct test_case *c, struct result *result);

/* --- run.c */

/** play() - the case process's part.  Tells @out what fails. */
enum outcome play(const struct run *run, const struct test_case *c, FILE *out, struct tally *tally);

/** answer() - an errno by name. */
const char *answer(int e);

/* --- run_load.c: policies that are loaded for the machine, but only for the actor */

/** load_begin() - in the runner.  Return: 0 or -errno. */
int load_begin(void);
void load_end(void);

/** load_text() - @text as the @index-th policy of those that apply at first, or of the second. */
char *load_text(const char *text, bool second, size_t index);

/** load_entrance() - a descriptor for load_enter(), which needs no path and no right any more. */
int load_entrance(bool second);

/** load_enter() - from now on the policies are for the calling process.  Return: 0 or -errno. */
int load_enter(int entrance);

/**
 * load_take_away() - in the runner, when the case has ended: unload its policies.
 * Return: 0, or the first error: -ENOENT where one was not loaded.
 */
int load_take_away(const struct test_case *c);

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
