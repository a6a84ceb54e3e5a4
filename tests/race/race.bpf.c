// SPDX-License-Identifier: GPL-2.0-only
/*
 * Walkers over the caller's working directory, as fast as they can: rootward's, which visits every
 * ancestor or goes past most, and one that takes one parent after the other as they come.  Each
 * counts how often what it met was so at no instant.
 *
 * Built twice: as it is, and with a name for rename_lock that no kernel knows (tests/race/
 * meson.build).  Then no counters can prove a walk, and the second pass must.
 */
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <rootward/vfs_walk.bpf.h>

#include "race.h"

#define WALKS 200
#define STEPS 4096

#define MET_X 1
#define MET_Y 2

struct race race;

struct seen {
	__u64 zero; /* a number that the verifier does not know */
	__u64 met;
};

static __always_inline bool is_object(__u64 address, const struct race_object *object)
{
	struct inode *inode = VFS_WALK_AS(struct inode, address);
	struct super_block *sb;

	if (!address || VFS_WALK_READ(inode, i_ino) != object->ino)
		return false;
	sb = VFS_WALK_AS(struct super_block, VFS_WALK_READ_ADDRESS(inode, i_sb));
	return VFS_WALK_READ(sb, s_dev) == object->dev;
}

static __always_inline __u64 meets(struct dentry *dentry)
{
	__u64 inode = VFS_WALK_READ_ADDRESS(dentry, d_inode);

	return is_object(inode, &race.x) ? MET_X : is_object(inode, &race.y) ? MET_Y : 0;
}

static __always_inline void count(long end, __u64 met)
{
	if (end == -EAGAIN)
		race.refused++;
	else if (end != VFS_WALK_ROOT)
		race.odd_ends++;
	else if (met != MET_X)
		race.impossible++;
	race.walks += end == VFS_WALK_ROOT;
}

static __always_inline int visit(const struct vfs_ancestor *ancestor, void *data)
{
	struct seen *seen = data;

	if (!ancestor) {
		__sync_fetch_and_add(&race.restarts, 1);
		seen->met = seen->zero;
		return 1;
	}
	seen->met |= meets(ancestor->dentry) | seen->zero;
	return 1;
}
VFS_WALK_CALLBACK(visit)

/* The same walk, with a quick way past all but those two. */
static __always_inline int visit_two(const struct vfs_ancestor *ancestor, void *data)
{
	return visit(ancestor, data);
}

static __always_inline bool is_neither(struct dentry *dentry)
{
	__u64 ino = dentry->d_inode->i_ino;

	return ino != race.x.ino && ino != race.y.ino;
}
VFS_WALK_CALLBACK_SKIP(visit_two, is_neither)

#define WALK_ONCE(name, cb)                                                                        \
	static long name(__u32 index, void *ctx)                                                   \
	{                                                                                          \
		struct task_struct *task = bpf_get_current_task_btf();                             \
		struct seen seen;                                                                  \
		long end;                                                                          \
                                                                                                   \
		seen.zero = vfs_walk_zero(bpf_ktime_get_ns());                                     \
		seen.met = seen.zero;                                                              \
		end = vfs_walk_ancestors(&task->fs->pwd, 0, cb, &seen, 0);                         \
		count(end, seen.met);                                                              \
		return 0;                                                                          \
	}
WALK_ONCE(walk_once, visit)
WALK_ONCE(walk_past_once, visit_two)

SEC("raw_tp/sys_enter")
int walk_validated(void *ctx)
{
	race.has_counters = &rename_lock && &mount_lock;
	bpf_loop(WALKS, walk_once, 0, 0);
	return 0;
}

SEC("raw_tp/sys_enter")
int walk_past(void *ctx)
{
	race.has_counters = &rename_lock && &mount_lock;
	bpf_loop(WALKS, walk_past_once, 0, 0);
	return 0;
}

/* The control. */
struct naive {
	__u64 dentry;
	__u64 mount;
	__u64 met;
	__u64 done;
};

/* What is above @n->dentry, or itself at the top. */
static __always_inline void naive_up(struct naive *n)
{
	struct dentry *dentry = VFS_WALK_AS(struct dentry, n->dentry);
	struct mount *m = VFS_WALK_AS(struct mount, n->mount);
	__u64 up;

	if (VFS_WALK_READ_ADDRESS(m, mnt.mnt_root) != n->dentry) {
		n->dentry = VFS_WALK_READ_ADDRESS(dentry, d_parent);
		return;
	}
	up = VFS_WALK_READ_ADDRESS(m, mnt_parent);
	if (up != n->mount)
		n->dentry = VFS_WALK_READ_ADDRESS(m, mnt_mountpoint);
	n->mount = up;
}

static long naive_step(__u32 index, void *ctx)
{
	struct naive *n = ctx;
	__u64 dentry = n->dentry, mount = n->mount;

	n->met |= meets(VFS_WALK_AS(struct dentry, dentry));
	naive_up(n);
	n->done = n->dentry == dentry && n->mount == mount;
	return n->done;
}

static long naive_once(__u32 index, void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct naive n = {};

	n.dentry = VFS_WALK_READ_ADDRESS(&task->fs->pwd, dentry);
	n.mount = VFS_WALK_READ_ADDRESS(&task->fs->pwd, mnt) -
		  bpf_core_field_offset(struct mount, mnt);
	bpf_loop(STEPS, naive_step, &n, 0);
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
