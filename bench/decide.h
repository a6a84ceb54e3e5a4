/* SPDX-License-Identifier: LGPL-2.1-or-later OR GPL-2.0-only */
/* What bench-decide and its programs in the kernel share. */
#ifndef ROOTWARD_BENCH_DECIDE_H
#define ROOTWARD_BENCH_DECIDE_H

/* Decisions in one run of a program. */
#define DECIDE_TIMES 2048

/* Bits of the filter, as of rootward's. */
#define DECIDE_FILTER_SHIFT 19
#define DECIDE_FILTER_WORDS ((1U << DECIDE_FILTER_SHIFT) / 64)

/* The most that an LPM trie compares. */
#define DECIDE_PATH_MAX 256

#ifndef __bpf__
#include <linux/types.h>
#endif

static inline __attribute__((always_inline)) __u32 decide_filter_bit(__u64 ino)
{
	return (ino * 0x9e3779b97f4a7c15ULL) >> (64 - DECIDE_FILTER_SHIFT);
}

/** struct decide_place - a directory that has a rule. */
struct decide_place {
	__u64 ino;
	__u32 dev;
	__u32 generation;
};

/** struct decide_prefix - a path that has one; @bits of @path count. */
struct decide_prefix {
	__u32 bits;
	char path[DECIDE_PATH_MAX];
};

#endif
