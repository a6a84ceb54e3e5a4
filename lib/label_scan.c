/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Down and up again by one descriptor, so that no depth is too deep: what is to come of each
 * directory above is a list of names, and `..` must be what it was come from.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include "cleanup.h"
#include "label_scan.h"
#include "lookup.h"

/**
 * struct level - a directory on the way.
 * @names: of those in it, one after the other; @at: the next
 */
struct level {
	struct object object;
	char *names;
	size_t size;
	size_t at;
};

/**
 * struct scan
 * @fd:      where it is: the directory of the last of @levels
 * @partial: what cannot be seen is left out
 */
struct scan {
	const struct tree *tree;
	label_found_fn fn;
	void *data;
	bool partial;
	int fd;
	struct level *levels;
	size_t n;
};

static int open_directory(const struct scan *s, int at, const char *name)
{
	struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NOATIME,
		.resolve = RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS,
	};
	int fd = syscall(SYS_openat2, at, name, &how, sizeof(how));

	if (fd < 0 && errno == EPERM) { /* O_NOATIME is for its owner */
		how.flags &= ~O_NOATIME;
		fd = syscall(SYS_openat2, at, name, &how, sizeof(how));
	}
	return fd < 0 ? -errno : fd;
}

/* A mount of its own, over which nothing is mounted.  Return: what it is under. */
static int open_top(struct scan *s, const struct rootward_opts *opts)
{
	_cleanup_close_ int path = tree_open(s->tree, opts), clone = -1;

	if (path < 0)
		return path;
	clone = syscall(SYS_open_tree, path, "",
			OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	if (clone < 0 && errno != EPERM && errno != EINVAL)
		return -errno;
	s->partial = clone < 0;
	return open_directory(s, clone < 0 ? path : clone, ".");
}

static int names_add(struct level *level, const char *name)
{
	size_t len = strlen(name) + 1, room = level->size ? level->size : 1;
	char *names;

	/* Room doubles: whenever the size passes a power of two. */
	while (room & (room - 1))
		room += room & -room;
	if (!level->names || level->size + len > room) {
		while (room < level->size + len)
			room *= 2;
		names = realloc(level->names, room);
		if (!names)
			return -ENOMEM;
		level->names = names;
	}
	memcpy(level->names + level->size, name, len);
	level->size += len;
	return 0;
}

static int list_names(struct level *level, int fd)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;
	_cleanup_closedir_ DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;

	if (!dir) {
		r = -errno;
		cleanup_close(&copy);
		return r;
	}
	for (errno = 0; r == 0 && (e = readdir(dir)); errno = 0) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (e->d_type == DT_DIR || e->d_type == DT_UNKNOWN)
			r = names_add(level, e->d_name);
	}
	return r ? r : -errno;
}

static int carries(const struct tree_label *label, int fd)
{
	char value[LABEL_TEXT_MAX + 1];
	ssize_t n = fgetxattr(fd, label->xattr, value, sizeof(value));

	if (n < 0)
		return errno == ENODATA || errno == ERANGE ? 0 : -errno;
	return (size_t)n == strlen(label->value) && !memcmp(value, label->value, n);
}

/* Goes down to @fd, which is taken over. */
static int enter(struct scan *s, int fd)
{
	struct level *levels = reallocarray(s->levels, s->n + 1, sizeof(*levels));
	int r, dup;

	if (!levels) {
		close(fd);
		return -ENOMEM;
	}
	s->levels = levels;
	levels[s->n] = (struct level){ 0 };
	if (s->fd >= 0)
		close(s->fd);
	s->fd = fd;
	s->n++;
	r = object_stat(fd, "", AT_EMPTY_PATH, &levels[s->n - 1].object);
	if (r < 0)
		return r;
	r = carries(s->tree->label, fd);
	if (r > 0) {
		dup = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		r = dup < 0 ? -errno : s->fn(s->data, dup);
	}
	if (r == 0)
		r = list_names(&levels[s->n - 1], fd);
	return r == -EACCES && s->partial ? 0 : r;
}

static int leave(struct scan *s)
{
	struct object up;
	int fd, r;

	free(s->levels[--s->n].names);
	if (!s->n)
		return 0;
	fd = openat(s->fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	close(s->fd);
	s->fd = fd;
	r = object_stat(fd, "", AT_EMPTY_PATH, &up);
	if (r == 0 && !object_same(&up, &s->levels[s->n - 1].object))
		r = -EAGAIN;
	return r;
}

static int step(struct scan *s)
{
	struct level *level = &s->levels[s->n - 1];
	const char *name;
	int fd;

	if (level->at >= level->size)
		return leave(s);
	name = level->names + level->at;
	level->at += strlen(name) + 1;
	fd = open_directory(s, s->fd, name);
	if (fd >= 0)
		return enter(s, fd);
	/* It has gone, or is none. */
	if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
		return 0;
	return s->partial && (fd == -EACCES || fd == -EXDEV) ? 0 : fd;
}

static int report(const struct scan *s, int r, const struct rootward_opts *opts)
{
	if (r == -EOPNOTSUPP)
		diag(opts, ROOTWARD_ERROR, &s->tree->origin, NULL,
		     "the filesystem of %s has no attributes like %s", s->tree->real,
		     s->tree->label->xattr);
	else if (r != -EAGAIN)
		diag(opts, ROOTWARD_ERROR, &s->tree->origin, NULL,
		     "cannot look for what carries %s=%s beneath %s: %s", s->tree->label->xattr,
		     s->tree->label->value, s->tree->real, strerror(-r));
	return r;
}

int label_scan(const struct tree *tree, label_found_fn fn, void *data,
	       const struct rootward_opts *opts)
{
	struct scan s = { .tree = tree, .fn = fn, .data = data, .fd = -1 };
	int top = open_top(&s, opts), r;

	if (top < 0)
		return s.partial && top == -EACCES ? 0 : report(&s, top, opts);
	r = enter(&s, top);
	while (r == 0 && s.n)
		r = step(&s);
	while (s.n)
		free(s.levels[--s.n].names);
	free(s.levels);
	cleanup_close(&s.fd);
	return r ? report(&s, r, opts) : 0;
}
