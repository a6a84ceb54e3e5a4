/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * loaded.h - policies for the whole machine, for C programs.  Part of rootward.h; include that.
 *
 * A loaded policy rules its trees for every task there is, or for those that its `applies_to` names
 * and its `except` does not.  It stays when the process that loaded it has ended, until it is
 * unloaded or the machine goes down.  It has a name, and there is one policy of that name: to load
 * another puts it in the first one's place, at one instant.  Every policy that is for a task must
 * allow.  All this is done by the bpf engine, and needs root.
 *
 * Where that does not work, processes can do some of it: rootward_load_by() with
 * ROOTWARD_ENGINE_FANOTIFY.
 */
#ifndef ROOTWARD_LOADED_H
#define ROOTWARD_LOADED_H

#ifndef ROOTWARD_H
#error "include rootward.h"
#endif

/** enum rootward_mode - what becomes of what a policy does not allow. */
enum rootward_mode {
	ROOTWARD_MODE_ENFORCE, /* it is denied, and told */
	ROOTWARD_MODE_AUDIT,   /* it is told, and let pass */
	ROOTWARD_MODE_LEARN,   /* likewise, but each question about one object only once */
};

/**
 * rootward_policy_set_mode() - instead of what the policy's `mode` says.
 * Return: 0; -EINVAL: no such mode.
 */
ROOTWARD_API int rootward_policy_set_mode(struct rootward_policy *policy, enum rootward_mode mode);

/**
 * rootward_load() - put policies to work for the machine, all of them or none.
 * @policies: @n handles (at most 128), which stay the caller's and may be freed afterwards
 * @opts:     or NULL
 *
 * Whoever is killed in here leaves, of each policy, the old one or the new one, whole.
 *
 * Return: 0, or
 *	-EINVAL  a policy cannot be applied; two have one name
 *	-EPERM   the caller lacks the privilege, or a policy that is there is locked
 *	-ENOSPC  more than 128 policies
 *	or as rootward_domain_new()
 */
ROOTWARD_API int rootward_load(struct rootward_policy *const *policies, size_t n,
			       const struct rootward_opts *opts);

/**
 * rootward_load_by() - the same by an engine that is named.
 * @engine: ROOTWARD_ENGINE_BPF: as rootward_load(); ROOTWARD_ENGINE_FANOTIFY
 *
 * With fanotify, two processes for each policy, which this starts and which stay, decide what is
 * opened to be read, listed or executed.  There is no more that they are asked about: a policy
 * that says more is refused, unless with @best_effort in @opts, or its own.  While one of the two
 * lives nothing passes undecided; what cannot be decided is denied.  A policy of another engine
 * with the same name is another policy.  They are forked from the caller, which must have one
 * thread.
 *
 * Return: 0, or
 *	-EINVAL  no such engine, or as rootward_load()
 *	-ENOTSUP fanotify cannot enforce a policy; each rule in the way is reported
 *	-ENOSYS  the kernel does not have fanotify
 *	-EPERM   only root may, in the initial user namespace
 *	or as rootward_load()
 */
ROOTWARD_API int rootward_load_by(enum rootward_engine engine,
				  struct rootward_policy *const *policies, size_t n,
				  const struct rootward_opts *opts);

/**
 * rootward_unload() - take away the loaded policy of that name, of every engine.
 * Return: 0; -ENOENT: there is none; -EPERM: the caller lacks the privilege, or it is locked.
 */
ROOTWARD_API int rootward_unload(const char *name, const struct rootward_opts *opts);

