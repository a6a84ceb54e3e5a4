/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A picture in text: the root at the top, as paths are read, the object at the bottom; where a
 * mount is crossed, a line of its own; what a mount hides in brackets.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "explain.h"
#include "message.h"
#include "ops.h"

#define MAX_INDENT 24
#define NAME_COLUMN 30
#define VERDICT_COLUMN 10
#define CAUSE_COLUMN 11
#define WIDTH 80

/** struct page - what it is written on; @width: where sentences are folded, or 0. */
struct page {
	FILE *out;
	bool colour;
	int width;
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
	_cleanup_free_ char *safe = safe_text(name ? name : "?");
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
	fputs(safe ? safe : "?", p->out);
	set(p, PLAIN);
	fputs(note, p->out);
	width = indent + text_width(safe ? safe : "?") + (int)strlen(note);
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

/* What goes with a verdict, on lines of its own. */
static void print_beneath(const struct page *p, const char *text)
{
	_cleanup_free_ char *safe = safe_text(text ? text : "out of memory");

	fprintf(p->out, "%*s", CAUSE_COLUMN, "");
	print_folded(p->out, CAUSE_COLUMN, p->width, safe ? safe : "");
	fputc('\n', p->out);
}

/* The first rule by owner that would have decided otherwise, perhaps. */
static void print_uncounted(const struct page *p, const struct rootward_verdict *v)
{
	_cleanup_free_ char *why = explain_uncounted(p->walk, v), *line = NULL;
	char words[EXPLAIN_RULE_MAX];

	if (!why)
		return;
	if (asprintf(&line, "not counted: %s: %s - %s: %s", v->uncounted->tree,
		     explain_rule_words(v->uncounted, words, sizeof(words)), v->uncounted->origin,
		     why) < 0)
		line = NULL;
	print_beneath(p, line);
}

static void print_verdict(const struct page *p, const struct rootward_verdict *v, uint32_t ops)
{
	_cleanup_free_ char *cause = explain_cause(p->e, v), *line = NULL;
	bool unknown = v->by_owner && !(v->owner.known & ROOTWARD_OWNER_SEEN);
	char words[OPS_FORMAT_MAX];

	set(p, v->unsure ? YELLOW : v->allowed ? GREEN : RED);
	fprintf(p->out, "  %-8s", v->allowed ? "allowed" : "denied");
	set(p, PLAIN);
	if (asprintf(&line, "%s%s", ops_format(ops, words, sizeof(words)),
		     !v->unsure ? ""
		     : unknown	? " (unsure: whose it is cannot be seen)"
				: " (unsure: not all that is hidden can be seen)") < 0)
		line = NULL;
	print_folded(p->out, VERDICT_COLUMN, p->width, line ? line : "");
	fputc('\n', p->out);
	print_beneath(p, cause);
	print_uncounted(p, v);
}

/* Operations with one cause are one line; denied ones last, where the eye ends. */
static void print_verdicts(const struct page *p, bool allowed)
{
	uint32_t left = p->walk->ops & (allowed ? ~p->walk->denied : p->walk->denied), group;
	const struct rootward_verdict *v;

	for (; left; left &= ~group) {
		group = explain_group(p->e, left, &v);
		print_verdict(p, v, group);
	}
}

/* Why not in the kernel, to free.  Only root may give it a program. */
static char *why_not(int error)
{
	char *why = NULL;

	if (error == -EPERM && geteuid())
		return strdup("; the walk in the kernel takes root");
	if (asprintf(&why, "; the kernel does not take the program: %s", strerror(-error)) < 0)
		return NULL;
	return why;
}

static void print_walk(const struct page *p)
{
	_cleanup_free_ char *why = p->walk->why_not ? why_not(p->walk->why_not) : NULL;
	_cleanup_free_ char *line = NULL;
	bool at_root = p->walk->end == VFS_WALK_ROOT;

	if (asprintf(&line, "%s%s%s%s",
		     p->walk->in_kernel ? "walked in the kernel, on one snapshot"
					: "walked over descriptors",
		     why ? why : "",
		     at_root ? "" : "; its end: ", at_root ? "" : explain_end(p->walk->end)) < 0)
		line = NULL;
	set(p, DIM);
	fputs("  ", p->out);
	print_folded(p->out, 2, p->width, line ? line : "");
	set(p, PLAIN);
	fputc('\n', p->out);
}

/* Apart from the verdicts, which are rootward's. */
static void print_refused(const struct page *p)
{
	_cleanup_free_ char *words = explain_refused(p->walk);
	_cleanup_free_ char *safe = words ? safe_text(words) : NULL;

	if (!safe)
		return;
	set(p, YELLOW);
	fputs("  besides", p->out);
	set(p, PLAIN);
	fputs(", ", p->out);
	print_folded(p->out, CAUSE_COLUMN, p->width, safe);
	fputc('\n', p->out);
}

/* What is missing is where the path says, but for a link that leads elsewhere. */
static void print_real(const struct page *p)
{
	const struct rootward_walk *walk = p->walk;
	_cleanup_free_ char *real = walk->real ? strdup(walk->real) : NULL;
	size_t length = strlen(walk->path), whole;

	if (real && walk->missing) {
		free(real);
		if (asprintf(&real, "%s/%s%s%s", strcmp(walk->real, "/") ? walk->real : "",
			     walk->missing, walk->beyond ? "/" : "",
			     walk->beyond ? walk->beyond : "") < 0)
			real = NULL;
		whole = real ? strlen(real) : 0;
		if (whole > length && real[whole - length - 1] == '/' &&
		    !strcmp(real + whole - length, walk->path))
			return;
	}
	if (!real || !strcmp(walk->path, real))
		return;
	fputs(" is ", p->out);
	print_safe(p->out, real);
}

void explain_text(FILE *out, const struct rootward_explanation *e, bool colour)
{
	const struct rootward_walk *walk = rootward_explanation_walk(e);
	const struct rootward_ancestor *object = rootward_explanation_ancestor(e, 0);
	struct page page = {
		.out = out,
		.colour = colour,
		/* whoever reads from a pipe looks for lines */
		.width = isatty(fileno(out)) ? WIDTH : 0,
		.e = e,
		.walk = walk,
	};

	set(&page, BOLD);
	print_safe(out, walk->path);
	set(&page, PLAIN);
	print_real(&page);
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
