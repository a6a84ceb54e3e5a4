/* SPDX-License-Identifier: GPL-2.0-only */
/* Saying what was decided, and why: the counters of a domain and its ring of events. */
#ifndef ROOTWARD_EVENT_BPF_H
#define ROOTWARD_EVENT_BPF_H

#include "under.bpf.h"

/**
 * struct denial - what is to be told; also of what was allowed, then @denied is 0.
 * @mnt:   by which mount, 0: not known
 * @uid, @gid: whose the object is, with RW_EVENT_OWNED in @flags
 * @flags: that, RW_EVENT_ALLOWED
 */
struct denial {
	__u64 mnt;
	__u32 domain;
	__u32 reason;
	__u32 ops;
	__u32 denied;
	__u32 layer;
	__u32 tree;
	__u32 arg;
	__u32 flags;
	__u32 uid;
	__u32 gid;
};

/* What a learning policy has told of. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, RW_TOLD);
	__type(key, struct rw_told);
	__type(value, __u32);
} told SEC(".maps");

static __always_inline __u32 mnt_id_of(__u64 mnt)
{
	struct mount *m = VFS_WALK_AS(struct mount, vfs_walk_real_mount(mnt));

	return VFS_WALK_READ(m, mnt_id);
}

/* Was this told already?  Where there is no room to remember, it is told again. */
__noinline bool told_before(const struct denial *d, __u64 address)
{
	struct dentry *dentry = VFS_WALK_AS(struct dentry, address), *parent;
	struct rw_told key = {};
	struct super_block *sb;
	struct inode *inode;
	__u32 value = 1;
	__u64 at;

	if (!d || !d->mnt || !address)
		return false;
	at = VFS_WALK_READ_ADDRESS(dentry, d_inode);
	if (!at)
		return false;
	inode = VFS_WALK_AS(struct inode, at);
	sb = VFS_WALK_AS(struct super_block, VFS_WALK_READ_ADDRESS(inode, i_sb));
	key.ino = VFS_WALK_READ(inode, i_ino);
	key.generation = VFS_WALK_READ(inode, i_generation);
	key.dev = VFS_WALK_READ(sb, s_dev);
	parent = VFS_WALK_AS(struct dentry, VFS_WALK_READ_ADDRESS(dentry, d_parent));
	inode = VFS_WALK_AS(struct inode, VFS_WALK_READ_ADDRESS(parent, d_inode));
	key.dir = VFS_WALK_READ(inode, i_ino);
	key.mnt_id = mnt_id_of(d->mnt);
	key.domain = d->domain;
	key.ops = d->ops;
	return bpf_map_update_elem(&told, &key, &value, BPF_NOEXIST) == -EEXIST;
}

#define EVENT_NAMES_MOST 64

/*
 * Names for people, read without a snapshot: a rename meanwhile may mix old and new, which is why
 * nothing is decided by them.
 */
static __always_inline void event_names(struct rw_event *event, __u64 address, const __u32 room)
{
	struct dentry *dentry = (void *)address;
	const unsigned char *name;
	struct dentry *parent;
	__u32 i, at = 0;
	long len;

	for (i = 0; i < EVENT_NAMES_MOST; i++) {
		if (!dentry || at >= room)
			break;
		name = 0;
		parent = 0;
		bpf_core_read(&parent, sizeof(parent), &dentry->d_parent);
		if (parent == dentry) {
			event->flags |= RW_EVENT_WHOLE;
			break;
		}
		bpf_core_read(&name, sizeof(name), &dentry->d_name.name);
		len = bpf_probe_read_kernel_str(event->names + (at & (room - 1)), RW_EVENT_NAME_MAX,
						name);
		if (len <= 0)
			break;
		at += len;
		dentry = parent;
	}
	event->n_names = i;
}

static __always_inline void event_task(struct rw_event *event)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	const unsigned char *name = 0;
	struct dentry *dentry = 0;
	struct mm_struct *mm = 0;
	struct file *file = 0;

	event->when = bpf_ktime_get_boot_ns();
	event->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	bpf_core_read(&mm, sizeof(mm), &task->mm);
	bpf_core_read(&file, sizeof(file), &mm->exe_file);
	bpf_core_read(&dentry, sizeof(dentry), &file->f_path.dentry);
	bpf_core_read(&name, sizeof(name), &dentry->d_name.name);
	event->exe[0] = 0;
	bpf_probe_read_kernel_str(event->exe, sizeof(event->exe), name);
}

