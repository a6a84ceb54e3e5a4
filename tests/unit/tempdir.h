/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A directory to play in: the test's working directory, by its real path, removed afterwards. */
#ifndef ROOTWARD_TESTS_TEMPDIR_H
#define ROOTWARD_TESTS_TEMPDIR_H

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char tempdir[PATH_MAX];

static inline int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static inline void leave_tempdir(void)
{
	if (chdir("/") == 0)
		nftw(tempdir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline void enter_tempdir(void)
{
	char made[] = "/tmp/rootward-unit-XXXXXX";

	if (!mkdtemp(made) || !realpath(made, tempdir) || chdir(tempdir)) {
		perror("tempdir");
		exit(99);
	}
	atexit(leave_tempdir);
}

static inline void make_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0) {
		perror(path);
		exit(99);
	}
	close(fd);
}

static inline void make_dir(const char *path)
{
	if (mkdir(path, 0755)) {
		perror(path);
		exit(99);
	}
}

static inline void make_link(const char *target, const char *path)
{
	if (symlink(target, path)) {
		perror(path);
		exit(99);
	}
}

#endif
