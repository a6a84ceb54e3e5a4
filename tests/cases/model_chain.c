/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The model's chains: from an object rootward, on real paths. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "model.h"

struct id fd_id(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return NO_ID;
	return (struct id){ st.st_dev, st.st_ino };
}

uint64_t fd_mount(int fd)
{
	struct statx stx;

	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MNT_ID, &stx))
		return 0;
	return stx.stx_mnt_id;
}

uint64_t mount_above(const char *path)
{
	_cleanup_free_ char *expanded = path_expand(path);
	const char *name;
	_cleanup_close_ int up = at_parent(expanded, &name);

	return fd_mount(up);
}

void chain_push(struct chain *chain, const struct node *node)
{
	if (chain->n == chain->room) {
		chain->room = chain->room * 2 + 64;
		chain->nodes = realloc(chain->nodes, chain->room * sizeof(*node));
		if (!chain->nodes)
			abort();
	}
	chain->nodes[chain->n++] = *node;
}

void chain_free(struct chain *chain)
{
	free(chain->nodes);
	*chain = (struct chain){ 0 };
}

/* The name of directory @id in @up, which nothing that is mounted there disturbs. */
static void name_in(int up, struct id id, char name[256])
{
	int fd = openat(up, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	struct stat st;

	*name = '\0';
	while (dir && (entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (entry->d_ino != id.ino &&
		    (fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) || st.st_ino != id.ino))
			continue;
		snprintf(name, 256, "%s", entry->d_name);
		return;
	}
}

/*
 * Appends @id as its filesystem shows it: itself as a node of the visible chain (@with_self), then
 * all that is rootward of it in the filesystem, hidden.
 */
static void push_inside(const struct world *world, struct id id, bool self_hidden,
			struct chain *chain)
{
	struct node self = { .id = id, .hidden = self_hidden };
	struct chain inside = { 0 };
	size_t i;

	if (world_find(world, id, &inside)) {
		chain_push(chain, &self);
		return;
	}
	for (i = 0; i < inside.n; i++) {
		inside.nodes[i].hidden = i ? true : self_hidden;
		chain_push(chain, &inside.nodes[i]);
	}
	chain_free(&inside);
}

/* The object on which @m is mounted, in its parent mount @p's filesystem. */
static struct node covered(const struct world *world, const struct mount_line *m,
			   const struct mount_line *p)
{
	size_t skip = strcmp(p->point, "/") ? strlen(p->point) : 0;
	const struct fs *fs = world_fs(world, p->dev);
	struct node node = { 0 };
	char path[1100], *slash;
	struct stat st;

	snprintf(path, sizeof(path), "./%s/%s", p->root, m->point + skip);
	if (!fs || fstatat(fs->root, path, &st, AT_SYMLINK_NOFOLLOW))
		return node;
	node.id = (struct id){ st.st_dev, st.st_ino };
	slash = strrchr(path, '/');
	*slash = '\0';
	if (slash[1] && !fstatat(fs->root, path, &st, AT_SYMLINK_NOFOLLOW)) {
		node.parent = (struct id){ st.st_dev, st.st_ino };
		snprintf(node.name, sizeof(node.name), "%s", slash + 1);
	}
	return node;
}

/*
 * Leaves mount @id, whose root has been visited, with what it hides: visits the mountpoint, and
 * where that is itself a mount's root, goes on.
 */
static void cross(const struct world *world, uint64_t id, struct chain *chain)
{
	const struct mount_line *m = world_mount(world, id), *p;
	struct node node;

	if (!m) {
		chain->end = END_DETACHED;
		return;
	}
	p = world_mount(world, m->parent);
	if (!p || p == m) {
		chain->end = END_ROOT;
		return;
	}
	node = covered(world, m, p);
	if (!strcmp(m->point, p->point)) {
		push_inside(world, node.id, false, chain);
		cross(world, p->id, chain);
		return;
	}
	chain_push(chain, &node);
	chain->end = END_OPEN;
}

/* Out from under its mount: the real ancestors are hidden, then the mount's root. */
static int escaped(const struct world *world, int fd, struct chain *chain)
{
	const struct mount_line *m = world_mount(world, fd_mount(fd));

	push_inside(world, fd_id(fd), false, chain);
	return m ? open(m->point, O_PATH | O_CLOEXEC) : -1;
}

void chain_dir(const struct world *world, int start, struct chain *chain)
{
	int fd = fcntl(start, F_DUPFD_CLOEXEC, 0), up;
	struct node node;

	chain->end = END_OPEN;
	while (fd >= 0) {
		up = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		node = (struct node){ .id = fd_id(fd) };
		if (up < 0) {
			up = escaped(world, fd, chain);
		} else if (fd_mount(up) == fd_mount(fd) && !same_id(fd_id(up), node.id)) {
			node.parent = fd_id(up);
			name_in(up, node.id, node.name);
			chain_push(chain, &node);
		} else {
			push_inside(world, node.id, false, chain);
			cross(world, fd_mount(fd), chain);
			/* nothing above a root: or above a chroot's, which the model is not in */
			if (chain->end == END_OPEN && fd_mount(up) == fd_mount(fd))
				chain->end = END_ROOT;
		}
		close(fd);
		fd = up;
		if (chain->end != END_OPEN) {
			close(fd);
			return;
		}
	}
	chain->end = END_DETACHED;
}

void chain_above(const struct world *world, const struct mount_line *m, struct chain *chain)
{
	char point[sizeof(m->point)];
	const char *name;
	int up;

	cross(world, m->id, chain);
	if (chain->end != END_OPEN)
		return;
	snprintf(point, sizeof(point), "%s", m->point);
	up = at_parent(point, &name);
	chain_dir(world, up, chain);
	close(up);
}

void chain_mounted_file(const struct world *world, int fd, int up, struct chain *chain)
{
	push_inside(world, fd_id(fd), false, chain);
	cross(world, fd_mount(fd), chain);
	if (chain->end == END_OPEN)
		chain_dir(world, up, chain);
}
