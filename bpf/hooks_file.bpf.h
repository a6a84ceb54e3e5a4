/* SPDX-License-Identifier: GPL-2.0-only */
/* Hooks that get an open file, or a path to an object: OBJECT operations. */
#ifndef ROOTWARD_HOOKS_FILE_BPF_H
#define ROOTWARD_HOOKS_FILE_BPF_H

#include "decide.bpf.h"

#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define S_IFLNK 0120000
#define S_IFREG 0100000
#define S_IFBLK 0060000
#define S_IFDIR 0040000
#define S_IFCHR 0020000
#define S_IFIFO 0010000

#define FMODE_READ 0x1
#define FMODE_WRITE 0x2
#define O_ACCMODE 00000003
#define FMODE_EXEC_FLAG 0x20

#define KEEP_BLOCK_DEVICES 1U
#define KEEP_RAW_MEMORY 2U
#define KEEP_USER_NAMESPACES 4U

static __always_inline __u32 domain_keeps(__u32 index)
{
	struct rw_domain *domain = bpf_map_lookup_elem(&domains, &index);

	return domain ? domain->keep : 0;
}

/* Block devices and the kernel's memory show what lies beneath every file. */
static __always_inline bool device_refused(__u32 domain, struct inode *inode)
{
	__u32 type = VFS_WALK_READ(inode, i_mode) & S_IFMT, rdev, minor;

	if (type == S_IFBLK)
		return !(domain_keeps(domain) & KEEP_BLOCK_DEVICES);
	if (type != S_IFCHR)
		return false;
	rdev = VFS_WALK_READ(inode, i_rdev);
	minor = rdev & 0xfffff;
	/* mem, kmem, port */
	if (rdev >> 20 == 1 && (minor == 1 || minor == 2 || minor == 4))
		return !(domain_keeps(domain) & KEEP_RAW_MEMORY);
	return false;
}

static __always_inline __u32 open_ops(struct file *file, struct inode *inode)
{
	__u32 flags = file->f_flags, mode = file->f_mode, ops = 0;

	/* As Landlock: to execute is not to read. */
	if (flags & FMODE_EXEC_FLAG)
		return ROOTWARD_OP_EXECUTE;
	/* Access mode 3 opens for ioctl only, but the kernel asks for both permissions. */
	if ((flags & O_ACCMODE) == O_ACCMODE)
		mode = FMODE_READ | FMODE_WRITE;
	if (mode & FMODE_READ)
		ops |= (VFS_WALK_READ(inode, i_mode) & S_IFMT) == S_IFDIR ? ROOTWARD_OP_READ_DIR :
									   ROOTWARD_OP_READ_FILE;
	if (mode & FMODE_WRITE)
		ops |= ROOTWARD_OP_WRITE_FILE;
	return ops;
}

SEC("lsm/file_open")
int BPF_PROG(rw_file_open, struct file *file)
{
	__u32 domain = current_domain();
	struct inode *inode;

	if (!domain)
		return 0;
	inode = VFS_WALK_AS(struct inode, file->f_inode);
	if (device_refused(domain, inode))
		return deny_system(domain, ROOTWARD_REASON_DEVICE, 0);
	return decide_path(domain, &file->f_path, open_ops(file, inode));
}

/* Terminal requests that tell and do not change: isatty() must not depend on a policy. */
#define TCGETS 0x5401
#define TIOCGWINSZ 0x5413
/* Type into the terminal that the caller's shell reads. */
#define TIOCSTI 0x5412
#define TIOCLINUX 0x541c
/* Answered by the VFS, never by the device. */
#define FIONBIO 0x5421
#define FIONCLEX 0x5450
#define FIOCLEX 0x5451
#define FIOASYNC 0x5452

static __always_inline int decide_ioctl(struct file *file, unsigned int cmd)
{
	__u32 domain = current_domain(), type;
	struct inode *inode;

	if (!domain)
		return 0;
	inode = VFS_WALK_AS(struct inode, file->f_inode);
	type = VFS_WALK_READ(inode, i_mode) & S_IFMT;
	if (type != S_IFCHR && type != S_IFBLK)
		return 0;
	switch (cmd) {
	case TIOCSTI:
	case TIOCLINUX:
		return deny_system(domain, ROOTWARD_REASON_SYSTEM, cmd);
	case TCGETS:
	case TIOCGWINSZ:
	case FIONBIO:
	case FIONCLEX:
	case FIOCLEX:
	case FIOASYNC:
		return 0;
	}
	return decide_path(domain, &file->f_path, ROOTWARD_OP_IOCTL_DEV);
}

SEC("lsm/file_ioctl")
int BPF_PROG(rw_file_ioctl, struct file *file, unsigned int cmd, unsigned long arg)
{
	return decide_ioctl(file, cmd);
}

/* From 6.8 on; before, file_ioctl is called for both. */
SEC("lsm/file_ioctl_compat")
int BPF_PROG(rw_file_ioctl_compat, struct file *file, unsigned int cmd, unsigned long arg)
{
	return decide_ioctl(file, cmd);
}

/* From 6.2 on; before, ftruncate() and O_TRUNC come by path_truncate. */
SEC("lsm/file_truncate")
int BPF_PROG(rw_file_truncate, struct file *file)
{
	__u32 domain = current_domain();

	return domain ? decide_path(domain, &file->f_path, ROOTWARD_OP_TRUNCATE) : 0;
}

/* Hooks whose whole question is one operation on the path they get. */
#define DECIDE_PATH(hook, op, ...)                                                                 \
	SEC("lsm/" #hook)                                                                          \
	int BPF_PROG(rw_##hook, const struct path *path, ##__VA_ARGS__)                            \
	{                                                                                          \
		__u32 domain = current_domain();                                                   \
                                                                                                   \
		return domain ? decide_path(domain, path, ROOTWARD_OP_##op) : 0;         \
	}

DECIDE_PATH(path_truncate, TRUNCATE)
DECIDE_PATH(path_chmod, CHMOD, unsigned short mode)
DECIDE_PATH(path_chown, CHOWN, __u64 uid, __u64 gid)
DECIDE_PATH(path_chroot, CHROOT)
DECIDE_PATH(path_notify, WATCH, __u64 mask, unsigned int obj_type)
DECIDE_PATH(inode_getattr, STAT)

#endif
