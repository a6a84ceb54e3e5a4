/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cases - run the table of cases on an engine; the output is TAP. */
#include <fnmatch.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <rootward.h>

#include "explain.h"
#include "random.h"
#include "run.h"

static const struct case_group *const groups[] = {
#define ADDRESS(name) &group_##name,
	GROUPS(ADDRESS)
#undef ADDRESS
};

#define N_GROUPS (sizeof(groups) / sizeof(groups[0]))

static const char usage_text[] =
	"usage: cases [OPTION]...\n"
	"Runs the table of cases; with --random, random ones instead.\n"
	"  --engine ENGINE  bpf, landlock, load: bpf, by policies that are loaded for the machine;\n"
	"                   or none: only the table against the model\n"
	"  --only PATTERN   cases whose 'group: name' matches\n"
	"  --list           their names\n"
	"  --random N       so many random cases, the engine against the model\n"
	"  --seed S         where those begin (default: the time)\n"
	"ROOTWARD_EXT4 names a directory on ext4 for the cases that need one.\n";

struct options {
	enum use use;
	const char *only;
	bool list;
	int random;
	unsigned int seed;
};

static int parse_engine(const char *word, enum use *use)
{
	static const char *const words[] = { "bpf", "landlock", "none", "load" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcmp(words[i], word)) {
			*use = (enum use)i;
			return 0;
		}
	}
	return -EINVAL;
}

static int parse(int argc, char **argv, struct options *o)
{
	static const struct option options[] = {
		{ "engine", required_argument, NULL, 'e' },
		{ "only", required_argument, NULL, 'o' },
		{ "list", no_argument, NULL, 'l' },
		{ "random", required_argument, NULL, 'r' },
		{ "seed", required_argument, NULL, 's' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'o')
			o->only = optarg;
		else if (c == 'l')
			o->list = true;
		else if (c == 'r')
			o->random = atoi(optarg);
		else if (c == 's')
			o->seed = (unsigned int)strtoul(optarg, NULL, 0);
		else if (c != 'e' || parse_engine(optarg, &o->use))
			return -EINVAL;
	}
	return optind == argc ? 0 : -EINVAL;
}

/* Why a case is not run, or NULL. */
static const char *reason_to_skip(const struct run *run, const struct test_case *c)
{
	if (c->actor && geteuid())
		return "needs root";
	if (run->use == USE_LANDLOCK && c->landlock.how == OUT_OF_REACH)
		return c->landlock.text;
	return NULL;
}

static void print_details(const char *text)
{
	size_t len;

	for (; text && *text; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		printf("# %.*s\n", (int)len, text);
	}
}

/** struct totals - of all cases; @without: were about nothing but what was left out. */
struct totals {
	int failed, made, left_out, without;
};

static void add_up(struct totals *totals, const struct result *result)
{
	totals->failed += result->outcome == FAIL;
	totals->made += result->tally.made;
	totals->left_out += result->tally.left_out;
	totals->without += result->outcome == SKIP && result->tally.left_out;
}

/* One line of TAP and its details. */
static void run_one(const struct run *run, const struct test_case *c, const char *title, int number,
		    struct totals *totals)
{
	const char *reason = reason_to_skip(run, c);
	struct result result = { .outcome = SKIP };

	if (!reason)
		run_case(run, c, &result);
	if (result.outcome == SKIP)
		printf("ok %d - %s # SKIP %s", number, title, reason ?: result.text);
	else
		printf("%sok %d - %s", result.outcome == FAIL ? "not " : "", number, title);
	if (result.tally.denied_more)
		printf(" (denies more: %s)", c->landlock.text);
	if (result.tally.left_out && result.outcome != SKIP)
		printf(" (but for %d checks: nothing confines)", result.tally.left_out);
	if (reason || result.outcome != SKIP)
		putchar('\n');
	if (result.outcome == FAIL)
		print_details(result.text);
	free(result.text);
	add_up(totals, &result);
}

