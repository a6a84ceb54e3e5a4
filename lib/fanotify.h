/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The fanotify engine, for machines where BPF LSM cannot be loaded: the kernel asks before it opens
 * or executes a file of a marked filesystem, and waits for the answer of a process.
 *
 * A policy is a group of its own, so that all of them must allow, and one takes another's place by
 * being there before the other goes.  Two processes of it hold the group: the *decider* answers,
 * the *supervisor* starts another decider when that one is killed or stuck, and answers
 * requests; when the supervisor is killed the decider becomes it.  The kernel lets everything
 * pass once nobody holds the group, so both have to be killed at once for that.
 *
 * The kernel does not say what a file is opened for: it must be readable, or it is not opened.
 */
#ifndef ROOTWARD_LIB_FANOTIFY_H
#define ROOTWARD_LIB_FANOTIFY_H

#include <limits.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "explain.h"
#include "policy.h"

/* What fanotify asks about. */
#define FANOTIFY_OPS (ROOTWARD_OP_READ_FILE | ROOTWARD_OP_READ_DIR | ROOTWARD_OP_EXECUTE)

/* --- fanotify_cover.c */

/**
 * fanotify_cover() - what of a policy, which is resolved, cannot be enforced so: refused, but with
 * best effort; what it allows less than the policy is a warning.  Return: 0 or -ENOTSUP, reported.
 */
int fanotify_cover(const struct rootward_policy *policy, const struct rootward_opts *opts);

/** fanotify_consent() - the operations that may go unenforced. */
uint32_t fanotify_consent(const struct rootward_policy *policy, const struct rootward_opts *opts);

/** fanotify_default_origin() - where `default` was written, or at least the file. */
struct origin fanotify_default_origin(const struct rootward_policy *policy);

/* --- fanotify_whom.c */

/** struct whom_exe - what a policy's executable was when it was loaded.  @fd: keeps its number */
struct whom_exe {
	int fd;
	struct object is;
};

/**
 * struct whom - the tasks that a policy is for.
 * @user_ns, @mnt_ns: the caller's
 */
struct whom {
	const struct rootward_policy *policy;
	struct whom_exe applies_to[POLICY_TASKS_MAX];
	struct whom_exe except[POLICY_TASKS_MAX];
	struct object user_ns;
};

/** whom_find() - Return: 0; -ENOTSUP, what opening an executable says: reported. */
int whom_find(struct whom *whom, const struct rootward_policy *policy,
	      const struct rootward_opts *opts);

/**
 * whom_is_under() - whether the policy is for thread @tid.  What cannot be found out of it counts
 * against it.
 */
bool whom_is_under(const struct whom *whom, pid_t tid);

/** whom_count() - the tasks that there are now and that it is for. */
uint64_t whom_count(const struct whom *whom);

void whom_free(struct whom *whom);

/* --- the group */

/**
 * struct counts - shared by the processes of a group, and with who watches it.
 * @watch: enum rootward_watch_what and 1, as long as somebody holds the lock on this
 * (fanotify_tell.c)
 * @lost:  what was not told to that one, and to those before
 */
struct counts {
	_Atomic uint64_t allowed, denied, retried, unstable, lost;
	_Atomic int watch;
	/* events that were answered; one is being looked at; the number its descriptor has */
	_Atomic uint64_t turns;
	_Atomic int busy, event_fd;
	/* whose that one is, and what is asked */
	_Atomic int tid;
	_Atomic uint32_t ops;
	/* who loads has said whether it stays; the machine goes down */
	_Atomic int settled, stop;
	_Atomic int decider, restarts;
};

/**
 * struct group - a policy at work.
 * @fd:     the fanotify group
 * @socket: where it is asked
 * @shared: what @counts is in
 * @tells, @told: a socket for what is decided, and where that comes out
 * @go:     a pipe's end: it stays when something comes, and not when that closes
 * @path:   of the socket
 * @owners: some rule asks for them; @started: its processes run
 * @held:   keep the numbers of ruled objects from being used anew, and lead to their filesystems;
 *          @n_held of them, on so many @filesystems
 */
struct group {
	struct rootward_policy *policy;
	struct rootward_explainer *explainer;
	struct whom whom;
	struct counts *counts;
	int fd, socket, shared, tells, told, go;
	char *path;
	int *held;
	size_t n_held;
	uint32_t filesystems;
	bool owners, started;
};

/* --- fanotify_open.c */

/** group_open() - Return: 0; -ENOSYS, -EPERM, -EMFILE: reported. */
int group_open(struct group *group, const struct rootward_opts *opts);

/** fanotify_probe() - as rootward_engine_probe(); @why is not NULL. */
int fanotify_probe(const char **why);

/* --- fanotify_marks.c */

/**
 * marks_set() - have the kernel ask about every filesystem that the policy rules; again when mounts
 * change.  Return: 0; -ENOTSUP: of one it does not, and the policy rules it, reported; -ENOMEM.
 */
int marks_set(const struct group *group, const struct rootward_opts *opts);

/* --- fanotify_decide.c */

/**
 * decider_run() - answer, until @supervisor, a descriptor of that process, has ended: then return.
 */
void decider_run(struct group *group, int supervisor);

/* --- fanotify_view.c */

