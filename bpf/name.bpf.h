/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's names, by words. */
#ifndef ROOTWARD_NAME_BPF_H
#define ROOTWARD_NAME_BPF_H

#include "abi.h"

/*
 * Word @i, zeroes after the name's end.  An aligned word never crosses a page, and names begin at
 * least word aligned (d_shortname, external_name), so what lies after the end can be read.
 */
static __always_inline __u64 name_word(const unsigned char *name, __u32 len, __u32 i)
{
	__u32 left = len - i * 8;
	__u64 word = 0;

	bpf_probe_read_kernel(&word, sizeof(word), name + i * 8);
	return left >= 8 ? word : word & ((1ULL << (left & 7) * 8) - 1);
}

struct name_hashing {
	const unsigned char *name;
	__u32 len;
	__u64 hash;
};

static long name_hash_word(__u32 i, void *ctx)
{
	struct name_hashing *n = ctx;

	n->hash = rw_hash_word(n->hash, name_word(n->name, n->len, i));
	return 0;
}

#endif
