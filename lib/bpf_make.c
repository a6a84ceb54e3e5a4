/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bpf_attach.h"
#include "bpf_domains.h"
#include "bpf_make.h"
#include "bpf_rules.h"
#include "bpf_whom.h"
#include "cleanup.h"
#include "engine.h"

void made_close(struct made *made)
{
	cleanup_close(&made->ring);
	cleanup_close(&made->owner);
	made->ring = made->owner = -1;
}

static __u32 mode_of(enum rootward_mode mode)
{
	static const enum rw_mode known[] = {
		[ROOTWARD_MODE_ENFORCE] = RW_ENFORCE,
		[ROOTWARD_MODE_AUDIT] = RW_AUDIT,
		[ROOTWARD_MODE_LEARN] = RW_LEARN,
	};

	return known[mode];
}

static int modes_agree(struct rootward_policy *const *policies, size_t n,
		       const struct rootward_opts *opts)
{
	size_t i;

	for (i = 1; i < n; i++) {
		if (policies[i]->mode == policies[0]->mode)
			continue;
		diag(opts, ROOTWARD_ERROR, NULL, "give them one mode",
		     "%s is audited and %s is enforced: one command cannot have both",
		     policies[policies[i]->mode ? i : 0]->name,
		     policies[policies[i]->mode ? 0 : i]->name);
		return -ENOTSUP;
	}
	return 0;
}

static void domain_fill(struct rw_domain *domain, __u32 number, bool loaded,
			struct rootward_policy *const *policies, size_t n)
{
	uint64_t keep_caps = UINT64_MAX;
	uint32_t keep = UINT32_MAX;
	const char *name = policies[0]->name ? policies[0]->name : "policy";
	size_t i, k;

	*domain = (struct rw_domain){
		.serial = (domain->serial / RW_DOMAINS + 1) * RW_DOMAINS + number,
		.mode = mode_of(policies[0]->mode),
		.loaded = loaded,
		.select = loaded ? whom_select(policies[0]) : 0,
		.locked = loaded && policies[0]->locked,
		.unasked = ROOTWARD_OPS_TELL,
		.name_hash = rule_name_hash(name, strlen(name)),
	};
	snprintf(domain->name, sizeof(domain->name), "%s", name);
	for (i = 0; i < n; i++) {
		domain->default_ops[i] = policies[i]->default_ops;
		domain->unasked_by[i] = policy_unasked(policies[i]);
		domain->unasked &= domain->unasked_by[i];
		keep_caps &= policies[i]->keep_caps;
		keep &= policies[i]->keep;
		for (k = 0; k < policies[i]->n_trees; k++)
			domain->owned |= tree_is_owned(&policies[i]->trees[k]);
	}
	domain->layers = n;
	domain->keep = keep;
	/* Capabilities are not told of, so a mode that only tells leaves them. */
	if (!loaded && domain->mode == RW_ENFORCE)
		domain->drop_caps = dangerous_capabilities() & ~keep_caps;
}

static __u32 ring_size(const struct rw_domain *domain)
{
	if (domain->mode == RW_LEARN)
		return RW_EVENT_RING_LEARN;
	return domain->loaded ? RW_EVENT_RING_LOADED : RW_EVENT_RING;
}

/* What was allowed by who had the number before is not this one's. */
static int count_anew(struct bpf_kernel *k, __u32 domain)
{
	int cpus = libbpf_num_possible_cpus();
	_cleanup_free_ __u64 *zeroes = cpus > 0 ? calloc(cpus, sizeof(*zeroes)) : NULL;

	if (!zeroes)
		return cpus < 0 ? cpus : -ENOMEM;
	return bpf_map_update_elem(k->pins[PINNED_ALLOWED], &domain, zeroes, BPF_ANY) < 0 ? -errno
											  : 0;
}

int bpf_make(struct bpf_kernel *k, struct made *made, bool loaded,
	     struct rootward_policy *const *policies, size_t n, const struct rootward_opts *opts)
{
	struct rw_domain *domain;
	int r;

	r = modes_agree(policies, n, opts);
	if (r < 0)
		return r;
	r = bpf_domain_claim(k, &made->owner);
	if (r < 0) {
		diag(opts, ROOTWARD_ERROR, NULL, "wait until one of them ends",
		     "no room for another confinement (%u at once): %s", RW_DOMAINS - 1,
		     strerror(-r));
		return r;
	}
	made->domain = r;
	domain = &k->domains[made->domain];
	domain_fill(domain, made->domain, loaded, policies, n);
	__atomic_store_n(&domain->state, RW_DOMAIN_LOADING, __ATOMIC_SEQ_CST);
	/* The ring first, for the collector's sake. */
	made->ring = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "rootward_events", 0, 0,
				    ring_size(domain), NULL);
	if (made->ring < 0 ||
	    bpf_map_update_elem(k->pins[PINNED_RINGS], &made->domain, &made->ring, BPF_ANY) < 0)
		return -errno;
	r = count_anew(k, made->domain);
	if (r == 0 && loaded)
		r = whom_install(k, made->domain, policies[0], opts);
	if (r == 0)
		r = bpf_rules_install(k, made->domain, policies, n, opts);
	if (r == 0)
		r = bpf_attach(k, ROOTWARD_OPS_TELL & ~domain->unasked, opts);
	if (r < 0)
		return r;
	__atomic_store_n(&domain->state, RW_DOMAIN_LIVE, __ATOMIC_SEQ_CST);
	return 0;
}
