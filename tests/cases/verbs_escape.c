/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Verbs that try to get out.  They are made so that success does no harm to the machine: a probe
 * stops right behind the permission check wherever the real thing would hurt.
 */
#include <fcntl.h>
#include <linux/bpf.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "verbs.h"

#ifndef SYS_open_tree
#define SYS_open_tree 428
#endif

int do_mount(const char *path, const char *path2)
{
	return mount("cases", path, "tmpfs", 0, "size=64k") ? -errno : 0;
}

int do_umount(const char *path, const char *path2)
{
	return umount2(path, MNT_DETACH) ? -errno : 0;
}

int do_pivot_root(const char *path, const char *path2)
{
	return syscall(SYS_pivot_root, path, path2) ? -errno : 0;
}

static int unshare_in_child(void *data)
{
	return unshare(*(int *)data) ? -errno : 0;
}

int do_unshare_user(const char *path, const char *path2)
{
	int flags = CLONE_NEWUSER;

	return child_errno(unshare_in_child, &flags);
}

int do_unshare_mounts(const char *path, const char *path2)
{
	return unshare(CLONE_NEWNS) ? -errno : 0;
}

/* HELD_FD is a mount namespace (HOLD_READ of /proc/self/ns/mnt). */
int do_setns_mounts(const char *path, const char *path2)
{
	return syscall(SYS_setns, HELD_FD, CLONE_NEWNS) ? -errno : 0;
}

int do_open_tree(const char *path, const char *path2)
{
	int fd = (int)syscall(SYS_open_tree, AT_FDCWD, path, 1 /* OPEN_TREE_CLONE */);

	return fd < 0 ? -errno : 0;
}

static int ptrace_pid(pid_t pid)
{
	/* SEIZE does not stop it: nothing to undo but the attachment, which ends with us */
	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL))
		return -errno;
	ptrace(PTRACE_INTERRUPT, pid, NULL, NULL);
	waitpid(pid, NULL, __WALL);
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
	return 0;
}

int do_ptrace_outside(const char *path, const char *path2)
{
	return ptrace_pid(cast.bystander);
}

static pid_t idle_child(void)
{
	pid_t pid = fork();

	if (!pid)
		for (;;)
			pause();
	return pid;
}

int do_ptrace_inside(const char *path, const char *path2)
{
	pid_t pid = idle_child();
	int r = ptrace_pid(pid);

	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return r;
}

int do_vm_read_outside(const char *path, const char *path2)
{
	char buf[8];
	struct iovec here = { buf, sizeof(buf) }, there = { &cast, sizeof(buf) };

	return process_vm_readv(cast.bystander, &here, 1, &there, 1, 0) < 0 ? -errno : 0;
}

int do_pidfd_getfd(const char *path, const char *path2)
{
	_cleanup_close_ int pidfd = (int)syscall(SYS_pidfd_open, cast.bystander, 0);

	if (pidfd < 0)
		return -errno;
	return syscall(SYS_pidfd_getfd, pidfd, 0, 0) < 0 ? -errno : 0;
}

int do_kill_outside(const char *path, const char *path2)
{
	return kill(cast.bystander, SIGCONT) ? -errno : 0;
}

/* SIGCONT does no harm when it works; SIGKILL passes the same check. */
int do_kill_supervisor(const char *path, const char *path2)
{
	return kill(cast.supervisor, SIGCONT) ? -errno : 0;
}

int do_pidfd_kill_outside(const char *path, const char *path2)
{
	_cleanup_close_ int pidfd = (int)syscall(SYS_pidfd_open, cast.bystander, 0);

	if (pidfd < 0)
		return -errno;
	return syscall(SYS_pidfd_send_signal, pidfd, SIGCONT, NULL, 0) ? -errno : 0;
}

int do_kill_inside(const char *path, const char *path2)
{
	pid_t pid = idle_child();
	int r = kill(pid, SIGKILL) ? -errno : 0;

	if (!r)
		waitpid(pid, NULL, 0);
	return r;
}

int do_bpf(const char *path, const char *path2)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	/* needs privilege whatever unprivileged_bpf_disabled says; ENOENT: there is none */
	if (!syscall(SYS_bpf, BPF_PROG_GET_NEXT_ID, &attr, sizeof(attr)) || errno == ENOENT)
		return 0;
	return -errno;
}

/* Behind the permission check an empty module is no module. */
int do_init_module(const char *path, const char *path2)
{
	return syscall(SYS_init_module, "", 0, "") ? -errno : 0;
}

/* Behind the permission check, the magic numbers are wrong. */
int do_reboot(const char *path, const char *path2)
{
	return syscall(SYS_reboot, 0, 0, 0, NULL) ? -errno : 0;
}

int do_open_by_handle(const char *path, const char *path2)
{
	struct {
		struct file_handle handle;
		unsigned char bytes[MAX_HANDLE_SZ];
	} h = { .handle.handle_bytes = MAX_HANDLE_SZ };
	_cleanup_close_ int mount_fd = open("/", O_PATH | O_CLOEXEC);
	int fd, mount_id;

	if (name_to_handle_at(AT_FDCWD, path, &h.handle, &mount_id, 0))
		return -errno;
	/* by a descriptor of the same filesystem that needs no permission to read */
	close(mount_fd);
	mount_fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (mount_fd < 0)
		return -errno;
	fd = open_by_handle_at(mount_fd, &h.handle, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

/* @path: the number of a capability.  0 if the bounding set has it, -EPERM if not. */
int do_has_cap(const char *path, const char *path2)
{
	return prctl(PR_CAPBSET_READ, atoi(path), 0, 0, 0) == 1 ? 0 : -EPERM;
}

int do_setuid(const char *path, const char *path2)
{
	return setuid((uid_t)atoi(path)) ? -errno : 0;
}

int do_enter_second(const char *path, const char *path2)
{
	return cast.enter_second();
}
