/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Labels: where they count, and what becomes of a directory that gets one or loses it
 * (hooks_label.bpf.h says when).
 */
#ifndef ROOTWARD_LABEL_KEEP_BPF_H
#define ROOTWARD_LABEL_KEEP_BPF_H

#include "guard.bpf.h"
#include "label.bpf.h"

/* The label at turn @i of a loop over all, or NULL. */
static __always_inline struct rw_label *label_of_turn(__u32 i)
{
	struct rw_label *label = label_numbered(i + 1);
	struct rw_domain *domain;

	if (!label || !label->under.domain)
		return 0;
	domain = bpf_map_lookup_elem(&domains, &label->under.domain);
	return domain && (domain->state == RW_DOMAIN_LIVE || domain->state == RW_DOMAIN_LOADING)
		       ? label
		       : 0;
}

/* A name that does not fit is cut to one that is longer than any label's. */
__noinline int label_is_named(const struct rw_label *label, __u64 name)
{
	__u64 words[RW_LABEL_TEXT / 8] = {}, differ = 0;
	__u32 i;

	if (!label)
		return 0;
	bpf_probe_read_kernel_str(words, sizeof(words), (void *)name);
	for (i = 0; i < RW_LABEL_TEXT / 8; i++)
		differ |= words[i] ^ ((const __u64 *)label->name)[i];
	return !differ;
}

__noinline int label_is_valued(const struct rw_label *label, __u64 value, __u32 size)
{
	__u64 words[RW_LABEL_TEXT / 8] = {}, differ = 0;
	__u32 i;

	if (!label || size != label->value_len || size >= RW_LABEL_TEXT)
		return 0;
	if (bpf_probe_read_kernel(words, size, (void *)value))
		return 0;
	for (i = 0; i < RW_LABEL_TEXT / 8; i++)
		differ |= words[i] ^ ((const __u64 *)label->value)[i];
	return !differ;
}

static __always_inline bool same_object(const struct rw_ident *a, const struct rw_ident *b)
{
	return a->ino == b->ino && a->dev == b->dev && a->generation == b->generation;
}

static __always_inline __u64 inode_of(__u64 dentry)
{
	struct dentry *d = VFS_WALK_AS(struct dentry, dentry);

	return VFS_WALK_READ_ADDRESS(d, d_inode);
}

static __always_inline __u64 parent_of(__u64 dentry)
{
	struct dentry *d = VFS_WALK_AS(struct dentry, dentry);

	return VFS_WALK_READ_ADDRESS(d, d_parent);
}

static __always_inline bool is_directory(__u64 inode)
{
	struct inode *i = VFS_WALK_AS(struct inode, inode);

	return inode && (VFS_WALK_READ(i, i_mode) & S_IFMT) == S_IFDIR;
}

enum scope_end { SCOPE_NO_END, SCOPE_INSIDE, SCOPE_OUTSIDE };

struct scope_climb {
	__u64 dentry;
	struct rw_ident under;
	__u32 end;
};

static long scope_step(__u32 i, void *ctx)
{
	struct scope_climb *s = ctx;
	struct super_block *sb;
	struct rw_ident here;
	__u64 parent;

	ident_of(&here, VFS_WALK_AS(struct inode, inode_of(s->dentry)), 0);
	if (same_object(&here, &s->under)) {
		s->end = SCOPE_INSIDE;
		return 1;
	}
	parent = parent_of(s->dentry);
	if (parent != s->dentry) {
		s->dentry = parent;
		return 0;
	}
	sb = VFS_WALK_AS(struct super_block, superblock_of(s->dentry));
	if (VFS_WALK_READ_ADDRESS(sb, s_root) == parent)
		s->end = SCOPE_OUTSIDE;
	return 1;
}

#define SCOPE_DEPTH_MOST (1U << 20)

/*
 * Is it in the label's scope?  What hangs nowhere, and what is too deep to tell, is.  One parent
 * after the other, without a snapshot: nothing comes into the scope that was outside of it, so what
 * is met on the way out was not in it.
 */
__noinline int label_covers(const struct rw_label *label, __u64 dentry)
{
	struct scope_climb s = { .dentry = dentry };
	struct super_block *sb = VFS_WALK_AS(struct super_block, superblock_of(dentry));

	if (label && label->reader)
		return 1;
	if (!label || VFS_WALK_READ(sb, s_dev) != label->under.dev)
		return 0;
	s.under = label->under;
	bpf_loop(SCOPE_DEPTH_MOST, scope_step, &s, 0);
	return s.end != SCOPE_OUTSIDE;
}

/* What `labelled` knows of a directory, or NULL. */
static __always_inline __u32 *label_state(struct rw_ident *ident, __u32 number, __u32 domain,
					  __u64 inode)
{
	ident_of(ident, VFS_WALK_AS(struct inode, inode), domain);
	ident->name_len = number;
	return bpf_map_lookup_elem(&labelled, ident);
}

