/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rootward status: what is at work, and how it fares. */
#include <errno.h>
#include <string.h>

#include <rootward.h>

#include "cleanup.h"
#include "json_out.h"
#include "loaded.h"
#include "message.h"
#include "options.h"
#include "status.h"

enum {
	EXIT_NOT_LOADED = 1,
	EXIT_MOVED = 2,
};

enum {
	KEY_RULES = OPTION_LONG_ONLY,
	KEY_JSON,
	KEY_PROMETHEUS,
};

static const struct option_spec options[] = {
	{ KEY_RULES, "rules", OPTION_FLAG, NULL, false, "What is said",
	  "the rules of each loaded policy, too" },
	{ KEY_JSON, "json", OPTION_FLAG, NULL, false, NULL, "JSON, for programs" },
	{ KEY_PROMETHEUS, "prometheus", OPTION_FLAG, NULL, false, NULL,
	  "Prometheus' text format, for a textfile collector" },
	{ 'h', "help", OPTION_FLAG, NULL, false, NULL, "this text" },
	{},
};

static const struct example examples[] = {
	{ "rootward status", "all there is" },
	{ "rootward status keys >/dev/null || rootward load keys.yaml", "load it if it is not" },
	{ "rootward status --prometheus >rootward.prom.new && mv rootward.prom.new rootward.prom",
	  "every minute, in the textfile collector's directory" },
	{},
};

struct form {
	bool json;
	bool prometheus;
	bool help;
	struct status status;
};

static int take_option(void *data, const struct option_spec *spec, const char *value)
{
	struct form *form = data;

	switch (spec->key) {
	case KEY_RULES:
		form->status.rules = true;
		break;
	case KEY_JSON:
		form->json = true;
		break;
	case KEY_PROMETHEUS:
		form->prometheus = true;
		break;
	case 'h':
		form->help = true;
		break;
	}
	return 0;
}

/* The rules belong to the policy that was added last: each is asked for in turn. */
static int read_rules(struct status *status)
{
	size_t n = status->n;
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		status->n = i + 1;
		if (!status->policies[i].is.run &&
		    status->policies[i].is.engine != ROOTWARD_ENGINE_FANOTIFY)
			r = rootward_status_rules(status->policies[i].is.name, status_add_rule,
						  status);
		/* unloaded in between */
		if (r == -ENOENT)
			r = 0;
	}
	status->n = n;
	return r;
}

static int read_status(struct status *status)
{
	int r = rootward_status(status_add, status);

	if (r == 0 && status->rules)
		r = read_rules(status);
	if (r == 0)
		r = status->failed;
	if (r < 0)
		loaded_failed("what is loaded cannot be told", r);
	return r;
}

static int exit_status(const struct form *form)
{
	if (form->status.name && !form->status.n)
		return EXIT_NOT_LOADED;
	for (size_t i = 0; i < form->status.n && !form->prometheus; i++)
		if (form->status.policies[i].is.moved || form->status.policies[i].is.gone)
			return EXIT_MOVED;
	return 0;
}

static int show(struct form *form)
{
	struct status *status = &form->status;

	if (read_status(status) < 0)
		return EXIT_ROOTWARD;
	if (form->prometheus) {
		status_prometheus(stdout, status);
	} else if (form->json) {
		if (json_print(status_json(status)) < 0) {
			complain("out of memory");
			return EXIT_ROOTWARD;
		}
	} else if (status->name && !status->n) {
		loaded_none(status->name);
	} else {
		status_text(stdout, status, has_colour(stdout));
	}
	return exit_status(form);
}

static int status_main(const struct command *command, int argc, char **argv)
{
	struct form form = {};
	int first, status;

	first = options_parse(command, argc, argv, take_option, &form);
	if (first < 0)
		return EXIT_ROOTWARD;
	if (form.help) {
		options_help(stdout, command);
		return 0;
	}
	if (argc - first > 1 || (form.json && form.prometheus)) {
		complain(form.json && form.prometheus ? "--json or --prometheus, not both"
						      : "one name at most");
		return EXIT_ROOTWARD;
	}
	if (first < argc)
		form.status.name = argv[first];
	status = show(&form);
	status_done(&form.status);
	return status;
}

const struct command command_status = {
	.name = "status",
	.summary = "show what is loaded, and how it fares",
	.operands = "[--] [NAME]",
	.intro =
		"All that is at work: loaded policies, then what the bpf engine of rootward run\n"
		"confines. Of one name: the loaded policy, or if there is none what is run under\n"
		"it. DENIED counts what was let pass by its mode, too; ALLOWED is not counted for\n"
		"what is run; LOST are events that could not be kept. Needs root.",
	.outro =
		"Status: 0 as loaded; 1 nothing has that name; 2 a rule's path names another file\n"
		"or directory by now, or none, or nobody is asked any more and nothing is denied\n"
		"(0 with --prometheus); 125 it cannot be told.",
	.options = options,
	.examples = examples,
	.main = status_main,
};
