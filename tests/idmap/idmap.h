/* SPDX-License-Identifier: LGPL-2.1-or-later OR GPL-2.0-only */
/* What the test and its program in the kernel share. */
#ifndef ROOTWARD_TESTS_IDMAP_H
#define ROOTWARD_TESTS_IDMAP_H

#ifndef __bpf__
#include <linux/types.h>
#endif

#define IDMAP_INVALID (1ULL << 40) /* how the program writes an invalid id: none of 32 bits */
#define IDMAP_CHAIN 16

struct idmap_question {
	__u32 fd;
};

/**
 * struct idmap_answer
 * @eq_self: whether the owner is equal to itself: not when it is invalid
 * @is_raw:  whether the owner is -1: never
 * @fs_uid, @fs_gid: what the caller's fsuid and fsgid become in the filesystem
 */
struct idmap_answer {
	__s32 idmapped;
	__s32 result;
	__s32 fs_result;
	__u32 match;
	__u32 eq_self;
	__u32 is_raw;
	__u64 uid;
	__u64 gid;
	__u64 fs_uid;
	__u64 fs_gid;
};

/** struct idmap_chain - owners on the way to the root, each through its mount. */
struct idmap_chain {
	__s32 end;
	__s32 result;
	__u32 n;
	__u32 zero;
	__u64 uid[IDMAP_CHAIN];
	__u64 gid[IDMAP_CHAIN];
};

#endif
