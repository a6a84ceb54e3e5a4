/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vfs_idmap.bpf.h - who owns an object, as seen through the mount it was reached by.
 *
 * Include as vfs_walk.bpf.h.  An inode has ids; a process sees them mapped through the mount
 * (mount_setattr(2), MOUNT_ATTR_IDMAP), and the kernel calls the result vfsuid and vfsgid.  An id
 * that the map does not have is invalid: nobody's.
 *
 *	struct vfs_ids ids;
 *
 *	if (vfs_file_ids(file, &ids) < 0)
 *		return -EACCES;				// not known: deny
 *	if (!vfs_id_valid(ids.vfsuid))
 *		...					// unmapped: nobody owns it
 *	if (vfs_ids_match_current(&ids) & VFS_IDS_OWNER)
 *		...					// the caller's own
 *
 * Ids in, ids out: no function shows the map, its type or where it is kept.
 *
 * All of it answers as the kernel would, and as stat(2) does to a task in the initial user
 * namespace (which prints an invalid id as the overflow id, by default 65534; here the two are
 * told apart).  Numbers are the kernel's: those of the initial user namespace.
 *
 * WHY NO LOCK IS NEEDED is told in vfs_idmap_map.bpf.h.
 *
 * A program that is loaded for one question and goes defines VFS_IDMAP_QUICK_TO_LOAD before it
 * includes this: then its loader need not look for the one symbol that a map needs that no mount
 * has, and the verifier has less to look at.
 *
 * Context: as the walk's, under RCU.  The functions are inlined but for two that search a map.
 * Stack: 40 bytes, and 64 in those.
 */
#ifndef ROOTWARD_VFS_IDMAP_BPF_H
#define ROOTWARD_VFS_IDMAP_BPF_H

#include <rootward/vfs_idmap_map.bpf.h>
#include <rootward/vfs_walk.bpf.h>

/**
 * struct vfs_id - a user or group id as the kernel numbers it, or invalid.  A struct, for `==`
 * would find one invalid id equal to another.
 */
struct vfs_id {
	__u32 vfs_id_private;
};

/** struct vfs_ids - owner and group through a mount. */
struct vfs_ids {
	struct vfs_id vfsuid;
	struct vfs_id vfsgid;
};

/** struct vfs_fs_ids - owner and group as a filesystem's inode has them (i_uid, i_gid). */
struct vfs_fs_ids {
	struct vfs_id uid;
	struct vfs_id gid;
};

/** vfs_id_valid() - whether it is an id at all. */
static __always_inline bool vfs_id_valid(struct vfs_id id)
{
	return id.vfs_id_private != VFS_IDMAP_NONE;
}

/** vfs_id_eq() - whether both are the same valid id. */
static __always_inline bool vfs_id_eq(struct vfs_id a, struct vfs_id b)
{
	return vfs_id_valid(a) && a.vfs_id_private == b.vfs_id_private;
}

/** vfs_id_is() - whether @id is valid and has this number.  No number makes an invalid id. */
static __always_inline bool vfs_id_is(struct vfs_id id, __u32 number)
{
	return vfs_id_valid(id) && id.vfs_id_private == number;
}

/** vfs_id_or() - @id's number, or @otherwise of an invalid one; to be shown or stored. */
static __always_inline __u64 vfs_id_or(struct vfs_id id, __u64 otherwise)
{
	return vfs_id_valid(id) ? id.vfs_id_private : otherwise;
}

/**
 * vfs_mnt_is_idmapped() - whether a mount maps ids of its own.
 * @mnt: `const struct vfsmount *` that can be read: an argument's, or from VFS_WALK_AS()
 *
 * Return: 1, 0, or -EOPNOTSUPP: the kernel keeps maps in a way that is not known here.
 */
static __always_inline int vfs_mnt_is_idmapped(const struct vfsmount *mnt)
{
	struct vfsmount *m = (struct vfsmount *)mnt;

	if (!vfs_idmap_known())
		return -EOPNOTSUPP;
	return vfs_idmap_of(m, vfs_idmap_link(m)) != 0;
}

/**
 * vfs_inode_ids() - owner and group of @inode through @mnt.
 * @mnt, @inode: pointers that can be read; @inode is of a filesystem that @mnt shows
 * @ids: on failure both are invalid
 *
 * Return: 0, or
 *	-EAGAIN      the mount got another map meanwhile (no process can know such a mount)
 *	-EOPNOTSUPP  the kernel keeps maps in a way that is not known here
 */
static __always_inline int vfs_inode_ids(const struct vfsmount *mnt, const struct inode *inode,
					 struct vfs_ids *ids)
{
	struct vfsmount *m = (struct vfsmount *)mnt;
	struct inode *i = (struct inode *)inode;

	ids->vfsuid.vfs_id_private = VFS_WALK_READ(i, i_uid.val);
	ids->vfsgid.vfs_id_private = VFS_WALK_READ(i, i_gid.val);
	return vfs_idmap_map(m, VFS_IDMAP_TO_MOUNT, &ids->vfsuid.vfs_id_private,
			     &ids->vfsgid.vfs_id_private);
}

