/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Why: the walk over descriptors, and what policies say about a path.  Part of rootward.h, which
 * has the conventions.
 */
#ifndef ROOTWARD_EXPLAIN_H
#define ROOTWARD_EXPLAIN_H

#include <rootward/vfs_walk.h>

/**
 * struct vfs_ancestor - one visit of vfs_walk_ancestors().
 * @fd:     O_PATH, or -1 where no descriptor leads; the walk's own, until the callback returns
 * @name:   in its directory, or NULL where it is not known
 * @mnt_id: of the mount it was reached by, as mountinfo has it
 * @dev_major, @dev_minor, @ino, @mode: as stat has them; 0 with VFS_WALK_UNSEEN
 * @uid, @gid: the owner through that mount, as stat has it: the overflow id where the mount or the
 *          caller's user namespace has none for it; with VFS_WALK_HIDDEN, through another mount
 * @depth:  visits before this one
 * @flags:  VFS_WALK_HIDDEN, _MNT_ROOT, _DELETED, _COVERED, _UNSEEN
 */
struct vfs_ancestor {
	int fd;
	const char *name;
	uint64_t mnt_id;
	uint64_t ino;
	uint32_t dev_major, dev_minor;
	uint32_t mode;
	uint32_t uid, gid;
	uint32_t depth;
	uint32_t flags;
};

/**
 * vfs_walk_fn - returns 1 to go on, 0 to stop, or a negative errno, which the walk returns.
 * Anything else fails the walk with -EINVAL.  Called with NULL it forgets what it was told: the
 * walk starts anew.
 */
typedef int (*vfs_walk_fn)(const struct vfs_ancestor *ancestor, void *data);

/**
 * vfs_walk_ancestors() - visit an open object, then each ancestor, up to a root.
 * @fd:    the object; O_PATH will do
 * @root:  where to end (it is visited), or -1 for the caller's root
 * @flags: VFS_WALK_HIDDEN: also what a bind mount hides
 *         VFS_WALK_CACHED: never wait for a disk or a server (RESOLVE_CACHED); then directories
 *         are not read, so nothing is named; not together with VFS_WALK_HIDDEN
 *
 * The same visits as the walk in the kernel (rootward/vfs_walk.bpf.h) makes, by descriptors: it
 * needs no privilege, and search permission on every ancestor.  It is taken twice and must be the
 * same both times.  That is not a snapshot: a change that is undone meanwhile goes unseen.
 * An object that is not a directory is found again by the path that the kernel has for it.
 *
 * Return: enum vfs_walk_end, or
 *	-EINVAL  flags that there are not, or not together; @cb returned what it may not
 *	-EBADF   no such descriptor
 *	-EAGAIN  changed under the walk every time; with VFS_WALK_CACHED, or it would have to wait
 *	-EACCES  no search permission
 *	-EXDEV   a mount covers a directory on the way, and descriptors lead past it
 *	-ELOOP   VFS_WALK_MAX_TURNS visits, and not at the end
 *	-ENAMETOOLONG, -ESTALE  an object that is no directory could not be found again
 *	-ENOMEM, or what openat2(2) and statx(2) return
 */
ROOTWARD_API int vfs_walk_ancestors(int fd, int root, vfs_walk_fn cb, void *data,
				    unsigned int flags);

struct rootward_explainer;
struct rootward_explanation;

/**
 * rootward_explainer_new() - make ready to explain what policies say: every tree is looked up.
 * Changes nothing, confines nobody.
 * @policies: @n of them (0: only walks), which must live as long as the explainer
 *
 * Walks in the kernel where it takes the program for that, else over descriptors: without the
 * privilege, or where the kernel refuses.
 *
 * Return: 0; -EINVAL, -ENOENT, -ESTALE, -E2BIG, -ENOMEM as rootward_domain_new(); what opening a
 * tree returns.
 */
ROOTWARD_API int rootward_explainer_new(struct rootward_explainer **ret,
					struct rootward_policy *const *policies, size_t n,
					const struct rootward_opts *opts);

/**
 * rootward_explainer_of() - make ready to explain the confinement that a process is in, by what the
 * bpf engine holds for it in the kernel.  Rules are told by their number: where they were written
 * is not kept there.
 * @pid: 0: the caller
 *
 * Return: 0; -ENOENT: the bpf engine does not confine it; -EPERM: the engine cannot be asked
 * without privilege, so it is not known; -ESRCH, -ENOMEM, what loading the walk returns.
 */
ROOTWARD_API int rootward_explainer_of(struct rootward_explainer **ret, int pid,
				       const struct rootward_opts *opts);

ROOTWARD_API void rootward_explainer_free(struct rootward_explainer *explainer);