/* Every case that is selected; counts them first when @run is NULL. */
static int each_case(const struct run *run, const struct options *o, struct totals *totals)
{
	char title[256];
	size_t g, i;
	int n = 0;

	for (g = 0; g < N_GROUPS; g++) {
		for (i = 0; i < groups[g]->n; i++) {
			snprintf(title, sizeof(title), "%s: %s", groups[g]->name,
				 groups[g]->cases[i].name);
			if (o->only && fnmatch(o->only, title, 0) && !strstr(title, o->only))
				continue;
			n++;
			if (o->list)
				puts(title);
			else if (run)
				run_one(run, &groups[g]->cases[i], title, n, totals);
		}
	}
	return n;
}

static void print_diag(void *data, const struct rootward_diag *d)
{
	printf("# %s\n", d->message);
}

/*
 * Loads what the engine loads once, so that no case waits for it, nor each finds anew that it
 * cannot be loaded.  The domain is kept to the end.
 */
static int warm_up(enum rootward_engine engine, struct rootward_domain **domain)
{
	struct rootward_opts opts = { .size = sizeof(opts), .diag = print_diag };
	static const char text[] = BASIC "default: [all]\n";
	struct rootward_policy *policy;
	int r;

	r = rootward_policy_parse(&policy, text, sizeof(text) - 1, &opts);
	if (r)
		return r;
	r = rootward_domain_new(domain, engine, &policy, 1, &opts);
	rootward_policy_free(policy);
	return r;
}

enum { SKIPPED = 2 };

/* Return: 0; SKIPPED when there is no such engine here; 1 when there is, and it does not work. */
static int start_engine(enum use use, struct rootward_domain **domain)
{
	enum rootward_engine engine =
		use == USE_LANDLOCK ? ROOTWARD_ENGINE_LANDLOCK : ROOTWARD_ENGINE_BPF;
	const char *why = NULL;
	int r;

	if (use == USE_NONE)
		return 0;
	r = rootward_engine_probe(engine, &why);
	if (r) {
		printf("1..0 # SKIP %s\n", why ?: strerror(-r));
		return SKIPPED;
	}
	r = warm_up(engine, domain);
	if (r == -ENOTSUP) {
		printf("1..0 # SKIP an engine too old for the operations that all cases use\n");
		return SKIPPED;
	}
	if (r)
		printf("Bail out! rootward_domain_new: %s\n", strerror(-r));
	if (!r && use == USE_LOAD) {
		r = load_begin();
		if (r)
			printf("Bail out! no control group: %s\n", strerror(-r));
	}
	return r ? 1 : 0;
}

static int run_table(const struct run *run, const struct options *o)
{
	struct totals totals = { 0 };

	printf("1..%d\n", each_case(NULL, o, NULL));
	each_case(run, o, &totals);
	printf("# %d failed; %d checks by an actor\n", totals.failed, totals.made);
	if (run->use == USE_LOAD)
		printf("# about confinement, and left out: %d checks, among them all of %d cases\n",
		       totals.left_out, totals.without);
	return totals.failed;
}

int main(int argc, char **argv)
{
	struct options o = { .use = USE_LANDLOCK, .seed = (unsigned int)getpid() };
	char at[] = "/tmp/rootward-cases.XXXXXX";
	struct run run = { .at = at };
	struct rootward_domain *domain = NULL;
	int failed, r;

	if (parse(argc, argv, &o)) {
		fputs(usage_text, stderr);
		return 2;
	}
	if (o.list)
		return each_case(NULL, &o, NULL) ? 0 : 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	run.use = o.use;
	r = start_engine(o.use, &domain);
	if (r)
		return r == SKIPPED ? 0 : r; /* what was skipped is in the plan */
	/* without it explain walks over descriptors */
	if (o.use != USE_NONE && o.use != USE_LOAD)
		walker_keep();
	if (!mkdtemp(at)) {
		perror(at);
		return 1;
	}
	chmod(at, 0755);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	failed = o.random ? random_run(&run, o.random, o.seed) : run_table(&run, &o);
	rmdir(at);
	if (o.use == USE_LOAD)
		load_end();
	rootward_domain_free(domain);
	return failed ? 1 : 0;
}
