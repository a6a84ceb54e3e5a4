/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The ancestor walk over descriptors: `..` by `..`, with what mountinfo says where it goes through
 * mounts.  It visits what the walk in the kernel visits, in the same order.  What no descriptor
 * leads to - a directory that a mount covers, what a bind mount hides - is visited without one.
 *
 * User space has no sequence counts.  A walk is taken twice and must be the same; a change that is
 * undone in between goes unseen.  So this enforces only where the kernel takes nothing better
 * (fanotify.h), which has no say in renames anyway.
 */
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include "cleanup.h"
#include "index.h"
#include "walk.h"

#define KNOWN_FLAGS (VFS_WALK_HIDDEN | VFS_WALK_CACHED)

/**
 * struct walker - one pass.
 * @fd, @st:  where it is; the descriptor is its own
 * @name:     of what comes next to be visited
 * @path:     where the kernel says that it is: good guesses at names
 * @visited:  how many
 */
struct walker {
	const struct walk_start *start;
	vfs_walk_fn cb;
	void *data;
	unsigned int flags;
	int fd;
	struct statx st;
	char name[256];
	char path[PATH_MAX + 1];
	uint32_t visited;
};

int walk_stat(int fd, struct statx *st)
{
	return statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_BASIC_STATS | STATX_MNT_ID,
		     st)
		       ? -errno
		       : 0;
}

uint32_t walk_dev(const struct statx *st)
{
	return st->stx_dev_major << 20 | st->stx_dev_minor;
}

static bool same_place(const struct statx *a, const struct statx *b)
{
	return a->stx_mnt_id == b->stx_mnt_id && a->stx_ino == b->stx_ino &&
	       walk_dev(a) == walk_dev(b);
}

/* O_PATH: no permission on the directory itself is needed, and it is not read. */
static int open_parent(const struct walker *w)
{
	struct open_how how = {
		.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		.resolve = w->flags & VFS_WALK_CACHED ? RESOLVE_CACHED : 0,
	};
	int fd = syscall(SYS_openat2, w->fd, "..", &how, sizeof(how));

	return fd < 0 ? -errno : fd;
}

/* Returns 1 to go on, 0 to stop, or -errno. */
static int visit(struct walker *w, int fd, const struct statx *st, uint64_t mnt_id,
		 const char *name, unsigned int flags)
{
	struct vfs_ancestor ancestor = {
		.fd = fd,
		.name = name,
		.mnt_id = mnt_id,
		.depth = w->visited++,
		.flags = flags | (st ? 0 : VFS_WALK_UNSEEN),
	};
	int r;

	if (st) {
		ancestor.dev_major = st->stx_dev_major;
		ancestor.dev_minor = st->stx_dev_minor;
		ancestor.ino = st->stx_ino;
		ancestor.mode = st->stx_mode;
		ancestor.uid = st->stx_uid;
		ancestor.gid = st->stx_gid;
		if (!st->stx_nlink)
			ancestor.flags |= VFS_WALK_DELETED;
	}
	r = w->cb(&ancestor, w->data);
	return r > 1 ? -EINVAL : r;
}

/* Opens @place of @m's filesystem by another mount that shows it. */
static int open_elsewhere(const struct walk_start *start, const struct mount_entry *m,
			  const char *place, struct statx *st)
{
	const struct mountinfo *info = start->elsewhere ? start->elsewhere : start->info;
	const struct mount_entry *other;
	char path[4096];
	size_t len;
	int fd;

	for (other = info->entries; other < info->entries + info->n; other++) {
		if (other->dev != m->dev || !other->root || other == m)
			continue;
		len = strcmp(other->root, "/") ? strlen(other->root) : 0;
		if (strncmp(other->root, place, len) || (place[len] && place[len] != '/'))
			continue;
		if (snprintf(path, sizeof(path), "%s/%s", other->point, place + len) >=
		    (int)sizeof(path))
			continue;
		fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		if (fd >= 0 && !walk_stat(fd, st) && st->stx_mnt_id == (uint64_t)other->id)
			return fd;
		cleanup_close(&fd);
	}
	return -ENOENT;
}

static const char *last_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash[1] ? slash + 1 : path;
}

/* What mount @m hides of its filesystem: from its root's parent to the filesystem's root. */
static int visit_hidden(struct walker *w, const struct mount_entry *m)
{
	_cleanup_free_ char *place = m->root ? strdup(m->root) : NULL;
	char *slash;
	int r = 1;

	while (r > 0 && place && place[1]) {
		_cleanup_close_ int fd = -1;
		struct statx st;

		slash = strrchr(place, '/');
		slash[slash == place] = '\0';
		fd = open_elsewhere(w->start, m, place, &st);
		r = visit(w, fd, fd < 0 ? NULL : &st, (uint64_t)m->id, last_name(place),
			  VFS_WALK_HIDDEN);
	}
	return r;
}

