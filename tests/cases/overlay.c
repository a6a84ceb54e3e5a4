/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Overlay: what it does inside, to its layers, reaches the hooks in the name of the caller, who
 * has no right there and needs none.
 */
#include "case.h"

#define LAYERS                                                                                     \
	"layers/\n"                                                                                \
	"|-- lower/\n"                                                                             \
	"|   |-- low\n"                                                                            \
	"|   |-- low2\n"                                                                           \
	"|   `-- dir/\n"                                                                           \
	"|       |-- low\n"                                                                        \
	"|       `-- both\n"                                                                       \
	"|-- upper/\n"                                                                             \
	"|   |-- up\n"                                                                             \
	"|   `-- dir/\n"                                                                           \
	"|       `-- both\n"                                                                       \
	"`-- work/\n"                                                                              \
	"merged/\n"

/* The layers on a filesystem of their own, which @verb mounts. */
#define LAYERS_ON(verb)                                                                            \
	{ verb, "layers" }, { PUT_BELOW, "layers/lower/low" },                                     \
		{ PUT_BELOW, "layers/lower/dir/low" }, { PUT_BELOW, "layers/upper/up" },           \
		{ MKDIR, "layers/work" },                                                          \
	{                                                                                          \
		MOUNT_OVERLAY, "layers", "merged"                                                  \
	}

static const struct test_case cases[] = {
	{
		.name = "reading both layers needs no rule on them",
		.tree = LAYERS,
		.before = { { MOUNT_OVERLAY, "layers", "merged" } },
		.policy = BASIC "trees:\n- {path: merged, allow: [read]}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "merged/low" },
			{ READ, "merged/up" },
			{ READ, "merged/dir/both" },
			{ LIST, "merged" },
			{ LIST, "merged/dir" },
			{ WRITE, "merged/up", .expect = EACCES },
			{ READ, "layers/lower/low", .expect = EACCES },
			{ READ, "layers/upper/up", .expect = EACCES },
		},
	},
	{
		.name = "copying up needs no rule on the layers",
		.tree = LAYERS,
		.before = { { MOUNT_OVERLAY, "layers", "merged" } },
		.policy = BASIC "trees:\n- {path: merged, allow: [all]}\n",
		.actor = ROOT,
		.checks = {
			{ WRITE, "merged/low" },
			{ READ, "merged/low" },
			{ APPEND, "merged/dir/low" },
			{ TRUNC_OPEN, "merged/low2" },
			{ MKREG, "merged/dir/new" },
			{ READ, "layers/upper/low", .expect = EACCES },
		},
	},
	{
		.name = "entries of the merger: unlink, rmdir, rename, link",
		.tree = LAYERS,
		.before = { { MOUNT_OVERLAY, "layers", "merged" } },
		.policy = BASIC "trees:\n- {path: merged, allow: [all]}\n",
		.actor = ROOT,
		.checks = {
			{ UNLINK, "merged/low" },
			{ RENAME, "merged/low2", "merged/dir/moved" },
			{ LINK, "merged/up", "merged/dir/link" },
			{ MKDIR, "merged/new" },
			{ RMDIR, "merged/new" },
			{ READ, "merged/dir/moved" },
			{ LIST, "merged" },
		},
	},
	{
		.name = "beneath a denied directory",
		.tree = LAYERS,
		.before = { { MOUNT_OVERLAY, "layers", "merged" } },
		.policy = BASIC "default: [all]\ntrees:\n- {path: ., deny: [write]}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "merged/low" },
			{ READ, "merged/up" },
			{ WRITE, "merged/low", .expect = EACCES },
			{ MKREG, "merged/new", .expect = EACCES },
			{ UNLINK, "merged/up", .expect = EACCES },
			{ LIST, "merged" },
		},
	},
	{
		.name = "rules on directories of the merger",
		.tree = LAYERS,
		.before = { { MOUNT_OVERLAY, "layers", "merged" } },
		.policy =
			BASIC "trees:\n"
			"- {path: merged, allow: [read]}\n"
			"- {path: merged/dir, deny: [all]}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "merged/low" },
			{ READ, "merged/dir/low", .expect = EACCES },
			{ READ, "merged/dir/both", .expect = EACCES },
			{ LIST, "merged/dir", .expect = EACCES },
		},
	},
	{
		.name = "layers on a filesystem of their own",
		.tree = "layers/\nmerged/\n",
		.before = { LAYERS_ON(MOUNT_TMPFS) },
		.policy = BASIC "trees:\n- {path: merged, allow: [all]}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "merged/low" },
			{ WRITE, "merged/low" },
			{ UNLINK, "merged/dir/low" },
			{ LIST, "merged/dir" },
			{ READ, "layers/lower/low", .expect = EACCES },
		},
	},
	{
		.name = "layers on ext4",
		.tree = "layers/\nmerged/\n",
		.before = { LAYERS_ON(MOUNT_EXT4) },
		.policy = BASIC "trees:\n- {path: merged, allow: [all]}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "merged/low" },
			{ WRITE, "merged/low" },
			{ UNLINK, "merged/dir/low" },
			{ LIST, "merged/dir" },
			{ READ, "layers/lower/low", .expect = EACCES },
		},
	},
	{
		.name = "not covered: a rule on a layer does not protect what the merger shows of it",
		.tree = LAYERS,
		.before = { { MOUNT_OVERLAY, "layers", "merged" } },
		.policy = BASIC "default: [read]\ntrees:\n- {path: layers, deny: [all]}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "layers/lower/low", .expect = EACCES },
			/* the design lets an engine deny where the inner open meets the rule, and
			 * promises nothing
			 */
			{ READ, "merged/low", .or_else = EACCES, .unmodelled = true },
		},
	},
};

GROUP(overlay, cases);
