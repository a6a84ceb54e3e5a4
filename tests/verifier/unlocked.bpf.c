// SPDX-License-Identifier: GPL-2.0-only
/*
 * The walk in programs that sleep, without bpf_rcu_read_lock() or no longer with it.  Apart from
 * sleepable.bpf.c, as this can be loaded on a kernel that does not have the lock.
 */
#include "count.bpf.h"

extern void bpf_rcu_read_lock(void) __ksym __weak;
extern void bpf_rcu_read_unlock(void) __ksym __weak;

SEC("lsm.s/file_open")
int BPF_PROG(in_lsm_s_unlocked, struct file *file)
{
	WALK(&file->f_path, visit);
	return 0;
}

SEC("syscall")
int in_syscall_unlocked(void *ctx)
{
	WALK(PWD(), visit);
	return end < 0 || count.visits > 1000000;
}

/* Where there is no lock, it is the same as the one above. */
SEC("syscall")
int in_syscall_unlocked_before(void *ctx)
{
	if (bpf_rcu_read_lock) {
		bpf_rcu_read_lock();
		bpf_rcu_read_unlock();
	}
	WALK(PWD(), visit);
	return end < 0 || count.visits > 1000000;
}

/* A global function is looked at by itself: its caller's lock is not seen there. */
__noinline int walks(__u64 vfsmount, __u64 dentry)
{
	struct count count = { .visits = vfs_walk_zero(dentry) };
	long end = vfs_walk_ancestors_at(vfsmount, dentry, 0, visit, &count, 0);

	return end < 0;
}

SEC("syscall")
int in_syscall_locked_by_caller(void *ctx)
{
	struct path *pwd = PWD();
	int failed;

	if (bpf_rcu_read_lock)
		bpf_rcu_read_lock();
	failed = walks(VFS_WALK_READ_ADDRESS(pwd, mnt), VFS_WALK_READ_ADDRESS(pwd, dentry));
	if (bpf_rcu_read_lock)
		bpf_rcu_read_unlock();
	return failed ? 1 : 0;
}
