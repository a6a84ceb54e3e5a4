/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the hooks ask, of all domains that the task is under: fences, then trees.
 *
 * The question lies in the hook's frame and the rest in that of one turn: both, and a walk, have to
 * fit into a program's stack.
 */
#ifndef ROOTWARD_ASK_BPF_H
#define ROOTWARD_ASK_BPF_H

#include "fence.bpf.h"
#include "under.bpf.h"

/*
 * In one domain, by a known mount.  Returns 0, or -EACCES having told; what is let pass is 0, so
 * that what is asked besides gets told as well.
 */
static __always_inline int ask(__u32 domain, __u64 mnt, __u64 dentry, __u32 ops)
{
	if (!fence(domain, dentry, ops) && !decide(domain, mnt, dentry, ops, dentry))
		return 0;
	return denial_stands(domain) ? -EACCES : 0;
}

static long ask_turn(__u32 i, void *ctx)
{
	struct question *q = ctx;
	__u32 domain = domain_of_turn(i, q->asker);

	if (!domain || verdict_known(domain, q->mnt, q->dentry, q->ops))
		return 0;
	q->denied = !!ask(domain, q->mnt, q->dentry, q->ops);
	return !!q->denied;
}

/* Of who is under no loaded policy: without the loop. */
__noinline int ask_own(struct question *q)
{
	if (!q)
		return 0;
	q->denied = !!ask(q->asker & ASKER_OWN, q->mnt, q->dentry, q->ops);
	return 0;
}

/* The quick answer for who is under no loaded policy; see verdict.bpf.h. */
static __always_inline bool known(const struct question *q)
{
	return !(q->asker & ASKER_LOADED) && verdict_known(q->asker, q->mnt, q->dentry, q->ops);
}

/* The answer where it is not known(). */
static __always_inline int find_out(struct question *q)
{
	if (q->asker & ASKER_LOADED)
		bpf_loop(asker_turns(q->asker), ask_turn, q, 0);
	else
		ask_own(q);
	return q->denied ? -EACCES : 0;
}

/* By which mount is not known. */
static long ask_inside_turn(__u32 i, void *ctx)
{
	struct question *q = ctx;
	__u32 domain = domain_of_turn(i, q->asker);

	if (!domain || verdict_known(domain, any_mount(), q->dentry, q->ops))
		return 0;
	q->denied = (fence(domain, q->dentry, q->ops) || ask_mounts(domain, q)) &&
		    denial_stands(domain);
	return !!q->denied;
}

/* What every hook asks that knows by which mount the object was reached. */
static __always_inline int ask_all(__u32 asker, __u64 mnt, __u64 dentry, __u32 ops)
{
	struct question q = { .mnt = mnt, .dentry = dentry, .ops = ops, .asker = asker };

	return known(&q) ? 0 : find_out(&q);
}

static __always_inline int ask_all_path(__u32 asker, const struct path *path, __u32 ops)
{
	struct path *p = (struct path *)path;

	return ask_all(asker, VFS_WALK_READ_ADDRESS(p, mnt), VFS_WALK_READ_ADDRESS(p, dentry), ops);
}

#endif
