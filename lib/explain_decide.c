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
	struct decision *d;
	uint32_t open;
	uint32_t hidden;
	bool in_hidden;
};

static void settle(struct asking *a, uint32_t ops, int reason, size_t place,
		   const struct rootward_rule *rule)
{
	struct ruling *ruling = a->d->rulings;
	unsigned int bit;

	for (bit = 0; bit < ROOTWARD_OP_COUNT; bit++, ruling++)
		if (ops >> bit & 1) {
			ruling->reason = reason;
			ruling->place = place;
			ruling->rule = rule;
		}
	a->open &= ~ops;
	a->hidden &= ~ops;
}

/* What is ruled on an entry itself can forbid that it is changed, never allow it. */
static uint32_t no_allow(const struct asking *a, size_t number)
{
	return number == 0 && a->d->mode == DECIDE_OBJECT ? ROOTWARD_OPS_ENTRY : 0;
}

static void note_owned(struct asking *a, const struct rootward_rule *rule, uint32_t named,
		       uint32_t counts, uint32_t unsure)
{
	struct ruling *ruling = a->d->rulings;
	unsigned int bit;

	for (bit = 0; bit < ROOTWARD_OP_COUNT; bit++, ruling++) {
		if (!(named >> bit & 1))
			continue;
		ruling->by_owner = true;
		ruling->unsure |= unsure >> bit & 1;
		if (!((counts | unsure) >> bit & 1) && !ruling->uncounted)
			ruling->uncounted = rule;
	}
}

/*
 * What of a rule counts, of what is @open to it: a part for some owner's objects where they are
 * theirs.  On things of any owner it is taken to count or not as either allows less, or more.
 */
static void narrow(struct asking *a, const struct rootward_rule *rule, uint32_t open,
		   uint32_t *allow, uint32_t *deny)
{
	struct decision *d = a->d;
	uint32_t named = open & (*allow | *deny), of_made = d->ops_of_made, counts, unsure;
	int object = rule_counts(rule, &d->object, d->asker);
	int made = rule_counts(rule, &d->made, d->asker);

	if (!rule_is_owned(rule) || !named)
		return;
	if (d->tree == NO_TREE) {
		d->tree = rule->number * 2 + !!rule->by_name;
		d->open = open & a->open;
	}
	if (d->mode == DECIDE_LEAST || d->mode == DECIDE_MOST) {
		*(d->mode == DECIDE_LEAST ? allow : deny) = 0;
		return;
	}
	counts = (object > 0 ? ~of_made : 0) | (made > 0 ? of_made : 0);
	unsure = (object < 0 ? ~of_made : 0) | (made < 0 ? of_made : 0);
	note_owned(a, rule, named, counts, unsure);
	*allow &= counts;
	*deny &= counts | unsure;
}

/* @allow: what of what the rule allows counts */
static void apply(struct asking *a, const struct rootward_rule *rule, uint32_t allow, size_t number,
		  bool hidden)
{
	uint32_t deny = rule->deny;

	allow &= rule->allow & ~no_allow(a, number);
	if (rule->layer != a->d->layer)
		return;
	narrow(a, rule, hidden ? a->hidden : a->open, &allow, &deny);
	if (hidden) {
		settle(a, a->hidden & deny, ROOTWARD_REASON_RULE, number, rule);
		a->hidden &= ~allow;
		return;
	}
	settle(a, a->open & deny, ROOTWARD_REASON_RULE, number, rule);
	settle(a, a->open & allow, -1, number, rule);
}

/* What any of a directory's own rules denies is denied, whatever its others allow. */
static void apply_denies(struct asking *a, const struct place *place, size_t number, bool hidden)
{
	size_t i;

	for (i = 0; place->is.n_rules > 1 && i < place->is.n_rules; i++)
		if (!place->rules[i].by_name && place->rules[i].deny)
			apply(a, &place->rules[i], 0, number, hidden);
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
			apply(a, &before->rules[i], ROOTWARD_OPS_ALL, number - 1, hidden);
	if (number == 0 && a->d->mode >= DECIDE_PLACE)
		return;
	apply_denies(a, place, number, hidden);
	for (i = 0; i < place->is.n_rules; i++)
		if (!place->rules[i].by_name)
			apply(a, &place->rules[i], ROOTWARD_OPS_ALL, number, hidden);
}

/* As access_end() there: which of what is open does `default` decide, and what becomes of others?
 */
static void at_end(struct asking *a, int end, uint32_t default_ops)
{
	int reason = ROOTWARD_REASON_DEFAULT;

	settle(a, a->open & a->d->unasked, -1, ROOTWARD_NO_ANCESTOR, NULL);
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

void decide(const struct way *way, const struct rootward_policy *policy, struct decision *d)
{
	struct asking a = { .d = d, .open = d->ops };
	size_t i;

	memset(d->rulings, 0, sizeof(d->rulings));
	d->tree = NO_TREE;
	d->open = 0;
	for (i = 0; i < way->n && a.open; i++)
		visit(&a, way, i);
	at_end(&a, way->end, policy->default_ops);
}
