/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Without a program of one's own: stat(2) shows the owner through the mount, and an id that the
 * mount has no place for as the overflow id, which may be somebody's.  statmount(2) tells the
 * mount's maps (from Linux 6.15 on), and with them which of the two it is, and what the filesystem
 * has.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cleanup.h"
#include "identity.h"
#include "mountinfo.h"
#include "owner.h"

static bool is_initial(const char *map)
{
	_cleanup_free_ char *text = NULL;
	unsigned int first, lower, count;
	int r = mountinfo_text(&text, map);

	if (r == -ENOENT)
		return true;
	return !r && sscanf(text, "%u %u %u", &first, &lower, &count) == 3 && !first && !lower &&
	       count == UINT_MAX;
}

bool ids_are_initial(void)
{
	return is_initial("/proc/self/uid_map") && is_initial("/proc/self/gid_map");
}

static uint32_t overflow_id(const char *path)
{
	_cleanup_free_ char *text = NULL;

	return mountinfo_text(&text, path) < 0 ? 65534 : (uint32_t)strtoul(text, NULL, 10);
}

uint32_t overflow_uid(void)
{
	return overflow_id("/proc/sys/kernel/overflowuid");
}

uint32_t overflow_gid(void)
{
	return overflow_id("/proc/sys/kernel/overflowgid");
}

/* --- statmount(2), whose header not every system has */

#define NR_STATMOUNT 457
#define STATX_MOUNT_UNIQUE 0x4000U
#define WANT_BASIC 0x2ULL
#define WANT_UIDMAP 0x2000ULL
#define WANT_GIDMAP 0x4000ULL
#define ATTR_IDMAP 0x00100000ULL

struct mount_request {
	uint32_t size;
	uint32_t zero;
	uint64_t id;
	uint64_t want;
};

/* struct statmount; @text begins where its strings do. */
struct mount_answer {
	uint64_t size_and_options;
	uint64_t mask;
	uint64_t before_attr[6];
	uint64_t attr;
	uint64_t before_maps[10];
	uint32_t n_uids, uids;
	uint32_t n_gids, gids;
	uint64_t spare[43];
	char text[1 << 16];
};
_Static_assert(offsetof(struct mount_answer, attr) == 64, "as in linux/mount.h");
_Static_assert(offsetof(struct mount_answer, n_uids) == 152, "as in linux/mount.h");
_Static_assert(offsetof(struct mount_answer, text) == 512, "as in linux/mount.h");

static int ask_mount(struct mount_answer *answer, uint64_t id)
{
	struct mount_request request = {
		.size = sizeof(request),
		.id = id,
		.want = WANT_BASIC | WANT_UIDMAP | WANT_GIDMAP,
	};

	if (syscall(NR_STATMOUNT, &request, answer, sizeof(*answer) - 1, 0) < 0)
		return errno == EBADF || errno == ENOMEM ? -errno : -EPERM;
	return answer->mask & WANT_BASIC ? 0 : -EPERM;
}

/* --- both together */

/**
 * struct side - users or groups.
 * @n, @maps: "FIRST LOWER COUNT", each ended by a zero
 * @seen: by the mount
 * @stored: what the filesystem has for that; ROOTWARD_NO_ID: the map has no place for it
 */
struct side {
	uint32_t n;
	const char *maps;
	uint32_t seen, stored;
};

/** struct view - what a mount shows. */
struct view {
	struct mount_answer mount;
	struct statx object;
	struct side uid, gid;
};

/* Without asking a server: nor does the program. */
static int view_take(struct view *view, int fd)
{
	if (!ids_are_initial())
		return -EPERM;
	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC,
		  STATX_BASIC_STATS | STATX_MOUNT_UNIQUE, &view->object) < 0)
		return -errno;
	if (!(view->object.stx_mask & STATX_MOUNT_UNIQUE))
		return -EPERM;
	return ask_mount(&view->mount, view->object.stx_mnt_id);
}

static uint32_t stored_of(const struct side *side)
{
	unsigned int first, lower, count;
	const char *map = side->maps;
	uint32_t i;

	for (i = 0; i < side->n; i++, map += strlen(map) + 1)
		if (sscanf(map, "%u %u %u", &first, &lower, &count) == 3 && side->seen >= lower &&
		    side->seen - lower < count)
			return first + (side->seen - lower);
	return ROOTWARD_NO_ID;
}

