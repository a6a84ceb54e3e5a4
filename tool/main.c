/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rootward.h>

#include "message.h"
#include "options.h"
#include "words.h"

static const struct command *const commands[] = {
	&command_run,	&command_learn, &command_check,	 &command_doctor, &command_explain,
	&command_bench, &command_load,	&command_unload, &command_status, &command_watch,
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *out)
{
	fprintf(out, "usage: rootward COMMAND [OPTION]... [ARGUMENT]...\n\n"
		     "Decides about files by the directories they live in.\n\nCommands\n");
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(out, "  %-12s%s\n", commands[i]->name, commands[i]->summary);
	fprintf(out, "\nOptions\n"
		     "      --help      this text; after a command, that command's\n"
		     "      --version   the version\n");
	fprintf(out,
		"\nExamples\n"
		"  rootward run -- make\n"
		"      run somebody else's build, which may write beneath this directory only\n"
		"  rootward load keys.yaml\n"
		"      from now on, for every task there is: a policy for the whole machine\n");
}

static const struct command *find_command(const char *name)
{
	struct nearest near = {};

	for (size_t i = 0; i < N_COMMANDS; i++) {
		if (!strcmp(commands[i]->name, name))
			return commands[i];
		nearest_offer(&near, name, commands[i]->name);
	}
	complain("no %s %s", name[0] == '-' ? "option" : "command", name);
	if (near.word)
		hint("did you mean rootward %s?", near.word);
	else
		hint("rootward --help lists the commands");
	return NULL;
}

/*
 * A descriptor below 3 that is closed would be given to the next file opened, and messages would
 * go there.  O_PATH behaves like a closed one for read() and write(), and O_CLOEXEC keeps it
 * closed for the command.
 */
static int occupy_standard_fds(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/", O_PATH | O_CLOEXEC) < 0)
			return -errno;
	return 0;
}

/* Output that did not arrive is a failure, of a full disk for one. */
static int finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	complain("cannot write to standard output: %s", strerror(errno));
	return EXIT_ROOTWARD;
}

int main(int argc, char **argv)
{
	const struct command *command;

	if (occupy_standard_fds() < 0)
		return EXIT_ROOTWARD;
	if (argc < 2) {
		print_help(stderr);
		return EXIT_ROOTWARD;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		print_help(stdout);
		return finish(0);
	}
	if (!strcmp(argv[1], "--version")) {
		printf("rootward %s\n", ROOTWARD_VERSION);
		return finish(0);
	}
	command = find_command(argv[1]);
	if (!command)
		return EXIT_ROOTWARD;
	return finish(command->main(command, argc - 1, argv + 1));
}
