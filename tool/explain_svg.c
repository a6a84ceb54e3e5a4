/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Several paths as one tree: a line for each directory, indented; on its right the mount that
 * begins there and the rules that hang there; beneath each path asked about, what is allowed and
 * denied.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "explain.h"
#include "ops.h"
#include "svg.h"

#define LINE 22
#define STEP 20
#define MARGIN 24
#define NONE ((size_t)-1)

#define ALLOWED "#1a7f37"
#define DENIED "#cf222e"
#define MIXED "#9a6700"
#define BLUE "#0550ae"
#define GREY "#6e7781"

/**
 * struct node - a place in the tree.
 * @e, @component: whose it was first
 * @asked: the explanation whose object it is, or NULL
 * @parent, @child, @next: by number; children in the order they came
 * @x, @y: its dot
 */
struct node {
	const struct rootward_explanation *e;
	struct component component;
	const struct rootward_explanation *asked;
	size_t parent, child, next;
	int x, y;
};

/** struct picture - @text is what is drawn so far; @width, @height grow with it. */
struct picture {
	struct node *nodes;
	size_t n;
	FILE *text;
	int width, height;
};

static const struct rootward_ancestor *ancestor_of(const struct node *node)
{
	return rootward_explanation_ancestor(node->e, node->component.number);
}

static bool is_same(const struct rootward_ancestor *a, const struct rootward_ancestor *b)
{
	if (a->exists != b->exists)
		return false;
	if (!a->exists || a->flags & VFS_WALK_UNSEEN)
		return a->name && b->name && !strcmp(a->name, b->name);
	return a->mnt_id == b->mnt_id && a->ino == b->ino && a->dev_major == b->dev_major &&
	       a->dev_minor == b->dev_minor;
}

/* The child of @parent that is @component, added if there is none. */
static size_t child_of(struct picture *p, size_t parent, const struct rootward_explanation *e,
		       const struct component *component)
{
	struct node node = {
		.e = e, .component = *component, .parent = parent, .child = NONE, .next = NONE
	};
	size_t *link = parent == NONE ? NULL : &p->nodes[parent].child, at;

	for (at = parent == NONE ? (p->n ? 0 : NONE) : *link; at != NONE; at = *link) {
		link = &p->nodes[at].next;
		if (is_same(ancestor_of(&p->nodes[at]), ancestor_of(&node)))
			return at;
	}
	if (link)
		*link = p->n;
	p->nodes[p->n] = node;
	return p->n++;
}

static int add(struct picture *p, const struct rootward_explanation *e)
{
	size_t n, i, at = NONE;
	struct component *list = explain_components(e, &n);
	struct node *bigger = reallocarray(p->nodes, p->n + n + 1, sizeof(*bigger));

	if (bigger)
		p->nodes = bigger;
	for (i = 0; list && bigger && i < n; i++)
		at = child_of(p, at, e, &list[i]);
	if (at != NONE)
		p->nodes[at].asked = e;
	free(list);
	return list && bigger ? 0 : -ENOMEM;
}

/* --- drawing */

/* Returns where the text ends. */
static int put_text(struct picture *p, int x, int y, const char *colour, bool bold,
		    const char *text)
{
	int end;

	fprintf(p->text, "<text x=\"%d\" y=\"%d\" fill=\"%s\"%s>", x, y + 4, colour,
		bold ? " font-weight=\"bold\"" : "");
	end = x + (int)(SVG_LETTER * svg_put_escaped(p->text, text));
	fputs("</text>\n", p->text);
	if (end > p->width)
		p->width = end;
	return end;
}

static const char *rule_colour(const struct rootward_rule *rule)
{
	return !rule->deny ? ALLOWED : rule->allow ? MIXED : DENIED;
}

/* The rules of one ancestor; returns where they end. */
static int put_rules(struct picture *p, const struct node *node, size_t number, int x,
		     const char *before)
{
	const struct rootward_rule *rule, *last = NULL;
	char words[EXPLAIN_RULE_MAX];

	for (size_t i = 0; (rule = rootward_explanation_rule(node->e, number, i)); i++) {
		_cleanup_free_ char *line = NULL;

		/* by name what it says by itself */
		if (rule->by_name && last && last->layer == rule->layer)
			continue;
		last = rule;
		if (asprintf(&line, "%s%s%s - %s", before,
			     explain_rule_words(rule, words, sizeof(words)),
			     rule->by_name ? " (by name)" : "", rule->origin) < 0)
			line = NULL;
		x = put_text(p, x, node->y, rule_colour(rule), false, line ? line : "") + 14;
	}
	return x;
}

