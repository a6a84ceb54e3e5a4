/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The decision (lib/policy.h), in user space, as bpf/decide.bpf.h makes it: the same rules in the
 * same order, but for every operation by itself and remembering what decided.
 */
#include <string.h>

#include "explain.h"

/**
 * struct asking - one layer's question, while it goes rootward.
 * @open:   not decided yet
 * @hidden: of these, what a hidden rule may deny; valid while @in_hidden
 */
struct asking {
	size_t layer;
	uint32_t open;
	uint32_t hidden;
	bool in_hidden;
	enum decide_mode mode;
	struct ruling *rulings;
};

static void settle(struct asking *a, uint32_t ops, int reason, size_t place,
		   const struct rootward_rule *rule)
{
	unsigned int bit;

	for (bit = 0; bit < ROOTWARD_OP_COUNT; bit++)
		if (ops >> bit & 1)
			a->rulings[bit] = (struct ruling){ reason, place, rule };
	a->open &= ~ops;
	a->hidden &= ~ops;
}

/* What is ruled on an entry itself can forbid that it is changed, never allow it. */
static uint32_t no_allow(const struct asking *a, size_t number)
{
	return number == 0 && a->mode == DECIDE_OBJECT ? ROOTWARD_OPS_ENTRY : 0;
}

static void apply(struct asking *a, const struct rootward_rule *rule, size_t number, bool hidden)
{
	uint32_t allow = rule->allow & ~no_allow(a, number);

	if (rule->layer != a->layer)
		return;
	if (hidden) {
		settle(a, a->hidden & rule->deny, ROOTWARD_REASON_RULE, number, rule);
		a->hidden &= ~allow;
		return;
	}
	settle(a, a->open & rule->deny, ROOTWARD_REASON_RULE, number, rule);
	settle(a, a->open & allow, -1, number, rule);
}

/*
 * The rules met on visiting place @number: first the one on the name it was come from by, which is
 * nearer to the object, then its own.
 */
static void visit(struct asking *a, const struct way *way, size_t number)
{
	const struct place *place = &way->places[number], *before = place - 1;
	bool hidden = place->is.flags & VFS_WALK_HIDDEN;
	size_t i;

	if (hidden && !a->in_hidden)
		a->hidden = a->open;
	a->in_hidden = hidden;
	for (i = 0; number && i < before->is.n_rules; i++)
		if (before->rules[i].by_name)
			apply(a, &before->rules[i], number - 1, hidden);
	if (number == 0 && a->mode == DECIDE_PLACE)
		return;
	for (i = 0; i < place->is.n_rules; i++)
		if (!place->rules[i].by_name)
			apply(a, &place->rules[i], number, hidden);
}

/* As access_end() there: which of what is open does `default` decide, and what becomes of others?
 */
static void at_end(struct asking *a, int end, uint32_t default_ops)
{
	int reason = ROOTWARD_REASON_DEFAULT;

	switch (end) {
	case VFS_WALK_ROOT:
		break;
	case VFS_WALK_PRIVATE:
		settle(a, a->open, -1, ROOTWARD_NO_ANCESTOR, NULL);
		return;
	case VFS_WALK_INTERNAL:
		settle(a, a->open & ~ROOTWARD_OP_EXECUTE, -1, ROOTWARD_NO_ANCESTOR, NULL);
		break;
	case VFS_WALK_DETACHED:
		reason = ROOTWARD_REASON_DETACHED;
		default_ops = 0;
		break;
	case VFS_WALK_DISCONNECTED:
		reason = ROOTWARD_REASON_DISCONNECTED;
		default_ops = 0;
		break;
	default:
		reason = ROOTWARD_REASON_UNKNOWN;
		default_ops = 0;
	}
	settle(a, a->open & default_ops, -1, ROOTWARD_NO_ANCESTOR, NULL);
	settle(a, a->open, reason, ROOTWARD_NO_ANCESTOR, NULL);
}

void decide(const struct way *way, const struct rootward_policy *policy, size_t layer, uint32_t ops,
	    enum decide_mode mode, struct ruling rulings[ROOTWARD_OP_COUNT])
{
	struct asking a = {
		.layer = layer,
		.open = ops,
		.mode = mode,
		.rulings = rulings,
	};
	size_t i;

	for (i = 0; i < way->n && a.open; i++)
		visit(&a, way, i);
	at_end(&a, way->end, policy->default_ops);
}
