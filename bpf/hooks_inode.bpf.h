/* SPDX-License-Identifier: GPL-2.0-only */
/* Hooks that get a dentry and no mount: by which the caller came is not known (mounts.bpf.h). */
#ifndef ROOTWARD_HOOKS_INODE_BPF_H
#define ROOTWARD_HOOKS_INODE_BPF_H

#include "hooks_system.bpf.h"

/*
 * An overlay acts on its layers as its mounter, in the caller's task, after the caller was judged
 * on the overlay's own dentry.
 */
static __always_inline int decide_inside(struct dentry *dentry, __u32 ops)
{
	struct question q = { .ops = ops, .asker = current_asker() };
	struct task_struct *task = bpf_get_current_task_btf();

	/* A worker of io_uring has its creator's credentials: those are nobody's but the caller's.
	 */
	if (!q.asker || (lent_by_kernel(task->cred) && !(task->flags & PF_IO_WORKER)))
		return 0;
	q.mnt = any_mount();
	address_into(&q.dentry, dentry);
	if (known(&q))
		return 0;
	bpf_loop(asker_turns(q.asker), ask_inside_turn, &q, 0);
	return q.denied ? -EACCES : 0;
}

#define ATTR_MODE (1 << 0)
#define ATTR_UID (1 << 1)
#define ATTR_GID (1 << 2)
#define ATTR_SIZE (1 << 3)
#define ATTR_ATIME (1 << 4)
#define ATTR_MTIME (1 << 5)
#define ATTR_FORCE (1 << 9)

/* Modes, owners and sizes are asked for by their own hooks; what is left are time stamps. */
static __always_inline bool sets_times(struct iattr *attr)
{
	return attr->ia_valid & (ATTR_ATIME | ATTR_MTIME) &&
	       !(attr->ia_valid & (ATTR_MODE | ATTR_UID | ATTR_GID | ATTR_SIZE | ATTR_FORCE));
}

SEC("lsm/inode_setattr")
int BPF_PROG(rw_inode_setattr, void *idmap, struct dentry *dentry, struct iattr *attr)
{
	return sets_times(attr) ? decide_inside(dentry, ROOTWARD_OP_UTIME) : 0;
}

/* 6.1: without the idmap. */
SEC("lsm/inode_setattr")
int BPF_PROG(rw_inode_setattr_2, struct dentry *dentry, struct iattr *attr)
{
	return sets_times(attr) ? decide_inside(dentry, ROOTWARD_OP_UTIME) : 0;
}

/* Hooks whose whole question is one operation on the dentry they get. */
#define DECIDE_INSIDE(hook, op, ...)                                                               \
	SEC("lsm/" #hook)                                                                          \
	int BPF_PROG(rw_##hook, ##__VA_ARGS__)                                                     \
	{                                                                                          \
		return decide_inside(dentry, ROOTWARD_OP_##op);                                    \
	}

DECIDE_INSIDE(inode_readlink, READLINK, struct dentry *dentry)

/* On 6.1 an ACL is set as an extended attribute: "system.posix_acl_access", or "_default". */
#define ACL_WORD_0 0x702e6d6574737973ULL /* "system.p" */
#define ACL_WORD_1 0x6c63615f7869736fULL /* "osix_acl" */

__noinline __u32 set_attribute_op(__u64 name)
{
	__u64 words[3] = {};

	bpf_probe_read_kernel_str(words, sizeof(words), (void *)name);
	return words[0] == ACL_WORD_0 && words[1] == ACL_WORD_1 ? ROOTWARD_OP_CHMOD
								: ROOTWARD_OP_SETXATTR;
}

SEC("lsm/inode_setxattr")
int BPF_PROG(rw_inode_setxattr, void *idmap, struct dentry *dentry, const char *name)
{
	return decide_inside(dentry, set_attribute_op((__u64)name));
}

SEC("lsm/inode_removexattr")
int BPF_PROG(rw_inode_removexattr, void *idmap, struct dentry *dentry, const char *name)
{
	return decide_inside(dentry, set_attribute_op((__u64)name));
}

DECIDE_INSIDE(inode_getxattr, GETXATTR, struct dentry *dentry)
DECIDE_INSIDE(inode_listxattr, GETXATTR, struct dentry *dentry)
/* From 6.17 on, with file_getattr(2) and file_setattr(2). */
DECIDE_INSIDE(inode_file_getattr, GETXATTR, struct dentry *dentry)
DECIDE_INSIDE(inode_file_setattr, SETXATTR, struct dentry *dentry)
/* From 6.2 on; before, ACLs come as extended attributes. */
DECIDE_INSIDE(inode_set_acl, CHMOD, void *idmap, struct dentry *dentry)
DECIDE_INSIDE(inode_remove_acl, CHMOD, void *idmap, struct dentry *dentry)
DECIDE_INSIDE(inode_get_acl, GETXATTR, void *idmap, struct dentry *dentry)

/* Message queues are made and removed without a path; all else was asked about by its own. */
SEC("lsm/inode_create")
int BPF_PROG(rw_inode_create, struct inode *dir, struct dentry *dentry)
{
	return is_queue(address_of(dentry)) ? decide_inside(dentry, ROOTWARD_OP_MAKE_REG) : 0;
}

SEC("lsm/inode_unlink")
int BPF_PROG(rw_inode_unlink, struct inode *dir, struct dentry *dentry)
{
	return is_queue(address_of(dentry)) ? decide_inside(dentry, ROOTWARD_OP_REMOVE_FILE) : 0;
}

#endif
