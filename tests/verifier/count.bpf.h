/* SPDX-License-Identifier: GPL-2.0-only */
/* The least that a program with a walk is made of. */
#ifndef COUNT_BPF_H
#define COUNT_BPF_H

#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <rootward/vfs_walk.bpf.h>

struct count {
	__u64 visits;
	__u64 kept; /* for what should not be kept */
	struct dentry *dentry;
};

static __always_inline int visit(const struct vfs_ancestor *ancestor, void *data)
{
	struct count *count = data;

	count->visits += ancestor ? 1 : -count->visits;
	return 1;
}
VFS_WALK_CALLBACK(visit)

/*
 * Walks from @path with the callback @cb; what it counted is in `count`.  It counts from a 0 that
 * the verifier does not know: of a known number it would look at every value that follows.
 */
#define WALK(path, cb)                                                                             \
	struct count count = { .visits = vfs_walk_zero(bpf_ktime_get_ns()) };                      \
	__attribute__((unused)) long end = vfs_walk_ancestors(path, 0, cb, &count, 0)

#define PWD() (&((struct task_struct *)bpf_get_current_task_btf())->fs->pwd)

char LICENSE[] SEC("license") = "GPL";

#endif
