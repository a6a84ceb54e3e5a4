/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What --json prints: one object on standard output, made with jansson, and what all subcommands
 * write the same way.  Keys keep the order in which they were set.
 *
 * A name of a file is any bytes; JSON is Unicode.  Text that is not UTF-8 is shown as messages show
 * it: each byte that is none of ASCII as \xNN.
 */
#ifndef TOOL_JSON_OUT_H
#define TOOL_JSON_OUT_H

#include <stdint.h>

#include <jansson.h>
#include <rootward.h>

/** json_text() - a string; null for NULL. */
json_t *json_text(const char *text);

/** json_ops() - the words of a mask, one by one: ["read_file", "stat"]. */
json_t *json_ops(uint32_t ops);

/**
 * json_diag() - {"severity", "file", "line", "column", "message", "hint"}; what is not known is
 * left out.
 */
json_t *json_diag(const struct rootward_diag *diag);

/** json_collect() - a rootward_diag_fn that appends to the array @data. */
void json_collect(void *data, const struct rootward_diag *diag);

/**
 * json_print() - print @root and a newline to standard output, and drop it.
 * Return: 0; -ENOMEM when @root is NULL: putting it together ran out of memory.  A failure to
 * write shows when main() flushes.
 */
int json_print(json_t *root);

#endif