/**
 * struct rootward_loaded - a loaded policy, or a confinement by `rootward run`, as it is now.
 * Strings live until the function that gets them returns.
 * @name:     of the policy; of a confinement, of the first of its policies
 * @run:      it is a confinement: all that is in it was started in it
 * @selects:  it is for some tasks only
 * @locked:   it cannot be unloaded
 * @trees:    rules
 * @tasks:    how many tasks it is for
 * @allowed, @denied: accesses; what was let pass by its mode counts as denied
 * @lost:     events that somebody watched for and that there was no room for
 * @retried:  walks that met a concurrent change, perhaps one elsewhere, and went again
 * @unstable: accesses denied because a walk stayed unstable or passed a bound
 * @moved:    rules whose path names another file or directory by now, or none; of rules that
 *            follow their path, whose path leads through another directory
 *            Also executables of `applies_to`, `except` and `unlock` whose directory is another
 *            by now: what is there does not count as them
 * @held:     filesystems where what rules are on is held open; bpf needs none, and refuses such
 * @engine:   ROOTWARD_ENGINE_BPF, or of a loaded policy ROOTWARD_ENGINE_FANOTIFY
 * @gone:     nobody is asked, and it denies nothing any more: by fanotify, its processes were
 *            killed; by bpf, the kernel calls no programs (kernel.ftrace_enabled is 0)
 * @restarts: by fanotify, how often one that decides was killed or got stuck, and another took its
 *            place
 */
struct rootward_loaded {
	const char *name;
	int run;
	enum rootward_mode mode;
	int selects;
	int locked;
	uint32_t trees;
	uint64_t tasks;
	uint64_t allowed;
	uint64_t denied;
	uint64_t lost;
	uint64_t retried;
	uint64_t unstable;
	uint32_t moved;
	uint32_t held;
	enum rootward_engine engine;
	int gone;
	uint32_t restarts;
};

typedef void (*rootward_loaded_fn)(void *data, const struct rootward_loaded *loaded);

/**
 * rootward_status() - all that is at work: loaded policies, then confinements by the bpf engine.
 * Changes nothing.
 * Return: 0, also when there is nothing; -EPERM; what reading the kernel's maps says.
 */
ROOTWARD_API int rootward_status(rootward_loaded_fn fn, void *data);

/**
 * struct rootward_rule_state - a rule of a loaded policy, as it was loaded.
 * @path:   as resolved then
 * @origin: "file:line:column"
 * @moved:  the path names another file or directory by now, or none; the rule is still on the old.
 *          One that follows its path: the directory which has the name is another by now
 */
struct rootward_rule_state {
	const char *path;
	const char *origin;
	int moved;
};

typedef void (*rootward_rule_state_fn)(void *data, const struct rootward_rule_state *rule);

/**
 * rootward_status_rules() - the rules of one, of the bpf engine.
 * Return: 0; -ENOENT: no such policy; -EPERM.
 */
ROOTWARD_API int rootward_status_rules(const char *name, rootward_rule_state_fn fn, void *data);

struct rootward_watch;

/** enum rootward_watch_what - what a watch is told. */
enum rootward_watch_what {
	ROOTWARD_WATCH_DENIED, /* what was not allowed, let pass or not */
	ROOTWARD_WATCH_ALL,    /* and what was allowed; the policies are asked more slowly then */
};

/**
 * rootward_watch_new() - watch decisions as they are made.
 * @ret:  free it with rootward_watch_free()
 * @name: of a loaded policy, or NULL: of all there are, and of those that come
 *
 * A policy has one watch at a time.  What happened before it is not told.
 *
 * Return: 0; -ENOENT: no policy of that name, or none at all; -EBUSY: it is watched already;
 * -EPERM; -ENOMEM.
 */
ROOTWARD_API int rootward_watch_new(struct rootward_watch **ret, const char *name,
				    enum rootward_watch_what what,
				    const struct rootward_opts *opts);

/**
 * rootward_watch_read() - wait until there is something, hand over all there is.
 * @timeout: in milliseconds, -1: for ever
 * @fn:      gets each event: struct rootward_event
 *
 * Return: how many; 0: time is up; -EINTR: a signal; -ENOENT: the watched policy was unloaded.
 */
ROOTWARD_API int rootward_watch_read(struct rootward_watch *watch, int timeout,
				     rootward_event_fn fn, void *data);

/** rootward_watch_lost() - how many events there was no room for since the watch began; exact. */
ROOTWARD_API uint64_t rootward_watch_lost(struct rootward_watch *watch);

ROOTWARD_API void rootward_watch_free(struct rootward_watch *watch);

#endif /* ROOTWARD_LOADED_H */
