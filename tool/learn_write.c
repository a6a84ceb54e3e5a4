/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The learned policy as it is written: by where trees are, what is denied last. */
#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "learn.h"

enum section {
	SECTION_CWD,
	SECTION_HOME,
	SECTION_SYSTEM,
	SECTION_SECRETS_USED,
	SECTION_SECRETS,
	SECTIONS,
};

static const char *const headings[SECTIONS] = {
	[SECTION_CWD] = "the working directory",
	[SECTION_HOME] = "the home directory",
	[SECTION_SYSTEM] = "the system",
	[SECTION_SECRETS_USED] = "PLACES OF SECRETS, which the command used: does it have to?",
	[SECTION_SECRETS] = "places of secrets, which the trees above would open",
};

static enum section section_of(const struct learn_node *node, const char *written)
{
	if (node->in_secret)
		return node->allow ? SECTION_SECRETS_USED : SECTION_SECRETS;
	if (written[0] == '~')
		return SECTION_HOME;
	return written[0] == '/' ? SECTION_SYSTEM : SECTION_CWD;
}

/* How far comments are set in. */
#define COMMENT_COLUMN 48

static int write_rule(FILE *out, const struct learn_node *node, const char *written)
{
	_cleanup_free_ char *path = learn_quoted(written), *allow = learn_words(node->allow),
			    *deny = learn_words(node->deny);
	int width;

	if (!path || !allow || !deny)
		return -ENOMEM;
	if (!node->allow) {
		fprintf(out, "  - {path: %s, deny: %s, optional: true}\n", path, deny);
		return 0;
	}
	width = fprintf(out, "  - path: %s", path);
	if (node->files > 1)
		fprintf(out, "%*s# %zu files", width < COMMENT_COLUMN ? COMMENT_COLUMN - width : 1,
			"", node->files);
	fprintf(out, "\n    allow: %s\n", allow);
	if (node->deny)
		fprintf(out, "    deny: %s\n", deny);
	if (node->kind == LEARN_NOTHING)
		fprintf(out, "    optional: true\n");
	return 0;
}

static int write_section(FILE *out, const struct learn *learn, enum section section, bool *begun)
{
	struct learn_node *root = learn->nodes[0];
	bool headed = false;
	int r = 0;

	for (struct learn_node *n = root; n && r == 0; n = learn_each(root, n)) {
		_cleanup_free_ char *written = NULL;

		if (!n->allow && !n->deny)
			continue;
		written = learn_written(learn, n);
		if (!written)
			return -ENOMEM;
		if (section_of(n, written) != section)
			continue;
		if (!*begun)
			fprintf(out, "trees:\n");
		if (!headed)
			fprintf(out, "  # %s\n", headings[section]);
		*begun = headed = true;
		r = write_rule(out, n, written);
	}
	return r;
}

/* A newline in somebody's argument must not end the comment. */
static void write_comment(FILE *out, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		fprintf(out, "# %.*s\n", (int)len, text);
		text += len + (text[len] == '\n');
	}
}

int learn_write(FILE *out, const struct learn *learn, const char *intro)
{
	_cleanup_free_ char *words = learn_words(learn->default_ops);
	bool begun = false;
	int r = 0;

	if (!words)
		return -ENOMEM;
	write_comment(out, intro);
	fprintf(out, "default: %s\n", words);
	for (int i = 0; i < SECTIONS && r == 0; i++)
		r = write_section(out, learn, i, &begun);
	return r;
}
