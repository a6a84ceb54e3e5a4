/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Is the snapshot real?  While a storm moves directories or mounts (storm.h), programs walk from
 * the working directory (race.bpf.c).  The control must be seen to meet what never was; rootward's
 * walk must not, ever, whether the kernel's counters prove it or a second pass.
 *
 * usage: race [SECONDS]	in all, about
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "cleanup.h"
#include "identity.h"
#include "race.h"
#include "race.skel.h"
#include "race-two-pass.skel.h"
#include "storm.h"
#include "../tap.h"

enum way { NAIVE, VALIDATED, PAST, WAYS };

/* What is run of race.bpf.c, and how that is called. */
static const struct {
	const char *program, *name;
} ways[WAYS] = {
	[NAIVE] = { "walk_naive", "control" },
	[VALIDATED] = { "walk_validated", "all visited" },
	[PAST] = { "walk_past", "most passed by" },
};

/* One build of race.bpf.c. */
struct walkers {
	const char *name;
	struct bpf_object *object;
	int data, programs[WAYS]; /* descriptors */
};

static int walkers_load(struct walkers *w, const char *name, const void *elf, size_t size)
{
	enum way way;

	w->name = name;
	w->object = bpf_object__open_mem(elf, size, NULL);
	if (!w->object || bpf_object__load(w->object))
		return -errno;
	w->data = bpf_map__fd(bpf_object__find_map_by_name(w->object, ".bss"));
	for (way = 0; way < WAYS; way++)
		w->programs[way] = bpf_program__fd(
			bpf_object__find_program_by_name(w->object, ways[way].program));
	return 0;
}

static void put_data(const struct walkers *w, const struct race *race)
{
	const int key = 0;

	bpf_map_update_elem(w->data, &key, race, 0);
}

static void get_data(const struct walkers *w, struct race *race)
{
	const int key = 0;

	bpf_map_lookup_elem(w->data, &key, race);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/*
 * Walks that @way for so long, or up to twenty times as long until it has found what is @wanted:
 * how long it takes to be torn depends on the machine; that it happens does not.  *race says what
 * to look for, then what was found.
 */
static void walk_for(const struct walkers *w, enum way way, double seconds, struct race *race,
		     const unsigned long long *wanted)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	double start = now(), passed;

	*race = (struct race){ .x = race->x, .y = race->y };
	put_data(w, race);
	do {
		bpf_prog_test_run_opts(w->programs[way], &opts);
		get_data(w, race);
		passed = now() - start;
	} while (passed < seconds || (!*wanted && passed < 20 * seconds));
	printf("#   %s, %s: %llu walks, %llu impossible, %llu refused, %llu other ends, "
	       "%llu restarts\n",
	       w->name, ways[way].name, race->walks, race->impossible, race->refused,
	       race->odd_ends, race->restarts);
}

static int object_of(int fd, struct race_object *object)
{
	_cleanup_close_ int program = identity_load();
	struct rw_identity id;
	int r;

	if (program < 0)
		return program;
	r = identity_read(program, &fd, 1, &id);
	*object = (struct race_object){ .ino = id.ino, .dev = id.dev };
	return r;
}

/* What a walk takes while nothing moves: seconds. */
static double quiet_walk(const struct walkers *w, struct race *race)
{
	double start = now();

	walk_for(w, VALIDATED, 0, race, &race->walks);
	return (now() - start) / race->walks;
}

static void control(const struct walkers *w, double seconds, struct race *race)
{
	walk_for(w, NAIVE, seconds, race, &race->impossible);
	ok(race->impossible > 0, "the control meets what never was");
}

static void validated(const struct walkers *w, enum way way, double seconds, struct race *race)
{
	const char *name = ways[way].name;

	walk_for(w, way, seconds, race, &race->restarts);
	ok(race->impossible == 0, "rootward's walk never does (%s, %s)", w->name, name);
	ok(race->odd_ends == 0, "and ends at the root (%s, %s)", w->name, name);
	ok(race->walks > 1000, "again and again (%s, %s)", w->name, name);
	/* The quick way may be too quick for that, where both share a processor. */
	ok(race->restarts > 0 || way == PAST, "though it has to start anew (%s, %s)", w->name,
	   name);
	ok(race->refused * 10 <= race->walks + race->refused,
	   "and gives up less than once in ten (%s, %s)", w->name, name);
}

