/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A policy that denies what is denied nowhere so far: its program goes on its hook before the
 * policy is at work, for tasks that run already.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loaded.h"

#define LINK BPF_KERNEL_PINS "/live/link_rw_inode_getattr"
#define NOWHERE "name: stat\ndefault: [all]\n"
#define SOMEWHERE NOWHERE "trees:\n- {path: /tmp/loaded/secret, deny: [stat]}\n"
#define ELSEWHERE NOWHERE "trees:\n- {path: /tmp/loaded/old, deny: [stat]}\n"

enum stage { CHANGES, DENIED, ALLOWED };

struct looking {
	atomic_uint stage, seen[3], wrong[3];
	atomic_bool stop;
};

static struct looking *l;

static int stats(void *path)
{
	struct stat st;

	return stat(path, &st) ? errno : 0;
}

static _Noreturn void look(void)
{
	unsigned int before;
	int r;

	while (!atomic_load(&l->stop)) {
		before = atomic_load(&l->stage);
		r = stats("/tmp/loaded/secret");
		if (before == CHANGES || atomic_load(&l->stage) != before)
			continue;
		atomic_fetch_add(&l->seen[before], 1);
		atomic_fetch_add(&l->wrong[before], (r != 0) != (before == DENIED));
	}
	_exit(0);
}

static int change(const char *text, enum stage to)
{
	int r;

	atomic_store(&l->stage, CHANGES);
	r = text ? load_text(text) : rootward_unload("stat", NULL);
	atomic_store(&l->stage, to);
	usleep(100000);
	return r;
}

#define TASKS 2
#define ROUNDS 5

static void storm(void)
{
	unsigned int i, failed = 0;
	pid_t pids[TASKS];

	for (i = 0; i < TASKS; i++) {
		pids[i] = fork();
		if (!pids[i])
			look();
	}
	for (i = 0; i < ROUNDS; i++) {
		failed += !!change(SOMEWHERE, DENIED);
		failed += !!change(ELSEWHERE, ALLOWED);
		failed += !!change(SOMEWHERE, DENIED);
		failed += !!change(NOWHERE, ALLOWED);
		failed += !!change(SOMEWHERE, DENIED);
		failed += !!change(NULL, ALLOWED);
	}
	atomic_store(&l->stop, true);
	for (i = 0; i < TASKS; i++)
		waitpid(pids[i], NULL, 0);
	is_int(failed, 0, "loaded, replaced and unloaded while tasks ask for attributes");
	ok(l->seen[DENIED] > 10 && l->seen[ALLOWED] > 10, "which they do (%u, %u times)",
	   l->seen[DENIED], l->seen[ALLOWED]);
	is_int(l->wrong[DENIED], 0, "once it is loaded nobody gets any");
	is_int(l->wrong[ALLOWED], 0, "and once it is gone, everybody");
}

struct told {
	unsigned int stat;
};

static void note(void *data, const struct rootward_event *event)
{
	struct told *told = data;

	told->stat += event->outcome == ROOTWARD_ALLOWED && event->ops == ROOTWARD_OP_STAT &&
		      strcmp(event->object, "/tmp/loaded/open") == 0;
}

/* Who watches what is allowed is told of what is denied nowhere, too. */
static void watched(void)
{
	struct rootward_watch *watch = NULL;
	struct told told = {};
	int i;

	ok(access(LINK, F_OK) < 0, "nothing is on its hook");
	if (!is_int(rootward_watch_new(&watch, "keeper", ROOTWARD_WATCH_ALL, NULL), 0, "a watch"))
		return;
	ok(access(LINK, F_OK) == 0, "of all that is allowed puts it there");
	for (i = 0; i < 20 && !told.stat; i++) {
		stats("/tmp/loaded/open");
		rootward_watch_read(watch, 100, note, &told);
	}
	ok(told.stat, "and is told");
	rootward_watch_free(watch);
	ok(access(LINK, F_OK) < 0, "it goes with the watch");
	if (!is_int(rootward_watch_new(&watch, "keeper", ROOTWARD_WATCH_DENIED, NULL), 0,
		    "a watch"))
		return;
	ok(access(LINK, F_OK) < 0, "of what is denied has no need of it");
	rootward_watch_free(watch);
}

void test_on_demand(void)
{
	l = mmap(NULL, sizeof(*l), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	watched();
	storm();
	is_int(load_text(SOMEWHERE), 0, "loaded");
	ok(access(LINK, F_OK) == 0, "it is on its hook");
	is_int(in_child(stats, "/tmp/loaded/secret"), EACCES, "and asks");
	is_int(in_child(stats, "/tmp/loaded/open"), 0, "what is not denied is allowed");
	rootward_unload("stat", NULL);
	ok(access(LINK, F_OK) < 0, "unloaded, it is not");
	munmap(l, sizeof(*l));
}
