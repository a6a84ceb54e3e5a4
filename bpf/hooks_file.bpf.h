/* SPDX-License-Identifier: GPL-2.0-only */
/* Hooks that get an open file, or a path to an object: OBJECT operations. */
#ifndef ROOTWARD_HOOKS_FILE_BPF_H
#define ROOTWARD_HOOKS_FILE_BPF_H

#include "ask.bpf.h"

#define FMODE_READ 0x1
#define FMODE_WRITE 0x2
#define O_ACCMODE 00000003
#define FMODE_EXEC_FLAG 0x20

#define SB_I_NOEXEC 0x2

/*
 * The kernel's mark for an open on behalf of execve().  mq_open() and TIOCGPTPEER let a caller set
 * it too, on files that can never be executed: there it says nothing.
 */
static __always_inline bool opens_to_execute(__u32 flags, struct inode *inode)
{
	struct super_block *sb;

	if (!(flags & FMODE_EXEC_FLAG) || flags & O_ACCMODE)
		return false;
	/* Or the compiler reads what follows for every open. */
	asm volatile("");
	sb = VFS_WALK_READ(inode, i_sb);
	return (VFS_WALK_READ(inode, i_mode) & S_IFMT) == S_IFREG &&
	       !(VFS_WALK_READ(sb, s_iflags) & SB_I_NOEXEC);
}

static __always_inline __u32 open_ops(struct file *file)
{
	__u32 flags = VFS_WALK_READ(file, f_flags), mode = VFS_WALK_READ(file, f_mode), ops = 0;
	struct inode *inode = VFS_WALK_READ(file, f_inode);

	if (opens_to_execute(flags, inode))
		return ROOTWARD_OP_EXECUTE;
	/* Access mode 3 opens for ioctl only, but the kernel asks for both permissions. */
	if ((flags & O_ACCMODE) == O_ACCMODE)
		mode = FMODE_READ | FMODE_WRITE;
	if (mode & FMODE_READ)
		ops |= (VFS_WALK_READ(inode, i_mode) & S_IFMT) == S_IFDIR ? ROOTWARD_OP_READ_DIR
									  : ROOTWARD_OP_READ_FILE;
	if (mode & FMODE_WRITE)
		ops |= ROOTWARD_OP_WRITE_FILE;
	return ops;
}

static __always_inline void question_of(struct question *q, struct file *file)
{
	q->mnt = VFS_WALK_READ_ADDRESS(file, f_path.mnt);
	q->dentry = VFS_WALK_READ_ADDRESS(file, f_path.dentry);
	q->ops = open_ops(file);
}

/* The same by the file's address, which @q has in place of its path's. */
__noinline int question_of_address(struct question *q)
{
	if (q)
		question_of(q, VFS_WALK_AS(struct file, q->dentry));
	return 0;
}

/*
 * Ask about an open file.  A hook's argument is read without a check; where that takes a helper,
 * not in the hook's frame.
 */
static __always_inline void question_of_file(struct question *q, struct file *file)
{
	if (VFS_WALK_PLAIN)
		return question_of(q, file);
	address_into(&q->dentry, file);
	question_of_address(q);
}

/* mq_open() and mq_unlink() come by a mount of the kernel's own, which nobody sees. */
__noinline bool is_queue(__u64 dentry)
{
	struct dentry *d = VFS_WALK_AS(struct dentry, dentry);
	struct super_block *sb = VFS_WALK_AS(struct super_block, VFS_WALK_READ_ADDRESS(d, d_sb));

	return VFS_WALK_READ(sb, s_magic) == MQUEUE_MAGIC;
}

/*
 * Before 6.5 an overlay opens its layer's file by the overlay's own path, as its mounter.  The
 * caller has just been judged there; to ask again would take the mounter for `self`.
 */
static __always_inline bool opens_layer(struct file *file)
{
	struct super_block *sb;
	struct dentry *d;

	if (bpf_core_type_exists(struct backing_file))
		return false;
	d = VFS_WALK_AS(struct dentry, VFS_WALK_READ_ADDRESS(file, f_path.dentry));
	if (VFS_WALK_READ_ADDRESS(d, d_inode) == VFS_WALK_READ_ADDRESS(file, f_inode))
		return false;
	sb = VFS_WALK_AS(struct super_block, VFS_WALK_READ_ADDRESS(d, d_sb));
	return VFS_WALK_READ(sb, s_magic) == OVERLAYFS_MAGIC;
}

