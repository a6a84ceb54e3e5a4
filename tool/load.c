/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rootward load: policies for the whole machine. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rootward.h>

#include "cleanup.h"
#include "loaded.h"
#include "message.h"
#include "ops.h"
#include "options.h"
#include "policy.h"

#define BOOT_DIRECTORY "/etc/rootward"
#define POLICIES_MAX 128

enum {
	EXIT_SOME_FAILED = 1, /* of --boot */
};

enum {
	KEY_BOOT = OPTION_LONG_ONLY,
	KEY_DENY_BY_DEFAULT,
};

static const struct option_spec options[] = {
	{ KEY_BOOT, "boot", OPTION_FLAG, NULL, false, "What is loaded",
	  "each *.yaml of the directory, " BOOT_DIRECTORY " if none is\n"
	  "named, by itself: one that cannot be loaded is told,\n"
	  "the others stand. Relative paths in them start at /" },
	{ KEY_DENY_BY_DEFAULT, "deny-by-default", OPTION_FLAG, NULL, false, NULL,
	  "also a policy that denies every task what no tree\n"
	  "allows, which is likely to stop the machine" },
	{ 'v', "verbose", OPTION_FLAG, NULL, false, "What is said",
	  "what was loaded, and each warning" },
	{ 'h', "help", OPTION_FLAG, NULL, false, NULL, "this text" },
	{},
};

static const struct example examples[] = {
	{ "rootward load keys.yaml", "from now on, for every task that the policy is for" },
	{ "rootward load keys.yaml usr.yaml", "both at once, or none" },
	{ "rootward load --boot", "what " BOOT_DIRECTORY " has, as at the start of the machine" },
	{},
};

/**
 * struct load - the command line, and what came of it.
 * @policies: loaded from files
 * @names:    of those that --boot has put to work
 */
struct load {
	bool boot;
	bool deny_by_default;
	bool help;
	struct report report;
	struct rootward_policy *policies[POLICIES_MAX];
	size_t n_policies;
	char *names[POLICIES_MAX];
	size_t n_names;
};

static void load_done(struct load *load)
{
	for (size_t i = 0; i < load->n_policies; i++)
		rootward_policy_free(load->policies[i]);
	for (size_t i = 0; i < load->n_names; i++)
		free(load->names[i]);
	report_done(&load->report);
}

static int take_option(void *data, const struct option_spec *spec, const char *value)
{
	struct load *load = data;

	switch (spec->key) {
	case KEY_BOOT:
		load->boot = true;
		break;
	case KEY_DENY_BY_DEFAULT:
		load->deny_by_default = true;
		break;
	case 'v':
		load->report.verbose = true;
		break;
	case 'h':
		load->help = true;
		break;
	}
	return 0;
}

/*
 * Every task there is would be denied what no tree allows: the shell that could unload the policy,
 * the machine's first process, what a shutdown needs.
 */
static int refuse_stopping(const struct load *load, const struct rootward_policy *policy,
			   const struct rootward_opts *opts)
{
	uint32_t missing = ROOTWARD_OPS_ALL & ~policy->default_ops;
	const struct origin whole = { .file = policy->file };
	char words[OPS_FORMAT_MAX];

	if (load->deny_by_default || policy->applies_to.n || !missing ||
	    policy->mode != ROOTWARD_MODE_ENFORCE)
		return 0;
	return diag(
		opts, ROOTWARD_ERROR,
		policy->default_origin.line ? &policy->default_origin : &whole,
		"write default: [all] and trees that deny; or name tasks with applies_to; or try "
		"it with mode: audit; --deny-by-default loads it as it is",
		"the policy is for every task, and its default lacks %s: the machine would "
		"stop",
		missing == ROOTWARD_OPS_ALL ? "everything"
					    : ops_format(missing, words, sizeof(words)));
}

static int read_policy(struct load *load, const char *file)
{
	struct rootward_opts opts = report_opts(&load->report);
	struct rootward_policy *policy = NULL;
	int r;

	if (load->n_policies == POLICIES_MAX) {
		complain("more than %d policies", POLICIES_MAX);
		return -E2BIG;
	}
	r = rootward_policy_load(&policy, file, &opts);
	if (r < 0)
		return r;
	load->policies[load->n_policies++] = policy;
	return refuse_stopping(load, policy, &opts);
}

/* Puts @n of the policies from @first on to work. */
static int put_to_work(struct load *load, size_t first, size_t n, const char *what)
{
	struct rootward_opts opts = report_opts(&load->report);
	unsigned int before = load->report.errors;
	int r = rootward_load(load->policies + first, n, &opts);

	if (r < 0 && load->report.errors == before)
		loaded_failed(what, r);
	for (size_t i = first; r == 0 && i < first + n; i++)
		if (load->report.verbose || load->boot)
			say("loaded %s: %s, %zu rule%s", load->policies[i]->file,
			    load->policies[i]->name, load->policies[i]->n_trees,
			    load->policies[i]->n_trees == 1 ? "" : "s");
	return r;
}