/* Is the task one that the policy is for, and that the label does not let? */
__noinline int label_holds(const struct rw_label *label, __u32 asker)
{
	__u64 task = bpf_get_current_task();
	struct rw_domain *domain;
	__u32 i, index;

	if (!label)
		return 1;
	index = label->under.domain;
	domain = bpf_map_lookup_elem(&domains, &index);
	if (!domain)
		return 1;
	if (domain->loaded ? !(asker & ASKER_LOADED) || !policy_is_for(index, task)
			   : (asker & ASKER_OWN) != index)
		return 0;
	for (i = 0; i < RW_TASKS_ARE; i++)
		if (i < label->n_set && task_is(&label->set_tasks[i], task, WHOM_BUT))
			return 0;
	return 1;
}

/* Tell.  Returns whether the denial stands. */
__noinline int label_denies(const struct rw_label *label, __u64 dentry, __u32 reason, __u32 op)
{
	struct denial d = { .reason = reason, .ops = op, .denied = op };

	if (!label)
		return 1;
	d.domain = label->under.domain;
	d.layer = label->layer;
	d.tree = label->tree;
	deny_event(&d, dentry);
	return denial_stands(d.domain);
}

struct label_climb {
	__u64 dentry;
	struct rw_ident under;
	__s32 failed;
};

static long label_guard_step(__u32 i, void *ctx)
{
	struct label_climb *c = ctx;
	__u64 parent = parent_of(c->dentry);
	struct rw_ident here;

	if (parent == c->dentry)
		return 1;
	c->dentry = parent;
	c->failed = guard_add(c->under.domain, inode_of(parent));
	ident_of(&here, VFS_WALK_AS(struct inode, inode_of(parent)), 0);
	return c->failed || same_object(&here, &c->under);
}

/* The directories between; those above are guards since the label was loaded. */
__noinline int label_guard(const struct rw_label *label, __u64 dentry)
{
	struct label_climb c = { .dentry = dentry };
	struct rw_ident here;

	if (!label)
		return -ENOSPC;
	c.under = label->under;
	ident_of(&here, VFS_WALK_AS(struct inode, inode_of(dentry)), 0);
	if (!same_object(&here, &c.under))
		bpf_loop(SCOPE_DEPTH_MOST, label_guard_step, &c, 0);
	return c.failed;
}

static __always_inline int labelled_new(struct rw_label *label, const struct rw_ident *ident)
{
	__u32 state = RW_LABELLED_COUNTS;
	int r = -ENOSPC;

	if (__sync_fetch_and_add(&label->later, 1) < RW_LABELLED_LATER)
		r = bpf_map_update_elem(&labelled, ident, &state, BPF_NOEXIST);
	if (r)
		__sync_fetch_and_add(&label->later, -1);
	return r;
}

/* Room for the directory, and guards above it.  Returns 0 or -ENOSPC. */
__noinline int label_reserve(__u32 number, __u64 dentry)
{
	struct rw_label *label = label_numbered(number);
	struct rw_ident ident;
	__u32 *state;

	if (!label)
		return -ENOSPC;
	/* Before and after: as guard_add() does. */
	state = label_state(&ident, number, label->under.domain, inode_of(dentry));
	filter_add(ident.ino);
	if (!state) {
		labelled_new(label, &ident);
		state = bpf_map_lookup_elem(&labelled, &ident);
	}
	filter_add(ident.ino);
	if (!state)
		return -ENOSPC;
	return label->rule.flags & RW_DENIES ? label_guard(label, dentry) : 0;
}

/*
 * After the rule has come or gone: what was allowed before is asked anew (verdict.bpf.h).  Only an
 * atomic whose result is wanted is ordered behind what was stored before it.
 */
static __always_inline void label_changed(__u32 index)
{
	struct rw_domain *domain = bpf_map_lookup_elem(&domains, &index);
	__u32 before;

	if (!domain)
		return;
	before = __sync_fetch_and_add(&domain->relabelled, 1);
	asm volatile("" ::"r"(before) : "memory");
}

/* The directory carries it now. */
__noinline int label_hang(__u32 number, __u64 dentry)
{
	struct rw_label *label = label_numbered(number);
	struct rw_ident ident;
	int full = 0;
	__u32 *state;

	if (!label)
		return 0;
	if (label->reader)
		return known_forget(label->reader, inode_of(dentry));
	state = label_state(&ident, number, label->under.domain, inode_of(dentry));
	if (!state && !label_covers(label, dentry))
		return 0;
	/* Again: what is above may have been moved since there was asked for room. */
	full = label_reserve(number, dentry);
	state = bpf_map_lookup_elem(&labelled, &ident);
	if (state)
		__sync_fetch_and_or(state, RW_LABELLED_ON);
	label_changed(ident.domain);
	if (full)
		label_denies(label, dentry, ROOTWARD_REASON_FULL, ROOTWARD_OP_SETXATTR);
	return 0;
}

/* It does not any more. */
__noinline int label_take(__u32 number, __u64 inode)
{
	struct rw_label *label = label_numbered(number);
	struct rw_ident ident;
	__u32 *state, counts;

	if (!label || !inode)
		return 0;
	if (label->reader)
		return known_forget(label->reader, inode);
	state = label_state(&ident, number, label->under.domain, inode);
	if (!state)
		return 0;
	counts = *state & RW_LABELLED_COUNTS;
	if (bpf_map_delete_elem(&labelled, &ident))
		return 0;
	if (counts)
		__sync_fetch_and_add(&label->later, -1);
	label_changed(ident.domain);
	return 0;
}

#endif
