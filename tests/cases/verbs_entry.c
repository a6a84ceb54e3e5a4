/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verbs on the entries of directories. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "cleanup.h"
#include "verbs.h"

static int make_node(const char *path, mode_t mode, dev_t dev)
{
	const char *name;
	_cleanup_close_ int dir = at_parent(path, &name);

	if (dir < 0)
		return -errno;
	return mknodat(dir, name, mode, dev) ? -errno : 0;
}

int do_mkreg(const char *path, const char *path2)
{
	return make_node(path, S_IFREG | 0644, 0);
}

int do_creat(const char *path, const char *path2)
{
	int fd = at_open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

int do_mkdir(const char *path, const char *path2)
{
	const char *name;
	_cleanup_close_ int dir = at_parent(path, &name);

	if (dir < 0)
		return -errno;
	return mkdirat(dir, name, 0755) ? -errno : 0;
}

int do_mksym(const char *path, const char *path2)
{
	return symlink("target", path) ? -errno : 0;
}

int do_mkfifo(const char *path, const char *path2)
{
	return make_node(path, S_IFIFO | 0644, 0);
}

int do_mksock(const char *path, const char *path2)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	return bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ? -errno : 0;
}

/* A whiteout needs no capability. */
int do_mkwhiteout(const char *path, const char *path2)
{
	return make_node(path, S_IFCHR | 0644, makedev(0, 0));
}

int do_mkchar(const char *path, const char *path2)
{
	return make_node(path, S_IFCHR | 0644, makedev(1, 3));
}

int do_mkblock(const char *path, const char *path2)
{
	return make_node(path, S_IFBLK | 0600, makedev(7, 0));
}

int do_tmpfile(const char *path, const char *path2)
{
	int fd = at_open(path, O_TMPFILE | O_RDWR, 0600);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

int do_tmpfile_link(const char *path, const char *path2)
{
	_cleanup_close_ int fd = at_open(path, O_TMPFILE | O_WRONLY, 0600);
	char proc[64];

	if (fd < 0)
		return fd;
	snprintf(proc, sizeof(proc), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, proc, AT_FDCWD, path2, AT_SYMLINK_FOLLOW) ? -errno : 0;
}

int do_unlink(const char *path, const char *path2)
{
	const char *name;
	_cleanup_close_ int dir = at_parent(path, &name);

	if (dir < 0)
		return -errno;
	return unlinkat(dir, name, 0) ? -errno : 0;
}

int do_rmdir(const char *path, const char *path2)
{
	const char *name;
	_cleanup_close_ int dir = at_parent(path, &name);

	if (dir < 0)
		return -errno;
	return unlinkat(dir, name, AT_REMOVEDIR) ? -errno : 0;
}

static int move(const char *path, const char *path2, unsigned int flags)
{
	const char *name, *name2;
	_cleanup_close_ int dir = at_parent(path, &name);
	_cleanup_close_ int dir2 = at_parent(path2, &name2);

	if (dir < 0 || dir2 < 0)
		return -errno;
	return renameat2(dir, name, dir2, name2, flags) ? -errno : 0;
}

int do_rename(const char *path, const char *path2)
{
	return move(path, path2, 0);
}

int do_rename_new(const char *path, const char *path2)
{
	return move(path, path2, RENAME_NOREPLACE);
}

int do_exchange(const char *path, const char *path2)
{
	return move(path, path2, RENAME_EXCHANGE);
}

int do_link(const char *path, const char *path2)
{
	const char *name, *name2;
	_cleanup_close_ int dir = at_parent(path, &name);
	_cleanup_close_ int dir2 = at_parent(path2, &name2);

	if (dir < 0 || dir2 < 0)
		return -errno;
	return linkat(dir, name, dir2, name2, 0) ? -errno : 0;
}
