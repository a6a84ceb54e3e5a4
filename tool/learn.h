/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a command did, as a tree of paths, and the smallest policy that is fit to be read and allows
 * it.
 *
 * A rule can only be on what is there before the command starts, and stays there.  So what is about
 * something that was made, removed or renamed, about a symbolic link, or about something that is
 * gone, belongs to the directory that it was in: that is what makes names of temporary files and
 * numbers of processes disappear.  But not to the root or a home if it can be helped, for a rule
 * there is about far too much (learn_settle.c).  So does what changes a directory's entries
 * (ROOTWARD_OPS_ENTRY), which no rule on the entry can allow.
 *
 * Then rules are drawn together where there are many, but never of a directory's own accord where
 * that would give away a place of secrets; where it must be, a deny is put on the place.
 */
#ifndef TOOL_LEARN_H
#define TOOL_LEARN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <rootward/ops.h>

#include "index.h"

/** enum learn_kind - what a path leads to, as far as it matters to a rule. */
enum learn_kind {
	LEARN_NOTHING, /* nothing, or a symbolic link: there can be no rule on it */
	LEARN_FILE,
	LEARN_DIRECTORY,
};

/* What tells that something is there and what it is, not what is in it: gives away no secret. */
#define LEARN_KNOWING (ROOTWARD_OP_STAT | ROOTWARD_OP_READLINK)

/**
 * struct learn_node - a path.
 * @used:    what was asked of it; @entry: of its entry in the directory that it is in
 * @base:    what a rule that there is already allows on it; @ruled: there is one
 * @changed: its entry was made, removed or renamed
 * @refers:  something was linked or renamed from or to here, from or to another directory
 * @secret:  a place of secrets; @holds_secret: one is it or beneath; @in_secret: it is one or
 * beneath
 * @home:    somebody's home directory; @holds_home: one, or a service's, is it or beneath
 * @cause:   the first of those that @home had to be opened for; or NULL
 * @need:    what is to be allowed on it, while that is being found out
 * @allow, @deny: the rule, after learn_fold()
 * @files:   how many files and directories the rule, or part of it, was needed for
 */
struct learn_node {
	struct learn_node *parent, *child, *next;
	const struct learn_node *cause;
	uint32_t used;
	uint32_t entry;
	uint32_t base;
	uint32_t need;
	uint32_t allow;
	uint32_t deny;
	size_t files;
	enum learn_kind kind;
	bool ruled;
	bool changed;
	bool refers;
	bool secret;
	bool holds_secret;
	bool in_secret;
	bool home;
	bool holds_home;
	char name[];
};

/**
 * struct learn
 * @nodes: the first is the root
 * @home, @cwd: nodes, or NULL
 * @default_ops: after learn_fold(): what is allowed wherever no rule decides
 * @default_base: what is so already
 * @left_out: what was done in the root itself, for which there is no rule; @left_names: to so many
 */
struct learn {
	struct learn_node **nodes;
	size_t n, room;
	struct index index;
	struct learn_node *home, *cwd;
	uint32_t default_ops;
	uint32_t default_base;
	uint32_t left_out;
	size_t left_names;
};

/** learn_init() - @home, @cwd: without symbolic links; or NULL.  Return: 0; -ENOMEM. */
int learn_init(struct learn *learn, const char *home, const char *cwd);

void learn_done(struct learn *learn);

/**
 * learn_add() - @ops were used on @path, which is whole and has no symbolic links.
 * Return: 0; -EINVAL: it is no such path; -ENOMEM.
 */
int learn_add(struct learn *learn, const char *path, uint32_t ops);

/**
 * learn_moved() - @path was moved to where @ops more are allowed on it, which must be so where it
 * was, then.  Return: as learn_add().
 */
int learn_moved(struct learn *learn, const char *path, uint32_t ops);

/** learn_secret() - @path is a place of secrets.  Return: as learn_add(). */
int learn_secret(struct learn *learn, const char *path);

/**
 * learn_home() - @path is somebody's home directory.
 * @person: who lives there; services keep in theirs what they work with
 * Return: as learn_add().
 */
int learn_home(struct learn *learn, const char *path, bool person);

/** learn_base() - a rule allows @ops on @path already.  Return: as learn_add(). */
int learn_base(struct learn *learn, const char *path, uint32_t ops);

/** learn_find() - the node of @path, made if there is none; NULL: -errno in *error. */
struct learn_node *learn_find(struct learn *learn, const char *path, int *error);

/**
 * learn_sort() - siblings by name: the same accesses make the same policy, in whatever order they
 * came.  Return: 0; -ENOMEM.
 */
int learn_sort(struct learn *learn);

/** learn_path() - absolute, to free; NULL: out of memory. */
char *learn_path(const struct learn_node *node);

typedef enum learn_kind (*learn_kind_fn)(void *data, const char *path);

/**
 * learn_settle() - the first step of learn_fold(): what can have no rule is needed where it is in.
 * Return: 0; -ENOMEM.
 */
int learn_settle(struct learn *learn, learn_kind_fn kind, void *data);

/** learn_draw() - @ops of all beneath @top, and of @top if it is not @to, are needed on @to. */
void learn_draw(struct learn_node *to, struct learn_node *top, uint32_t ops);

/** learn_is_one_of() - whether the path of @node is in @list. */
bool learn_is_one_of(const struct learn_node *node, const char *const *list, size_t n);

/** learn_fold() - from what was used to rules; once.  @kind: is asked.  Return: 0; -ENOMEM. */
int learn_fold(struct learn *learn, learn_kind_fn kind, void *data);

/** learn_written() - @node's path as a policy has it (`.`, `~/x`), to free; NULL: out of memory. */
char *learn_written(const struct learn *learn, const struct learn_node *node);

/** learn_words() - "[read, write_file]", to free; NULL: out of memory. */
char *learn_words(uint32_t ops);

/** learn_quoted() - @text as YAML that reads back as it, to free; NULL: out of memory. */
char *learn_quoted(const char *text);

/** learn_can_quote() - whether YAML can say it: it cannot say what is not UTF-8. */
bool learn_can_quote(const char *text);

/** learn_each() - a node after @node and beneath @top, parents first; NULL: none. */
struct learn_node *learn_each(const struct learn_node *top, struct learn_node *node);

/** learn_write() - the policy, beneath the lines @intro, which are comments.  Return: 0; -ENOMEM.
 */
int learn_write(FILE *out, const struct learn *learn, const char *intro);

#endif
