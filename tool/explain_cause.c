/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which rule decides, and why: one sentence for the operations that share it. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "cleanup.h"
#include "explain.h"

static void put_rule(FILE *out, const struct rootward_explanation *e,
		     const struct rootward_verdict *v)
{
	const struct rootward_ancestor *a = rootward_explanation_ancestor(e, v->ancestor);
	char words[EXPLAIN_RULE_MAX];

	fprintf(out, "%s%s: %s%s", a && a->flags & VFS_WALK_HIDDEN ? "hidden " : "", v->rule->tree,
		explain_rule_words(v->rule, words, sizeof(words)),
		v->rule->by_name ? " (by name)" : "");
}

/* What is denied whatever the trees say. */
static void put_reason(FILE *out, const struct rootward_explanation *e,
		       const struct rootward_verdict *v)
{
	const struct rootward_ancestor *object = rootward_explanation_ancestor(e, 0);

	if (v->reason == ROOTWARD_REASON_GUARD && v->rule) {
		fputs("it must stay where it is, for it has a rule that denies - ", out);
		put_rule(out, e, v);
	} else if (v->reason == ROOTWARD_REASON_GUARD && v->tree) {
		fprintf(out, "it is on the way to what is denied, %s", v->tree);
	} else {
		fputs(explain_reason(v->reason), out);
	}
	if (v->reason == ROOTWARD_REASON_SYSTEM && object->filesystem)
		fprintf(out, ", by what %s gives access to", object->filesystem);
	if (v->keep)
		fprintf(out, "; with keep: [%s] the trees decide", v->keep);
}

static void put_cause(FILE *out, const struct rootward_explanation *e,
		      const struct rootward_verdict *v)
{
	if (v->rule && v->reason != ROOTWARD_REASON_GUARD)
		put_rule(out, e, v);
	else if (!v->allowed && v->reason != ROOTWARD_REASON_DEFAULT)
		put_reason(out, e, v);
	else if (!v->policy)
		fputs("no policy", out);
	else if (v->allowed && rootward_explanation_walk(e)->end != VFS_WALK_ROOT)
		fputs("it is in no tree of directories", out);
	else
		fputs(v->allowed ? "default" : "no tree decides, and it is not in default", out);
	if (v->mount)
		fprintf(out, ", by mount %" PRIu64, v->mount);
	if (v->origin || v->policy)
		fprintf(out, " - %s", v->origin ? v->origin : v->policy);
}

char *explain_cause(const struct rootward_explanation *e, const struct rootward_verdict *v)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	put_cause(out, e, v);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

/* One sentence does for both. */
static bool is_same(const struct rootward_verdict *a, const struct rootward_verdict *b)
{
	return a->allowed == b->allowed && a->unsure == b->unsure && a->reason == b->reason &&
	       a->layer == b->layer && a->ancestor == b->ancestor && a->rule == b->rule &&
	       a->mount == b->mount && a->uncounted == b->uncounted &&
	       (!a->uncounted || (a->owner.uid == b->owner.uid && a->owner.gid == b->owner.gid));
}

uint32_t explain_group(const struct rootward_explanation *e, uint32_t left,
		       const struct rootward_verdict **verdict)
{
	const struct rootward_verdict *v;
	uint32_t same = 0, op;

	*verdict = rootward_explanation_verdict(e, (enum rootward_op)(left & -left));
	for (; left; left ^= op) {
		op = left & -left;
		v = rootward_explanation_verdict(e, (enum rootward_op)op);
		if (is_same(v, *verdict))
			same |= op;
	}
	return same;
}
