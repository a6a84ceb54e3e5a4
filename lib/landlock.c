/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The landlock engine: one ruleset for each policy, so that every policy must allow.
 *
 * Each ruleset forbids all that the kernel's ABI can forbid, also what the policy allows from `/`
 * on: that is a rule on `/`, and does not reach a detached mount, where `default` means nothing.
 *
 * Landlock never judges objects that no path leads to (pipes, sockets, memfds, namespaces); a
 * memfd can be executed whatever the policy says.  It judges when a file is opened: what is open
 * at the time of enter() stays open.
 */
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>

#include "cleanup.h"
#include "engine.h"
#include "landlock_abi.h"
#include "landlock_devices.h"
#include "landlock_report.h"

struct landlock_domain {
	int rulesets[MAX_LAYERS];
	size_t n;
};

/*
 * What landlock_plan_run() hands rules to.
 * @rehearsal: nothing is made, @fd stays -1, and all that is in the way is told, not only the first
 */
struct ruleset {
	int fd;
	int abi;
	bool rehearsal;
	const struct rootward_opts *opts;
};

static void landlock_free(void *state)
{
	struct landlock_domain *domain = state;
	size_t i;

	if (!domain)
		return;
	for (i = 0; i < domain->n; i++)
		close(domain->rulesets[i]);
	free(domain);
}

static void cleanup_domain(struct landlock_domain **domain)
{
	landlock_free(*domain);
}

static void cleanup_plan(struct landlock_plan *plan)
{
	landlock_plan_free(plan);
}

static void cleanup_mounts(struct mounts *mounts)
{
	mounts_free(mounts);
}

static int landlock_probe(const char **why)
{
	_cleanup_close_ int fd = -1;
	int abi = landlock_abi_query();
	const char *reason = NULL;

	if (abi > 0) {
		fd = landlock_abi_ruleset(landlock_abi_ops(abi), abi, true);
		if (fd >= 0 && access("/proc/self/mountinfo", R_OK) == 0)
			return 0;
		reason = fd < 0 ? "the kernel has Landlock but makes no ruleset"
				: "/proc/self/mountinfo cannot be read, so what to allow is not "
				  "known: mount /proc";
	} else if (abi == -EOPNOTSUPP) {
		reason = "Landlock is switched off: add it to lsm= on the kernel's command line";
	} else if (abi == -EPERM || abi == -EACCES) {
		reason = "Landlock's system calls are filtered here, as in some containers";
	} else {
		reason = "the kernel has no Landlock (it came with 5.13)";
	}
	if (why)
		*why = reason;
	if (abi > 0)
		return fd < 0 ? fd : -ENOENT;
	return abi == -EPERM || abi == -EACCES ? -EPERM : -ENOSYS;
}

static int add_rule(void *data, int fd, const char *path, uint32_t ops)
{
	const struct ruleset *ruleset = data;
	int r;

	if (ruleset->rehearsal)
		return 0;
	r = landlock_abi_allow(ruleset->fd, fd, ops, ruleset->abi);
	/* An object of the kernel's own, shown by a bind mount (a namespace): never judged. */
	if (r == -EBADFD)
		return 0;
	if (r)
		diag(ruleset->opts, ROOTWARD_ERROR, NULL, NULL, "landlock: a rule on %s: %s", path,
		     strerror(-r));
	return r;
}

/*
 * Denies on optional trees that do not exist are not worth the loss of a name that may never be;
 * but who relies on them should know.
 */
static void note_optional(const struct rootward_policy *policy, const struct trie *trie,
			  const struct rootward_opts *opts)
{
	const struct tree *tree, *example = NULL;
	size_t n = 0;

	for (tree = policy->trees; tree < policy->trees + policy->n_trees; tree++) {
		if (tree->state != TREE_NAME_ONLY || !tree->optional ||
		    !(trie_reach(trie, tree->real) & tree->deny & trie->handled))
			continue;
		example = tree;
		n++;
	}
	if (n)
		diag(opts, ROOTWARD_NOTE, &example->origin, NULL,
		     "landlock: %s does not exist%s; made later, it will not be denied",
		     example->path, n > 1 ? ", nor do others that are optional" : "");
}

/* Abstract sockets have no place: only `default` can speak of them. */
static int open_ruleset(struct ruleset *ruleset, const struct rootward_policy *policy)
{
	if (ruleset->rehearsal)
		return 0;
	ruleset->fd = landlock_abi_ruleset(landlock_abi_ops(ruleset->abi), ruleset->abi,
					   !(policy->default_ops & ROOTWARD_OP_CONNECT));
	if (ruleset->fd >= 0)
		return 0;
	diag(ruleset->opts, ROOTWARD_ERROR, NULL, NULL, "landlock: making a ruleset: %s",
	     strerror(-ruleset->fd));
	return ruleset->fd;
}

