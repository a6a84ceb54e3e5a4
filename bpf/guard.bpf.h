/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guards: the directories on the way to something denied.  A confined task must not rename or
 * remove them, or it could walk the deny away, or plant another directory in its place.  User
 * space sets them when a domain is made; a rename, by whatever task, gives what was moved new
 * ancestors, and this program makes guards of them before it happens.
 *
 * Guards are only added, and go with their domain.  A rename that fails afterwards leaves some too
 * many, which are denied to be renamed though they need not be: the safe side.  Anybody may rename,
 * so each domain has room for so many (RW_GUARDS); from then on a rename that needs one more fails,
 * with an event in that domain, and no other domain has less.  Renames between directories of one
 * filesystem exclude each other (s_vfs_rename_mutex), so no ancestor is moved meanwhile; what a
 * walk finds unstable here makes the rename fail.
 */
#ifndef ROOTWARD_GUARD_BPF_H
#define ROOTWARD_GUARD_BPF_H

#include "hooks_path.bpf.h"

const struct rw_rule only_guard = { .flags = RW_GUARD };

struct guarding {
	__u32 domain;
	int failed;
};

static __always_inline void filter_add(__u64 ino)
{
	__u32 bit = rw_filter_bit(ino);

	__sync_fetch_and_or(&shared.filter[bit / 64 & (RW_FILTER_WORDS - 1)], 1ULL << (bit & 63));
}

/* Fails also when somebody else adds it now; then it is there. */
static __always_inline int guard_new(struct rw_domain *domain, const struct rw_ident *ident)
{
	int r = -ENOSPC;

	if (__sync_fetch_and_add(&domain->guards, 1) < RW_GUARDS)
		r = bpf_map_update_elem(&rules, ident, &only_guard, BPF_NOEXIST);
	if (r)
		__sync_fetch_and_add(&domain->guards, -1);
	return r;
}

/* One more guard in one domain.  Returns 0 or -ENOSPC. */
__noinline int guard_add(__u32 index, __u64 inode)
{
	struct rw_domain *domain;
	struct rw_rule *rule;
	struct rw_ident ident;

	ident_of(&ident, VFS_WALK_AS(struct inode, inode), index);
	domain = bpf_map_lookup_elem(&domains, &index);
	if (!domain)
		return -ENOSPC;
	/* Before, for a rule that is there and not found would be worse than none; and after, for
	 * user space may have cleared the bit before it saw the rule (filter_shrink()). */
	filter_add(ident.ino);
	rule = bpf_map_lookup_elem(&rules, &ident);
	if (!rule) {
		guard_new(domain, &ident);
		rule = bpf_map_lookup_elem(&rules, &ident);
	}
	filter_add(ident.ino);
	if (!rule)
		return -ENOSPC;
	__sync_fetch_and_or(&rule->flags, RW_GUARD);
	return 0;
}

static __always_inline int guard_visit(const struct vfs_ancestor *ancestor, void *data)
{
	struct guarding *g = data;
	__u64 inode;

	if (!ancestor)
		return 1;
	inode = VFS_WALK_READ_ADDRESS(ancestor->dentry, d_inode);
	if (!inode)
		return 1;
	g->failed = guard_add(g->domain, inode);
	return !g->failed;
}
VFS_WALK_CALLBACK(guard_visit)

/* Returns 0, or the reason why not all ancestors are guards. */
__noinline int guard_ancestors(__u32 domain, __u64 mnt, __u64 dir)
{
	struct guarding g = { .domain = domain };

	if (vfs_walk_ancestors_at(mnt, dir, 0, guard_visit, &g, 0) < 0)
		return ROOTWARD_REASON_UNSTABLE;
	return g.failed ? ROOTWARD_REASON_FULL : 0;
}

/* Apart from guard_domain(), as its stack is needed for the walk. */
__noinline int guard_deny(__u32 domain, __u64 dentry, __u32 reason)
{
	struct denial denial = {
		.domain = domain,
		.reason = reason,
		.ops = ROOTWARD_OP_REFER,
		.denied = ROOTWARD_OP_REFER,
		.layer = RW_NO_TREE,
		.tree = RW_NO_TREE,
	};

	return deny_event(&denial, dentry);
}

struct guard_move {
	__u64 mnt;
	__u64 dir;
	__u64 moved;
	int result;
};

static long guard_domain(__u32 domain, void *ctx)
{
	struct guard_move *move = ctx;
	struct rw_domain *d = bpf_map_lookup_elem(&domains, &domain);
	struct rw_rule *rule;
	__u32 flags;
	int reason;

	if (!d || (d->state != RW_DOMAIN_LIVE && d->state != RW_DOMAIN_LOADING))
		return 0;
	rule = own_rule(domain, move->moved);
	flags = rule ? rule->flags : 0;
	flags |= own_labels(domain, move->moved, RW_LAYERS) >> 32;
	if (!(flags & (RW_GUARD | RW_DENIES)))
		return 0;
	reason = guard_ancestors(domain, move->mnt, move->dir);
	if (!reason)
		return 0;
	guard_deny(domain, move->moved, reason);
	move->result = denial_stands(domain);
	return !!move->result;
}

/* @moved comes to live in @dir.  Returns 0, or -EACCES when its new ancestors cannot be guards. */
static __always_inline int guard_new_place(__u64 mnt, __u64 dir, __u64 moved)
{
	struct guard_move move = { .mnt = mnt, .dir = dir, .moved = moved };
	struct dentry *d = VFS_WALK_AS(struct dentry, moved);
	__u64 address = VFS_WALK_READ_ADDRESS(d, d_inode);
	struct inode *inode = VFS_WALK_AS(struct inode, address);

	if (!address || !filter_has(VFS_WALK_READ(inode, i_ino)))
		return 0;
	bpf_loop(RW_DOMAINS, guard_domain, &move, 0);
	return move.result ? -EACCES : 0;
}

/* After rw_path_rename in the object, so asked after it: nothing is guarded for what it denies. */
SEC("lsm/path_rename")
int BPF_PROG(rw_path_rename_guards, const struct path *old_dir, struct dentry *old_dentry,
	     const struct path *new_dir, struct dentry *new_dentry, unsigned int flags)
{
	__u64 mnt;

	if (old_dir->dentry == new_dir->dentry)
		return 0;
	mnt = address_of(new_dir->mnt);
	if (guard_new_place(mnt, address_of(new_dir->dentry), address_of(old_dentry)))
		return -EACCES;
	if (!(flags & RENAME_EXCHANGE))
		return 0;
	return guard_new_place(mnt, address_of(old_dir->dentry), address_of(new_dentry));
}

#endif
