/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "json_out.h"
#include "ops.h"

json_t *json_text(const char *text)
{
	_cleanup_free_ char *shown = NULL;
	json_t *string;
	char *out;

	if (!text)
		return json_null();
	string = json_string(text);
	if (string)
		return string;
	out = shown = malloc(4 * strlen(text) + 1);
	if (!shown)
		return NULL;
	for (; *text; text++)
		out += sprintf(out, *text & 0x80 ? "\\x%02x" : "%c", (unsigned char)*text);
	*out = '\0';
	return json_string(shown);
}

json_t *json_ops(uint32_t ops)
{
	json_t *words = json_array();

	for (unsigned int bit = 0; bit < ROOTWARD_OP_COUNT; bit++)
		if (ops >> bit & 1)
			json_array_append_new(words, json_string(ops_word(bit)));
	return words;
}

json_t *json_diag(const struct rootward_diag *diag)
{
	static const char *const severities[] = { "error", "warning", "note" };
	json_t *object = json_object();

	json_object_set_new(object, "severity", json_string(severities[diag->severity]));
	if (diag->file)
		json_object_set_new(object, "file", json_text(diag->file));
	if (diag->line)
		json_object_set_new(object, "line", json_integer(diag->line));
	if (diag->line && diag->column)
		json_object_set_new(object, "column", json_integer(diag->column));
	json_object_set_new(object, "message", json_text(diag->message));
	if (diag->hint)
		json_object_set_new(object, "hint", json_text(diag->hint));
	return object;
}

void json_collect(void *data, const struct rootward_diag *diag)
{
	json_array_append_new(data, json_diag(diag));
}

int json_print(json_t *root)
{
	int r = root ? 0 : -ENOMEM;

	if (root && json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(8)) == 0)
		putchar('\n');
	json_decref(root);
	return r;
}
