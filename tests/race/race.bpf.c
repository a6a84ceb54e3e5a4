// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two walkers over the caller's working directory, as fast as they can: rootward's, and one that
 * reads parent after parent without validating.  Each counts how often it met a directory that
 * was never an ancestor at any instant.
 */
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <rootward/vfs_walk.bpf.h>

#define WALKS 200
#define DEPTH 4096

__u64 impossible_ino; /* set by user space, with impossible_dev */
__u32 impossible_dev;

__u64 walks;      /* that came to the root */
__u64 impossible; /* of those: met what never was an ancestor */
__u64 refused;    /* -EAGAIN: said that it does not know */
__u64 odd_ends;   /* anything else */
__u64 restarts;

struct seen {
	__u64 zero; /* a number that the verifier does not know */
	__u64 met;
};

static __always_inline bool is_impossible(__u64 address)
{
	struct inode *inode = VFS_WALK_AS(struct inode, address);
	struct super_block *sb;

	if (!address || VFS_WALK_READ(inode, i_ino) != impossible_ino)
		return false;
	sb = VFS_WALK_AS(struct super_block, VFS_WALK_READ_ADDRESS(inode, i_sb));
	return VFS_WALK_READ(sb, s_dev) == impossible_dev;
}

static __always_inline int visit(const struct vfs_ancestor *ancestor, void *data)
{
	struct seen *seen = data;

	if (!ancestor) {
		__sync_fetch_and_add(&restarts, 1);
		seen->met = seen->zero;
		return 1;
	}
	if (is_impossible(VFS_WALK_READ_ADDRESS(ancestor->dentry, d_inode)))
		seen->met = 1 + seen->zero;
	return 1;
}
VFS_WALK_CALLBACK(visit)

static __always_inline void count(long end, __u64 met)
{
	if (end == -EAGAIN)
		refused++;
	else if (end != VFS_WALK_ROOT)
		odd_ends++;
	else if (met)
		impossible++;
	walks += end == VFS_WALK_ROOT;
}

static long walk_once(__u32 index, void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct seen seen;
	long end;

	seen.zero = vfs_walk_zero(bpf_ktime_get_ns());
	seen.met = seen.zero;
	end = vfs_walk_ancestors(&task->fs->pwd, 0, visit, &seen, 0);
	count(end, seen.met);
	return 0;
}

SEC("raw_tp/sys_enter")
int walk_validated(void *ctx)
{
	bpf_loop(WALKS, walk_once, 0, 0);
	return 0;
}

/* The control: what a program does that takes one parent after the other as they come. */
struct naive {
	__u64 dentry;
	__u64 met;
	__u64 done;
};

static long naive_step(__u32 index, void *ctx)
{
	struct naive *n = ctx;
	struct dentry *dentry = VFS_WALK_AS(struct dentry, n->dentry);
	__u64 parent = VFS_WALK_READ_ADDRESS(dentry, d_parent);

	if (is_impossible(VFS_WALK_READ_ADDRESS(dentry, d_inode)))
		n->met = 1;
	if (parent == n->dentry) {
		n->done = 1;
		return 1;
	}
	n->dentry = parent;
	return 0;
}

static long naive_once(__u32 index, void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct naive n = {};

	n.dentry = VFS_WALK_READ_ADDRESS(&task->fs->pwd, dentry);
	bpf_loop(DEPTH, naive_step, &n, 0);
	count(n.done ? VFS_WALK_ROOT : -ELOOP, n.met);
	return 0;
}

SEC("raw_tp/sys_enter")
int walk_naive(void *ctx)
{
	bpf_loop(WALKS, naive_once, 0, 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
