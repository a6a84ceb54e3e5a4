/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>

#include "bpf_anchors.h"
#include "cleanup.h"
#include "identity.h"
#include "index.h"

#ifndef FS_CASEFOLD_FL
#define FS_CASEFOLD_FL 0x40000000
#endif

/* Descriptors open at once: far below any limit, and few passes over them. */
#define BATCH 128

static struct anchor *anchor_new(struct anchors *a)
{
	struct anchor *list;
	size_t room;

	if (a->n == a->room) {
		room = a->room ? a->room * 2 : 64;
		list = reallocarray(a->list, room, sizeof(*list));
		if (!list)
			return NULL;
		a->list = list;
		a->room = room;
	}
	memset(&a->list[a->n], 0, sizeof(a->list[0]));
	return &a->list[a->n++];
}

void anchors_free(struct anchors *a)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		free(a->list[i].path);
	free(a->list);
	*a = (struct anchors){};
}

static bool same_guard(const void *data, uint32_t number, const void *key)
{
	const struct anchors *a = data;

	return strcmp(a->list[number].path, key) == 0;
}

/* Guards hold for the whole domain, so one for each directory, whichever tree asks for it. */
static int add_guards(struct anchors *a, struct index *seen, const struct tree *tree)
{
	_cleanup_free_ char *path = strdup(tree->real);
	struct anchor *anchor;
	char *slash;
	uint32_t hash;

	if (!path)
		return -ENOMEM;
	while ((slash = strrchr(path, '/'))) {
		slash[slash == path] = 0;
		hash = hash_bytes(0, path, strlen(path));
		if (index_find(seen, hash, same_guard, a, path) != INDEX_NONE)
			return 0;
		anchor = anchor_new(a);
		if (!anchor)
			return -ENOMEM;
		anchor->kind = ANCHOR_GUARD;
		anchor->tree = tree;
		anchor->path = strdup(path);
		if (!anchor->path || index_add(seen, hash, a->n - 1) < 0)
			return -ENOMEM;
		if (slash == path)
			break;
	}
	return 0;
}

static int add_anchor(struct anchors *a, enum anchor_kind kind, const struct tree *tree,
		      __u32 layer, __u32 number)
{
	struct anchor *anchor = anchor_new(a);

	if (!anchor)
		return -ENOMEM;
	anchor->kind = kind;
	anchor->tree = tree;
	anchor->layer = layer;
	anchor->number = number;
	return 0;
}

static int add_tree(struct anchors *a, struct index *guards, const struct tree *tree, __u32 layer,
		    __u32 number)
{
	bool present = tree->state == TREE_PRESENT, is_root = strcmp(tree->real, "/") == 0;
	int r = 0;

	if (present)
		r = add_anchor(a, ANCHOR_OBJECT, tree, layer, number);
	if (r == 0 && !is_root && (tree->deny || !present || !S_ISDIR(tree->mode)))
		r = add_anchor(a, ANCHOR_ENTRY, tree, layer, number);
	if (r == 0 && tree->deny && !is_root)
		r = add_guards(a, guards, tree);
	return r;
}

static int anchor_open(struct anchor *anchor, const struct rootward_opts *opts)
{
	int fd;

	switch (anchor->kind) {
	case ANCHOR_OBJECT:
		return tree_open(anchor->tree, opts);
	case ANCHOR_ENTRY:
		return tree_open_parent(anchor->tree, &anchor->name, opts);
	default:
		fd = open(anchor->path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd >= 0)
			return fd;
		diag(opts, ROOTWARD_ERROR, &anchor->tree->origin, NULL, "cannot open %s: %s",
		     anchor->path, strerror(errno));
		return -ESTALE;
	}
}

/* Where names are compared without case, a rule on a name could be walked around. */
static bool folds_case(int fd)
{
	_cleanup_close_ int dir = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int flags = 0;

	return dir >= 0 && ioctl(dir, FS_IOC_GETFLAGS, &flags) == 0 && flags & FS_CASEFOLD_FL;
}

static int anchor_check(const struct anchor *anchor, int fd, const struct rootward_opts *opts)
{
	const char *why = identity_unstable(&anchor->identity);

	if (!why && anchor->kind == ANCHOR_ENTRY && folds_case(fd))
		why = "its directory compares names without case";
	if (!why || anchor->kind == ANCHOR_GUARD)
		return 0;
	diag(opts, ROOTWARD_ERROR, &anchor->tree->origin, "use --engine landlock, or rule a "
	     "directory above it", "a rule on %s could stop matching unseen: %s",
	     anchor->tree->real, why);
	return -ENOTSUP;
}

static int identify_batch(int program, struct anchor *list, size_t n,
			  const struct rootward_opts *opts)
{
	struct rw_identity identities[BATCH];
	size_t i, opened;
	int fds[BATCH], r = 0, failed = 0;

	for (opened = 0; opened < n && r == 0; opened++) {
		fds[opened] = anchor_open(&list[opened], opts);
		if (fds[opened] < 0)
			r = fds[opened];
	}
	if (r == 0)
		r = program >= 0 ? identity_read(program, fds, n, identities) :
				   identity_guess(fds, n, identities);
	for (i = 0; i < opened; i++) {
		if (r == 0) {
			list[i].identity = identities[i];
			if (anchor_check(&list[i], fds[i], opts) < 0)
				failed = -ENOTSUP;
		}
		cleanup_close(&fds[i]);
	}
	return r ? r : failed;
}

static int identify(struct anchors *a, int program, const struct rootward_opts *opts)
{
	size_t i, n;
	int r, failed = 0;

	for (i = 0; i < a->n; i += n) {
		n = a->n - i < BATCH ? a->n - i : BATCH;
		r = identify_batch(program, a->list + i, n, opts);
		if (r < 0 && !failed)
			failed = r;
	}
	return failed;
}

int anchors_find(struct anchors *a, int program, struct rootward_policy *const *policies, size_t n,
		 const struct rootward_opts *opts)
{
	struct index guards = {};
	size_t i, j;
	int r = 0;

	for (i = 0; i < n && r == 0; i++)
		for (j = 0; j < policies[i]->n_trees && r == 0; j++)
			if (policies[i]->trees[j].state != TREE_SKIPPED)
				r = add_tree(a, &guards, &policies[i]->trees[j], i, j);
	index_free(&guards);
	if (r == 0)
		r = identify(a, program, opts);
	if (r < 0)
		anchors_free(a);
	return r;
}