/* Leaves the mount whose root was visited: what it hides, then the mountpoint that it covers. */
static int visit_crossing(struct walker *w, uint64_t id)
{
	const struct mountinfo *info = w->start->info;
	const struct mount_entry *m = info ? mountinfo_find(info, id) : NULL, *p;
	int r = 1;

	while (m) {
		bool stacked;

		if (w->flags & VFS_WALK_HIDDEN)
			r = visit_hidden(w, m);
		p = mountinfo_find(info, (uint64_t)m->parent);
		if (r <= 0 || !p || p == m)
			return r;
		/* on the root of another mount there: through that one too */
		stacked = !strcmp(m->point, p->point);
		r = visit(w, -1, NULL, (uint64_t)p->id,
			  last_name(stacked && p->root ? p->root : m->point),
			  VFS_WALK_COVERED | (stacked ? VFS_WALK_MNT_ROOT : 0));
		if (r <= 0 || !stacked)
			return r;
		m = p;
	}
	return info ? r : visit(w, -1, NULL, 0, NULL, VFS_WALK_COVERED);
}

static int visit_mnt_root(struct walker *w)
{
	const struct mountinfo *info = w->start->info;
	const struct mount_entry *m = info ? mountinfo_find(info, w->st.stx_mnt_id) : NULL;

	return visit(w, w->fd, &w->st, w->st.stx_mnt_id, m && m->root ? last_name(m->root) : NULL,
		     VFS_WALK_MNT_ROOT);
}

