/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rootward bench: what a policy costs on this machine. */
#include <errno.h>
#include <string.h>

#include <rootward.h>

#include "bench.h"
#include "cleanup.h"
#include "json_out.h"
#include "message.h"
#include "options.h"
#include "outfile.h"
#include "rounds.h"
#include "supervise.h"
#include "tempdir.h"

enum {
	KEY_ENGINE = OPTION_LONG_ONLY,
	KEY_TIME,
	KEY_DIR,
	KEY_JSON,
	KEY_SVG,
	KEY_ROUNDS,
	KEY_TIMES,
	KEY_RULES,
	KEY_STARTS,
	KEY_PERCENTILE,
	KEY_CPU_TIME,
	KEY_UNIT,
};

static const struct option_spec options[] = {
	{ KEY_ENGINE, "engine", OPTION_WORD, "all|bpf|landlock", false, "What is measured",
	  "which engine (all: those that work here)" },
	{ KEY_TIME, "time", OPTION_TEXT, "SECONDS", false, NULL, "for about so long (60)" },
	{ KEY_DIR, "dir", OPTION_PATH, "DIR", false, NULL,
	  "where to make files for it, near the root directory\n"
	  "(/ if you may write there, else $TMPDIR or /tmp)" },
	{ KEY_JSON, "json", OPTION_FLAG, NULL, false, "What is said", "JSON, for programs" },
	{ KEY_SVG, "svg", OPTION_FILE, "FILE", false, NULL,
	  "besides, a plot: what is added, over the depth" },
	{ KEY_ROUNDS, "rounds", OPTION_TEXT, "N", true, "For emulated machines, and comparisons",
	  "so many rounds of each process at each depth, however\n"
	  "long that takes. Of these options the last one counts" },
	{ KEY_TIMES, "times", OPTION_TEXT, "N", true, NULL, "open and close in a round (100)" },
	{ KEY_RULES, "rules", OPTION_TEXT, "N", true, NULL, "in the larger policy (10000)" },
	{ KEY_STARTS, "starts", OPTION_TEXT, "N", true, NULL,
	  "start a command so often (10); 0: that is not\n"
	  "measured" },
	{ KEY_PERCENTILE, "percentile", OPTION_TEXT, "P", true, NULL,
	  "of the rounds that counts (50, the median)" },
	{ KEY_CPU_TIME, "cpu-time", OPTION_FLAG, NULL, false, NULL,
	  "measure the processes' own time, not the clock's" },
	{ KEY_UNIT, "unit", OPTION_TEXT, "WORD", true, NULL,
	  "what a nanosecond is called in what is said (ns)" },
	{ 'h', "help", OPTION_FLAG, NULL, false, NULL, "this text" },
	{},
};

static const struct example examples[] = {
	{ "sudo rootward bench --svg cost.svg", "both engines, where both work, and a plot" },
	{ "rootward bench --engine landlock --time 10", "without privilege, and quickly" },
	{ "rootward bench --json | jq '.rows[] | select(.line == \"ancestor\")'",
	  "for a program: what each further directory costs" },
	{},
};

static const enum rootward_engine engines[] = { ROOTWARD_ENGINE_BPF, ROOTWARD_ENGINE_LANDLOCK };

/* Where it is measured if the place allows it. */
static const unsigned int depths[FIGURES_DEPTHS] = { 5, 10, 20, 40 };

#define DEEPEST (depths[FIGURES_DEPTHS - 1])

/**
 * struct bench - the command line, and what becomes of it.
 * @dir:    as given, or NULL
 * @svg:    the file's name, or NULL; @plot: it
 * @signal: that asked to end, or 0
 */
struct bench {
	struct rounds rounds;
	struct place place;
	struct bench_result result;
	const char *dir;
	const char *svg;
	struct outfile plot;
	bool json;
	bool help;

	struct report report;
	struct rootward_opts opts;
	struct supervisor supervisor;
	int signal;
};

static int take_number(const struct option_spec *spec, const char *value, unsigned long least,
		       unsigned long most, unsigned int *number)
{
	size_t length = strlen(value);
	unsigned long n = strtoul(value, NULL, 10);

	if (!length || length > 9 || strspn(value, "0123456789") != length || n < least ||
	    n > most) {
		complain("--%s: \"%s\" is not a number from %lu to %lu", spec->name, value, least,
			 most);
		return -EINVAL;
	}
	*number = (unsigned int)n;
	return 0;
}

