/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A thread that moves directories, or mounts, so that at every instant the walker's working
 * directory lies beneath X, and beneath Y at none, though Y holds one of its former ancestors half
 * of the time:
 *
 *	X/a/1/2/.../m		the walker stands in m
 *	Y/b/1/2/...
 *
 *	b to X, m from a to b, a to Y;  a to X, m from b to a, b to Y;  and so on
 *
 * A walker that takes one parent after the other meets Y now and then: the chain between m and a
 * gives it time to.  With mounts, a, b and m are a filesystem each, and are moved as mounts.
 */
#ifndef STORM_H
#define STORM_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

/**
 * struct storm
 * @move:   how, see storm.c
 * @places: X and Y, open: so a move costs no look-up of a long path, and nothing depends on the
 *          working directory, which the walker needs
 * @bottom: of a's chain and of b's, open
 * @mounts: a, b and m, open, if they are mounts
 * @restless: no pauses
 * @moves, @failed: read them when it has stopped; an errno
 */
struct storm {
	int (*move)(const struct storm *storm, int what, int from, int to);
	int places[2];
	int bottom[2];
	int mounts[3];
	bool restless;
	long longest_pause; /* between moves, ns */
	unsigned long moves;
	int failed;
	atomic_bool stop;
	unsigned int seed;
	pthread_t thread;
};

/**
 * storm_of_directories(), storm_of_mounts() - in the working directory, which is empty and on a
 * mount of its own.  The caller goes to the bottom.
 *
 * Return: 0 or -errno.
 */
int storm_of_directories(struct storm *storm);
int storm_of_mounts(struct storm *storm);

/**
 * storm_elsewhere() - the same tree, where only what has nothing to do with it is moved, in Y and
 * without a pause.
 */
int storm_elsewhere(struct storm *storm);

/**
 * storm_start() - begin to move.
 * @walk_seconds: what a walk takes while nothing moves.  The pauses are made by it: on a machine
 *                where a walk takes a hundred moves, none would ever come through without.
 *
 * Return: 0 or -errno.
 */
int storm_start(struct storm *storm, double walk_seconds);
void storm_stop(struct storm *storm);

#endif
