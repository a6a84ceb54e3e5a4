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
#include "label_scan.h"
#include "walk.h"

#ifndef FS_CASEFOLD_FL
#define FS_CASEFOLD_FL 0x40000000
#endif

/* Descriptors open at once: far below any limit, and few passes over them. */
#define BATCH 128

/**
 * struct look - a look under way.
 * @guards: finds those of @anchors by their objects
 * @fds:    of the last @n_open anchors, which are not identified yet
 * @failed: the first error that does not end the look, so that all of its kind are reported
 */
struct look {
	struct anchors *anchors;
	struct index guards;
	int program;
	const struct rootward_opts *opts;
	int fds[BATCH];
	size_t n_open;
	int failed;
};

void anchors_free(struct anchors *a)
{
	free(a->list);
	a->list = NULL;
	a->n = a->room = 0;
}

/* Field by field: the rest of struct rw_identity tells of the filesystem. */
static bool same_anchor(const struct anchor *a, const struct anchor *b)
{
	return a->kind == b->kind && a->tree == b->tree && a->identity.ino == b->identity.ino &&
	       a->identity.dev == b->identity.dev &&
	       a->identity.generation == b->identity.generation;
}

bool anchors_same(const struct anchors *a, const struct anchors *b)
{
	size_t i;

	for (i = 0; i < a->n && i < b->n; i++)
		if (!same_anchor(&a->list[i], &b->list[i]))
			return false;
	return a->n == b->n;
}

bool anchor_folds_case(int fd)
{
	_cleanup_close_ int dir = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int flags = 0;

	return dir >= 0 && ioctl(dir, FS_IOC_GETFLAGS, &flags) == 0 && flags & FS_CASEFOLD_FL;
}

static int anchor_check(const struct anchor *anchor, int fd, const struct rootward_opts *opts)
{
	const char *why = identity_unstable(&anchor->identity);

	if (!why && anchor->kind == ANCHOR_ENTRY && anchor_folds_case(fd))
		why = "its directory compares names without case";
	if (!why || anchor->kind == ANCHOR_GUARD)
		return 0;
	diag(opts, ROOTWARD_ERROR, &anchor->tree->origin,
	     "use --engine landlock, or rule a "
	     "directory above it",
	     "a rule on %s could stop matching unseen: %s", anchor->tree->real, why);
	return -ENOTSUP;
}

static int identify_plain(struct anchor *anchor, int fd)
{
	struct statx st;
	int r = walk_stat(fd, &st);

	anchor->plain = (struct rw_identity){ .ino = st.stx_ino, .dev = walk_dev(&st) };
	return r;
}

/* What is open gets identities, all in one go, and is closed. */
static int look_identify(struct look *look)
{
	struct anchor *list = look->anchors->list + look->anchors->n - look->n_open;
	struct rw_identity identities[BATCH];
	size_t i;
	int r;

	r = look->program >= 0 ? identity_read(look->program, look->fds, look->n_open, identities)
			       : identity_guess(look->fds, look->n_open, identities);
	for (i = 0; i < look->n_open; i++) {
		if (r == 0)
			list[i].identity = identities[i];
		if (r == 0 && look->anchors->explain)
			r = identify_plain(&list[i], look->fds[i]);
		else if (r == 0 && anchor_check(&list[i], look->fds[i], look->opts) < 0)
			look->failed = -ENOTSUP;
		cleanup_close(&look->fds[i]);
	}
	look->n_open = 0;
	return r;
}

/* Takes @fd over. */
static int look_add(struct look *look, const struct anchor *anchor, int fd)
{
	struct anchors *a = look->anchors;
	struct anchor *list;
	size_t room;

	if (a->n == a->room) {
		room = a->room ? a->room * 2 : 64;
		list = reallocarray(a->list, room, sizeof(*list));
		if (!list) {
			close(fd);
			return -ENOMEM;
		}
		a->list = list;
		a->room = room;
	}
	a->list[a->n++] = *anchor;
	look->fds[look->n_open++] = fd;
	return look->n_open == BATCH ? look_identify(look) : 0;
}

/* Of the same mount, too: from there on the way up is the same. */
static bool same_guard(const void *data, uint32_t number, const void *key)
{
	const struct object *a = &((const struct anchors *)data)->list[number].object, *b = key;

	return object_same(a, b) && a->mnt_id == b->mnt_id;
}

/*
 * The directory @fd and all above it, by `..`: so each was the parent of the one before when it was
 * opened, and not merely found under its name.  Those that the look has met already are above by
 * now for the same reason.  Takes @fd over.
 */
