/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A domain is an engine's state and what is the same for all engines. */
#include <string.h>

#include "cleanup.h"
#include "engine.h"
#include "opts.h"

/**
 * struct rootward_domain
 * @state:     the engine's
 * @keep_caps: what every policy keeps
 */
struct rootward_domain {
	const struct engine *engine;
	enum rootward_engine which;
	void *state;
	uint64_t keep_caps;
};

const struct engine *engine_of(enum rootward_engine which)
{
	switch (which) {
	case ROOTWARD_ENGINE_BPF:
		return &engine_bpf;
	case ROOTWARD_ENGINE_LANDLOCK:
		return &engine_landlock;
	default:
		return NULL;
	}
}

/* In the order of preference. */
static const enum rootward_engine automatic[] = {
	ROOTWARD_ENGINE_BPF,
	ROOTWARD_ENGINE_LANDLOCK,
};

#define N_AUTOMATIC (sizeof(automatic) / sizeof(automatic[0]))

/* Notes why each engine does not work, behind the error that they explain. */
static int choose_any(enum rootward_engine *which, const struct rootward_opts *opts)
{
	const char *why[N_AUTOMATIC] = { NULL };
	int r = -ENOSYS;
	size_t i;

	for (i = 0; i < N_AUTOMATIC; i++) {
		r = engine_of(automatic[i])->probe(&why[i]);
		if (!r) {
			*which = automatic[i];
			return 0;
		}
	}

	diag(opts, ROOTWARD_ERROR, NULL, NULL, "no engine works here");
	for (i = 0; i < N_AUTOMATIC; i++)
		diag(opts, ROOTWARD_NOTE, NULL, NULL, "%s: %s", engine_of(automatic[i])->name,
		     why[i] ? why[i] : "it does not say why");
	return r;
}

static int choose(enum rootward_engine *which, const struct rootward_opts *opts)
{
	const struct engine *engine;
	const char *why = NULL;
	int r;

	if (*which == ROOTWARD_ENGINE_AUTO)
		return choose_any(which, opts);
	engine = engine_of(*which);
	if (!engine)
		return diag(opts, ROOTWARD_ERROR, NULL, NULL, "there is no engine %d", (int)*which);

	r = engine->probe(&why);
	if (r < 0)
		diag(opts, ROOTWARD_ERROR, NULL, "rootward doctor says what would change that",
		     "the %s engine does not work here: %s", engine->name,
		     why ? why : strerror(-r));
	return r;
}

/* All of them, whatever becomes of one: its mistakes are told together with the others'. */
static int resolve_all(struct rootward_policy *const *policies, size_t n, uint64_t *keep_caps,
		       const struct rootward_opts *opts)
{
	int first = 0, r;
	size_t i;

	*keep_caps = ~0ULL;
	for (i = 0; i < n; i++) {
		/* What is only told keeps them: dropping one would be no telling. */
		if (policies[i]->mode == ROOTWARD_MODE_ENFORCE)
			*keep_caps &= policies[i]->keep_caps;
		policy_warn_confining(policies[i], opts);
		r = policy_resolve(policies[i], opts);
		if (r < 0 && !first)
			first = r;
	}
	return first;
}

static int check_layers(size_t n, const struct rootward_opts *opts)
{
	if (!n)
		return diag(opts, ROOTWARD_ERROR, NULL, NULL, "a domain needs a policy");
	if (n <= MAX_LAYERS)
		return 0;
	diag(opts, ROOTWARD_ERROR, NULL, NULL, "%zu policies; a domain has at most %d", n,
	     MAX_LAYERS);
	return -E2BIG;
}

int rootward_domain_new(struct rootward_domain **ret, enum rootward_engine engine,
			struct rootward_policy *const *policies, size_t n,
			const struct rootward_opts *opts)
{
	_cleanup_free_ struct rootward_domain *domain = NULL;
	struct rootward_opts copy;
	int r;

	r = opts_take(&copy, opts);
	if (!r)
		r = check_layers(n, &copy);
	if (r < 0)
		return r;

	domain = calloc(1, sizeof(*domain));
	if (!domain)
		return -ENOMEM;
	domain->which = engine;

	r = choose(&domain->which, &copy);
	if (!r)
		r = resolve_all(policies, n, &domain->keep_caps, &copy);
	if (r < 0)
		return r;
	domain->engine = engine_of(domain->which);
	r = domain->engine->create(&domain->state, policies, n, &copy);
	if (r < 0)
		return r;

	*ret = steal_ptr(domain);
	return 0;
}

/* In this order: what the engines do in enter() may need the capabilities that go. */
int rootward_domain_enter(struct rootward_domain *domain)
{
	int r = domain->engine->enter(domain->state);

	return r < 0 ? r : confine_capabilities(domain->keep_caps);
}

enum rootward_engine rootward_domain_engine(const struct rootward_domain *domain)
{
	return domain->which;
}

int rootward_domain_events(struct rootward_domain *domain, rootward_event_fn fn, void *data)
{
	if (!domain->engine->events)
		return -ENOTSUP;
	return domain->engine->events(domain->state, fn, data);
}

int rootward_domain_stats(struct rootward_domain *domain, struct rootward_stats *stats)
{
	if (!domain->engine->stats)
		return -ENOTSUP;
	return domain->engine->stats(domain->state, stats);
}

void rootward_domain_free(struct rootward_domain *domain)
{
	if (!domain)
		return;
	domain->engine->free(domain->state);
	free(domain);
}

int rootward_engine_probe(enum rootward_engine engine, const char **why)
{
	const char *ignored;
	size_t i;
	int r = -ENOSYS;

	if (!why)
		why = &ignored;
	*why = NULL;
	if (engine != ROOTWARD_ENGINE_AUTO)
		return engine_of(engine) ? engine_of(engine)->probe(why) : -EINVAL;

	for (i = 0; i < N_AUTOMATIC && r; i++)
		r = engine_of(automatic[i])->probe(why);
	return r;
}
