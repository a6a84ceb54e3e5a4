/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Diagnostics on their way to the caller's function; see struct rootward_diag. */
#ifndef ROOTWARD_DIAG_H
#define ROOTWARD_DIAG_H

#include <rootward.h>

/**
 * struct origin - where a thing was written.
 * @file: a policy file's name, or an option as the user typed it ("--rw"); owned by the policy
 * @line, @column: from 1; 0 for an option
 */
struct origin {
	const char *file;
	unsigned int line;
	unsigned int column;
};

/**
 * diag() - report one diagnostic, format as printf; @origin, @hint and @opts may be NULL.
 *
 * Return: -EINVAL, so that a caller can `return diag(...)` for the common case.
 */
int diag(const struct rootward_opts *opts, enum rootward_severity severity,
	 const struct origin *origin, const char *hint, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/** origin_format() - "file:line:column", "file:line", or "file", into @buf; returns @buf. */
const char *origin_format(const struct origin *origin, char *buf, size_t size);

#endif
