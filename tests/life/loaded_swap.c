/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One policy takes another's place: at one instant, whoever looks and whoever is killed. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "loaded.h"

#define OLD "name: swap\n" TREES "- {path: /tmp/loaded/old, deny: [all]}\n"
#define NEW "name: swap\n" TREES "- {path: /tmp/loaded/new, deny: [all]}\n"

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

#define TASKS 8
#define SECONDS 6

/* @let: times that the secret was open; @both: that neither policy's own file was denied */
struct storm {
	atomic_ulong looks, let;
	atomic_bool stop;
};

static struct storm *storm;

static _Noreturn void look(void)
{
	while (!atomic_load(&storm->stop)) {
		atomic_fetch_add(&storm->let, opens("/tmp/loaded/secret") == 0);
		atomic_fetch_add(&storm->looks, 1);
	}
	_exit(0);
}

/* Returns how many times a policy was put in. */
static unsigned int storm_while(int (*change)(unsigned int))
{
	pid_t pids[TASKS];
	unsigned int n = 0, i;
	double end;

	atomic_store(&storm->looks, 0);
	atomic_store(&storm->let, 0);
	atomic_store(&storm->stop, false);
	for (i = 0; i < TASKS; i++) {
		pids[i] = fork();
		if (!pids[i])
			look();
	}
	for (end = now() + SECONDS; now() < end; n++)
		if (change(n) < 0)
			break;
	atomic_store(&storm->stop, true);
	for (i = 0; i < TASKS; i++)
		waitpid(pids[i], NULL, 0);
	return n;
}

static int replace(unsigned int n)
{
	return load_text(n & 1 ? NEW : OLD);
}

/* What a replacement must not be: out with the old, in with the new. */
static int take_out_first(unsigned int n)
{
	int r = rootward_unload("swap", NULL);

	return r < 0 ? r : replace(n);
}

void test_replacement(void)
{
	unsigned int n;

	storm = mmap(NULL, sizeof(*storm), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	is_int(load_text(OLD), 0, "a policy that will be replaced");
	n = storm_while(replace);
	ok(n > 2, "replaced %u times while %d tasks look %lu times", n, TASKS,
	   atomic_load(&storm->looks));
	is_int(atomic_load(&storm->let), 0, "no look falls between two policies");
	n = storm_while(take_out_first);
	ok(atomic_load(&storm->let) > 0, "were it unloaded first, %lu of %lu looks would",
	   atomic_load(&storm->let), atomic_load(&storm->looks));
	rootward_unload("swap", NULL);
	munmap(storm, sizeof(*storm));
}

static void load_new(void *data)
{
	load_text(NEW);
}

/* Which policy is there?  0: the old one, 1: the new one, -1: neither or half of one. */
static int which(void)
{
	int old = opens("/tmp/loaded/old"), new = opens("/tmp/loaded/new");

	if (opens("/tmp/loaded/secret") != -EACCES || (old == 0) == (new == 0))
		return -1;
	return old == 0;
}

void test_kills(void)
{
	unsigned int n, found[3] = {};

	is_int(load_text(OLD), 0, "a policy, and another that is killed on its way into its place");
	for (n = 1; kill_at(n, load_new, NULL); n++) {
		found[which() + 1]++;
		load_text(OLD);
	}
	ok(n > 10, "killed at each of %u steps", n - 1);
	is_int(found[0], 0, "never half a policy or none");
	ok(found[1] && found[2], "the old one %u times, the new one %u times", found[1], found[2]);
	rootward_unload("swap", NULL);
}

#define N_TREES 10000
#define N_POLICIES 100

static void test_many_policies(void)
{
	struct rootward_policy *policies[N_POLICIES];
	char text[256];
	unsigned int i, n = 0;
	double start;
	int r;

	for (i = 0; i < N_POLICIES; i++) {
		snprintf(text, sizeof(text), "name: p%u\n" TREES, i);
		n += rootward_policy_parse(&policies[i], text, strlen(text), NULL) == 0;
	}
	is_int(n, N_POLICIES, "%u policies", n);
	start = now();
	r = rootward_load(policies, n, NULL);
	is_int(r, 0, "are loaded at once, in %.2f s", now() - start);
	is_int(opens("/tmp/loaded/secret"), -EACCES, "they deny");
	is_int(opens("/tmp/loaded/open"), 0, "and allow");
	for (i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "p%u", i);
		r |= rootward_unload(text, NULL);
		rootward_policy_free(policies[i]);
	}
	is_int(r, 0, "and unloaded one by one");
}

void test_sizes(void)
{
	_cleanup_free_ char *text = NULL;
	double start;
	int r;

	text = many_trees("/tmp/loaded/many", N_TREES);
	start = now();
	r = load_text(text);
	is_int(r, 0, "%d trees are loaded in %.2f s", N_TREES, now() - start);
	is_int(open("/tmp/loaded/many/9999/f", O_CREAT | O_WRONLY, 0644) < 0 ? errno : 0, EACCES,
	       "and rule");
	rootward_unload("many", NULL);
	test_many_policies();
}
