// SPDX-License-Identifier: GPL-2.0-only
/*
 * The walk in programs that sleep: under bpf_rcu_read_lock(), which Linux has from 6.2 on, and
 * without which this is refused when it is loaded.  A callback that sleeps in there is refused too.
 */
#include "count.bpf.h"

extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;

SEC("lsm.s/file_open")
int BPF_PROG(in_lsm_s, struct file *file)
{
	bpf_rcu_read_lock();
	WALK(&file->f_path, visit);
	bpf_rcu_read_unlock();
	return 0;
}

SEC("syscall")
int in_syscall(void *ctx)
{
	bpf_rcu_read_lock();
	WALK(PWD(), visit);
	bpf_rcu_read_unlock();
	return end < 0 || count.visits > 1000000;
}

/* --- not like this */

static __always_inline int sleeps(const struct vfs_ancestor *ancestor, void *data)
{
	struct count *count = data;

	bpf_copy_from_user(&count->kept, sizeof(count->kept), (void *)count->visits);
	return 1;
}
VFS_WALK_CALLBACK(sleeps)

SEC("lsm.s/file_open")
int BPF_PROG(in_lsm_s_sleeps, struct file *file)
{
	bpf_rcu_read_lock();
	WALK(&file->f_path, sleeps);
	bpf_rcu_read_unlock();
	return 0;
}

SEC("syscall")
int in_syscall_sleeps(void *ctx)
{
	bpf_rcu_read_lock();
	WALK(PWD(), sleeps);
	bpf_rcu_read_unlock();
	return 0;
}
