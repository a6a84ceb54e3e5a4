/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How explain is made: asker (for whom), locate (a path to an object), walk (its way), rules (what
 * hangs where on it), decide (what they say together).
 */
#ifndef ROOTWARD_LIB_EXPLAIN_H
#define ROOTWARD_LIB_EXPLAIN_H

#include <stdbool.h>

#include <bpf/libbpf.h>
#include <rootward.h>

#include "bpf_anchors.h"
#include "bpf_kernel.h"
#include "engine.h"
#include "mountinfo.h"

struct explain_bpf;
struct label_reader;

/** struct label_readers - programs in the kernel that read labels, each one attribute. */
struct label_readers {
	struct label_reader *first;
};

/**
 * struct rootward_explainer
 * @walker:   the program in the kernel, or NULL: @why_not
 * @identity: the program that identifies, or -1
 * @readers:  NULL: it never asks the kernel
 * @anchors:  of all policies, sorted by identity
 * @plain:    the same as stat has them, for walks over descriptors; shares what they point to
 * @domain:   or a domain of the bpf engine, in @kernel, with @own policies; else 0
 * @quiet:    opens nothing to explain; see struct walk_start
 */
struct rootward_explainer {
	struct rootward_policy *const *policies;
	size_t n;
	struct explain_bpf *walker;
	int identity;
	struct label_readers *readers;
	int why_not;
	struct anchors anchors;
	struct anchors plain;
	uint32_t domain;
	bool quiet;
	struct bpf_kernel kernel;
	struct rootward_policy *own[RW_LAYERS];
};

/**
 * struct asker - for whom it is asked: a process, a user, or else the caller.
 * @mounts: of its mount namespace, all of them, wherever its root is
 * @top:    from where mountpoints lead to them, or -1: from the caller's own root
 * @elsewhere: with @top, the caller's own mounts, or NULL
 * @uid, @gid, @groups: its ids for files, and @n_groups supplementary ones
 * @no_uid, @no_gid: how stat(2) shows what has no id
 * @abroad: the caller's user namespace has numbers of its own
 */
struct asker {
	struct mountinfo mounts;
	int top;
	const struct mountinfo *elsewhere;
	uint32_t uid, gid;
	gid_t *groups;
	int n_groups;
	uint32_t no_uid, no_gid;
	bool abroad;
};

/**
 * asker_find() - Return: 0; -ESRCH: no such process or user, reported; -ENOMEM, what reading
 * /proc says.
 */
int asker_find(struct asker *asker, const struct rootward_question *question,
	       const struct rootward_opts *opts);
void asker_free(struct asker *asker);

/** asker_of_process() - its ids alone.  Return: 0; -ESRCH, -ENOMEM, what reading /proc says. */
int asker_of_process(struct asker *asker, int pid);

/** asker_prepare() - what is the same for all askers. */
void asker_prepare(struct asker *asker);

/**
 * explainer_by_descriptors() - as rootward_explainer_new(), but it never walks in the kernel, and
 * opens nothing when it is asked.
 */
int explainer_by_descriptors(struct rootward_explainer **ret,
			     struct rootward_policy *const *policies, size_t n,
			     const struct rootward_opts *opts);

/**
 * struct place - one ancestor.
 * @is:    what is told; its name is @name
 * @dev:   as the kernel has it
 * @child: the place before is an entry of this directory
 * @rules: on the object itself, then on its name; @is.n_rules of them
 */
struct place {
	struct rootward_ancestor is;
	char *name;
	char *mnt_root;
	char *mnt_point;
	char type[16];
	uint32_t dev;
	bool child;
	struct rootward_rule *rules;
};

/**
 * struct way - a walk that is over.
 * @fd:    the descriptor that it begins at, which is the located object's
 * @end:   enum vfs_walk_end
 * @made:  whom something new would belong to that the asker makes by the object's mount, were it
 * not for the directory's S_ISGID; see owner_of_made()
 * @blind: something hidden could not be seen
 */
struct way {
	struct place *places;
	size_t n, room;
	int fd;
	int end;
	struct rootward_owner made;
	bool in_kernel;
	bool blind;
};

