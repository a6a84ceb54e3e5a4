/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a path to an object, or to the name that is missing. */
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "diag.h"
#include "explain.h"
#include "lookup.h"

#define LINKS_MAX 40

/* Cuts the last component off @path, in place; "" is left of a path with only one. */
static char *cut_last(char *path)
{
	size_t len = strlen(path);
	char *slash;

	while (len > 1 && path[len - 1] == '/')
		path[--len] = '\0';
	slash = strrchr(path, '/');
	if (!slash)
		return memmove(path + 1, path, len + 1), *path = '\0', path + 1;
	if (slash != path) {
		*slash = '\0';
		return slash + 1;
	}
	/* "/name": room for the slash and the name */
	memmove(path + 2, path + 1, len);
	path[1] = '\0';
	return path + 2;
}

static const char *or_here(const char *path)
{
	return *path ? path : ".";
}

static int note_beyond(struct located *l, const char *name)
{
	char *joined;

	if (l->beyond ? asprintf(&joined, "%s/%s", name, l->beyond) < 0 : !(joined = strdup(name)))
		return -ENOMEM;
	free(l->beyond);
	l->beyond = joined;
	return 0;
}

/* A copy of @path, beneath @dir if that counts, with room for cut_last(). */
static char *path_copy(const char *dir, const char *path)
{
	bool beneath = dir && *dir && *path != '/';
	char *copy = malloc((beneath ? strlen(dir) + 1 : 0) + strlen(path) + 3);

	if (copy && beneath)
		sprintf(copy, "%s/%s", dir, path);
	else if (copy)
		strcpy(copy, path);
	return copy;
}

/* If @name in @fd is a symbolic link, where that leads: 1 with *path replaced.  Else 0. */
static int follow_link(int fd, const char *name, char **path)
{
	char target[PATH_MAX], *next;
	ssize_t n = readlinkat(fd, name, target, sizeof(target) - 1);

	if (n < 0)
		return 0;
	target[n] = '\0';
	next = path_copy(*path, target);
	if (!next)
		return -ENOMEM;
	free(*path);
	*path = next;
	return 1;
}

/*
 * @path leads to nothing: the nearest directory that is there, and what is missing in it.  A link
 * that leads to nothing is followed to where its target is missing.
 */
static int locate_missing(struct located *l, int pid, const char *missing)
{
	_cleanup_free_ char *path = path_copy(NULL, missing);
	int links = 0, fd, r;
	char *name;

	while (path && links < LINKS_MAX) {
		name = cut_last(path);
		if (!*name)
			return -ENOENT;
		fd = resolve_as(pid, or_here(path), O_DIRECTORY, &l->through);
		if (fd < 0) {
			r = fd == -ENOENT ? note_beyond(l, name) : fd;
			if (r < 0)
				return r;
			continue;
		}
		r = l->beyond ? 0 : follow_link(fd, name, &path);
		if (!r) {
			l->fd = fd;
			l->missing = strdup(name);
			return l->missing ? 0 : -ENOMEM;
		}
		close(fd);
		if (r < 0)
			return r;
		links++;
	}
	return path ? -ELOOP : -ENOMEM;
}

/* Where it was found, if the path says so: its last component may be a link to elsewhere. */
static int find_entry(struct located *l, int pid, const char *path)
{
	_cleanup_free_ char *copy = path_copy(NULL, path);
	struct object object, entry;
	const char *name;
	int r;

	if (!copy)
		return -ENOMEM;
	r = object_stat(l->fd, "", AT_EMPTY_PATH, &object);
	if (r < 0 || S_ISDIR(object.mode))
		return r;
	name = cut_last(copy);
	l->up = resolve_as(pid, or_here(copy), O_DIRECTORY, NULL);
	if (l->up >= 0 && !object_stat(l->up, name, AT_SYMLINK_NOFOLLOW, &entry) &&
	    object_same(&object, &entry)) {
		l->in = strdup(name);
		return l->in ? 0 : -ENOMEM;
	}
	cleanup_close(&l->up);
	l->up = -1;
	return 0;
}

static int report(const struct rootward_question *q, const char *path, int error,
		  const struct rootward_opts *opts)
{
	_cleanup_free_ char *culprit = q->pid ? NULL : lookup_culprit(path, error);

	if (error == -ESRCH)
		diag(opts, ROOTWARD_ERROR, NULL, NULL, "there is no process %d", q->pid);
	else
		diag(opts, ROOTWARD_ERROR, NULL,
		     error == -EACCES && geteuid() ? "root may look everywhere" : NULL,
		     "\"%s\" cannot be looked up: %s", path, culprit ? culprit : strerror(-error));
	return error;
}

int locate(struct located *ret, const struct rootward_question *q, const char *path,
	   const struct rootward_opts *opts)
{
	struct located l = LOCATED_NONE;
	int r = 0;

	l.fd = resolve_as(q->pid, path, q->flags & ROOTWARD_NOFOLLOW ? O_NOFOLLOW : 0, &l.through);
	if (l.fd == -ENOENT)
		r = locate_missing(&l, q->pid, path);
	else if (l.fd < 0)
		r = l.fd;
	else
		r = find_entry(&l, q->pid, path);
	if (r < 0) {
		located_free(&l);
		return report(q, path, r, opts);
	}
	*ret = l;
	return 0;
}

void located_free(struct located *l)
{
	cleanup_close(&l->fd);
	cleanup_close(&l->up);
	free(l->in);
	free(l->missing);
	free(l->beyond);
	*l = (struct located)LOCATED_NONE;
}
