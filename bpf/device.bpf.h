/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices that are out of reach: what fence() and what was kept of its answers both look at. */
#ifndef ROOTWARD_DEVICE_BPF_H
#define ROOTWARD_DEVICE_BPF_H

#include <rootward/vfs_read.bpf.h>

#include "fence.h"

#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define S_IFLNK 0120000
#define S_IFREG 0100000
#define S_IFBLK 0060000
#define S_IFDIR 0040000
#define S_IFCHR 0020000
#define S_IFIFO 0010000

#define OPS_OF_OPENING (ROOTWARD_OP_READ_FILE | ROOTWARD_OP_WRITE_FILE)

/* A word that keeps it, or 0 for what anybody may open. */
static __always_inline __u32 device_fence(struct inode *inode)
{
	__u32 type = VFS_WALK_READ(inode, i_mode) & S_IFMT;

	if (type == S_IFBLK)
		return KEEP_BLOCK_DEVICES;
	return type == S_IFCHR ? char_device_fence(VFS_WALK_READ(inode, i_rdev)) : 0;
}

#endif
