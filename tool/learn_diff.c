/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A unified diff of what was only added to: nothing has to be compared. */
#include <string.h>

#include "cleanup.h"
#include "learn_edit.h"
#include "message.h"

#define CONTEXT 3

/**
 * struct line - of the old text, without its newline.
 * @becomes: what is in its place, lines that may be more; NULL: it stays
 * @more:    how many more
 */
struct line {
	const char *text;
	size_t len;
	char *becomes;
	size_t more;
};

struct lines {
	struct line *list;
	size_t n;
	bool newline;
};

static void free_lines(struct lines *lines)
{
	for (size_t i = 0; i < lines->n; i++)
		free(lines->list[i].becomes);
	free(lines->list);
}

/* The line with what is inserted into it, from insertion *@i on. */
static bool change(struct line *line, const struct edit *edit, size_t *i)
{
	size_t start = line->text - edit->old, size;
	size_t at = start, end = start + line->len;
	FILE *out;

	if (*i == edit->n || edit->list[*i].at > end)
		return true;
	out = open_memstream(&line->becomes, &size);
	if (!out)
		return false;
	for (; *i < edit->n && edit->list[*i].at <= end; (*i)++) {
		fwrite(edit->old + at, 1, edit->list[*i].at - at, out);
		fputs(edit->list[*i].text, out);
		at = edit->list[*i].at;
	}
	fwrite(edit->old + at, 1, end - at, out);
	if (fclose(out) != 0)
		return false;
	for (const char *c = line->becomes; (c = strchr(c, '\n')); c++)
		line->more++;
	return true;
}

static bool split(struct lines *lines, const struct edit *edit)
{
	const char *text = edit->old, *end = edit->old + edit->len;
	size_t i = 0;

	while (text < end) {
		struct line *list = reallocarray(lines->list, lines->n + 1, sizeof(*list));
		const char *newline = memchr(text, '\n', end - text);
		struct line *line;

		if (!list)
			return false;
		lines->list = list;
		line = &list[lines->n++];
		*line = (struct line){ .text = text, .len = (newline ? newline : end) - text };
		lines->newline = newline;
		if (!change(line, edit, &i))
			return false;
		text += line->len + 1;
	}
	return true;
}

/* What is asked about has to be seen; whoever wrote the old text may have had other ideas. */
static void print_line(FILE *out, char sign, const char *text, size_t len)
{
	const char *colour = sign == '+' ? GREEN : RED;
	bool coloured = sign != ' ' && has_colour(out);
	_cleanup_free_ char *line = strndup(text, len);

	fprintf(out, "%s%c", coloured ? colour : "", sign);
	print_safe(out, line ? line : "(out of memory)");
	fprintf(out, "%s\n", coloured ? PLAIN : "");
}

static void print_change(FILE *out, const struct line *line)
{
	const char *text = line->becomes, *end;
	size_t len = strcspn(text, "\n");

	/* it stays, and has more lines behind it or before */
	if (len == line->len && !memcmp(text, line->text, len)) {
		print_line(out, ' ', text, len);
		text += len + 1;
	} else {
		print_line(out, '-', line->text, line->len);
	}
	for (; (end = strchr(text, '\n')); text = end + 1)
		print_line(out, '+', text, end - text);
	print_line(out, '+', text, strlen(text));
}

/* From @first on, to where the next change is too far away.  Returns where it ends. */
static size_t hunk_end(const struct lines *lines, size_t first)
{
	size_t last = first;

	for (size_t i = first; i < lines->n && i <= last + 2 * CONTEXT; i++)
		if (lines->list[i].becomes)
			last = i;
	return last + CONTEXT + 1 < lines->n ? last + CONTEXT + 1 : lines->n;
}

void edit_diff(FILE *out, const struct edit *edit, const char *name)
{
	_cleanup_(free_lines) struct lines lines = {};
	_cleanup_free_ char *safe = safe_text(name);
	size_t added = 0;

	if (!split(&lines, edit) || !safe)
		return;
	fprintf(out, "--- %s\n+++ %s\n", safe, safe);
	for (size_t i = 0; i < lines.n; i++) {
		size_t start, end, more = 0;

		if (!lines.list[i].becomes)
			continue;
		start = i > CONTEXT ? i - CONTEXT : 0;
		end = hunk_end(&lines, i);
		for (size_t k = start; k < end; k++)
			more += lines.list[k].more;
		fprintf(out, "@@ -%zu,%zu +%zu,%zu @@\n", start + 1, end - start, start + added + 1,
			end - start + more);
		for (size_t k = start; k < end; k++)
			if (lines.list[k].becomes)
				print_change(out, &lines.list[k]);
			else
				print_line(out, ' ', lines.list[k].text, lines.list[k].len);
		added += more;
		i = end - 1;
	}
	if (!lines.newline && lines.n && lines.list[lines.n - 1].becomes)
		fprintf(out, "\\ No newline at end of file\n");
}