/** enum rootward_question_flags */
enum rootward_question_flags {
	ROOTWARD_NOFOLLOW = 1U << 0,	   /* about a symbolic link itself */
	ROOTWARD_BY_DESCRIPTORS = 1U << 1, /* do not walk in the kernel */
	ROOTWARD_ENTRY = 1U << 2,	   /* `make_*` about the path's own entry, whatever it is */
};

/**
 * struct rootward_question - what may be done with a path?  Zero it, set @size to its size.
 * @path:  of any length.  What does not exist is asked about as the entry that would be made
 * @to:    or NULL; where @path is to be renamed or linked to: then `refer` of @path is denied, too,
 *         if more would be allowed on it there; within its directory, only then
 * @from:  or NULL; what is to be renamed or linked to @path: then `make_*` and `refer` are about
 * its owner.  Else what would be made is the caller's, or @pid's or @user's
 * @ops:   operations; 0: all that make sense for what it is
 * @flags: enum rootward_question_flags
 * @pid:   look the path up as this process does (its root, its working directory); 0: as the caller
 * @user:  or NULL; a user's name: also ask the kernel what ordinary permissions (modes, ACLs) would
 *         refuse a process of that user with all its groups.  Not together with @pid
 *
 * In rules by owner and group `self` is process @pid, the user @user, or else the caller.
 */
struct rootward_question {
	size_t size;
	const char *path;
	const char *to;
	uint32_t ops;
	uint32_t flags;
	int pid;
	const char *user;
	const char *from;
};

/**
 * rootward_explain() - walk from a path to the root, and decide as the engines do.
 *
 * The explanation must be freed before @explainer and its policies are; @question may go.
 *
 * An owner is read as the engines do: the one that is seen through the mount.  Over descriptors it
 * is not known where stat(2) has the overflow id, and nothing is known from another user namespace
 * than the initial one: what depends on it is then denied where a rule might, and unsure.
 *
 * `make_*` is asked about an entry: that of @path if it does not exist or is no directory, else a
 * new one in the directory @path.
 *
 * With a user in the question a child process asks, which has ended when this returns; SIGCHLD must
 * not be ignored.
 *
 * Return: 0 (also when operations are denied), or
 *	-EINVAL        unknown operations or flags, an empty path, a process and a user, both
 *		       @to and @from
 *	-ENOENT        there is no @from
 *	-EACCES        no permission to come to @path, or for @pid
 *	-EPERM         no privilege to become the user
 *	-ESRCH         no process @pid, no such user
 *	-EAGAIN        what is above the path would not hold still
 *	-E2BIG         more than 8 192 ancestors, or names of more than 512 KiB
 *	-ENOMEM, or what open(2) and vfs_walk_ancestors() return; reported
 */
ROOTWARD_API int rootward_explain(struct rootward_explanation **ret,
				  struct rootward_explainer *explainer,
				  const struct rootward_question *question,
				  const struct rootward_opts *opts);

/**
 * struct rootward_walk - the walk as a whole.
 * @path:      as asked
 * @real:      where it leads: the nearest thing that exists, absolute; NULL: nowhere with a path
 * @missing:   the name beneath @real that does not exist, or NULL
 * @beyond:    what follows it in @path, or NULL: more that does not exist
 * @end:       enum vfs_walk_end
 * @in_kernel: by the program in the kernel, on one snapshot
 * @why_not:   if not, why: a negative errno
 * @ancestors: how many, the object (or missing name) being number 0
 * @ops:       what was asked
 * @denied:    of these, what is denied
 * @unsure:    of these, where what could not be seen might decide otherwise
 * @uid, @gid: what `self` is, with its supplementary groups
 * @asked_as:  the user whose ordinary permissions were asked for, or NULL: nobody's, or the path
 *             does not lead there
 * @refused:   of @ops, what they refuse that user, which no rule decides.  They may refuse more:
 *             what goes by ownership, sticky directories and the like is not asked
 * @no_search: or the nearest directory to the root that the user may not search, then all are
 *             refused
 */
struct rootward_walk {
	const char *path;
	const char *real;
	const char *missing;
	const char *beyond;
	int end;
	int in_kernel;
	int why_not;
	size_t ancestors;
	uint32_t ops;
	uint32_t denied;
	uint32_t unsure;
	uint32_t uid, gid;
	const char *asked_as;
	uint32_t refused;
	const char *no_search;
};

