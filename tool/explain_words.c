/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "explain.h"
#include "ops.h"

const char *explain_kind(const struct rootward_ancestor *a)
{
	if (!a->exists)
		return "does not exist";
	switch (a->mode & S_IFMT) {
	case S_IFDIR:
		return "directory";
	case S_IFREG:
		return "regular file";
	case S_IFLNK:
		return "symbolic link";
	case S_IFSOCK:
		return "socket";
	case S_IFIFO:
		return "named pipe";
	case S_IFCHR:
		return "character device";
	case S_IFBLK:
		return "block device";
	default:
		return "unknown";
	}
}

const char *explain_reason(int reason)
{
	switch (reason) {
#define ROOTWARD_X(NAME, words)                                                                    \
	case ROOTWARD_REASON_##NAME:                                                               \
		return words;
		ROOTWARD_REASONS(ROOTWARD_X)
#undef ROOTWARD_X
	}
	return "a reason that this version of rootward does not know";
}

const char *explain_end(int end)
{
	switch (end) {
	case VFS_WALK_ROOT:
		return "root";
	case VFS_WALK_DETACHED:
		return "detached";
	case VFS_WALK_PRIVATE:
		return "private";
	case VFS_WALK_INTERNAL:
		return "internal";
	case VFS_WALK_DISCONNECTED:
		return "disconnected";
	case VFS_WALK_OUTSIDE:
		return "outside";
	default:
		return "stopped";
	}
}

const char *explain_rule_words(const struct rootward_rule *rule, char *buf, size_t size)
{
	char allow[OPS_FORMAT_MAX], deny[OPS_FORMAT_MAX], uid[24], gid[24];
	const char *owner = explain_who(&rule->owner, "uid", uid, sizeof(uid));
	const char *group = explain_who(&rule->group, "gid", gid, sizeof(gid));
	size_t len;

	ops_format(rule->allow, allow, sizeof(allow));
	ops_format(rule->deny, deny, sizeof(deny));
	if (rule->allow && rule->deny)
		snprintf(buf, size, "allow %s; deny %s", allow, deny);
	else
		snprintf(buf, size, rule->deny ? "deny %s" : "allow %s", rule->deny ? deny : allow);
	len = strlen(buf);
	snprintf(buf + len, size - len, "%s%s%s%s", owner ? "; owner: " : "", owner ? owner : "",
		 group ? "; group: " : "", group ? group : "");
	return buf;
}

char *explain_refused(const struct rootward_walk *walk)
{
	char words[OPS_FORMAT_MAX], *sentence = NULL;
	int r;

	if (!walk->refused)
		return NULL;
	if (walk->no_search)
		r = asprintf(&sentence,
			     "and not by rootward: ordinary permissions do not let %s into %s",
			     walk->asked_as, walk->no_search);
	else
		r = asprintf(&sentence, "and not by rootward: ordinary permissions refuse %s %s",
			     walk->asked_as, ops_format(walk->refused, words, sizeof(words)));
	return r < 0 ? NULL : sentence;
}

/* How many hidden ancestors follow number @root. */
static size_t hidden_above(const struct rootward_explanation *e, size_t root)
{
	const struct rootward_ancestor *a;
	size_t n = 0;

	while ((a = rootward_explanation_ancestor(e, root + n + 1)) && a->flags & VFS_WALK_HIDDEN)
		n++;
	return n;
}

static bool has_line(const struct rootward_ancestor *a, bool hidden_by_root)
{
	if (a->flags & VFS_WALK_HIDDEN)
		return !hidden_by_root;
	return !(a->flags & VFS_WALK_COVERED) || a->n_rules;
}

/* Whether what is hidden here belongs to a mount's root that is nearer to the object. */
static bool is_above_root(const struct rootward_explanation *e, size_t number)
{
	const struct rootward_ancestor *a = rootward_explanation_ancestor(e, number);

	while (a->flags & VFS_WALK_HIDDEN && number--)
		a = rootward_explanation_ancestor(e, number);
	return !(a->flags & VFS_WALK_HIDDEN) && a->flags & VFS_WALK_MNT_ROOT;
}

struct component *explain_components(const struct rootward_explanation *e, size_t *n)
{
	size_t i = rootward_explanation_walk(e)->ancestors;
	struct component *list = calloc(i + 1, sizeof(*list));
	const char *mountpoint = NULL;

	for (*n = 0; list && i--;) {
		const struct rootward_ancestor *a = rootward_explanation_ancestor(e, i);
		bool covered = a->flags & VFS_WALK_COVERED;
		bool root = a->flags & VFS_WALK_MNT_ROOT && !(a->flags & VFS_WALK_HIDDEN);

		if (covered && !mountpoint)
			mountpoint = a->name;
		if (!has_line(a, is_above_root(e, i)))
			continue;
		list[*n] = (struct component){ .number = i, .name = a->name };
		if (root)
			list[*n].hidden = hidden_above(e, i);
		if (root || covered)
			list[*n].name = *n && mountpoint ? mountpoint : "/";
		if (root && !covered)
			mountpoint = NULL;
		(*n)++;
	}
	return list;
}
