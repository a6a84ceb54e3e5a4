/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cleanup.h"
#include "message.h"
#include "svg.h"

int svg_put_escaped(FILE *out, const char *text)
{
	_cleanup_free_ char *safe = safe_text(text);

	for (const char *s = safe; s && *s; s++) {
		if (*s == '<')
			fputs("&lt;", out);
		else if (*s == '>' && s > safe && s[-1] == ']') /* "]]>" */
			fputs("&gt;", out);
		else if (*s == '&')
			fputs("&amp;", out);
		else
			fputc(*s, out);
	}
	return safe ? text_width(safe) : 0;
}
