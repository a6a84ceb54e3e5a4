/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The option table at work: a parser over getopt_long(3), and --help. */
#ifndef TOOL_OPTIONS_H
#define TOOL_OPTIONS_H

#include <stdio.h>

#include "command.h"

/**
 * options_parse() - go through the options, up to `--` or, of a command that is @verbatim, the
 * first operand.  Options come first in @argv afterwards.
 * @take: called for each, in order; returns 0, or -errno after having said why
 *
 * Return: the index of the first operand; -EINVAL after a message.
 */
int options_parse(const struct command *command, int argc, char **argv,
		  int (*take)(void *data, const struct option_spec *spec, const char *value),
		  void *data);

/**
 * option_word() - which of the words in @spec->arg is @value?
 * Return: its index, or -EINVAL after a message.
 */
int option_word(const struct option_spec *spec, const char *value);

/** options_help() - all of a subcommand's --help. */
void options_help(FILE *out, const struct command *command);

#endif
