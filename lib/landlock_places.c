/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "landlock_places.h"
#include "landlock_trie.h"

/**
 * struct located - a tree's place inside its filesystem, known where another mount shows it too.
 */
struct located {
	const struct tree *tree;
	const struct mount_entry *mount;
	char *place;
};

struct collector {
	struct spots *spots;
	const struct mounts *mounts;
	struct located *located;
	size_t n_located;
};

static void cleanup_located(struct collector *c)
{
	size_t i;

	for (i = 0; i < c->n_located; i++)
		free(c->located[i].place);
	free(c->located);
}

/* The separator sorts before every other byte, the end before that. */
static int rank(char c)
{
	return c == '/' ? 1 : c ? (unsigned char)c + 1 : 0;
}

int path_compare(const char *a, size_t len, const char *b)
{
	size_t i = 0;

	while (i < len && a[i] == b[i])
		i++;
	return (i < len ? rank(a[i]) : 0) - rank(b[i]);
}

/* Takes @path, also on failure. */
static int add_spot(struct spots *spots, char *path, const struct tree *tree, bool own,
		    uint32_t hidden)
{
	struct spot *bigger;

	if (path && !(spots->n & (spots->n - 1))) {
		bigger = realloc(spots->spots, (spots->n ? 2 * spots->n : 1) * sizeof(*bigger));
		if (!bigger) {
			free(path);
			path = NULL;
		} else {
			spots->spots = bigger;
		}
	}
	if (!path)
		return -ENOMEM;
	spots->spots[spots->n++] = (struct spot){ path, tree, own, hidden };
	return 0;
}

/* A tree's own path, and the paths at which other mounts show the same object. */
static int add_tree(struct collector *c, const struct tree *tree)
{
	const struct mount_entry *mount = mounts_find(c->mounts, tree->real), *other;
	struct located *located = &c->located[c->n_located];
	char *path;
	int r;

	r = add_spot(c->spots, strdup(tree->real), tree, true, 0);
	if (r || !mount || !mount->shared)
		return r;

	*located = (struct located){ tree, mount, mount_place(mount, tree->real) };
	if (!located->place)
		return mount->root ? -ENOMEM : 0;
	c->n_located++;

	for (other = c->mounts->entries; other < c->mounts->entries + c->mounts->n; other++) {
		if (other->dev != mount->dev || other == mount)
			continue;
		r = mounts_show(c->mounts, other, located->place, &path);
		if (!r && path)
			r = add_spot(c->spots, path, tree, false, 0);
		if (r)
			return r;
	}
	return 0;
}

static int compare_located(const void *a, const void *b)
{
	const struct located *left = a, *right = b;

	if (left->mount->dev != right->mount->dev)
		return left->mount->dev < right->mount->dev ? -1 : 1;
	return strcmp(left->place, right->place);
}

/*
 * What the hidden ancestors of a mount's root deny, nearest first: one that allows shields from
 * denies farther up, and leaves the operation to the visible chain.
 */
static int add_hidden(struct collector *c, const struct mount_entry *mount)
{
	_cleanup_free_ char *place = strdup(mount->root);
	struct located key = { .mount = mount, .place = place }, *found;
	uint32_t open = ROOTWARD_OPS_ALL, denied = 0;
	const struct tree *tree = NULL;
	char *slash;

	if (!place)
		return -ENOMEM;
	while (place[1]) {
		slash = strrchr(place, '/');
		slash[slash == place] = '\0';
		found = bsearch(&key, c->located, c->n_located, sizeof(key), compare_located);
		if (!found)
			continue;
		if (found->tree->deny & open)
			tree = tree ? tree : found->tree;
		denied |= found->tree->deny & open;
		open &= ~(found->tree->allow | found->tree->deny);
	}
	return denied ? add_spot(c->spots, strdup(mount->point), tree, false, denied) : 0;
}

static int compare_spot(const void *a, const void *b)
{
	const struct spot *left = a, *right = b;
	int order = path_compare(left->path, strlen(left->path), right->path);

	/* At one path the tree that was looked up there speaks first, for the messages. */
	return order ? order : right->own - left->own;
}

int spots_collect(struct spots *spots, const struct rootward_policy *policy,
		  const struct mounts *mounts)
{
	_cleanup_(cleanup_located) struct collector c = { .spots = spots, .mounts = mounts };
	size_t i;
	int r = 0;

	c.located = calloc(policy->n_trees + 1, sizeof(*c.located));
	if (!c.located)
		return -ENOMEM;
	for (i = 0; !r && i < policy->n_trees; i++)
		if (tree_counts(&policy->trees[i]))
			r = add_tree(&c, &policy->trees[i]);

	qsort(c.located, c.n_located, sizeof(*c.located), compare_located);
	for (i = 0; !r && i < mounts->n; i++)
		if (mounts->entries[i].shared && mounts->entries[i].root)
			r = add_hidden(&c, &mounts->entries[i]);
	if (r)
		return r;
	if (spots->n)
		qsort(spots->spots, spots->n, sizeof(*spots->spots), compare_spot);
	return 0;
}

void spots_free(struct spots *spots)
{
	size_t i;

	for (i = 0; i < spots->n; i++)
		free(spots->spots[i].path);
	free(spots->spots);
	*spots = (struct spots){ 0 };
}
