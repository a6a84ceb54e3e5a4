/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The model's owners: by stat() through the mount that the access comes by. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model.h"

/*
 * What stat() shows for an id that the mount has no place for.  The one map of the cases
 * (shift_maps in ../idmap/maps.h) gives it to nobody, so on such a mount it means just that.
 */
#define OVERFLOW_ID 65534

/* Where that map leads, a thousand of each. */
#define FIRST_MAPPED_UID 1000000
#define FIRST_MAPPED_GID 2000000

static int64_t id_seen(uint32_t id, bool idmapped)
{
	return idmapped && id == OVERFLOW_ID ? NOBODY : id;
}

struct owner owner_seen(int fd, bool idmapped)
{
	struct stat st;

	if (fstat(fd, &st))
		return (struct owner){ NOBODY, NOBODY };
	return (struct owner){ id_seen(st.st_uid, idmapped), id_seen(st.st_gid, idmapped) };
}

static int64_t id_made(uint32_t id, bool idmapped, uint32_t first)
{
	return idmapped && (id < first || id >= first + 1000) ? NOBODY : id;
}

struct owner owner_made(int dir, bool idmapped, const struct asker *asker)
{
	struct owner owner = { id_made(asker->uid, idmapped, FIRST_MAPPED_UID),
			       id_made(asker->gid, idmapped, FIRST_MAPPED_GID) };
	struct stat st;

	if (!fstat(dir, &st) && st.st_mode & S_ISGID)
		owner.gid = id_seen(st.st_gid, idmapped);
	return owner;
}

static bool has_group(const struct asker *asker, int64_t gid)
{
	int i;

	for (i = 0; i < asker->n_groups; i++)
		if (asker->groups[i] == gid)
			return true;
	return asker->gid == gid;
}

/* Does what @list says of @op mean the object of @id, which is the asker's own or not? */
static bool means(const struct tree_owners *list, uint32_t op, int64_t id, bool own)
{
	const struct tree_who *who;
	uint32_t i;

	for (i = 0; i < list->n; i++) {
		if (!(list->list[i].ops & op))
			continue;
		who = &list->list[i].who;
		return who->kind == WHO_SELF	   ? own
		       : who->kind == WHO_UNMAPPED ? id == NOBODY
						   : id == who->id;
	}
	return true;
}

uint32_t ops_about(const struct rule *rule, const struct whose *whose)
{
	const struct owner *owner = &whose->owner;
	uint32_t op, ops = 0;

	for (op = 1; op & ROOTWARD_OPS_ALL; op <<= 1)
		if (means(&rule->owner, op, owner->uid, owner->uid == whose->asker->uid) &&
		    means(&rule->group, op, owner->gid, has_group(whose->asker, owner->gid)))
			ops |= op;
	return ops;
}

#define MAX_IDS 64

struct ids {
	int64_t list[MAX_IDS];
	size_t n;
};

static void ids_add(struct ids *ids, int64_t id)
{
	size_t i;

	for (i = 0; i < ids->n; i++)
		if (ids->list[i] == id)
			return;
	if (ids->n == MAX_IDS)
		abort();
	ids->list[ids->n++] = id;
}

static void ids_add_named(struct ids *ids, const struct tree_owners *owners)
{
	uint32_t i;

	for (i = 0; i < owners->n; i++)
		if (owners->list[i].who.kind == WHO_ID)
			ids_add(ids, owners->list[i].who.id);
}

bool any_owner(const struct layer *layer, const struct asker *asker, owner_question ask,
	       const void *data)
{
	struct whose whose = { .asker = asker };
	/* the asker's, nobody's, and one that no rule names */
	struct ids uids = { { asker->uid, NOBODY, UINT32_MAX - 1 }, 3 };
	struct ids gids = { { asker->gid, NOBODY, UINT32_MAX - 1 }, 3 };
	size_t i, k;

	for (i = 0; i < layer->n_rules; i++) {
		ids_add_named(&uids, &layer->rules[i].owner);
		ids_add_named(&gids, &layer->rules[i].group);
	}
	for (i = 0; i < uids.n; i++) {
		for (k = 0; k < gids.n; k++) {
			whose.owner = (struct owner){ uids.list[i], gids.list[k] };
			if (ask(layer, &whose, data))
				return true;
		}
	}
	return false;
}
