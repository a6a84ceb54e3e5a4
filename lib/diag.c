/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "cleanup.h"
#include "diag.h"

/* Names come from files and from the system: no newline, no terminal's escape gets through. */
static void one_line(char *message)
{
	for (; *message; message++)
		if ((unsigned char)*message < ' ' || *message == 0x7f)
			*message = '?';
}

int diag(const struct rootward_opts *opts, enum rootward_severity severity,
	 const struct origin *origin, const char *hint, const char *format, ...)
{
	_cleanup_free_ char *message = NULL;
	va_list ap;

	if (!opts || !opts->diag)
		return -EINVAL;

	va_start(ap, format);
	if (vasprintf(&message, format, ap) < 0)
		message = NULL;
	va_end(ap);
	if (message)
		one_line(message);

	opts->diag(opts->diag_data,
		   &(struct rootward_diag){
			   .severity = severity,
			   .file = origin ? origin->file : NULL,
			   .line = origin ? origin->line : 0,
			   .column = origin ? origin->column : 0,
			   .message = message ? message : "out of memory while reporting",
			   .hint = hint,
		   });
	return -EINVAL;
}

const char *origin_format(const struct origin *origin, char *buf, size_t size)
{
	const char *file = origin->file ? origin->file : "?";

	if (origin->line && origin->column)
		snprintf(buf, size, "%s:%u:%u", file, origin->line, origin->column);
	else if (origin->line)
		snprintf(buf, size, "%s:%u", file, origin->line);
	else
		snprintf(buf, size, "%s", file);
	return buf;
}
