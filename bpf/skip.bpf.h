/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Before 6.2 a program on a hook is skipped on a processor where it runs already.  Where programs
 * can be preempted that is a hole in every hook: the next task on that processor is not asked, and
 * what it forks is not confined.
 */
#ifndef ROOTWARD_SKIP_BPF_H
#define ROOTWARD_SKIP_BPF_H

#include <rootward/vfs_read.bpf.h>

extern const void preempt_dynamic_mode __ksym __weak;

#define PREEMPT_FULL 2

/* Where preemption can be chosen when the kernel starts, and later. */
static __always_inline bool may_be_skipped(void)
{
	int mode = 0;

	if (VFS_WALK_PLAIN || !&preempt_dynamic_mode)
		return false;
	bpf_probe_read_kernel(&mode, sizeof(mode), &preempt_dynamic_mode);
	return mode == PREEMPT_FULL;
}

#endif
