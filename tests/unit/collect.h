/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Diagnostics as text, one a line: `error file:3:5 message (hint)`. */
#ifndef ROOTWARD_TESTS_COLLECT_H
#define ROOTWARD_TESTS_COLLECT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diag.h"

struct collected {
	char *text;
	size_t size;
	size_t count;
	FILE *file;
};

static inline void collect(void *data, const struct rootward_diag *diag)
{
	static const char *const severities[] = { "error", "warning", "note" };
	struct origin origin = { diag->file, diag->line, diag->column };
	struct collected *collected = data;
	char buf[256];

	if (!collected->file)
		collected->file = open_memstream(&collected->text, &collected->size);
	collected->count++;
	fprintf(collected->file, "%s %s %s", severities[diag->severity],
		diag->file ? origin_format(&origin, buf, sizeof(buf)) : "-", diag->message);
	if (diag->hint)
		fprintf(collected->file, " (%s)", diag->hint);
	fprintf(collected->file, "\n");
	fflush(collected->file);
}

static inline const char *collected_text(const struct collected *collected)
{
	return collected->file ? collected->text : "";
}

static inline void collected_reset(struct collected *collected)
{
	if (collected->file)
		fclose(collected->file);
	free(collected->text);
	*collected = (struct collected){ 0 };
}

static inline struct rootward_opts collect_opts(struct collected *collected)
{
	return (struct rootward_opts){
		.size = sizeof(struct rootward_opts),
		.diag = collect,
		.diag_data = collected,
		.name = "p",
	};
}

#endif
