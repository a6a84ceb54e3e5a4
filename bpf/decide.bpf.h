/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is allowed on an object: the rules met on the way to the root.
 *
 * Per layer, the operations asked for start *open*.  From the object rootward, a ruled directory
 * closes what its rule names: denied, or allowed.  What is open at the root goes to `default`.
 * Every layer must allow.  A hidden ancestor (behind a bind mount) can only deny; a hidden allow
 * shields from hidden denies farther up.  For operations that change a directory's entries, a rule
 * on the entry itself can only deny.
 */
#ifndef ROOTWARD_DECIDE_BPF_H
#define ROOTWARD_DECIDE_BPF_H

#include "event.bpf.h"
#include "label.bpf.h"
#include "rule.bpf.h"
#include "verdict.bpf.h"

static __always_inline int visit(const struct vfs_ancestor *ancestor, void *data)
{
	struct access *a = data;
	__u32 where;
	__u64 inode;
	int go_on;

	if (!ancestor) {
		access_begin(a);
		a->retried = 1 + vfs_walk_zero(a->in_hidden);
		return 1;
	}
	/* What is hidden begins at the mount's root, or with the object. */
	if (ancestor->flags & VFS_WALK_MNT_ROOT)
		a->in_hidden = vfs_walk_zero(a->in_hidden);
	where = ancestor->flags & VFS_WALK_HIDDEN ? VISIT_HIDDEN : 0;
	if (labels_are_read && a->everywhere)
		where |= visit_covered(a, ancestor);
	else if (unruled(ancestor->dentry))
		return 1;
	if (ancestor->depth == 0)
		where |= a->survey ? VISIT_SKIP : VISIT_OBJECT;
	if (ancestor->depth == 1 && !a->survey)
		where |= VISIT_ENTRY;
	inode = VFS_WALK_READ_ADDRESS(ancestor->dentry, d_inode);
	go_on = a->labelled ? visit_labelled(a, inode, ancestor->child, where)
			    : visit_ruled(a, inode, ancestor->child, where);
	if (go_on < 0)
		a->failed = 1;
	return go_on > 0;
}
VFS_WALK_CALLBACK_SKIP(visit, unruled_plainly)

/*
 * What `default` has to say at the end of a walk.  @defaults: ask it about these operations; all
 * others that are still open are denied or allowed by where the walk ended, but for those that the
 * layer denies nowhere.  Returns a reason, or -1 when everything is allowed.
 */
__noinline int access_end(struct access *a, const struct rw_domain *domain, long end)
{
	int reason = ROOTWARD_REASON_DEFAULT;
	__u32 i, left, asked, defaults, granted = 0, denied = 0, deniers = 0;

	if (!a || !domain)
		return ROOTWARD_REASON_UNKNOWN;
	if (denied_nowhere(domain, a->ops))
		return -1;
	if (a->failed)
		return a->everywhere ? ROOTWARD_REASON_UNREAD : ROOTWARD_REASON_UNKNOWN;
	switch (end) {
	case VFS_WALK_STOPPED:
		return a->denied && !a->survey ? ROOTWARD_REASON_RULE : -1;
	case VFS_WALK_ROOT:
		asked = ROOTWARD_OPS_ALL;
		break;
	case VFS_WALK_PRIVATE:
		/* Judged on the overlay's own path; a rule met here may have denied. */
		return -1;
	case VFS_WALK_INTERNAL:
		/* Pipes, sockets, memory: no place in a tree.  Only code in them is a question. */
		asked = ROOTWARD_OP_EXECUTE;
		break;
	case VFS_WALK_DETACHED:
		reason = ROOTWARD_REASON_DETACHED;
		asked = ROOTWARD_OPS_ALL;
		break;
	case VFS_WALK_DISCONNECTED:
		return ROOTWARD_REASON_DISCONNECTED;
	case -ELOOP:
		return ROOTWARD_REASON_DEPTH;
	case -EAGAIN:
		return ROOTWARD_REASON_UNSTABLE;
	default:
		return ROOTWARD_REASON_UNKNOWN;
	}
	defaults = reason == ROOTWARD_REASON_DEFAULT ? ROOTWARD_OPS_ALL : 0;
#pragma clang loop unroll(disable) vectorize(disable)
	for (i = 0; i < RW_LAYERS; i++) {
		if (!(a->layers >> i))
			break;
		left = a->open[i] & asked &
		       ~((domain->default_ops[i] & defaults) | domain->unasked_by[i]);
		granted |= a->open[i] & ~left;
		denied |= left;
		deniers |= any_bit(left) << i;
	}
	if (a->survey) {
		a->granted |= granted;
		return -1;
	}
	if (!denied)
		return -1;
	a->denied = denied;
	a->layer = deniers;
	a->tree = RW_NO_TREE;
	rule_blame(a, 0);
	return reason;
}

#define BPF_FS_MAGIC 0xcafe4a11UL

/* rootward's own pins: a confined task may see that they are there.  For others see hold.bpf.h. */
static __always_inline bool touches_pins(__u64 dentry, __u32 ops)
{
	struct dentry *d = VFS_WALK_AS(struct dentry, dentry);
	struct super_block *sb = VFS_WALK_AS(struct super_block, VFS_WALK_READ_ADDRESS(d, d_sb));

	return VFS_WALK_READ(sb, s_magic) == BPF_FS_MAGIC &&
	       ops & ~(ROOTWARD_OPS_TELL | ROOTWARD_OP_READ_DIR);
}

