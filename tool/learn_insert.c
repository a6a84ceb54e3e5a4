/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is put into a text, and the text with it. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include "learn_edit.h"

int edit_insert(struct edit *edit, size_t at, const char *format, ...)
{
	struct insertion *list = reallocarray(edit->list, edit->n + 1, sizeof(*list));
	size_t i = edit->n;
	va_list args;
	char *text;
	int r;

	if (!list)
		return -ENOMEM;
	edit->list = list;
	va_start(args, format);
	r = vasprintf(&text, format, args);
	va_end(args);
	if (r < 0)
		return -ENOMEM;
	for (; i && list[i - 1].at > at; i--)
		list[i] = list[i - 1];
	list[i] = (struct insertion){ at, text };
	edit->n++;
	return 0;
}

char *edit_apply(const struct edit *edit)
{
	char *text = NULL;
	size_t size, at = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (size_t i = 0; i < edit->n; i++) {
		fwrite(edit->old + at, 1, edit->list[i].at - at, out);
		fputs(edit->list[i].text, out);
		at = edit->list[i].at;
	}
	fwrite(edit->old + at, 1, edit->len - at, out);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

void edit_done(struct edit *edit)
{
	for (size_t i = 0; i < edit->n; i++)
		free(edit->list[i].text);
	free(edit->list);
	*edit = (struct edit){};
}
