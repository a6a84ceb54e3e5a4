/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A task enters a domain by running this program.  To be counted and to be in the domain is one
 * thing, for nothing ends a task in the middle of a program: a domain in use is never thought to be
 * empty, and an empty one never to be in use.
 *
 * The owner of the domain, or what it has forked, runs it; while it does, it holds the owner's lock
 * (bpf_kernel.h), so the domain is not collected meanwhile.
 */
#ifndef ROOTWARD_ENTER_BPF_H
#define ROOTWARD_ENTER_BPF_H

#include "hooks_task.bpf.h"
#include "skip.bpf.h"

/*
 * Returns 0; -EOPNOTSUPP on a kernel that may skip programs; -ESTALE for a domain that is not live;
 * -EEXIST for a task that is in one; -EAGAIN when there is no storage for it now.
 */
SEC("syscall")
int rw_enter(struct rw_task *wanted)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct rw_task fresh = { .domain = wanted->domain }, *t;
	__u32 index = fresh.domain;
	struct rw_domain *domain;

	if (may_be_skipped())
		return -EOPNOTSUPP;
	domain = bpf_map_lookup_elem(&domains, &index);
	if (!domain || domain->state != RW_DOMAIN_LIVE || domain->loaded)
		return -ESTALE;
	if (task_domain(task))
		return -EEXIST;
	__sync_fetch_and_add(&domain->tasks, 1);
	t = bpf_task_storage_get(&tasks, task, &fresh, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (t) {
		/* One that has loaded policies has had storage. */
		t->domain = index;
		t->loads = 0;
		return 0;
	}
	__sync_fetch_and_add(&domain->tasks, -1);
	return -EAGAIN;
}

#endif