static int put_mount(struct picture *p, const struct node *node, int x)
{
	const struct rootward_ancestor *a = ancestor_of(node);
	_cleanup_free_ char *line = NULL;
	bool part = a->mnt_root && strcmp(a->mnt_root, "/");

	if (!(a->flags & VFS_WALK_MNT_ROOT))
		return x;
	if (asprintf(&line, "%s mount %llu%s%s", a->filesystem ? a->filesystem : "",
		     (unsigned long long)a->mnt_id, part ? ", shows " : "",
		     part ? a->mnt_root : "") < 0)
		line = NULL;
	return put_text(p, x, node->y, BLUE, false, line ? line : "") + 14;
}

static int put_owner(struct picture *p, const struct node *node, int x)
{
	const struct rootward_explanation *e = node->asked ? node->asked : node->e;
	size_t number = node->asked ? 0 : node->component.number;
	char words[EXPLAIN_OWNER_MAX];

	if (!explain_shows_owner(e, number))
		return x;
	explain_owner(&rootward_explanation_ancestor(e, number)->owner, words, sizeof(words));
	return put_text(p, x, node->y, GREY, false, words) + 14;
}

/* A line beneath what was asked about: @text, and more about it. */
static void put_beneath(struct picture *p, const struct node *node, const char *colour,
			const char *text, const char *more)
{
	int x = node->x + STEP;

	if (text)
		x = put_text(p, x, p->height, colour, false, text) + 14;
	if (more)
		put_text(p, x, p->height, GREY, false, more);
	p->height += LINE;
}

static void put_verdict(struct picture *p, const struct node *node,
			const struct rootward_verdict *v, uint32_t ops)
{
	_cleanup_free_ char *line = NULL, *cause = explain_cause(node->asked, v);
	_cleanup_free_ char *why = explain_uncounted(rootward_explanation_walk(node->asked), v);
	_cleanup_free_ char *uncounted = NULL;
	char words[OPS_FORMAT_MAX];

	if (asprintf(&line, "%s %s%s", v->allowed ? "allowed" : "denied",
		     ops_format(ops, words, sizeof(words)), v->unsure ? " (unsure)" : "") < 0)
		line = NULL;
	put_beneath(p, node, v->unsure ? MIXED : v->allowed ? ALLOWED : DENIED, line, cause);
	if (!why)
		return;
	if (asprintf(&uncounted, "not counted: %s - %s: %s", v->uncounted->tree,
		     v->uncounted->origin, why) < 0)
		uncounted = NULL;
	put_beneath(p, node, GREY, NULL, uncounted);
}

static void put_verdicts(struct picture *p, const struct node *node, uint32_t left)
{
	const struct rootward_verdict *v;
	uint32_t group;

	for (; left; left &= ~group) {
		group = explain_group(node->asked, left, &v);
		put_verdict(p, node, v, group);
	}
}

/* All that was asked for there. */
static void put_answer(struct picture *p, const struct node *node)
{
	const struct rootward_walk *walk = rootward_explanation_walk(node->asked);
	_cleanup_free_ char *refused = explain_refused(walk), *end = NULL;

	put_verdicts(p, node, walk->ops & ~walk->denied);
	put_verdicts(p, node, walk->denied);
	if (refused)
		put_beneath(p, node, MIXED, refused, NULL);
	if (walk->end == VFS_WALK_ROOT)
		return;
	if (asprintf(&end, "the end of its way: %s", explain_end(walk->end)) < 0)
		end = NULL;
	put_beneath(p, node, GREY, NULL, end);
}

static const char *dot_colour(const struct node *node)
{
	const struct rootward_walk *walk;

	if (!node->asked)
		return GREY;
	walk = rootward_explanation_walk(node->asked);
	return !walk->denied ? ALLOWED : walk->denied == walk->ops ? DENIED : MIXED;
}

