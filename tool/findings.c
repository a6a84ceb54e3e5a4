/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "findings.h"
#include "json_out.h"
#include "message.h"

/* A file that is no policy at all can have a mistake in each line; a terminal shows fewer. */
#define MAX_SHOWN 1000
#define MAX_SHOWN_TERMINAL 100

/**
 * struct finding
 * @diag:   its texts are owned
 * @engine: whose it is, or NULL
 * @line, @column: where it is told: a note goes with what it was a note to
 * @number: in the order they came
 */
struct finding {
	struct rootward_diag diag;
	const char *engine;
	unsigned int line, column;
	size_t number;
};

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

static struct finding *add(struct findings *findings)
{
	struct finding *bigger;
	size_t n = findings->count;

	/* room doubles whenever the number is a power of two */
	if (!(n & (n - 1))) {
		bigger = reallocarray(findings->list, n ? 2 * n : 1, sizeof(*bigger));
		if (!bigger)
			return NULL;
		findings->list = bigger;
	}
	return &findings->list[findings->count++];
}

void findings_take(void *data, const struct rootward_diag *given)
{
	struct findings *findings = data;
	struct finding *finding = add(findings), *before;

	if (!finding)
		return;
	*finding = (struct finding){
		.diag = *given,
		.engine = findings->engine,
		.line = given->line,
		.column = given->column,
		.number = findings->count - 1,
	};
	finding->diag.file = copy(given->file);
	finding->diag.message = copy(given->message);
	finding->diag.hint = copy(given->hint);
	if (findings->lenient && given->severity == ROOTWARD_ERROR)
		finding->diag.severity = ROOTWARD_WARNING;
	findings->n[finding->diag.severity]++;
	before = finding->number ? finding - 1 : NULL;
	if (given->severity == ROOTWARD_NOTE && before && before->engine == finding->engine &&
	    before->diag.severity != ROOTWARD_NOTE) {
		finding->line = before->line;
		finding->column = before->column;
	}
}

struct rootward_opts findings_opts(struct findings *findings)
{
	return (struct rootward_opts){
		.size = sizeof(struct rootward_opts),
		.diag = findings_take,
		.diag_data = findings,
	};
}

static size_t max_shown(void)
{
	return isatty(STDOUT_FILENO) ? MAX_SHOWN_TERMINAL : MAX_SHOWN;
}

static void print_place(const struct rootward_diag *diag)
{
	if (!diag->file)
		return;
	print_safe(stdout, diag->file);
	if (diag->line)
		printf(":%u", diag->line);
	if (diag->line && diag->column)
		printf(":%u", diag->column);
	printf(": ");
}

static void print_finding(const struct finding *finding)
{
	static const char *const words[] = { "error", "warning", "note" };
	static const char *const codes[] = { RED, YELLOW, "" };
	const struct rootward_diag *diag = &finding->diag;
	const char *message = diag->message ? diag->message : "out of memory";
	bool colour = has_colour(stdout) && diag->severity != ROOTWARD_NOTE;

	print_place(diag);
	printf("%s%s:%s ", colour ? codes[diag->severity] : "", words[diag->severity],
	       colour ? PLAIN : "");
	/* the library's own messages name the engine where it matters, but not all of them */
	if (finding->engine && strncmp(message, finding->engine, strlen(finding->engine)))
		printf("%s: ", finding->engine);
	print_safe(stdout, message);
	printf("\n");
	if (!diag->hint)
		return;
	printf("  hint: ");
	print_safe(stdout, diag->hint);
	printf("\n");
}

static void tell(struct findings *findings, const struct finding *finding)
{
	json_t *object;

	if (!findings->array) {
		if (findings->shown++ < max_shown())
			print_finding(finding);
		return;
	}
	object = json_diag(&finding->diag);
	if (object && finding->engine)
		json_object_set_new(object, "engine", json_text(finding->engine));
	json_array_append_new(findings->array, object);
}

static int compare(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->column != y->column)
		return x->column < y->column ? -1 : 1;
	return x->number < y->number ? -1 : 1;
}

void findings_tell(struct findings *findings)
{
	if (findings->count)
		qsort(findings->list, findings->count, sizeof(*findings->list), compare);
	for (size_t i = 0; i < findings->count; i++)
		tell(findings, &findings->list[i]);
	findings_done(findings);
}

size_t findings_left_out(const struct findings *findings)
{
	return findings->shown > max_shown() ? findings->shown - max_shown() : 0;
}

void findings_done(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		free((char *)findings->list[i].diag.file);
		free((char *)findings->list[i].diag.message);
		free((char *)findings->list[i].diag.hint);
	}
	free(findings->list);
	findings->list = NULL;
	findings->count = 0;
}
