/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <rootward.h>

#include "asked.h"
#include "cleanup.h"
#include "explain.h"
#include "json_out.h"
#include "message.h"
#include "ops.h"
#include "options.h"
#include "outfile.h"
#include "policy.h"
#include "words.h"

enum {
	KEY_OP = OPTION_LONG_ONLY,
	KEY_AS,
	KEY_JSON,
	KEY_SVG,
	KEY_DESCRIPTORS,
};

/* An operation that --op names is denied. */
#define EXIT_DENIED 1

static const struct option_spec options[] = {
	{ 'p', "policy", OPTION_FILE, "FILE", true, "What is asked",
	  "by this policy; given more than once, every one\n"
	  "must allow. - reads stdin. Without it, by what\n"
	  "confines the process, as the bpf engine has it or\n"
	  "the environment says; else by the built-in policy" },
	{ KEY_OP, "op", OPTION_TEXT, "OPERATION", true, NULL,
	  "about this operation or group of them (more than\n"
	  "once: about each); without it, about all that\n"
	  "make sense for what PATH is" },
	{ KEY_AS, "as", OPTION_TEXT, "PID|USER", false, NULL,
	  "a process: look PATH up as it does, in its mount\n"
	  "namespace, from its root and working directory.\n"
	  "A user, by name or as +UID: ~ in a policy is that\n"
	  "user's home; and what ordinary permissions would\n"
	  "refuse that user anyway is told, too" },
	{ 'P', "no-follow", OPTION_FLAG, NULL, false, NULL,
	  "a PATH that is a symbolic link: about the link" },
	{ KEY_JSON, "json", OPTION_FLAG, NULL, false, "How it is shown", "as JSON, for programs" },
	{ KEY_SVG, "svg", OPTION_FILE, "FILE", false, NULL,
	  "as a picture of all PATHs in one tree, into FILE" },
	{ KEY_DESCRIPTORS, "descriptors", OPTION_FLAG, NULL, false, "How it is found",
	  "walk over descriptors, not in the kernel" },
	{ 'h', "help", OPTION_FLAG, NULL, false, NULL, "this text" },
	{},
};

static const struct example examples[] = {
	{ "rootward explain -p build.yaml src/main.c", "what may be done with it, and why" },
	{ "rootward explain -p build.yaml --op write ~/.ssh/config", "may it be written?" },
	{ "rootward explain --svg tree.svg ~/.ssh /usr/bin/env .",
	  "a picture, by the built-in policy" },
	{ "sudo rootward explain -p web.yaml --as 4711 /etc/passwd", "what that process calls so" },
	{ "sudo rootward explain --as alice /srv/report", "for what alice runs" },
	{},
};

static void asked_done(struct asked *a)
{
	for (size_t i = 0; i < a->n; i++)
		rootward_explanation_free(a->explanations[i]);
	free(a->explanations);
	free(a->missing);
	rootward_explainer_free(a->explainer);
	for (size_t i = 0; i < a->n_policies; i++)
		rootward_policy_free(a->policies[i]);
	report_done(&a->report);
	free(a->by);
	json_decref(a->diagnostics);
	json_decref(a->loaded);
	as_done(&a->as);
}

static int take_op(struct asked *a, const char *word)
{
	uint32_t ops = ops_from_word(word);
	const char *near;

	a->ops |= ops;
	if (ops)
		return 0;
	near = ops_nearest_word(word);
	complain("--op: there is no operation \"%s\"", word);
	if (near)
		hint("did you mean %s?", near);
	else
		hint("docs/policy.md lists them; read, write, execute and all are groups");
	return -EINVAL;
}

static int take_option(void *data, const struct option_spec *spec, const char *value)
{
	struct asked *a = data;

	switch (spec->key) {
	case 'p':
		if (a->n_files == MAX_LAYERS) {
			complain("more than %d policies", MAX_LAYERS);
			return -E2BIG;
		}
		a->files[a->n_files++] = value;
		break;
	case KEY_OP:
		return take_op(a, value);
	case KEY_AS:
		return as_take(&a->as, value);
	case 'P':
		a->flags |= ROOTWARD_NOFOLLOW;
		break;
	case KEY_DESCRIPTORS:
		a->flags |= ROOTWARD_BY_DESCRIPTORS;
		break;
	case KEY_JSON:
		a->json = true;
		break;
	case KEY_SVG:
		a->svg = value;
		break;
	case 'h':
		a->help = true;
		break;
	}
	return 0;
}

static int empty_path(struct asked *a)
{
	a->opts.diag(a->opts.diag_data, &(struct rootward_diag){
						.message = "a path is empty",
						.hint = "the working directory is \".\"",
					});
	return -EINVAL;
}

static int explain_paths(struct asked *a, char **paths)
{
	struct rootward_question question = {
		.size = sizeof(question),
		.ops = a->ops,
		.flags = a->flags,
		.pid = a->as.pid,
		.user = a->as.user,
	};
	int r = 0, first = 0;

	if (!a->explainer)
		r = rootward_explainer_new(&a->explainer, a->policies, a->n_policies, &a->opts);
	if (r < 0)
		return asked_failed(a, "cannot look the policy up", r);
	for (; *paths; paths++) {
		question.path = *paths;
		r = **paths ? rootward_explain(&a->explanations[a->n], a->explainer, &question,
					       &a->opts)
			    : empty_path(a);
		if (!r) {
			a->n++;
			continue;
		}
		a->missing[a->n_missing++] = *paths;
		first = first ? first : asked_failed(a, *paths, r);
	}
	return first;
}

