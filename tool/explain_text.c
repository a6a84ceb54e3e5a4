/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A picture in text: the root at the top, as paths are read, the object at the bottom; where a
 * mount is crossed, a line of its own; what a mount hides in brackets.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "explain.h"
#include "message.h"
#include "ops.h"

#define MAX_INDENT 24
#define NAME_COLUMN 30

/** struct page - what it is written on. */
struct page {
	FILE *out;
	bool colour;
	const struct rootward_explanation *e;
	const struct rootward_walk *walk;
};

#define BOLD "\033[1m"
#define DIM "\033[2m"
#define CYAN "\033[36m"

static void set(const struct page *p, const char *code)
{
	if (p->colour)
		fputs(code, p->out);
}

/* Columns that @text takes when print_safe() prints it, near enough: bytes that begin a character.
 */
static int width_of(const char *text)
{
	int width = 0;

	for (; *text; text++)
		width += (*text & 0xc0) == 0x80 ? 0 : (unsigned char)*text < ' ' ? 4 : 1;
	return width;
}

/* The name says what the object itself said before. */
static bool is_repeated(const struct page *p, size_t number, size_t rule)
{
	const struct rootward_rule *this = rootward_explanation_rule(p->e, number, rule), *first;

	for (size_t i = 0; i < rule && this->by_name; i++) {
		first = rootward_explanation_rule(p->e, number, i);
		if (!strcmp(first->tree, this->tree) && first->layer == this->layer &&
		    !memcmp(&first->owner, &this->owner, sizeof(this->owner)) &&
		    !memcmp(&first->group, &this->group, sizeof(this->group)) &&
		    first->deny == this->deny && first->allow >= this->allow)
			return true;
	}
	return false;
}

static void print_rules(const struct page *p, size_t number)
{
	const struct rootward_rule *rule;
	char words[EXPLAIN_RULE_MAX];

	for (size_t i = 0; (rule = rootward_explanation_rule(p->e, number, i)); i++) {
		if (is_repeated(p, number, i))
			continue;
		fprintf(p->out, i ? ", " : "  ");
		set(p, rule->deny ? rule->allow ? YELLOW : RED : GREEN);
		fputs(explain_rule_words(rule, words, sizeof(words)), p->out);
		set(p, PLAIN);
		if (rule->by_name)
			fputs(" (by name)", p->out);
		fputs(" - ", p->out);
		print_safe(p->out, rule->origin);
	}
}

static void print_identity(const struct page *p, const struct rootward_ancestor *a)
{
	set(p, DIM);
	if (!a->exists)
		fputs("(does not exist)", p->out);
	else if (a->flags & VFS_WALK_UNSEEN)
		fputs("(not seen)", p->out);
	else
		fprintf(p->out, "%" PRIu32 ":%" PRIu32 " %" PRIu64, a->dev_major, a->dev_minor,
			a->ino);
	if (a->exists && a->generation)
		fprintf(p->out, ".%" PRIu32, a->generation);
	set(p, PLAIN);
}

static void print_owner(const struct page *p, size_t number, const struct rootward_ancestor *a)
{
	char words[EXPLAIN_OWNER_MAX];

	if (!explain_shows_owner(p->e, number))
		return;
	set(p, DIM);
	fprintf(p->out, "  %s", explain_owner(&a->owner, words, sizeof(words)));
	set(p, PLAIN);
}

/* On the line of what a mount shows: which mount. */
static void print_mount(const struct page *p, const struct rootward_ancestor *a)
{
	set(p, CYAN);
	fprintf(p->out, "  = mount %" PRIu64, a->mnt_id);
	if (a->filesystem)
		fprintf(p->out, ", %s", a->filesystem);
	if (a->mnt_root && strcmp(a->mnt_root, "/")) {
		fputs(", which shows ", p->out);
		print_safe(p->out, a->mnt_root);
	}
	set(p, PLAIN);
}

static const struct rootward_ancestor *place(const struct page *p, size_t number)
{
	return rootward_explanation_ancestor(p->e, number);
}

static void print_place(const struct page *p, size_t number, const char *name, int indent)
{
	const struct rootward_ancestor *a = place(p, number);
	const char *note = "";
	int width;

	if (a->flags & VFS_WALK_HIDDEN)
		note = " (hidden)";
	else if (a->flags & VFS_WALK_COVERED)
		note = " (covered)";
	else if (a->flags & VFS_WALK_DELETED)
		note = " (deleted)";
	fprintf(p->out, "%*s", indent, "");
	set(p, number == 0 || a->n_rules ? BOLD : *note ? DIM : "");
	print_safe(p->out, name ? name : "?");
	set(p, PLAIN);
	fputs(note, p->out);
	width = indent + width_of(name ? name : "?") + (int)strlen(note);
	fprintf(p->out, "%*s  ", width < NAME_COLUMN ? NAME_COLUMN - width : 0, "");
	print_identity(p, a);
	print_owner(p, number, a);
	if (a->flags & VFS_WALK_MNT_ROOT)
		print_mount(p, a);
	print_rules(p, number);
	fputc('\n', p->out);
}

