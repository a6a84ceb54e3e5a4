/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Words of a learned policy: names that read back as they are, whatever they are. */
#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "learn.h"
#include "message.h"
#include "ops.h"
#include "yaml_text.h"

/* What can stand as it is, also within brackets, and is nothing but a word to any reader of YAML.
 */
static bool is_plain(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_./~+-@%=^";
	static const char *const words[] = { "null", "true", "false", "yes", "no",
					     "on",   "off",  "y",     "n" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcasecmp(text, words[i]))
			return false;
	if (text[0] == '~' ? !text[1]
			   : !strchr(letters, text[0]) || strchr("0+-@%=^", text[0]) ||
				     (text[0] >= '0' && text[0] <= '9'))
		return false;
	return !text[strspn(text, letters)];
}

static uint32_t character(const unsigned char *s, size_t *len)
{
	static const unsigned char masks[] = { 0x7f, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t c;

	*len = s[0] < 0x80 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	c = s[0] & masks[*len];
	for (size_t i = 1; i < *len; i++)
		c = c << 6 | (s[i] & 0x3f);
	return c;
}

char *learn_quoted(const char *text)
{
	char *buf = NULL;
	size_t size, len;
	FILE *file;

	if (is_plain(text))
		return strdup(text);
	file = open_memstream(&buf, &size);
	if (!file)
		return NULL;
	fputc('"', file);
	for (; *text; text += len) {
		uint32_t c = character((const unsigned char *)text, &len);

		if (c == '"' || c == '\\')
			fprintf(file, "\\%c", (int)c);
		else if (is_shown(c))
			fprintf(file, "%.*s", (int)len, text);
		else
			fprintf(file, c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
	}
	fputc('"', file);
	if (fclose(file) != 0) {
		free(buf);
		return NULL;
	}
	return buf;
}

/* Control characters are text once they are escaped, all but those that are no characters. */
bool learn_can_quote(const char *text)
{
	_cleanup_free_ char *copy = strdup(text);

	if (!copy)
		return false;
	for (char *c = copy; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
	return yaml_check_text(copy, strlen(copy), NULL, NULL) == 0;
}

char *learn_words(uint32_t ops)
{
	char words[OPS_FORMAT_MAX], *ret = NULL;

	if (!ops)
		return strdup("[]");
	if (asprintf(&ret, "[%s]", ops_format(ops, words, sizeof(words))) < 0)
		return NULL;
	return ret;
}

/* What follows @top in the path of @node; NULL: it is not beneath. */
static const char *beneath(const struct learn_node *top, const struct learn_node *node,
			   const char *path)
{
	_cleanup_free_ char *start = top ? learn_path(top) : NULL;
	size_t len = start ? strlen(start) : 0;

	if (!start || (node != top && (strncmp(path, start, len) || path[len] != '/')))
		return NULL;
	return path + len;
}

char *learn_written(const struct learn *learn, const struct learn_node *node)
{
	_cleanup_free_ char *path = learn_path(node);
	const char *rest;
	char *ret = NULL;

	if (!path)
		return NULL;
	rest = learn->cwd == learn->home ? NULL : beneath(learn->cwd, node, path);
	if (rest && (!*rest || rest[1] == '~'))
		return asprintf(&ret, ".%s", rest) < 0 ? NULL : ret;
	if (rest)
		return strdup(rest + 1);
	rest = beneath(learn->home, node, path);
	if (rest)
		return asprintf(&ret, "~%s", rest) < 0 ? NULL : ret;
	return steal_ptr(path);
}
