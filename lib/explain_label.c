/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Labels that count wherever they are: read by the path of each ancestor. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

#include "cleanup.h"
#include "explain.h"
#include "walk.h"

/* 1, 0, or a negative errno: it cannot be seen. */
static int read_label_at(const char *path, uint64_t ino, const char *name, const char *value)
{
	_cleanup_close_ int fd = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	char by_fd[32], found[LABEL_TEXT_MAX + 1];
	struct statx st;
	ssize_t len;
	int r;

	if (fd < 0)
		return -errno;
	r = walk_stat(fd, &st);
	if (r < 0)
		return r;
	/* Another mount namespace, or another root, has something else there. */
	if (st.stx_ino != ino)
		return -ESTALE;
	snprintf(by_fd, sizeof(by_fd), "/proc/self/fd/%d", fd);
	len = getxattr(by_fd, name, found, sizeof(found));
	if (len < 0)
		return errno == ENODATA || errno == EOPNOTSUPP || errno == ERANGE ? 0 : -errno;
	return (size_t)len == strlen(value) && !memcmp(found, value, len);
}

bool place_carries(struct way *way, const struct place *place, const char *name, const char *value)
{
	_cleanup_free_ char *path = NULL;
	int r = -ENOENT;

	/* What a mount covers does not count. */
	if (!place->is.exists || !S_ISDIR(place->is.mode) || place->is.flags & VFS_WALK_COVERED)
		return false;
	if (!(place->is.flags & (VFS_WALK_HIDDEN | VFS_WALK_DELETED | VFS_WALK_UNSEEN)))
		path = way_path(way, place - way->places);
	if (path)
		r = read_label_at(path, place->is.ino, name, value);
	if (r < 0)
		way->blind = true;
	return r > 0;
}
