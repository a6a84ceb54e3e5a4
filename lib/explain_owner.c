/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom objects belong to, and rules for some owner's, as bpf/owner.bpf.h has them. */
#include <sys/stat.h>

#include "explain.h"

static bool is_idmapped(const struct asker *asker, uint64_t mnt_id)
{
	const struct mount_entry *m = mountinfo_find(&asker->mounts, mnt_id);

	/* Of a mount that is in no list it is not known. */
	return !m || m->idmapped;
}

/*
 * stat(2) shows an id that there is not as one that there may be.  What the filesystem has is known
 * where no mount maps it.
 */
struct rootward_owner owner_of_visit(const struct vfs_ancestor *visit, const struct asker *asker)
{
	struct rootward_owner owner = {
		.uid = visit->uid,
		.gid = visit->gid,
		.fs_uid = visit->uid,
		.fs_gid = visit->gid,
		.idmapped = is_idmapped(asker, visit->mnt_id),
	};

	if (asker->abroad || visit->flags & VFS_WALK_UNSEEN || visit->uid == asker->no_uid ||
	    visit->gid == asker->no_gid)
		return owner;
	owner.known = ROOTWARD_OWNER_SEEN | (owner.idmapped ? 0 : ROOTWARD_OWNER_STORED);
	return owner;
}

struct rootward_owner owner_of_new(const struct asker *asker, uint64_t mnt_id)
{
	struct rootward_owner owner = {
		.uid = asker->uid,
		.gid = asker->gid,
		.fs_uid = asker->uid,
		.fs_gid = asker->gid,
		.idmapped = is_idmapped(asker, mnt_id),
	};

	if (!owner.idmapped && !asker->abroad)
		owner.known = ROOTWARD_OWNER_SEEN | ROOTWARD_OWNER_STORED;
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
