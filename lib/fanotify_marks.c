/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which filesystems the kernel asks about: whole ones, so that no other mount of them, in whatever
 * namespace, leads past.  What is mounted later is marked when the change of mounts is seen.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/fanotify.h>

#include "cleanup.h"
#include "fanotify.h"
#include "walk.h"

#define MARK_MASK (FAN_OPEN_PERM | FAN_OPEN_EXEC_PERM | FAN_ONDIR)

static bool beneath(const char *path, const char *directory)
{
	size_t len = strcmp(directory, "/") ? strlen(directory) : 0;

	return !strncmp(path, directory, len) && (!path[len] || path[len] == '/');
}

static bool rules(const struct tree *tree)
{
	return (tree->state == TREE_PRESENT || tree->state == TREE_NAME_ONLY) &&
	       tree->deny & FANOTIFY_OPS;
}

static bool default_rules(const struct rootward_policy *policy)
{
	return ~policy->default_ops & FANOTIFY_OPS;
}

/* The tree that denies something on what is mounted there, or may come to be there. */
static const struct tree *ruled_by(const struct rootward_policy *policy,
				   const struct mount_entry *m)
{
	const struct tree *tree = policy->trees;

	for (; tree < policy->trees + policy->n_trees; tree++)
		if (rules(tree) && beneath(m->point, tree->real))
			return tree;
	return NULL;
}

static int mark(const struct group *group, const char *path)
{
	int r = fanotify_mark(group->fd, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, MARK_MASK, AT_FDCWD,
			      path);

	return r < 0 ? -errno : 0;
}

/* The object that a tree is on, or its directory, whatever its path names by now. */
static int mark_held(const struct group *group, const struct rootward_opts *opts)
{
	const struct anchor *list = group->explainer->plain.list;
	char path[64];
	size_t i;
	int r = 0, failed = 0;

	for (i = 0; i < group->n_held; i++) {
		if (list[i].kind == ANCHOR_GUARD || !rules(list[i].tree))
			continue;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", group->held[i]);
		r = mark(group, path);
		if (r < 0)
			diag(opts, ROOTWARD_ERROR, &list[i].tree->origin, NULL,
			     "fanotify does not ask about the filesystem that %s is on: %s",
			     list[i].tree->path, strerror(-r));
		failed = failed ? failed : r;
	}
	return failed ? -ENOTSUP : 0;
}

/*
 * Of what cannot be marked (procfs is one) all is allowed.  Under a tree that is for it to say, by
 * default it takes consent: no machine is without it.
 */
static int refused(const struct group *group, const struct mount_entry *m, const struct tree *tree,
		   int error, const struct rootward_opts *opts)
{
	struct origin origin = fanotify_default_origin(group->policy);
	uint32_t gap = (tree ? tree->deny : ~group->policy->default_ops) & FANOTIFY_OPS;
	bool agreed = !(gap & ~fanotify_consent(group->policy, opts));

	diag(opts, agreed ? ROOTWARD_WARNING : ROOTWARD_ERROR, tree ? &tree->origin : &origin,
	     agreed ? NULL : "--best-effort leaves it open",
	     "fanotify does not ask about %s (%s): %s", m->point, m->type ? m->type : "?",
	     strerror(-error));
	return agreed ? 0 : -ENOTSUP;
}

static int mark_mount(const struct group *group, const struct mount_entry *m,
		      const struct rootward_opts *opts)
{
	const struct tree *tree = ruled_by(group->policy, m);
	int r;

	if (!tree && !default_rules(group->policy))
		return 0;
	r = mark(group, m->point);
	/* It went away again, or another mount is before it, whose turn comes. */
	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	return r < 0 ? refused(group, m, tree, r, opts) : 0;
}

int marks_set(const struct group *group, const struct rootward_opts *opts)
{
	struct mountinfo info;
	int r = mountinfo_read(&info, "/proc/self/mountinfo"), failed;
	size_t i;

	if (r < 0)
		return r;
	failed = mark_held(group, opts);
	for (i = 0; i < info.n; i++) {
		r = mark_mount(group, &info.entries[i], opts);
		failed = failed ? failed : r;
	}
	mountinfo_free(&info);
	return failed;
}
