/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a decision costs by the depth of the file, in ways that decide.bpf.c has, and what Landlock
 * adds to open() and close() there.  Needs the right to load BPF programs, not BPF LSM, so it runs
 * on the host's processor.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "cleanup.h"
#include "decide.h"
#include "decide.skel.h"
#include "tempdir.h"
#include "variant.h"

#define OPENS 300
#define DEPTHS 4
#define RULES 10000

static const unsigned int depths[DEPTHS] = { 5, 10, 20, 40 };

/* What is measured.  Nothing is subtracted from what decides, bare from Landlock. */
enum way { NOTHING, LOADS, ONE_PASS, WALK, COPY, D_PATH, BARE, LANDLOCK, WAYS };

static const char *const words[WAYS] = {
	[LOADS] = "a chain of loads of d_parent",    [ONE_PASS] = "walk, one pass",
	[WALK] = "walk, validated, and rule",	     [COPY] = "path, copied by names, and prefix",
	[D_PATH] = "path, bpf_d_path(), and prefix", [LANDLOCK] = "landlock, open and close",
};

/**
 * struct bench
 * @iterator: over this process's files
 * @fds: of the file at each depth
 * @best: the quickest of the rounds, in ns for one decision
 */
struct bench {
	struct place place;
	struct decide_bpf *bpf;
	struct bpf_link *iterator;
	struct variant variants[2];
	int fds[DEPTHS];
	double best[WAYS][DEPTHS];
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

static struct bpf_program *program_of(const struct bench *b, enum way way)
{
	struct bpf_program *programs[] = {
		[NOTHING] = b->bpf->progs.decide_nothing,   [LOADS] = b->bpf->progs.decide_loads,
		[ONE_PASS] = b->bpf->progs.decide_one_pass, [WALK] = b->bpf->progs.decide_walk,
		[COPY] = b->bpf->progs.decide_copy,
	};

