/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verbs in which the kernel itself acts on files, or on what files are kept on. */
#include <fcntl.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/quota.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "verbs.h"

#ifndef SYS_quotactl_fd
#define SYS_quotactl_fd 443
#endif

/* --- message queues */

/* Outside: the queues of an IPC namespace of our own, as a directory. */
int do_mount_mqueue(const char *path, const char *path2)
{
	return unshare(CLONE_NEWIPC) || mount("cases", path, "mqueue", 0, NULL) ? -errno : 0;
}

/* The name of the queue that @path shows; without the slash that the library would take off. */
static const char *queue(const char *path)
{
	return strrchr(path, '/') + 1;
}

int do_queue_make(const char *path, const char *path2)
{
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = 1 };
	int fd = (int)syscall(SYS_mq_open, queue(path), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600,
			      &attr);

	return fd < 0 ? -errno : close(fd);
}

int do_queue_open(const char *path, const char *path2)
{
	int fd = (int)syscall(SYS_mq_open, queue(path), O_RDONLY | O_CLOEXEC, 0, NULL);

	return fd < 0 ? -errno : close(fd);
}

int do_queue_remove(const char *path, const char *path2)
{
	return syscall(SYS_mq_unlink, queue(path)) ? -errno : 0;
}

/* --- what needs a capability, and does no harm behind it */

int do_swapon(const char *path, const char *path2)
{
	return swapon(path, 0) ? -errno : 0;
}

int do_quotactl(const char *path, const char *path2)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	/* no quota is on there */
	return syscall(SYS_quotactl_fd, fd, QCMD(Q_SETQUOTA, USRQUOTA), 0, NULL) ? -errno : 0;
}

static int new_mount(void)
{
	_cleanup_close_ int fs = (int)syscall(SYS_fsopen, "tmpfs", 1 /* FSOPEN_CLOEXEC */);
	int fd;

	if (fs < 0)
		return -errno;
	if (syscall(SYS_fsconfig, fs, 6 /* FSCONFIG_CMD_CREATE */, NULL, NULL, 0))
		return -errno;
	fd = (int)syscall(SYS_fsmount, fs, 1 /* FSMOUNT_CLOEXEC */, 0);
	return fd < 0 ? -errno : fd;
}

/* A mount that hangs nowhere; what is made there. */
int do_fsmount(const char *path, const char *path2)
{
	_cleanup_close_ int mount_fd = new_mount();
	int fd;

	if (mount_fd < 0)
		return mount_fd;
	fd = openat(mount_fd, "new", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	return fd < 0 ? -errno : close(fd);
}

int do_move_mount(const char *path, const char *path2)
{
	_cleanup_close_ int mount_fd = new_mount();

	if (mount_fd < 0)
		return mount_fd;
	return syscall(SYS_move_mount, mount_fd, "", AT_FDCWD, path, 4 /* F_EMPTY_PATH */) ? -errno
											   : 0;
}

/* --- core dumps */

static int crash(void *data)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	if (chdir(data) || setrlimit(RLIMIT_CORE, &all))
		return -errno;
	signal(SIGABRT, SIG_DFL);
	abort();
}

/* @path: the file that a crash in its directory leaves.  The directory can be searched. */
int do_core(const char *path, const char *path2)
{
	_cleanup_free_ char *dir = strndup(path, (size_t)(strrchr(path, '/') - path));

	if (child_errno(crash, dir) != -250)
		return -EIO;
	return faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) ? -EACCES : 0;
}

/* --- what is no file of a disk */

/* Outside: the filesystem @path2 on @path. */
int do_mount_kind(const char *path, const char *path2)
{
	return mount("cases", path, path2, 0, NULL) ? -errno : 0;
}

static int map_root(void *data)
{
	_cleanup_close_ int fd = -1;

	if (unshare(CLONE_NEWUSER))
		return -errno;
	fd = open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC);
	return fd < 0 || write(fd, "0 0 1\n", 6) != 6 ? -errno : 0;
}

int do_map_root(const char *path, const char *path2)
{
	return child_errno(map_root, NULL);
}

/* --- devices */

/* Disks without their block device: sg's, and one whose number is given out at run time. */
int do_put_raw_disk(const char *path, const char *path2)
{
	return mknod(path, S_IFCHR | 0666, makedev(21, 200)) ? -errno : 0;
}

int do_put_dynamic(const char *path, const char *path2)
{
	return mknod(path, S_IFCHR | 0666, makedev(500, 9)) ? -errno : 0;
}
