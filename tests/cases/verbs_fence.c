/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verbs on the ways round a fence: signals by another's hand, attributes by ioctl. */
#include <fcntl.h>
#include <linux/fs.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cleanup.h"
#include "verbs.h"

/* Who owns a file gets a signal of the caller's choice when there is something to read. */
int do_own_outside(const char *path, const char *path2)
{
	_cleanup_close_ int a = -1, b = -1;
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		return -errno;
	a = fds[0];
	b = fds[1];
	return fcntl(a, F_SETOWN, cast.bystander) ? -errno : 0;
}

int do_own_self(const char *path, const char *path2)
{
	_cleanup_close_ int a = -1, b = -1;
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		return -errno;
	a = fds[0];
	b = fds[1];
	return fcntl(a, F_SETOWN, getpid()) ? -errno : 0;
}

/* An exhausted limit kills.  Here it stays as it is. */
int do_limit_outside(const char *path, const char *path2)
{
	struct rlimit old;

	if (prlimit(cast.bystander, RLIMIT_CORE, NULL, &old))
		return -errno;
	return prlimit(cast.bystander, RLIMIT_CORE, &old, NULL) ? -errno : 0;
}

int do_renice_outside(const char *path, const char *path2)
{
	return setpriority(PRIO_PROCESS, cast.bystander, 1) ? -errno : 0;
}

/* The generation is a part of the identity that rules hang on. */
int do_set_generation(const char *path, const char *path2)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	int generation = 1;

	if (fd < 0)
		return -errno;
	return ioctl(fd, FS_IOC_SETVERSION, &generation) ? -errno : 0;
}

int do_set_flags(const char *path, const char *path2)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	int flags = 0;

	if (fd < 0)
		return -errno;
	if (ioctl(fd, FS_IOC_GETFLAGS, &flags))
		return -errno;
	return ioctl(fd, FS_IOC_SETFLAGS, &flags) ? -errno : 0;
}

/* user::rw- group::r-- other::r-- */
static const struct {
	uint32_t version;
	struct {
		uint16_t tag, permissions;
		uint32_t id;
	} entries[3];
} acl = { 2, { { 0x01, 6, ~0U }, { 0x04, 4, ~0U }, { 0x20, 4, ~0U } } };

int do_set_acl(const char *path, const char *path2)
{
	return setxattr(path, "system.posix_acl_access", &acl, sizeof(acl), 0) ? -errno : 0;
}

/* No mount shows a pipe, so no rule is about its time stamps. */
int do_pipe_times(const char *path, const char *path2)
{
	_cleanup_close_ int a = -1, b = -1;
	int fds[2];

	if (pipe(fds))
		return -errno;
	a = fds[0];
	b = fds[1];
	return futimens(a, NULL) ? -errno : 0;
}
