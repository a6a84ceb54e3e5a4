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
 *
 * What only tells of an object (ROOTWARD_OPS_TELL) and is denied nowhere is not asked, of a policy:
 * it is allowed also where `default` would not be asked, for there the way to the root is not
 * known.
 */
#ifndef ROOTWARD_POLICY_H
#define ROOTWARD_POLICY_H

#include <stdbool.h>
#include <sys/stat.h>

#include "diag.h"
#include "index.h"

/** enum tree_state - what a tree's path turned out to be. */
enum tree_state {
	TREE_UNRESOLVED,
	TREE_PRESENT,	     /* it exists; @dev, @ino, @mode and @mnt_id say what it is */
	TREE_LABEL,	     /* a label; @dev, @ino, @mode and @mnt_id are of what it is under */
	TREE_LABEL_ANYWHERE, /* a label that is under nothing */
	TREE_NAME_ONLY, /* a deny on a name that does not exist (yet) in a directory that does */
	TREE_SKIPPED,	/* optional and missing: no rule */
};

/** struct tree_who - a user or group: the id of WHO_ID is the kernel's. */
struct tree_who {
	enum { WHO_ANYBODY, WHO_SELF, WHO_UNMAPPED, WHO_ID } kind;
	uint32_t id;
};

/** struct tree_owner - @ops are about objects of @who only.  @line: 0 for the whole rule. */
struct tree_owner {
	uint32_t ops;
	uint32_t line, column;
	struct tree_who who;
};

#define TREE_OWNERS_MAX 4

/** struct tree_owners - as written; disjoint.  One alone with all operations: the whole rule. */
struct tree_owners {
	struct tree_owner list[TREE_OWNERS_MAX];
	uint32_t n;
};

/**
 * struct tree - one rule.
 * @path:     as written; for a label its words, which are no path
 * @label:    or NULL: the rule is on each directory that carries it
 * @allow, @deny: disjoint masks of enum rootward_op
 * @optional: skipped when it does not exist
 * @builtin:  from the built-in policy, which cannot know the machine: it gives way in harmless
 *            cases where a written rule would be a mistake (see policy_resolve.c)
 * @follows_path: the rule is on the path's last name in its directory, whatever has it; else on
 *            what is there when it is looked up
 * @origin:   where it was written
 * @owner, @group: the rule is about objects that belong to both, as seen through the mount that
 *            the access comes by
 * The rest is set by policy_resolve():
 * @real:     absolute, no symlinks, `..` or trailing slash.  For TREE_NAME_ONLY the parent is
 *            real and the last component is the missing name
 * @dev, @ino, @mode, @mnt_id: as statx() reports them for @real, or for TREE_NAME_ONLY for the
 *            directory that holds the name; used to see that the path still names the same
 *            object, never as an identity in the kernel
 */
struct tree {
	char *path;
	struct tree_label *label;
	uint32_t allow;
	uint32_t deny;
	bool optional;
	bool builtin;
	bool follows_path;
	struct tree_owners owner;
	struct tree_owners group;
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
	KEEP_KERNEL_SETTINGS = 1U << 3, /* writing to procfs, sysfs, cgroups and the like */
};

/** policy_keep_word() - what a policy calls a single one of enum policy_keep; NULL: none is it. */
const char *policy_keep_word(uint32_t keep);

/** enum policy_task_by - what a task is known by. */
enum policy_task_by {
	TASK_BY_UID = 1U << 0,
	TASK_BY_GID = 1U << 1,
	TASK_BY_CGROUP = 1U << 2,
	TASK_BY_RUN = 1U << 3,
	TASK_BY_EXE = 1U << 4,
};

/**
 * struct policy_task - tasks that are all of what @by names.
 * @uid, @gid: the kernel's
 * @cgroup: of the second hierarchy, from its root: "/system.slice/backup.service"; with its
 *          descendants
 * @run:    the name of a policy that `rootward run` confined it with
 * @exe:    its executable's path, as written
 */
struct policy_task {
	uint32_t by;
	uint32_t uid;
	uint32_t gid;
	char *cgroup;
	char *run;
	char *exe;
	struct origin origin;
};

#define POLICY_TASKS_MAX 8

/** struct policy_tasks - tasks that any of the list names.  @origin: of the whole list */
struct policy_tasks {
	struct policy_task list[POLICY_TASKS_MAX];
	uint32_t n;
	struct origin origin;
};

#define LABEL_TEXT_MAX 62

/**
 * struct tree_label - what makes directories a rule's.
 * @xattr, @value: an extended attribute's name and its value, 1 to LABEL_TEXT_MAX bytes
 * @under: a path, as written: that directory and what is beneath it in its filesystem; or NULL:
 *         wherever it is
 * @set:   of the tasks that the policy is for, those that may set the attribute and remove it
 */
struct tree_label {
	char *xattr;
	char *value;
	char *under;
	struct policy_tasks set;
};

/** tree_is_label() - whether a resolved tree is such, and its rule is none of a path. */
static inline bool tree_is_label(const struct tree *tree)
{
	return tree->state == TREE_LABEL || tree->state == TREE_LABEL_ANYWHERE;
}

void tree_label_free(struct tree_label *label);

