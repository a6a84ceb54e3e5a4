/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules for objects of some owner only (RW_OWNED): of the owner that the caller sees, the inode's
 * through the mount that the access came by.
 *
 * It is asked for once, before the walk, and only in a domain that has such rules; a rule that is
 * met compares numbers.  A chown() meanwhile comes before the access or after it: the ids are read
 * at one instant within it, by the object that the kernel holds, so a walk that begins anew does
 * not change them.  Owner and group are read one after the other and may be of two chown()s, as in
 * the kernel's own permission checks and in stat(2).
 *
 * Operations are about the object that they are done to; what makes an entry, about what will be
 * there: what a link or rename brings, else a new object, which belongs to the caller.
 */
#ifndef ROOTWARD_OWNER_BPF_H
#define ROOTWARD_OWNER_BPF_H

#include <rootward/vfs_idmap.bpf.h>

#include "access.bpf.h"

#define OPS_OF_MAKING                                                                              \
	(ROOTWARD_OP_MAKE_REG | ROOTWARD_OP_MAKE_DIR | ROOTWARD_OP_MAKE_SYM |                      \
	 ROOTWARD_OP_MAKE_FIFO | ROOTWARD_OP_MAKE_SOCK | ROOTWARD_OP_MAKE_CHAR |                   \
	 ROOTWARD_OP_MAKE_BLOCK)

#define S_ISGID 02000

/*
 * Whose an entry will be that the caller makes: as inode_init_owner() does it.  Nobody's where the
 * mount has no place for the caller's id; the kernel will not make it then.
 */
static __always_inline int owner_of_new(struct vfsmount *mnt, struct dentry *entry,
					struct vfs_ids *ids)
{
	struct dentry *dir = VFS_WALK_AS(struct dentry, VFS_WALK_READ_ADDRESS(entry, d_parent));
	struct inode *inode = VFS_WALK_AS(struct inode, VFS_WALK_READ_ADDRESS(dir, d_inode));
	struct vfs_fs_ids fs_ids;
	struct vfs_ids of_dir;
	int r;

	vfs_current_ids(ids);
	r = vfs_mnt_fs_ids(mnt, ids, &fs_ids);
	if (!vfs_id_valid(fs_ids.uid))
		ids->vfsuid = fs_ids.uid;
	if (!vfs_id_valid(fs_ids.gid))
		ids->vfsgid = fs_ids.gid;
	if (r < 0 || !(VFS_WALK_READ(inode, i_mode) & S_ISGID))
		return r;
	r = vfs_inode_ids(mnt, inode, &of_dir);
	ids->vfsgid = of_dir.vfsgid;
	return r;
}

/*
 * Fill in whose the object is; one without an inode is made at @place.  Returns 0, or a negative
 * number: not known, so the access is to be denied.
 */
__noinline int access_owner(struct access *a, __u64 mnt, __u64 place)
{
	struct vfsmount *m = VFS_WALK_AS(struct vfsmount, mnt);
	struct dentry *object;
	struct vfs_ids ids;
	__u64 address;
	int r;

	if (!a)
		return -EACCES;
	object = VFS_WALK_AS(struct dentry, a->object);
	address = VFS_WALK_READ_ADDRESS(object, d_inode);
	if (!address && a->ops & ~OPS_OF_MAKING)
		return -EACCES;
	r = address ? vfs_inode_ids(m, VFS_WALK_AS(struct inode, address), &ids)
		    : owner_of_new(m, VFS_WALK_AS(struct dentry, place), &ids);
	a->uid = ids.vfsuid.vfs_id_private;
	a->gid = ids.vfsgid.vfs_id_private;
	a->mine = vfs_ids_match_current(&ids);
	return r < 0 ? -EACCES : 0;
}

static __always_inline bool owner_is(__u32 who, __u32 id, __u32 number, bool mine)
{
	switch (who) {
	case RW_ANYBODY:
		return true;
	case RW_SELF:
		return mine;
	case RW_UNMAPPED:
		return id == VFS_IDMAP_NONE;
	default:
		return id == number && id != VFS_IDMAP_NONE;
	}
}

