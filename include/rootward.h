/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * rootward.h - access rules for directory trees, for C programs.
 *
 * A *policy* says which operations are allowed beneath which directories.  A *domain* is one or
 * more policies (layers: every one must allow) put to work by an *engine*.  A process enters a
 * domain once, and it and everything that descends from it stays there.
 *
 *	struct rootward_policy *policy;
 *	struct rootward_domain *domain;
 *
 *	r = rootward_policy_load(&policy, "build.yaml", NULL);
 *	r = rootward_domain_new(&domain, ROOTWARD_ENGINE_AUTO, &policy, 1, NULL);
 *	if (fork() == 0) {
 *		r = rootward_domain_enter(domain);
 *		execvp(...);
 *	}
 *
 * Conventions.  Functions return 0 or a negative errno.  On failure nothing is returned through
 * pointers and nothing needs freeing.  `*_free()` takes NULL.  The library never prints: it hands
 * every diagnostic to the caller's function.  Handles may be used by one thread at a time;
 * different handles by different threads.  No function keeps signal handlers, threads or global
 * state.
 */
#ifndef ROOTWARD_H
#define ROOTWARD_H

#include <stddef.h>
#include <stdint.h>
#include <rootward/ops.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ROOTWARD_VERSION "0.1.0"

/* What the shared library exports; everything else in it is hidden. */
#define ROOTWARD_API __attribute__((visibility("default")))

struct rootward_policy;
struct rootward_domain;

/** enum rootward_engine - who decides. */
enum rootward_engine {
	ROOTWARD_ENGINE_AUTO,	  /* bpf where it works for the caller, else landlock */
	ROOTWARD_ENGINE_BPF,	  /* BPF LSM: all of a policy; needs root */
	ROOTWARD_ENGINE_LANDLOCK, /* Landlock: what it can express; needs no privilege */
	ROOTWARD_ENGINE_FANOTIFY, /* of rootward_load_by() only: a process decides; needs root */
};

enum rootward_severity {
	ROOTWARD_ERROR,	  /* the call fails */
	ROOTWARD_WARNING, /* the call goes on, weaker or poorer than asked; it was allowed to */
	ROOTWARD_NOTE,	  /* goes with the diagnostic before it */
};

/**
 * struct rootward_diag - one diagnostic.  All strings belong to the library and live until the
 * function that gets them returns.
 * @file:    where the cause was written, or NULL (a command line option, the system)
 * @line:    from 1, or 0
 * @column:  from 1 in characters, or 0
 * @message: one sentence, no newline
 * @hint:    what to do next, or NULL
 */
struct rootward_diag {
	enum rootward_severity severity;
	const char *file;
	unsigned int line;
	unsigned int column;
	const char *message;
	const char *hint;
};

typedef void (*rootward_diag_fn)(void *data, const struct rootward_diag *diag);

/**
 * struct rootward_opts - how to do it.  Zero everything, then set @size to sizeof(struct
 * rootward_opts): fields that a newer header adds are then zero for an older program.
 * A size that is too small, or a field set that the library does not know, is -EINVAL.
 * @diag:        gets every diagnostic, in order, or NULL
 * @diag_data:   handed to @diag
 * @best_effort: let an engine enforce less than the policies say; each rule and operation that
 *               it weakens is a ROOTWARD_WARNING
 * @name:        a name for messages (a policy from a string, a domain), or NULL
 */
struct rootward_opts {
	size_t size;
	rootward_diag_fn diag;
	void *diag_data;
	int best_effort;
	const char *name;
};

/**
 * rootward_policy_load() - read a policy from a YAML file.
 * @ret:  the policy; free it with rootward_policy_free()
 * @path: the file; `-` reads standard input
 * @opts: or NULL
 *
 * All mistakes in the file are reported through @opts->diag, not only the first.  Trees are not
 * looked up yet (`~` and relative paths are resolved when a domain is made, against the caller's
 * home and working directory of that moment).
 *
 * Return: 0, or
 *	-EINVAL   the file is not a valid policy
 *	-E2BIG    it is larger than 16 MiB, or has more than 100 000 trees
 *	-ENOMEM   out of memory
 *	or what open(2) and read(2) return
 */
