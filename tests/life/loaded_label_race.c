/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attributes that are set, and directories that are moved, while a policy is loaded. */
#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cleanup.h"
#include "loaded_label.h"

#define DIRECTORIES 24
#define LOADS 4

static const char *directory(unsigned int i)
{
	static char path[64];

	snprintf(path, sizeof(path), "in/race/d%u", i);
	return path;
}

/* Sets and removes until it is told to stop; then what is set stays. */
static void toggle(volatile int *stop)
{
	unsigned int seed = getpid(), i;
	gid_t group = 77;

	if (setgroups(1, &group))
		_exit(1);
	while (!*stop) {
		i = rand_r(&seed) % DIRECTORIES;
		if (rand_r(&seed) & 1)
			setxattr(directory(i), ATTRIBUTE, "secret", 6, 0);
		else
			removexattr(directory(i), ATTRIBUTE);
		(*(volatile int *)(stop + 1))++;
		/* A load wants two looks that see the same. */
		usleep(rand_r(&seed) % 20000);
	}
	_exit(0);
}

/* To and fro: from one side of the scope to the other, so that a look may miss it. */
static void wander(volatile int *stop)
{
	unsigned int seed = getpid();
	gid_t group = 77;

	if (setgroups(1, &group))
		_exit(1);
	while (!*stop) {
		rename("in/a/wanderer", "in/z/wanderer");
		usleep(rand_r(&seed) % 100000);
		rename("in/z/wanderer", "in/a/wanderer");
		usleep(rand_r(&seed) % 100000);
	}
	_exit(0);
}

static pid_t begin(void (*fn)(volatile int *), volatile int *stop)
{
	pid_t pid;

	*stop = 0;
	pid = fork();
	if (!pid)
		fn(stop);
	return pid;
}

static int ended(pid_t pid, volatile int *stop)
{
	int status = -1;

	*stop = 1;
	waitpid(pid, &status, 0);
	return status;
}

static int carries(void *path)
{
	gid_t group = 77;
	char value[16];

	return setgroups(1, &group) ? 255 : getxattr(path, ATTRIBUTE, value, sizeof(value)) == 6;
}

/* Is each ruled that carries it, and no other? */
static unsigned int disagree(void)
{
	unsigned int i, wrong = 0;

	for (i = 0; i < DIRECTORIES; i++)
		wrong +=
			in_child(carries, (void *)directory(i)) != (opens(directory(i)) == -EACCES);
	return wrong;
}

void test_labels_meanwhile(void)
{
	volatile int *stop =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned int i, wrong = 0, loaded = 0, missed = 0, now;
	pid_t pid;

	for (i = 0; i < DIRECTORIES; i++) {
		mkdir("in/race", 0755);
		mkdir(directory(i), 0755);
	}
	rootward_unload("t", NULL);
	for (i = 0; i < LOADS; i++) {
		pid = begin(toggle, stop);
		usleep(10000);
		now = load_text(LABELLED) == 0;
		wrong += ended(pid, stop) != 0;
		wrong += now ? disagree() : 0;
		loaded += now;
		rootward_unload("t", NULL);
	}
	ok(loaded > 0, "%u of %u loads while labels come and go (%d times)", loaded, LOADS,
	   stop[1]);
	is_int(wrong, 0, "what carries it is ruled, and nothing else");

	mkdir("in/a", 0755);
	mkdir("in/z", 0755);
	mkdir("in/a/wanderer", 0755);
	label_set(false, "in/a/wanderer", "secret");
	for (i = 0, loaded = 0; i < LOADS; i++) {
		pid = begin(wander, stop);
		usleep(5000);
		if (load_text(LABELLED) == 0) {
			loaded++;
			ended(pid, stop);
			missed += opens("in/a/wanderer") != -EACCES &&
				  opens("in/z/wanderer") != -EACCES;
		} else {
			ended(pid, stop);
		}
		rootward_unload("t", NULL);
	}
	ok(loaded > 0, "%u of %u loads while a directory is moved to and fro", loaded, LOADS);
	is_int(missed, 0, "it is ruled in each");
	munmap((void *)stop, 4096);
}
