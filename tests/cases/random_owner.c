/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owners in random cases. */
#include <stdio.h>

#include "random_case.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* 1000 and 1001 have another number by the mount that is mapped; 0, 5 and 65534 have none. */
static const char *const whom[] = {
	"0:0", "1000:1000", "1001:1001", "1000:1001", "1001:1000", "5:5", "65534:65534", "1000:5",
};
static const char *const as[] = {
	NULL,
	"1000:1000",
	"1001:1001",
	"1000:1001",
	"7:7:1000:1001",
	"1000000:2000000",
	"1000001:7:2000000",
	"65534:65534",
};
static const char *const who_words[] = {
	"",	  "self",   "unmapped",	 "",	       "self",	       "%cid 1000",
	"%cid 0", "%cid 5", "%cid 1001", "%cid 65534", "%cid 1000000", "%cid 2000000",
};
static const char *const parts[] = {
	NULL, "read", "write", "read_file", "remove_file", "make_reg", "stat", "refer",
};

const char *random_as(int i)
{
	return as[i];
}

const char *random_whom(int i)
{
	return whom[i % (int)COUNT(whom)];
}

void random_who_text(const char *key, struct random_who who, char *buf, size_t size)
{
	char word[32];

	*buf = '\0';
	snprintf(word, sizeof(word), who_words[who.who], *key == 'o' ? 'u' : 'g');
	if (*word && who.part)
		snprintf(buf, size, ", %s: {%s: %s}", key, parts[who.part], word);
	else if (*word)
		snprintf(buf, size, ", %s: %s", key, word);
}

/*
 * A rule of three policies on one object must stay within what the kernel holds of one: only one of
 * owner and group is by operation.
 */
static void draw_who(struct random_rule *rule, unsigned int *state, random_draw_fn *draw)
{
	rule->owner.who = (int)draw(state, COUNT(who_words));
	if (!draw(state, 3))
		rule->group.who = (int)draw(state, COUNT(who_words));
	if (!draw(state, 3))
		rule->owner.part = (int)draw(state, COUNT(parts));
	else if (!draw(state, 3))
		rule->group.part = (int)draw(state, COUNT(parts));
}

/*
 * A mapped mount is of a filesystem of its own.  Of ext4 the model does not see all, and so not
 * what is asked by every mount of it.
 */
static void draw_mapped(struct random_case *rc, unsigned int *state, random_draw_fn *draw)
{
	int i;

	rc->idmapped = true;
	rc->over = rc->bind;
	rc->kind = draw(state, 2) ? MOUNT_TMPFS : MOUNT_EXT4;
	for (i = 0; i < rc->n_ops && rc->kind == MOUNT_EXT4; i++)
		if (verbs[rc->ops[i].verb].kind == K_INODE)
			rc->ops[i].verb = STAT;
}

void random_draw_owners(struct random_case *rc, unsigned int *state, random_draw_fn *draw)
{
	struct random_gift *gift;
	int i;

	/* often everything else is allowed, or hardly anything comes to what rules by owner say */
	for (i = 0; i < rc->n_layers && draw(state, 3); i++)
		rc->defaults[i] = ROOTWARD_OPS_ALL;
	for (i = 0; i < rc->n_rules; i++)
		if (draw(state, 4))
			draw_who(&rc->rules[i], state, draw);
	rc->n_gifts = 1 + (int)draw(state, MAX_GIFTS);
	for (i = 0; i < rc->n_gifts; i++) {
		gift = &rc->gifts[i];
		gift->dir = (int)draw(state, (unsigned int)rc->n_dirs);
		gift->whom = (int)draw(state, COUNT(whom));
		gift->file = draw(state, 2);
		gift->bit = !draw(state, 5);
	}
	if (rc->bind && draw(state, 3))
		draw_mapped(rc, state, draw);
	for (i = 0; i < rc->n_ops; i++) {
		rc->ops[i].as = (int)draw(state, COUNT(as));
		if (!draw(state, 12)) {
			rc->ops[i].verb = GIVE;
			rc->ops[i].outside = true;
		} else if (!draw(state, 5)) {
			rc->ops[i].verb = RENAME;
			rc->ops[i].what = 2;
		}
	}
}