/**
 * struct rootward_policy
 * @name:        for messages; @name_origin: no line if it is the file's
 * @file:        the name that origins refer to, or NULL
 * @default_ops: what is allowed where no tree decides
 * @best_effort: operations that may go unenforced where an engine cannot enforce them
 * @keep_caps:   bit n: capability number n is kept though it is one that rootward drops
 * @keep:        enum policy_keep
 * @mode:        what becomes of what it does not allow
 * @applies_to, @except: for rootward_load(): the tasks that it is for; none: all tasks; but for
 *               these
 * @locked:      once loaded it is not unloaded, but by a task of @unlock
 * @trees:       @n_trees of them, in the order written; @cap_trees have room
 * @paths:       finds a tree by its path as written
 * @strings:     file names that origins point to; see policy_string()
 */
struct rootward_policy {
	char *name;
	struct origin name_origin;
	char *file;
	uint32_t default_ops;
	struct origin default_origin;
	uint32_t best_effort;
	uint64_t keep_caps;
	uint32_t keep;
	enum rootward_mode mode;
	struct origin mode_origin;
	struct policy_tasks applies_to;
	struct policy_tasks except;
	struct policy_tasks unlock;
	bool locked;
	struct origin locked_origin;
	struct tree *trees;
	size_t n_trees;
	size_t cap_trees;
	struct index paths;
	char **strings;
	size_t n_strings;
};

#define POLICY_TREES_MAX 100000
#define POLICY_NAME_MAX 255
#define POLICY_NAME_RULE "a name has 1 to %d bytes and no control characters"

bool policy_name_is_valid(const char *name);

/**
 * policy_set_name() - Return: 0, -EINVAL (empty, longer than POLICY_NAME_MAX bytes, or with control
 * characters in it), -ENOMEM.
 */
int policy_set_name(struct rootward_policy *policy, const char *name);

/** policy_warn_confining() - a warning that names the keys that only rootward_load() knows. */
void policy_warn_confining(const struct rootward_policy *policy, const struct rootward_opts *opts);

/** policy_tasks_free() - what they own. */
void policy_tasks_free(struct policy_tasks *tasks);

/** policy_find() - the tree with this path as written, or NULL. */
struct tree *policy_find(const struct rootward_policy *policy, const char *path);

/**
 * tree_allows_by_name() - what its rule allows by the name.  Without follows_path that is for what
 * is there and no directory: it may be replaced.
 */
static inline uint32_t tree_allows_by_name(const struct tree *tree)
{
	if (tree->follows_path)
		return tree->allow;
	return tree->state == TREE_PRESENT && !S_ISDIR(tree->mode) ? tree->allow : 0;
}

/** tree_is_owned() - whether some of the rule is about some owner's objects only. */
static inline bool tree_is_owned(const struct tree *tree)
{
	return tree->owner.n || tree->group.n;
}

/** tree_owned() - the operations that are. */
uint32_t tree_owned(const struct tree *tree);

/** struct tree_part - of a rule: what it says for objects of one owner and group. */
struct tree_part {
	uint32_t allow, deny;
	struct tree_who owner, group;
};

#define TREE_PARTS_MAX ((TREE_OWNERS_MAX + 1) * (TREE_OWNERS_MAX + 1))

/** tree_parts() - @tree, taken apart: each operation is in one of them.  Return: how many. */
size_t tree_parts(const struct tree *tree, struct tree_part parts[TREE_PARTS_MAX]);

/** policy_unasked() - of ROOTWARD_OPS_TELL, what the policy, resolved, denies nowhere. */
uint32_t policy_unasked(const struct rootward_policy *policy);

/** policy_has_labels() - whether some of its trees are such. */
bool policy_has_labels(const struct rootward_policy *policy);

/**
 * policy_append() - one more tree like @tree, of which path, label, allow, deny, optional, builtin,
 * follows_path, owner, group and origin count.  The path is copied; a label is the policy's when
 * this returns 0; origin.file must live as long as the policy.
 *
 * Return: 0; -EINVAL when the path is empty or there already, or the masks are no rule; -E2BIG for
 * more than POLICY_TREES_MAX; -ENOMEM.
 */
int policy_append(struct rootward_policy *policy, const struct tree *tree);

/** policy_string() - a copy of @s that lives as long as @policy, or NULL when out of memory. */
const char *policy_string(struct rootward_policy *policy, const char *s);

/**
 * policy_resolve() - look up every tree; reports every failure.  May be called again: looks up
 * anew.  `~` is the caller's home (HOME, else the password database), `.` and other relative
 * paths start at the working directory, `~USER` at that user's home.
 *
 * Return: 0; -ENOENT when a path does not exist; -EINVAL when two paths name one object; -ESTALE
 * when a path changed meanwhile; the errno of the first tree that failed.
 */
int policy_resolve(struct rootward_policy *policy, const struct rootward_opts *opts);

/**
 * tree_open() - open a TREE_PRESENT tree's object, or what a label is under, with O_PATH, and see
 * that it is still the one that policy_resolve() saw.
 *
 * Return: a descriptor that the caller closes; -ESTALE when it is another object by now, or none
 * (reported with its origin, as is every other failure); what openat2(2) returns.
 */
int tree_open(const struct tree *tree, const struct rootward_opts *opts);

/**
 * tree_open_parent() - the same for the directory that holds @tree's entry; *name points into
 * tree->real.  -EINVAL for the root directory, which is nobody's entry.  A TREE_NAME_ONLY may
 * exist by now; the directory is the one that policy_resolve() saw.
 */
int tree_open_parent(const struct tree *tree, const char **name, const struct rootward_opts *opts);

#endif
