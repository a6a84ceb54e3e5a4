/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The model's labels: the directories that carry one, looked for anew before each check.  One keeps
 * its rule until it carries it no more, also when it was moved away from what the label is under.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cleanup.h"
#include "model.h"

#define OPEN_TREE_CLONE 1

static bool carries(const struct label *label, int fd)
{
	char path[32], value[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = getxattr(path, label->name, value, sizeof(value));
	return n == (ssize_t)strlen(label->value) && !memcmp(value, label->value, n);
}

static bool is_known(const struct label *label, struct id id)
{
	size_t i;

	for (i = 0; i < label->n; i++)
		if (same_id(fd_id(label->on[i]), id))
			return true;
	return false;
}

/* Takes over @fd, a directory. */
static void look_beneath(struct label *label, int fd)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_closedir_ DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") &&
		    strcmp(entry->d_name, ".."))
			look_beneath(label, openat(fd, entry->d_name, O_PATH | O_CLOEXEC));
	if (!carries(label, fd) || is_known(label, fd_id(fd))) {
		close(fd);
		return;
	}
	label->on = reallocarray(label->on, label->n + 1, sizeof(*label->on));
	if (!label->on)
		abort();
	label->on[label->n++] = fd;
}

void label_look(struct label *label)
{
	size_t i, n = 0;

	for (i = 0; i < label->n; i++) {
		if (carries(label, label->on[i]))
			label->on[n++] = label->on[i];
		else
			close(label->on[i]);
	}
	label->n = n;
	look_beneath(label, openat(label->under, ".", O_PATH | O_CLOEXEC));
}

bool label_is_on(const struct label *label, struct id id)
{
	return label && is_known(label, id);
}

struct label *label_new(const struct tree_label *tree)
{
	_cleanup_close_ int under = open(tree->under, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct label *label = calloc(1, sizeof(*label));

	if (!label)
		abort();
	snprintf(label->name, sizeof(label->name), "%s", tree->xattr);
	snprintf(label->value, sizeof(label->value), "%s", tree->value);
	/* with nothing mounted on what is in there */
	label->under =
		(int)syscall(SYS_open_tree, under, "", OPEN_TREE_CLONE | O_CLOEXEC | AT_EMPTY_PATH);
	return label;
}

void label_free(struct label *label)
{
	size_t i;

	if (!label)
		return;
	for (i = 0; i < label->n; i++)
		close(label->on[i]);
	close(label->under);
	free(label->on);
	free(label);
}
