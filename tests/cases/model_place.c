/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a path to an object of the model. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "model.h"

/* The directory by which @fd, no directory itself, was reached; *name is its entry there. */
static int containing(const char *path, int fd, char name[256])
{
	char proc[64], target[PATH_MAX];
	const char *last;
	struct stat st;
	ssize_t n;
	int up;

	up = at_parent(path, &last);
	if (up < 0 || fd < 0 ||
	    (!fstatat(up, last, &st, AT_SYMLINK_NOFOLLOW) &&
	     same_id(fd_id(fd), (struct id){ st.st_dev, st.st_ino }))) {
		snprintf(name, 256, "%s", last);
		return up;
	}
	close(up);
	snprintf(proc, sizeof(proc), "/proc/self/fd/%d", fd);
	n = readlink(proc, target, sizeof(target) - 1);
	target[n < 0 ? 0 : n] = '\0';
	up = at_parent(target, &last);
	snprintf(name, 256, "%s", last);
	return up;
}

/* The rest of a chain for an object that is not a directory. */
static void chain_file(const struct world *world, int fd, int up, struct place *place)
{
	if (fd < 0 || fd_mount(fd) == fd_mount(up)) {
		chain_push(&place->chain, &place->entry);
		chain_dir(world, up, &place->chain);
		return;
	}
	/* a mount's root */
	chain_mounted_file(world, fd, up, &place->chain);
}

static bool is_idmapped(const struct world *world, int fd)
{
	const struct mount_line *m = world_mount(world, fd_mount(fd));

	return m && m->idmapped;
}

int place_find(const struct world *world, const struct asker *asker, const char *path, bool follow,
	       struct place *place)
{
	_cleanup_close_ int fd = at_open(path, O_PATH | (follow ? 0 : O_NOFOLLOW), 0);
	_cleanup_close_ int up = -1;
	struct stat st = { 0 };
	struct owner dir;

	*place = (struct place){ 0 };
	place->exists = fd >= 0 && !fstat(fd, &st);
	place->mode = st.st_mode;
	place->rdev = st.st_rdev;
	place->is_dir = S_ISDIR(st.st_mode);
	place->entry.id = place->exists ? fd_id(fd) : NO_ID;
	up = containing(path, fd, place->entry.name);
	if (up < 0)
		return -errno;
	place->entry.parent = fd_id(up);
	place->mount = world_mount(world, fd_mount(place->exists ? fd : up));
	if (place->is_dir)
		chain_dir(world, fd, &place->chain);
	else
		chain_file(world, fd, up, place);
	chain_dir(world, up, &place->above);
	place->made = owner_made(up, is_idmapped(world, up), asker);
	if (place->is_dir)
		place->made_in = owner_made(fd, is_idmapped(world, fd), asker);
	dir = owner_seen(up, is_idmapped(world, up));
	place->owner = place->exists ? owner_seen(fd, is_idmapped(world, fd)) : place->made;
	place->nobodys = place->owner.uid == NOBODY || place->owner.gid == NOBODY ||
			 dir.uid == NOBODY || dir.gid == NOBODY;
	return 0;
}

void place_free(struct place *place)
{
	chain_free(&place->chain);
	chain_free(&place->above);
}
