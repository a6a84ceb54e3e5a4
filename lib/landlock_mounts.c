/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "cleanup.h"
#include "landlock_mounts.h"

bool path_beneath(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	if (len == 1)
		return true;
	return !strncmp(path, dir, len) && (path[len] == '/' || !path[len]);
}

/* What follows @dir in @path: "" or "/...". */
static const char *path_rest(const char *path, const char *dir)
{
	const char *rest = path + (dir[1] ? strlen(dir) : 0);

	return rest[0] == '/' && !rest[1] ? "" : rest;
}

static int path_join(char **ret, const char *dir, const char *rest)
{
	if (!dir[1])
		dir = "";
	if (asprintf(ret, "%s%s", dir, *dir || *rest ? rest : "/") >= 0)
		return 0;
	*ret = NULL;
	return -ENOMEM;
}

static int append(struct mounts *mounts, const struct mount_entry *entry)
{
	struct mount_entry *bigger;

	/* Grows at powers of two. */
	if (!(mounts->n & (mounts->n - 1))) {
		bigger =
			realloc(mounts->entries, (mounts->n ? mounts->n * 2 : 1) * sizeof(*bigger));
		if (!bigger)
			return -ENOMEM;
		mounts->entries = bigger;
	}
	mounts->entries[mounts->n++] = *entry;
	return 0;
}

static const struct mount_entry *by_id(const struct mounts *mounts, int id)
{
	size_t i;

	for (i = 0; i < mounts->n; i++)
		if (mounts->entries[i].id == id)
			return &mounts->entries[i];
	return NULL;
}

static const struct mount_entry *find_root(const struct mounts *mounts, int root_id)
{
	const struct mount_entry *entry;
	size_t i;

	if (root_id != MOUNTS_NO_ID)
		return by_id(mounts, root_id);
	for (i = 0; i < mounts->n; i++) {
		entry = &mounts->entries[i];
		if (!entry->point[1] &&
		    (entry->parent == entry->id || !by_id(mounts, entry->parent)))
			return entry;
	}
	return NULL;
}

/* The mount that sits directly on @at, at the first @len bytes of @point. */
static const struct mount_entry *
mounted_on(const struct mounts *mounts, const struct mount_entry *at, const char *point, size_t len)
{
	const struct mount_entry *entry;

	for (entry = mounts->entries; entry < mounts->entries + mounts->n; entry++)
		if (entry->parent == at->id && entry != at && !strncmp(entry->point, point, len) &&
		    !entry->point[len])
			return entry;
	return NULL;
}

/* Follows a mount's point down from the root as a look-up does; true if it ends on that mount. */
static bool reachable(const struct mounts *mounts, const struct mount_entry *root,
		      const struct mount_entry *last)
{
	const struct mount_entry *at = root, *next;
	const char *end = last->point;

	while (*end) {
		end += 1 + strcspn(end + 1, "/");
		/* Several mounts may be stacked on one point: each sits on the one before. */
		while ((next = mounted_on(mounts, at, last->point, end - last->point)))
			at = next;
	}
	return at == last;
}

static int compare_point(const void *a, const void *b)
{
	return strcmp(((const struct mount_entry *)a)->point,
		      ((const struct mount_entry *)b)->point);
}

static int drop_hidden(struct mounts *mounts, int root_id)
{
	const struct mount_entry *root = find_root(mounts, root_id);
	_cleanup_free_ bool *keep = calloc(mounts->n + 1, sizeof(*keep));
	size_t i, n = 0;

	if (!keep)
		return -ENOMEM;
	/* A mount on top of `/` does not show: look-ups start at the root, below it. */
	for (i = 0; root && i < mounts->n; i++)
		keep[i] = &mounts->entries[i] == root ||
			  (mounts->entries[i].point[1] &&
			   reachable(mounts, root, &mounts->entries[i]));
	for (i = 0; i < mounts->n; i++) {
		if (keep[i])
			mounts->entries[n++] = mounts->entries[i];
		else
			mount_entry_free(&mounts->entries[i]);
	}
	mounts->n = n;
	if (n)
		qsort(mounts->entries, n, sizeof(*mounts->entries), compare_point);
	return 0;
}