static int take_engine(struct bench *bench, const struct option_spec *spec, const char *value)
{
	int which = option_word(spec, value);

	if (which < 0)
		return which;
	for (int e = 0; e < FIGURES_ENGINES; e++)
		bench->rounds.engines[e] = which == 0 || which == e + 1;
	return 0;
}

static int take_option(void *data, const struct option_spec *spec, const char *value)
{
	struct bench *bench = data;
	struct rounds *rounds = &bench->rounds;
	unsigned int rules;
	int r;

	switch (spec->key) {
	case KEY_ENGINE:
		return take_engine(bench, spec, value);
	case KEY_TIME:
		return take_number(spec, value, 1, 86400, &rounds->seconds);
	case KEY_ROUNDS:
		return take_number(spec, value, 2, 1000000, &rounds->rounds);
	case KEY_TIMES:
		return take_number(spec, value, 1, 1000000, &rounds->times);
	case KEY_RULES:
		r = take_number(spec, value, 3, 99999, &rules);
		rounds->rules = r < 0 ? 0 : rules;
		return r;
	case KEY_STARTS:
		return take_number(spec, value, 0, 1000, &rounds->starts);
	case KEY_PERCENTILE:
		return take_number(spec, value, 0, 100, &rounds->percentile);
	case KEY_DIR:
		bench->dir = value;
		break;
	case KEY_UNIT:
		bench->result.unit = value;
		break;
	case KEY_SVG:
		bench->svg = value;
		break;
	case KEY_CPU_TIME:
		rounds->clock = CLOCK_THREAD_CPUTIME_ID;
		break;
	case KEY_JSON:
		bench->json = true;
		break;
	case 'h':
		bench->help = true;
		break;
	}
	return 0;
}

static bool stopped(void *data)
{
	struct bench *bench = data;

	if (!bench->signal)
		bench->signal = supervisor_pending(&bench->supervisor);
	return bench->signal;
}

/* Leaves out what does not work here. */
static int find_engines(struct bench *bench)
{
	bool any = false;
	size_t e;

	for (e = 0; e < FIGURES_ENGINES; e++) {
		const char *why = NULL;

		if (!bench->rounds.engines[e])
			continue;
		if (rootward_engine_probe(engines[e], &why) == 0) {
			any = true;
			continue;
		}
		bench->rounds.engines[e] = false;
		bench->result.left_out[e] = why ? why : "it does not say why";
	}
	if (any)
		return 0;
	complain("nothing can be measured: no engine that was asked for works here");
	for (e = 0; e < FIGURES_ENGINES; e++)
		if (bench->result.left_out[e])
			say("%s: %s", bench_engines[e], bench->result.left_out[e]);
	hint("rootward doctor says what would change that");
	return -ENOSYS;
}

/* Tried, not asked: a policy may forbid what permissions allow. */
static bool can_make_in_root(void)
{
	char name[] = "/rootward-bench-XXXXXX";

	return mkdtemp(name) && rmdir(name) == 0;
}

/* Return: the real path, which the caller frees; NULL after a message. */
static char *find_dir(const struct bench *bench)
{
	const char *dir = bench->dir;
	char *path;

	if (!dir && can_make_in_root())
		dir = "/";
	if (!dir)
		dir = getenv("TMPDIR");
	if (!dir || !*dir)
		dir = "/tmp";
	path = realpath(dir, NULL);
	if (!path)
		complain("cannot measure in %s: %s", dir, strerror(errno));
	return path;
}

/* The depths that files in @dir can have. */
static int find_depths(struct bench *bench, const char *dir)
{
	struct figures *f = &bench->result.figures;
	unsigned int nearest = place_depth(dir);

	for (size_t i = 0; i < FIGURES_DEPTHS; i++)
		if (depths[i] >= nearest)
			f->depth[f->n_depths++] = depths[i];
	if (f->n_depths < 2) {
		complain("%s is too deep: a file in there is beneath %u directories", dir, nearest);
		hint("--dir names one that is nearer to the root directory");
		return -EINVAL;
	}
	if (f->n_depths < FIGURES_DEPTHS)
		say("%s is deep: the first depth that is measured is %u, not %u", dir, f->depth[0],
		    depths[0]);
	return 0;
}

