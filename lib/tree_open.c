/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening again, later, what policy_resolve() has seen; in between the file system may change. */
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>

#include "cleanup.h"
#include "lookup.h"
#include "policy.h"

/* @real has no symbolic links, so one that is met has come since. */
static int open_real(const char *real, int flags)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC | flags,
		.resolve = RESOLVE_NO_SYMLINKS,
	};
	int fd = syscall(SYS_openat2, AT_FDCWD, real, &how, sizeof(how));

	if (fd >= 0)
		return fd;
	return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? -ESTALE : -errno;
}

static int report(const struct tree *tree, int error, const struct rootward_opts *opts)
{
	if (error == -ESTALE)
		diag(opts, ROOTWARD_ERROR, &tree->origin, "try again",
		     "\"%s\" (%s) changed while the policy was prepared", tree->path, tree->real);
	else
		diag(opts, ROOTWARD_ERROR, &tree->origin, NULL, "\"%s\" (%s) cannot be opened: %s",
		     tree->path, tree->real, strerror(-error));
	return error;
}

static bool is_tree(const struct tree *tree, const struct object *object)
{
	return object_same(object, &(struct object){
					   .dev = tree->dev,
					   .ino = tree->ino,
					   .mode = tree->mode,
				   });
}

int tree_open(const struct tree *tree, const struct rootward_opts *opts)
{
	_cleanup_close_ int fd = -1;
	struct object object;
	int r;

	if (tree->state != TREE_PRESENT && tree->state != TREE_LABEL)
		return -EINVAL;
	fd = open_real(tree->real, 0);
	if (fd < 0)
		return report(tree, fd, opts);
	r = object_stat(fd, "", AT_EMPTY_PATH, &object);
	if (!r && !is_tree(tree, &object))
		r = -ESTALE;
	return r < 0 ? report(tree, r, opts) : steal_fd(&fd);
}

/*
 * For an object that exists the entry must still lead to it, but for a rule that is on the name
 * alone; for a missing name it is the directory that must be the same one.
 */
static int check_parent(const struct tree *tree, int fd, const char *name)
{
	struct object object;
	int r;

	if (tree->state == TREE_PRESENT && tree->follows_path)
		return 0;
	if (tree->state == TREE_NAME_ONLY)
		r = object_stat(fd, "", AT_EMPTY_PATH, &object);
	else
		r = object_stat(fd, name, AT_SYMLINK_NOFOLLOW, &object);
	if (r < 0)
		return r == -ENOENT ? -ESTALE : r;
	return is_tree(tree, &object) ? 0 : -ESTALE;
}

int tree_open_parent(const struct tree *tree, const char **name, const struct rootward_opts *opts)
{
	_cleanup_free_ char *parent = NULL;
	_cleanup_close_ int fd = -1;
	const char *slash;
	int r;

	if (tree->state != TREE_PRESENT && tree->state != TREE_NAME_ONLY)
		return -EINVAL;
	slash = strrchr(tree->real, '/');
	if (!slash[1])
		return -EINVAL;
	parent = slash == tree->real ? strdup("/") : strndup(tree->real, slash - tree->real);
	if (!parent)
		return -ENOMEM;

	fd = open_real(parent, O_DIRECTORY);
	if (fd < 0)
		return report(tree, fd, opts);
	r = check_parent(tree, fd, slash + 1);
	if (r < 0)
		return report(tree, r, opts);
	*name = slash + 1;
	return steal_fd(&fd);
}