static void put_node(struct picture *p, size_t number, int depth)
{
	struct node *node = &p->nodes[number];
	const struct node *parent = node->parent == NONE ? NULL : &p->nodes[node->parent];
	const struct rootward_ancestor *a = ancestor_of(node);
	const char *note;
	size_t k;
	int x;

	node->x = MARGIN + STEP * depth;
	node->y = p->height;
	p->height += LINE;
	if (parent)
		fprintf(p->text, "<path d=\"M%d %dV%dH%d\"%s/>\n", parent->x, parent->y, node->y,
			node->x, a->exists ? "" : " stroke-dasharray=\"3\"");
	x = put_text(p, node->x + 12, node->y, a->exists ? "#1f2328" : GREY, node->asked,
		     node->component.name ? node->component.name : "?");
	note = !a->exists		     ? "does not exist"
	       : a->flags & VFS_WALK_DELETED ? "deleted"
	       : a->flags & VFS_WALK_COVERED ? "covered"
					     : NULL;
	if (note)
		x = put_text(p, x + 14, node->y, GREY, false, note);
	x = put_owner(p, node, x + 24);
	x = put_mount(p, node, x);
	x = put_rules(p, node, node->component.number, x, "");
	for (k = 1; k <= node->component.hidden; k++)
		x = put_rules(p, node, node->component.number + k, x, "hidden: ");
	if (node->asked)
		put_answer(p, node);
}

/* Depth first; dots come last, over the lines. */
static void put_tree(struct picture *p)
{
	size_t at = p->n ? 0 : NONE, i;
	int depth = 0;

	while (at != NONE) {
		put_node(p, at, depth);
		if (p->nodes[at].child != NONE) {
			at = p->nodes[at].child;
			depth++;
			continue;
		}
		while (at != NONE && p->nodes[at].next == NONE) {
			at = p->nodes[at].parent;
			depth--;
		}
		at = at == NONE ? NONE : p->nodes[at].next;
	}
	for (i = 0; i < p->n; i++)
		fprintf(p->text, "<circle cx=\"%d\" cy=\"%d\" r=\"%d\" fill=\"%s\"/>\n",
			p->nodes[i].x, p->nodes[i].y, p->nodes[i].asked ? 6 : 3,
			dot_colour(&p->nodes[i]));
}

/* What colours mean, in a row. */
static void put_legend(struct picture *p)
{
	static const struct {
		const char *colour, *meaning;
	} legend[] = {
		{ ALLOWED, "allowed" },
		{ DENIED, "denied" },
		{ MIXED, "some of both" },
		{ BLUE, "a mount begins" },
	};
	int x = MARGIN;

	for (size_t i = 0; i < sizeof(legend) / sizeof(legend[0]); i++) {
		fprintf(p->text, "<circle cx=\"%d\" cy=\"%d\" r=\"5\" fill=\"%s\"/>\n", x,
			p->height, legend[i].colour);
		x = put_text(p, x + 12, p->height, legend[i].colour, false, legend[i].meaning) + 24;
	}
	p->height += 2 * LINE;
}

static void put_missing(struct picture *p, const char *const *missing, size_t n)
{
	_cleanup_free_ char *line = NULL;

	for (size_t i = 0; i < n; i++) {
		free(line);
		if (asprintf(&line, "not explained: %s", missing[i]) < 0)
			line = NULL;
		put_text(p, MARGIN, p->height, DENIED, false, line ? line : "");
		p->height += LINE;
	}
}

void explain_svg(FILE *out, const struct drawing *drawing)
{
	struct picture p = { .height = MARGIN };
	_cleanup_free_ char *text = NULL;
	size_t size, i;

	p.text = open_memstream(&text, &size);
	for (i = 0; i < drawing->n; i++)
		add(&p, drawing->explanations[i]);
	if (p.text) {
		put_text(&p, MARGIN, p.height, GREY, false, drawing->by);
		p.height += LINE;
		put_legend(&p);
		put_tree(&p);
		put_missing(&p, drawing->missing, drawing->n_missing);
		fclose(p.text);
	}
	/* XML would take blanks for nothing */
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		"xml:space=\"preserve\" font-family=\"DejaVu Sans Mono, monospace\" "
		"font-size=\"12\">\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n"
		"<style>path { stroke: #d0d7de; stroke-width: 1.5; fill: none }</style>\n%s</svg>\n",
		p.width + MARGIN, p.height + MARGIN - LINE / 2, text ? text : "");
	free(p.nodes);
}
