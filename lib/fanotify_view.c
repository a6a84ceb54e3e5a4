/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a thread sees.  Nearly all share the decider's mount namespace.  For one of another the
 * mounts are listed there (process_mounts()), and the way of a file is found from that namespace's
 * top; what a mount hides is found by the decider's own mounts.
 *
 * Mounts that are in no list - an overlay's own ones of its layers, those that were detached - hide
 * what cannot be seen by them.  What is reached by one is looked at as the decider's mount of that
 * filesystem shows it, found by its handle.  Of a file with several names that may be another one:
 * what is allowed by that can be had by it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>

#include "cleanup.h"
#include "fanotify.h"
#include "lookup.h"

int view_open(struct view *view)
{
	*view = (struct view){ .nobody.top = -1 };
	asker_prepare(&view->nobody);
	view->changes = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	return view->changes < 0 ? -errno
				 : object_stat(AT_FDCWD, "/proc/self/ns/mnt", 0, &view->ns);
}

/* In this order: what changes while it is read is seen the next time. */
static int own_mounts(struct view *view, bool fresh)
{
	struct pollfd poll_changes = { .fd = view->changes, .events = POLLPRI };

	if (poll(&poll_changes, 1, 0) == 0 && view->own.n && !fresh)
		return 0;
	view->fresh = true;
	mountinfo_free(&view->own);
	return mountinfo_read(&view->own, "/proc/self/mountinfo");
}

/* The asker borrows the decider's own mounts. */
static bool is_borrowed(const struct view *view)
{
	return view->asker.mounts.entries == view->own.entries;
}

static int find_mounts(struct view *view, pid_t tid)
{
	struct object its;
	char path[64];
	int r;

	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", (int)tid);
	r = tid > 0 ? object_stat(AT_FDCWD, path, 0, &its) : 0;
	if (r < 0)
		return r;
	/* a task of another process namespace has no number here */
	if (tid <= 0 || object_same(&view->ns, &its)) {
		view->asker.mounts = view->own;
		return 0;
	}
	view->fresh = true;
	view->asker.elsewhere = &view->own;
	return process_mounts(&view->asker.mounts, tid, &view->asker.top);
}

/* The kernel writes the path of a file of another namespace as from that one's top. */
static int find_in_top(struct view *view)
{
	struct located *l = &view->located;
	char link[64], path[PATH_MAX + 1], *name;
	struct object object, entry;
	ssize_t n;
	int r;

	r = object_stat(l->fd, "", AT_EMPTY_PATH, &object);
	if (r < 0 || S_ISDIR(object.mode))
		return r;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", l->fd);
	n = readlink(link, path, PATH_MAX);
	if (n < 0 || *path != '/')
		return n < 0 ? -errno : -EXDEV;
	path[n] = '\0';
	name = strrchr(path, '/');
	*name++ = '\0';
	l->up = resolve_in(view->asker.top, *path ? path : "/", O_DIRECTORY);
	if (l->up < 0)
		return l->up;
	if (object_stat(l->up, name, AT_SYMLINK_NOFOLLOW, &entry) < 0 ||
	    !object_same(&object, &entry) || object.mnt_id != entry.mnt_id)
		return -ESTALE;
	l->in = strdup(name);
	return l->in ? 0 : -ENOMEM;
}

static int open_handle(int by, int fd)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} its = { .handle.handle_bytes = MAX_HANDLE_SZ };
	int ignored, found;

	if (name_to_handle_at(fd, "", &its.handle, &ignored, AT_EMPTY_PATH) < 0)
		return -errno;
	found = open_by_handle_at(by, &its.handle, O_PATH | O_CLOEXEC);
	return found < 0 ? -errno : found;
}

/* By a ruled directory of its filesystem: others are not for this policy to decide about. */
static int find_by_handle(struct view *view, const struct group *group, const struct object *object)
{
	struct object held, found;
	size_t i;

	for (i = 0; i < group->n_held; i++) {
		if (group->held[i] < 0 ||
		    object_stat(group->held[i], "", AT_EMPTY_PATH, &held) < 0 ||
		    held.dev != object->dev)
			continue;
		view->object = open_handle(group->held[i], view->located.fd);
		if (view->object < 0)
			continue;
		if (object_stat(view->object, "", AT_EMPTY_PATH, &found) < 0 ||
		    !object_same(object, &found))
			return -ESTALE;
		view->located.fd = view->object;
		return 0;
	}
	return -EXDEV;
}

static int find_way(struct view *view, const struct group *group)
{
	struct object object;
	int r = object_stat(view->located.fd, "", AT_EMPTY_PATH, &object);

	if (r < 0)
		return r;
	if (mountinfo_find(&view->asker.mounts, object.mnt_id))
		return view->asker.top >= 0 ? find_in_top(view) : 0;
	if (view->asker.top >= 0) {
		asker_free(&view->asker);
		view->asker = view->nobody;
		view->asker.mounts = view->own;
	}
	return find_by_handle(view, group, &object);
}

int view_of(struct view *view, const struct group *group, int fd, pid_t tid, bool fresh)
{
	int r;

	view->object = -1;
	view->asker = view->nobody;
	view->located = (struct located){ .fd = fd, .up = -1 };
	view->fresh = false;
	r = own_mounts(view, fresh);
	if (!r)
		r = find_mounts(view, tid);
	return r ? r : find_way(view, group);
}

/* The event's descriptor is not its own, and what is borrowed stays. */
void view_leave(struct view *view)
{
	if (is_borrowed(view))
		view->asker.mounts = (struct mountinfo){ 0 };
	asker_free(&view->asker);
	view->asker = view->nobody;
	view->located.fd = view->object;
	located_free(&view->located);
}

/*
 * What a mount shows of its filesystem is named by a path, and a directory that is renamed is no
 * change of mounts: where something is hidden they have to be looked at anew.  Of a mount that is
 * in no list nobody knows what it hides.
 */
bool view_holds(const struct view *view, const struct way *way)
{
	const struct place *place;
	struct object object, entry;

	if (way->end == VFS_WALK_INTERNAL)
		return false;
	for (place = way->places; place < way->places + way->n; place++)
		if (!mountinfo_find(&view->asker.mounts, place->is.mnt_id) ||
		    (place->is.flags & VFS_WALK_HIDDEN && !view->fresh))
			return false;
	if (view->located.up < 0)
		return true;
	return !object_stat(view->located.fd, "", AT_EMPTY_PATH, &object) &&
	       !object_stat(view->located.up, view->located.in, AT_SYMLINK_NOFOLLOW, &entry) &&
	       object_same(&object, &entry);
}
