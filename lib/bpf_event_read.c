/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "bpf_events.h"

void event_reader_done(struct event_reader *reader)
{
	mountinfo_free(&reader->mounts);
	reader->mounts = (struct mountinfo){};
}

/*
 * The path within its filesystem, or its end: the event has names from the object upwards, so it is
 * put together from behind.
 */
static char *path_inside(const struct rw_event *e, size_t room, char *buf, size_t size)
{
	const char *name = e->names, *end = e->names + room;
	char *at = buf + size;
	size_t len;
	__u32 i;

	*--at = 0;
	for (i = 0; i < e->n_names && name < end; i++, name += len + 1) {
		len = strnlen(name, end - name);
		if ((size_t)(at - buf) < len + 4)
			break;
		memcpy(at -= len, name, len);
		*--at = '/';
	}
	if (!*at && e->flags & RW_EVENT_WHOLE)
		*--at = '/';
	else if (*at && !(e->flags & RW_EVENT_WHOLE))
		memcpy(at -= 3, "...", 3);
	return at;
}

/* The mount, if it shows a place beneath which @path is. */
static const struct mount_entry *mount_that_shows(const struct event_reader *reader, __u32 id,
						  const char *path)
{
	const struct mount_entry *mount = mountinfo_find(&reader->mounts, id);
	size_t len = mount && mount->root ? strlen(mount->root) : 0;

	if (!len)
		return NULL;
	if (len == 1)
		return mount;
	return strncmp(path, mount->root, len) == 0 && (!path[len] || path[len] == '/') ? mount
											: NULL;
}

/*
 * With the mountpoint before it.  @path is at the end of the reader's buffer, so there is room.  A
 * mount that is not known may be a new one.
 */
static const char *path_outside(struct event_reader *reader, __u32 id, char *path, int *whole)
{
	const struct mount_entry *mount = mount_that_shows(reader, id, path);
	size_t len;

	if (!mount) {
		event_reader_done(reader);
		if (mountinfo_read(&reader->mounts, "/proc/self/mountinfo") == 0)
			mount = mount_that_shows(reader, id, path);
	}
	if (!mount)
		return path;
	*whole = 1;
	path += strlen(mount->root) > 1 ? strlen(mount->root) : 0;
	len = strlen(mount->point);
	if (strcmp(path, "/") == 0)
		path++;
	if (len == 1)
		return *path ? path : mount->point;
	if ((size_t)(path - reader->path) < len)
		return path;
	return memcpy(path - len, mount->point, len);
}

static enum rootward_outcome outcome_of(__u32 flags)
{
	if (flags & RW_EVENT_ALLOWED)
		return ROOTWARD_ALLOWED;
	return flags & RW_EVENT_PASSED ? ROOTWARD_PASSED : ROOTWARD_DENIED;
}

const struct rw_event *event_read(struct event_reader *reader, const void *bytes, size_t size,
				  struct rootward_event *event)
{
	const struct rw_event *e = bytes;
	char *path;

	if (size < sizeof(*e))
		return NULL;
	path = path_inside(e, size - sizeof(*e), reader->path, sizeof(reader->path));
	*event = (struct rootward_event){
		.ops = e->ops,
		.denied = e->denied,
		.reason = e->reason,
		.pid = e->pid,
		.arg = e->arg,
		.object = path,
		.comm = reader->comm,
		.exe = reader->exe,
		.outcome = outcome_of(e->flags),
		.when = e->when,
		.owned = !!(e->flags & RW_EVENT_OWNED),
		.uid = e->uid,
		.gid = e->gid,
	};
	if (e->flags & RW_EVENT_WHOLE && e->flags & RW_EVENT_MNT)
		event->object = path_outside(reader, e->mnt_id, path, &event->whole);
	memcpy(reader->comm, e->comm, sizeof(e->comm));
	memcpy(reader->exe, e->exe, sizeof(e->exe));
	return e;
}
