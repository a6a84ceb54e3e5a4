/* SPDX-License-Identifier: LGPL-2.1-or-later OR GPL-2.0-only */
/*
 * What explain.bpf.c and explain_label.bpf.c tell of one descriptor's ancestors.  In memory that
 * they and user space share; each process loads its own.
 */
#ifndef ROOTWARD_EXPLAIN_ABI_H
#define ROOTWARD_EXPLAIN_ABI_H

#ifndef __bpf__
#include <linux/types.h>
#endif

/* Both powers of two.  Beyond either, the walk ends and says so. */
#define EXPLAIN_ANCESTORS (1U << 13)
#define EXPLAIN_NAMES (1U << 19)
#define EXPLAIN_NAME_MAX 256
#define EXPLAIN_TYPE_MAX 16
#define EXPLAIN_NO_ID 0xffffffffU
/* Bytes of an attribute's name and of its value, a NUL behind each: RW_LABEL_TEXT. */
#define EXPLAIN_LABEL_TEXT 64

/**
 * struct explain_ancestor - one visit of vfs_walk_ancestors().
 * @dev, @ino, @generation, @mode, @magic: as the kernel has them
 * @mnt_id: as mountinfo has it
 * @flags:  enum vfs_walk_flags
 * @name:   where its name begins in the names, @name_len bytes
 * @child:  whether the visit before was of an entry of this directory
 * @uid, @gid: the owner through the mount, EXPLAIN_NO_ID: none
 * @fs_uid, @fs_gid: the inode's own
 * @idmapped: the mount maps ids: 1, 0, or a negative errno: then none of the four is known
 * @type:   of the filesystem, cut to its length
 */
struct explain_ancestor {
	__u64 ino;
	__u64 magic;
	__u32 dev;
	__u32 generation;
	__u32 mode;
	__u32 mnt_id;
	__u32 flags;
	__u32 name;
	__u16 name_len;
	__u16 child;
	__u32 uid;
	__u32 gid;
	__u32 fs_uid;
	__u32 fs_gid;
	__s32 idmapped;
	char type[EXPLAIN_TYPE_MAX];
};

/**
 * struct explain_walk - the walk as a whole.
 * @fd:       in: which descriptor
 * @uid, @gid: in: a user's
 * @fs_uid, @fs_gid: what they are in the filesystem, through the object's mount; EXPLAIN_NO_ID: it
 *            has no place for them
 * @found:    the iterator met it
 * @overflow: more ancestors, or longer names, than there is room for
 * @end:      enum vfs_walk_end or a negative errno
 * @restarts: how often the walk met a concurrent change
 * @n:        how many ancestors
 */
struct explain_walk {
	__u32 fd;
	__u32 found;
	__u32 overflow;
	__s32 end;
	__u32 restarts;
	__u32 n;
	__u32 names_used;
	__u32 uid;
	__u32 gid;
	__u32 fs_uid;
	__u32 fs_gid;
};

/**
 * struct explain_reading - what was read of one attribute, as a whole.
 * @fd:    in: of which descriptor's ancestors
 * @found: the iterator met it
 * @n:     how many were visited, or as many as there is room for
 */
struct explain_reading {
	__u32 fd;
	__u32 found;
	__u32 n;
};

/**
 * struct explain_read - what was read of one of them.
 * @ino, @dev, @generation: as the kernel has them
 * @len:   of @value; 0: it has none, or one that is longer than any label's; or a negative errno
 */
struct explain_read {
	__u64 ino;
	__u32 dev;
	__u32 generation;
	__s32 len;
	__u32 zero;
	char value[EXPLAIN_LABEL_TEXT];
};

#endif