/* Return: whether the kernel tells the mount's maps. */
static bool view_map(struct view *view, uint32_t uid, uint32_t gid)
{
	const struct mount_answer *mount = &view->mount;

	view->uid = (struct side){ mount->n_uids, mount->text + mount->uids, uid, ROOTWARD_NO_ID };
	view->gid = (struct side){ mount->n_gids, mount->text + mount->gids, gid, ROOTWARD_NO_ID };
	if (!(mount->mask & WANT_UIDMAP) || !(mount->mask & WANT_GIDMAP))
		return false;
	view->uid.stored = stored_of(&view->uid);
	view->gid.stored = stored_of(&view->gid);
	return true;
}

/*
 * A map's inner side has the numbers of the filesystem's user namespace.  Only what is on a block
 * device is sure to be of the initial one.
 */
static bool stores_initial(const struct view *view)
{
	return view->object.stx_dev_major;
}

static void tell_mapped(struct rootward_owner *owner, const struct view *view)
{
	owner->fs_uid = view->uid.stored;
	owner->fs_gid = view->gid.stored;
	owner->uid = owner->fs_uid == ROOTWARD_NO_ID ? ROOTWARD_NO_ID : view->uid.seen;
	owner->gid = owner->fs_gid == ROOTWARD_NO_ID ? ROOTWARD_NO_ID : view->gid.seen;
	owner->known = ROOTWARD_OWNER_SEEN;
}

/*
 * Not where some id is shown as what stands for nobody, @none, or none is: the map has both.  Nor
 * where it has no place for what is shown: then it is not the map by which that was.
 */
static bool is_certain(const struct side *side, uint32_t none)
{
	return (side->stored == ROOTWARD_NO_ID) == (side->seen == none);
}

static void tell_seen(struct rootward_owner *owner, struct view *view)
{
	uint32_t uid = view->object.stx_uid, gid = view->object.stx_gid;
	uint32_t no_uid = overflow_uid(), no_gid = overflow_gid();

	if (owner->idmapped && view_map(view, uid, gid)) {
		if (!is_certain(&view->uid, no_uid) || !is_certain(&view->gid, no_gid))
			return;
		tell_mapped(owner, view);
		/* what nobody is stored as, the map does not say */
		if (stores_initial(view) && owner->uid != ROOTWARD_NO_ID &&
		    owner->gid != ROOTWARD_NO_ID)
			owner->known |= ROOTWARD_OWNER_STORED;
		return;
	}
	owner->uid = owner->fs_uid = uid;
	owner->gid = owner->fs_gid = gid;
	if (uid != no_uid && gid != no_gid)
		owner->known = ROOTWARD_OWNER_SEEN | (owner->idmapped ? 0 : ROOTWARD_OWNER_STORED);
}

int owner_by_statmount(int fd, struct rootward_owner *owner)
{
	_cleanup_free_ struct view *view = calloc(1, sizeof(*view));
	int r = view ? view_take(view, fd) : -ENOMEM;

	if (r < 0)
		return r;
	*owner = (struct rootward_owner){ .idmapped = !!(view->mount.attr & ATTR_IDMAP) };
	tell_seen(owner, view);
	return 0;
}

int owner_made_by_statmount(int fd, uint32_t uid, uint32_t gid, struct rootward_owner *owner)
{
	_cleanup_free_ struct view *view = calloc(1, sizeof(*view));
	int r = view ? view_take(view, fd) : -ENOMEM;

	if (r < 0)
		return r;
	if (!view_map(view, uid, gid))
		return -EPERM;
	*owner = (struct rootward_owner){ .idmapped = 1 };
	tell_mapped(owner, view);
	if (stores_initial(view))
		owner->known |= ROOTWARD_OWNER_STORED;
	return 0;
}

static int owner_by_program(int fd, struct rootward_owner *owner)
{
	_cleanup_close_ int program = identity_load();
	struct rw_identity id;
	int r = program < 0 ? program : identity_read(program, &fd, 1, &id);

	if (r < 0)
		return r;
	if (id.idmapped < 0)
		return id.idmapped;
	*owner = (struct rootward_owner){
		.uid = id.uid,
		.gid = id.gid,
		.fs_uid = id.fs_uid,
		.fs_gid = id.fs_gid,
		.idmapped = id.idmapped,
		.known = ROOTWARD_OWNER_SEEN | ROOTWARD_OWNER_STORED,
	};
	return 0;
}

int rootward_owner(int fd, struct rootward_owner *owner)
{
	int r = owner_by_program(fd, owner);

	return r == -EPERM ? owner_by_statmount(fd, owner) : r;
}
