/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A policy as the engines see it: what was written, and after policy_resolve() what it means on
 * this machine.
 *
 * How an access is decided (the engines, explain and the tests' model all say the same):
 * all operations asked for are *open*.  From the object rootward, the rule of each directory met
 * closes what it names: denied, or allowed.  What is open at the root goes to `default`.  For
 * operations of scope ENTRY (ops.h) the first directory met is the one whose entry changes; a
 * rule on the entry itself, or on its name, can only deny.
 */
#ifndef ROOTWARD_POLICY_H
#define ROOTWARD_POLICY_H

#include <stdbool.h>
#include <sys/stat.h>

#include "diag.h"

/** enum tree_state - what a tree's path turned out to be. */
enum tree_state {
	TREE_UNRESOLVED,
	TREE_PRESENT,     /* it exists; @dev, @ino, @mode and @mnt_id say what it is */
	TREE_NAME_ONLY,   /* a deny on a name that does not exist (yet) in a directory that does */
	TREE_SKIPPED,     /* optional and missing: no rule */
};

/**
 * struct tree - one rule.
 * @path:     as written
 * @allow, @deny: disjoint masks of enum rootward_op
 * @optional: skipped when it does not exist
 * @origin:   where it was written
 * The rest is set by policy_resolve():
 * @real:     absolute, no symlinks, `..` or trailing slash.  For TREE_NAME_ONLY the parent is
 *            real and the last component is the missing name
 * @dev, @ino, @mode, @mnt_id: as statx() reports them for @real; used to see that the path still
 *            names the same object, never as an identity in the kernel
 */
struct tree {
	char *path;
	uint32_t allow;
	uint32_t deny;
	bool optional;
	struct origin origin;

	enum tree_state state;
	char *real;
	dev_t dev;
	ino_t ino;
	mode_t mode;
	uint64_t mnt_id;
};

/** enum policy_keep - what a confined task keeps besides capabilities. */
enum policy_keep {
	KEEP_BLOCK_DEVICES = 1U << 0,
	KEEP_RAW_MEMORY = 1U << 1, /* /dev/mem, /dev/kmem, /dev/port */
	KEEP_USER_NAMESPACES = 1U << 2,
};

/**
 * struct rootward_policy
 * @name:        for messages
 * @file:        the name that origins refer to, or NULL
 * @default_ops: what is allowed where no tree decides
 * @best_effort: operations that may go unenforced where an engine cannot enforce them
 * @keep_caps:   bit n: capability number n is kept though it is one that rootward drops
 * @keep:        enum policy_keep
 * @trees:       @n_trees of them, in the order written
 * @strings:     file names that origins point to; see policy_string()
 */
struct rootward_policy {
	char *name;
	char *file;
	uint32_t default_ops;
	struct origin default_origin;
	uint32_t best_effort;
	uint64_t keep_caps;
	uint32_t keep;
	struct tree *trees;
	size_t n_trees;
	char **strings;
	size_t n_strings;
};

/** policy_string() - a copy of @s that lives as long as @policy, or NULL when out of memory. */
const char *policy_string(struct rootward_policy *policy, const char *s);

/**
 * policy_resolve() - look up every tree; reports every failure.  May be called again: looks up
 * anew.  `~` is the caller's home (HOME, else the password database), `.` and other relative
 * paths start at the working directory, `~USER` at that user's home.
 *
 * Return: 0; -ENOENT when a path does not exist; -EINVAL for a path named twice; the first errno.
 */
int policy_resolve(struct rootward_policy *policy, const struct rootward_opts *opts);

/**
 * tree_open() - open a TREE_PRESENT tree's object with O_PATH, and see that it is still the one
 * that policy_resolve() saw.
 *
 * Return: a descriptor that the caller closes; -ESTALE when it is another object by now (reported
 * with its origin, as is every other failure); what openat2(2) returns.
 */
int tree_open(const struct tree *tree, const struct rootward_opts *opts);

/**
 * tree_open_parent() - the same for the directory that holds @tree's entry; *name points into
 * tree->real.  -EINVAL for the root directory, which is nobody's entry.
 */
int tree_open_parent(const struct tree *tree, const char **name, const struct rootward_opts *opts);

#endif