SEC("lsm/file_open")
int BPF_PROG(rw_file_open, struct file *file)
{
	struct question q = { .asker = current_asker() };

	if (!q.asker)
		return 0;
	if (opens_layer(file))
		return 0;
	question_of_file(&q, file);
	if (known(&q))
		return 0;
	if (!is_queue(q.dentry))
		return find_out(&q);
	bpf_loop(asker_turns(q.asker), ask_inside_turn, &q, 0);
	return q.denied ? -EACCES : 0;
}

/*
 * A descriptor from another task, by a socket or pidfd_getfd(): as if opened here.  One that was
 * opened inside meets the answer that it met before.
 */
SEC("lsm/file_receive")
int BPF_PROG(rw_file_receive, struct file *file)
{
	struct question q = { .asker = current_asker() };

	if (!q.asker)
		return 0;
	question_of_file(&q, file);
	/* O_PATH: nothing was opened. */
	return q.ops && !known(&q) ? find_out(&q) : 0;
}

/* Terminal requests that tell and do not change: isatty() must not depend on a policy. */
#define TCGETS 0x5401
#define TCGETS2 0x802c542a
#define TIOCGPGRP 0x540f
#define TIOCGWINSZ 0x5413
#define TIOCGSID 0x5429
/* Type into the terminal that the caller's shell reads. */
#define TIOCSTI 0x5412
#define TIOCLINUX 0x541c
/* Answered by the VFS, never by the device. */
#define FIONBIO 0x5421
#define FIONCLEX 0x5450
#define FIOCLEX 0x5451
/* Who gets a signal when there is something to read. */
#define FIOSETOWN 0x8901
#define SIOCSPGRP 0x8902
/* Change an inode's generation, which is part of its identity. */
#define FS_IOC_SETVERSION 0x40087602
#define FS_IOC32_SETVERSION 0x40047602
#define EXT4_IOC_SETVERSION 0x40086604
#define EXT4_IOC32_SETVERSION 0x40046604
/* Change attributes that are kept in the inode. */
#define FS_IOC_SETFLAGS 0x40086602
#define FS_IOC32_SETFLAGS 0x40046602
#define FS_IOC_FSSETXATTR 0x401c5820
#define FS_IOC_SET_ENCRYPTION_POLICY 0x800c6613

/* What an ioctl asks for: operations; 0 for none; IOCTL_NEVER. */
#define IOCTL_NEVER 0xffffffffU

static __always_inline __u32 ioctl_ops(__u32 cmd, __u32 type)
{
	switch (cmd) {
	case TIOCSTI:
	case TIOCLINUX:
	case FIOSETOWN:
	case SIOCSPGRP:
	case FS_IOC_SETVERSION:
	case FS_IOC32_SETVERSION:
	case EXT4_IOC_SETVERSION:
	case EXT4_IOC32_SETVERSION:
		return IOCTL_NEVER;
	case FS_IOC_SETFLAGS:
	case FS_IOC32_SETFLAGS:
	case FS_IOC_FSSETXATTR:
	case FS_IOC_SET_ENCRYPTION_POLICY:
		return ROOTWARD_OP_SETXATTR;
	case TCGETS:
	case TCGETS2:
	case TIOCGPGRP:
	case TIOCGSID:
	case TIOCGWINSZ:
	case FIONBIO:
	case FIONCLEX:
	case FIOCLEX:
		return 0;
	}
	return type == S_IFCHR || type == S_IFBLK ? ROOTWARD_OP_IOCTL_DEV : 0;
}

static __always_inline bool ioctl_sets_generation(__u32 cmd)
{
	return cmd == FS_IOC_SETVERSION || cmd == FS_IOC32_SETVERSION ||
	       cmd == EXT4_IOC_SETVERSION || cmd == EXT4_IOC32_SETVERSION;
}

