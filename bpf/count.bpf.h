/* SPDX-License-Identifier: GPL-2.0-only */
/* How many tasks each loaded policy is for: `rootward status` runs this over all tasks. */
#ifndef ROOTWARD_COUNT_BPF_H
#define ROOTWARD_COUNT_BPF_H

#include "whom.bpf.h"

/* By the place in rw_shared.loaded.  Who asks has the lock, and begins with zeroes. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RW_LOADED);
	__type(key, __u32);
	__type(value, __u64);
} counted SEC(".maps");

static long count_turn(__u32 i, void *ctx)
{
	__u64 *task = ctx, *count;
	__u32 index = shared.loaded[i & (RW_LOADED - 1)];

	if (!index || !policy_is_for(index, *task))
		return 0;
	count = bpf_map_lookup_elem(&counted, &i);
	if (count)
		(*count)++;
	return 0;
}

SEC("iter/task")
int rw_count(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	__u64 address;

	if (!task || task->flags & PF_KTHREAD)
		return 0;
	address_into(&address, task);
	bpf_loop(shared.n_loaded, count_turn, &address, 0);
	return 0;
}

#endif
