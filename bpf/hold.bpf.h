/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What keeps loaded policies where they are: rootward's own maps and pins.  A task that a policy is
 * for by name (`applies_to`) may not touch them, and of a locked policy no task may, but those
 * that its `unlock` names.  (Links on hooks cannot be detached by any other way than their pins.)
 */
#ifndef ROOTWARD_HOLD_BPF_H
#define ROOTWARD_HOLD_BPF_H

#include "ask.bpf.h"

/* Is the task one that may take the policy away though it is locked? */
__noinline bool may_unlock(__u32 index, __u64 task)
{
	struct rw_whom *w = bpf_map_lookup_elem(&whom, &index);
	__u32 i;

	if (!w)
		return false;
	for (i = 0; i < RW_TASKS_ARE; i++)
		if (i < w->n_unlock && task_is(&w->unlock_tasks[i], task, WHOM_BUT))
			return true;
	return false;
}

/* User space asks so before it tries.  Returns 0 or 1. */
SEC("syscall")
int rw_may_unlock(struct rw_task *asked)
{
	return may_unlock(asked->domain, bpf_get_current_task());
}

struct holding {
	__u32 holds;
	__u32 by;
};

static long hold_turn(__u32 i, void *ctx)
{
	struct holding *h = ctx;
	__u32 index = shared.loaded[i & (RW_LOADED - 1)];
	struct rw_domain *domain = bpf_map_lookup_elem(&domains, &index);

	if (!index || !domain || domain->state != RW_DOMAIN_LIVE || domain->mode != RW_ENFORCE)
		return 0;
	if (!domain->locked &&
	    !(domain->select & RW_SELECT_FOR && task_is_selected(index, bpf_get_current_task())))
		return 0;
	if (may_unlock(index, bpf_get_current_task()))
		return 0;
	h->by = index;
	h->holds = 1;
	return 1;
}

/* May the calling task not touch rootward's own?  Returns 0, or the domain that says so. */
__noinline __u32 held_by(void)
{
	struct holding h = {};

	bpf_loop(shared.n_loaded, hold_turn, &h, 0);
	return h.holds ? h.by : 0;
}

/*
 * A task says that it loads policies, and then that it does not.  Who may take all of them away may
 * look at what they rule.  Returns 0; -EPERM; -EAGAIN when there is no storage for it now.
 */
SEC("syscall")
int rw_loads(struct rw_task *wanted)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct rw_task fresh = {}, *t;
	__u32 own = current_domain();

	fresh.domain = own;
	if (own || (wanted->loads && held_by()))
		return -EPERM;
	t = bpf_task_storage_get(&tasks, task, &fresh, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!t)
		return -EAGAIN;
	t->loads = wanted->loads;
	/* One at a time, for each has the lock: whoever said so before does not any more. */
	shared.loader = wanted->loads ? bpf_get_current_pid_tgid() : 0;
	return 0;
}

static __always_inline bool is_own_map(__u32 id)
{
	__u32 i;

	for (i = 0; i < RW_OWN_MAPS; i++)
		if (shared.own_maps[i] == id)
			return true;
	return false;
}

/* "rootward_events": the rings are made by each load, so they are known by their name. */
static __always_inline bool is_ring(struct bpf_map *map)
{
	char name[16] = {};

	bpf_core_read(name, sizeof(name), &map->name);
	return *(__u64 *)name == *(const __u64 *)"rootward" &&
	       *(__u64 *)(name + 8) == *(const __u64 *)"_events";
}

/* Each time that somebody is given a descriptor of a map. */
SEC("lsm/bpf_map")
int BPF_PROG(rw_bpf_map, struct bpf_map *map, unsigned int mode)
{
	__u32 domain;

	if (!shared.n_loaded || (!is_own_map(map->id) && !is_ring(map)))
		return 0;
	domain = held_by();
	return domain ? deny_system(domain, ROOTWARD_REASON_SYSTEM, 0) : 0;
}

