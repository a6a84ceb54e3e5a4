/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of open objects.  Every answer is checked: what the name leads to must be the object. */
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "cleanup.h"
#include "walk.h"

static bool same(const struct statx *a, const struct statx *b)
{
	return a->stx_dev_major == b->stx_dev_major && a->stx_dev_minor == b->stx_dev_minor &&
	       a->stx_ino == b->stx_ino;
}

static bool leads_to(int up, const char *name, const struct statx *st)
{
	struct statx found;

	return !statx(up, name, AT_SYMLINK_NOFOLLOW | AT_STATX_DONT_SYNC, STATX_INO, &found) &&
	       same(&found, st);
}

int walk_name(int up, const struct statx *st, const char *guess, bool quiet, char name[256])
{
	_cleanup_closedir_ DIR *dir = NULL;
	struct dirent *entry;
	int fd;

	if (guess && strlen(guess) < 256 && leads_to(up, guess, st)) {
		strcpy(name, guess);
		return 0;
	}
	if (quiet)
		return -EAGAIN;
	fd = openat(up, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	while ((entry = readdir(dir))) {
		/* On a mountpoint readdir tells what is beneath the mount, so ask of directories
		 * all. */
		if ((entry->d_ino != st->stx_ino && entry->d_type != DT_DIR) ||
		    !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") ||
		    !leads_to(up, entry->d_name, st))
			continue;
		snprintf(name, 256, "%s", entry->d_name);
		return 0;
	}
	return -ENOENT;
}

/* The kernel writes this behind the path of what is removed. */
static void strip_deleted(char *path)
{
	static const char mark[] = " (deleted)";
	size_t len = strlen(path);

	if (len > sizeof(mark) - 1 && !strcmp(path + len - (sizeof(mark) - 1), mark))
		path[len - (sizeof(mark) - 1)] = '\0';
}

int walk_containing(int fd, const struct statx *st, char name[256])
{
	char link[64], path[PATH_MAX + 1], *slash;
	_cleanup_close_ int up = -1;
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, PATH_MAX);
	if (n < 0)
		return -errno;
	path[n] = '\0';
	if (*path != '/')
		return -ENOENT;
	if (!st->stx_nlink)
		strip_deleted(path);
	slash = strrchr(path, '/');
	snprintf(name, 256, "%s", slash + 1);
	slash[slash == path] = '\0';
	up = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (up < 0)
		return -errno;
	return !st->stx_nlink || leads_to(up, name, st) ? steal_fd(&up) : -ESTALE;
}
