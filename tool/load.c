/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rootward load: policies for the whole machine. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <rootward.h>

#include "cleanup.h"
#include "loaded.h"
#include "load_stop.h"
#include "message.h"
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
	KEY_ENGINE,
	KEY_BEST_EFFORT,
};

static const struct option_spec options[] = {
	{ KEY_BOOT, "boot", OPTION_FLAG, NULL, false, "What is loaded",
	  "each *.yaml of the directory, " BOOT_DIRECTORY " if none is\n"
	  "named, by itself: one that cannot be loaded is told,\n"
	  "the others stand. Relative paths in them start at /.\n"
	  "Says what -v says" },
	{ KEY_DENY_BY_DEFAULT, "deny-by-default", OPTION_FLAG, NULL, false, NULL,
	  "also a policy that denies every task what the\n"
	  "machine cannot do without, and is likely to stop it" },
	{ KEY_ENGINE, "engine", OPTION_WORD, "bpf|fanotify", false, "Who decides",
	  "fanotify: where BPF LSM cannot be loaded, processes that\n"
	  "stay: what is opened to be read, listed and executed" },
	{ KEY_BEST_EFFORT, "best-effort", OPTION_FLAG, NULL, false, NULL,
	  "with fanotify: leave open what it does not ask about" },
	{ 'v', "verbose", OPTION_FLAG, NULL, false, "What is said",
	  "what was loaded, and each warning" },
	{ 'h', "help", OPTION_FLAG, NULL, false, NULL, "this text" },
	{},
};

static const struct example examples[] = {
	{ "rootward load keys.yaml", "from now on, for every task that the policy is for" },
	{ "rootward load keys.yaml usr.yaml", "both at once, or none" },
	{ "rootward load --engine fanotify keys.yaml", "without BPF LSM: what it can do of it" },
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
	bool best_effort;
	bool help;
	enum rootward_engine engine;
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
	static const enum rootward_engine engines[] = { ROOTWARD_ENGINE_BPF,
							ROOTWARD_ENGINE_FANOTIFY };
	struct load *load = data;
	int word;

	switch (spec->key) {
	case KEY_ENGINE:
		word = option_word(spec, value);
		if (word < 0)
			return word;
		load->engine = engines[word];
		break;
	case KEY_BEST_EFFORT:
		load->best_effort = true;
		break;
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

/* A program that asks by name would not find it again. */
static int refuse_long_name(const struct rootward_policy *policy, const struct rootward_opts *opts)
{
	const struct origin whole = { .file = policy->file };

	if (!policy->name || strlen(policy->name) <= LOADED_NAME_MAX)
		return 0;
	return diag(opts, ROOTWARD_ERROR, policy->name_origin.line ? &policy->name_origin : &whole,
		    policy->name_origin.line
			    ? "give it a shorter one"
			    : "without name: it is the file's; give it one with name:",
		    "the policy's name has %zu bytes; the kernel keeps %d of a loaded one's",
		    strlen(policy->name), LOADED_NAME_MAX);
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
	r = refuse_long_name(policy, &opts);
	if (r == 0 && !load->deny_by_default)
		r = load_refuse_stopping(policy, &opts);
	return r;
}

/* Puts @n of the policies from @first on to work. */
static int put_to_work(struct load *load, size_t first, size_t n, const char *what)
{
	struct rootward_opts opts = report_opts(&load->report);
	unsigned int before = load->report.errors;
	int r;

	opts.best_effort = load->best_effort;
	r = rootward_load_by(load->engine, load->policies + first, n, &opts);
	if (r < 0 && load->report.errors == before && load->engine == ROOTWARD_ENGINE_BPF)
		loaded_failed(what, r);
	else if (r < 0 && load->report.errors == before)
		complain("%s: %s", what, strerror(-r));
	for (size_t i = first; r == 0 && i < first + n; i++)
		if (load->report.verbose)
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

/* A pipe would hold up the machine's start until somebody writes to it. */
static int refuse_special(const char *file)
{
	struct stat st;

	/* what is not there is told by who reads it */
	if (stat(file, &st) < 0 || S_ISREG(st.st_mode))
		return 0;
	complain("%s: not a regular file; --boot takes no other", file);
	return -EINVAL;
}

/* Each has mistakes and warnings of its own, and nobody is there to ask for them again. */
static int boot_one(struct load *load, const char *file)
{
	size_t number = load->n_policies;
	int r;

	report_done(&load->report);
	load->report = (struct report){ .verbose = true };
	r = refuse_special(file);
	if (r == 0)
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
	_cleanup_(load_done) struct load load = { .engine = ROOTWARD_ENGINE_BPF };
	int first;

	first = options_parse(command, argc, argv, take_option, &load);
	if (first < 0)
		return EXIT_ROOTWARD;
	if (load.help) {
		options_help(stdout, command);
		return 0;
	}
	if (load.best_effort && load.engine != ROOTWARD_ENGINE_FANOTIFY) {
		complain("the bpf engine does all that a policy says: --best-effort is for "
			 "--engine fanotify");
		return EXIT_ROOTWARD;
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
		 "none. Needs root, and the bpf engine; or fanotify, which can do less.",
	.outro =
		"Status: 0 all were loaded; 1 with --boot: not all were; 125 none was, and what was\n"
		"at work before still is.",
	.options = options,
	.examples = examples,
	.main = load_main,
};