/**
 * struct located - what a path leads to.
 * @fd:      the object, or with @missing the directory in which it is not
 * @up, @in: for an object that is no directory, where it was found: directory and name, or -1
 * @missing, @beyond: owned; see struct rootward_walk
 * @through: see resolve_as()
 */
struct located {
	int fd;
	int up;
	int through;
	char *in;
	char *missing;
	char *beyond;
};

#define LOCATED_NONE                                                                               \
	{                                                                                          \
		.fd = -1, .up = -1                                                                 \
	}

/**
 * locate() - follow @path, of a question.  Return: 0 or -errno, reported.
 */
int locate(struct located *ret, const struct rootward_question *question, const char *path,
	   const struct rootward_opts *opts);
void located_free(struct located *located);

/* --- explain_process.c */

/** resolve_in() - open @path with O_PATH as @root sees it, where it is "/" and "."; as
 * resolve_as().
 */
int resolve_in(int root, const char *path, int flags);

/* Of a path that begins in /proc, before it is in a process's directory. */
#define UNKNOWN_PROCESS (-1)

/**
 * resolve_as() - open @path with O_PATH as process @pid (0: the caller) does.
 * @flags:   O_NOFOLLOW, O_DIRECTORY
 * @through: or NULL; if it is 0, out: another process whose link in /proc the path goes through,
 *           UNKNOWN_PROCESS, or 0
 * Return: a descriptor; -ESRCH: no such process; openat(2)'s -errno.
 */
int resolve_as(int pid, const char *path, int flags, int *through);

/**
 * process_mounts() - of the namespace of process @pid (0: the caller).
 * @top: see struct asker
 * Return: 0 or -errno.
 */
int process_mounts(struct mountinfo *info, int pid, int *top);

/* --- explain_walk.c */

/** walker_load() - Return: 0, or -errno: the kernel does not take it. */
int walker_load(struct rootward_explainer *explainer);
void walker_free(struct rootward_explainer *explainer);

/**
 * walker_keep() - load it now, for all explainers to come in this process and in those that it
 * forks.  They take turns, for what the program finds has one place: for tests, which explain for
 * every one of many processes, one after the other.  Return: as walker_load().
 */
int walker_keep(void);

/** walker_iterate() - run a program for each open file of this process.  Return: 0 or -errno. */
int walker_iterate(int program);

/** walker_silence() - libbpf says nothing, until libbpf_set_print() gets what this returns. */
libbpf_print_fn_t walker_silence(void);

/**
 * way_walk() - from @located to the root.  A missing name is number 0.
 * Return: 0; -EAGAIN, -E2BIG, -ENOMEM, what walking over descriptors says.
 */
int way_walk(struct way *way, const struct rootward_explainer *explainer,
	     const struct located *located, const struct asker *asker, bool by_descriptors);
void way_free(struct way *way);

/** way_path() - where its object is seen, to free; NULL: out of memory. */
char *way_path(const struct way *way, size_t from);

/** way_place() - where its object is inside its filesystem, to free; NULL: not known. */
char *way_place(const struct way *way);

/* --- explain_label.c */

/**
 * place_carries() - whether a label that counts anywhere is on @place, of @way.  Where that cannot
 * be seen it is not, and @way is blind.  Only before @way's descriptor is closed.
 */
bool place_carries(const struct rootward_explainer *explainer, struct way *way,
		   const struct place *place, const char *name, const char *value);

/** label_readers_forget() - what was read is read anew, for another way. */
void label_readers_forget(struct label_readers *readers);
void label_readers_free(struct label_readers *readers);

/* --- explain_rules.c */

/** rules_sort() - make ready for rules_attach(). */
void rules_sort(struct anchors *anchors);

/** rules_attach() - hang on every place the rules on it.  Return: 0 or -ENOMEM. */
int rules_attach(struct way *way, const struct rootward_explainer *explainer);

/**
 * rules_guard() - whether the place is a directory that must stay where it is.
 * @tree: out: what for; NULL: not known, or for a rule on itself
 */
