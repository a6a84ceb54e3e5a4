/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "explain.h"
#include "json_out.h"
#include "ops.h"

static const char *reason_word(int reason)
{
	static const char *const words[] = {
		[ROOTWARD_REASON_RULE] = "rule",
		[ROOTWARD_REASON_DEFAULT] = "default",
		[ROOTWARD_REASON_GUARD] = "guard",
		[ROOTWARD_REASON_GAIN] = "gain",
		[ROOTWARD_REASON_DETACHED] = "detached",
		[ROOTWARD_REASON_DISCONNECTED] = "disconnected",
		[ROOTWARD_REASON_UNSTABLE] = "unstable",
		[ROOTWARD_REASON_DEPTH] = "depth",
		[ROOTWARD_REASON_CAPABILITY] = "capability",
		[ROOTWARD_REASON_DEVICE] = "device",
		[ROOTWARD_REASON_TASK] = "task",
		[ROOTWARD_REASON_SYSTEM] = "system",
		[ROOTWARD_REASON_UNKNOWN] = "unknown",
		[ROOTWARD_REASON_UNREAD] = "unread",
	};

	return words[reason];
}

/* Why it is denied, or what allows it. */
static const char *cause_word(const struct rootward_verdict *v)
{
	if (!v->allowed)
		return reason_word(v->reason);
	return v->rule ? "rule" : v->policy ? "default" : "none";
}

/* What is not UTF-8 is shown, and given besides: in hexadecimal digits, as KEY_hex. */
static void set_text(json_t *object, const char *key, const char *text)
{
	_cleanup_free_ char *bytes = NULL, *bytes_key = NULL;
	json_t *whole = text ? json_string(text) : NULL;

	if (!text)
		return;
	json_object_set_new(object, key, whole ? whole : json_text(text));
	bytes = whole ? NULL : malloc(2 * strlen(text) + 1);
	if (!bytes)
		return;
	if (asprintf(&bytes_key, "%s_hex", key) < 0) {
		bytes_key = NULL;
		return;
	}
	for (size_t i = 0; text[i]; i++)
		sprintf(bytes + 2 * i, "%02x", (unsigned char)text[i]);
	json_object_set_new(object, bytes_key, json_string(bytes));
}

static json_t *rule(const struct rootward_rule *r)
{
	json_t *object = json_object();
	char number[24];

	set_text(object, "policy", r->policy);
	set_text(object, "origin", r->origin);
	set_text(object, "tree", r->tree);
	json_object_set_new(object, "allow", json_ops(r->allow));
	json_object_set_new(object, "deny", json_ops(r->deny));
	json_object_set_new(object, "by_name", json_boolean(r->by_name));
	set_text(object, "owner", explain_who(&r->owner, "uid", number, sizeof(number)));
	set_text(object, "group", explain_who(&r->group, "gid", number, sizeof(number)));
	return object;
}

/* null: not known. */
static json_t *id(uint32_t number, bool known)
{
	if (!known)
		return json_null();
	return number == ROOTWARD_NO_ID ? json_string("unmapped") : json_integer(number);
}

static json_t *owner(const struct rootward_owner *o)
{
	bool seen = o->known & ROOTWARD_OWNER_SEEN, stored = o->known & ROOTWARD_OWNER_STORED;

	return json_pack("{s:o,s:o,s:o,s:o,s:b}", "uid", id(o->uid, seen), "gid", id(o->gid, seen),
			 "fs_uid", id(o->fs_uid, stored), "fs_gid", id(o->fs_gid, stored),
			 "idmapped", o->idmapped);
}

static json_t *flags(const struct rootward_ancestor *a)
{
	static const struct {
		uint32_t flag;
		const char *word;
	} words[] = {
		{ VFS_WALK_HIDDEN, "hidden" },	 { VFS_WALK_MNT_ROOT, "mount_root" },
		{ VFS_WALK_DELETED, "deleted" }, { VFS_WALK_COVERED, "covered" },
		{ VFS_WALK_UNSEEN, "unseen" },
	};
	json_t *array = json_array();

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (a->flags & words[i].flag)
			json_array_append_new(array, json_string(words[i].word));
	return array;
}

static json_t *identity(const struct rootward_ancestor *a)
{
	json_t *object = json_object();
	char dev[32];

	snprintf(dev, sizeof(dev), "%u:%u", a->dev_major, a->dev_minor);
	json_object_set_new(object, "device", json_string(dev));
	/* A number in JSON keeps 53 bits only. */
	snprintf(dev, sizeof(dev), "%llu", (unsigned long long)a->ino);
	json_object_set_new(object, "inode", json_string(dev));
	json_object_set_new(object, "generation", json_integer(a->generation));
	return object;
}

