/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Drawing a random case. */
#include <string.h>

#include "random_case.h"

/* Small and the same everywhere, unlike rand(). */
static unsigned int draw(unsigned int *state, unsigned int below)
{
	*state = *state * 1664525u + 1013904223u;
	return (*state >> 8) % below;
}

static const enum verb_id verbs_for_all[] = {
	READ,	WRITE,	RDWR,  TRUNCATE, LIST,	 MKREG,	 CREAT, MKDIR,	  MKSYM,
	MKFIFO, UNLINK, RMDIR, RENAME,	 RENAME, RENAME, LINK,	EXCHANGE, RENAME_NEW,
};

static const enum verb_id verbs_for_bpf[] = { STAT, CHMOD, UTIME, LISTXATTR, WATCH, CHOWN };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint32_t draw_ops(unsigned int *state)
{
	static const uint32_t groups[] = {
		ROOTWARD_OPS_ALL,
		ROOTWARD_OPS_READ,
		ROOTWARD_OPS_WRITE,
		ROOTWARD_OPS_ENTRY,
		OP(READ_FILE) | OP(WRITE_FILE) | OP(READ_DIR),
	};
	uint32_t ops = 0;
	unsigned int n;

	if (draw(state, 3))
		return groups[draw(state, COUNT(groups))];
	for (n = 1 + draw(state, 6); n; n--)
		ops |= 1u << draw(state, ROOTWARD_OP_COUNT);
	return ops;
}

static void draw_rules(struct random_case *rc, unsigned int *state)
{
	struct random_rule *rule;
	int i, k;

	rc->n_layers = 1 + (int)draw(state, 5) / 3 + (int)draw(state, 8) / 7;
	for (i = 0; i < rc->n_layers; i++)
		rc->defaults[i] = draw(state, 2) ? draw_ops(state) : 0;
	rc->n_rules = 1 + (int)draw(state, MAX_RULES);
	for (i = 0; i < rc->n_rules; i++) {
		rule = &rc->rules[i];
		rule->layer = (int)draw(state, (unsigned int)rc->n_layers);
		rule->dir = (int)draw(state, (unsigned int)rc->n_dirs);
		rule->kind = (int)draw(state, 6) - 3;
		if (rule->kind < 0)
			rule->kind = 0;
		rule->deny = draw(state, 5) < 2 ? draw_ops(state) : 0;
		rule->allow = !rule->deny || !draw(state, 4) ? draw_ops(state) & ~rule->deny : 0;
		/* what does not exist yet can be denied, not allowed */
		if (rule->kind == 2) {
			rule->deny |= rule->allow;
			rule->allow = 0;
		}
		for (k = 0; k < i; k++)
			rule->gone |= rc->rules[k].layer == rule->layer &&
				      rc->rules[k].dir == rule->dir &&
				      rc->rules[k].kind == rule->kind;
		rule->gone |= !(rule->allow | rule->deny);
	}
}

static void draw_ops_list(struct random_case *rc, unsigned int *state, bool bpf)
{
	struct random_op *op;
	int i;

	rc->n_ops = 4 + (int)draw(state, MAX_OPS - 3);
	for (i = 0; i < rc->n_ops; i++) {
		op = &rc->ops[i];
		op->verb = bpf && !draw(state, 4)
				   ? verbs_for_bpf[draw(state, COUNT(verbs_for_bpf))]
				   : verbs_for_all[draw(state, COUNT(verbs_for_all))];
		op->dir = (int)draw(state, (unsigned int)rc->n_dirs);
		op->dir2 = (int)draw(state, (unsigned int)rc->n_dirs);
		op->what = (int)draw(state, 4);
		op->outside = bpf &&
			      (op->verb == RENAME || op->verb == MKDIR || op->verb == RMDIR) &&
			      !draw(state, 3);
	}
}

void random_draw(struct random_case *rc, unsigned int seed, bool bpf)
{
	unsigned int state = seed * 2654435761u + 1;
	int i;

	memset(rc, 0, sizeof(*rc));
	rc->n_dirs = 2 + (int)draw(&state, MAX_DIRS - 1);
	for (i = 0; i < rc->n_dirs; i++)
		rc->parents[i] = i ? (int)draw(&state, (unsigned int)i + 1) - 1 : -1;
	draw_rules(rc, &state);
	if (!draw(&state, 3)) {
		rc->bind = 1 + (int)draw(&state, (unsigned int)rc->n_dirs);
		rc->onto = 1 + (int)draw(&state, (unsigned int)rc->n_dirs);
		if (rc->bind == rc->onto)
			rc->bind = 0;
	}
	draw_ops_list(rc, &state, bpf);
	if (!draw(&state, 3)) {
		rc->over = 1 + (int)draw(&state, (unsigned int)rc->n_dirs);
		rc->kind = draw(&state, 2) ? MOUNT_TMPFS : MOUNT_OVERLAY;
	}
	/* last, so that a seed means the same rules with and without */
	if (bpf && draw(&state, 3))
		random_draw_owners(rc, &state, draw);
	for (i = 0; bpf && i < rc->n_rules; i++)
		rc->rules[i].follows = !draw(&state, 4);
}
