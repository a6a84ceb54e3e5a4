/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Removing is done with more rights than the confined command had, in a directory in which it may
 * have left processes and a tree of any depth.  So:
 *
 * - every directory is opened by one component with openat2(), and modes are changed through that
 *   descriptor: a name that is swapped for a symbolic link in between leads nowhere;
 * - there is no recursion.  A directory in a directory is renamed up to the top and has its turn
 *   in a later pass, so two descriptors do for any depth.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "cleanup.h"
#include "message.h"
#include "tempdir.h"

int tempdir_create(char **path)
{
	static const char *const variables[] = { "TMPDIR", "TMP", "TEMP", "TEMPDIR" };
	_cleanup_free_ char *name = NULL, *base = NULL;
	const char *where = getenv("TMPDIR");

	/* absolute: the command may change its working directory */
	base = realpath(where && *where ? where : "/tmp", NULL);
	if (!base || asprintf(&name, "%s/rootward-XXXXXX", base) < 0 || !mkdtemp(name)) {
		int r = -errno;

		complain("cannot make a temporary directory in %s: %s",
			 where && *where ? where : "/tmp", strerror(-r));
		hint("set TMPDIR to a directory that you may write");
		name = NULL;
		return r;
	}
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		if (setenv(variables[i], name, 1) < 0)
			return -ENOMEM;
	*path = steal_ptr(name);
	return 0;
}

/*
 * Opens the directory @name in @dir and makes sure that it can be listed and emptied.  -ENOTDIR
 * for anything else.
 */
static int open_dir(int dir, const char *name, int *ret)
{
	struct open_how how = {
		.flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV,
	};
	_cleanup_close_ int fd = (int)syscall(SYS_openat2, dir, name, &how, sizeof(how));
	char self[64];
	int list;

	if (fd < 0)
		return -errno;
	/* the command may have left it unreadable; ours is what the link points to, not a name */
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	chmod(self, 0700);
	list = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (list < 0)
		return -errno;
	*ret = list;
	return 0;
}

/* Gives the directory @name in @dir a name of its own in @top. */
static int move_up(int dir, const char *name, int top, unsigned long *serial)
{
	_cleanup_close_ int fd = -1;
	char fresh[64];
	int r;

	/* moving it changes its `..`, for which it must be writable */
	r = open_dir(dir, name, &fd);
	if (r < 0)
		return r;
	snprintf(fresh, sizeof(fresh), "rootward.%lu", ++*serial);
	r = (int)syscall(SYS_renameat2, dir, name, top, fresh, 1 /* RENAME_NOREPLACE */);
	return r < 0 ? -errno : 0;
}

static int remove_entry(int dir, const char *name)
{
	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -errno;
	if (unlinkat(dir, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	return -errno;
}

/* Empties the directory @name of @top, by moving up what is not empty itself. */
static int empty(int top, const char *name, unsigned long *serial)
{
	_cleanup_closedir_ DIR *list = NULL;
	_cleanup_close_ int fd = -1;
	struct dirent *entry;
	int r, first = 0;

	r = open_dir(top, name, &fd);
	if (r < 0)
		return r;
	list = fdopendir(fd);
	if (!list)
		return -errno;
	fd = -1;
	while ((entry = readdir(list))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		r = remove_entry(dirfd(list), entry->d_name);
		if (r == -ENOTEMPTY || r == -EEXIST)
			r = move_up(dirfd(list), entry->d_name, top, serial);
		if (r < 0 && !first)
			first = r;
	}
	return first;
}

/* One pass over the top directory.  Returns how many entries went; *error: the first that did not.
 */
static unsigned long remove_pass(DIR *top, unsigned long *serial, int *error)
{
	unsigned long removed = 0, before = *serial;
	struct dirent *entry;

	*error = 0;
	rewinddir(top);
	while ((entry = readdir(top))) {
		int r;

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		r = remove_entry(dirfd(top), entry->d_name);
		if (r == -ENOTEMPTY || r == -EEXIST) {
			r = empty(dirfd(top), entry->d_name, serial);
			if (r == 0)
				r = remove_entry(dirfd(top), entry->d_name);
		}
		if (r == 0)
			removed++;
		else if (!*error)
			*error = r;
	}
	return removed + (*serial - before);
}

/* Something may go on making files as fast as they are removed; the user decides how long. */
static bool is_interrupted(void)
{
	sigset_t set;

	return sigpending(&set) == 0 && (sigismember(&set, SIGINT) || sigismember(&set, SIGTERM) ||
					 sigismember(&set, SIGHUP) || sigismember(&set, SIGQUIT));
}

void tempdir_remove(const char *path)
{
	_cleanup_closedir_ DIR *top = NULL;
	unsigned long serial = 0;
	int fd, error = 0;

	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == EACCES) {
		/* in /tmp, whose sticky bit keeps the name ours */
		chmod(path, 0700);
		fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	}
	if (fd >= 0)
		top = fdopendir(fd);
	if (top) {
		fchmod(dirfd(top), 0700);
		while (remove_pass(top, &serial, &error) > 0 && !is_interrupted())
			;
	}
	if (rmdir(path) == 0 || errno == ENOENT)
		return;
	complain("%s stays: %s", path, strerror(error ? -error : errno));
}
