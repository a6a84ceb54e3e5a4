/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom a loaded policy is for: from `applies_to` and `except` to the map. */
#ifndef ROOTWARD_BPF_WHOM_H
#define ROOTWARD_BPF_WHOM_H

#include "bpf_kernel.h"
#include "policy.h"

/** whom_select() - enum rw_select. */
static inline __u32 whom_select(const struct rootward_policy *policy)
{
	return (policy->applies_to.n ? RW_SELECT_FOR : 0) | (policy->except.n ? RW_SELECT_BUT : 0);
}

/**
 * whom_tasks() - a list of tasks as the map has it: RW_TASKS_ARE of @list, @n of them filled in.
 * @first_key: what status knows the first one's executable by, the others' follow; NULL: by nothing
 * Return: as whom_install().
 */
int whom_tasks(struct bpf_kernel *kernel, const struct rw_tree_key *first_key,
	       struct rw_task_is *list, __u32 *n, const struct policy_tasks *tasks,
	       const struct rootward_opts *opts);

/**
 * whom_install() - under the lock, before the domain is listed.
 * Return: 0; -ENOENT: an executable is not there (reported); -ELOOP: a cgroup is too deep
 * (reported); -ENOTSUP: an executable's identity does not last (reported); what the map says.
 */
int whom_install(struct bpf_kernel *kernel, __u32 domain, const struct rootward_policy *policy,
		 const struct rootward_opts *opts);

#endif