	return programs[way];
}

static int run_iterator(const struct bench *b)
{
	_cleanup_close_ int fd = bpf_iter_create(bpf_link__fd(b->iterator));
	char nothing;

	return fd < 0 || read(fd, &nothing, sizeof(nothing)) < 0 ? -errno : 0;
}

/* So many decisions, and all allow. */
static int decide(struct bench *b, enum way way, double *ns)
{
	uint64_t before = b->bpf->bss->allowed;
	double begin = now();
	int r;

	if (way == D_PATH)
		r = run_iterator(b);
	else
		r = bpf_prog_test_run_opts(bpf_program__fd(program_of(b, way)), NULL);
	*ns = (now() - begin) / DECIDE_TIMES;
	return r == 0 && b->bpf->bss->allowed - before != DECIDE_TIMES ? -EBADE : r;
}

static int measure(struct bench *b, enum way way, size_t depth)
{
	double ns, *best = &b->best[way][depth];
	int r;

	if (way < BARE)
		r = decide(b, way, &ns);
	else
		r = variant_round(&b->variants[way - BARE], depths[depth], OPENS, &ns);
	if (r < 0) {
		fprintf(stderr, "bench-decide: %s: %s\n", words[way] ?: "nothing", strerror(-r));
		return r;
	}
	if (!*best || ns < *best)
		*best = ns;
	return 0;
}

static int measure_depth(struct bench *b, size_t depth, enum way ways)
{
	enum way way;
	int r;

	b->bpf->bss->fd = b->fds[depth];
	r = bpf_prog_test_run_opts(bpf_program__fd(b->bpf->progs.decide_find), NULL);
	for (way = 0; way < ways && r == 0; way++)
		r = measure(b, way, depth);
	return r;
}

/* The first @ways of them. */
static int measure_all(struct bench *b, unsigned int rounds, enum way ways)
{
	unsigned int round;
	size_t i;
	int r = 0;

	for (round = 0; round < rounds && r == 0; round++)
		for (i = 0; i < DEPTHS && r == 0; i++)
			r = measure_depth(b, i, ways);
	return r;
}

static int prepare(struct bench *b, const struct rootward_opts *opts)
{
	union bpf_iter_link_info info = { .task.pid = getpid() };
	LIBBPF_OPTS(bpf_iter_attach_opts, iter, .link_info = &info, .link_info_len = sizeof(info));
	struct decide_prefix root = { .bits = 8, .path = "/" };
	uint32_t value = 1;
	char path[PATH_MAX];
	size_t i;
	int r;

	r = place_make(&b->place, "/", depths[DEPTHS - 1], 3);
	for (i = 0; i < DEPTHS && r == 0; i++) {
		place_file(&b->place, depths[i], path);
		b->fds[i] = open(path, O_RDONLY | O_CLOEXEC);
		r = b->fds[i] < 0 ? -errno : 0;
	}
	b->variants[1] = (struct variant){ .confined = true, .engine = ROOTWARD_ENGINE_LANDLOCK };
	for (i = 0; i < 2 && r == 0; i++) {
		b->variants[i].rules = b->variants[i].layers = 1;
		b->variants[i].clock = CLOCK_MONOTONIC_RAW;
		r = variant_start(&b->variants[i], &b->place, opts);
	}
	if (r < 0)
		return r;
	b->bpf = decide_bpf__open_and_load();
	if (!b->bpf)
		return -errno;
	b->iterator = bpf_program__attach_iter(b->bpf->progs.decide_d_path, &iter);
	if (!b->iterator)
		return -errno;
	return bpf_map_update_elem(bpf_map__fd(b->bpf->maps.prefixes), &root, &value, BPF_ANY);
}

/* Rules that none of it ever meets: directories with other numbers, and their paths. */
static int add_rules(struct bench *b)
{
	struct decide_place place = { .dev = 1, .generation = 1 };
	struct decide_prefix prefix;
	uint32_t value = 1, i, bit;
	int r = 0;

	for (i = 1; i < RULES && r == 0; i++) {
		/* Inodes of directories that are made one after the other. */
		place.ino = 1000000000 + i;
		bit = decide_filter_bit(place.ino);
		b->bpf->bss->filter[bit / 64] |= 1ULL << (bit & 63);
		prefix = (struct decide_prefix){};
		prefix.bits = 8 * snprintf(prefix.path, sizeof(prefix.path), "/srv/%u/", i);
		r = bpf_map_update_elem(bpf_map__fd(b->bpf->maps.rules), &place, &value, BPF_ANY);
		if (r == 0)
			r = bpf_map_update_elem(bpf_map__fd(b->bpf->maps.prefixes), &prefix, &value,
						BPF_ANY);
	}
	memset(b->best, 0, sizeof(b->best));
	return r;
}

/* What one more directory costs: the straight line with the least squares. */
static double slope(const double cost[DEPTHS])
{
	double x = 0, y = 0, xy = 0, xx = 0;
	size_t i;

	for (i = 0; i < DEPTHS; i++) {
		x += depths[i];
		y += cost[i];
		xy += depths[i] * cost[i];
		xx += (double)depths[i] * depths[i];
	}
	return (DEPTHS * xy - x * y) / (DEPTHS * xx - x * x);
}

static void show(const struct bench *b, unsigned int rules, enum way ways)
{
	char heading[32];
	double cost[DEPTHS];
	enum way way, from;
	size_t i;

	snprintf(heading, sizeof(heading), "%u rule%s, at depth", rules, rules > 1 ? "s" : "");
	printf("%-34s%10s", heading, "ancestor");
	for (i = 0; i < DEPTHS; i++)
		printf("%8u", depths[i]);
	for (way = 0; way < ways; way++) {
		if (!words[way])
			continue;
		from = way == LANDLOCK ? BARE : NOTHING;
		for (i = 0; i < DEPTHS; i++)
			cost[i] = b->best[way][i] - b->best[from][i];
		printf("\n%-34s%10.2f", words[way], slope(cost));
		for (i = 0; i < DEPTHS; i++)
			printf("%8.0f", cost[i]);
	}
	putchar('\n');
}

static void bench_free(struct bench *b)
{
	size_t i;

	for (i = 0; i < 2; i++) {
		variant_end(&b->variants[i]);
		variant_free(&b->variants[i]);
	}
	bpf_link__destroy(b->iterator);
	decide_bpf__destroy(b->bpf);
	if (b->place.base[0])
		tempdir_remove(b->place.base);
}

static void tell(void *data, const struct rootward_diag *diag)
{
	fprintf(stderr, "bench-decide: %s\n", diag->message);
}

int main(int argc, char **argv)
{
	_cleanup_(bench_free) struct bench b = {};
	struct rootward_opts opts = { .size = sizeof(opts), .diag = tell };
	unsigned int rounds = argc > 1 ? (unsigned int)atoi(argv[1]) : 400;
	int r;

	if (argc > 2 || !rounds) {
		printf("usage: bench-decide [ROUNDS]\n");
		return 2;
	}
	r = prepare(&b, &opts);
	if (r < 0)
		fprintf(stderr, "bench-decide: %s\n", strerror(-r));
	if (r == 0)
		r = measure_all(&b, rounds, WAYS);
	if (r == 0) {
		show(&b, 1, WAYS);
		r = add_rules(&b);
	}
	if (r == 0)
		r = measure_all(&b, rounds, BARE);
	if (r == 0) {
		putchar('\n');
		show(&b, RULES, BARE);
		printf("\nThe quickest of %u rounds.\n", rounds);
	}
	return r < 0;
}