/* Where descriptors have to end for the walk to have come to the root. */
static int open_top(const struct walk_start *start)
{
	return start->top >= 0 ? fcntl(start->top, F_DUPFD_CLOEXEC, 3)
			       : open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* At a directory whose parent is itself. */
static int at_top(struct walker *w)
{
	_cleanup_close_ int root = open_top(w->start);
	const struct mountinfo *info = w->start->info;
	const struct mount_entry *m = info ? mountinfo_find(info, w->st.stx_mnt_id) : NULL;
	struct statx st;
	int r;

	r = visit_mnt_root(w);
	if (r > 0 && m && w->flags & VFS_WALK_HIDDEN)
		r = visit_hidden(w, m);
	if (r <= 0)
		return r ? r : VFS_WALK_STOPPED;
	r = root < 0 ? -errno : walk_stat(root, &st);
	if (r < 0)
		return r;
	return same_place(&st, &w->st) ? VFS_WALK_ROOT : VFS_WALK_DETACHED;
}

/* The last component of the path there is left; the path goes on without it. */
static const char *next_guess(struct walker *w)
{
	char *slash = strrchr(w->path, '/');

	if (!slash)
		return NULL;
	*slash = '\0';
	return slash + 1;
}

static void start_guessing(struct walker *w)
{
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", w->fd);
	n = w->flags & VFS_WALK_CACHED ? 0 : readlink(link, w->path, PATH_MAX);
	w->path[n < 0 ? 0 : n] = '\0';
}

/* Takes over @up as the place where the walk is. */
static void go_to(struct walker *w, int up, const struct statx *st)
{
	cleanup_close(&w->fd);
	w->fd = up;
	w->st = *st;
}

enum { GO_ON = -1000 };

/* One directory, and what is to cross above it.  GO_ON, enum vfs_walk_end, or -errno. */
static int step(struct walker *w, const struct statx *root)
{
	_cleanup_close_ int up = open_parent(w);
	const char *guess = next_guess(w);
	bool crosses;
	struct statx st;
	int r, named;

	/* `..` of what was moved out from under its mount */
	if (up == -ENOENT && w->st.stx_nlink)
		return VFS_WALK_OUTSIDE;
	if (up < 0)
		return up;
	r = walk_stat(up, &st);
	if (r < 0)
		return r;
	if (same_place(&st, &w->st))
		return at_top(w);
	crosses = st.stx_mnt_id != w->st.stx_mnt_id;
	/* Something was mounted over the parent: `..` leads into that. */
	if (crosses && !(w->st.stx_attributes & STATX_ATTR_MOUNT_ROOT))
		return -EXDEV;
	named = w->flags & VFS_WALK_CACHED || crosses || !w->st.stx_nlink
			? -ENOENT
			: walk_name(up, &w->st, guess, w->start->quiet, w->name);
	if (named == -EAGAIN)
		return named;
	r = crosses ? visit_mnt_root(w)
		    : visit(w, w->fd, &w->st, w->st.stx_mnt_id, named < 0 ? NULL : w->name, 0);
	if (r <= 0)
		return r ? r : VFS_WALK_STOPPED;
	if (root && same_place(root, &w->st))
		return VFS_WALK_ROOT;
	r = crosses ? visit_crossing(w, w->st.stx_mnt_id) : 1;
	if (r <= 0)
		return r ? r : VFS_WALK_STOPPED;
	go_to(w, steal_fd(&up), &st);
	return GO_ON;
}

/* An object that is no directory has no `..`. */
static int step_file(struct walker *w)
{
	_cleanup_close_ int up = -1;
	bool is_mount = w->st.stx_attributes & STATX_ATTR_MOUNT_ROOT;
	struct statx st;
	int r;

	if (w->start->up >= 0) {
		up = fcntl(w->start->up, F_DUPFD_CLOEXEC, 3);
		snprintf(w->name, sizeof(w->name), "%s", w->start->name);
	} else {
		up = walk_containing(w->fd, &w->st, w->name);
		if (up == -ENOENT)
			return VFS_WALK_INTERNAL;
	}
	if (up < 0)
		return up;
	next_guess(w);
	r = walk_stat(up, &st);
	if (r < 0)
		return r;
	if (is_mount)
		r = visit_mnt_root(w);
	else if (st.stx_mnt_id != w->st.stx_mnt_id)
		return -EXDEV;
	else
		r = visit(w, w->fd, &w->st, w->st.stx_mnt_id, w->name, 0);
	if (r > 0 && is_mount)
		r = visit_crossing(w, w->st.stx_mnt_id);
	if (r <= 0)
		return r ? r : VFS_WALK_STOPPED;
	go_to(w, steal_fd(&up), &st);
	return GO_ON;
}

int walk_ancestors(const struct walk_start *start, int root, vfs_walk_fn cb, void *data,
		   unsigned int flags)
{
	struct walker w = { .start = start, .cb = cb, .data = data, .flags = flags, .fd = -1 };
	struct statx root_st;
	int r;

	w.fd = fcntl(start->fd, F_DUPFD_CLOEXEC, 3);
	if (w.fd < 0)
		return -errno;
	r = walk_stat(w.fd, &w.st);
	if (!r && root >= 0)
		r = walk_stat(root, &root_st);
	if (!r) {
		start_guessing(&w);
		r = S_ISDIR(w.st.stx_mode) ? GO_ON : step_file(&w);
	}
	while (r == GO_ON)
		r = w.visited < VFS_WALK_MAX_TURNS ? step(&w, root >= 0 ? &root_st : NULL) : -ELOOP;
	cleanup_close(&w.fd);
	return r;
}

/* --- twice */

struct fold {
	vfs_walk_fn cb;
	void *data;
	uint32_t hash;
	uint32_t n, limit;
};

static int fold_visit(const struct vfs_ancestor *a, void *data)
{
	struct fold *fold = data;

	fold->hash = hash_bytes(fold->hash, &a->ino, sizeof(a->ino));
	fold->hash = hash_bytes(fold->hash, &a->mnt_id, sizeof(a->mnt_id));
	fold->n++;
	if (fold->cb)
		return fold->cb(a, fold->data);
	return fold->n < fold->limit;
}

static int walk_twice(const struct walk_start *start, int root, vfs_walk_fn cb, void *data,
		      unsigned int flags)
{
	struct fold first = { .cb = cb, .data = data }, second = { 0 };
	int end = walk_ancestors(start, root, fold_visit, &first, flags);

	if (end < 0)
		return end;
	second.limit = end == VFS_WALK_STOPPED ? first.n : UINT32_MAX;
	if (walk_ancestors(start, root, fold_visit, &second, flags) == end &&
	    first.hash == second.hash && first.n == second.n)
		return end;
	return -EAGAIN;
}

int vfs_walk_ancestors(int fd, int root, vfs_walk_fn cb, void *data, unsigned int flags)
{
	struct walk_start start = { .fd = fd, .up = -1, .top = -1 };
	struct mountinfo info = { 0 };
	int r, tries;

	if (!cb || flags & ~KNOWN_FLAGS || (flags & VFS_WALK_CACHED && flags & VFS_WALK_HIDDEN))
		return -EINVAL;
	/* What would have to wait fails at once; trying again is for the caller, who may wait. */
	if (flags & VFS_WALK_CACHED)
		return walk_twice(&start, root, cb, data, flags);
	for (tries = 0, r = -EAGAIN; r == -EAGAIN && tries < VFS_WALK_MAX_TRIES; tries++) {
		if (tries && cb(NULL, data) < 0)
			return -EAGAIN;
		r = mountinfo_read(&info, "/proc/self/mountinfo");
		if (r < 0)
			return r;
		start.info = &info;
		r = walk_twice(&start, root, cb, data, flags);
		mountinfo_free(&info);
	}
	return r;
}