bool rules_guard(const struct rootward_explainer *explainer, const struct way *way,
		 const struct place *place, const struct tree **tree);

/** place_attach() - one more rule, or more of one; @origin is copied.  Return: 0 or -ENOMEM. */
int place_attach(struct place *place, const struct rootward_rule *rule, const char *origin);

/* --- explain_domain.c: the same for a domain of the bpf engine */

/**
 * domain_attach() - explain the domain of process @pid (0: the caller).
 * Return: 0; -ENOENT: it is in none; -EPERM: the engine cannot be asked; -ESRCH, -ENOMEM.
 */
int domain_attach(struct rootward_explainer *explainer, int pid);
/** domain_unasked() - as policy_unasked() of one of its layers. */
uint32_t domain_unasked(const struct rootward_explainer *explainer, size_t layer);
/** domain_has() - whether process @pid is in it. */
bool domain_has(const struct rootward_explainer *explainer, int pid);
void domain_detach(struct rootward_explainer *explainer);
int domain_rules(struct way *way, const struct rootward_explainer *explainer);
bool domain_guard(const struct rootward_explainer *explainer, const struct place *place);

/* --- explain_owner.c */

/** owner_of_visit() - what a walk over descriptors sees. */
struct rootward_owner owner_of_visit(const struct vfs_ancestor *visit, const struct asker *asker);

/** owner_of_new() - struct way's @made for such a walk, which begins with @visit. */
struct rootward_owner owner_of_new(const struct vfs_ancestor *visit, const struct asker *asker);

/**
 * owner_of_made() - whom an entry would belong to: as inode_init_owner() and owner_of_new() in
 * owner.bpf.h have it.
 * @within: in the directory that the way begins with, else in the place of what it begins with
 */
struct rootward_owner owner_of_made(const struct way *way, bool within);

static inline bool rule_is_owned(const struct rootward_rule *rule)
{
	return rule->owner.whose != ROOTWARD_ANYBODYS || rule->group.whose != ROOTWARD_ANYBODYS;
}

/** rule_counts() - for objects of @owner: 1, 0, or -1: not known. */
int rule_counts(const struct rootward_rule *rule, const struct rootward_owner *owner,
		const struct asker *asker);

/* --- explain_decide.c */

/**
 * struct ruling - what decided one operation in one layer.
 * @reason: enum rootward_reason, or -1: allowed
 * @place:  ROOTWARD_NO_ANCESTOR: no rule
 * @by_owner, @uncounted: see struct rootward_verdict
 * @unsure: whether such a rule counts is not known; one that denies is taken to, one that allows
 * not
 */
struct ruling {
	int reason;
	size_t place;
	const struct rootward_rule *rule;
	const struct rootward_rule *uncounted;
	bool by_owner;
	bool unsure;
};

/** enum decide_mode - what operations are about. */
enum decide_mode {
	DECIDE_OBJECT,
	DECIDE_WITHIN, /* a new entry in the directory that the way begins with */
	DECIDE_PLACE,  /* whatever may come to be where the way begins: own rules do not count */
	DECIDE_LEAST,  /* the same on things of any owner: the least that may be allowed, */
	DECIDE_MOST,   /* and the most */
};

/**
 * struct decision - what one layer says about some operations.
 * @unasked: what the layer denies nowhere, see policy_unasked()
 * @object: whom the object belongs to that they are about; but @made, for @ops_of_made
 * @rulings: out, by bit
 * @tree, @open: out: which was the first rule met for some owner, by its tree's number and whether
 * it is by name, or NO_TREE; and what was open there
 */
struct decision {
	size_t layer;
	uint32_t ops;
	uint32_t unasked;
	enum decide_mode mode;
	const struct asker *asker;
	struct rootward_owner object, made;
	uint32_t ops_of_made;

	struct ruling rulings[ROOTWARD_OP_COUNT];
	size_t tree;
	uint32_t open;
};

#define NO_TREE ((size_t)-1)

/** decide() - fill in what comes out. */
void decide(const struct way *way, const struct rootward_policy *policy, struct decision *decision);

#endif