/* By what it is explained, to free. */
static char *by_words(const struct asked *a)
{
	char *words = NULL;
	size_t size;
	FILE *out = open_memstream(&words, &size);

	if (!out)
		return NULL;
	fprintf(out, "by %s", a->by ? a->by : "policy ");
	for (size_t i = 0; i < a->n_files; i++)
		fprintf(out, "%s%s (%s)", i ? ", " : "", a->policies[i]->name, a->files[i]);
	if (fclose(out) == 0)
		return words;
	free(words);
	return NULL;
}

static int write_svg(const struct asked *a)
{
	_cleanup_free_ char *by = by_words(a);
	struct drawing drawing = {
		.explanations = a->explanations,
		.n = a->n,
		.by = by ? by : "",
		.missing = a->missing,
		.n_missing = a->n_missing,
	};
	struct outfile out;
	int r = outfile_open(&out, a->svg);

	if (r < 0)
		return r;
	explain_svg(outfile_start(&out), &drawing);
	return outfile_finish(&out);
}

static int show_json(const struct asked *a)
{
	json_t *root = json_object(), *paths = json_array();

	json_object_set_new(root, "version", json_string(ROOTWARD_VERSION));
	json_object_set_new(root, "by", json_string(a->source ? a->source : "policy"));
	if (json_array_size(a->loaded))
		json_object_set(root, "loaded", a->loaded);
	for (size_t i = 0; i < a->n; i++)
		json_array_append_new(paths, explain_json(a->explanations[i]));
	json_object_set_new(root, "paths", paths);
	json_object_set(root, "diagnostics", a->diagnostics);
	return json_print(root);
}

/* Policies for the machine have their say, too. */
static void show_loaded(const struct asked *a)
{
	const json_t *name;
	size_t i;

	json_array_foreach(a->loaded, i, name)
		printf("not shown: %s, which is loaded for the machine (-p FILE)\n",
		       json_string_value(name));
}

static void show_text(const struct asked *a)
{
	if (a->n && a->by) {
		printf("by ");
		print_folded(stdout, 3, isatty(STDOUT_FILENO) ? 80 : 0, a->by);
		printf("\n");
		show_loaded(a);
		printf("\n");
	}
	for (size_t i = 0; i < a->n; i++) {
		if (i)
			putchar('\n');
		explain_text(stdout, a->explanations[i], has_colour(stdout));
	}
}

static int exit_status(const struct asked *a, int r)
{
	if (r < 0)
		return EXIT_ROOTWARD;
	for (size_t i = 0; a->ops && i < a->n; i++)
		if (rootward_explanation_walk(a->explanations[i])->denied)
			return EXIT_DENIED;
	return 0;
}

static int explain_main(const struct command *command, int argc, char **argv)
{
	_cleanup_(asked_done) struct asked a = {};
	int r, first;

	first = options_parse(command, argc, argv, take_option, &a);
	if (first < 0)
		return EXIT_ROOTWARD;
	if (a.help) {
		options_help(stdout, command);
		return 0;
	}
	if (first == argc) {
		complain("no path");
		hint("rootward explain -p policy.yaml PATH");
		return EXIT_ROOTWARD;
	}
	a.opts = report_opts(&a.report);
	if (a.json) {
		a.diagnostics = json_array();
		a.opts.diag = json_collect;
		a.opts.diag_data = a.diagnostics;
	}
	/* a child may be started, and will be waited for */
	signal(SIGCHLD, SIG_DFL);
	a.explanations = calloc((size_t)(argc - first), sizeof(*a.explanations));
	a.missing = calloc((size_t)(argc - first), sizeof(*a.missing));
	r = a.explanations && a.missing ? asked_load(&a) : -ENOMEM;
	if (!r)
		r = explain_paths(&a, argv + first);
	report_warnings(&a.report, "the policy");
	if (a.json && show_json(&a) < 0)
		r = -ENOMEM;
	if (a.svg && a.n && write_svg(&a) < 0)
		r = -EIO;
	if (!a.json && !a.svg)
		show_text(&a);
	return exit_status(&a, r);
}

const struct command command_explain = {
	.name = "explain",
	.summary = "tell what a policy allows on a path, and why",
	.operands = "PATH...",
	.intro =
		"Walks from each PATH to the root as the engines do, shows what is met on the way -\n"
		"mounts, what they hide, rules - and which rule decides about which operation.\n"
		"Changes nothing. A PATH that does not exist is explained as what would be made.",
	.outro =
		"make_* of a directory is about a new entry in it; all other operations are about\n"
		"PATH itself.\n\n"
		"Status: 0; 1 if an operation that --op names is denied; 125 if rootward failed.",
	.options = options,
	.examples = examples,
	.main = explain_main,
};