static int look_up(struct look *look, const struct tree *tree, int fd)
{
	struct anchor anchor = { .kind = ANCHOR_GUARD, .tree = tree };
	uint32_t hash;
	int up, r;

	for (;;) {
		r = object_stat(fd, "", AT_EMPTY_PATH, &anchor.object);
		hash = hash_bytes(0, &anchor.object.ino, sizeof(anchor.object.ino));
		if (r < 0 || index_find(&look->guards, hash, same_guard, look->anchors,
					&anchor.object) != INDEX_NONE)
			break;
		up = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (up < 0) {
			r = -errno;
			break;
		}
		r = look_add(look, &anchor, fd);
		fd = up;
		if (r == 0)
			r = index_add(&look->guards, hash, look->anchors->n - 1);
		if (r < 0)
			break;
	}
	close(fd);
	if (r < 0)
		diag(look->opts, ROOTWARD_ERROR, &tree->origin, NULL,
		     "cannot find the directories above %s: %s", tree->real, strerror(-r));
	return r;
}

static int look_at_parent(struct look *look, const struct tree *tree, struct anchor *anchor)
{
	int fd, up, r;

	fd = tree_open_parent(tree, &anchor->name, look->opts);
	if (fd < 0)
		return fd;
	up = tree->deny ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
	if (tree->deny && up < 0) {
		r = -errno;
		close(fd);
		return r;
	}
	anchor->kind = ANCHOR_ENTRY;
	r = look_add(look, anchor, fd);
	if (r == 0 && up >= 0)
		return look_up(look, tree, up);
	cleanup_close(&up);
	return r;
}

static int look_at(struct look *look, const struct tree *tree, __u32 layer, __u32 number)
{
	struct anchor anchor = { .tree = tree, .layer = layer, .number = number };
	bool present = tree->state == TREE_PRESENT, is_root = strcmp(tree->real, "/") == 0;
	int fd, r = 0;

	if (present && !tree->follows_path) {
		anchor.kind = ANCHOR_OBJECT;
		fd = tree_open(tree, look->opts);
		r = fd < 0 ? fd : look_add(look, &anchor, fd);
	}
	if (r == 0 && !is_root &&
	    (tree->deny || !present || tree->follows_path || !S_ISDIR(tree->mode)))
		r = look_at_parent(look, tree, &anchor);
	return r;
}

/** struct label_look - a label that is looked for. */
struct label_look {
	struct look *look;
	struct anchor anchor;
};

static int look_at_labelled(void *data, int fd)
{
	const struct label_look *l = data;
	int up = -1, r = 0;

	/* Above what it is under, guards are found from there. */
	if (l->anchor.tree->deny)
		up = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (l->anchor.tree->deny && up < 0)
		r = -errno;
	if (r < 0) {
		close(fd);
		return r;
	}
	r = look_add(l->look, &l->anchor, fd);
	if (r == 0 && up >= 0)
		return look_up(l->look, l->anchor.tree, up);
	cleanup_close(&up);
	return r;
}

static int look_at_label(struct look *look, const struct tree *tree, __u32 layer, __u32 number)
{
	struct label_look l = {
		.look = look,
		.anchor = { .kind = ANCHOR_LABELLED,
			    .tree = tree,
			    .layer = layer,
			    .number = number },
	};
	int fd, r = 0;

	if (tree->deny) {
		fd = tree_open(tree, look->opts);
		r = fd < 0 ? fd : look_up(look, tree, fd);
	}
	return r < 0 ? r : label_scan(tree, look_at_labelled, &l, look->opts);
}

int anchors_find(struct anchors *a, int program, struct rootward_policy *const *policies, size_t n,
		 const struct rootward_opts *opts)
{
	struct look look = { .anchors = a, .program = program, .opts = opts };
	size_t i, j;
	int r = 0;

	for (i = 0; i < n && r == 0; i++)
		for (j = 0; j < policies[i]->n_trees && r == 0; j++)
			if (policies[i]->trees[j].state == TREE_LABEL)
				r = look_at_label(&look, &policies[i]->trees[j], i, j);
			else if (policies[i]->trees[j].state != TREE_SKIPPED &&
				 policies[i]->trees[j].state != TREE_LABEL_ANYWHERE)
				r = look_at(&look, &policies[i]->trees[j], i, j);
	if (r == 0)
		r = look_identify(&look);
	while (look.n_open)
		cleanup_close(&look.fds[--look.n_open]);
	index_free(&look.guards);
	if (r == 0)
		r = look.failed;
	if (r < 0)
		anchors_free(a);
	return r;
}
