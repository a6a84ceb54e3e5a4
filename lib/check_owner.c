/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `owner:` and `group:` say that changes nothing. */
#include "check.h"
#include "ops.h"

/*
 * Linux writes nothing to, and moves nothing, whose owner the mount has no id for; nor does it let
 * a caller make something whom the mount has no id for.
 */
#define OPS_NEVER_UNMAPPED                                                                         \
	(ROOTWARD_OPS_ENTRY | ROOTWARD_OP_WRITE_FILE | ROOTWARD_OP_TRUNCATE | ROOTWARD_OP_CHMOD |  \
	 ROOTWARD_OP_UTIME | ROOTWARD_OP_SETXATTR)

static void check_line(const struct tree *tree, const struct tree_owner *one, const char *key,
		       const struct rootward_opts *opts)
{
	struct origin line = tree->origin;
	char words[OPS_FORMAT_MAX];
	uint32_t never;

	if (one->line) {
		line.line = one->line;
		line.column = one->column;
	}
	if (!(one->ops & (tree->allow | tree->deny))) {
		diag(opts, ROOTWARD_WARNING, &line, NULL,
		     "\"%s\" is about %s, which this tree neither allows nor denies", key,
		     ops_format(one->ops, words, sizeof(words)));
		return;
	}
	never = one->who.kind == WHO_UNMAPPED ? one->ops & tree->allow & OPS_NEVER_UNMAPPED : 0;
	never = without_groups(never, one->ops & tree->allow);
	if (never)
		diag(opts, ROOTWARD_WARNING, &line, NULL,
		     "to allow %s where \"%s\" is unmapped means nothing: the kernel refuses it",
		     ops_format(never, words, sizeof(words)), key);
}

void check_owners(const struct tree *tree, const struct rootward_opts *opts)
{
	uint32_t i;

	for (i = 0; i < tree->owner.n; i++)
		check_line(tree, &tree->owner.list[i], "owner", opts);
	for (i = 0; i < tree->group.n; i++)
		check_line(tree, &tree->group.list[i], "group", opts);
}
