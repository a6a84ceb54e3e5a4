/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What keeps the map of labelled directories true: hooks where an attribute is set or removed,
 * where a directory is moved, and where one goes.
 *
 * A label counts in its scope: the directory that it is `under`, and what is beneath that in the
 * same filesystem, wherever mounts show it.
 *
 * - Who sets the attribute is asked before, and what the rule needs is put aside then: where there
 *   is no room for it, the attribute is not set.  The rule is on when the attribute is.
 * - A task that the policy is for sets and removes no such attribute in the scope, whatever its
 *   value, but for those that the label lets.
 * - Labels may be on a directory, or anywhere beneath it, that is moved into the scope: nobody
 *   moves one there, but mv(1) copies, and so sets what is set.
 * - One that is moved out keeps its rule, as it would one by its path.
 *
 * One that is read wherever it is (label_known.bpf.h) counts everywhere: who may set it is the
 * same, and the rest is for the others.
 *
 * All of this holds while a policy is being loaded, too.  User space looks for the directories that
 * carry the label already meanwhile, and looks again when something was moved in the scope.
 */
#ifndef ROOTWARD_HOOKS_LABEL_BPF_H
#define ROOTWARD_HOOKS_LABEL_BPF_H

#include "label_keep.bpf.h"

/**
 * struct labelling - an attribute that is set, or removed: @value is 0.
 * @asker:  current_asker()
 * @answer: 0 or a negative errno
 */
struct labelling {
	__u64 dentry;
	__u64 name;
	__u64 value;
	__u32 size;
	__u32 asker;
	__s32 answer;
	__u32 zero;
};

static __always_inline bool label_concerns(struct rw_label *label, __u32 number, __u64 dentry)
{
	struct rw_ident ident;

	return label_state(&ident, number, label->under.domain, inode_of(dentry)) ||
	       label_covers(label, dentry);
}

static long label_ask_turn(__u32 i, void *ctx)
{
	struct labelling *l = ctx;
	struct rw_label *label = label_of_turn(i);

	if (!label || !label_is_named(label, l->name) || !label_concerns(label, i + 1, l->dentry))
		return 0;
	if (label_holds(label, l->asker) &&
	    label_denies(label, l->dentry, ROOTWARD_REASON_LABEL, ROOTWARD_OP_SETXATTR))
		l->answer = -EACCES;
	else if (l->value && !label->reader && is_directory(inode_of(l->dentry)) &&
		 label_is_valued(label, l->value, l->size) && label_reserve(i + 1, l->dentry) &&
		 label_denies(label, l->dentry, ROOTWARD_REASON_FULL, ROOTWARD_OP_SETXATTR))
		l->answer = -EACCES;
	return !!l->answer;
}

/*
 * The value that is set, of a hook's arguments the one of that number.  Not every kernel's verifier
 * lets a program load a pointer to const void.
 */
#define VALUE_INTO(l, ctx, i) bpf_probe_read_kernel(&(l)->value, sizeof((l)->value), &(ctx)[i])

SEC("lsm/inode_setxattr")
int BPF_PROG(rw_label_inode_setxattr, void *idmap, struct dentry *dentry, const char *name,
	     const void *value, unsigned long size)
{
	struct labelling l = { .name = (__u64)name, .size = size };

	if (!shared.n_labels)
		return 0;
	VALUE_INTO(&l, ctx, 3);
	address_into(&l.dentry, dentry);
	l.asker = current_asker();
	/* An empty value has no address; it is none that a label can have. */
	bpf_loop(shared.n_labels, label_ask_turn, &l, 0);
	return l.answer ? -EACCES : 0;
}

SEC("lsm/inode_removexattr")
int BPF_PROG(rw_label_inode_removexattr, void *idmap, struct dentry *dentry, const char *name)
{
	struct labelling l = { .name = (__u64)name };

	if (!shared.n_labels)
		return 0;
	address_into(&l.dentry, dentry);
	l.asker = current_asker();
	bpf_loop(shared.n_labels, label_ask_turn, &l, 0);
	return l.answer ? -EACCES : 0;
}