static __always_inline int decide_ioctl(struct file *file, unsigned int cmd)
{
	__u32 asker = current_asker(), ops;
	struct inode *inode;

	if (!asker)
		return 0;
	inode = VFS_WALK_AS(struct inode, file->f_inode);
	ops = ioctl_ops(cmd, VFS_WALK_READ(inode, i_mode) & S_IFMT);
	if (ops == IOCTL_NEVER && asker & ASKER_OWN &&
	    deny_system(asker & ASKER_OWN, ROOTWARD_REASON_SYSTEM, cmd))
		return -EPERM;
	/* A ruled inode's generation stays, or the rule would be lost. */
	if (ops == IOCTL_NEVER)
		return asker & ASKER_LOADED && ioctl_sets_generation(cmd) &&
				       filter_has(VFS_WALK_READ(inode, i_ino))
			       ? deny_by_any(cmd)
			       : 0;
	return ops ? ask_all_path(asker, &file->f_path, ops) : 0;
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

#define F_SETOWN 8
#define F_SETSIG 10
#define F_SETOWN_EX 15

/*
 * A file's owner gets signals past the task_kill hook.  A task may own its own files; which signal
 * it is, and every other owner, could be meant for a task outside.
 */
SEC("lsm/file_fcntl")
int BPF_PROG(rw_file_fcntl, struct file *file, unsigned int cmd, unsigned long arg)
{
	__u32 domain = current_domain();

	if (!domain || (cmd != F_SETOWN && cmd != F_SETSIG && cmd != F_SETOWN_EX))
		return 0;
	if (cmd == F_SETOWN && (__u32)arg == bpf_get_current_pid_tgid() >> 32)
		return 0;
	return deny_system(domain, ROOTWARD_REASON_TASK, cmd);
}

/* Device commands by io_uring. */
SEC("lsm/uring_cmd")
int BPF_PROG(rw_uring_cmd, struct io_uring_cmd *command)
{
	struct io_uring_cmd *c = VFS_WALK_AS(struct io_uring_cmd, command);
	__u32 asker = current_asker(), type;
	struct inode *inode;
	struct file *file;

	if (!asker)
		return 0;
	file = VFS_WALK_AS(struct file, VFS_WALK_READ_ADDRESS(c, file));
	inode = VFS_WALK_AS(struct inode, VFS_WALK_READ_ADDRESS(file, f_inode));
	type = VFS_WALK_READ(inode, i_mode) & S_IFMT;
	if (type != S_IFCHR && type != S_IFBLK)
		return 0;
	return ask_all(asker, VFS_WALK_READ_ADDRESS(file, f_path.mnt),
		       VFS_WALK_READ_ADDRESS(file, f_path.dentry), ROOTWARD_OP_IOCTL_DEV);
}

/* From 6.2 on; before, ftruncate() and O_TRUNC come by path_truncate. */
SEC("lsm/file_truncate")
int BPF_PROG(rw_file_truncate, struct file *file)
{
	__u32 asker = current_asker();

	return asker ? ask_all_path(asker, &file->f_path, ROOTWARD_OP_TRUNCATE) : 0;
}

/* Hooks whose whole question is one operation on the path they get. */
#define DECIDE_PATH(hook, op, ...)                                                                 \
	SEC("lsm/" #hook)                                                                          \
	int BPF_PROG(rw_##hook, const struct path *path, ##__VA_ARGS__)                            \
	{                                                                                          \
		__u32 asker = current_asker();                                                     \
                                                                                                   \
		return asker ? ask_all_path(asker, path, ROOTWARD_OP_##op) : 0;                    \
	}

DECIDE_PATH(path_truncate, TRUNCATE)
DECIDE_PATH(path_chmod, CHMOD, unsigned short mode)
DECIDE_PATH(path_chown, CHOWN, __u64 uid, __u64 gid)
DECIDE_PATH(path_chroot, CHROOT)
DECIDE_PATH(inode_getattr, STAT)

/* FSNOTIFY_OBJ_TYPE_INODE: an object.  All else is a whole mount, filesystem or namespace. */
#define NOTIFY_OBJECT 0

/*
 * What tells of a whole filesystem tells of what is denied in it, whatever the path given: not for
 * who is confined.  A loaded policy rules the path.
 */
SEC("lsm/path_notify")
int BPF_PROG(rw_path_notify, const struct path *path, __u64 mask, unsigned int obj_type)
{
	__u32 asker = current_asker();

	if (!asker)
		return 0;
	if (obj_type != NOTIFY_OBJECT && asker & ASKER_OWN &&
	    deny_system(asker & ASKER_OWN, ROOTWARD_REASON_SYSTEM, obj_type))
		return -EPERM;
	return ask_all_path(asker, path, ROOTWARD_OP_WATCH);
}

#endif