/* Counters that never stand still, and a chain that always does. */
static void not_starved(const struct walkers *w, enum way way, double seconds, struct race *race)
{
	const char *name = ways[way].name;

	walk_for(w, way, seconds, race, &race->walks);
	ok(race->impossible == 0 && race->odd_ends == 0, "walks come to the root (%s)", name);
	ok(race->walks > 0 && race->refused == 0, "all of them (%s)", name);
	ok(race->restarts <= race->walks, "starting anew but once (%s)", name);
}

static bool begin_storm(const char *what, int (*make)(struct storm *), const struct walkers *w,
			struct storm *s, struct race *race)
{
	return ok(mkdir(what, 0700) == 0 && chdir(what) == 0, "%s: a directory for them", what) &&
	       is_int(make(s), 0, "the tree") &&
	       ok(object_of(s->places[0], &race->x) == 0 && object_of(s->places[1], &race->y) == 0,
		  "its identities") &&
	       ok(storm_start(s, quiet_walk(&w[1], race)) == 0, "a thread moves %s", what);
}

static void end_storm(const char *what, struct storm *s, double start)
{
	storm_stop(s);
	is_int(s->failed, 0, "every move worked");
	printf("#   %lu moves of %s, %.0f per second\n", s->moves, what,
	       s->moves / (now() - start));
}

static void run_elsewhere(const struct walkers *w, double seconds)
{
	struct race race = { 0 };
	struct storm s;
	double start = now();

	if (!begin_storm("others", storm_elsewhere, w, &s, &race))
		return;
	not_starved(w, VALIDATED, seconds / 2, &race);
	not_starved(w, PAST, seconds / 2, &race);
	end_storm("others", &s, start);
}

/* @seconds: a fifth for the control, the same for each of the others */
static void run_storm(const char *what, int (*make)(struct storm *), const struct walkers *w,
		      double seconds)
{
	struct race race = { 0 };
	struct storm s;
	double start;

	if (!begin_storm(what, make, w, &s, &race))
		return;
	start = now();
	control(&w[0], seconds * 0.2, &race);
	validated(&w[0], VALIDATED, seconds * 0.2, &race);
	validated(&w[0], PAST, seconds * 0.2, &race);
	printf("#   rename_lock and mount_lock are %s\n", race.has_counters ? "seen" : "not seen");
	validated(&w[1], VALIDATED, seconds * 0.2, &race);
	validated(&w[1], PAST, seconds * 0.2, &race);
	ok(!race.has_counters, "no counters were seen there");
	end_storm(what, &s, start);
}

static int load_both(struct walkers w[2])
{
	const void *elf;
	size_t size;
	int r;

	elf = race_bpf__elf_bytes(&size);
	r = walkers_load(&w[0], "as it is", elf, size);
	elf = race_two_pass_bpf__elf_bytes(&size);
	return r ?: walkers_load(&w[1], "without counters", elf, size);
}

/* A mount of its own, in a namespace where moving it concerns nobody. */
static int enter_scene(char *base)
{
	if (!mkdtemp(base) || unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("race", base, "tmpfs", 0, "mode=700,size=64m") || chdir(base))
		return -errno;
	return 0;
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 8;
	char base[] = "/tmp/rootward-race-XXXXXX";
	struct walkers w[2] = { 0 };
	int r = load_both(w);

	if (r) {
		skip("this kernel does not load BPF programs for the caller", "%s", strerror(-r));
		return done_testing();
	}
	if (is_int(enter_scene(base), 0, "a mount of its own")) {
		run_storm("directories", storm_of_directories, w, seconds * 0.45);
		ok(chdir(base) == 0, "back");
		run_storm("mounts", storm_of_mounts, w, seconds * 0.45);
		ok(chdir(base) == 0, "back");
		run_elsewhere(w, seconds * 0.1);
	}
	ok(chdir("/") == 0 && umount2(base, MNT_DETACH) == 0 && rmdir(base) == 0, "cleaned up");
	bpf_object__close(w[0].object);
	bpf_object__close(w[1].object);
	return done_testing();
}