/** vfs_dentry_ids() - vfs_inode_ids() of @dentry's inode, or -ENOENT when it has none. */
static __always_inline int vfs_dentry_ids(const struct vfsmount *mnt, const struct dentry *dentry,
					  struct vfs_ids *ids)
{
	struct dentry *d = (struct dentry *)dentry;
	struct inode *inode = VFS_WALK_READ(d, d_inode);

	ids->vfsuid.vfs_id_private = ids->vfsgid.vfs_id_private = VFS_IDMAP_NONE;
	return inode ? vfs_inode_ids(mnt, inode, ids) : -ENOENT;
}

/** vfs_path_ids() - the same of a path. */
static __always_inline int vfs_path_ids(const struct path *path, struct vfs_ids *ids)
{
	struct path *p = (struct path *)path;

	return vfs_dentry_ids(VFS_WALK_READ(p, mnt), VFS_WALK_READ(p, dentry), ids);
}

/** vfs_file_ids() - the same of what an open file was opened as: what fstat(2) would tell. */
static __always_inline int vfs_file_ids(const struct file *file, struct vfs_ids *ids)
{
	return vfs_path_ids(&file->f_path, ids);
}

/**
 * vfs_ancestor_ids() - the same of an ancestor that a walk visits, through the mount that the
 * walk reached it by.  What it tells is part of the snapshot as the visit is: when the walk starts
 * anew, forget it.
 */
static __always_inline int vfs_ancestor_ids(const struct vfs_ancestor *ancestor,
					    struct vfs_ids *ids)
{
	struct mount *m = VFS_WALK_AS(struct mount, ancestor->mount);

	return vfs_dentry_ids(&m->mnt, ancestor->dentry, ids);
}

/** vfs_current_ids() - the calling task's fsuid and fsgid: always valid. */
static __always_inline void vfs_current_ids(struct vfs_ids *ids)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct cred *cred = VFS_WALK_AS(struct cred, VFS_WALK_READ_ADDRESS(task, cred));

	ids->vfsuid.vfs_id_private = VFS_WALK_READ(cred, fsuid.val);
	ids->vfsgid.vfs_id_private = VFS_WALK_READ(cred, fsgid.val);
}

/**
 * vfs_mnt_fs_ids() - the way back: which ids an object would have in its filesystem if it belonged
 * to @ids through @mnt.  With vfs_current_ids(), those of what the caller would create there.
 *
 * Invalid where the map has none: creating would fail with EOVERFLOW.
 *
 * Return: as vfs_inode_ids()
 */
static __always_inline int vfs_mnt_fs_ids(const struct vfsmount *mnt, const struct vfs_ids *ids,
					  struct vfs_fs_ids *fs_ids)
{
	struct vfsmount *m = (struct vfsmount *)mnt;

	fs_ids->uid = ids->vfsuid;
	fs_ids->gid = ids->vfsgid;
	return vfs_idmap_map(m, VFS_IDMAP_TO_FS, &fs_ids->uid.vfs_id_private,
			     &fs_ids->gid.vfs_id_private);
}

/** enum vfs_ids_match - what of an object is the calling task's. */
enum vfs_ids_match {
	VFS_IDS_OWNER = 1U << 0, /* vfsuid is its fsuid */
	VFS_IDS_GROUP = 1U << 1, /* vfsgid is its fsgid, or one of its supplementary groups */
};

/* The group that is @offset bytes behind the first. */
static __always_inline __u32 vfs_id_group(__u64 groups, __u64 offset)
{
	struct group_info *shifted = VFS_WALK_AS(struct group_info, groups + offset);

	return VFS_WALK_READ(shifted, gid[0].val);
}

/* The groups are sorted: the last one that is not beyond @id, by halves. */
static __noinline bool vfs_id_in_groups(__u32 id)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct cred *cred = VFS_WALK_AS(struct cred, VFS_WALK_READ_ADDRESS(task, cred));
	__u64 at = VFS_WALK_READ_ADDRESS(cred, group_info), half;
	struct group_info *groups = VFS_WALK_AS(struct group_info, at);
	__u32 n = VFS_WALK_READ(groups, ngroups), i;

	if (!n)
		return false;
	for (i = 0; i < 16; i++) { /* 2^16 groups at most */
		half = n / 2;
		at += half * sizeof(kgid_t) *
		      vfs_idmap_le(vfs_id_group(at, half * sizeof(kgid_t)), id);
		n -= half;
	}
	return vfs_id_group(at, 0) == id;
}

/** vfs_ids_match_current() - Return: enum vfs_ids_match; nothing that is invalid matches. */
static __always_inline __u32 vfs_ids_match_current(const struct vfs_ids *ids)
{
	struct vfs_ids current;
	__u32 match = 0;

	vfs_current_ids(&current);
	if (vfs_id_eq(ids->vfsuid, current.vfsuid))
		match |= VFS_IDS_OWNER;
	if (vfs_id_eq(ids->vfsgid, current.vfsgid) ||
	    (vfs_id_valid(ids->vfsgid) && vfs_id_in_groups(ids->vfsgid.vfs_id_private)))
		match |= VFS_IDS_GROUP;
	return match;
}

#endif
