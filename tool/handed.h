/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What `rootward run` applied, handed down to the command in its environment: no kernel tells what
 * Landlock confines a process by, and the bpf engine tells the privileged only.  It is a help to
 * who asks, and proves nothing: whoever is confined may change its environment.
 */
#ifndef TOOL_HANDED_H
#define TOOL_HANDED_H

#include <stddef.h>

#include "trees.h"

/**
 * struct handed - one run.
 * @engine:  its name
 * @files:   policies, "-" for one from standard input; none: the built-in one
 * @trees:   added to each
 * @tempdir: of the built-in one, or NULL
 */
struct handed {
	const char *engine;
	const char *const *files;
	size_t n_files;
	const struct user_tree *trees;
	size_t n_trees;
	const char *tempdir;
};

/** handed_set() - put it into the environment, behind what runs around this one put there. */
void handed_set(const struct handed *run);

/**
 * handed_load() - load what the environment of process @pid (0: the caller) says, paths as they
 * were there and then.
 * @policies: zeroed, of room for @room; *n of them are the caller's to free, also after a failure
 * @by:       words for what it is, to free
 *
 * Return: 0; -ENOENT: it says nothing; -errno after a diagnostic: what it says cannot be had.
 */
int handed_load(struct rootward_policy **policies, size_t room, size_t *n, char **by, int pid,
		const struct rootward_opts *opts);

#endif