/* @policy may have more trees than @written, see landlock_devices.h. */
static int fill_ruleset(struct ruleset *ruleset, const struct rootward_policy *policy,
			const struct rootward_policy *written, const struct mounts *mounts)
{
	_cleanup_(cleanup_plan) struct landlock_plan plan = { 0 };
	const struct rootward_opts *opts = ruleset->opts;
	int abi = ruleset->abi, gaps, r;

	r = trie_build(&plan.trie, policy, mounts, landlock_abi_ops(abi));
	if (r)
		return r;
	gaps = landlock_report_gaps(written, &plan.trie, abi, opts);
	if (gaps && !(gaps == -ENOTSUP && ruleset->rehearsal))
		return gaps;
	r = open_ruleset(ruleset, policy);
	if (!r)
		r = landlock_plan_run(&plan, mounts, add_rule, ruleset, opts);
	if (!r)
		r = landlock_report_losses(policy, &plan, abi, opts);
	if (!r)
		note_optional(written, &plan.trie, opts);
	return r ? r : gaps;
}

/* Landlock denies, or it is not asked: it cannot tell what it would have denied. */
static int refuse_mode(const struct rootward_policy *policy, const struct rootward_opts *opts)
{
	if (policy->mode == ROOTWARD_MODE_ENFORCE)
		return 0;
	diag(opts, ROOTWARD_ERROR, policy->mode_origin.file ? &policy->mode_origin : NULL,
	     "use the bpf engine",
	     "landlock cannot let pass and tell what a policy does not allow");
	return -ENOTSUP;
}

static int make_layer(struct ruleset *ruleset, const struct rootward_policy *policy,
		      const struct mounts *mounts)
{
	struct rootward_policy extended;
	int r = refuse_mode(policy, ruleset->opts);

	if (!r)
		r = devices_deny(&extended, policy);
	if (r)
		return r;
	r = fill_ruleset(ruleset, &extended, policy, mounts);
	devices_free(&extended, policy);
	return r;
}

static int read_mounts(struct mounts *mounts, const struct rootward_opts *opts)
{
	int r = mounts_read(mounts);

	if (r == -EXDEV) {
		diag(opts, ROOTWARD_ERROR, NULL, "use the bpf engine",
		     "landlock: the root directory is not the root of a mount (chroot), and its "
		     "file system is mounted elsewhere too");
		return -ENOTSUP;
	}
	if (r)
		diag(opts, ROOTWARD_ERROR, NULL, "mount /proc",
		     "landlock: cannot tell from /proc/self/mountinfo by which paths denied "
		     "things can be reached: %s",
		     strerror(-r));
	return r;
}

static int landlock_create(void **ret, struct rootward_policy *const *policies, size_t n,
			   const struct rootward_opts *opts)
{
	_cleanup_(cleanup_domain) struct landlock_domain *domain = NULL;
	_cleanup_(cleanup_mounts) struct mounts mounts = { 0 };
	struct ruleset ruleset = { .abi = landlock_abi_query(), .opts = opts };
	int r;

	if (ruleset.abi <= 0)
		return -ENOSYS;
	if (n > MAX_LAYERS) {
		diag(opts, ROOTWARD_ERROR, NULL, "merge some of them",
		     "landlock: %zu policies, but the kernel stacks at most %d", n, MAX_LAYERS);
		return -E2BIG;
	}
	r = read_mounts(&mounts, opts);
	if (r)
		return r;
	domain = calloc(1, sizeof(*domain));
	if (!domain)
		return -ENOMEM;

	while (domain->n < n) {
		ruleset.fd = -1;
		r = make_layer(&ruleset, policies[domain->n], &mounts);
		if (r < 0) {
			cleanup_close(&ruleset.fd);
			return r;
		}
		domain->rulesets[domain->n++] = ruleset.fd;
	}
	*ret = steal_ptr(domain);
	return 0;
}

static int landlock_check(struct rootward_policy *policy, const struct rootward_opts *opts)
{
	_cleanup_(cleanup_mounts) struct mounts mounts = { 0 };
	struct ruleset ruleset = { -1, landlock_abi_query(), true, opts };
	int r;

	if (ruleset.abi <= 0) {
		ruleset.abi = LANDLOCK_ABI_KNOWN;
		diag(opts, ROOTWARD_NOTE, NULL, NULL,
		     "there is no Landlock here; this is about ABI %d", ruleset.abi);
	}
	r = read_mounts(&mounts, opts);
	return r ? r : make_layer(&ruleset, policy, &mounts);
}

/*
 * The kernel wants CAP_SYS_ADMIN or no_new_privs.  The first attempt tells which; a root that stays
 * root keeps its set-user-ID programs.
 */
static int landlock_enter(void *state)
{
	const struct landlock_domain *domain = state;
	size_t i;
	int r;

	for (i = 0; i < domain->n; i++) {
		r = landlock_abi_restrict(domain->rulesets[i]);
		if (r == -EPERM) {
			if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
				return -errno;
			r = landlock_abi_restrict(domain->rulesets[i]);
		}
		if (r)
			return r;
	}
	return 0;
}

const struct engine engine_landlock = {
	.name = "landlock",
	.probe = landlock_probe,
	.create = landlock_create,
	.enter = landlock_enter,
	.free = landlock_free,
	.check = landlock_check,
	.layers = MAX_LAYERS,
};