static int show(struct bench *bench)
{
	double spread = bench->result.figures.spread;

	if (!bench->json) {
		bench_text(stdout, &bench->result);
	} else if (json_print(bench_json(&bench->result)) < 0) {
		complain("out of memory");
		return -ENOMEM;
	}
	if (spread > BENCH_BUSY)
		say("warning: the machine is busy: half of the rounds are up to %.0f %% from their "
		    "median",
		    spread * 100);
	if (!bench->svg)
		return 0;
	bench_svg(outfile_start(&bench->plot), &bench->result);
	return outfile_finish(&bench->plot);
}

static int do_rounds(struct bench *bench, const char *dir)
{
	int r = place_make(&bench->place, dir, DEEPEST, bench->rounds.rules);

	if (r < 0) {
		complain("cannot make directories and files in %s: %s", dir, strerror(-r));
		hint("--dir names another place");
		return r;
	}
	if (isatty(STDERR_FILENO))
		say("measuring in %s; ctrl-C ends it", bench->place.base);
	r = rounds_run(&bench->rounds, &bench->place, &bench->result.figures);
	/* else the library has told, or the process that was to be measured */
	if (r < 0 && r != -EINTR && r != -EBADE && !bench->report.errors)
		complain("cannot measure: %s", strerror(-r));
	return r;
}

static int measure(struct bench *bench)
{
	_cleanup_free_ char *dir = NULL;
	int r;

	machine_read(&bench->result.machine);
	bench->opts = report_opts(&bench->report);
	bench->rounds.opts = &bench->opts;
	r = find_engines(bench);
	dir = r < 0 ? NULL : find_dir(bench);
	if (!dir)
		return -ENOENT;
	r = find_depths(bench, dir);
	if (r == 0)
		r = outfile_open(&bench->plot, bench->svg);
	if (r < 0)
		return r;
	r = do_rounds(bench, dir);
	if (bench->place.base[0]) {
		supervisor_drain(&bench->supervisor);
		tempdir_remove(bench->place.base);
	}
	return r;
}

static int bench_main(const struct command *command, int argc, char **argv)
{
	struct bench bench = {
		.result = { .unit = "ns" },
		.rounds = { .engines = { true, true },
			    .rules = 10000,
			    .seconds = 60,
			    .times = 100,
			    .starts = 10,
			    .percentile = 50,
			    .clock = CLOCK_MONOTONIC_RAW,
			    .stopped = stopped,
			    .data = &bench },
	};
	int first, status, r;

	first = options_parse(command, argc, argv, take_option, &bench);
	if (first < 0)
		return EXIT_ROOTWARD;
	if (bench.help) {
		options_help(stdout, command);
		return 0;
	}
	if (first < argc) {
		complain("no argument is taken, there is \"%s\"", argv[first]);
		return EXIT_ROOTWARD;
	}
	r = supervisor_init(&bench.supervisor);
	if (r < 0) {
		complain("cannot receive signals: %s", strerror(-r));
		return EXIT_ROOTWARD;
	}
	r = measure(&bench);
	if (r == 0)
		r = show(&bench);
	status = bench.signal ? EXIT_BY_SIGNAL + bench.signal : r < 0 ? EXIT_ROOTWARD : 0;
	outfile_drop(&bench.plot);
	report_done(&bench.report);
	supervisor_done(&bench.supervisor, status);
	return status;
}

const struct command command_bench = {
	.name = "bench",
	.summary = "measure what a policy costs on this machine",
	.operands = "",
	.intro =
		"Processes open and close files at several depths, in turns: one under no policy,\n"
		"others under a policy of one rule, of many, and under several policies, by each\n"
		"engine that works here. What is said is the difference; whatever else the machine\n"
		"does meanwhile hits all alike. The directory that is made for it is removed.",
	.outro =
		"A depth is the number of directories between the file and the root directory.\n"
		"bystanders are processes under no policy while the bpf engine's programs are\n"
		"loaded: what those add to each of them is part of what bpf adds. Where a command\n"
		"runs confined by bpf anyway, they are loaded anyway, and that part cannot be seen.\n\n"
		"Status: 0; 125 if nothing can be measured, or rootward failed; 128+n if signal n\n"
		"ended it.",
	.options = options,
	.examples = examples,
	.main = bench_main,
};