/* All of them, or none; all of their mistakes are told. */
static int load_files(struct load *load, char **files, int n)
{
	int first = 0, r;

	for (int i = 0; i < n; i++) {
		r = read_policy(load, files[i]);
		if (r < 0 && !first)
			first = r;
	}
	if (!first)
		first = put_to_work(load, 0, load->n_policies, "the policies cannot be loaded");
	if (first < 0 && n > 1)
		say("no policy was loaded");
	report_warnings(&load->report, "not all is as the policies say");
	return first < 0 ? EXIT_ROOTWARD : 0;
}

/* A second one of that name would take the place of the first, without a word. */
static bool name_is_taken(const struct load *load, const struct rootward_policy *policy)
{
	for (size_t i = 0; i < load->n_names; i++) {
		if (strcmp(load->names[i], policy->name))
			continue;
		complain("%s: another file here has a policy of the name %s", policy->file,
			 policy->name);
		hint("give each a name of its own with name:");
		return true;
	}
	return false;
}

static int boot_one(struct load *load, const char *file)
{
	size_t number = load->n_policies;
	int r;

	r = read_policy(load, file);
	if (r < 0)
		return r;
	if (name_is_taken(load, load->policies[number]))
		return -EEXIST;
	r = put_to_work(load, number, 1, file);
	if (r == 0)
		load->names[load->n_names++] = strdup(load->policies[number]->name);
	return r == 0 && !load->names[load->n_names - 1] ? -ENOMEM : r;
}

static int is_policy(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > 5 &&
	       !strcmp(entry->d_name + length - 5, ".yaml");
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int boot_all(struct load *load, const char *directory, struct dirent **entries, int n)
{
	int failed = 0;

	for (int i = 0; i < n; i++) {
		_cleanup_free_ char *file = NULL;
		int r = -ENOMEM;

		if (asprintf(&file, "%s/%s", directory, entries[i]->d_name) >= 0)
			r = boot_one(load, file);
		else
			complain("out of memory");
		failed += r < 0;
		if (r < 0 && file)
			say("not loaded: %s", file);
	}
	report_warnings(&load->report, "not all is as the policies say");
	if (!n)
		say("%s has no policy (*.yaml)", directory);
	return failed ? EXIT_SOME_FAILED : 0;
}

/* The same whoever starts it and where: at the root directory, by absolute names. */
static int load_boot(struct load *load, const char *given)
{
	_cleanup_free_ char *directory = realpath(given, NULL);
	struct dirent **entries = NULL;
	int n = -1, status;

	if (directory && chdir("/") == 0)
		n = scandir(directory, &entries, is_policy, by_bytes);
	if (n < 0) {
		complain("%s: %s", given, strerror(errno));
		return EXIT_ROOTWARD;
	}
	status = boot_all(load, directory, entries, n);
	for (int i = 0; i < n; i++)
		free(entries[i]);
	free(entries);
	return status;
}

static int load_main(const struct command *command, int argc, char **argv)
{
	_cleanup_(load_done) struct load load = {};
	int first;

	first = options_parse(command, argc, argv, take_option, &load);
	if (first < 0)
		return EXIT_ROOTWARD;
	if (load.help) {
		options_help(stdout, command);
		return 0;
	}
	if (load.boot && argc - first <= 1)
		return load_boot(&load, first < argc ? argv[first] : BOOT_DIRECTORY);
	if (load.boot) {
		complain("--boot takes one directory");
		return EXIT_ROOTWARD;
	}
	if (first == argc) {
		complain("no policy");
		hint("rootward load keys.yaml");
		return EXIT_ROOTWARD;
	}
	return load_files(&load, argv + first, argc - first);
}

const struct command command_load = {
	.name = "load",
	.summary = "put policies to work for the whole machine",
	.operands = "[--] POLICY... | --boot [DIRECTORY]",
	.intro = "For every task there is and will be, or for those that the policy's applies_to\n"
		 "names and its except does not, until rootward unload or the machine's end: no\n"
		 "process of rootward stays behind. Where a policy of the same name is at work,\n"
		 "the new one takes its place at one instant. All the policies are loaded, or\n"
		 "none. Needs root, and the bpf engine.",
	.outro =
		"Status: 0 all were loaded; 1 with --boot: not all were; 125 none was, and what was\n"
		"at work before still is.",
	.options = options,
	.examples = examples,
	.main = load_main,
};
