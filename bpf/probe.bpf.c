// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether programs on security hooks are really called: a kernel may let them be loaded and
 * attached, and not have `bpf` in its lsm= list.
 */
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

__u32 asked_by;
__u32 called;

SEC("lsm/task_getsid")
int BPF_PROG(rw_probe, struct task_struct *task)
{
	if ((__u32)(bpf_get_current_pid_tgid() >> 32) == asked_by)
		called = 1;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
