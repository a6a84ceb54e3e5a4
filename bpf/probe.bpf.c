// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether programs on security hooks are really called: a kernel may let them be loaded and
 * attached, and not have `bpf` in its lsm= list.
 */
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#include "skip.bpf.h"

__u32 asked_by;
__u32 called;
__u32 skips;	/* programs, as the kernel is preempted now */
__u32 can_skip; /* it would, if it were preempted */

SEC("lsm/task_getsid")
int BPF_PROG(rw_probe, struct task_struct *task)
{
	if ((__u32)(bpf_get_current_pid_tgid() >> 32) != asked_by)
		return 0;
	called = 1;
	skips = may_be_skipped();
	can_skip = !VFS_WALK_PLAIN;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