ROOTWARD_API int rootward_policy_load(struct rootward_policy **ret, const char *path,
				      const struct rootward_opts *opts);

/**
 * rootward_policy_parse() - the same from @len bytes at @text; diagnostics carry @opts->name.
 */
ROOTWARD_API int rootward_policy_parse(struct rootward_policy **ret, const char *text, size_t len,
				       const struct rootward_opts *opts);

/**
 * rootward_policy_new() - an empty policy: nothing is allowed anywhere.
 * @name: for messages, at most 255 bytes, no control characters; NULL: "policy"
 *
 * Return: 0, -EINVAL (the name), -ENOMEM.
 */
ROOTWARD_API int rootward_policy_new(struct rootward_policy **ret, const char *name);

/**
 * rootward_policy_default() - the built-in policy of `rootward run`: read and execute the system,
 * write beneath the working directory, the usual devices; the common places of secrets denied.
 */
ROOTWARD_API int rootward_policy_default(struct rootward_policy **ret);

/**
 * rootward_policy_add() - add a tree, or to a tree that has the same path as written.
 * @path:   a file or directory; `~`, `.` and relative paths as in a policy file
 * @allow:  operations that are allowed beneath (enum rootward_op)
 * @deny:   operations that are denied beneath
 * @origin: shown in messages in place of file:line:column, e.g. "--rw", or NULL; copied
 *
 * Naming a path again adds to its masks.  A tree that was optional (of the built-in policy, or by
 * `optional:`) must exist once it has been added here, and carries the new origin.
 *
 * Return: 0, or
 *	-EINVAL  unknown operation bits, no operation at all, an empty path, one operation in
 *	         both masks, or a tree that is narrowed by `owner:` or `group:` already; the policy
 *	         is as it was
 *	-E2BIG   more than 100 000 trees
 *	-ENOMEM  out of memory
 */
ROOTWARD_API int rootward_policy_add(struct rootward_policy *policy, const char *path,
				     uint32_t allow, uint32_t deny, const char *origin);

ROOTWARD_API void rootward_policy_free(struct rootward_policy *policy);

/**
 * rootward_policy_check() - read a policy as rootward_policy_load() does, and look for all that is
 * amiss with it on this machine.  Changes nothing, and needs no privilege.
 * @ret:  the policy; free it with rootward_policy_free()
 *
 * Reports every mistake, in the text and among the paths (ROOTWARD_ERROR: the policy could not be
 * applied); rules that can never apply or change nothing (ROOTWARD_WARNING); and what is easily
 * overlooked: a path that is a symbolic link, a tree that is optional and missing (ROOTWARD_NOTE).
 *
 * Return: 0 when there is no mistake; -EINVAL when there is one; -E2BIG, -ENOMEM, or what open(2)
 * and read(2) return when the file cannot be read.
 */
ROOTWARD_API int rootward_policy_check(struct rootward_policy **ret, const char *path,
				       const struct rootward_opts *opts);

/**
 * rootward_engine_check() - what @engine could not enforce of @policy on this machine, found by the
 * steps of rootward_domain_new() that change nothing.  No domain is made, nothing is loaded to
 * stay.
 * @engine: not ROOTWARD_ENGINE_AUTO.  It need not work for the caller, see rootward_engine_probe():
 *          what cannot be found out then is said
 * @policy: from rootward_policy_check()
 * @opts:   as for rootward_domain_new(), @best_effort as well
 *
 * Return: 0: it would take the policy, perhaps with warnings; -ENOTSUP: it would refuse it, each
 * reason is a ROOTWARD_ERROR; -EINVAL: no such engine; else as rootward_domain_new().
 */
ROOTWARD_API int rootward_engine_check(enum rootward_engine engine, struct rootward_policy *policy,
				       const struct rootward_opts *opts);

