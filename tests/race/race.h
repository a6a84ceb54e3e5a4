/* SPDX-License-Identifier: LGPL-2.1-or-later OR GPL-2.0-only */
/* What the walkers are told and what they count: all of the programs' global data. */
#ifndef RACE_H
#define RACE_H

struct race_object {
	unsigned long long ino;
	unsigned int dev;
	unsigned int unused;
};

/**
 * struct race
 * @x, @y:        told: an ancestor at every instant, and one at none
 * @has_counters: whether the kernel shows rename_lock and mount_lock
 * @walks:        that came to the root
 * @impossible:   of those: missed x or met y, which was so at no instant
 * @refused:      -EAGAIN: said that it does not know
 * @odd_ends:     anything else
 * @restarts:     of walks that began anew
 */
struct race {
	struct race_object x, y;
	unsigned long long has_counters;
	unsigned long long walks;
	unsigned long long impossible;
	unsigned long long refused;
	unsigned long long odd_ends;
	unsigned long long restarts;
};

#endif