static json_t *ancestor(const struct rootward_explanation *e, size_t number)
{
	const struct rootward_ancestor *a = rootward_explanation_ancestor(e, number);
	json_t *object = json_object(), *rules = json_array(), *mount;
	const struct rootward_rule *r;

	set_text(object, "name", a->name);
	json_object_set_new(object, "kind", json_string(explain_kind(a)));
	json_object_set_new(object, "flags", flags(a));
	if (a->exists && !(a->flags & VFS_WALK_UNSEEN))
		json_object_set_new(object, "identity", identity(a));
	json_object_set_new(object, "owner", owner(&a->owner));
	set_text(object, "filesystem", a->filesystem);
	if (a->exists) {
		mount = json_object();
		json_object_set_new(mount, "id", json_integer((json_int_t)a->mnt_id));
		set_text(mount, "point", a->mnt_point);
		set_text(mount, "root", a->mnt_root);
		json_object_set_new(object, "mount", mount);
	}
	for (size_t i = 0; (r = rootward_explanation_rule(e, number, i)); i++)
		json_array_append_new(rules, rule(r));
	json_object_set_new(object, "rules", rules);
	return object;
}

/* Rules by owner: whose the object is, and which of them did not count. */
static void set_owner(json_t *object, const struct rootward_walk *walk,
		      const struct rootward_verdict *v)
{
	_cleanup_free_ char *why = explain_uncounted(walk, v);
	json_t *uncounted;

	if (v->by_owner)
		json_object_set_new(object, "owner", owner(&v->owner));
	if (!v->uncounted)
		return;
	uncounted = rule(v->uncounted);
	set_text(uncounted, "why", why);
	json_object_set_new(object, "uncounted", uncounted);
}

static json_t *verdict(const struct rootward_walk *walk, const struct rootward_verdict *v)
{
	json_t *object = json_object();

	json_object_set_new(object, "allowed", json_boolean(v->allowed));
	json_object_set_new(object, "by", json_string(cause_word(v)));
	json_object_set_new(object, "unsure", json_boolean(v->unsure));
	set_text(object, "policy", v->policy);
	set_text(object, "origin", v->origin);
	set_text(object, "tree", v->tree);
	set_text(object, "keep", v->keep);
	if (v->rule)
		json_object_set_new(object, "by_name", json_boolean(v->rule->by_name));
	if (v->ancestor != ROOTWARD_NO_ANCESTOR)
		json_object_set_new(object, "ancestor", json_integer((json_int_t)v->ancestor));
	if (v->mount)
		json_object_set_new(object, "mount", json_integer((json_int_t)v->mount));
	set_owner(object, walk, v);
	return object;
}

/* What a user's ordinary permissions say; null: nobody's were asked. */
static json_t *permissions(const struct rootward_walk *walk)
{
	if (!walk->asked_as)
		return json_null();
	return json_pack("{s:o,s:o,s:o}", "user", json_text(walk->asked_as), "refused",
			 json_ops(walk->refused), "no_search", json_text(walk->no_search));
}

json_t *explain_json(const struct rootward_explanation *e)
{
	const struct rootward_walk *walk = rootward_explanation_walk(e);
	json_t *object = json_object(), *ancestors = json_array(), *operations = json_object();

	set_text(object, "path", walk->path);
	set_text(object, "real", walk->real);
	set_text(object, "missing", walk->missing);
	set_text(object, "beyond", walk->beyond);
	json_object_set_new(object, "walked",
			    json_string(walk->in_kernel ? "kernel" : "descriptors"));
	json_object_set_new(object, "end", json_string(explain_end(walk->end)));
	for (size_t i = 0; i < walk->ancestors; i++)
		json_array_append_new(ancestors, ancestor(e, i));
	json_object_set_new(object, "ancestors", ancestors);
	for (unsigned int bit = 0; bit < ROOTWARD_OP_COUNT; bit++)
		if (walk->ops >> bit & 1)
			json_object_set_new(
				operations, ops_word(bit),
				verdict(walk, rootward_explanation_verdict(
						      e, (enum rootward_op)(1U << bit))));
	json_object_set_new(object, "operations", operations);
	json_object_set_new(object, "self",
			    json_pack("{s:o,s:o}", "uid", json_integer(walk->uid), "gid",
				      json_integer(walk->gid)));
	json_object_set_new(object, "permissions", permissions(walk));
	return object;
}
