/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdbool.h>
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

bool explain_same(const struct rootward_verdict *a, const struct rootward_verdict *b)
{
	return a->allowed == b->allowed && a->unsure == b->unsure && a->reason == b->reason &&
	       a->layer == b->layer && a->ancestor == b->ancestor && a->rule == b->rule &&
	       a->mount == b->mount;
}

const char *explain_rule_words(const struct rootward_rule *rule, char *buf, size_t size)
{
	char allow[OPS_FORMAT_MAX], deny[OPS_FORMAT_MAX];

	ops_format(rule->allow, allow, sizeof(allow));
	ops_format(rule->deny, deny, sizeof(deny));
	if (rule->allow && rule->deny)
		snprintf(buf, size, "allow %s; deny %s", allow, deny);
	else
		snprintf(buf, size, rule->deny ? "deny %s" : "allow %s", rule->deny ? deny : allow);
	return buf;
}
