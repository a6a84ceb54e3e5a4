/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "cleanup.h"
#include "lookup.h"

/* As many as the kernel follows. */
#define LINKS_MAX 40

int object_stat(int dirfd, const char *path, int flags, struct object *ret)
{
	struct statx stx;

	if (statx(dirfd, path, flags, STATX_BASIC_STATS | STATX_MNT_ID, &stx) < 0)
		return -errno;
	ret->dev = makedev(stx.stx_dev_major, stx.stx_dev_minor);
	ret->ino = stx.stx_ino;
	ret->mode = stx.stx_mode;
	ret->nlink = stx.stx_nlink;
	ret->mnt_id = stx.stx_mnt_id;
	return 0;
}

bool object_same(const struct object *a, const struct object *b)
{
	return a->dev == b->dev && a->ino == b->ino && (a->mode & S_IFMT) == (b->mode & S_IFMT);
}

/*
 * The kernel's own answer is about the very object that is open.  Without /proc, realpath() walks
 * again and may end elsewhere; the caller compares in both cases.
 */
static int path_of(int fd, const char *path, char **ret)
{
	char link[64], buf[PATH_MAX + 1];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, buf, sizeof(buf) - 1);
	if (n >= 0) {
		buf[n] = '\0';
		*ret = strdup(buf);
		return *ret ? 0 : -ENOMEM;
	}
	if (errno != ENOENT && errno != ENOTDIR && errno != EACCES)
		return -errno;

	*ret = realpath(path, NULL);
	return *ret ? 0 : -errno;
}

int lookup_object(struct object *ret, const char *path, const char **why)
{
	_cleanup_close_ int fd = -1;
	_cleanup_free_ char *real = NULL;
	struct object found = { 0 }, again = { 0 };
	int r;

	*why = NULL;
	fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = object_stat(fd, "", AT_EMPTY_PATH, &found);
	if (r < 0)
		return r;
	r = path_of(fd, path, &real);
	if (r < 0)
		return r;

	/* "pipe:[1]", "anon_inode:…"; "(unreachable)/…" outside of the caller's root. */
	if (real[0] != '/') {
		*why = "is no file or directory that a path leads to";
		return -EINVAL;
	}
	/*
	 * The kernel writes " (deleted)" behind the path of what is removed, and a file may be
	 * called that: only looking there again tells.  It also finds what a mount covers.
	 */
	r = object_stat(AT_FDCWD, real, AT_SYMLINK_NOFOLLOW, &again);
	if (r < 0 || !object_same(&found, &again)) {
		*why = !found.nlink   ? "has been removed"
		       : r == -EACCES ? "is beneath a directory that the caller may not search"
				      : "changed while it was looked up, or a mount covers it";
		return -ESTALE;
	}

	found.real = steal_ptr(real);
	*ret = found;
	return 0;
}

/* Cuts @path in two in place; a path without a slash is in the working directory. */
static char *split(char *path, const char **parent)
{
	size_t len = strlen(path);
	char *slash;

	while (len > 1 && path[len - 1] == '/')
		path[--len] = '\0';
	slash = strrchr(path, '/');
	if (!slash) {
		*parent = ".";
		return path;
	}
	*parent = slash == path ? "/" : path;
	*slash = '\0';
	return slash + 1;
}

static int join(char **ret, const char *directory, const char *name)
{
	if (name[0] == '/')
		*ret = strdup(name);
	else if (asprintf(ret, "%s/%s", strcmp(directory, "/") ? directory : "", name) < 0)
		*ret = NULL;
	return *ret ? 0 : -ENOMEM;
}

/*
 * One step: 0 when @path's last component is missing from the directory @ret, whose real path then
 * includes it; 1 when it is a symbolic link, and *next is where that leads.
 */
static int name_step(struct object *ret, char *path, char **next, const char **why)
{
	_cleanup_free_ char *directory = NULL, *entry = NULL;
	char target[PATH_MAX];
	struct object found;
	const char *parent, *name;
	ssize_t n;
	int r;

	name = split(path, &parent);
	if (!name[0] || !strcmp(name, ".") || !strcmp(name, ".."))
		return -ENOENT;
	r = lookup_object(&found, parent, why);
	if (r < 0)
		return r;
	directory = steal_ptr(found.real);
	if (!S_ISDIR(found.mode))
		return -ENOTDIR;

	r = join(&entry, directory, name);
	if (r < 0)
		return r;
	n = readlink(entry, target, sizeof(target));
	if (n < 0 && errno == ENOENT) {
		found.real = steal_ptr(entry);
		*ret = found;
		return 0;
	}
	if (n < 0) {
		*why = "changed while it was looked up";
		return errno == EINVAL ? -ESTALE : -errno;
	}
	if (n == sizeof(target))
		return -ENAMETOOLONG;
	target[n] = '\0';
	r = join(next, directory, target);
	return r < 0 ? r : 1;
}

int lookup_name(struct object *ret, const char *path, const char **why)
{
	_cleanup_free_ char *here = strdup(path);
	char *next;
	int i, r;

	*why = NULL;
	for (i = 0; i < LINKS_MAX; i++) {
		if (!here)
			return -ENOMEM;
		r = name_step(ret, here, &next, why);
		if (r <= 0)
			return r;
		free(here);
		here = next;
	}
	return -ELOOP;
}