/**
 * struct rootward_ancestor - one place on the way.
 * @name:       in its directory; "/" for a filesystem's root; NULL: not known
 * @filesystem: its type, or NULL
 * @mnt_root:   for the root of a mount: what of the filesystem the mount shows ("/": all), or NULL
 * @mnt_point:  for the root of a mount: where it is mounted, or NULL
 * @mnt_id:     of the mount it was reached by
 * @ino, @dev_major, @dev_minor, @generation, @mode: as the kernel has them; without a walk in the
 *              kernel as stat has them, and no generation
 * @flags:      VFS_WALK_HIDDEN, _MNT_ROOT, _DELETED, _COVERED, _UNSEEN
 * @exists:     0 only for number 0, a name that is not there
 * @owner:      through the mount it was reached by; of what does not exist: whose it would be
 * @n_rules:    rules on it, see rootward_explanation_rule()
 */
struct rootward_ancestor {
	const char *name;
	const char *filesystem;
	const char *mnt_root;
	const char *mnt_point;
	uint64_t mnt_id;
	uint64_t ino;
	uint32_t dev_major, dev_minor;
	uint32_t generation;
	uint32_t mode;
	uint32_t flags;
	int exists;
	struct rootward_owner owner;
	size_t n_rules;
};

/** enum rootward_whose - whom an object must belong to for a rule to count. */
enum rootward_whose {
	ROOTWARD_ANYBODYS,
	ROOTWARD_OWN,	    /* `self` */
	ROOTWARD_UNMAPPEDS, /* nobody: the mount has no id for it */
	ROOTWARD_ID,	    /* of the number that is told beside */
};

/** struct rootward_who - @whose: enum rootward_whose; @id: of ROOTWARD_ID. */
struct rootward_who {
	int whose;
	uint32_t id;
};

/**
 * struct rootward_rule - a tree of a policy, or what it says for some owner's objects.
 * @policy, @origin, @tree: its name, where it was written ("file:line:column"), its path as written
 * @allow, @deny: what it names
 * @by_name: it is on the name in that directory, whatever is called so
 * @layer:   the policy's number
 * @number:  the tree's in its policy
 * @owner, @group: it counts for objects of both only; its other parts are rules of their own
 */
struct rootward_rule {
	const char *policy;
	const char *origin;
	const char *tree;
	uint32_t allow;
	uint32_t deny;
	int by_name;
	size_t layer;
	size_t number;
	struct rootward_who owner;
	struct rootward_who group;
};

#define ROOTWARD_NO_ANCESTOR ((size_t)-1)

/**
 * struct rootward_verdict - what becomes of one operation.
 * @allowed:  by the policy, or by all of them
 * @reason:   enum rootward_reason, where it is denied
 * @layer:    the policy that decided; where all allow, the last
 * @ancestor: where its rule hangs, or ROOTWARD_NO_ANCESTOR: `default`, or @reason is no rule
 * @rule:     or NULL
 * @origin:   of the rule, of `default` or of what @tree is, or NULL
 * @by_owner: rules for some owner's objects were met that name the operation while it was open;
 *            then
 * @owner:    is whom its object belongs to, through the mount it was asked by: for `make_*` whom
 *            what would be made belongs to
 * @uncounted: the first of these rules that did not count, or NULL
 * @mount:    0, or for an operation that is asked by each mount the number of the mount by which
 *            it is denied, where that is another than the path's; @ancestor is then none
 * @tree:     of the rule, or for ROOTWARD_REASON_GUARD of what is denied beneath, for which the
 *            directory must stay; or NULL
 * @keep:     for what is denied whatever the trees say: the word for a policy's `keep` with which
 * it would be for the trees to say; NULL: there is none
 */
struct rootward_verdict {
	uint32_t op;
	int allowed;
	int unsure;
	int reason;
	size_t layer;
	size_t ancestor;
	const struct rootward_rule *rule;
	const char *policy;
	const char *origin;
	int by_owner;
	struct rootward_owner owner;
	const struct rootward_rule *uncounted;
	uint64_t mount;
	const char *tree;
	const char *keep;
};

/* What is returned lives as long as the explanation. */
ROOTWARD_API const struct rootward_walk *
rootward_explanation_walk(const struct rootward_explanation *explanation);

/** rootward_explanation_ancestor() - NULL beyond the last. */
ROOTWARD_API const struct rootward_ancestor *
rootward_explanation_ancestor(const struct rootward_explanation *explanation, size_t number);

/** rootward_explanation_rule() - of an ancestor; NULL beyond the last. */
ROOTWARD_API const struct rootward_rule *
rootward_explanation_rule(const struct rootward_explanation *explanation, size_t ancestor,
			  size_t number);

/** rootward_explanation_verdict() - for one operation that was asked; else NULL. */
ROOTWARD_API const struct rootward_verdict *
rootward_explanation_verdict(const struct rootward_explanation *explanation, enum rootward_op op);

ROOTWARD_API void rootward_explanation_free(struct rootward_explanation *explanation);

#endif
