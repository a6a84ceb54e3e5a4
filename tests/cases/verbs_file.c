/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verbs on what a path names. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cleanup.h"
#include "verbs.h"

/* O_NONBLOCK, here and below: a fifo must not make us wait. */
static int just_open(const char *path, int flags)
{
	int fd = at_open(path, flags | O_NONBLOCK, 0);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

int do_read(const char *path, const char *path2)
{
	_cleanup_close_ int fd = at_open(path, O_RDONLY | O_NONBLOCK, 0);
	char c;

	if (fd < 0)
		return fd;
	return read(fd, &c, 1) < 0 ? -errno : 0;
}

int do_write(const char *path, const char *path2)
{
	_cleanup_close_ int fd = at_open(path, O_WRONLY | O_NONBLOCK, 0);

	if (fd < 0)
		return fd;
	return write(fd, "w", 1) < 0 ? -errno : 0;
}

int do_append(const char *path, const char *path2)
{
	_cleanup_close_ int fd = at_open(path, O_WRONLY | O_NONBLOCK | O_APPEND, 0);

	if (fd < 0)
		return fd;
	return write(fd, "a", 1) < 0 ? -errno : 0;
}

int do_rdwr(const char *path, const char *path2)
{
	return just_open(path, O_RDWR);
}

int do_trunc_open(const char *path, const char *path2)
{
	return just_open(path, O_WRONLY | O_TRUNC);
}

int do_truncate(const char *path, const char *path2)
{
	return truncate(path, 1) ? -errno : 0;
}

int do_ftruncate(const char *path, const char *path2)
{
	_cleanup_close_ int fd = at_open(path, O_WRONLY | O_NONBLOCK, 0);

	if (fd < 0)
		return fd;
	return ftruncate(fd, 1) ? -errno : 0;
}

int do_list(const char *path, const char *path2)
{
	_cleanup_close_ int fd = at_open(path, O_RDONLY | O_DIRECTORY, 0);
	char buf[1024];

	if (fd < 0)
		return fd;
	return syscall(SYS_getdents64, fd, buf, sizeof(buf)) < 0 ? -errno : 0;
}

struct exec {
	int fd;
	const char *path, *verb, *arg;
};

static int exec_in_child(void *data)
{
	struct exec *e = data;
	char *argv[] = { "helper", (char *)e->verb, (char *)e->arg, NULL };
	char *envp[] = { NULL };

	if (e->path)
		execve(e->path, argv, envp);
	else
		syscall(SYS_execveat, e->fd, "", argv, envp, AT_EMPTY_PATH);
	return -errno;
}

int do_exec(const char *path, const char *path2)
{
	struct exec e = { .path = path };

	return child_errno(exec_in_child, &e);
}

int do_exec_fd(const char *path, const char *path2)
{
	_cleanup_close_ int fd = at_open(path, O_PATH, 0);
	struct exec e = { .fd = fd };

	return fd < 0 ? fd : child_errno(exec_in_child, &e);
}

int do_exec_read(const char *path, const char *path2)
{
	struct exec e = { .path = path, .verb = "read", .arg = path2 };

	return child_errno(exec_in_child, &e);
}

int do_ioctl(const char *path, const char *path2)
{
	/* Opened as the table's check before it allows; not a file, so no truncation. */
	_cleanup_close_ int fd = at_open(path, O_RDONLY, 0);

	if (fd < 0)
		return fd;
	return ioctl(fd, _IO('R', 1)) ? -errno : 0;
}

int do_chdir(const char *path, const char *path2)
{
	return chdir(path) ? -errno : 0;
}

int do_held_read(const char *path, const char *path2)
{
	char c;

	return pread(HELD_FD, &c, 1, 0) < 0 ? -errno : 0;
}

int do_held_write(const char *path, const char *path2)
{
	return pwrite(HELD_FD, "h", 1, 0) < 0 ? -errno : 0;
}

int do_read_from_held(const char *path, const char *path2)
{
	int fd = openat(HELD_FD, path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : close(fd);
}

static int reopen(int fd, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return just_open(path, flags);
}

int do_pipe_reopen(const char *path, const char *path2)
{
	int fds[2], r;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	r = reopen(fds[0], O_RDONLY) ?: reopen(fds[0], O_WRONLY);
	close(fds[0]);
	close(fds[1]);
	return r;
}

int do_memfd_reopen(const char *path, const char *path2)
{
	_cleanup_close_ int fd = memfd_create("cases", MFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	return reopen(fd, O_RDWR) ?: reopen(fd, O_RDWR | O_TRUNC);
}

/* Execution is the one thing that an object without a place must not give for nothing. */
int do_memfd_exec(const char *path, const char *path2)
{
	_cleanup_close_ int from = at_open(path, O_RDONLY, 0);
	_cleanup_close_ int fd = memfd_create("cases", MFD_CLOEXEC);
	struct exec e = { .fd = fd };
	char buf[1 << 16];
	ssize_t n;

	if (from < 0)
		return from;
	while ((n = read(from, buf, sizeof(buf))) > 0)
		if (write(fd, buf, (size_t)n) != n)
			return -EIO;
	return child_errno(exec_in_child, &e);
}
