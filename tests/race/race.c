/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Is the snapshot real?  A thread moves directories so that at every instant the walker's working
 * directory lies beneath X, and beneath Y at none, though Y is the parent of one of its former
 * ancestors half of the time:
 *
 *	base/X/a/1/2/.../m		the walker stands in m
 *	base/Y/b/1/2/...
 *
 *	b to X, m from a to b, a to Y;  a to X, m from b to a, b to Y;  and so on
 *
 * A walker that reads one parent after the other meets Y now and then (the chain between m and a
 * gives it time to).  That is the control: it must be seen to.  rootward's must not, ever.
 *
 * usage: race [SECONDS]
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "cleanup.h"
#include "identity.h"
#include "race.skel.h"
#include "../tap.h"

#define LINKS 400

struct storm {
	atomic_bool stop;
	int x, y;      /* directories, open: so a rename costs no look-up of a long path, */
	int bottom[2]; /* and nothing depends on the walker's working directory, which moves */
	unsigned long renames;
	unsigned int seed;
	int failed;
};

static void move(struct storm *s, int from, int to, const char *name)
{
	if (renameat(from, name, to, name) < 0)
		s->failed = errno;
	s->renames++;
}

/* Now and then a while without renames, so that both kinds of walk have their chance. */
static void pause_sometimes(struct storm *s)
{
	struct timespec pause = { .tv_nsec = rand_r(&s->seed) % 100000 };

	if (rand_r(&s->seed) % 4 == 0)
		nanosleep(&pause, NULL);
}

static void *storm_run(void *arg)
{
	struct storm *s = arg;

	while (!atomic_load(&s->stop) && !s->failed) {
		move(s, s->y, s->x, "b");
		move(s, s->bottom[0], s->bottom[1], "m");
		move(s, s->x, s->y, "a");
		pause_sometimes(s);
		move(s, s->y, s->x, "a");
		move(s, s->bottom[1], s->bottom[0], "m");
		move(s, s->x, s->y, "b");
		pause_sometimes(s);
	}
	return NULL;
}

/* A directory in @parent, and a chain of LINKS beneath it.  Returns its bottom, open. */
static int make_chain(int parent, const char *top)
{
	int i, fd, next;

	if (mkdirat(parent, top, 0700) < 0)
		return -errno;
	fd = openat(parent, top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (i = 0; fd >= 0 && i < LINKS; i++) {
		next = mkdirat(fd, "d", 0700) < 0 ?
			       -1 :
			       openat(fd, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		close(fd);
		fd = next;
	}
	return fd;
}

static bool make_tree(struct storm *s)
{
	if (mkdir("X", 0700) < 0 || mkdir("Y", 0700) < 0)
		return false;
	s->x = open("X", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	s->y = open("Y", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	s->bottom[0] = make_chain(s->x, "a");
	s->bottom[1] = make_chain(s->y, "b");
	return s->bottom[0] >= 0 && s->bottom[1] >= 0 && mkdirat(s->bottom[0], "m", 0700) == 0;
}

static int forbid(struct race_bpf *race, const char *path)
{
	_cleanup_close_ int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC), program = -1;
	struct rw_identity id;
	int r;

	program = identity_load();
	if (program < 0)
		return program;
	r = identity_read(program, &fd, 1, &id);
	race->bss->impossible_ino = id.ino;
	race->bss->impossible_dev = id.dev;
	return r;
}

static void walk_for(struct race_bpf *race, struct bpf_program *program, double seconds)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	struct timespec begin, now;

	race->bss->walks = race->bss->impossible = 0;
	race->bss->refused = race->bss->odd_ends = race->bss->restarts = 0;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	do {
		bpf_prog_test_run_opts(bpf_program__fd(program), &opts);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec - begin.tv_sec + (now.tv_nsec - begin.tv_nsec) / 1e9 < seconds);
	printf("# %s: %llu walks, %llu impossible, %llu refused, %llu restarts\n",
	       bpf_program__name(program), (unsigned long long)race->bss->walks,
	       (unsigned long long)race->bss->impossible, (unsigned long long)race->bss->refused,
	       (unsigned long long)race->bss->restarts);
}

static void race_run(struct race_bpf *race, struct storm *s, double seconds)
{
	pthread_t thread;
	int tries;

	ok(pthread_create(&thread, NULL, storm_run, s) == 0, "a thread renames");
	/* How long it takes to be torn depends on the machine; that it happens does not. */
	for (tries = 0; tries < 20 && (!tries || !race->bss->impossible); tries++)
		walk_for(race, race->progs.walk_naive, seconds / 4);
	ok(race->bss->impossible > 0, "the control meets what never was an ancestor");
	walk_for(race, race->progs.walk_validated, seconds);
	ok(race->bss->impossible == 0, "rootward's walk never does");
	ok(race->bss->walks > 1000, "and comes to the root, again and again");
	ok(race->bss->restarts > 0, "though it had to start anew");
	ok(race->bss->odd_ends == 0, "and ends in no other way");
	atomic_store(&s->stop, true);
	pthread_join(thread, NULL);
	ok(s->failed == 0, "every rename worked");
	printf("# %lu renames\n", s->renames);
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 8;
	char base[] = "/tmp/rootward-race-XXXXXX", command[64];
	struct race_bpf *race = race_bpf__open_and_load();
	struct storm s = { .seed = 1 };

	if (!race) {
		skip("this kernel does not load BPF programs for the caller", "%s", strerror(errno));
		return done_testing();
	}
	ok(mkdtemp(base) && chdir(base) == 0, "a directory of its own");
	ok(make_tree(&s) && forbid(race, "Y") == 0, "the tree");
	ok(fchdir(s.bottom[0]) == 0 && chdir("m") == 0, "the walker goes to the bottom");
	race_run(race, &s, seconds);
	race_bpf__destroy(race);
	snprintf(command, sizeof(command), "rm -rf %s", base);
	ok(chdir("/") == 0 && system(command) == 0, "cleaned up");
	return done_testing();
}
