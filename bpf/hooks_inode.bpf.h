/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hooks that get a dentry and no mount.  By which mount the caller came is not known, so what the
 * rules inside the filesystem leave open is allowed only if every mount of it that the caller's
 * namespace shows above the object would allow it.
 */
#ifndef ROOTWARD_HOOKS_INODE_BPF_H
#define ROOTWARD_HOOKS_INODE_BPF_H

#include "hooks_system.bpf.h"

/* The mounts of one filesystem: a list until 6.16, a chain from then on. */
struct mount_search {
	__u64 mount; /* to look at; at the end 0 */
	__u64 head;  /* of the list, where it ends; in a chain 0 */
	__u64 ns;
	__u32 found;
};

#define MOUNTS_ARE_A_LIST bpf_core_field_exists(struct mount___list, mnt_instance)

static __always_inline __u64 mount_of_instance(__u64 node)
{
	return node - bpf_core_field_offset(struct mount___list, mnt_instance);
}

static __always_inline __u64 mount_first(__u64 sb, __u64 *head)
{
	struct super_block___list *list = (void *)sb;
	struct super_block___chain *chain = (void *)sb;
	__u64 node = 0;

	*head = 0;
	if (!MOUNTS_ARE_A_LIST) {
		bpf_core_read(&node, sizeof(node), &chain->s_mounts);
		return node;
	}
	*head = mount_of_instance(sb + bpf_core_field_offset(struct super_block___list, s_mounts));
	bpf_core_read(&node, sizeof(node), &list->s_mounts.next);
	return mount_of_instance(node);
}

static __always_inline __u64 mount_next(__u64 mount)
{
	struct mount___list *list = (void *)mount;
	struct mount___chain *chain = (void *)mount;
	__u64 node = 0;

	if (!MOUNTS_ARE_A_LIST) {
		bpf_core_read(&node, sizeof(node), &chain->mnt_next_for_sb);
		return node;
	}
	bpf_core_read(&node, sizeof(node), &list->mnt_instance.next);
	return node ? mount_of_instance(node) : 0;
}

static long mount_search_step(__u32 index, void *ctx)
{
	struct mount_search *s = ctx;
	struct mount *m = (void *)s->mount;
	__u64 ns = 0;

	if (!s->mount || s->mount == s->head)
		return 1;
	bpf_core_read(&ns, sizeof(ns), &m->mnt_ns);
	if (ns == s->ns) {
		s->found = 1;
		return 1;
	}
	s->mount = mount_next(s->mount);
	return 0;
}

#define MAX_MOUNTS_SEEN (1U << 16)
#define MAX_MOUNTS_ASKED 512

enum mount_search_end { MOUNT_NONE = 0, MOUNT_LOST = 1 };

/*
 * The next mount of @sb in namespace @ns: after @previous, or the first for 0.  MOUNT_NONE at the
 * end; MOUNT_LOST when the end was not found: somebody took a mount off the list under us.
 */
__noinline __u64 mount_after(__u64 sb, __u64 ns, __u64 previous)
{
	struct mount_search s = { .ns = ns };

	s.mount = mount_first(sb, &s.head);
	if (previous)
		s.mount = mount_next(previous);
	bpf_loop(MAX_MOUNTS_SEEN, mount_search_step, &s, 0);
	if (s.found)
		return s.mount;
	return s.mount == s.head ? MOUNT_NONE : MOUNT_LOST;
}

static __always_inline __u64 caller_namespace(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct nsproxy *proxy = 0;
	__u64 ns = 0;

	bpf_core_read(&proxy, sizeof(proxy), &task->nsproxy);
	bpf_core_read(&ns, sizeof(ns), &proxy->mnt_ns);
	return ns;
}

static __always_inline __u64 namespace_event(__u64 ns)
{
	struct mnt_namespace *n = (void *)ns;
	__u64 event = 0;

	bpf_core_read(&event, sizeof(event), &n->event);
	return event;
}

static __always_inline __u64 vfsmount_of(__u64 mount)
{
	return mount + bpf_core_field_offset(struct mount, mnt);
}

/*
 * Ask every mount that shows the object.  None does: nothing says that it may, but for pipes and
 * the like, which no mount shows.  The mounts of a namespace do not change without its event count
 * changing; then, and when the list changed under us, it begins anew.
 */
static __always_inline int ask_mounts(__u32 domain, __u64 dentry, __u32 ops)
{
	struct dentry *d = VFS_WALK_AS(struct dentry, dentry);
	__u64 address = VFS_WALK_READ_ADDRESS(d, d_sb), ns = caller_namespace();
	struct super_block *sb = VFS_WALK_AS(struct super_block, address);
	__u64 event = namespace_event(ns), mount = 0;
	__u32 i, shown = 0;
	int r;

	for (i = 0; i < MAX_MOUNTS_ASKED; i++) {
		mount = mount_after(address, ns, mount);
		if (mount == MOUNT_NONE && namespace_event(ns) == event)
			goto asked;
		if (mount == MOUNT_NONE || mount == MOUNT_LOST) {
			event = namespace_event(ns);
			mount = 0;
			shown = 0;
			continue;
		}
		r = decide_and_tell(domain, vfsmount_of(mount), dentry, ops, VFS_WALK_BENEATH);
		if (r < 0)
			return -EACCES;
		shown |= r == 0;
	}
	return deny_system(domain, ROOTWARD_REASON_UNSTABLE, 0);
asked:
	if (shown || VFS_WALK_READ(sb, s_flags) & VFS_WALK_SB_KERNMOUNT)
		return 0;
	return deny_system(domain, ROOTWARD_REASON_DETACHED, 0);
}

/*
 * An overlay acts on its layers as its mounter, in the caller's task, after the caller was judged
 * on the overlay's own dentry.
 */
static __always_inline int decide_inside(struct dentry *dentry, __u32 ops)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 domain = current_domain();

	if (!domain || lent_by_kernel(task->cred))
		return 0;
	return ask_mounts(domain, address_of(dentry), ops) ? -EACCES : 0;
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

static __always_inline __u32 set_attribute_op(const char *name)
{
	__u64 words[3] = {};

	bpf_probe_read_kernel_str(words, sizeof(words), name);
	return words[0] == ACL_WORD_0 && words[1] == ACL_WORD_1 ? ROOTWARD_OP_CHMOD :
								  ROOTWARD_OP_SETXATTR;
}

SEC("lsm/inode_setxattr")
int BPF_PROG(rw_inode_setxattr, void *idmap, struct dentry *dentry, const char *name)
{
	return decide_inside(dentry, set_attribute_op(name));
}

SEC("lsm/inode_removexattr")
int BPF_PROG(rw_inode_removexattr, void *idmap, struct dentry *dentry, const char *name)
{
	return decide_inside(dentry, set_attribute_op(name));
}

DECIDE_INSIDE(inode_getxattr, GETXATTR, struct dentry *dentry)
DECIDE_INSIDE(inode_listxattr, GETXATTR, struct dentry *dentry)
/* From 6.2 on; before, ACLs come as extended attributes. */
DECIDE_INSIDE(inode_set_acl, CHMOD, void *idmap, struct dentry *dentry)
DECIDE_INSIDE(inode_remove_acl, CHMOD, void *idmap, struct dentry *dentry)
DECIDE_INSIDE(inode_get_acl, GETXATTR, void *idmap, struct dentry *dentry)

#endif
