/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The model's view of mounts and filesystems. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "cleanup.h"
#include "model.h"

#ifndef SYS_open_tree
#define SYS_open_tree 428
#endif

/* mountinfo writes a space as \040. */
static void unescape(char *s)
{
	char *out = s;

	for (; *s; s++) {
		if (*s == '\\' && s[1] && s[2] && s[3]) {
			*out++ = (char)((s[1] - '0') * 64 + (s[2] - '0') * 8 + s[3] - '0');
			s += 3;
		} else {
			*out++ = *s;
		}
	}
	*out = '\0';
}

static bool parse_mount(const char *line, struct mount_line *m)
{
	unsigned long long id, parent;
	const char *rest = strstr(line, " - ");
	unsigned int major, minor;
	char options[256];

	if (!rest || sscanf(rest, " - %31s", m->type) != 1 ||
	    sscanf(line, "%llu %llu %u:%u %511s %511s %255s", &id, &parent, &major, &minor, m->root,
		   m->point, options) != 7)
		return false;
	m->id = id;
	m->parent = parent;
	m->dev = makedev(major, minor);
	m->idmapped = strstr(options, "idmapped");
	unescape(m->root);
	unescape(m->point);
	return true;
}

static bool in_scene(const struct world *world, const struct mount_line *m)
{
	return !strncmp(m->point, world->scene, strlen(world->scene));
}

/* The root of @m, with nothing mounted on anything in it; -1 if @m is itself covered. */
static int clone_of(const struct mount_line *m)
{
	_cleanup_close_ int fd = open(m->point, O_PATH | O_CLOEXEC);

	if (fd < 0 || fd_mount(fd) != m->id)
		return -1;
	return (int)syscall(SYS_open_tree, fd, "", 1 | O_CLOEXEC | AT_EMPTY_PATH);
}

/* Keeps a way to the root of @m's filesystem if @m shows it. */
static void keep_fs(struct world *world, const struct mount_line *m)
{
	int clone;

	if (strcmp(m->root, "/") || world_fs(world, m->dev) || world->n_fs == MAX_FS)
		return;
	clone = clone_of(m);
	if (clone >= 0)
		world->fs[world->n_fs++] = (struct fs){ m->dev, clone, in_scene(world, m) };
}

static void keep_view(struct world *world, const struct mount_line *m)
{
	int clone;

	if (!in_scene(world, m) || world_view(world, m->id) >= 0 || world->n_views == MAX_VIEWS)
		return;
	clone = clone_of(m);
	if (clone >= 0)
		world->views[world->n_views++] = (struct view){ m->id, clone };
}

/* The number of a mount that is gone may be another's. */
static void drop_views(struct world *world)
{
	size_t i, n = 0;

	for (i = 0; i < world->n_views; i++) {
		if (world_mount(world, world->views[i].mount))
			world->views[n++] = world->views[i];
		else
			close(world->views[i].root);
	}
	world->n_views = n;
}

void world_refresh(struct world *world)
{
	_cleanup_fclose_ FILE *f = fopen("/proc/self/mountinfo", "re");
	char line[4096];
	size_t i;

	if (!world->mounts)
		world->mounts = calloc(MAX_MOUNTS, sizeof(*world->mounts));
	world->n_mounts = 0;
	while (f && world->n_mounts < MAX_MOUNTS && fgets(line, sizeof(line), f))
		if (parse_mount(line, &world->mounts[world->n_mounts]))
			world->n_mounts++;
	drop_views(world);
	for (i = 0; i < world->n_mounts; i++) {
		keep_fs(world, &world->mounts[i]);
		keep_view(world, &world->mounts[i]);
	}
}

void world_start(struct world *world)
{
	if (!getcwd(world->scene, sizeof(world->scene)))
		abort();
	world_refresh(world);
}

const struct fs *world_fs(const struct world *world, dev_t dev)
{
	size_t i;

	for (i = 0; i < world->n_fs; i++)
		if (world->fs[i].dev == dev)
			return &world->fs[i];
	return NULL;
}

int world_view(const struct world *world, uint64_t id)
{
	size_t i;

	for (i = 0; i < world->n_views; i++)
		if (world->views[i].mount == id)
			return world->views[i].root;
	return -1;
}

const struct mount_line *world_mount(const struct world *world, uint64_t id)
{
	size_t i;

	for (i = 0; i < world->n_mounts; i++)
		if (world->mounts[i].id == id)
			return &world->mounts[i];
	return NULL;
}

/* What is at @path of @fs, which begins with a slash. */
static int open_in(const struct fs *fs, const char *path)
{
	char beneath[700];

	snprintf(beneath, sizeof(beneath), ".%s", path);
	return openat(fs->root, beneath, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

static struct id id_at(const struct fs *fs, const char *path)
{
	_cleanup_close_ int fd = open_in(fs, path);

	return fd_id(fd);
}

/* Searches @fd for @id; pushes what leads there, the object first. */
static bool search(int fd, struct id id, struct id wanted, struct chain *chain)
{
	_cleanup_closedir_ DIR *dir = NULL;
	struct node node = { .parent = id };
	struct dirent *entry;
	bool found = false;
	struct stat st;
	int sub;

	sub = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = sub < 0 ? NULL : fdopendir(sub);
	while (dir && !found && (entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") ||
		    fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		node.id = (struct id){ st.st_dev, st.st_ino };
		snprintf(node.name, sizeof(node.name), "%s", entry->d_name);
		found = same_id(node.id, wanted);
		if (!found && S_ISDIR(st.st_mode)) {
			sub = openat(fd, entry->d_name, O_PATH | O_CLOEXEC);
			found = search(sub, node.id, wanted, chain);
			close(sub);
		}
		if (found)
			chain_push(chain, &node);
	}
	return found;
}

/* The chain of the directory @root of @fs: all that is above what a mount shows of it. */
static void push_path(const struct fs *fs, const char *root, struct chain *chain)
{
	char path[600], *slash;
	struct node node;

	snprintf(path, sizeof(path), "%s", root);
	while ((slash = strrchr(path, '/')) && slash[1]) {
		node = (struct node){ .id = id_at(fs, path) };
		snprintf(node.name, sizeof(node.name), "%s", slash + 1);
		slash[slash == path] = '\0';
		node.parent = id_at(fs, path);
		chain_push(chain, &node);
	}
	node = (struct node){ .id = fd_id(fs->root) };
	chain_push(chain, &node);
}

/* Beneath what the mounts of the scene show of the filesystem: all of it only if it is ours. */
int world_find(const struct world *world, struct id id, struct chain *chain)
{
	const struct fs *fs = world_fs(world, id.dev);
	const struct mount_line *m;
	struct id root;
	bool found;
	int fd;

	for (m = world->mounts; fs && m < world->mounts + world->n_mounts; m++) {
		if (m->dev != id.dev || !in_scene(world, m) || (!fs->ours && !strcmp(m->root, "/")))
			continue;
		fd = open_in(fs, m->root);
		root = fd_id(fd);
		found = same_id(root, id) || search(fd, root, id, chain);
		close(fd);
		if (found) {
			push_path(fs, m->root, chain);
			return 0;
		}
	}
	return -ENOENT;
}
