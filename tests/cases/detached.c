/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is held by a descriptor, and has no way to the root any more, or not the one it came by. */
#include "case.h"

/* A tree with a secret, and a place to show parts of it again. */
#define VAULT                                                                                      \
	"vault/\n"                                                                                 \
	"|-- f\n"                                                                                  \
	"`-- sub/\n"                                                                               \
	"    |-- f\n"                                                                              \
	"    `-- deep/\n"                                                                          \
	"        `-- f\n"                                                                          \
	"work/\n"                                                                                  \
	"|-- f\n"                                                                                  \
	"`-- mnt/\n"

static const struct test_case cases[] = {
	{
		.name = "what only tells of an object is no question where it is denied nowhere",
		.tree = VAULT,
		.before = { { MOUNT_TMPFS, "work/mnt" }, { PUT_BELOW, "work/mnt/no/f" },
			    { HOLD, "work/mnt" } },
		.policy =
			BASIC "default: [all]\n"
			"trees:\n"
			"- {path: work, allow: [write_file]}\n"
			"- {path: vault, deny: [write]}\n",
		.actor = ROOT,
		.checks = {
			{ UMOUNT_LAZY, "work/mnt", .by = OUTSIDE },
			{ STAT, "@/no/f" },
			{ HELD_FSTAT, "@" },
			{ LISTXATTR, "@/no/f" },
			{ READ, "@/no/f", .expect = EACCES },
			{ CHMOD, "@/no/f", .expect = EACCES },
		},
		.landlock = NOT_FOR_LANDLOCK("Landlock has no right for it"),
	},
	{
		.name = "and one where it is denied somewhere",
		.tree = VAULT,
		.before = { { MOUNT_TMPFS, "work/mnt" }, { PUT_BELOW, "work/mnt/no/f" },
			    { HOLD, "work/mnt" } },
		.policy =
			BASIC "default: [all]\n"
			"trees:\n"
			"- {path: vault, deny: [stat]}\n",
		.actor = ROOT,
		.checks = {
			{ UMOUNT_LAZY, "work/mnt", .by = OUTSIDE },
			{ STAT, "@/no/f", .expect = EACCES },
			{ HELD_FSTAT, "@", .expect = EACCES },
			{ LISTXATTR, "@/no/f" },
			{ READ, "@/no/f", .expect = EACCES },
		},
		.landlock = NOT_FOR_LANDLOCK("Landlock has no right for it"),
	},
	{
		.name = "two policies: each is asked what it denies",
		.tree = VAULT,
		.before = { { MOUNT_TMPFS, "work/mnt" }, { PUT_BELOW, "work/mnt/in/f" },
			    { PUT_BELOW, "work/mnt/no/f" }, { HOLD, "work/mnt" } },
		.policy = BASIC "default: [all]\n",
		.more = {
			BASIC "default: [all]\n"
			"trees:\n"
			"- {path: vault, deny: [stat, getxattr]}\n"
			"- {path: work/mnt/in, allow: [stat]}\n",
		},
		.actor = ROOT,
		.checks = {
			{ UMOUNT_LAZY, "work/mnt", .by = OUTSIDE },
			{ STAT, "@/in/f" },
			{ STAT, "@/no/f", .expect = EACCES },
			{ LISTXATTR, "@/no/f", .expect = EACCES },
		},
		.landlock = NOT_FOR_LANDLOCK("Landlock has no right for it"),
	},
	{
		.name = "a directory moved out from under its bind mount",
		.tree =
			"src/\n"
			"|-- top/\n"
			"|   `-- d/\n"
			"|       `-- f\n"
			"`-- out/\n"
			"mnt/\n",
		.before = { { MOUNT_BIND, "src/top", "mnt" }, { HOLD, "mnt/d" } },
		.policy =
			BASIC "trees:\n"
			"- {path: mnt, allow: [all]}\n"
			"- {path: src/out, deny: [read]}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "@/f" },
			{ RENAME, "src/top/d", "src/out/d", .by = OUTSIDE },
			/* its real ancestors are hidden now, and one denies; Landlock has no deny */
			{ READ, "@/f", .expect = EACCES, .bpf_only = true },
			{ RENAME, "src/out/d", "src/top/d", .by = OUTSIDE },
			{ READ, "@/f" },
		},
	},
	{
		.name = "moved out to where more is allowed, and still denied where it was mounted",
		.tree = "src/\n|-- top/\n|   `-- d/\n|       `-- f\n`-- open/\njail/\n`-- mnt/\n",
		.before = { { MOUNT_BIND, "src/top", "jail/mnt" }, { HOLD, "jail/mnt/d" } },
		.policy =
			BASIC "default: [all]\n"
			"trees:\n"
			"- {path: jail, deny: [write_file]}\n"
			"- {path: src/open, allow: [all]}\n",
		.actor = ROOT,
		.checks = {
			{ WRITE, "@/f", .expect = EACCES },
			{ RENAME, "src/top/d", "src/open/d", .by = OUTSIDE },
			/* Landlock walks on from the real ancestors only */
			{ WRITE, "@/f", .expect = EACCES, .bpf_only = true },
		},
		.landlock = LESS("jail"),
	},
	{
		.name = "a detached copy of a mount: only rules met below allow",
		.tree = VAULT,
		.before = { { MOUNT_TMPFS, "work/mnt" }, { PUT_BELOW, "work/mnt/in/f" },
			    { PUT_BELOW, "work/mnt/no/f" }, { HOLD_TREE, "work/mnt" } },
		.policy = BASIC "default: [all]\ntrees:\n- {path: work/mnt/in, allow: [read]}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "@/in/f", .less = true },
			{ WRITE, "@/in/f", .expect = EACCES },
			{ READ, "@/no/f", .expect = EACCES },
			{ LIST, "@", .expect = EACCES },
			{ READ, "work/mnt/no/f" },
		},
		.landlock = LESS("nothing that is attached nowhere is allowed, where default allows all"),
	},
	{
		.name = "a detached copy of a part: its hidden ancestors deny",
		.tree = VAULT,
		.before = { { HOLD_TREE, "vault/sub" } },
		.policy =
			BASIC "trees:\n"
			"- {path: vault, deny: [write]}\n"
			"- {path: vault/sub/deep, allow: [read]}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "@/deep/f" },
			{ READ, "@/f", .expect = EACCES },
			{ WRITE, "@/deep/f", .expect = EACCES },
		},
	},
	{
		.name = "a lazily unmounted tree that is held",
		.tree = VAULT,
		.before = { { MOUNT_TMPFS, "work/mnt" }, { PUT_BELOW, "work/mnt/in/f" },
			    { PUT_BELOW, "work/mnt/no/f" }, { HOLD, "work/mnt" } },
		.policy =
			BASIC "default: [read]\n"
			"trees:\n"
			"- {path: work, allow: [all]}\n"
			"- {path: work/mnt/in, allow: [read]}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "@/no/f" },
			{ UMOUNT_LAZY, "work/mnt", .by = OUTSIDE },
			{ READ, "@/no/f", .expect = EACCES },
			{ READ, "@/in/f", .less = true },
			{ WRITE, "@/in/f", .expect = EACCES },
		},
		.landlock = LESS("nothing that is attached nowhere is allowed, where default allows all"),
	},
};

GROUP(detached, cases);
