/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a subcommand is: one constant table.  The parser and --help read it, so that neither can
 * know an option that the other does not.
 */
#ifndef TOOL_COMMAND_H
#define TOOL_COMMAND_H

#include <stdbool.h>

/* How `rootward` itself ends; a command's own status is passed on otherwise. */
enum {
	EXIT_ROOTWARD = 125, /* rootward failed, and the command was not started */
	EXIT_CANNOT_EXECUTE = 126,
	EXIT_NOT_FOUND = 127,
	EXIT_BY_SIGNAL = 128, /* plus the signal's number */
};

enum option_kind {
	OPTION_FLAG,
	OPTION_FILE, /* takes a file's name */
	OPTION_PATH, /* takes the name of a file or directory */
	OPTION_TEXT, /* takes anything */
	OPTION_WORD, /* takes one of the words in @arg, "this|that" */
};

/* Keys of options that have no letter start here. */
#define OPTION_LONG_ONLY 256

/**
 * struct option_spec - one option.  A table ends with a @name of NULL.
 * @key:   its letter, or a number from OPTION_LONG_ONLY on; unique in its table
 * @name:  the long name, without dashes
 * @kind:  what it takes
 * @arg:   what --help calls its argument
 * @many:  may be given more than once
 * @group: a heading that starts here, or NULL
 * @help:  what it does; a newline starts a new line
 */
struct option_spec {
	int key;
	const char *name;
	enum option_kind kind;
	const char *arg;
	bool many;
	const char *group;
	const char *help;
};

/** struct example - a line of shell and what it does. */
struct example {
	const char *line;
	const char *text;
};

/**
 * struct command - a subcommand.
 * @name:     the word
 * @summary:  one line without a full stop
 * @operands: what follows the options, as --help shows it
 * @verbatim: operands are somebody else's command line: what follows the first is no option of ours
 * @intro, @outro: paragraphs of --help, before and after the options; or NULL
 * @options:  its table
 * @examples: ends with a @line of NULL
 * @main:     argv[0] is the subcommand; returns the exit status
 */
struct command {
	const char *name;
	const char *summary;
	const char *operands;
	bool verbatim;
	const char *intro;
	const char *outro;
	const struct option_spec *options;
	const struct example *examples;
	int (*main)(const struct command *command, int argc, char **argv);
};

extern const struct command command_bench;
extern const struct command command_check;
extern const struct command command_doctor;
extern const struct command command_run;
extern const struct command command_explain;
extern const struct command command_learn;
extern const struct command command_load;
extern const struct command command_unload;
extern const struct command command_status;
extern const struct command command_watch;

#endif