static long label_done_turn(__u32 i, void *ctx)
{
	struct labelling *l = ctx;
	struct rw_label *label = label_of_turn(i);
	__u64 inode = inode_of(l->dentry);

	if (!label || !is_directory(inode) || !label_is_named(label, l->name))
		return 0;
	if (l->value && label_is_valued(label, l->value, l->size))
		label_hang(i + 1, l->dentry);
	else
		label_take(i + 1, inode);
	return 0;
}

SEC("lsm/inode_post_setxattr")
int BPF_PROG(rw_label_inode_post_setxattr, struct dentry *dentry, const char *name,
	     const void *value, unsigned long size)
{
	struct labelling l = { .name = (__u64)name, .size = size };

	if (!shared.n_labels)
		return 0;
	VALUE_INTO(&l, ctx, 2);
	address_into(&l.dentry, dentry);
	bpf_loop(shared.n_labels, label_done_turn, &l, 0);
	return 0;
}

static __always_inline int label_removed(struct dentry *dentry, const char *name)
{
	struct labelling l = { .name = (__u64)name };

	if (!shared.n_labels)
		return 0;
	address_into(&l.dentry, dentry);
	bpf_loop(shared.n_labels, label_done_turn, &l, 0);
	return 0;
}

/* From 6.9 on. */
SEC("lsm/inode_post_removexattr")
int BPF_PROG(rw_label_inode_post_removexattr, struct dentry *dentry, const char *name)
{
	return label_removed(dentry, name);
}

/* Before, there is no hook behind it; what could not be removed stays. */
SEC("fexit/__vfs_removexattr_locked")
int BPF_PROG(rw_label_removexattr_locked, void *userns, struct dentry *dentry, const char *name,
	     void *delegated, int failed)
{
	return failed ? 0 : label_removed(dentry, name);
}

static long label_free_turn(__u32 i, void *ctx)
{
	return label_take(i + 1, *(__u64 *)ctx);
}

/* A directory that was removed makes room; its number may be another's soon. */
SEC("lsm/inode_free_security")
int BPF_PROG(rw_label_inode_free_security, struct inode *freed)
{
	__u64 address = address_of(freed);
	struct inode *inode = VFS_WALK_AS(struct inode, address);

	if (!shared.n_labels || VFS_WALK_READ(inode, i_nlink) || !is_directory(address) ||
	    !filter_has(VFS_WALK_READ(inode, i_ino)))
		return 0;
	bpf_loop(shared.n_labels, label_free_turn, &address, 0);
	return 0;
}

/**
 * struct label_move - a directory that is renamed.
 * @from, @to: the directories that it leaves, and comes to
 */
struct label_move {
	__u64 moved;
	__u64 from;
	__u64 to;
	__s32 answer;
	__u32 zero;
};

static long label_move_turn(__u32 i, void *ctx)
{
	struct label_move *m = ctx;
	struct rw_label *label = label_of_turn(i);
	struct rw_domain *domain;
	int from, to;

	if (!label || label->reader)
		return 0;
	from = label_covers(label, m->from);
	to = m->to == m->from ? from : label_covers(label, m->to);
	domain = bpf_map_lookup_elem(&domains, &label->under.domain);
	if (domain && domain->state == RW_DOMAIN_LOADING && (from || to))
		__sync_fetch_and_add(&domain->moves, 1);
	if (to && !from && label_denies(label, m->moved, ROOTWARD_REASON_LABEL, ROOTWARD_OP_REFER))
		m->answer = -EXDEV;
	return !!m->answer;
}

/*
 * Directories are moved one at a time in a filesystem (s_vfs_rename_mutex), so where it is and
 * comes to is in the scope or not.  An exchange comes by here twice, once for either.
 */
SEC("lsm/inode_rename")
int BPF_PROG(rw_label_inode_rename, struct inode *old_dir, struct dentry *old_dentry,
	     struct inode *new_dir, struct dentry *new_dentry)
{
	struct label_move m = {};

	if (!shared.n_labels)
		return 0;
	address_into(&m.moved, old_dentry);
	if (!is_directory(inode_of(m.moved)))
		return 0;
	m.from = parent_of(m.moved);
	address_into(&m.to, new_dentry);
	m.to = parent_of(m.to);
	bpf_loop(shared.n_labels, label_move_turn, &m, 0);
	return m.answer ? -EXDEV : 0;
}

#endif
