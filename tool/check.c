/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rootward check: what is amiss with policies.  Its findings are what it was asked for, so they go
 * to standard output, each as `FILE:LINE:COLUMN: SEVERITY: MESSAGE`, which editors read.
 */
#include <errno.h>
#include <string.h>

#include <rootward.h>

#include "cleanup.h"
#include "engine.h"
#include "findings.h"
#include "json_out.h"
#include "message.h"
#include "options.h"

enum {
	EXIT_FINE = 0,
	EXIT_MISTAKES = 1,
};

enum {
	KEY_ENGINE = OPTION_LONG_ONLY,
	KEY_JSON,
};

static const struct option_spec options[] = {
	{ KEY_ENGINE, "engine", OPTION_WORD, "any|bpf|landlock", false, "What is asked",
	  "which engine shall enforce it: what that one cannot\n"
	  "is a mistake then (any: a warning, if another can)" },
	{ KEY_JSON, "json", OPTION_FLAG, NULL, false, "What is said", "JSON, for programs" },
	{ 'h', "help", OPTION_FLAG, NULL, false, NULL, "this text" },
	{},
};

static const struct example examples[] = {
	{ "rootward check build.yaml", "is it right, and who can enforce it?" },
	{ "rootward check --engine landlock *.yaml && make release",
	  "go on only if landlock would take them all" },
	{ "rootward check --json - <build.yaml | jq '.policies[].findings'",
	  "for a program; the policy comes from standard input" },
	{},
};

static const struct {
	enum rootward_engine engine;
	const struct engine *table;
} engines[] = {
	{ ROOTWARD_ENGINE_BPF, &engine_bpf },
	{ ROOTWARD_ENGINE_LANDLOCK, &engine_landlock },
};

#define N_ENGINES (sizeof(engines) / sizeof(engines[0]))

/**
 * struct check - the command line.
 * @engine: the one that was asked for, or ROOTWARD_ENGINE_AUTO
 * @why:    for each of engines[] why it does not work here, or NULL
 * @root:   what --json prints; NULL without it
 */
struct check {
	enum rootward_engine engine;
	bool json;
	bool help;
	const char *why[N_ENGINES];
	json_t *root;
};

/** enum verdict - what an engine would do with a policy. */
enum verdict {
	TAKES_ALL,
	TAKES_PART, /* weaker by the policy's own best_effort, or narrower than it says */
	REFUSES,
	CANNOT_TELL,
};

static const char *const verdict_words[] = { "all", "part", "refused", "unknown" };
static const char *const verdict_text[] = {
	"would enforce it",
	"would take it, but for what the warnings say",
	"would refuse it",
	"cannot be asked",
};

static enum verdict ask_engine(const struct check *check, struct findings *findings,
			       struct rootward_policy *policy, size_t i)
{
	struct rootward_opts opts = findings_opts(findings);
	size_t warnings = findings->n[ROOTWARD_WARNING];
	int r;

	findings->engine = engines[i].table->name;
	findings->lenient = check->engine != engines[i].engine;
	r = rootward_engine_check(engines[i].engine, policy, &opts);
	if (r == -ENOTSUP)
		return REFUSES;
	if (r < 0)
		return CANNOT_TELL;
	return findings->n[ROOTWARD_WARNING] > warnings ? TAKES_PART : TAKES_ALL;
}

static void tell_verdict(const struct check *check, json_t *object, size_t i, enum verdict verdict)
{
	const char *name = engines[i].table->name, *why = check->why[i];

	if (!check->json) {
		printf("  %s %s", name, verdict_text[verdict]);
		if (why)
			printf("; here it does not work: %s", why);
		printf("\n");
		return;
	}
	json_object_set_new(object, name,
			    json_pack("{s:s,s:b,s:o}", "enforces", verdict_words[verdict], "works",
				      !why, "why", json_text(why)));
}

static void judge(struct findings *findings, const char *path, bool taken, bool usable)
{
	struct rootward_diag diag = { .severity = ROOTWARD_ERROR, .file = path };

	if (usable)
		return;
	diag.message = "no engine would take it";
	if (taken) {
		diag.severity = ROOTWARD_WARNING;
		diag.message = "no engine that works here would take it";
		diag.hint = "rootward doctor says what would change that";
	}
	findings->engine = NULL;
	findings->lenient = false;
	/* the sum of what went before, at no line */
	findings_tell(findings);
	findings_take(findings, &diag);
}

/* Return: whether an engine that may be used would take it. */
static bool ask_engines(const struct check *check, struct findings *findings, const char *path,
			struct rootward_policy *policy, enum verdict verdicts[N_ENGINES])
{
	bool taken = false, usable = false;

	for (size_t i = 0; i < N_ENGINES; i++) {
		if (check->engine != ROOTWARD_ENGINE_AUTO && check->engine != engines[i].engine)
			continue;
		verdicts[i] = ask_engine(check, findings, policy, i);
		taken |= verdicts[i] == TAKES_ALL || verdicts[i] == TAKES_PART;
		usable |= !check->why[i] && verdicts[i] != REFUSES;
	}
	judge(findings, path, taken, usable);
	return taken;
}

static void print_count(const char *separator, size_t n, const char *what)
{
	if (n)
		printf("%s%zu %s%s", separator, n, what, n > 1 ? "s" : "");
}