static int mark_shared(struct mounts *mounts)
{
	struct mount_entry *a, *b, *end = mounts->entries + mounts->n;

	for (a = mounts->entries; a < end; a++)
		for (b = a + 1; b < end; b++)
			if (a->dev == b->dev)
				a->shared = b->shared = true;
	/* In a root that is no mount's, places are unknown; only if they matter is that fatal. */
	if (mounts->n && !mounts->entries[0].root && mounts->entries[0].shared)
		return -EXDEV;
	return 0;
}

int mounts_parse(struct mounts *mounts, char *text, int root_id, dev_t root_dev)
{
	struct mount_entry entry;
	char *line, *save;
	int r;

	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		entry = (struct mount_entry){ 0 };
		r = mount_entry_parse(&entry, line);
		if (!r)
			r = append(mounts, &entry);
		if (r) {
			mount_entry_free(&entry);
			return r;
		}
	}

	/* chroot() to a plain directory: the mount that holds it is not listed. */
	if (root_id != MOUNTS_NO_ID && !by_id(mounts, root_id)) {
		entry = (struct mount_entry){
			.id = root_id, .parent = MOUNTS_NO_ID, .dev = root_dev, .point = strdup("/")
		};
		if (!entry.point || append(mounts, &entry)) {
			mount_entry_free(&entry);
			return -ENOMEM;
		}
	}
	r = drop_hidden(mounts, root_id);
	if (r)
		return r;
	return mounts->n ? mark_shared(mounts) : -EINVAL;
}

int mounts_read(struct mounts *mounts)
{
	_cleanup_free_ char *text = NULL;
	struct statx root;
	int r;

	*mounts = (struct mounts){ 0 };
	if (statx(AT_FDCWD, "/", 0, STATX_BASIC_STATS | STATX_MNT_ID, &root))
		return -errno;
	r = mountinfo_text(&text, "/proc/self/mountinfo");
	if (!r)
		r = mounts_parse(mounts, text,
				 root.stx_mask & STATX_MNT_ID ? (int)root.stx_mnt_id : MOUNTS_NO_ID,
				 makedev(root.stx_dev_major, root.stx_dev_minor));
	if (r)
		mounts_free(mounts);
	return r;
}

void mounts_free(struct mounts *mounts)
{
	size_t i;

	for (i = 0; i < mounts->n; i++)
		mount_entry_free(&mounts->entries[i]);
	free(mounts->entries);
	*mounts = (struct mounts){ 0 };
}

/* The first @len bytes of a path. */
struct prefix {
	const char *path;
	size_t len;
};

static int compare_prefix(const void *key, const void *entry)
{
	const struct prefix *prefix = key;
	const char *point = ((const struct mount_entry *)entry)->point;
	int order = strncmp(prefix->path, point, prefix->len);

	return order ? order : -(point[prefix->len] != '\0');
}

const struct mount_entry *mounts_find(const struct mounts *mounts, const char *path)
{
	struct prefix prefix = { path, strlen(path) };
	const struct mount_entry *found;

	for (;;) {
		found = bsearch(&prefix, mounts->entries, mounts->n, sizeof(*mounts->entries),
				compare_prefix);
		if (found || prefix.len <= 1)
			return found;
		while (prefix.path[prefix.len - 1] != '/')
			prefix.len--;
		if (prefix.len > 1)
			prefix.len--;
	}
}

char *mount_place(const struct mount_entry *mount, const char *path)
{
	char *place = NULL;

	if (mount->root)
		path_join(&place, mount->root, path_rest(path, mount->point));
	return place;
}

int mounts_show(const struct mounts *mounts, const struct mount_entry *mount, const char *place,
		char **path)
{
	int r;

	*path = NULL;
	if (!mount->root || !path_beneath(place, mount->root))
		return 0;
	r = path_join(path, mount->point, path_rest(place, mount->root));
	if (!r && mounts_find(mounts, *path) != mount) {
		free(*path);
		*path = NULL;
	}
	return r;
}
