/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Trying out each operation on an object, to see what the kernel lets through. */
#ifndef LANDLOCK_ATTEMPTS_H
#define LANDLOCK_ATTEMPTS_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <rootward/ops.h>

/* What Landlock answers; any other failure comes from beyond it. */
static inline bool allowed(int r)
{
	if (r >= 0)
		return true;
	return errno != EACCES && errno != EXDEV;
}

static inline bool can_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);
	bool yes = allowed(fd);

	if (fd >= 0)
		close(fd);
	return yes;
}

/* The operations that are possible on a file. */
static inline uint32_t try_file(const char *path)
{
	char *const argv[] = { (char *)path, NULL };
	uint32_t ops = 0;

	if (can_open(path, O_RDONLY))
		ops |= ROOTWARD_OP_READ_FILE;
	if (can_open(path, O_WRONLY))
		ops |= ROOTWARD_OP_WRITE_FILE;
	if (allowed(truncate(path, 2)))
		ops |= ROOTWARD_OP_TRUNCATE;
	if (allowed(execve(path, argv, argv + 1)))
		ops |= ROOTWARD_OP_EXECUTE;
	return ops;
}

static const struct {
	uint32_t op;
	mode_t mode;
} nodes[] = {
	{ ROOTWARD_OP_MAKE_REG, S_IFREG },   { ROOTWARD_OP_MAKE_FIFO, S_IFIFO },
	{ ROOTWARD_OP_MAKE_SOCK, S_IFSOCK }, { ROOTWARD_OP_MAKE_CHAR, S_IFCHR },
	{ ROOTWARD_OP_MAKE_BLOCK, S_IFBLK },
};

/*
 * On a directory.  It must hold v_file, v_dir, v_hold/in, which are taken away; what is made is
 * called t_something.
 */
static inline uint32_t try_dir(const char *dir)
{
	char path[300], other[300];
	uint32_t ops = 0;
	size_t i;

	if (can_open(dir, O_RDONLY | O_DIRECTORY))
		ops |= ROOTWARD_OP_READ_DIR;
	for (i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		snprintf(path, sizeof(path), "%s/t_%zu", dir, i);
		if (allowed(mknod(path, nodes[i].mode | 0600, makedev(0, 0))))
			ops |= nodes[i].op;
	}
	snprintf(path, sizeof(path), "%s/t_dir", dir);
	if (allowed(mkdir(path, 0700)))
		ops |= ROOTWARD_OP_MAKE_DIR;
	snprintf(path, sizeof(path), "%s/t_sym", dir);
	if (allowed(symlink("x", path)))
		ops |= ROOTWARD_OP_MAKE_SYM;
	snprintf(path, sizeof(path), "%s/v_hold/in", dir);
	snprintf(other, sizeof(other), "%s/t_link", dir);
	if (allowed(link(path, other)))
		ops |= ROOTWARD_OP_REFER;
	snprintf(path, sizeof(path), "%s/v_file", dir);
	if (allowed(unlink(path)))
		ops |= ROOTWARD_OP_REMOVE_FILE;
	snprintf(path, sizeof(path), "%s/v_dir", dir);
	if (allowed(rmdir(path)))
		ops |= ROOTWARD_OP_REMOVE_DIR;
	return ops;
}

#endif
