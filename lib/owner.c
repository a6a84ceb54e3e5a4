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
#include <sys/sysmacros.h>
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

static int ask_mount(struct mount_answer *answer, int fd)
{
	struct mount_request request = { .size = sizeof(request) };
	struct statx stx;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_MOUNT_UNIQUE, &stx) < 0)
		return -errno;
	if (!(stx.stx_mask & STATX_MOUNT_UNIQUE))
		return -EPERM;
	request.id = stx.stx_mnt_id;
	request.want = WANT_BASIC | WANT_UIDMAP | WANT_GIDMAP;
	if (syscall(NR_STATMOUNT, &request, answer, sizeof(*answer) - 1, 0) < 0)
		return errno == EBADF || errno == ENOMEM ? -errno : -EPERM;
	return answer->mask & WANT_BASIC ? 0 : -EPERM;
}

/* --- both together */

/**
 * struct side - users or groups.
 * @n, @maps: "FIRST LOWER COUNT", each ended by a zero
 * @seen: as stat has it
 * @none: what it has for nobody
 */
struct side {
	uint32_t n;
	const char *maps;
	uint32_t seen, none;
};

/*
 * What the filesystem has for what is seen: its number, or ROOTWARD_NO_ID where the map has no
 * place for that.
 */
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

static void tell_mapped(struct rootward_owner *owner, const struct side *uid,
			const struct side *gid)
{
	bool by_map = true;

	owner->fs_uid = stored_of(uid);
	owner->fs_gid = stored_of(gid);
	/* Some id is shown as 65534, or none is: the map has both. */
	if ((uid->seen == uid->none && owner->fs_uid != ROOTWARD_NO_ID) ||
	    (gid->seen == gid->none && owner->fs_gid != ROOTWARD_NO_ID))
		return;
	if (owner->fs_uid == ROOTWARD_NO_ID)
		by_map = uid->seen == uid->none;
	if (owner->fs_gid == ROOTWARD_NO_ID)
		by_map &= gid->seen == gid->none;
	if (!by_map)
		return;
	owner->uid = owner->fs_uid == ROOTWARD_NO_ID ? ROOTWARD_NO_ID : uid->seen;
	owner->gid = owner->fs_gid == ROOTWARD_NO_ID ? ROOTWARD_NO_ID : gid->seen;
	owner->known = ROOTWARD_OWNER_SEEN;
	if (owner->uid != ROOTWARD_NO_ID && owner->gid != ROOTWARD_NO_ID)
		owner->known |= ROOTWARD_OWNER_STORED;
}

int owner_by_statmount(int fd, struct rootward_owner *owner)
{
	_cleanup_free_ struct mount_answer *answer = calloc(1, sizeof(*answer));
	struct side uid = { .none = overflow_uid() };
	struct side gid = { .none = overflow_gid() };
	struct stat st;
	int r;

	if (!answer)
		return -ENOMEM;
	if (!ids_are_initial())
		return -EPERM;
	if (fstat(fd, &st) < 0)
		return -errno;
	r = ask_mount(answer, fd);
	if (r < 0)
		return r;
	uid.seen = st.st_uid;
	gid.seen = st.st_gid;
	*owner = (struct rootward_owner){ .idmapped = !!(answer->attr & ATTR_IDMAP) };
	owner->uid = owner->fs_uid = uid.seen;
	owner->gid = owner->fs_gid = gid.seen;
	if (owner->idmapped && answer->mask & WANT_UIDMAP && answer->mask & WANT_GIDMAP) {
		uid.n = answer->n_uids;
		uid.maps = answer->text + answer->uids;
		gid.n = answer->n_gids;
		gid.maps = answer->text + answer->gids;
		tell_mapped(owner, &uid, &gid);
	} else if (uid.seen != uid.none && gid.seen != gid.none) {
		owner->known = ROOTWARD_OWNER_SEEN;
		owner->known |= owner->idmapped ? 0 : ROOTWARD_OWNER_STORED;
	}
	/* A map's inner side has the numbers of the filesystem's user namespace.  Only what is on a
	 * block device is sure to be of the initial one. */
	if (owner->idmapped && !major(st.st_dev))
		owner->known &= ~(uint32_t)ROOTWARD_OWNER_STORED;
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
