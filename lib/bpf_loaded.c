/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Policies for the machine.  Each is a domain that no task enters: the programs find it on a list
 * (rw_shared.loaded), and to put its number there is to put it to work, at one instant.  The one
 * that it replaces is still whole, and nobody finds it any more: the collector takes it along when
 * all programs that may have found it have ended.
 */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include "bpf_domains.h"
#include "bpf_loaded.h"
#include "bpf_make.h"
#include "bpf_rules.h"
#include "capabilities.h"
#include "cleanup.h"
#include "fanotify.h"
#include "engine.h"
#include "opts.h"

#define NO_PLACE RW_LOADED

int rootward_policy_set_mode(struct rootward_policy *policy, enum rootward_mode mode)
{
	if ((int)mode < ROOTWARD_MODE_ENFORCE || mode > ROOTWARD_MODE_LEARN)
		return -EINVAL;
	policy->mode = mode;
	return 0;
}

__u32 loaded_place(const struct bpf_kernel *k, const char *name)
{
	__u64 hash = rule_name_hash(name, strlen(name));
	__u32 i, domain;

	for (i = 0; i < RW_LOADED; i++) {
		domain = k->shared->loaded[i];
		if (domain && k->domains[domain].name_hash == hash)
			return i;
	}
	return NO_PLACE;
}

/**
 * struct loading - policies on their way.
 * @made:   a domain for each
 * @places: where each goes on the list
 */
struct loading {
	struct bpf_kernel kernel;
	struct rootward_policy *const *policies;
	size_t n;
	const struct rootward_opts *opts;
	struct made made[RW_LOADED];
	__u32 places[RW_LOADED];
};

/* What was made and is not listed, the collector takes along; without the lock, the next one. */
static void loading_done(struct loading *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		made_close(&l->made[i]);
	if (l->kernel.domains)
		bpf_task_loads(&l->kernel, false);
	if (l->kernel.domains && l->kernel.lock >= 0)
		bpf_kernel_leave(&l->kernel);
	bpf_kernel_close(&l->kernel);
}

static const char *name_of(const struct rootward_policy *policy)
{
	return policy->name ? policy->name : "policy";
}

static int names_differ(const struct loading *l)
{
	size_t i, k;

	for (i = 0; i < l->n; i++)
		for (k = 0; k < i; k++)
			if (strcmp(name_of(l->policies[i]), name_of(l->policies[k])) == 0)
				return diag(l->opts, ROOTWARD_ERROR, NULL,
					    "give one of them another `name`",
					    "two policies have the name %s",
					    name_of(l->policies[i]));
	return 0;
}

static int locked(const char *name, const struct rootward_opts *opts)
{
	diag(opts, ROOTWARD_ERROR, NULL,
	     "until the machine starts anew, only a task that its `unlock` names can",
	     "%s is locked and cannot be replaced or unloaded", name);
	return -EPERM;
}

static bool place_is_taken(const struct loading *l, size_t n, __u32 place)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (l->places[i] == place)
			return true;
	return l->kernel.shared->loaded[place] != 0;
}

/* In the place of the policy of its name, else in a free one. */
static int find_place(struct loading *l, size_t n)
{
	const char *name = name_of(l->policies[n]);
	__u32 place = loaded_place(&l->kernel, name), old;

	if (place != NO_PLACE) {
		old = l->kernel.shared->loaded[place];
		if (l->kernel.domains[old].locked && !bpf_may_unlock(&l->kernel, old))
			return locked(name, l->opts);
	}
	for (old = 0; place == NO_PLACE && old < RW_LOADED; old++)
		if (!place_is_taken(l, n, old))
			place = old;
	if (place == NO_PLACE) {
		diag(l->opts, ROOTWARD_ERROR, NULL, "rootward unload one of them",
		     "no room for %s: %u policies are loaded", name, RW_LOADED);
		return -ENOSPC;
	}
	l->places[n] = place;
	return 0;
}

/* All of them, whatever becomes of one: its mistakes are told together with the others'. */
static int resolve_all(const struct loading *l)
{
	int first = 0, r;
	size_t i;

	for (i = 0; i < l->n; i++) {
		r = policy_resolve(l->policies[i], l->opts);
		if (r < 0 && !first)
			first = r;
	}
	return first;
}

/*
 * The number first: a program looks at so many places, and one that is empty says nothing.  Killed
 * in between, nothing is listed that is not asked.
 */
static void list(struct bpf_kernel *k, __u32 place, __u32 domain)
{
	if (domain && k->shared->n_loaded <= place)
		__atomic_store_n(&k->shared->n_loaded, place + 1, __ATOMIC_SEQ_CST);
	__atomic_store_n(&k->shared->loaded[place], domain, __ATOMIC_SEQ_CST);
}

