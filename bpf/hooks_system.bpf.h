/* SPDX-License-Identifier: GPL-2.0-only */
/* What would undo a confinement from the side: capabilities, namespaces, mounts, BPF. */
#ifndef ROOTWARD_HOOKS_SYSTEM_BPF_H
#define ROOTWARD_HOOKS_SYSTEM_BPF_H

#include "hooks_task.bpf.h"

/*
 * The capabilities have left the bounding set, so no credentials that a confined task can get by
 * itself have them.  Credentials that the kernel lends it do: overlay acts as its mounter, and
 * must be let.  Stored ones that io_uring would lend are refused below.
 */
static __always_inline bool lent_by_kernel(const struct cred *cred)
{
	struct task_struct *task = bpf_get_current_task_btf();

	return (void *)cred != (void *)task->real_cred;
}

SEC("lsm/uring_override_creds")
int BPF_PROG(rw_uring_override_creds, const struct cred *cred)
{
	__u32 domain = current_domain();

	return domain ? deny_system(domain, ROOTWARD_REASON_SYSTEM, 0) : 0;
}

SEC("lsm/capable")
int BPF_PROG(rw_capable, const struct cred *cred, struct user_namespace *ns, int cap,
	     unsigned int opts)
{
	__u32 index = current_domain();
	struct rw_domain *domain;

	if (!index)
		return 0;
	domain = bpf_map_lookup_elem(&domains, &index);
	if (!domain)
		return -EPERM;
	if (!(domain->drop_caps >> (cap & 63) & 1) || lent_by_kernel(cred))
		return 0;
	/* Not counted: the kernel asks on its own account all the time, and without the
	 * capability in its sets the task is refused anyway. */
	return -EPERM;
}

SEC("lsm/userns_create")
int BPF_PROG(rw_userns_create, const struct cred *cred)
{
	__u32 domain = current_domain();

	if (!domain || domain_keeps(domain) & KEEP_USER_NAMESPACES)
		return 0;
	return deny_system(domain, ROOTWARD_REASON_SYSTEM, 0);
}

/* Whatever the capabilities: a confined task does not change the mount tree, nor touch BPF. */
#define DENY_ALWAYS(hook, ...)                                                                     \
	SEC("lsm/" #hook)                                                                          \
	int BPF_PROG(rw_##hook, ##__VA_ARGS__)                                                     \
	{                                                                                          \
		__u32 domain = current_domain();                                                   \
                                                                                                   \
		return domain ? deny_system(domain, ROOTWARD_REASON_SYSTEM, 0) : 0;                \
	}

DENY_ALWAYS(sb_mount)
DENY_ALWAYS(sb_umount)
DENY_ALWAYS(sb_remount)
DENY_ALWAYS(sb_pivotroot)
DENY_ALWAYS(move_mount)
DENY_ALWAYS(bpf)

#endif
