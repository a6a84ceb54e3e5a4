/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the bpf engine holds for a process, read from its maps: the rules are known by identity, as
 * they are enforced; where they were written only who started the confinement knows.
 */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "bpf_rules.h"
#include "cleanup.h"
#include "explain.h"
#include "label_abi.h"
#include "opts.h"

/* 0 for a process that is not confined; or -errno. */
static int domain_of(const struct bpf_kernel *kernel, int pid)
{
	_cleanup_close_ int pidfd = syscall(SYS_pidfd_open, pid ? pid : getpid(), 0);
	struct rw_task task;

	if (pidfd < 0)
		return -errno;
	if (bpf_map_lookup_elem(kernel->pins[PINNED_TASKS], &pidfd, &task) < 0)
		return errno == ENOENT ? 0 : -errno;
	return task.domain < RW_DOMAINS ? (int)task.domain : -EINVAL;
}

bool domain_has(const struct rootward_explainer *x, int pid)
{
	return domain_of(&x->kernel, pid) == (int)x->domain;
}

/* A policy as the engine holds it; its trees stay in the maps. */
static int policy_of(struct rootward_explainer *x, size_t layer)
{
	const struct rw_domain *domain = &x->kernel.domains[x->domain];
	char name[64];
	int r;

	snprintf(name, sizeof(name), "confinement %u, policy %zu", x->domain, layer + 1);
	r = rootward_policy_new(&x->own[layer], name);
	if (r < 0)
		return r;
	x->own[layer]->default_ops = domain->default_ops[layer];
	x->own[layer]->keep = domain->keep;
	x->n++;
	return 0;
}

int domain_attach(struct rootward_explainer *x, int pid)
{
	size_t layer;
	int r;

	r = bpf_kernel_look(&x->kernel);
	if (r == -ENOENT)
		return -ENOENT;
	if (r < 0)
		return -EPERM;
	r = domain_of(&x->kernel, pid);
	if (r <= 0)
		return r ? r : -ENOENT;
	x->domain = (uint32_t)r;
	x->policies = x->own;
	for (layer = 0, r = 0;
	     !r && layer < x->kernel.domains[x->domain].layers && layer < RW_LAYERS; layer++)
		r = policy_of(x, layer);
	return r;
}

void domain_detach(struct rootward_explainer *x)
{
	size_t layer;

	bpf_kernel_close(&x->kernel);
	for (layer = 0; layer < RW_LAYERS; layer++)
		rootward_policy_free(x->own[layer]);
}

static struct rw_ident ident_of(const struct rootward_explainer *x, const struct place *place)
{
	return (struct rw_ident){
		.ino = place->is.ino,
		.dev = place->dev,
		.generation = place->is.generation,
		.domain = x->domain,
	};
}

static struct rootward_who who_of(unsigned int who, uint32_t id)
{
	static const enum rootward_whose known[] = {
		[RW_ANYBODY] = ROOTWARD_ANYBODYS,
		[RW_SELF] = ROOTWARD_OWN,
		[RW_UNMAPPED] = ROOTWARD_UNMAPPEDS,
		[RW_ID] = ROOTWARD_ID,
	};

	return (struct rootward_who){ (int)known[who], id };
}

/* @part: 0, or what is for some owner's objects only. */
static int attach_part(const struct rootward_explainer *x, struct place *place,
		       const struct rw_rule *rule, size_t layer, const struct rw_owned *part,
		       bool by_name)
{
	struct rootward_rule found = {
		.policy = x->policies[layer]->name,
		.tree = place->name,
		.allow = part ? part->allow : rule->layer[layer].allow,
		.deny = part ? part->deny : rule->layer[layer].deny,
		.by_name = by_name,
		.layer = layer,
		.number = rule->layer[layer].tree,
	};
	char origin[128];

	if (!found.allow && !found.deny)
		return 0;
	if (part) {
		found.owner = who_of(part->owner_is, part->owner);
		found.group = who_of(part->group_is, part->group);
	}
	snprintf(origin, sizeof(origin), "%s, tree %zu", found.policy, found.number + 1);
	return place_attach(place, &found, origin);
}

