/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom things belong to, in words. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "explain.h"

const char *explain_who(const struct rootward_who *who, const char *kind, char *buf, size_t size)
{
	switch (who->whose) {
	case ROOTWARD_OWN:
		return "self";
	case ROOTWARD_UNMAPPEDS:
		return "unmapped";
	case ROOTWARD_ID:
		snprintf(buf, size, "%s %" PRIu32, kind, who->id);
		return buf;
	default:
		return NULL;
	}
}

static const char *id_words(uint32_t id, char buf[16])
{
	if (id == ROOTWARD_NO_ID)
		return "unmapped";
	snprintf(buf, 16, "%" PRIu32, id);
	return buf;
}

static void pair_words(uint32_t uid, uint32_t gid, bool known, char *buf, size_t size)
{
	char u[16], g[16];

	if (!known)
		snprintf(buf, size, "?");
	else if (uid == ROOTWARD_NO_ID && gid == ROOTWARD_NO_ID)
		snprintf(buf, size, "unmapped");
	else
		snprintf(buf, size, "%s:%s", id_words(uid, u), id_words(gid, g));
}

const char *explain_owner(const struct rootward_owner *owner, char *buf, size_t size)
{
	char stored[40], seen[40];

	pair_words(owner->fs_uid, owner->fs_gid, owner->known & ROOTWARD_OWNER_STORED, stored,
		   sizeof(stored));
	pair_words(owner->uid, owner->gid, owner->known & ROOTWARD_OWNER_SEEN, seen, sizeof(seen));
	if (!owner->known)
		snprintf(buf, size, "owner not known");
	else if (owner->idmapped && strcmp(stored, seen))
		snprintf(buf, size, "owner %s -> %s", stored, seen);
	else
		snprintf(buf, size, "owner %s", seen);
	return buf;
}

bool explain_shows_owner(const struct rootward_explanation *e, size_t number)
{
	const struct rootward_ancestor *a = rootward_explanation_ancestor(e, number);
	const struct rootward_verdict *v;
	unsigned int bit;

	if (a->flags & VFS_WALK_UNSEEN)
		return false;
	for (bit = 0; number == 0 && bit < ROOTWARD_OP_COUNT; bit++) {
		v = rootward_explanation_verdict(e, (enum rootward_op)(1U << bit));
		if (v && v->by_owner)
			return true;
	}
	return a->owner.idmapped;
}

static bool is_who(const struct rootward_who *who, uint32_t id, uint32_t own)
{
	switch (who->whose) {
	case ROOTWARD_OWN:
		return id != ROOTWARD_NO_ID && id == own;
	case ROOTWARD_UNMAPPEDS:
		return id == ROOTWARD_NO_ID;
	case ROOTWARD_ID:
		return id == who->id;
	default:
		return true;
	}
}

/* What makes an entry is about an object that is not there yet. */
static const char *new_word(const struct rootward_verdict *v)
{
	return v->op & (ROOTWARD_OPS_ENTRY &
			~(ROOTWARD_OP_REMOVE_FILE | ROOTWARD_OP_REMOVE_DIR | ROOTWARD_OP_REFER))
		       ? "the new "
		       : "";
}

char *explain_uncounted(const struct rootward_walk *walk, const struct rootward_verdict *v)
{
	const struct rootward_rule *rule = v->uncounted;
	char id[16], number[24], *sentence = NULL;
	int r;

	if (!rule)
		return NULL;
	if (rule->owner.whose == ROOTWARD_OWN && !is_who(&rule->owner, v->owner.uid, walk->uid))
		r = asprintf(&sentence, "%sowner %s is not self (%" PRIu32 ")", new_word(v),
			     id_words(v->owner.uid, id), walk->uid);
	else if (!is_who(&rule->owner, v->owner.uid, walk->uid))
		r = asprintf(&sentence, "%sowner %s is not %s", new_word(v),
			     id_words(v->owner.uid, id),
			     explain_who(&rule->owner, "uid", number, sizeof(number)));
	else if (rule->group.whose == ROOTWARD_OWN)
		r = asprintf(&sentence, "%sgroup %s is none of self's", new_word(v),
			     id_words(v->owner.gid, id));
	else
		r = asprintf(&sentence, "%sgroup %s is not %s", new_word(v),
			     id_words(v->owner.gid, id),
			     explain_who(&rule->group, "gid", number, sizeof(number)));
	return r < 0 ? NULL : sentence;
}
