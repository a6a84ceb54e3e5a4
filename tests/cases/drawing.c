/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Building the tree that a drawing shows. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "drawing.h"
#include "verbs.h"

#define MAX_DEPTH 24

extern const unsigned char helper_program[], helper_program_end[];

int put_program(const char *path)
{
	size_t size = (size_t)(helper_program_end - helper_program), done = 0;
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	ssize_t n;

	if (fd < 0)
		return -errno;
	for (; done < size; done += (size_t)n) {
		n = write(fd, helper_program + done, size - done);
		if (n < 0)
			return -errno;
	}
	return fchmod(fd, 0755) ? -errno : 0;
}

/* The depth that the line's strokes show; *name is what follows them. */
static size_t depth_of(const char *line, const char **name)
{
	size_t depth = 0;

	while (!strncmp(line, "|   ", 4) || !strncmp(line, "    ", 4)) {
		line += 4;
		depth++;
	}
	if (!strncmp(line, "|-- ", 4) || !strncmp(line, "`-- ", 4)) {
		line += 4;
		depth++;
	}
	*name = line;
	return depth;
}

/* Makes one entry; cuts the mark off @path. */
static int make_entry(char *path)
{
	char *arrow = strstr(path, " -> "), *mark = path + strlen(path) - 1;

	if (arrow) {
		*arrow = '\0';
		return symlink(arrow + 4, path) ? -errno : 0;
	}
	switch (*mark) {
	case '/':
		*mark = '\0';
		return mkdir(path, 0777) ? -errno : 0;
	case '|':
		*mark = '\0';
		return mkfifo(path, 0666) ? -errno : 0;
	case '=':
		*mark = '\0';
		return do_mksock(path, NULL);
	case '*':
		*mark = '\0';
		return put_program(path);
	default:
		return do_put(path, NULL);
	}
}

int drawing_build(const char *drawing)
{
	char path[4096], line[1024], *slash;
	size_t ends[MAX_DEPTH + 1] = { 0 }, depth, above = 0, len;
	const char *name;
	int r;

	for (; drawing && *drawing; drawing += len + (drawing[len] == '\n')) {
		len = strcspn(drawing, "\n");
		snprintf(line, sizeof(line), "%.*s", (int)len, drawing);
		depth = depth_of(line, &name);
		if (depth > above || depth >= MAX_DEPTH || !*name)
			return -EINVAL;
		snprintf(path + ends[depth], sizeof(path) - ends[depth], "%s", name);
		r = make_entry(path);
		if (r)
			return r;
		above = depth;
		slash = strchr(name, '/');
		if (slash && !slash[1] && !strstr(name, " -> ")) {
			above = depth + 1;
			strcat(path, "/");
			ends[above] = strlen(path);
		}
	}
	return 0;
}
