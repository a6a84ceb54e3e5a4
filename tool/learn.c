/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rootward learn: run a command, and write a policy that allows what it did. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <rootward.h>

#include "cleanup.h"
#include "learn_lesson.h"
#include "learn_update.h"
#include "message.h"
#include "options.h"
#include "outfile.h"
#include "policy.h"
#include "supervise.h"

static const struct option_spec options[] = {
	{ 'o', "output", OPTION_FILE, "FILE", false, "What is written",
	  "write the policy to FILE, not to standard output\n"
	  "when the command has ended" },
	{ 'u', "update", OPTION_FILE, "FILE", false, NULL,
	  "add what the policy FILE lacks, show the difference and\n"
	  "ask; with -o FILE stays as it is. What its rules deny\n"
	  "stays denied" },
	{ 'y', "yes", OPTION_FLAG, NULL, false, NULL, "do not ask" },
	{ 'v', "verbose", OPTION_FLAG, NULL, false, NULL, "say more" },
	{ 'h', "help", OPTION_FLAG, NULL, false, NULL, "this text" },
	{},
};

static const struct example examples[] = {
	{ "rootward learn -o make.yaml -- make", "what does this build need?" },
	{ "rootward run -p make.yaml -- make clean all", "and from then on it gets no more" },
	{ "rootward learn --update make.yaml -- make check", "but for what this needs besides" },
	{},
};

/**
 * struct learning - what the command line says.
 * @argv: the command
 * @update: of which policy; its file is NULL: a new one is made
 * @policy: that allows nothing; NULL when there is @update's
 */
struct learning {
	const char *output;
	struct update update;
	bool yes;
	bool help;
	char **argv;
	struct report report;
	struct outfile out;
	struct rootward_policy *policy;
	struct rootward_domain *domain;
};

static void learning_done(struct learning *l)
{
	outfile_drop(&l->out);
	rootward_domain_free(l->domain);
	rootward_policy_free(l->policy);
	update_done(&l->update);
	report_done(&l->report);
}

static int take_option(void *data, const struct option_spec *spec, const char *value)
{
	struct learning *l = data;

	switch (spec->key) {
	case 'o':
		l->output = value;
		break;
	case 'u':
		l->update.file = value;
		break;
	case 'y':
		l->yes = true;
		break;
	case 'v':
		l->report.verbose = true;
		break;
	case 'h':
		l->help = true;
		break;
	}
	return 0;
}

/* A failure for which the library had no words. */
static int failed(const struct learning *l, const char *what, int r)
{
	if (!l->report.errors)
		complain("%s: %s", what, strerror(-r));
	return r;
}

/* A domain that allows nothing, or what is allowed already; denies nothing; and tells all. */
static int prepare(struct learning *l)
{
	struct rootward_opts opts = report_opts(&l->report);
	struct rootward_policy *policy;
	const char *why = NULL;
	int r;

	r = l->update.file ? update_load(&l->update, &opts)
			   : rootward_policy_new(&l->policy, "learn");
	policy = l->update.file ? l->update.policy : l->policy;
	if (r == 0)
		r = rootward_policy_set_mode(policy, ROOTWARD_MODE_LEARN);
	if (r < 0)
		return failed(l, l->update.file ? l->update.file : "cannot prepare to learn", r);
	r = outfile_open(&l->out, l->output);
	if (r < 0)
		return r;
	r = rootward_domain_new(&l->domain, ROOTWARD_ENGINE_BPF, &policy, 1, &opts);
	if (r < 0 && !l->report.errors && rootward_engine_probe(ROOTWARD_ENGINE_BPF, &why) < 0 &&
	    why) {
		complain(
			"the bpf engine, which alone can tell what a command does, does not work here: %s",
			why);
		return r;
	}
	return r < 0 ? failed(l, "cannot prepare the domain", r) : 0;
}

static char *command_line(char **argv)
{
	char *line = NULL;
	size_t size;
	FILE *file = open_memstream(&line, &size);

	if (!file)
		return NULL;
	fprintf(file, "Learned by rootward learn from: ");
	for (; *argv; argv++) {
		print_safe(file, *argv);
		fprintf(file, argv[1] ? " " : "");
	}
	fprintf(file,
		"\nWhat no line here allows is denied. \"N files\": a line was needed for so many.");
	fclose(file);
	return line;
}

static int policy_text(const struct learning *l, const struct lesson *lesson, char **text)
{
	_cleanup_free_ char *intro = command_line(l->argv);
	size_t size;
	FILE *file;
	int r;

	file = intro ? open_memstream(text, &size) : NULL;
	if (!file)
		return -ENOMEM;
	r = learn_write(file, &lesson->learn, intro);
	if (fclose(file) != 0 && r == 0)
		r = -ENOMEM;
	return r;
}

static void free_policy(struct rootward_policy **policy)
{
	rootward_policy_free(*policy);
}