/**
 * rootward_domain_new() - prepare a domain: look up every tree, check that the engine can enforce
 * every policy, load what must be loaded.  The caller stays as free as it was.
 * @ret:      the domain; free it with rootward_domain_free()
 * @engine:   which, or ROOTWARD_ENGINE_AUTO
 * @policies: @n handles (at most 16), which stay the caller's and may be freed afterwards
 * @opts:     or NULL
 *
 * May sleep, read files, start no process.
 *
 * Return: 0, or
 *	-EINVAL     a policy cannot be applied (no policy, two trees that are one object, …)
 *	-ENOENT     a tree's path does not exist
 *	-ENOTSUP    the engine cannot enforce a policy; each rule in the way is reported
 *	-ENOSYS     the kernel does not have the engine, or it is switched off
 *	-EPERM      the caller lacks the privilege for the engine
 *	-ESTALE     a path changed while it was looked up
 *	-E2BIG      too many policies or rules
 *	-ENOMEM     out of memory
 *	or what opening a tree returns
 */
ROOTWARD_API int rootward_domain_new(struct rootward_domain **ret, enum rootward_engine engine,
				     struct rootward_policy *const *policies, size_t n,
				     const struct rootward_opts *opts);

/**
 * rootward_domain_enter() - confine the calling thread, for good, with all it will start.
 *
 * Call it between fork() and execve(), with one thread.  Capabilities that would undo the
 * confinement leave the bounding, permitted, effective, inheritable and ambient sets.  With
 * landlock and without CAP_SYS_ADMIN, no_new_privs is set.  Async-signal-safe.
 *
 * Return: 0, or a negative errno: the thread must then exit, it may be half confined.
 */
ROOTWARD_API int rootward_domain_enter(struct rootward_domain *domain);

/** rootward_domain_engine() - the engine that was chosen. */
ROOTWARD_API enum rootward_engine rootward_domain_engine(const struct rootward_domain *domain);

/** enum rootward_outcome - what became of an access. */
enum rootward_outcome {
	ROOTWARD_DENIED,
	ROOTWARD_PASSED,  /* not allowed, but the policy's mode let it pass */
	ROOTWARD_ALLOWED, /* told only to who asks for it: rootward_watch_new() */
};

/**
 * struct rootward_event - a decision.  Strings live until the function that gets them returns.
 * @ops:    the operations asked for
 * @denied: those of them that were denied
 * @reason: enum rootward_reason
 * @pid:    the process, as the initial pid namespace numbers it
 * @arg:    by @reason: the signal, the request; else 0
 * @policy, @origin: the policy's name and the rule that decided ("file:line:column" or an
 *          option), NULL where `default` or no rule did
 * @tree:   the rule's path as written, of a loaded policy as it was resolved; or NULL
 * @object: the path, or as much of its end as is known
 * @comm:   the task's name
 * @outcome: what became of it
 * @when:   nanoseconds of CLOCK_BOOTTIME
 * @exe:    the name of the task's executable, without its directory; "" where not known
 * @whole:  @object is the whole path, as the mounts of the initial mount namespace show it
 * @owned:  @uid and @gid are known: the object's owner through the mount that the access came by,
 *          ROOTWARD_NO_ID: nobody; not known of what does not exist yet
 */
struct rootward_event {
	uint32_t ops;
	uint32_t denied;
	int reason;
	int pid;
	uint32_t arg;
	const char *policy;
	const char *origin;
	const char *tree;
	const char *object;
	const char *comm;
	enum rootward_outcome outcome;
	uint64_t when;
	const char *exe;
	int whole;
	int owned;
	uint32_t uid;
	uint32_t gid;
};

typedef void (*rootward_event_fn)(void *data, const struct rootward_event *event);

/**
 * rootward_domain_events() - hand over the denials since the last call; does not block.
 *
 * Return: 0, -ENOTSUP (this engine does not tell), or the first error of reading.
 */
ROOTWARD_API int rootward_domain_events(struct rootward_domain *domain, rootward_event_fn fn,
					void *data);

/**
 * struct rootward_stats - counted in the kernel, exact.
 * @denied: accesses denied
 * @lost:   denials for which no event could be kept
 * @retried: walks that met a concurrent change, perhaps one elsewhere, and went again
 * @unstable: accesses denied because a walk stayed unstable or passed a bound
 */
struct rootward_stats {
	uint64_t denied;
	uint64_t lost;
	uint64_t retried;
	uint64_t unstable;
};

