/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Users and groups; `owner:` and `group:` of a tree: whose objects its rule is about. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>

#include "cleanup.h"
#include "ops.h"
#include "policy_reader.h"
#include "words.h"

/* What differs between users and groups. */
struct kind {
	const char *what;
	const char *prefix; /* before a number */
	int (*find)(const char *name, uint32_t *id);
};

#define NAMES_BUFFER (1U << 20) /* a group may have many members */

static int find_user(const char *name, uint32_t *id)
{
	_cleanup_free_ char *buf = malloc(NAMES_BUFFER);
	struct passwd entry, *found = NULL;
	int r = buf ? getpwnam_r(name, &entry, buf, NAMES_BUFFER, &found) : ENOMEM;

	if (!found)
		return r == ENOMEM ? -ENOMEM : -ENOENT;
	*id = found->pw_uid;
	return 0;
}

static int find_group(const char *name, uint32_t *id)
{
	_cleanup_free_ char *buf = malloc(NAMES_BUFFER);
	struct group entry, *found = NULL;
	int r = buf ? getgrnam_r(name, &entry, buf, NAMES_BUFFER, &found) : ENOMEM;

	if (!found)
		return r == ENOMEM ? -ENOMEM : -ENOENT;
	*id = found->gr_gid;
	return 0;
}

static const struct kind user_kind = { "user", "uid", find_user };
static const struct kind group_kind = { "group", "gid", find_group };

/* A number and nothing else.  Returns 0; -EINVAL; -ERANGE for what is no id. */
static int id_from_digits(const char *text, uint32_t *id)
{
	uint64_t value = 0;

	if (!*text || text[strspn(text, "0123456789")])
		return -EINVAL;
	for (; *text; text++) {
		value = value * 10 + (*text - '0');
		/* The last one is the kernel's 'no id'. */
		if (value >= UINT32_MAX)
			return -ERANGE;
	}
	*id = value;
	return 0;
}

static void out_of_range(struct reader *r, const struct kind *kind, const struct yaml_node *node,
			 const char *digits)
{
	char cut[WORD_CUT_MAX], hint[64];

	snprintf(hint, sizeof(hint), "ids are from 0 to %u", UINT32_MAX - 1);
	mistake(r, node, hint, "the %s number %s is out of range", kind->what,
		word_cut(digits, cut, sizeof(cut)));
}

void read_id(struct reader *r, const struct policy_key *key, const struct yaml_node *node,
	     uint32_t *id)
{
	const struct kind *kind = strcmp(key->name, group_kind.prefix) ? &user_kind : &group_kind;
	int ret = id_from_digits(node->text, id);
	char cut[WORD_CUT_MAX];

	if (ret == -ERANGE)
		out_of_range(r, kind, node, node->text);
	if (ret != -EINVAL)
		return;
	ret = kind->find(node->text, id);
	if (ret == -ENOMEM)
		r->failed = ret;
	else if (ret < 0)
		mistake(r, node, NULL, "unknown %s \"%s\"", kind->what,
			word_cut(node->text, cut, sizeof(cut)));
}

static void read_number(struct reader *r, const struct kind *kind, const struct yaml_node *node,
			const char *digits, struct tree_who *who)
{
	char buf[WORD_CUT_MAX];
	const char *cut;
	int ret;

	digits += strspn(digits, " ");
	ret = id_from_digits(digits, &who->id);
	cut = word_cut(digits, buf, sizeof(buf));
	if (ret == 0)
		who->kind = WHO_ID;
	else if (ret == -ERANGE)
		out_of_range(r, kind, node, digits);
	else if (strchr(digits, ' '))
		mistake(r, node, NULL, "\"%s\" needs one number, not \"%s\"", kind->prefix, cut);
	else
		mistake(r, node, "a name stands alone", "\"%s\" needs a number, not \"%s\"",
			kind->prefix, cut);
}

