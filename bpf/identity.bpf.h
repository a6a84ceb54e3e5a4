/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tells what a task's open files are, as the kernel knows them: stat reports other numbers on
 * btrfs and overlay.  A reader of the iterator gets one struct rw_identity per descriptor.
 */
#ifndef ROOTWARD_IDENTITY_BPF_H
#define ROOTWARD_IDENTITY_BPF_H

#include "abi.h"

/*
 * A program that is loaded for one question defines IDENTITY_WITHOUT_OWNER: to find the one symbol
 * that owners need takes its loader longer than all the rest.
 */
#ifdef IDENTITY_WITHOUT_OWNER
static __always_inline void tell_owner(struct rw_identity *id, struct file *file,
				       struct inode *inode)
{
	id->uid = id->gid = id->fs_uid = id->fs_gid = RW_NO_ID;
}
#else
#include <rootward/vfs_idmap.bpf.h>

static __always_inline void tell_owner(struct rw_identity *id, struct file *file,
				       struct inode *inode)
{
	struct vfs_ids ids;
	int r = vfs_file_ids(file, &ids);

	id->idmapped = r < 0 ? r : vfs_mnt_is_idmapped(file->f_path.mnt);
	id->uid = vfs_id_or(ids.vfsuid, RW_NO_ID);
	id->gid = vfs_id_or(ids.vfsgid, RW_NO_ID);
	id->fs_uid = inode->i_uid.val;
	id->fs_gid = inode->i_gid.val;
}
#endif

SEC("iter/task_file")
int rw_identity(struct bpf_iter__task_file *ctx)
{
	struct rw_identity id = {};
	struct file *file = ctx->file;
	struct super_block *sb;
	struct inode *inode;
	struct ovl_fs *ofs;

	if (!file)
		return 0;
	inode = file->f_inode;
	sb = inode->i_sb;
	id.fd = ctx->fd;
	id.ino = inode->i_ino;
	id.generation = inode->i_generation;
	id.dev = sb->s_dev;
	id.magic = sb->s_magic;
	id.mode = inode->i_mode;
	if (id.magic == OVERLAYFS_MAGIC && bpf_core_type_exists(struct ovl_fs)) {
		/* Below 0: inode numbers of directories are made up anew at each eviction. */
		ofs = sb->s_fs_info;
		id.xino_mode = BPF_CORE_READ(ofs, xino_mode);
	}
	tell_owner(&id, file, inode);
	bpf_seq_write(ctx->meta->seq, &id, sizeof(id));
	return 0;
}

#endif
