/* SPDX-License-Identifier: GPL-2.0-only */
/* Belonging to a domain: inherited at birth, counted, and the fence between tasks. */
#ifndef ROOTWARD_HOOKS_TASK_BPF_H
#define ROOTWARD_HOOKS_TASK_BPF_H

#include "hooks_path.bpf.h"

/*
 * A task's storage is cleared before this hook, so what is set here is all there is; threads of
 * io_uring come by here too.  No storage, no task: the fork fails.  To try again would not help: on
 * 6.1 storage is busy only where programs are preempted, and such a kernel is not used
 * (skip.bpf.h).
 */
SEC("lsm/task_alloc")
int BPF_PROG(rw_task_alloc, struct task_struct *task, unsigned long clone_flags)
{
	__u32 index = current_domain();
	struct rw_task fresh = { .domain = index }, *t;
	struct rw_domain *domain;

	if (!index)
		return 0;
	domain = bpf_map_lookup_elem(&domains, &index);
	if (!domain)
		return -EACCES;
	t = bpf_task_storage_get(&tasks, task, &fresh, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!t)
		return -ENOMEM;
	__sync_fetch_and_add(&domain->tasks, 1);
	return 0;
}

SEC("lsm/task_free")
int BPF_PROG(rw_task_free, struct task_struct *task)
{
	__u32 index = task_domain(task);
	struct rw_domain *domain;

	if (!index)
		return 0;
	domain = bpf_map_lookup_elem(&domains, &index);
	if (domain)
		__sync_fetch_and_add(&domain->tasks, -1);
	return 0;
}

/* A signal from the kernel itself: SEND_SIG_PRIV. */
#define SIGNAL_FROM_KERNEL ((void *)1)

SEC("lsm/task_kill")
int BPF_PROG(rw_task_kill, struct task_struct *task, struct kernel_siginfo *info, int sig,
	     const struct cred *cred)
{
	__u32 domain = current_domain();

	if (!domain || info == SIGNAL_FROM_KERNEL || task_domain(task) == domain)
		return 0;
	return deny_system(domain, ROOTWARD_REASON_TASK, sig);
}

/* Limits and priorities of others: an exhausted limit is a signal, too. */
#define FENCE_TASK(hook)                                                                           \
	SEC("lsm/" #hook)                                                                          \
	int BPF_PROG(rw_##hook, struct task_struct *task)                                          \
	{                                                                                          \
		__u32 domain = current_domain();                                                   \
                                                                                                   \
		if (!domain || task_domain(task) == domain)                                        \
			return 0;                                                                  \
		return deny_system(domain, ROOTWARD_REASON_TASK, 0);                               \
	}

FENCE_TASK(task_setrlimit)
FENCE_TASK(task_setnice)
FENCE_TASK(task_setioprio)
FENCE_TASK(task_setscheduler)
FENCE_TASK(task_movememory)

#define PTRACE_MODE_NOAUDIT 0x04

SEC("lsm/ptrace_access_check")
int BPF_PROG(rw_ptrace_access_check, struct task_struct *child, unsigned int mode)
{
	__u32 domain = current_domain();

	if (!domain || task_domain(child) == domain)
		return 0;
	/* ps(1) asks this of every process there is: nobody wants to read of it. */
	if (mode & PTRACE_MODE_NOAUDIT)
		return denial_stands(domain) ? -EPERM : 0;
	return deny_system(domain, ROOTWARD_REASON_TASK, 0);
}

#endif
