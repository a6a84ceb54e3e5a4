/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The bpf engine: a domain's rules in the pinned maps (bpf_rules.c), tasks in it by task storage.
 * Nothing depends on the process that made the domain: the programs stay while any domain has a
 * task or an owner, and the next to come collects what is left (bpf_kernel.c).
 */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bpf_anchors.h"
#include "bpf_domains.h"
#include "bpf_load.h"
#include "bpf_readers.h"
#include "bpf_rules.h"
#include "bpf_state.h"
#include "capabilities.h"
#include "cleanup.h"
#include "engine.h"

/*
 * A task counts until the kernel frees it, a little after its parent has waited for it.  Worth
 * waiting for, so that the last confinement takes the programs along; not worth long.
 */
static void wait_for_tasks(const struct rw_domain *domain)
{
	const struct timespec tick = { .tv_nsec = 2000000 };
	int ticks = 50;

	while (__atomic_load_n(&domain->tasks, __ATOMIC_SEQ_CST) > 0 && ticks--)
		nanosleep(&tick, NULL);
}

static void bpf_state_free(void *state)
{
	struct bpf_state *s = state;

	if (!s)
		return;
	if (s->made.domain)
		wait_for_tasks(&s->kernel.domains[s->made.domain]);
	ring_buffer__free(s->ring);
	event_reader_done(&s->reader);
	/*
	 * The lock before the domain is given up: as long as it is ours, `live` is what we have
	 * open, and afterwards it might be somebody else's.  Without the lock nothing is collected
	 * now, and by the next one then.
	 */
	if (s->kernel.domains && bpf_kernel_lock(&s->kernel) == 0) {
		made_close(&s->made);
		bpf_kernel_leave(&s->kernel);
	}
	made_close(&s->made);
	bpf_kernel_close(&s->kernel);
	layer_names_free(s->layers, s->n_layers);
	free(s);
}

static void cleanup_state(struct bpf_state **state)
{
	bpf_state_free(*state);
}

#define NEEDED (1ULL << CAP_SYS_ADMIN | 1ULL << CAP_BPF | 1ULL << CAP_PERFMON)

/*
 * Where the programs are at work already, they need not be tried, unless somebody took them off
 * since; but the caller must get at them: inside a confinement BPF is refused.  So is the
 * capability, and asking for that is no denied access.
 */
static int bpf_engine_probe(const char **why)
{
	if (!have_capabilities(NEEDED)) {
		if (why)
			*why = "BPF LSM needs root (CAP_SYS_ADMIN, CAP_BPF and CAP_PERFMON)";
		return -EPERM;
	}
	return bpf_kernel_is_live() && bpf_calls_switched() > 0 ? 0 : bpf_probe(why);
}

static int bpf_create(void **ret, struct rootward_policy *const *policies, size_t n,
		      const struct rootward_opts *opts)
{
	_cleanup_(cleanup_state) struct bpf_state *s = calloc(1, sizeof(*s));
	bool labels = false;
	size_t i;
	int r;

	if (!s)
		return -ENOMEM;
	s->kernel = (struct bpf_kernel)BPF_KERNEL_NONE;
	s->made = (struct made)MADE_NONE;
	if (n > RW_LAYERS) {
		diag(opts, ROOTWARD_ERROR, NULL, "merge some of them",
		     "the bpf engine takes at most %d policies at once, not %zu", RW_LAYERS, n);
		return -E2BIG;
	}
	r = layer_names_copy(s, policies, n);
	if (r == 0)
		r = bpf_kernel_open(&s->kernel, opts);
	if (r < 0)
		return r;
	bpf_domains_collect(&s->kernel);
	/* Labels are looked for wherever they may be, as when a policy is loaded. */
	for (i = 0; i < n; i++)
		labels |= policy_has_labels(policies[i]);
	if (labels)
		bpf_task_loads(&s->kernel, true);
	r = bpf_make(&s->kernel, &s->made, false, policies, n, opts);
	if (labels)
		bpf_task_loads(&s->kernel, false);
	bpf_kernel_unlock(&s->kernel);
	if (r == 0)
		*ret = steal_ptr(s);
	return r;
}

static int bpf_enter(void *state)
{
	struct bpf_state *s = state;

	return bpf_domain_enter(&s->kernel, s->made.domain);
}

static int bpf_stats(void *state, struct rootward_stats *stats)
{
	struct bpf_state *s = state;
	const struct rw_domain *domain = &s->kernel.domains[s->made.domain];

	stats->denied = __atomic_load_n(&domain->denied, __ATOMIC_RELAXED);
	stats->lost = __atomic_load_n(&domain->lost, __ATOMIC_RELAXED);
	stats->retried = __atomic_load_n(&domain->retried, __ATOMIC_RELAXED);
	stats->unstable = __atomic_load_n(&domain->unstable, __ATOMIC_RELAXED);
	return 0;
}

/* The anchors are where it could fail for a reason that lies in the policy. */
static int bpf_check(struct rootward_policy *policy, const struct rootward_opts *opts)
{
	_cleanup_close_ int identity = bpf_identity_load();
	struct anchors anchors = {};
	size_t i;
	int r = 0;

	for (i = 0; i < policy->n_trees && r == 0; i++)
		if (policy->trees[i].state == TREE_LABEL_ANYWHERE)
			r = bpf_readers_refuse(&policy->trees[i], opts);
	if (r < 0)
		return r;
	r = anchors_find(&anchors, identity, &policy, 1, opts);
	anchors_free(&anchors);
	return r;
}

const struct engine engine_bpf = {
	.name = "bpf",
	.probe = bpf_engine_probe,
	.create = bpf_create,
	.enter = bpf_enter,
	.events = bpf_events,
	.stats = bpf_stats,
	.free = bpf_state_free,
	.check = bpf_check,
	.layers = RW_LAYERS,
};
