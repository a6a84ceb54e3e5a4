/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verbs of the unconfined: mounts, descriptors to inherit, files from nowhere. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "drawing.h"
#include "verbs.h"

#ifndef SYS_open_tree
#define SYS_open_tree 428
#endif

int do_mount_tmpfs(const char *path, const char *path2)
{
	return mount("cases", path, "tmpfs", 0, "mode=777,size=8m") ? -errno : 0;
}

int do_mount_bind(const char *path, const char *path2)
{
	return mount(path, path2, NULL, MS_BIND, NULL) ? -errno : 0;
}

int do_mount_rbind(const char *path, const char *path2)
{
	return mount(path, path2, NULL, MS_BIND | MS_REC, NULL) ? -errno : 0;
}

/* @path holds lower, upper and work; the merger is mounted on @path2. */
int do_mount_overlay(const char *path, const char *path2)
{
	char options[512];

	snprintf(options, sizeof(options), "lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work",
		 path, path, path);
	return mount("cases", path2, "overlay", 0, options) ? -errno : 0;
}

/* A directory of its own on the ext4 scratch directory; a skip without one (see run.c). */
int do_mount_ext4(const char *path, const char *path2)
{
	const char *scratch = getenv("ROOTWARD_EXT4");
	char template[512];

	if (!scratch)
		return -ENODEV;
	snprintf(template, sizeof(template), "%s/cases.XXXXXX", scratch);
	if (!mkdtemp(template) || chmod(template, 0777))
		return -errno;
	return mount(template, path, NULL, MS_BIND, NULL) ? -errno : 0;
}

int do_umount_lazy(const char *path, const char *path2)
{
	return umount2(path, MNT_DETACH) ? -errno : 0;
}

int hold_fd(int fd)
{
	if (fd < 0)
		return -errno;
	if (dup2(fd, HELD_FD) < 0)
		return -errno;
	close(fd);
	return 0;
}

int do_hold(const char *path, const char *path2)
{
	return hold_fd(open(path, O_PATH));
}

int do_hold_read(const char *path, const char *path2)
{
	return hold_fd(open(path, O_RDONLY));
}

int do_hold_write(const char *path, const char *path2)
{
	return hold_fd(open(path, O_WRONLY));
}

/* A detached copy of the mount, from @path down. */
int do_hold_tree(const char *path, const char *path2)
{
	return hold_fd((int)syscall(SYS_open_tree, AT_FDCWD, path, 1 /* OPEN_TREE_CLONE */));
}

/* A file that contains its name, whatever was there. */
int do_put(const char *path, const char *path2)
{
	const char *name;
	_cleanup_close_ int dir = at_parent(path, &name);
	_cleanup_close_ int fd = -1;

	if (dir < 0)
		return -errno;
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	if (fd < 0 || write(fd, name, strlen(name)) < 0)
		return -errno;
	return fchmod(fd, 0666) ? -errno : 0;
}

/* The same, with all directories on the way to it; they may be thousands. */
int do_put_below(const char *path, const char *path2)
{
	_cleanup_free_ char *copy = strdup(path);
	_cleanup_close_ int dir = open(*path == '/' ? "/" : ".", O_PATH), fd = -1;
	char *save, *name, *next;
	int down;

	name = strtok_r(copy, "/", &save);
	for (; (next = strtok_r(NULL, "/", &save)); name = next) {
		mkdirat(dir, name, 0777);
		down = openat(dir, name, O_PATH | O_DIRECTORY);
		if (down < 0)
			return -errno;
		close(dir);
		dir = down;
	}
	fd = openat(dir, name, O_WRONLY | O_CREAT, 0666);
	return fd < 0 || write(fd, name, strlen(name)) < 0 ? -errno : 0;
}

/* /dev/null's twin: an ioctl on it says ENOTTY. */
int do_put_device(const char *path, const char *path2)
{
	return mknod(path, S_IFCHR | 0666, makedev(1, 3)) || chmod(path, 0666) ? -errno : 0;
}

int do_put_block(const char *path, const char *path2)
{
	return mknod(path, S_IFBLK | 0666, makedev(7, 0)) ? -errno : 0;
}

int do_put_memory(const char *path, const char *path2)
{
	return mknod(path, S_IFCHR | 0666, makedev(1, 1)) ? -errno : 0;
}

int do_put_program(const char *path, const char *path2)
{
	return put_program(path);
}

int do_set_uid_bit(const char *path, const char *path2)
{
	/* to root: whoever runs it becomes that again */
	return chown(path, 0, 0) || chmod(path, 04755) ? -errno : 0;
}

int do_kill_off_supervisor(const char *path, const char *path2)
{
	siginfo_t info;

	if (kill(cast.supervisor, SIGKILL))
		return -errno;
	return waitid(P_PID, (id_t)cast.supervisor, &info, WEXITED) ? -errno : 0;
}
