/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Is it text at all?  Asked before the parser sees it: a binary file then gets one message that
 * says so, rather than whatever a grammar makes of it.
 */
#include <errno.h>
#include <stdint.h>

#include "yaml_text.h"

/* The length of the well-formed UTF-8 sequence at @s, or 0 (RFC 3629: no surrogates, no overlong
 * forms, nothing above U+10FFFF). */
static size_t utf8_length(const unsigned char *s, size_t len)
{
	static const struct {
		unsigned char first, last; /* of the first byte */
		unsigned char low, high;   /* of the second byte */
		unsigned char length;
	} forms[] = {
		{ 0x00, 0x7f, 0x00, 0xff, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	size_t i, j;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (s[0] < forms[i].first || s[0] > forms[i].last)
			continue;
		if (forms[i].length > len)
			return 0;
		if (forms[i].length > 1 && (s[1] < forms[i].low || s[1] > forms[i].high))
			return 0;
		for (j = 2; j < forms[i].length; j++)
			if ((s[j] & 0xc0) != 0x80)
				return 0;
		return forms[i].length;
	}
	return 0;
}

static int report(const struct origin *origin, unsigned char byte, const struct rootward_opts *opts)
{
	const char *hint = "a policy is YAML, as UTF-8 text";

	if (!byte)
		return diag(opts, ROOTWARD_ERROR, origin, hint,
			    "a NUL byte: this is not a text file");
	if (byte >= 0x80)
		return diag(opts, ROOTWARD_ERROR, origin, hint, "byte 0x%02x is not UTF-8", byte);
	return diag(opts, ROOTWARD_ERROR, origin, hint,
		    "byte 0x%02x is a control character, which is not text", byte);
}

int yaml_check_text(const char *text, size_t len, const char *file,
		    const struct rootward_opts *opts)
{
	struct origin origin = { .file = file, .line = 1, .column = 1 };
	const unsigned char *s = (const unsigned char *)text;
	size_t i = 0, n;

	while (i < len) {
		n = utf8_length(s + i, len - i);
		if (!n || s[i] == 0x7f ||
		    (s[i] < ' ' && s[i] != '\t' && s[i] != '\n' && s[i] != '\r'))
			return report(&origin, s[i], opts);
		if (s[i] == '\n') {
			origin.line++;
			origin.column = 0;
		}
		origin.column++;
		i += n;
	}
	return 0;
}
