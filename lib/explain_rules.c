/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which rules hang on which place: by identity, and by (parent's identity, name), as the bpf engine
 * keeps them (bpf_anchors.c, bpf_rules.c).
 */
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "explain.h"

static int compare_identity(const struct anchor *anchor, const struct place *place)
{
	const struct rw_identity *id = &anchor->identity;

	if (id->ino != place->is.ino)
		return id->ino < place->is.ino ? -1 : 1;
	if (id->dev != place->dev)
		return id->dev < place->dev ? -1 : 1;
	if (id->generation != place->is.generation)
		return id->generation < place->is.generation ? -1 : 1;
	return 0;
}

static int compare_anchors(const void *a, const void *b)
{
	const struct anchor *x = a, *y = b;
	struct place place = {
		.dev = y->identity.dev,
		.is = { .ino = y->identity.ino, .generation = y->identity.generation },
	};
	int r = compare_identity(x, &place);

	if (!r)
		r = (int)x->layer - (int)y->layer;
	return r ? r : (int)x->number - (int)y->number;
}

void rules_sort(struct anchors *anchors)
{
	if (anchors->n)
		qsort(anchors->list, anchors->n, sizeof(*anchors->list), compare_anchors);
}

static const struct anchors *anchors_for(const struct rootward_explainer *x, const struct way *way)
{
	return way->in_kernel ? &x->anchors : &x->plain;
}

static bool identified(const struct place *place)
{
	return place->is.exists && !(place->is.flags & VFS_WALK_UNSEEN);
}

/* The first anchor on @place; its others follow. */
static const struct anchor *find(const struct anchors *anchors, const struct place *place)
{
	size_t low = 0, high = anchors->n, middle;

	if (!identified(place))
		return NULL;
	while (low < high) {
		middle = low + (high - low) / 2;
		if (compare_identity(&anchors->list[middle], place) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == anchors->n || compare_identity(&anchors->list[low], place))
		return NULL;
	return &anchors->list[low];
}

static bool on_same(const struct anchors *anchors, const struct anchor *anchor,
		    const struct place *place)
{
	return anchor < anchors->list + anchors->n && !compare_identity(anchor, place);
}

static bool same_who(const struct rootward_who *a, const struct rootward_who *b)
{
	return a->whose == b->whose && (a->whose != ROOTWARD_ID || a->id == b->id);
}

/* What a tree says by the operation, of the same owner. */
static struct rootward_rule *find_part(const struct place *place, const struct rootward_rule *rule)
{
	struct rootward_rule *r;

	for (r = place->rules; r < place->rules + place->is.n_rules; r++)
		if (r->layer == rule->layer && r->number == rule->number &&
		    r->by_name == rule->by_name && same_who(&r->owner, &rule->owner) &&
		    same_who(&r->group, &rule->group))
			return r;
	return NULL;
}

int place_attach(struct place *place, const struct rootward_rule *rule, const char *origin)
{
	struct rootward_rule *rules, *part = find_part(place, rule);
	size_t n = place->is.n_rules;

	if (part) {
		part->allow |= rule->allow;
		part->deny |= rule->deny;
		return 0;
	}
	rules = reallocarray(place->rules, n + 1, sizeof(*rules));
	if (!rules)
		return -ENOMEM;
	place->rules = rules;
	rules[n] = *rule;
	rules[n].origin = strdup(origin);
	place->is.n_rules++;
	return rules[n].origin ? 0 : -ENOMEM;
}

static struct rootward_who who_of(struct tree_who who)
{
	static const enum rootward_whose known[] = {
		[WHO_ANYBODY] = ROOTWARD_ANYBODYS,
		[WHO_SELF] = ROOTWARD_OWN,
		[WHO_UNMAPPED] = ROOTWARD_UNMAPPEDS,
		[WHO_ID] = ROOTWARD_ID,
	};

	return (struct rootward_who){ (int)known[who.kind], who.id };
}

/*
 * What is for some owner's objects only is a rule of its own.  What is for anybody's comes first:
 * it is the last part (tree_parts()).
 */
static int attach(struct place *place, const struct anchor *anchor, const char *policy,
		  bool by_name)
{
	struct tree_part parts[TREE_PARTS_MAX];
	size_t n = tree_parts(anchor->tree, parts);
	char origin[4096];
	int r = 0;

	origin_format(&anchor->tree->origin, origin, sizeof(origin));
	while (!r && n--) {
		struct rootward_rule rule = {
			.policy = policy,
			.tree = anchor->tree->path,
			.allow = parts[n].allow,
			.deny = parts[n].deny,
			.by_name = by_name,
			.layer = anchor->layer,
			.number = anchor->number,
			.owner = who_of(parts[n].owner),
			.group = who_of(parts[n].group),
		};

		if (by_name)
			rule.allow &= tree_allows_by_name(anchor->tree);
		if (rule.allow || rule.deny)
			r = place_attach(place, &rule, origin);
	}
	return r;
}

static int attach_kind(const struct rootward_explainer *x, const struct anchors *anchors,
		       struct place *place, const struct place *on, enum anchor_kind kind)
{
	const struct anchor *anchor = find(anchors, on);
	bool by_name = kind == ANCHOR_ENTRY;
	int r = 0;

	for (; !r && anchor && on_same(anchors, anchor, on); anchor++) {
		if (anchor->kind != kind ||
		    (by_name && (!place->name || strcmp(anchor->name, place->name))))
			continue;
		if (by_name && !anchor->tree->deny && !tree_allows_by_name(anchor->tree))
			continue;
		r = attach(place, anchor, x->policies[anchor->layer]->name, by_name);
	}
	return r;
}

/* Is it a rule on what a mount covers, at place number @i, whose path is @path?  Or may it be one?
 */
static bool covers_rule(const struct way *way, size_t i, const char *path,
			const struct anchor *anchor)
{
	const struct place *place = &way->places[i], *up = place + 1;

	/* What carries a label has no path; it is in the filesystem of the directory above. */
	if (anchor->kind == ANCHOR_LABELLED)
		return i + 1 == way->n || anchor->identity.dev == up->dev;
	return anchor->kind == ANCHOR_OBJECT && !strcmp(anchor->tree->real, path) &&
	       anchor->tree->mnt_id == place->is.mnt_id;
}

/*
 * Over descriptors nothing tells what a mount covers.  It matters if a rule was hung there before
 * the mount was made: what its path leads to now is another object.
 */
static int find_covered(struct way *way, const struct anchors *anchors)
{
	size_t i, k;

	for (i = 1; i < way->n; i++) {
		const struct place *place = &way->places[i];
		_cleanup_free_ char *path = NULL;

		if (!(place->is.flags & VFS_WALK_COVERED) || !(place->is.flags & VFS_WALK_UNSEEN))
			continue;
		path = way_path(way, i);
		if (!path)
			return -ENOMEM;
		for (k = 0; k < anchors->n; k++)
			way->blind |= covers_rule(way, i, path, &anchors->list[k]);
	}
	return 0;
}

/* Of all policies, the labels that count anywhere. */
static int attach_anywhere(struct way *way, const struct rootward_explainer *x, struct place *place)
{
	struct anchor anchor = { .kind = ANCHOR_LABELLED };
	int r = 0;

	for (; anchor.layer < x->n && !r; anchor.layer++)
		for (anchor.number = 0; anchor.number < x->policies[anchor.layer]->n_trees && !r;
		     anchor.number++) {
			anchor.tree = &x->policies[anchor.layer]->trees[anchor.number];
			if (anchor.tree->state == TREE_LABEL_ANYWHERE &&
			    place_carries(x, way, place, anchor.tree->label->xattr,
					  anchor.tree->label->value))
				r = attach(place, &anchor, x->policies[anchor.layer]->name, false);
		}
	return r;
}

int rules_attach(struct way *way, const struct rootward_explainer *x)
{
	const struct anchors *anchors = anchors_for(x, way);
	struct place *place, *end = way->places + way->n;
	int r = 0;

	label_readers_forget(x->readers);
	if (x->domain)
		return domain_rules(way, x);
	for (place = way->places; place < end && !r; place++) {
		r = attach_kind(x, anchors, place, place, ANCHOR_OBJECT);
		if (!r)
			r = attach_kind(x, anchors, place, place, ANCHOR_LABELLED);
		if (!r)
			r = attach_anywhere(way, x, place);
		if (!r && place + 1 < end && place[1].child)
			r = attach_kind(x, anchors, place, place + 1, ANCHOR_ENTRY);
	}
	return r ? r : find_covered(way, anchors);
}

bool rules_guard(const struct rootward_explainer *x, const struct way *way,
		 const struct place *place, const struct tree **tree)
{
	const struct anchors *anchors = anchors_for(x, way);
	const struct anchor *anchor = find(anchors, place);

	*tree = NULL;
	if (!S_ISDIR(place->is.mode))
		return false;
	if (x->domain)
		return domain_guard(x, place);
	for (; anchor && on_same(anchors, anchor, place); anchor++) {
		if ((anchor->kind == ANCHOR_OBJECT || anchor->kind == ANCHOR_LABELLED) &&
		    anchor->tree->deny)
			return *tree = NULL, true;
		if (anchor->kind == ANCHOR_GUARD && !*tree)
			*tree = anchor->tree;
	}
	return *tree;
}
