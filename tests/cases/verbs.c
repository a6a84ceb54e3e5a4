/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of verbs, and paths as the checks write them. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "case.h"
#include "cleanup.h"

const struct verb verbs[N_VERBS] = {
#define X(NAME, function, kind, ops) [NAME] = { #NAME, function, kind, ops },
	VERBS(X)
#undef X
};

struct cast cast;

/* Copies the @len bytes at @s @times over to *out. */
static void repeat(char **out, const char *s, size_t len, unsigned long times)
{
	for (; times; times--) {
		memmove(*out, s, len);
		*out += len;
	}
}

char *path_expand(const char *path)
{
	char *buf, *out, *component;
	unsigned long times;
	char *end;

	if (!path)
		return NULL;
	buf = out = component = malloc(1 << 17);
	if (!buf)
		abort();
	if (*path == '@') {
		out += sprintf(out, "/proc/self/fd/%d", HELD_FD);
		path++;
	}
	while (*path) {
		if (*path == '{') {
			times = strtoul(path + 1, &end, 10);
			*out++ = '/';
			repeat(&out, component, (size_t)(out - component), times - 1);
			out--;
			path = end + 1;
			continue;
		}
		if (*path == '<') {
			times = strtoul(path + 1, &end, 10);
			repeat(&out, out - 1, 1, times - 1);
			path = end + 1;
			continue;
		}
		*out++ = *path;
		if (*path++ == '/')
			component = out;
	}
	*out = '\0';
	return buf;
}

int at_parent(const char *path, const char **name)
{
	_cleanup_free_ char *copy = strdup(path);
	char *slash, *at = copy, *next;
	int dir, up;

	slash = strrchr(copy, '/');
	*name = slash ? path + (slash - copy) + 1 : path;
	if (!slash)
		return open(".", O_PATH | O_CLOEXEC);
	dir = open(*copy == '/' ? "/" : ".", O_PATH | O_CLOEXEC);
	*slash = '\0';
	/* In pieces shorter than PATH_MAX. */
	while (dir >= 0 && at && *at) {
		next = strlen(at) > 2048 ? strchr(at + 2048, '/') : NULL;
		if (next)
			*next++ = '\0';
		while (*at == '/')
			at++;
		up = *at ? openat(dir, at, O_PATH | O_CLOEXEC) : dup(dir);
		close(dir);
		dir = up;
		at = next;
	}
	return dir;
}

int at_open(const char *path, int flags, mode_t mode)
{
	_cleanup_close_ int dir = -1;
	const char *name;
	int fd;

	if (strlen(path) < 4000) {
		fd = open(path, flags | O_CLOEXEC, mode);
		return fd < 0 ? -errno : fd;
	}
	dir = at_parent(path, &name);
	if (dir < 0)
		return -errno;
	fd = openat(dir, name, flags | O_CLOEXEC, mode);
	return fd < 0 ? -errno : fd;
}

int child_errno(int (*fn)(void *data), void *data)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (!pid)
		_exit(-fn(data));
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	/* no errno is this large: a killed child is never taken for one that was denied */
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -250;
}