static __always_inline void event_fill(struct rw_event *event, const struct denial *d)
{
	event->domain = d->domain;
	event->reason = d->reason;
	event->ops = d->ops;
	event->denied = d->denied;
	event->layer = d->layer;
	event->tree = d->tree;
	event->arg = d->arg;
	event->flags = d->flags;
	event->uid = d->uid;
	event->gid = d->gid;
	event->mnt_id = 0;
	event->zero = 0;
	if (d->mnt) {
		event->mnt_id = mnt_id_of(d->mnt);
		event->flags |= RW_EVENT_MNT;
	}
	event_task(event);
}

/* Returns false when there is no room. */
static __always_inline bool event_tell(void *ring, const struct denial *d, __u64 dentry,
				       const __u32 room)
{
	struct rw_event *event =
		bpf_ringbuf_reserve(ring, sizeof(*event) + room + RW_EVENT_NAME_MAX, 0);

	if (!event)
		return false;
	event_fill(event, d);
	event_names(event, dentry, room);
	bpf_ringbuf_submit(event, 0);
	return true;
}

/* Who reads of a loaded policy, or learns, did not start the task, and wants whole paths. */
__noinline bool event_told(const struct denial *d, __u64 dentry, __u32 whole)
{
	__u32 index;
	void *ring;

	if (!d)
		return false;
	index = d->domain;
	ring = bpf_map_lookup_elem(&rings, &index);
	if (!ring)
		return false;
	return whole ? event_tell(ring, d, dentry, RW_EVENT_ROOM_WHOLE)
		     : event_tell(ring, d, dentry, RW_EVENT_ROOM);
}

/* Count a denial and tell of it; @dentry is the address of what was to be accessed, or 0. */
__noinline int deny_event(struct denial *d, __u64 dentry)
{
	struct rw_domain *domain;
	__u32 index;

	if (!d)
		return 0;
	index = d->domain;
	domain = bpf_map_lookup_elem(&domains, &index);
	if (!domain)
		return 0;
	if (!(d->flags & RW_EVENT_ALLOWED) && domain->mode != RW_ENFORCE)
		d->flags |= RW_EVENT_PASSED;
	if (!(d->flags & RW_EVENT_ALLOWED))
		__sync_fetch_and_add(&domain->denied, 1);
	if (d->reason == ROOTWARD_REASON_UNSTABLE || d->reason == ROOTWARD_REASON_DEPTH)
		__sync_fetch_and_add(&domain->unstable, 1);
	if (domain->mode == RW_LEARN && told_before(d, dentry))
		return 0;
	if (!event_told(d, dentry, domain->loaded | domain->mode) &&
	    (!domain->loaded || domain->lost_until > bpf_ktime_get_ns()))
		__sync_fetch_and_add(&domain->lost, 1);
	return 0;
}

/* Apart from those whose stack is needed.  Returns whether the denial stands. */
__noinline bool system_event(__u32 domain, __u32 reason, __u32 arg)
{
	struct denial d = {
		.domain = domain,
		.reason = reason,
		.layer = RW_NO_TREE,
		.tree = RW_NO_TREE,
		.arg = arg,
	};

	deny_event(&d, 0);
	return denial_stands(domain);
}

static long deny_turn(__u32 i, void *ctx)
{
	struct denial *d = ctx;
	__u32 index = shared.loaded[i & (RW_LOADED - 1)];
	struct rw_domain *domain = bpf_map_lookup_elem(&domains, &index);

	if (!index || !domain || domain->state != RW_DOMAIN_LIVE || domain->mode != RW_ENFORCE)
		return 0;
	d->domain = index;
	return 1;
}

/* What would undo any loaded policy that is enforced is denied by the first. */
static __always_inline int deny_by_any(__u32 arg)
{
	struct denial d = {
		.reason = ROOTWARD_REASON_SYSTEM,
		.layer = RW_NO_TREE,
		.tree = RW_NO_TREE,
		.arg = arg,
	};

	bpf_loop(shared.n_loaded, deny_turn, &d, 0);
	if (!d.domain)
		return 0;
	deny_event(&d, 0);
	return -EPERM;
}

/* A denial that no tree has a part in. */
static __always_inline int deny_system(__u32 domain, __u32 reason, __u32 arg)
{
	if (!system_event(domain, reason, arg))
		return 0;
	asm volatile(""); /* a branch, not arithmetic: the verifier wants to know the number */
	return -EPERM;
}

#endif