/* What was learned must be fit to be applied, here and now. */
static int try_policy(struct learning *l, const char *text)
{
	_cleanup_(free_policy) struct rootward_policy *policy = NULL;
	struct rootward_opts opts = report_opts(&l->report);
	int r;

	opts.name = l->output ? l->output : "the learned policy";
	r = rootward_policy_parse(&policy, text, strlen(text), &opts);
	if (r == 0)
		r = policy_resolve(policy, &opts);
	if (r == 0)
		r = rootward_engine_check(ROOTWARD_ENGINE_BPF, policy, &opts);
	return r < 0 ? failed(l, "the learned policy cannot be applied", r) : 0;
}

static int write_out(struct learning *l, const char *text)
{
	FILE *out = l->output ? outfile_start(&l->out) : stdout;

	fputs(text, out);
	return outfile_finish(&l->out);
}

static int write_policy(struct learning *l, struct lesson *lesson)
{
	_cleanup_free_ char *text = NULL;
	int r;

	r = lesson_end(lesson, NULL);
	if (r == 0)
		r = policy_text(l, lesson, &text);
	if (r < 0) {
		complain("cannot make a policy of it: %s", strerror(-r));
		return r;
	}
	r = write_out(l, text);
	return r < 0 ? r : try_policy(l, text);
}

static int update_policy(struct learning *l, struct lesson *lesson,
			 const struct supervisor *supervisor)
{
	_cleanup_free_ char *text = NULL;
	bool asks = !l->output && !l->yes;
	int r;

	/* looked up anew: what it names may have come since */
	policy_resolve(l->update.policy, NULL);
	r = lesson_end(lesson, l->update.policy);
	if (r < 0) {
		complain("cannot make a policy of it: %s", strerror(-r));
		return r;
	}
	r = update_text(&l->update, &lesson->learn, asks ? update_shows() : stdout, &text);
	if (r < 0)
		return r;
	if (!text)
		say("%s lacks nothing of what the command did", l->update.file);
	if (l->output)
		r = write_out(l, text ? text : l->update.text);
	if (text && r == 0)
		r = try_policy(l, text);
	if (r == 0 && text && !l->output &&
	    (l->yes || update_accepted(&l->update, &supervisor->mask)))
		r = update_write(&l->update, text);
	return r;
}

/* Returns the exit status. */
static int learn_from(struct learning *l, struct supervisor *supervisor)
{
	struct rootward_stats stats = {};
	struct lesson lesson;
	int status, r;

	r = lesson_begin(&lesson);
	if (r < 0) {
		complain("cannot prepare to learn: %s", strerror(-r));
		lesson_done(&lesson);
		return EXIT_ROOTWARD;
	}
	status = supervisor_pending(supervisor);
	if (status) {
		lesson_done(&lesson);
		return status + EXIT_BY_SIGNAL;
	}
	status = supervise(supervisor, l->domain, l->argv, lesson_event, &lesson);
	rootward_domain_events(l->domain, lesson_event, &lesson);
	rootward_domain_stats(l->domain, &stats);
	r = l->update.file ? update_policy(l, &lesson, supervisor) : write_policy(l, &lesson);
	if (r == 0 && status)
		say("the command ended with status %d: it may not have come to all it does",
		    status);
	if (r == 0)
		lesson_tell(&lesson, stats.lost,
			    "run it again with --update, which adds what is missing");
	lesson_done(&lesson);
	return r < 0 ? EXIT_ROOTWARD : status;
}

static int learn_main(const struct command *command, int argc, char **argv)
{
	_cleanup_(learning_done) struct learning l = {};
	struct supervisor supervisor = {};
	int r, first, status;

	first = options_parse(command, argc, argv, take_option, &l);
	if (first < 0)
		return EXIT_ROOTWARD;
	if (l.help) {
		options_help(stdout, command);
		return 0;
	}
	if (first == argc) {
		complain("no command; it comes after the options");
		hint("rootward learn -o make.yaml -- make");
		return EXIT_ROOTWARD;
	}
	l.argv = argv + first;
	r = supervisor_init(&supervisor);
	if (r < 0) {
		complain("cannot receive signals: %s", strerror(-r));
		return EXIT_ROOTWARD;
	}
	status = prepare(&l) < 0 ? EXIT_ROOTWARD : learn_from(&l, &supervisor);
	supervisor_done(&supervisor, status);
	return status;
}

const struct command command_learn = {
	.name = "learn",
	.summary = "run a command and write a policy that allows what it did",
	.operands = "[--] COMMAND [ARGUMENT]...",
	.verbatim = true,
	.intro =
		"The command is not confined: whatever it does is let pass, and noted. What was\n"
		"made, removed or renamed is allowed by the directory it is in; directories of the\n"
		"system, and those in which much was used, as a whole; but places of secrets only\n"
		"as far as they were used. Read the policy before you rely on it: it allows what\n"
		"the command did, good or bad. Capabilities are not learned (see keep in a policy).",
	.outro = "Needs the bpf engine, and root.\n\n"
		 "Status: the command's own, as of rootward run; 125 if rootward failed.",
	.options = options,
	.examples = examples,
	.main = learn_main,
};
