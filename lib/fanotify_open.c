/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the kernel asks at all. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/mman.h>

#include "cleanup.h"
#include "fanotify.h"

/*
 * A queue that may not grow would let pass what it has no room for.  Opening a pipe must not wait
 * for its writer.  By the thread's number: its ids may be others than its process's.
 */
static int init(void)
{
	int fd = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC | FAN_NONBLOCK |
				       FAN_UNLIMITED_QUEUE | FAN_UNLIMITED_MARKS | FAN_REPORT_TID,
			       O_RDONLY | O_CLOEXEC | O_LARGEFILE | O_NONBLOCK | O_NOATIME);

	return fd < 0 ? -errno : fd;
}

/* A file that nobody else can open is asked about: a kernel may tell of events, and not ask. */
static int try_mark(int group)
{
	_cleanup_close_ int file = memfd_create("rootward", MFD_CLOEXEC);
	char path[64];

	if (file < 0)
		return -errno;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	return fanotify_mark(group, FAN_MARK_ADD, FAN_OPEN_PERM | FAN_OPEN_EXEC_PERM, AT_FDCWD,
			     path) < 0
		       ? -errno
		       : 0;
}

static int explain(int r, const char **why)
{
	if (r == -ENOSYS || r == -EINVAL)
		*why = "the kernel was built without it, or without permission events";
	else if (r == -EPERM)
		*why = "only root may decide for others, in the initial user namespace";
	else if (r == -ENOENT)
		*why = "/proc/self/fd cannot be reached: mount /proc";
	else
		*why = strerror(-r);
	return r == -EINVAL ? -ENOSYS : r;
}

int group_open(struct group *group, const struct rootward_opts *opts)
{
	const char *why;
	int fd = init(), r;

	if (fd >= 0) {
		group->fd = fd;
		return 0;
	}
	r = explain(fd, &why);
	diag(opts, ROOTWARD_ERROR, NULL, NULL, "the fanotify engine does not work here: %s", why);
	return r;
}

int fanotify_probe(const char **why)
{
	_cleanup_close_ int group = init();
	int r = group < 0 ? group : try_mark(group);

	return r < 0 ? explain(r, why) : 0;
}