/** rootward_domain_stats() - Return: 0, or -ENOTSUP where the engine does not count. */
ROOTWARD_API int rootward_domain_stats(struct rootward_domain *domain,
				       struct rootward_stats *stats);

/**
 * rootward_domain_free() - forget the handle.  Tasks in the domain stay confined; its rules leave
 * the kernel when the last of them has gone.
 */
ROOTWARD_API void rootward_domain_free(struct rootward_domain *domain);

#define ROOTWARD_NO_ID 0xffffffffU

/** enum rootward_owner_known - what is known of an owner. */
enum rootward_owner_known {
	ROOTWARD_OWNER_SEEN = 1U << 0,	 /* uid, gid */
	ROOTWARD_OWNER_STORED = 1U << 1, /* fs_uid, fs_gid */
};

/**
 * struct rootward_owner - whom an object belongs to.
 * @uid, @gid: through the mount it was reached by; ROOTWARD_NO_ID: the mount has no id for it
 * @fs_uid, @fs_gid: as its filesystem has them
 * @idmapped: whether the mount maps ids of its own
 * @known: enum rootward_owner_known; the rest means nothing
 * All as the initial user namespace numbers them.
 */
struct rootward_owner {
	uint32_t uid;
	uint32_t gid;
	uint32_t fs_uid;
	uint32_t fs_gid;
	int idmapped;
	uint32_t known;
};

/**
 * rootward_owner() - ask the kernel whom @fd (O_PATH will do) belongs to.  fstat(2) tells an
 * unmapped owner as the overflow id and never the filesystem's own; this tells them apart.
 *
 * Loads a BPF program for the question and looks at all descriptors of the process: milliseconds;
 * then all is known.  A caller who may not is told what stat(2) and the mount's maps in
 * statmount(2) say, from Linux 6.8 on, of idmapped mounts from 6.15 on: see @known.
 * Thread safe.
 *
 * Return: 0, or
 *	-EBADF       @fd is not open
 *	-EPERM       the caller may not load BPF programs, and the kernel does not tell otherwise;
 *		     or the caller is in another user namespace than the initial one
 *	-EOPNOTSUPP  the kernel keeps the mounts' maps in a way that is not known here
 *	-ENOMEM, or what loading and reading say
 */
ROOTWARD_API int rootward_owner(int fd, struct rootward_owner *owner);

/**
 * rootward_engine_probe() - try whether an engine works for the caller, by using it.
 * @why: on failure a sentence that says what is missing, or NULL; not freed, and good until this
 *       thread probes that engine again
 *
 * Return: 0, -ENOSYS, -EPERM, -ENOTSUP (a hook is missing) or what the attempt returned.
 */
ROOTWARD_API int rootward_engine_probe(enum rootward_engine engine, const char **why);

/**
 * struct rootward_ability - one thing that a machine can or cannot do for the caller.  Strings live
 * until the function that gets them returns.
 * @name:   a word for programs, which stays the same: "bpf_lsm", "landlock_abi", ...
 * @title:  the same for people
 * @engine: the engine of which this says whether it works; ROOTWARD_ENGINE_AUTO: of none
 * @works:  1 yes, 0 no, -1 the caller cannot find out
 * @value:  for 1 what was found, or NULL
 * @why:    for 0 and -1 the reason
 * @change: for 0 and -1 what would change it, or NULL
 */
struct rootward_ability {
	const char *name;
	const char *title;
	enum rootward_engine engine;
	int works;
	const char *value;
	const char *why;
	const char *change;
};

typedef void (*rootward_ability_fn)(void *data, const struct rootward_ability *ability);

/**
 * rootward_machine_probe() - try what engines and tools need of a machine, one after the other;
 * the engines come last.  Nothing is found by the kernel's version, and nothing is left behind:
 * namespaces are tried in child processes, which have ended when this returns.  May take a second.
 *
 * The caller has one thread, and does not ignore SIGCHLD.
 *
 * Return: 0.
 */
ROOTWARD_API int rootward_machine_probe(rootward_ability_fn fn, void *data);

#include <rootward/explain.h>
#include <rootward/loaded.h>

#ifdef __cplusplus
}
#endif
#endif /* ROOTWARD_H */
