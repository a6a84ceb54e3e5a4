/* SPDX-License-Identifier: GPL-2.0-only */
/* Code that is mapped: libraries, and what a loader of one's own would run. */
#ifndef ROOTWARD_HOOKS_MAP_BPF_H
#define ROOTWARD_HOOKS_MAP_BPF_H

#include "ask.bpf.h"

#define PROT_EXEC 0x4

/*
 * There is no file where memory is mapped.  Not every kernel tells the verifier so, which would
 * then take a test of the pointer out: hence the number.
 */
SEC("lsm/mmap_file")
int BPF_PROG(rw_mmap_file, struct file *file, unsigned long reqprot, unsigned long prot)
{
	__u64 address = address_of(file);
	struct file *f = VFS_WALK_AS(struct file, address);
	__u32 asker;

	if (!address || !(prot & PROT_EXEC))
		return 0;
	asker = current_asker();
	if (!asker)
		return 0;
	return ask_all(asker, VFS_WALK_READ_ADDRESS(f, f_path.mnt),
		       VFS_WALK_READ_ADDRESS(f, f_path.dentry), ROOTWARD_OP_EXECUTE);
}

/* A clone that only the kernel has: an overlay's, of the mount of a layer. */
static __always_inline bool is_private(__u64 mnt)
{
	struct mount *m = VFS_WALK_AS(struct mount, vfs_walk_real_mount(mnt));
	struct super_block *sb =
		VFS_WALK_AS(struct super_block, VFS_WALK_READ_ADDRESS(m, mnt.mnt_sb));

	return VFS_WALK_READ_ADDRESS(m, mnt_ns) >= (__u64)-4095 &&
	       !(VFS_WALK_READ(sb, s_flags) & VFS_WALK_SB_KERNMOUNT);
}

/*
 * An overlay maps the file of its layer in place of its own.  The walk from there would meet no
 * rule on the overlay; the file remembers the path that was opened.
 */
static __always_inline int ask_mapped(__u32 asker, __u64 address)
{
	struct file *file = VFS_WALK_AS(struct file, address);
	__u64 mnt = VFS_WALK_READ_ADDRESS(file, f_path.mnt);
	__u64 dentry = VFS_WALK_READ_ADDRESS(file, f_path.dentry);
	struct backing_file *backing;

	if (bpf_core_type_exists(struct backing_file) && is_private(mnt)) {
		backing = VFS_WALK_AS(struct backing_file, address);
		mnt = VFS_WALK_READ_ADDRESS(backing, user_path.mnt);
		dentry = VFS_WALK_READ_ADDRESS(backing, user_path.dentry);
	}
	return ask_all(asker, mnt, dentry, ROOTWARD_OP_EXECUTE);
}

SEC("lsm/file_mprotect")
int BPF_PROG(rw_file_mprotect, struct vm_area_struct *vma, unsigned long reqprot,
	     unsigned long prot)
{
	struct vm_area_struct *v = VFS_WALK_AS(struct vm_area_struct, vma);
	__u32 asker;
	__u64 file;

	if (!(prot & PROT_EXEC))
		return 0;
	file = VFS_WALK_READ_ADDRESS(v, vm_file);
	asker = current_asker();
	return asker && file ? ask_mapped(asker, file) : 0;
}

#endif
