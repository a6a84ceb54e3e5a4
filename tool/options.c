/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "message.h"
#include "options.h"
#include "words.h"

#define MAX_OPTIONS 32
#define HELP_COLUMN 26

static size_t count(const struct option_spec *options)
{
	size_t n = 0;

	while (options[n].name)
		n++;
	return n;
}

static int bad_option(const struct command *command, const struct option_spec *options, size_t n,
		      const char *written)
{
	_cleanup_free_ char *word = NULL;
	struct nearest near = {};

	/* getopt() has a letter to complain about, or a word */
	if (!optopt) {
		word = strndup(written + 2, strcspn(written + 2, "="));
		for (size_t i = 0; word && i < n; i++)
			nearest_offer(&near, word, options[i].name);
		complain("no option %s", written);
	} else {
		complain("no option -%c", optopt);
	}
	if (near.word)
		hint("did you mean --%s?", near.word);
	else
		hint("rootward %s --help lists the options", command->name);
	return -EINVAL;
}

/* What is wrong with @written?  getopt() has left its key in optopt, if any. */
static int bad_use(const struct command *command, const struct option_spec *options, size_t n,
		   int result, const char *written)
{
	const struct option_spec *spec = NULL;

	for (size_t i = 0; i < n; i++)
		if (options[i].key == optopt)
			spec = &options[i];
	if (!spec)
		return bad_option(command, options, n, written);
	if (result == ':')
		complain("--%s: %s is missing", spec->name, spec->arg);
	else
		complain("--%s takes no value", spec->name);
	return -EINVAL;
}

/* The tables of getopt_long(3).  "+": stop at the first operand, ":": no words. */
static void tables(const struct command *command, size_t n, struct option *longs, char *letters)
{
	const struct option_spec *options = command->options;

	if (command->verbatim)
		*letters++ = '+';
	*letters++ = ':';
	for (size_t i = 0; i < n; i++) {
		bool takes = options[i].kind != OPTION_FLAG;

		longs[i] = (struct option){ options[i].name, takes, NULL, options[i].key };
		if (options[i].key >= OPTION_LONG_ONLY)
			continue;
		*letters++ = (char)options[i].key;
		if (takes)
			*letters++ = ':';
	}
	longs[n] = (struct option){};
	*letters = 0;
}

static int take_one(const struct option_spec *spec, bool *seen,
		    int (*take)(void *data, const struct option_spec *spec, const char *value),
		    void *data)
{
	if (*seen && !spec->many && spec->kind != OPTION_FLAG) {
		complain("--%s is given twice", spec->name);
		return -EINVAL;
	}
	*seen = true;
	return take(data, spec, optarg);
}

int options_parse(const struct command *command, int argc, char **argv,
		  int (*take)(void *data, const struct option_spec *spec, const char *value),
		  void *data)
{
	const struct option_spec *options = command->options;
	size_t n = count(options);
	struct option longs[MAX_OPTIONS + 1];
	char letters[2 * MAX_OPTIONS + 3];
	bool seen[MAX_OPTIONS] = {};

	if (n > MAX_OPTIONS)
		return -E2BIG;
	tables(command, n, longs, letters);
	optind = 0; /* GNU: start anew */
	opterr = 0;
	for (;;) {
		int key = getopt_long(argc, argv, letters, longs, NULL);

		if (key == -1)
			return optind;
		if (key == '?' || key == ':')
			return bad_use(command, options, n, key, argv[optind - 1]);
		for (size_t i = 0; i < n; i++) {
			int r = 0;

			if (options[i].key == key)
				r = take_one(&options[i], &seen[i], take, data);
			if (r < 0)
				return r;
		}
	}
}

int option_word(const struct option_spec *spec, const char *value)
{
	_cleanup_free_ char *words = strdup(spec->arg);
	struct nearest near = {};
	int i = 0;

	if (!words)
		return -ENOMEM;
	for (char *rest = words, *word; (word = strsep(&rest, "|")); i++) {
		if (!strcmp(word, value))
			return i;
		nearest_offer(&near, value, word);
	}
	complain("--%s: no \"%s\"; it takes %s", spec->name, value, spec->arg);
	if (near.word)
		hint("did you mean %s?", near.word);
	return -EINVAL;
}

/* Text whose further lines start in @column too. */
static void print_indented(FILE *out, const char *text, int column)
{
	for (const char *end; (end = strchr(text, '\n')); text = end + 1)
		fprintf(out, "%.*s\n%*s", (int)(end - text), text, column, "");
	fprintf(out, "%s\n", text);
}

static void print_option(FILE *out, const struct option_spec *spec)
{
	char letter[] = "-x, ";
	int width;

	if (spec->group)
		fprintf(out, "\n%s\n", spec->group);
	letter[1] = (char)spec->key;
	width = fprintf(out, "  %s--%s", spec->key < OPTION_LONG_ONLY ? letter : "    ",
			spec->name);
	if (spec->kind != OPTION_FLAG)
		width += fprintf(out, " %s", spec->arg);
	if (width > HELP_COLUMN - 2) {
		fprintf(out, "\n");
		width = 0;
	}
	fprintf(out, "%*s", HELP_COLUMN - width, "");
	print_indented(out, spec->help, HELP_COLUMN);
}

void options_help(FILE *out, const struct command *command)
{
	fprintf(out, "usage: rootward %s [OPTION]... %s\n\n", command->name, command->operands);
	fprintf(out, "%c%s.\n", command->summary[0] & ~0x20, command->summary + 1);
	if (command->intro)
		fprintf(out, "\n%s\n", command->intro);
	for (const struct option_spec *spec = command->options; spec->name; spec++)
		print_option(out, spec);
	if (command->outro)
		fprintf(out, "\n%s\n", command->outro);
	if (command->examples)
		fprintf(out, "\nExamples\n");
	for (const struct example *e = command->examples; e && e->line; e++)
		fprintf(out, "  %s\n      %s\n", e->line, e->text);
}