/**
 * struct view - an event's object as the mounts of its thread's namespace show it, or the
 * decider's.
 * @object: its own descriptor of it, or -1
 * @nobody: an asker of whom nothing is known yet
 * @ns:     the decider's mount namespace
 * @own:    its mounts; @changes: readable when they have changed since
 * @fresh:  they were read for this event: until it is known to matter, those of before will do
 */
struct view {
	struct asker nobody;
	struct object ns;
	struct asker asker;
	struct located located;
	struct mountinfo own;
	int object;
	int changes;
	bool fresh;
};

/** view_open() - Return: 0 or -errno. */
int view_open(struct view *view);

/** view_of() - look at the object @fd; free it with view_leave().  Return: 0, or -errno. */
int view_of(struct view *view, const struct group *group, int fd, pid_t tid, bool fresh);
void view_leave(struct view *view);

/** view_holds() - whether the object is still what @located says, and its mounts were known. */
bool view_holds(const struct view *view, const struct way *way);

/* --- fanotify_tell.c: what is decided, to who watches */

/**
 * struct decided - one decision, as it is sent; behind it the object, the rule's path and where
 * that was written, a NUL behind each.  As struct rootward_event.
 */
struct decided {
	uint64_t when;
	uint32_t ops, denied;
	int32_t reason, pid;
	uint32_t outcome, whole, owned, uid, gid, zero;
	char comm[16];
	char exe[64];
};

#define DECIDED_MAX (sizeof(struct decided) + 3 * (PATH_MAX + 1))

/**
 * struct telling - a decision on its way.
 * @wanted: by somebody; else nothing of it is found out
 * @object: as far as it is known, to free
 * @by:     the rule, or NULL
 */
struct telling {
	bool wanted;
	struct decided is;
	char *object;
	const struct tree *by;
};

/** tell_open() - make the group's @counts, @tells and @told.  Return: 0 or -errno. */
int tell_open(struct group *group);

/** tell_begin() - look whether somebody watches. */
void tell_begin(struct telling *telling, const struct group *group, uint32_t ops);

/** tell_decision() - what a walk that is over led to: @ruling, and whether @its_own mounts were
 * seen. */
void tell_decision(struct telling *telling, const struct group *group, const struct way *way,
		   const struct ruling *ruling, bool its_own);

/** tell_failure() - of an object @fd, or -1, about which nothing could be decided. */
void tell_failure(struct telling *telling, int fd, int error);

/** tell_end() - to who watches; waits for nobody.  @tid waits for its answer, or it is 0. */
void tell_end(struct telling *telling, struct group *group, pid_t tid,
	      enum rootward_outcome outcome);

/** tell_end_denied() - the whole of it for what was denied without having been looked at. */
void tell_end_denied(struct group *group, pid_t tid, uint32_t ops);

/* --- fanotify_supervise.c */

/** group_supervise() - be the supervisor, and have a decider.  Does not return. */
void group_supervise(struct group *group) __attribute__((noreturn));

/* --- fanotify_talk.c: /run/rootward/fanotify has a socket for each group */

#define FANOTIFY_DIRECTORY "/run/rootward/fanotify"
#define FANOTIFY_NAME_MAX 63

/**
 * struct told - what a group says of itself.
 * @gone: nobody listens any more: all of it was killed; then @name is that of the socket
 */
struct told {
	char name[FANOTIFY_NAME_MAX + 1];
	uint32_t gone, mode, selects, trees, moved, held;
	int32_t supervisor, decider, restarts;
	uint64_t tasks, allowed, denied, retried, unstable, lost;
};

/**
 * struct to_watch - what a watch gets, with the descriptors @shared and @told of struct group.
 * @size: of struct counts, which another version's may differ from
 */
struct to_watch {
	char name[FANOTIFY_NAME_MAX + 1];
	uint32_t size, zero;
};

enum request { REQUEST_TELL = 't', REQUEST_END = 'e', REQUEST_WATCH = 'w' };

/** talk_lock() - one at a time changes what there is.  Return: a descriptor, or -errno. */
int talk_lock(void);

/** talk_listen() - make a socket for the group: its @socket and @path.  Return: 0 or -errno. */
int talk_listen(struct group *group);

typedef int (*talk_fn)(void *data, const char *path, const struct told *told);

/**
 * talk_all() - ask all groups.  @fn returns 0 or -errno, which ends it.
 * Return: 0, also if there is none; -EACCES, -EPERM: only root may; what @fn returned.
 */
int talk_all(talk_fn fn, void *data);

/** talk_paths() - of all groups there are, and what is left of some.  Return: as talk_all(). */
int talk_paths(int (*fn)(void *data, const char *path), void *data);

/** talk_end() - of a group; returns when it is no more.  Return: 0 or -errno. */
int talk_end(const char *path);

/**
 * talk_watch() - be given what a watch needs: @fds is what it has of @shared and @told.
 * Return: 0; -ECONNREFUSED, -ENOENT: it is no more; -EPROTO: another version's; -errno.
 */
int talk_watch(const char *path, struct to_watch *to_watch, int fds[2]);

/** talk_hand_over() - the other side of that. */
void talk_hand_over(const struct group *group, int client);

/* --- fanotify.c */

int fanotify_load(struct rootward_policy *const *policies, size_t n,
		  const struct rootward_opts *opts);

/** fanotify_unload() - Return: how many of that name there were; -errno. */
int fanotify_unload(const char *name);

/** fanotify_status() - as rootward_status(). */
int fanotify_status(rootward_loaded_fn fn, void *data);

#endif