static void print_summary(const char *path, const struct findings *findings)
{
	size_t errors = findings->n[ROOTWARD_ERROR], warnings = findings->n[ROOTWARD_WARNING];

	if (findings_left_out(findings))
		printf("and %zu more; --json lists them all\n", findings_left_out(findings));
	print_safe(stdout, path);
	printf(":");
	if (!errors && !warnings)
		printf(" no mistakes");
	print_count(" ", errors, "mistake");
	print_count(errors ? ", " : " ", warnings, "warning");
	printf("\n");
}

/* All that is known of one policy, once it has been looked at. */
static void tell(struct check *check, const char *path, const struct findings *findings, bool asked,
		 const enum verdict *verdicts)
{
	json_t *by_engine = NULL, *object;

	if (check->json)
		by_engine = json_object();
	else
		print_summary(path, findings);
	for (size_t i = 0; asked && i < N_ENGINES; i++)
		if (check->engine == ROOTWARD_ENGINE_AUTO || check->engine == engines[i].engine)
			tell_verdict(check, by_engine, i, verdicts[i]);
	if (!check->json)
		return;
	object = json_pack("{s:o,s:I,s:I,s:O,s:o}", "policy", json_text(path), "errors",
			   (json_int_t)findings->n[ROOTWARD_ERROR], "warnings",
			   (json_int_t)findings->n[ROOTWARD_WARNING], "findings", findings->array,
			   "engines", by_engine);
	json_array_append_new(json_object_get(check->root, "policies"), object);
}

/* Return: the exit status for this one. */
static int check_policy(struct check *check, const char *path)
{
	const char *shown = strcmp(path, "-") ? path : "<stdin>";
	struct findings findings = { .array = check->json ? json_array() : NULL };
	struct rootward_opts opts = findings_opts(&findings);
	struct rootward_policy *policy = NULL;
	enum verdict verdicts[N_ENGINES] = {};
	int r, status = EXIT_ROOTWARD;

	r = rootward_policy_check(&policy, path, &opts);
	if (r == 0)
		status = ask_engines(check, &findings, shown, policy, verdicts) ? EXIT_FINE
										: EXIT_MISTAKES;
	else if (r == -EINVAL || r == -E2BIG)
		status = EXIT_MISTAKES;
	findings_tell(&findings);
	if (check->json || status != EXIT_ROOTWARD)
		tell(check, shown, &findings, r == 0, verdicts);
	rootward_policy_free(policy);
	json_decref(findings.array);
	return status;
}

static int take_option(void *data, const struct option_spec *spec, const char *value)
{
	struct check *check = data;
	int r = 0;

	switch (spec->key) {
	case KEY_ENGINE:
		r = option_word(spec, value); /* the words are in the order of the enum */
		check->engine = (enum rootward_engine)r;
		break;
	case KEY_JSON:
		check->json = true;
		break;
	case 'h':
		check->help = true;
		break;
	}
	return r < 0 ? r : 0;
}

/* Each file stands for itself; together in one run they are layers, of which there is room for few.
 */
static void note_layers(const struct check *check, int n)
{
	for (size_t i = 0; i < N_ENGINES; i++)
		if (!check->json && (unsigned int)n > engines[i].table->layers)
			printf("note: %s takes at most %u policies in one run\n",
			       engines[i].table->name, engines[i].table->layers);
}

static int check_all(struct check *check, char **paths, int n)
{
	int status = EXIT_FINE, one;

	for (size_t i = 0; i < N_ENGINES; i++)
		rootward_engine_probe(engines[i].engine, &check->why[i]);
	if (check->json)
		check->root = json_pack("{s:[]}", "policies");
	for (int i = 0; i < n; i++) {
		one = check_policy(check, paths[i]);
		status = one > status ? one : status;
	}
	note_layers(check, n);
	if (check->json && json_print(check->root) < 0) {
		complain("out of memory");
		return EXIT_ROOTWARD;
	}
	return status;
}

static int check_main(const struct command *command, int argc, char **argv)
{
	struct check check = {};
	int first;

	first = options_parse(command, argc, argv, take_option, &check);
	if (first < 0)
		return EXIT_ROOTWARD;
	if (check.help) {
		options_help(stdout, command);
		return 0;
	}
	if (first == argc) {
		complain("no policy");
		hint("rootward check build.yaml");
		return EXIT_ROOTWARD;
	}
	return check_all(&check, argv + first, argc - first);
}

const struct command command_check = {
	.name = "check",
	.summary = "look for mistakes in policies",
	.operands = "[--] POLICY...",
	.intro =
		"Tells every mistake with its place; rules that can never apply; paths that do not\n"
		"exist or lead elsewhere; and what each engine could not enforce on this machine.\n"
		"It applies nothing, changes nothing and needs no privilege. Relative paths in a\n"
		"policy start at the working directory, as they will in rootward run.",
	.outro =
		"An error is a mistake: rootward run would refuse the policy. A warning says that\n"
		"it means less than it seems; a note, what is easily overlooked.\n\n"
		"Status: 0 no mistakes (there may be warnings, also that no engine that works here\n"
		"would take a policy); 1 mistakes, or no engine would, wherever it works; 125\n"
		"if a policy cannot be read, or rootward failed.",
	.options = options,
	.examples = examples,
	.main = check_main,
};
