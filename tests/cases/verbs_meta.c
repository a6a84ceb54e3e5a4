/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verbs on attributes, and those that are about more than a file's contents. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cleanup.h"
#include "verbs.h"

/* As root: alone it has the right to the others, and they are not asked for. */
#define NAME "user.rootward"

int do_stat(const char *path, const char *path2)
{
	struct stat st;

	return stat(path, &st) ? -errno : 0;
}

int do_lstat(const char *path, const char *path2)
{
	struct stat st;

	return lstat(path, &st) ? -errno : 0;
}

int do_readlink(const char *path, const char *path2)
{
	char buf[256];

	return readlink(path, buf, sizeof(buf)) < 0 ? -errno : 0;
}

int do_chmod(const char *path, const char *path2)
{
	return chmod(path, 0755) ? -errno : 0;
}

int do_held_fchmod(const char *path, const char *path2)
{
	return fchmod(HELD_FD, 0755) ? -errno : 0;
}

int do_chown(const char *path, const char *path2)
{
	return chown(path, getuid(), getgid()) ? -errno : 0;
}

int do_lchown(const char *path, const char *path2)
{
	return lchown(path, getuid(), getgid()) ? -errno : 0;
}

int do_utime(const char *path, const char *path2)
{
	struct timespec times[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };

	return utimensat(AT_FDCWD, path, times, 0) ? -errno : 0;
}

int do_setxattr(const char *path, const char *path2)
{
	return setxattr(path, NAME, "v", 1, 0) ? -errno : 0;
}

int do_removexattr(const char *path, const char *path2)
{
	return removexattr(path, NAME) ? -errno : 0;
}

int do_getxattr(const char *path, const char *path2)
{
	char buf[16];

	return getxattr(path, NAME, buf, sizeof(buf)) < 0 ? -errno : 0;
}

int do_listxattr(const char *path, const char *path2)
{
	char buf[256];

	return listxattr(path, buf, sizeof(buf)) < 0 ? -errno : 0;
}

/* What chattr(1) changes, by a path; from Linux 6.17 on. */
#define NR_FILE_GETATTR 468
#define NR_FILE_SETATTR 469
#define XFLAG_NODUMP 0x80

struct attributes {
	uint64_t xflags;
	uint32_t extsize, nextents, projid, cowextsize;
};

int do_file_getattr(const char *path, const char *path2)
{
	struct attributes a = { 0 };

	return syscall(NR_FILE_GETATTR, AT_FDCWD, path, &a, sizeof(a), 0) ? -errno : 0;
}

int do_file_setattr(const char *path, const char *path2)
{
	struct attributes a = { .xflags = XFLAG_NODUMP };

	return syscall(NR_FILE_SETATTR, AT_FDCWD, path, &a, sizeof(a), 0) ? -errno : 0;
}

static int chroot_in_child(void *data)
{
	return chroot(data) ? -errno : 0;
}

int do_chroot(const char *path, const char *path2)
{
	return child_errno(chroot_in_child, (void *)path);
}

int do_chroot_here(const char *path, const char *path2)
{
	return chroot(path) || chdir("/") ? -errno : 0;
}

int do_watch(const char *path, const char *path2)
{
	_cleanup_close_ int fd = inotify_init1(IN_CLOEXEC);

	return inotify_add_watch(fd, path, IN_MODIFY) < 0 ? -errno : 0;
}

static void address(struct sockaddr_un *addr, const char *path)
{
	*addr = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(addr->sun_path, sizeof(addr->sun_path), "%s", path);
}

int do_connect(const char *path, const char *path2)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un addr;

	address(&addr, path);
	return connect(fd, (struct sockaddr *)&addr, sizeof(addr)) ? -errno : 0;
}

int do_sendto(const char *path, const char *path2)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un addr;

	address(&addr, path);
	return sendto(fd, "m", 1, MSG_DONTWAIT, (struct sockaddr *)&addr, sizeof(addr)) < 0 ? -errno
											    : 0;
}

/* Outside: a socket that somebody listens on, a stream one at @path or a datagram one. */
int do_listen(const char *path, const char *path2)
{
	int type = path2 ? SOCK_DGRAM : SOCK_STREAM;
	int fd = socket(AF_UNIX, type, 0);
	struct sockaddr_un addr;

	address(&addr, path);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return -errno;
	/* left open: until the case process ends */
	return type == SOCK_STREAM && listen(fd, 8) ? -errno : 0;
}