static void shorten_list(struct bpf_kernel *k)
{
	__u32 n = k->shared->n_loaded;

	while (n && !k->shared->loaded[n - 1])
		n--;
	__atomic_store_n(&k->shared->n_loaded, n, __ATOMIC_SEQ_CST);
}

static int load(struct loading *l)
{
	size_t i;
	int r;

	r = bpf_kernel_open(&l->kernel, l->opts);
	if (r < 0)
		return r;
	bpf_domains_collect(&l->kernel);
	bpf_task_loads(&l->kernel, true);
	r = resolve_all(l);
	for (i = 0; i < l->n && r == 0; i++)
		r = find_place(l, i);
	for (i = 0; i < l->n && r == 0; i++)
		r = bpf_make(&l->kernel, &l->made[i], true, &l->policies[i], 1, l->opts);
	for (i = 0; i < l->n && r == 0; i++)
		list(&l->kernel, l->places[i], l->made[i].domain);
	return r;
}

int rootward_load(struct rootward_policy *const *policies, size_t n,
		  const struct rootward_opts *opts)
{
	struct loading l = { .kernel = BPF_KERNEL_NONE, .policies = policies, .n = n };
	struct rootward_opts copy;
	const char *why = NULL;
	size_t i;
	int r;

	r = opts_take(&copy, opts);
	if (r < 0)
		return r;
	l.opts = &copy;
	if (!n || n > RW_LOADED) {
		diag(&copy, ROOTWARD_ERROR, NULL, NULL, "%zu policies; 1 to %u can be loaded", n,
		     RW_LOADED);
		return n ? -ENOSPC : -EINVAL;
	}
	for (i = 0; i < n; i++)
		l.made[i] = (struct made)MADE_NONE;
	r = engine_bpf.probe(&why);
	if (r < 0)
		diag(&copy, ROOTWARD_ERROR, NULL,
		     "rootward doctor says what is missing; rootward load --engine fanotify can "
		     "do some of it without",
		     "policies for the machine need the bpf engine: %s", why ? why : strerror(-r));
	if (r == 0)
		r = names_differ(&l);
	if (r == 0)
		r = load(&l);
	loading_done(&l);
	return r;
}

int rootward_load_by(enum rootward_engine engine, struct rootward_policy *const *policies, size_t n,
		     const struct rootward_opts *opts)
{
	struct rootward_opts copy;
	int r;

	if (engine == ROOTWARD_ENGINE_BPF)
		return rootward_load(policies, n, opts);
	r = opts_take(&copy, opts);
	if (r < 0)
		return r;
	return engine == ROOTWARD_ENGINE_FANOTIFY && n ? fanotify_load(policies, n, &copy)
						       : -EINVAL;
}

static int unload(struct bpf_kernel *k, const char *name, const struct rootward_opts *opts)
{
	__u32 place;
	int r;

	r = bpf_kernel_lock(k);
	if (r == 0)
		r = bpf_kernel_look_again(k);
	if (r < 0)
		return r;
	place = loaded_place(k, name);
	if (place == NO_PLACE)
		return -ENOENT;
	if (k->domains[k->shared->loaded[place]].locked &&
	    !bpf_may_unlock(k, k->shared->loaded[place]))
		return locked(name, opts);
	list(k, place, 0);
	shorten_list(k);
	bpf_kernel_leave(k);
	return 0;
}

#define NEEDED (1ULL << CAP_SYS_ADMIN | 1ULL << CAP_BPF)

int loaded_look(struct bpf_kernel *k)
{
	if (!have_capabilities(NEEDED))
		return -EPERM;
	return bpf_kernel_look(k);
}

/* Either there is no privilege at all, or the kernel has kept it from getting at the maps. */
static void loaded_refused(const struct rootward_opts *opts)
{
	if (!have_capabilities(NEEDED))
		diag(opts, ROOTWARD_ERROR, NULL, NULL, "only root can unload a policy");
	else
		diag(opts, ROOTWARD_ERROR, NULL,
		     "ask a task that it is not for, or one of its `unlock`",
		     "a loaded policy is locked, or names this task in `applies_to`: "
		     "none can be unloaded from here");
}

int rootward_unload(const char *name, const struct rootward_opts *opts)
{
	struct bpf_kernel kernel = BPF_KERNEL_NONE;
	struct rootward_opts copy;
	int r, ended = 0;

	r = opts_take(&copy, opts);
	if (r == 0)
		ended = fanotify_unload(name);
	if (r == 0)
		r = loaded_look(&kernel);
	if (r == 0)
		r = unload(&kernel, name, &copy);
	if (r == -ENOENT && ended)
		r = ended < 0 ? ended : 0;
	if (r == -EPERM && !kernel.domains)
		loaded_refused(&copy);
	if (r == -ENOENT)
		diag(&copy, ROOTWARD_ERROR, NULL, "rootward status names those that are",
		     "no policy %s is loaded", name);
	bpf_kernel_close(&kernel);
	return r;
}