static int attach_rule(const struct rootward_explainer *x, struct place *place,
		       const struct rw_rule *rule, bool by_name)
{
	const struct rw_owned *part;
	size_t layer;
	int r = 0;

	for (layer = 0; layer < x->n && !r; layer++)
		r = attach_part(x, place, rule, layer, NULL, by_name);
	for (part = rule->owned; part < rule->owned + rule->n_owned && !r; part++)
		if (part->layer < x->n)
			r = attach_part(x, place, rule, part->layer, part, by_name);
	return r;
}

static int find_rule(const struct rootward_explainer *x, const struct place *place,
		     struct rw_rule *rule)
{
	struct rw_ident ident = ident_of(x, place);

	if (!place->is.exists)
		return -ENOENT;
	return bpf_map_lookup_elem(x->kernel.pins[PINNED_RULES], &ident, rule) < 0 ? -errno : 0;
}

static int find_named(const struct rootward_explainer *x, const struct place *place,
		      const struct place *parent, struct rw_named_rule *named)
{
	struct rw_name_key key = { .parent = ident_of(x, parent) };
	size_t len = strlen(place->name);

	key.parent.name_len = (uint32_t)len;
	key.hash = rule_name_hash(place->name, len);
	if (bpf_map_lookup_elem(x->kernel.pins[PINNED_NAMES], &key, named) < 0)
		return -errno;
	return strncmp(named->name, place->name, RW_NAME_MAX) ? -ENOENT : 0;
}

/*
 * The domain's label number @i, if the place carries it; else it is one that says nothing.
 * @way: NULL: labels that are read do not matter
 * Return: 0; -E2BIG: there are no more.
 */
static int find_label(const struct rootward_explainer *x, struct way *way,
		      const struct place *place, size_t i, struct rw_label *label)
{
	const __u8 *numbers = x->kernel.domains[x->domain].labels;
	struct rw_ident ident = ident_of(x, place);
	__u32 state, index;

	*label = (struct rw_label){};
	if (!place->is.exists || i == RW_DOMAIN_LABELS || !numbers[i])
		return -E2BIG;
	ident.name_len = numbers[i];
	index = numbers[i] - 1;
	if (bpf_map_lookup_elem(x->kernel.pins[PINNED_LABELS], &index, label) < 0 ||
	    (label->reader
		     ? !way || !place_carries(x, way, place, label->name, label->value)
		     : bpf_map_lookup_elem(x->kernel.pins[PINNED_LABELLED], &ident, &state) < 0 ||
			       !(state & RW_LABELLED_ON)))
		*label = (struct rw_label){};
	return 0;
}

static int attach_labels(const struct rootward_explainer *x, struct way *way, struct place *place)
{
	struct rw_label label;
	size_t i;
	int r = 0;

	for (i = 0; !r && !find_label(x, way, place, i, &label); i++)
		r = attach_rule(x, place, &label.rule, false);
	return r;
}

uint32_t domain_unasked(const struct rootward_explainer *x, size_t layer)
{
	return x->kernel.domains[x->domain].unasked_by[layer];
}

int domain_rules(struct way *way, const struct rootward_explainer *x)
{
	struct place *place, *end = way->places + way->n;
	struct rw_named_rule named;
	struct rw_rule rule;
	int r = 0;

	for (place = way->places; place < end && !r; place++) {
		if (!find_rule(x, place, &rule))
			r = attach_rule(x, place, &rule, false);
		if (!r)
			r = attach_labels(x, way, place);
		if (!r && place + 1 < end && place[1].child && place->name &&
		    !find_rule(x, place + 1, &rule) && rule.flags & RW_NAMED &&
		    !find_named(x, place, place + 1, &named))
			r = attach_rule(x, place, &named.rule, true);
	}
	return r;
}

bool domain_guard(const struct rootward_explainer *x, const struct place *place)
{
	struct rw_rule rule;
	struct rw_label label;
	size_t i;

	for (i = 0; find_label(x, NULL, place, i, &label) != -E2BIG; i++)
		if (label.rule.flags & RW_GUARD)
			return true;
	return !find_rule(x, place, &rule) && rule.flags & RW_GUARD;
}