static void read_name(struct reader *r, const struct kind *kind, const struct yaml_node *node,
		      struct tree_who *who)
{
	char buf[WORD_CUT_MAX], hint[WORD_CUT_MAX + 32], meant[NEAREST_HINT_MAX];
	const char *cut = word_cut(node->text, buf, sizeof(buf));
	struct nearest nearest = { 0 };
	int ret = kind->find(node->text, &who->id);
	uint32_t number;

	if (ret == 0) {
		who->kind = WHO_ID;
	} else if (ret == -ENOMEM) {
		r->failed = ret;
	} else if (strchr(node->text, ' ')) {
		mistake(r, node, NULL, "one %s is needed, not \"%s\"", kind->what, cut);
	} else if (id_from_digits(node->text, &number) != -EINVAL) {
		snprintf(hint, sizeof(hint), "a number is written \"%s %s\"", kind->prefix, cut);
		mistake(r, node, hint, "unknown %s \"%s\"", kind->what, cut);
	} else {
		nearest_offer(&nearest, node->text, "self");
		nearest_offer(&nearest, node->text, "unmapped");
		mistake(r, node, nearest_hint(&nearest, meant, sizeof(meant)), "unknown %s \"%s\"",
			kind->what, cut);
	}
}

static void read_one(struct reader *r, const struct policy_key *key, const struct yaml_node *node,
		     struct tree_who *who)
{
	const struct kind *kind = key->type == KEY_GROUP ? &group_kind : &user_kind;
	size_t prefix = strlen(kind->prefix);

	if (node->kind != YAML_WORD)
		wrong_kind(r, key->name, node, key_type_text(key->type));
	else if (has_nul(node))
		mistake(r, node, NULL, "\"%s\" has a NUL character in it", key->name);
	else if (!strcmp(node->text, "self"))
		who->kind = WHO_SELF;
	else if (!strcmp(node->text, "unmapped"))
		who->kind = WHO_UNMAPPED;
	else if (!strncmp(node->text, kind->prefix, prefix) &&
		 (!node->text[prefix] || node->text[prefix] == ' '))
		read_number(r, kind, node, node->text + prefix, who);
	else
		read_name(r, kind, node, who);
}

/* One line of a map: operations, and whose objects they are about. */
static void read_ops_owner(struct reader *r, const struct policy_key *key,
			   const struct yaml_node *node, struct tree_owners *owners)
{
	struct tree_owner one = { .line = node->line, .column = node->column };
	char cut[WORD_CUT_MAX];
	uint32_t before = 0, i;

	if (node->kind == YAML_WORD && !has_nul(node))
		one.ops = ops_from_word(node->text);
	if (!one.ops) {
		mistake(r, node, NULL, "unknown operation \"%s\"",
			node->kind == YAML_WORD ? word_cut(node->text, cut, sizeof(cut))
						: kind_text(node));
		return;
	}
	for (i = 0; i < owners->n; i++)
		before |= owners->list[i].ops;
	if (one.ops & before)
		mistake(r, node, NULL,
			"\"%s\" names what is named before: one %s for each operation", node->text,
			key->name);
	else if (owners->n == TREE_OWNERS_MAX)
		mistake(r, node, NULL, "more than %d lines in one \"%s\"", TREE_OWNERS_MAX,
			key->name);
	read_one(r, key, node->next, &one.who);
	if (!(one.ops & before) && owners->n < TREE_OWNERS_MAX)
		owners->list[owners->n++] = one;
}

void read_who(struct reader *r, const struct policy_key *key, const struct yaml_node *node,
	      void *object)
{
	struct tree_owners *owners = (struct tree_owners *)((char *)object + key->offset);
	const struct yaml_node *line;

	if (node->kind != YAML_MAP) {
		owners->list[0].ops = ROOTWARD_OPS_ALL;
		owners->n = 1;
		read_one(r, key, node, &owners->list[0].who);
		return;
	}
	for (line = node->child; line && line->next && !r->failed; line = line->next->next)
		read_ops_owner(r, key, line, owners);
}