static __always_inline bool owned_holds(const struct access *a, const struct rw_owned *part)
{
	return owner_is(part->owner_is, a->uid, part->owner, a->mine & VFS_IDS_OWNER) &&
	       owner_is(part->group_is, a->gid, part->group, a->mine & VFS_IDS_GROUP);
}

/* Close what a part says; as a plain rule does. */
static __always_inline void owned_close(struct access *a, __u32 layer, __u32 allow, __u32 deny,
					__u32 hidden)
{
	a->open[layer] &= ~deny;
	if (hidden) {
		a->hidden[layer] &= ~(allow | deny);
		return;
	}
	a->open[layer] &= ~allow;
	if (a->survey)
		a->granted |= allow;
}

static __always_inline __u32 owned_open(const struct access *a, __u32 layer, __u32 hidden)
{
	return hidden ? a->hidden[layer] : a->open[layer];
}

/* A tree has two rules when it is kept by name, too: what is above one is not above the other. */
#define TREE_BY_NAME (1U << 31)

/* In a survey for any owner.  Of the first such rule it is told what was open there. */
__noinline int owned_survey(struct access *a, const struct rw_rule *rule, __u32 number,
			    __u32 no_allow, __u32 hidden)
{
	const struct rw_owned *part;
	__u32 i, open;

	if (!a || !rule)
		return 0;
	part = &rule->owned[number & (RW_OWNED_PARTS - 1)];
	i = part->layer & (RW_LAYERS - 1);
	open = owned_open(a, i, hidden);
	if (open & (part->allow | part->deny) && a->tree == RW_NO_TREE) {
		a->tree = rule->layer[i].tree | (rule->flags & RW_BY_NAME ? TREE_BY_NAME : 0);
		a->layer = open & a->open[i];
	}
	if (a->survey == SURVEY_LEAST)
		owned_close(a, i, 0, open & part->deny, hidden);
	else
		owned_close(a, i, open & part->allow & ~no_allow, 0, hidden);
	return 0;
}

/* For the object's owner. */
__noinline int owned_apply(struct access *a, const struct rw_rule *rule, __u32 number,
			   __u32 no_allow, __u32 hidden)
{
	const struct rw_owned *part;
	__u32 i, open, deny;

	if (!a || !rule)
		return 0;
	part = &rule->owned[number & (RW_OWNED_PARTS - 1)];
	if (!owned_holds(a, part))
		return 0;
	i = part->layer & (RW_LAYERS - 1);
	open = owned_open(a, i, hidden);
	deny = open & part->deny;
	owned_close(a, i, open & part->allow & ~no_allow, deny, hidden);
	if (deny && !a->survey) {
		a->denied |= deny;
		a->layer |= 1U << i;
	}
	return 0;
}

/* Returns 1 to walk on, 0 when decided. */
__noinline int access_goes_on(const struct access *a)
{
	__u32 i, left = 0;

	if (!a || (!a->survey && a->denied))
		return 0;
	for (i = 0; i < RW_LAYERS; i++)
		left |= a->open[i];
	return left != 0;
}

/*
 * Apply the parts of a rule that are for some owner, after the rest, which settled nothing for
 * good.  As rule_visible(), or as rule_hidden().
 */
static __always_inline int rule_owned(struct access *a, const struct rw_rule *rule, __u32 no_allow,
				      __u32 hidden)
{
	__u32 k;

#pragma clang loop unroll(disable) vectorize(disable)
	for (k = 0; k < RW_OWNED_PARTS; k++) {
		if (k >= rule->n_owned)
			break;
		if (a->survey >= SURVEY_LEAST)
			owned_survey(a, rule, k, no_allow, hidden);
		else
			owned_apply(a, rule, k, no_allow, hidden);
	}
	return access_goes_on(a);
}

#endif
