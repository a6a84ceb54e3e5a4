/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Objects that are out of reach whatever the trees say, because through them a confined task could
 * undo its confinement: devices that show what lies beneath files, the kernel's settings, and the
 * files in /proc of tasks outside.  `keep` opens the first two, and then the trees decide.  A
 * policy that is loaded for the machine fences nothing: it confines nobody, and rules its trees.
 */
#ifndef ROOTWARD_FENCE_BPF_H
#define ROOTWARD_FENCE_BPF_H

#include "device.bpf.h"
#include "mounts.bpf.h"

/* what nothing opens */
#define KEEP_NOTHING 0x80000000U

static __always_inline __u32 domain_keeps(__u32 index)
{
	struct rw_domain *domain = bpf_map_lookup_elem(&domains, &index);

	return domain ? domain->keep : 0;
}

static __always_inline bool domain_fences_nothing(__u32 index)
{
	struct rw_domain *domain = bpf_map_lookup_elem(&domains, &index);

	return domain && domain->loaded;
}

/*
 * A process' file in /proc is open to tasks of the process' own domain; all others are settings.
 * The process is in the list of what goes by its number.  One that has gone is nobody's.
 */
static __always_inline __u32 proc_fence(__u32 domain, __u64 address)
{
	struct proc_inode *proc =
		(void *)(address - bpf_core_field_offset(struct proc_inode, vfs_inode));
	struct task_struct *task;
	struct hlist_node *node = 0;
	struct pid *pid = 0;

	bpf_core_read(&pid, sizeof(pid), &proc->pid);
	if (!address || !pid)
		return KEEP_KERNEL_SETTINGS;
	bpf_core_read(&node, sizeof(node), &pid->tasks[0].first);
	if (!node)
		return KEEP_NOTHING;
	task = (void *)node - bpf_core_field_offset(struct task_struct, pid_links[0]);
	return task_domain_slowly(task) == domain ? 0 : KEEP_NOTHING;
}

static __always_inline __u32 settings_fence(__u32 domain, __u64 magic, __u64 inode)
{
	if (magic == PROC_MAGIC)
		return proc_fence(domain, inode);
	return magic_is_settings(magic) ? KEEP_KERNEL_SETTINGS : 0;
}

/* Apart from fence(), which mostly has nothing to tell. */
__noinline int fence_tell(__u32 domain, __u64 dentry, __u32 ops, __u32 reason)
{
	struct denial d = {
		.domain = domain,
		.reason = reason,
		.ops = ops,
		.denied = ops,
		.layer = RW_NO_TREE,
		.tree = RW_NO_TREE,
	};

	deny_event(&d, dentry);
	return -EACCES;
}

/*
 * /proc/sys/kernel/ftrace_enabled: on many kernels a 0 in it takes all programs off their hooks,
 * and nobody is told.  Nothing opens it, not for who is confined, nor for whom a loaded policy is
 * for.
 */
__noinline bool stops_programs(__u64 address)
{
	struct dentry *dentry = VFS_WALK_AS(struct dentry, address);
	struct super_block *sb =
		VFS_WALK_AS(struct super_block, VFS_WALK_READ_ADDRESS(dentry, d_sb));
	const unsigned char *name = 0;
	char text[16] = {};

	if (VFS_WALK_READ(sb, s_magic) != PROC_MAGIC)
		return false;
	bpf_core_read(&name, sizeof(name), &dentry->d_name.name);
	bpf_probe_read_kernel_str(text, sizeof(text), name);
	return *(__u64 *)text == *(const __u64 *)"ftrace_e" &&
	       *(__u64 *)(text + 8) == *(const __u64 *)"nabled\0";
}

/* Is the object out of reach for these operations?  Returns 0, or -EACCES having told. */
__noinline int fence(__u32 index, __u64 address, __u32 ops)
{
	struct dentry *dentry = VFS_WALK_AS(struct dentry, address);
	__u64 inode = VFS_WALK_READ_ADDRESS(dentry, d_inode);
	__u32 fenced = 0, reason = ROOTWARD_REASON_DEVICE;
	struct super_block *sb;

	if (ops & ROOTWARD_OPS_WRITE && stops_programs(address))
		return fence_tell(index, address, ops, ROOTWARD_REASON_SYSTEM);
	if (domain_fences_nothing(index))
		return 0;
	if (inode && ops & OPS_OF_OPENING)
		fenced = device_fence(VFS_WALK_AS(struct inode, inode));
	if (!fenced && ops & ROOTWARD_OPS_WRITE) {
		sb = VFS_WALK_AS(struct super_block, VFS_WALK_READ_ADDRESS(dentry, d_sb));
		fenced = settings_fence(index, VFS_WALK_READ(sb, s_magic), inode);
		reason = fenced == KEEP_NOTHING ? ROOTWARD_REASON_TASK : ROOTWARD_REASON_SYSTEM;
	}
	if (!fenced || domain_keeps(index) & fenced & ~KEEP_NOTHING)
		return 0;
	return fence_tell(index, address, ops, reason);
}

#endif
