/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rootward unload: the end of loaded policies. */
#include <errno.h>

#include <rootward.h>

#include "cleanup.h"
#include "loaded.h"
#include "message.h"
#include "options.h"

enum {
	EXIT_SOME_STAY = 1,
};

static const struct option_spec options[] = {
	{ 'h', "help", OPTION_FLAG, NULL, false, "What is said", "this text" },
	{},
};

static const struct example examples[] = {
	{ "rootward unload keys", "by the name that the policy has, not its file's" },
	{},
};

static int take_option(void *data, const struct option_spec *spec, const char *value)
{
	*(bool *)data = true;
	return 0;
}

static int unload_one(struct report *report, const char *name)
{
	struct rootward_opts opts = report_opts(report);
	unsigned int before = report->errors;
	int r;

	if (!loaded_known(name)) {
		loaded_none(name);
		return -ENOENT;
	}
	r = rootward_unload(name, &opts);
	if (r < 0 && report->errors == before)
		loaded_failed(name, r);
	return r;
}

static int unload_main(const struct command *command, int argc, char **argv)
{
	_cleanup_(report_done) struct report report = { .verbose = true };
	int first, unloaded = 0, failed = 0;
	bool help = false;

	first = options_parse(command, argc, argv, take_option, &help);
	if (first < 0)
		return EXIT_ROOTWARD;
	if (help) {
		options_help(stdout, command);
		return 0;
	}
	if (first == argc) {
		complain("no name");
		hint("rootward status lists the policies that are loaded");
		return EXIT_ROOTWARD;
	}
	for (int i = first; i < argc; i++) {
		if (unload_one(&report, argv[i]) < 0)
			failed++;
		else
			unloaded++;
	}
	if (!failed)
		return 0;
	return unloaded ? EXIT_SOME_STAY : EXIT_ROOTWARD;
}

const struct command command_unload = {
	.name = "unload",
	.summary = "take loaded policies away",
	.operands = "[--] NAME...",
	.intro =
		"One that is locked goes when the machine goes down, or by a task that its unlock\n"
		"names.",
	.outro = "Status: 0 all are gone; 1 some are, the messages say which are not; 125 none is.",
	.options = options,
	.examples = examples,
	.main = unload_main,
};
