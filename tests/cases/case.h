/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a case is.  One table of them runs on every engine, and on policies that are loaded for the
 * machine: for the actor alone (run_load.c), whom nothing confines then.
 *
 * A case draws a tree, states a policy, and lists checks: an operation, a path, the errno that a
 * confined process must get.  The runner builds the tree, makes a domain, has a process enter it
 * and act; before each check a slow and obvious model (model.h) says independently what the answer
 * is, and must say what the table says.
 *
 * Who takes part in one case:
 *
 *	case process         builds, is unconfined, owns the model, does the OUTSIDE checks
 *	|-- bystander        does nothing; an outside process for the actor to attack
 *	`-- supervisor       calls rootward_domain_new()
 *	    `-- actor        calls rootward_domain_enter(), then does the other checks in order
 */
#ifndef CASE_H
#define CASE_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "verbs.h"

#define MAX_CHECKS 22
#define MAX_STEPS 52
#define MAX_POLICIES 3

/** enum who - who does a check. */
enum who {
	ACTOR,
	OUTSIDE, /* the unconfined case process; it must get what the check expects, too */
};

/** enum where - in which task the actor does it. */
enum where {
	ITSELF,
	IN_CHILD,      /* fork()ed after entering */
	IN_GRANDCHILD, /* whose parent has gone */
	IN_THREAD,
};

/**
 * struct check - one operation and the errno it must get.
 * @path, @path2: from the case's root.  `d{30}` is thirty times the component d/d/…, `x<255>` is
 *                255 times the character x, a leading `@` is the descriptor that HOLD left
 * @as:           "UID:GID[:GROUP]...": by a child with these ids for files, and capabilities;
 *                without it as what the actor is
 * @expect:       0 or an errno
 * @or_else:      another one to accept; a comment there says why
 * @now, @now2:   where the model finds the objects, when not under the actor's names for them
 * @less:         an engine that says LESS may deny this though the policy allows it
 * @bpf_only:     about something that no other engine can do
 * @natural:      @expect is not rootward's answer but the kernel's own, after the policy allowed
 * @unmodelled:   the model does not know: the comment there says why
 * @unexplained:  why explain cannot know what the model knows
 */
struct check {
	enum verb_id verb;
	const char *path;
	const char *path2;
	const char *as;
	int expect;
	int or_else;
	const char *now;
	const char *now2;
	enum who by;
	enum where in;
	bool less, bpf_only, natural, unmodelled;
	const char *unexplained;
};

/** struct engine_says - how the landlock engine takes a case; without it: as every engine. */
struct engine_says {
	enum { TAKES_IT, LOSES_SOME, REFUSES_IT, OUT_OF_REACH } how;
	const char *text;
};

/* may deny what checks marked .less allow; the text says why */
#define LESS(why) { LOSES_SOME, why }
/* rootward_domain_new() must return -ENOTSUP, with a diagnostic that contains the text */
#define REFUSED(reason) { REFUSES_IT, reason }
/* not asked: the text says what Landlock has no notion of */
#define NOT_FOR_LANDLOCK(why) { OUT_OF_REACH, why }

/** enum actor - who the actor becomes after it has entered (it enters as whoever runs the tests). */
enum actor {
	ROOT = 1, /* the case needs root, and the actor stays root */
	ALICE,    /* the case needs root, and the actor becomes uid 1000, who owns the tree */
};

/**
 * struct test_case - see the top of this file.
 * @tree:     drawn as tree(1) does; dir/, file, program*, fifo|, socket=, link -> target.  A file
 *            contains its own name
 * @before:   what is done, unconfined, before the domain is made: mounts, mostly
 * @policy:   the first layer, and @more
 * @second:   a domain that the actor enters by the verb ENTER_SECOND
 * @last_confines: where the others are loaded for the machine, the last of @policy and @more is
 *            not: the actor enters a domain of it
 * @prelude:  what the actor does before it enters
 * @actor:    0 for anybody
 */
struct test_case {
	const char *name;
	const char *tree;
	struct check before[MAX_STEPS];
	const char *policy;
	const char *more[MAX_POLICIES - 1];
	const char *second;
	bool last_confines;
	struct check prelude[4];
	enum actor actor;
	struct check checks[MAX_CHECKS];
	struct engine_says landlock;
};

/** struct case_group - the cases of one file. */
struct case_group {
	const char *name;
	const struct test_case *cases;
	size_t n;
};

#define GROUP(group_name, table)                                                                   \
	const struct case_group group_##group_name = { #group_name, table,                              \
						  sizeof(table) / sizeof((table)[0]) }

/* X(group): in the order of running */
#define GROUPS(X)                                                                                  \
	X(nearest) X(defaults) X(files) X(follow) X(labels) X(entries) X(renames) X(execute) X(paths) X(mounts)        \
	X(detached) X(overlay) X(layers) X(meta) X(owners) X(owned) X(mapped) X(roads) X(escape)   \
	X(fences) X(survive)

#define DECLARE_GROUP(name) extern const struct case_group group_##name;
GROUPS(DECLARE_GROUP)
#undef DECLARE_GROUP

/*
 * Starts the policy of a case that is not about operations outside Landlock's reach: `all`
 * contains them, and an engine that cannot enforce them would refuse.
 */
#define BASIC                                                                                      \
	"best_effort: [stat, readlink, getxattr, chmod, chown, utime, setxattr, watch, chroot, "   \
	"connect]\n"

#endif
