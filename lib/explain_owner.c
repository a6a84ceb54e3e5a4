/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom objects belong to, and rules for some owner's, as bpf/owner.bpf.h has them. */
#include <sys/stat.h>

#include "explain.h"
#include "owner.h"

/* What @uid and @gid are in the filesystem is known where the mount does not map them. */
static struct rootward_owner owner_through(const struct asker *asker, uint64_t mnt_id, uint32_t uid,
					   uint32_t gid)
{
	const struct mount_entry *m = mountinfo_find(&asker->mounts, mnt_id);
	struct rootward_owner owner = {
		.uid = uid,
		.gid = gid,
		.fs_uid = uid,
		.fs_gid = gid,
		.idmapped = m && m->idmapped,
	};

	if (!asker->abroad)
		owner.known = ROOTWARD_OWNER_SEEN;
	if (owner.known && m && !m->idmapped)
		owner.known |= ROOTWARD_OWNER_STORED;
	return owner;
}

/*
 * stat(2) shows an id that there is not as one that there may be, unless the mount's maps say which
 * it is; and what is hidden was seen by another mount.
 */
struct rootward_owner owner_of_visit(const struct vfs_ancestor *visit, const struct asker *asker)
{
	struct rootward_owner owner = owner_through(asker, visit->mnt_id, visit->uid, visit->gid);
	bool hidden = visit->flags & (VFS_WALK_UNSEEN | VFS_WALK_HIDDEN);
	struct rootward_owner told;

	if (!hidden && owner.idmapped && !owner_by_statmount(visit->fd, &told))
		return told;
	if (hidden || visit->uid == asker->no_uid || visit->gid == asker->no_gid)
		owner.known = 0;
	return owner;
}

struct rootward_owner owner_of_new(const struct vfs_ancestor *visit, const struct asker *asker)
{
	struct rootward_owner owner = owner_through(asker, visit->mnt_id, asker->uid, asker->gid);
	struct rootward_owner told;

	if (owner.idmapped && !owner_made_by_statmount(visit->fd, asker->uid, asker->gid, &told))
		return told;
	/* Whether the mount has a place for them cannot be seen. */
	if (!(owner.known & ROOTWARD_OWNER_STORED))
		owner.known = 0;
	return owner;
}

struct rootward_owner owner_of_made(const struct way *way, bool within)
{
	const struct place *dir = &way->places[within ? 0 : 1];
	struct rootward_owner made = way->made;

	if (dir >= way->places + way->n || !(dir->is.mode & S_ISGID))
		return made;
	made.gid = dir->is.owner.gid;
	made.fs_gid = dir->is.owner.fs_gid;
	made.known &= dir->is.owner.known;
	return made;
}

static bool in_groups(const struct asker *asker, uint32_t gid)
{
	int i;

	for (i = 0; i < asker->n_groups; i++)
		if (asker->groups[i] == gid)
			return true;
	return gid == asker->gid;
}

static bool is_who(const struct rootward_who *who, uint32_t id, bool own)
{
	switch (who->whose) {
	case ROOTWARD_ANYBODYS:
		return true;
	case ROOTWARD_OWN:
		return id != ROOTWARD_NO_ID && own;
	case ROOTWARD_UNMAPPEDS:
		return id == ROOTWARD_NO_ID;
	default:
		return id != ROOTWARD_NO_ID && id == who->id;
	}
}

int rule_counts(const struct rootward_rule *rule, const struct rootward_owner *owner,
		const struct asker *asker)
{
	if (!rule_is_owned(rule))
		return 1;
	if (!(owner->known & ROOTWARD_OWNER_SEEN))
		return -1;
	return is_who(&rule->owner, owner->uid, owner->uid == asker->uid) &&
	       is_who(&rule->group, owner->gid, in_groups(asker, owner->gid));
}