/* In rootward's directory of the BPF filesystem, or the directory itself? */
__noinline bool is_pin(__u64 address)
{
	struct dentry *dentry;
	struct super_block *sb;
	struct inode *inode;
	__u64 at;
	__u32 i;

	dentry = VFS_WALK_AS(struct dentry, address);
	sb = VFS_WALK_AS(struct super_block, VFS_WALK_READ_ADDRESS(dentry, d_sb));
	if (VFS_WALK_READ(sb, s_magic) != BPF_FS_MAGIC ||
	    VFS_WALK_READ(sb, s_dev) != shared.pins_dev)
		return false;
	for (i = 0; i < 4; i++) {
		dentry = VFS_WALK_AS(struct dentry, address);
		inode = VFS_WALK_AS(struct inode, VFS_WALK_READ_ADDRESS(dentry, d_inode));
		if (VFS_WALK_READ(inode, i_ino) == shared.pins_ino)
			return true;
		at = VFS_WALK_READ_ADDRESS(dentry, d_parent);
		if (at == address)
			break;
		address = at;
	}
	return false;
}

static __always_inline int hold_entry(__u64 dentry)
{
	__u32 domain = is_pin(dentry) ? held_by() : 0;

	return domain ? deny_system(domain, ROOTWARD_REASON_SYSTEM, 0) : 0;
}

/*
 * May the caller not touch this entry?  Asked by the hooks of hooks_path.bpf.h, also of what is
 * made there: a link that takes a pin's name puts an end to the pin.
 */
static __always_inline bool held_entry(__u64 dentry)
{
	return shared.n_loaded && hold_entry(dentry);
}

/* The filesystem goes with its last mount, and the pins with it. */
SEC("lsm/sb_umount")
int BPF_PROG(rw_hold_sb_umount, struct vfsmount *mnt, int flags)
{
	struct vfsmount *m;
	struct super_block *sb;
	__u32 domain;

	if (!shared.n_loaded)
		return 0;
	m = VFS_WALK_AS(struct vfsmount, mnt);
	sb = VFS_WALK_AS(struct super_block, VFS_WALK_READ_ADDRESS(m, mnt_sb));
	if (VFS_WALK_READ(sb, s_magic) != BPF_FS_MAGIC ||
	    VFS_WALK_READ(sb, s_dev) != shared.pins_dev)
		return 0;
	domain = held_by();
	return domain ? deny_system(domain, ROOTWARD_REASON_SYSTEM, 0) : 0;
}

struct tracing {
	__u64 child;
	__u32 by;
	__u32 zero;
};

/* May the caller act through the task?  Not when that is let off, or may unlock, and it is not. */
static __always_inline bool acts_through(__u32 index, __u64 child)
{
	__u64 task = bpf_get_current_task();
	struct rw_domain *domain;

	if (policy_is_for(index, task) && !policy_is_for(index, child))
		return true;
	domain = bpf_map_lookup_elem(&domains, &index);
	return domain && domain->locked && may_unlock(index, child) && !may_unlock(index, task);
}

static long trace_turn(__u32 i, void *ctx)
{
	struct tracing *t = ctx;
	__u32 index = shared.loaded[i & (RW_LOADED - 1)];

	if (!index || !acts_through(index, t->child))
		return 0;
	if (!system_event(index, ROOTWARD_REASON_TASK, 0))
		return 0;
	t->by = index;
	return 1;
}

#define PTRACE_MODE_ATTACH 0x02

SEC("lsm/ptrace_access_check")
int BPF_PROG(rw_hold_ptrace_access_check, struct task_struct *child, unsigned int mode)
{
	struct tracing t = {};

	if (!shared.n_loaded || !(mode & PTRACE_MODE_ATTACH))
		return 0;
	address_into(&t.child, child);
	bpf_loop(shared.n_loaded, trace_turn, &t, 0);
	return t.by ? -EPERM : 0;
}

/* An executable is what lets a task off: it stays what it is. */
#define PR_SET_MM 35

SEC("lsm/task_prctl")
int BPF_PROG(rw_task_prctl, int option)
{
	if (option != PR_SET_MM || !shared.n_loaded)
		return 0;
	return deny_by_any(option);
}

#endif