/* Whose the object is, to be told; nothing is decided by it any more. */
__noinline int access_see(struct access *a, __u64 mnt, __u64 address)
{
	struct dentry *dentry = VFS_WALK_AS(struct dentry, address);
	struct vfs_ids ids;
	__u64 inode;

	if (!a)
		return 0;
	inode = VFS_WALK_READ_ADDRESS(dentry, d_inode);
	if (!inode || vfs_inode_ids(VFS_WALK_AS(struct vfsmount, mnt),
				    VFS_WALK_AS(struct inode, inode), &ids) < 0)
		return 0;
	a->uid = ids.vfsuid.vfs_id_private;
	a->gid = ids.vfsgid.vfs_id_private;
	a->seen = 1;
	return 0;
}

static __always_inline void denial_seen(struct denial *d, const struct access *a)
{
	d->uid = a->uid;
	d->gid = a->gid;
	if (a->seen)
		d->flags |= RW_EVENT_OWNED;
}

/* Apart from decide_and_tell(), whose stack is needed for the walk. */
__noinline int deny_access(struct access *a, __u64 mnt, __u64 dentry, __u32 reason)
{
	struct denial d = { .reason = reason, .mnt = mnt };

	if (!a)
		return -EACCES;
	d.domain = a->domain;
	d.ops = a->ops;
	d.denied = a->denied ? a->denied : a->ops;
	d.layer = a->denied ? a->layer : RW_NO_TREE;
	d.tree = a->denied ? a->tree : RW_NO_TREE;
	denial_seen(&d, a);
	deny_event(&d, dentry);
	return -EACCES;
}

/* Of a loaded policy what is allowed is counted, and told to who wants to know. */
__noinline bool allowed_wanted(const struct rw_domain *domain, __u32 index)
{
	if (!domain || !domain->loaded)
		return false;
	allowed_count(index);
	return domain->told_until > bpf_ktime_get_ns();
}

__noinline int allowed_tell(struct access *a, __u64 mnt, __u64 dentry)
{
	struct denial d = { .mnt = mnt, .flags = RW_EVENT_ALLOWED };

	if (!a)
		return 0;
	d.domain = a->domain;
	d.ops = a->ops;
	d.tree = a->tree;
	denial_seen(&d, a);
	return deny_event(&d, dentry);
}

/* The operations of decide_and_tell(), and how to walk besides VFS_WALK_HIDDEN. */
#define DECIDE_HOW(ops, flags) ((__u64)(flags) << 32 | (ops))

/*
 * Decide and tell.  @mnt, @dentry: addresses, as a struct path has them.  @how: DECIDE_HOW().
 * @object: what is or comes there, for rules by owner: a dentry, mostly @dentry.  Returns 0,
 * -EACCES, or for VFS_WALK_BENEATH 1 when the mount does not show the object: it is outside, or
 * the mount has left its namespace, which ask_mounts() will notice.
 */
__noinline int decide_and_tell(__u32 index, __u64 mnt, __u64 dentry, __u64 how, __u64 object)
{
	struct access a = {
		.domain = index,
		.ops = how,
		.object = object,
		.beneath = !!(how >> 32 & VFS_WALK_BENEATH),
	};
	struct rw_domain *domain = bpf_map_lookup_elem(&domains, &a.domain);
	__u32 relabelled;
	int reason;
	long end;

	if (!domain || domain->state != RW_DOMAIN_LIVE)
		return deny_access(&a, mnt, dentry, ROOTWARD_REASON_UNKNOWN);
	if (!domain->loaded && touches_pins(dentry, how))
		return deny_access(&a, mnt, dentry, ROOTWARD_REASON_SYSTEM);
	a.layers = (1U << (domain->layers & 31)) - 1;
	a.retried = vfs_walk_zero(a.layers);
	access_labels(&a, domain);
	relabelled = READ_ONCE(domain->relabelled);
	vfs_read_barrier();
	if (domain->owned && access_owner(&a, mnt, dentry) < 0 && !denied_nowhere(domain, how))
		return deny_access(&a, mnt, dentry, ROOTWARD_REASON_UNKNOWN);
	access_begin(&a);
	end = vfs_walk_ancestors_when(mnt, dentry, 0, visit, &a,
				      VFS_WALK_HIDDEN | (a.beneath ? VFS_WALK_BENEATH : 0) |
					      access_every(&a),
				      &a.counters);
	if (a.beneath && (end == VFS_WALK_OUTSIDE || end == VFS_WALK_DETACHED))
		return 1;
	reason = access_end(&a, domain, end);
	if (a.retried)
		__sync_fetch_and_add(&domain->retried, 1);
	if (reason >= 0) {
		access_see(&a, mnt, dentry);
		return deny_access(&a, mnt, dentry, reason);
	}
	if (allowed_wanted(domain, a.domain)) {
		access_see(&a, mnt, dentry);
		allowed_tell(&a, mnt, dentry);
	}
	if (!a.beneath)
		verdict_keep(domain, mnt, dentry, VERDICT_OF(a.ops, relabelled), a.counters);
	return 0;
}

/* A hook's answer must be one that the verifier sees to be 0 or an errno. */
static __always_inline int decide(__u32 index, __u64 mnt, __u64 dentry, __u32 ops, __u64 object)
{
	return decide_and_tell(index, mnt, dentry, DECIDE_HOW(ops, 0), object) ? -EACCES : 0;
}

static __always_inline int decide_path(__u32 index, const struct path *path, __u32 ops)
{
	struct path *p = (struct path *)path;
	__u64 dentry = VFS_WALK_READ_ADDRESS(p, dentry);

	return decide(index, VFS_WALK_READ_ADDRESS(p, mnt), dentry, ops, dentry);
}

#endif
