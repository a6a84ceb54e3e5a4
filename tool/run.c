/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rootward.h>

#include "cleanup.h"
#include "denials.h"
#include "engine.h"
#include "handed.h"
#include "message.h"
#include "options.h"
#include "supervise.h"
#include "tempdir.h"
#include "trees.h"

enum {
	KEY_RO = OPTION_LONG_ONLY,
	KEY_RW,
	KEY_DENY,
	KEY_ENGINE,
	KEY_BEST_EFFORT,
	KEY_EXPLAIN,
};

static const struct option_spec options[] = {
	{ 'p', "policy", OPTION_FILE, "FILE", true, "What is allowed",
	  "a policy, in place of the built-in one; given more\n"
	  "than once, every one must allow. - reads stdin" },
	{ KEY_RO, "ro", OPTION_PATH, "PATH", true, NULL,
	  "allow to read and execute beneath PATH, not to write" },
	{ KEY_RW, "rw", OPTION_PATH, "PATH", true, NULL, "allow everything beneath PATH" },
	{ KEY_DENY, "deny", OPTION_PATH, "PATH", true, NULL, "deny everything beneath PATH" },
	{ KEY_ENGINE, "engine", OPTION_WORD, "auto|bpf|landlock", false, "How",
	  "who enforces it (auto: bpf where that works for\n"
	  "you, else landlock)" },
	{ KEY_BEST_EFFORT, "best-effort", OPTION_FLAG, NULL, false, NULL,
	  "go on where the engine cannot enforce all of a\n"
	  "policy; without it that is an error" },
	{ KEY_EXPLAIN, "explain-denials", OPTION_FLAG, NULL, false, "What is said",
	  "at the end list what was denied, by tree and rule" },
	{ 'v', "verbose", OPTION_FLAG, NULL, false, NULL, "name the engine, and each warning" },
	{ 'h', "help", OPTION_FLAG, NULL, false, NULL, "this text" },
	{},
};

static const struct example examples[] = {
	{ "rootward run -- make", "somebody else's build, with the built-in policy" },
	{ "rootward run --rw ~/.cache/ccache --deny ~/notes -- make test",
	  "the same, but the compiler cache works, and my notes cannot be read" },
	{ "rootward run -p server.yaml --engine bpf -- ./server", "a policy of one's own" },
	{ "rootward run --explain-denials -- ./configure", "and what was it that was denied?" },
	{ "rootward run --engine bpf --ro .git -- some-agent",
	  "a rule within the writable directory, which landlock would refuse" },
	{},
};

/**
 * struct run - what the command line says.
 * @files:    policies; none: the built-in one
 * @policies: them loaded, with the trees added
 * @tempdir:  the private temporary directory, of the built-in policy only
 */
struct run {
	const char *files[MAX_LAYERS];
	size_t n_files;
	struct user_tree *trees;
	size_t n_trees;
	enum rootward_engine engine;
	bool best_effort;
	bool explain;
	bool help;

	struct report report;
	struct rootward_policy *policies[MAX_LAYERS];
	size_t n_policies;
	char *tempdir;
};

static void run_done(struct run *run)
{
	for (size_t i = 0; i < run->n_policies; i++)
		rootward_policy_free(run->policies[i]);
	free(run->trees);
	free(run->tempdir);
	report_done(&run->report);
}

static int add_tree(struct run *run, const char *path, int key)
{
	static const char *const words[] = { "--ro", "--rw", "--deny" };
	struct user_tree *trees = reallocarray(run->trees, run->n_trees + 1, sizeof(*trees));

	if (!trees) {
		complain("out of memory");
		return -ENOMEM;
	}
	run->trees = trees;
	user_tree_of(words[key - KEY_RO], &trees[run->n_trees]);
	trees[run->n_trees++].path = path;
	return 0;
}

static int take_option(void *data, const struct option_spec *spec, const char *value)
{
	struct run *run = data;
	int r = 0;

	switch (spec->key) {
	case 'p':
		if (run->n_files == MAX_LAYERS) {
			complain("more than %d policies", MAX_LAYERS);
			return -E2BIG;
		}
		run->files[run->n_files++] = value;
		break;
	case KEY_RO:
	case KEY_RW:
	case KEY_DENY:
		r = add_tree(run, value, spec->key);
		break;
	case KEY_ENGINE:
		r = option_word(spec, value); /* the words are in the order of the enum */
		run->engine = (enum rootward_engine)r;
		break;
	case KEY_BEST_EFFORT:
		run->best_effort = true;
		break;
	case KEY_EXPLAIN:
		run->explain = true;
		break;
	case 'v':
		run->report.verbose = true;
		break;
	case 'h':
		run->help = true;
		break;
	}
	return r < 0 ? r : 0;
}

/* A failure for which the library had no words. */
static int failed(const struct run *run, const char *what, int r)
{
	if (!run->report.errors)
		complain("%s: %s", what, strerror(-r));
	return r;
}

static int load_built_in(struct run *run)
{
	int r;

	r = rootward_policy_default(&run->policies[0]);
	if (r < 0)
		return failed(run, "the built-in policy", r);
	run->n_policies = 1;
	r = tempdir_create(&run->tempdir);
	if (r < 0)
		return r;
	r = rootward_policy_add(run->policies[0], run->tempdir, ROOTWARD_OPS_ALL, 0,
				"the private temporary directory");
	return r < 0 ? failed(run, "the temporary directory", r) : 0;
}

