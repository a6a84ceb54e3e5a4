/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "storm.h"

#define LINKS 400

enum { A, B, M };
static const char *const names[] = { "a", "b", "m" };

/* --- the moves */

static int move_directory(const struct storm *s, int what, int from, int to)
{
	return renameat(from, names[what], to, names[what]);
}

static int move_a_mount(const struct storm *s, int what, int from, int to)
{
	/* 4: MOVE_MOUNT_F_EMPTY_PATH */
	return (int)syscall(SYS_move_mount, s->mounts[what], "", to, names[what], 4);
}

static int move_another(const struct storm *s, int what, int from, int to)
{
	return renameat2(s->places[1], "one", s->places[1], "other", RENAME_EXCHANGE);
}

static void move(struct storm *s, int what, int from, int to)
{
	if (s->move(s, what, from, to) < 0)
		s->failed = errno;
	s->moves++;
}

/* Now and then a while without moves, in which a walk may come through, or nearly. */
static void pause_sometimes(struct storm *s)
{
	struct timespec pause = { .tv_nsec = rand_r(&s->seed) % s->longest_pause };

	if (!s->restless && rand_r(&s->seed) % 4 == 0)
		nanosleep(&pause, NULL);
}

static void *storm_run(void *arg)
{
	struct storm *s = arg;

	while (!atomic_load(&s->stop) && !s->failed) {
		move(s, B, s->places[1], s->places[0]);
		move(s, M, s->bottom[0], s->bottom[1]);
		move(s, A, s->places[0], s->places[1]);
		pause_sometimes(s);
		move(s, A, s->places[1], s->places[0]);
		move(s, M, s->bottom[1], s->bottom[0]);
		move(s, B, s->places[0], s->places[1]);
		pause_sometimes(s);
	}
	return NULL;
}

int storm_start(struct storm *s, double walk_seconds)
{
	atomic_store(&s->stop, false);
	s->longest_pause = 1e5 + (walk_seconds < 0.2 ? walk_seconds : 0.2) * 4e9;
	s->seed = 1;
	return -pthread_create(&s->thread, NULL, storm_run, s);
}

void storm_stop(struct storm *s)
{
	atomic_store(&s->stop, true);
	pthread_join(s->thread, NULL);
}

/* --- the tree */

/* Return: 0 or -errno, with the directory @parent/@name open in *fd; made if there is none. */
static int make_directory(int parent, const char *name, int *fd)
{
	if (mkdirat(parent, name, 0700) < 0 && errno != EEXIST)
		return -errno;
	*fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *fd < 0 ? -errno : 0;
}

/* The same with a chain of LINKS beneath, whose bottom is open then. */
static int make_chain(int parent, const char *top, int *bottom)
{
	int i, fd, next, r;

	r = make_directory(parent, top, &fd);
	for (i = 0; !r && i < LINKS; i++) {
		r = make_directory(fd, "d", &next);
		close(fd);
		fd = next;
	}
	*bottom = fd;
	return r;
}

/* A filesystem of its own on @parent/@name, where the caller goes. */
static int make_mount(int parent, const char *name, int *mount_fd)
{
	int fd, r;

	r = make_directory(parent, name, &fd);
	if (r)
		return r;
	close(fd);
	if (fchdir(parent) || mount("race", name, "tmpfs", 0, "mode=700,size=8m"))
		return -errno;
	*mount_fd = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return *mount_fd < 0 || fchdir(*mount_fd) ? -errno : 0;
}

static int make_places(struct storm *s)
{
	return make_directory(AT_FDCWD, "X", &s->places[0])
		       ?: make_directory(AT_FDCWD, "Y", &s->places[1]);
}

static int make_tree_of_directories(struct storm *s)
{
	int m, r;

	r = make_places(s);
	r = r ?: make_chain(s->places[0], "a", &s->bottom[0]);
	r = r ?: make_chain(s->places[1], "b", &s->bottom[1]);
	r = r ?: make_directory(s->bottom[0], "m", &m);
	if (r)
		return r;
	r = fchdir(m) ? -errno : 0;
	close(m);
	return r;
}

int storm_of_directories(struct storm *s)
{
	*s = (struct storm){ .move = move_directory };
	return make_tree_of_directories(s);
}

int storm_elsewhere(struct storm *s)
{
	int r;

	*s = (struct storm){ .move = move_another, .restless = true };
	r = make_tree_of_directories(s);
	if (r)
		return r;
	return mkdirat(s->places[1], "one", 0700) || mkdirat(s->places[1], "other", 0700) ? -errno
											  : 0;
}

int storm_of_mounts(struct storm *s)
{
	int i, fd, r;

	*s = (struct storm){ .move = move_a_mount };
	r = make_places(s);
	/* a mountpoint for either in both */
	for (i = 0; !r && i < 2; i++) {
		r = make_directory(s->places[i], names[1 - i], &fd);
		close(fd);
		r = r ?: make_mount(s->places[i], names[i], &s->mounts[i]);
		r = r ?: make_chain(AT_FDCWD, "d", &s->bottom[i]);
		r = r ?: make_directory(s->bottom[i], "m", &fd);
		close(fd);
	}
	return r ?: make_mount(s->bottom[0], "m", &s->mounts[M]);
}
