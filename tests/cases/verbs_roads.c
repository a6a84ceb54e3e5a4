/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verbs that come to an object by another road than its path: descriptors, handles, mappings. */
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cleanup.h"
#include "verbs.h"

#define AT_EXECVE_CHECK_ 0x10000 /* from Linux 6.14 on */

int do_openat2(const char *path, const char *path2)
{
	struct open_how how = { .flags = O_RDONLY | O_CLOEXEC, .resolve = RESOLVE_NO_MAGICLINKS };
	int fd = (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));

	return fd < 0 ? -errno : close(fd);
}

int do_open_write(const char *path, const char *path2)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -errno : close(fd);
}

/* --- mappings */

static int map(int fd, int prot, int then)
{
	void *p = mmap(NULL, 4096, prot, MAP_PRIVATE, fd, 0);
	int r = 0;

	if (p == MAP_FAILED)
		return -errno;
	if (then && mprotect(p, 4096, then))
		r = -errno;
	munmap(p, 4096);
	return r;
}

int do_map_read(const char *path, const char *path2)
{
	_cleanup_close_ int fd = at_open(path, O_RDONLY, 0);

	return fd < 0 ? fd : map(fd, PROT_READ, 0);
}

int do_map_exec(const char *path, const char *path2)
{
	_cleanup_close_ int fd = at_open(path, O_RDONLY, 0);

	return fd < 0 ? fd : map(fd, PROT_READ | PROT_EXEC, 0);
}

int do_protect_exec(const char *path, const char *path2)
{
	_cleanup_close_ int fd = at_open(path, O_RDONLY, 0);

	return fd < 0 ? fd : map(fd, PROT_READ, PROT_READ | PROT_EXEC);
}

int do_held_map_exec(const char *path, const char *path2)
{
	return map(HELD_FD, PROT_READ | PROT_EXEC, 0);
}

/* Memory that no file is behind is nobody's question. */
int do_memory_exec(const char *path, const char *path2)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return -errno;
	return mprotect(p, 4096, PROT_READ | PROT_EXEC) ? -errno : munmap(p, 4096);
}

/* What an interpreter asks before it runs a script. */
int do_exec_check(const char *path, const char *path2)
{
	_cleanup_close_ int fd = at_open(path, O_PATH, 0);
	char *argv[] = { "check", NULL }, *envp[] = { NULL };

	if (fd < 0)
		return fd;
	return syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH | AT_EXECVE_CHECK_) ? -errno
											   : 0;
}

/* --- descriptors that were opened by others */

int do_held_fstat(const char *path, const char *path2)
{
	struct stat st;

	return fstat(HELD_FD, &st) ? -errno : 0;
}

int do_held_ftruncate(const char *path, const char *path2)
{
	return ftruncate(HELD_FD, 1) ? -errno : 0;
}

int do_held_fchown(const char *path, const char *path2)
{
	return fchown(HELD_FD, getuid(), getgid()) ? -errno : 0;
}

int do_held_futimens(const char *path, const char *path2)
{
	struct timespec times[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };

	return futimens(HELD_FD, times) ? -errno : 0;
}

int do_held_flistxattr(const char *path, const char *path2)
{
	char buf[256];

	return flistxattr(HELD_FD, buf, sizeof(buf)) < 0 ? -errno : 0;
}

union control {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int))];
};

static int send_fd(int to, int fd)
{
	union control control = { 0 };
	struct iovec iov = { "x", 1 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	*c = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)),
			       .cmsg_level = SOL_SOCKET,
			       .cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return sendmsg(to, &msg, 0) == 1 ? 0 : -errno;
}

/* Outside: opens @path and @path2 for reading, and has them wait in the socket HELD_FD. */
int do_send(const char *path, const char *path2)
{
	_cleanup_close_ int first = open(path, O_RDONLY), second = open(path2, O_RDONLY);
	int fds[2], r;

	if (first < 0 || second < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds))
		return -errno;
	r = send_fd(fds[1], first) ?: send_fd(fds[1], second);
	/* the other end stays open: what was sent would go with it */
	return r ?: hold_fd(fds[0]);
}

/* The next of them.  A descriptor that a security module withholds is one that is missing. */
int do_receive(const char *path, const char *path2)
{
	union control control = { 0 };
	char c;
	struct iovec iov = { &c, 1 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *header;
	int fd;

	if (recvmsg(HELD_FD, &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT) < 0)
		return -errno;
	header = CMSG_FIRSTHDR(&msg);
	if (!header || header->cmsg_len < CMSG_LEN(sizeof(int)))
		return msg.msg_flags & MSG_CTRUNC ? -EACCES : -ENOMSG;
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return close(fd);
}

/* From a child, which has HELD_FD as this process has, and may be traced by it. */
int do_receive_by_pidfd(const char *path, const char *path2)
{
	int pidfd, fd, r;
	pid_t child = fork();

	if (child < 0)
		return -errno;
	while (!child)
		pause();
	pidfd = (int)syscall(SYS_pidfd_open, child, 0);
	fd = (int)syscall(SYS_pidfd_getfd, pidfd, HELD_FD, 0);
	r = fd < 0 ? -errno : close(fd);
	close(pidfd);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return r;
}

/* --- entries */

int do_link_fd(const char *path, const char *path2)
{
	_cleanup_close_ int fd = at_open(path, O_PATH, 0);

	if (fd < 0)
		return fd;
	return linkat(fd, "", AT_FDCWD, path2, AT_EMPTY_PATH) ? -errno : 0;
}

int do_rename_whiteout(const char *path, const char *path2)
{
	return renameat2(AT_FDCWD, path, AT_FDCWD, path2, RENAME_WHITEOUT) ? -errno : 0;
}

/* --- access lists, watches */

#define ACL "system.posix_acl_access"

/* An object without a list has been asked, too. */
int do_get_acl(const char *path, const char *path2)
{
	char buf[256];

	return getxattr(path, ACL, buf, sizeof(buf)) < 0 && errno != ENODATA ? -errno : 0;
}

int do_remove_acl(const char *path, const char *path2)
{
	return removexattr(path, ACL) && errno != ENODATA ? -errno : 0;
}

static int fanotify(const char *path, unsigned int class, unsigned int mark)
{
	_cleanup_close_ int fd = fanotify_init(class | FAN_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	return fanotify_mark(fd, FAN_MARK_ADD | mark, FAN_MODIFY, AT_FDCWD, path) ? -errno : 0;
}

int do_fanotify(const char *path, const char *path2)
{
	return fanotify(path, FAN_CLASS_NOTIF | FAN_REPORT_FID, 0);
}

int do_fanotify_mount(const char *path, const char *path2)
{
	return fanotify(path, FAN_CLASS_NOTIF, FAN_MARK_MOUNT);
}

int do_fanotify_filesystem(const char *path, const char *path2)
{
	return fanotify(path, FAN_CLASS_NOTIF, FAN_MARK_FILESYSTEM);
}

int do_dnotify(const char *path, const char *path2)
{
	_cleanup_close_ int fd = at_open(path, O_RDONLY, 0);

	if (fd < 0)
		return fd;
	return fcntl(fd, F_NOTIFY, DN_MODIFY) ? -errno : 0;
}