static int load_files(struct run *run)
{
	struct rootward_opts opts = report_opts(&run->report);
	int r;

	for (size_t i = 0; i < run->n_files; i++) {
		r = rootward_policy_load(&run->policies[i], run->files[i], &opts);
		if (r < 0)
			return failed(run, run->files[i], r);
		run->n_policies++;
	}
	return 0;
}

static int load_policies(struct run *run)
{
	struct rootward_opts opts = report_opts(&run->report);
	int r = 0;

	if (!run->n_files)
		r = load_built_in(run);
	for (size_t i = 0; r == 0 && i < run->n_policies; i++) {
		r = user_trees_add(run->policies[i], run->trees, run->n_trees, &opts);
		if (r < 0)
			return failed(run, "--ro, --rw, --deny", r);
	}
	return r;
}

static const char *const names[] = { "auto", "bpf", "landlock" };

/* With -v: which engine, and why none that does more. */
static void tell_engine(const struct run *run, enum rootward_engine engine)
{
	const char *why = NULL;

	if (!run->report.verbose)
		return;
	say("the engine is %s", names[engine]);
	if (run->engine == ROOTWARD_ENGINE_AUTO && engine != ROOTWARD_ENGINE_BPF &&
	    rootward_engine_probe(ROOTWARD_ENGINE_BPF, &why) < 0 && why)
		say("bpf does not work here: %s", why);
}

static int make_domain(struct run *run, struct rootward_domain **ret)
{
	struct rootward_opts opts = report_opts(&run->report);
	int r;

	opts.best_effort = run->best_effort;
	r = rootward_domain_new(ret, run->engine, run->policies, run->n_policies, &opts);
	if (r < 0) {
		const char *why = NULL;

		if (!run->report.errors && rootward_engine_probe(run->engine, &why) < 0 && why) {
			complain("the %s engine does not work here: %s", names[run->engine], why);
			return r;
		}
		return failed(run, "cannot prepare the domain", r);
	}
	tell_engine(run, rootward_domain_engine(*ret));
	return 0;
}

static void hand_down(const struct run *run, const struct rootward_domain *domain)
{
	struct handed handed = {
		.engine = names[rootward_domain_engine(domain)],
		.files = run->files,
		.n_files = run->n_files,
		.trees = run->trees,
		.n_trees = run->n_trees,
		.tempdir = run->tempdir,
	};

	handed_set(&handed);
}

/* Returns the exit status. */
static int run_command(struct run *run, struct supervisor *supervisor, char **argv)
{
	struct rootward_domain *domain = NULL;
	struct tally denials = {};
	int status;

	if (load_policies(run) < 0 || make_domain(run, &domain) < 0)
		return EXIT_ROOTWARD;
	report_warnings(&run->report, "not all is as the policies say");
	hand_down(run, domain);

	status = supervisor_pending(supervisor);
	if (status) {
		status += EXIT_BY_SIGNAL;
	} else {
		status = supervise(supervisor, domain, argv, tally_take, &denials);
		denials_print(&denials, domain, run->explain);
	}
	tally_done(&denials);
	rootward_domain_free(domain);
	return status;
}

static int run_main(const struct command *command, int argc, char **argv)
{
	_cleanup_(run_done) struct run run = {};
	struct supervisor supervisor = {};
	int r, first, status;

	first = options_parse(command, argc, argv, take_option, &run);
	if (first < 0)
		return EXIT_ROOTWARD;
	if (run.help) {
		options_help(stdout, command);
		return 0;
	}
	if (first == argc) {
		complain("no command; it comes after the options");
		hint("rootward run -- make");
		return EXIT_ROOTWARD;
	}
	/* a terminal or a pipe may never end, and nothing is there yet that a signal could leave */
	if (load_files(&run) < 0)
		return EXIT_ROOTWARD;
	r = supervisor_init(&supervisor);
	if (r < 0) {
		complain("cannot receive signals: %s", strerror(-r));
		return EXIT_ROOTWARD;
	}
	status = run_command(&run, &supervisor, argv + first);
	if (run.tempdir) {
		supervisor_drain(&supervisor);
		tempdir_remove(run.tempdir);
	}
	supervisor_done(&supervisor, status);
	return status;
}

const struct command command_run = {
	.name = "run",
	.summary = "run a command confined",
	.operands = "[--] COMMAND [ARGUMENT]...",
	.verbatim = true,
	.intro = "The command and everything it starts may touch only what the policy allows,\n"
		 "to their end, whatever becomes of rootward. The built-in policy: read and\n"
		 "execute the system; write beneath the working directory, in a private TMPDIR\n"
		 "that is removed at the end, and to the usual devices; the common places of\n"
		 "secrets denied.",
	.outro = "PATHs are added to the built-in policy or, with -p, to each of those given. One\n"
		 "that names the same file or directory as a tree of the policy replaces it.\n"
		 "The nearest rule wins: --ro inside a writable directory is read-only there.\n\n"
		 "Status: the command's own; 128+n if signal n ended it; 125 if rootward failed\n"
		 "(the command is then not started), 126 if the command cannot be executed, 127\n"
		 "if it is not found.",
	.options = options,
	.examples = examples,
	.main = run_main,
};