static void print_way(const struct page *p)
{
	size_t n, i, k;
	struct component *list = explain_components(p->e, &n);

	for (i = 0; list && i < n; i++) {
		int indent = 2 + (int)(i < MAX_INDENT ? i : MAX_INDENT);

		print_place(p, list[i].number, list[i].name, indent);
		for (k = list[i].number + list[i].hidden; k > list[i].number; k--)
			print_place(p, k, place(p, k)->name, indent + 2);
	}
	free(list);
}

/* The first rule by owner that would have decided otherwise, perhaps. */
static void print_uncounted(const struct page *p, const struct rootward_verdict *v)
{
	_cleanup_free_ char *why = explain_uncounted(p->walk, v);
	char words[EXPLAIN_RULE_MAX];

	if (!why)
		return;
	fputs("           not counted: ", p->out);
	print_safe(p->out, v->uncounted->tree);
	fprintf(p->out, ": %s - ", explain_rule_words(v->uncounted, words, sizeof(words)));
	print_safe(p->out, v->uncounted->origin);
	fprintf(p->out, ": %s\n", why);
}

static void print_verdict(const struct page *p, const struct rootward_verdict *v, uint32_t ops)
{
	_cleanup_free_ char *cause = explain_cause(p->e, v);
	bool unknown = v->by_owner && !(v->owner.known & ROOTWARD_OWNER_SEEN);
	char words[OPS_FORMAT_MAX];

	set(p, v->unsure ? YELLOW : v->allowed ? GREEN : RED);
	fprintf(p->out, "  %-8s", v->allowed ? "allowed" : "denied");
	set(p, PLAIN);
	fprintf(p->out, "%s%s\n           ", ops_format(ops, words, sizeof(words)),
		!v->unsure ? ""
		: unknown  ? " (unsure: whose it is cannot be seen)"
			   : " (unsure: not all that is hidden can be seen)");
	print_safe(p->out, cause ? cause : "out of memory");
	fputc('\n', p->out);
	print_uncounted(p, v);
}

/* Operations with one cause are one line; denied ones last, where the eye ends. */
static void print_verdicts(const struct page *p, bool allowed)
{
	uint32_t left = p->walk->ops & (allowed ? ~p->walk->denied : p->walk->denied);

	for (unsigned int bit = 0; bit < ROOTWARD_OP_COUNT; bit++) {
		const struct rootward_verdict *v, *other;
		uint32_t same = 0;

		if (!(left >> bit & 1))
			continue;
		v = rootward_explanation_verdict(p->e, (enum rootward_op)(1U << bit));
		for (unsigned int i = bit; i < ROOTWARD_OP_COUNT; i++) {
			if (!(left >> i & 1))
				continue;
			other = rootward_explanation_verdict(p->e, (enum rootward_op)(1U << i));
			if (explain_same(v, other))
				same |= 1U << i;
		}
		print_verdict(p, v, same);
		left &= ~same;
	}
}

static void print_walk(const struct page *p)
{
	set(p, DIM);
	if (p->walk->in_kernel)
		fputs("  walked in the kernel, on one snapshot", p->out);
	else
		fprintf(p->out, "  walked over descriptors%s%s",
			p->walk->why_not ? "; the kernel does not take the program: " : "",
			p->walk->why_not ? strerror(-p->walk->why_not) : "");
	if (p->walk->end != VFS_WALK_ROOT)
		fprintf(p->out, "; its end: %s", explain_end(p->walk->end));
	set(p, PLAIN);
	fputc('\n', p->out);
}

/* Apart from the verdicts, which are rootward's. */
static void print_refused(const struct page *p)
{
	_cleanup_free_ char *words = explain_refused(p->walk);

	if (!words)
		return;
	set(p, YELLOW);
	fputs("  besides", p->out);
	set(p, PLAIN);
	fputs(", ", p->out);
	print_safe(p->out, words);
	fputc('\n', p->out);
}

void explain_text(FILE *out, const struct rootward_explanation *e, bool colour)
{
	const struct rootward_walk *walk = rootward_explanation_walk(e);
	const struct rootward_ancestor *object = rootward_explanation_ancestor(e, 0);
	struct page page = { .out = out, .colour = colour, .e = e, .walk = walk };

	set(&page, BOLD);
	print_safe(out, walk->path);
	set(&page, PLAIN);
	if (!walk->missing && strcmp(walk->path, walk->real)) {
		fputs(" is ", out);
		print_safe(out, walk->real);
	}
	fprintf(out, ": %s", explain_kind(object));
	if (walk->beyond) {
		fputs(" (nor what is beneath it: ", out);
		print_safe(out, walk->beyond);
		fputc(')', out);
	}
	fputc('\n', out);
	print_way(&page);
	print_walk(&page);
	print_verdicts(&page, true);
	print_verdicts(&page, false);
	print_refused(&page);
}
