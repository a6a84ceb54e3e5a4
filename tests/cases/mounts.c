/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way to the root leads across mounts, and behind them. */
#include "case.h"

#define ABOVE_A_DENY "a directory above a deny gets no rule, nor what is made in it later"
#define COVERED "Landlock does not look at what a mount covers"

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
		.name = "a filesystem inside a ruled tree is inside of it",
		.tree = VAULT,
		.before = { { MOUNT_TMPFS, "work/mnt" }, { PUT_BELOW, "work/mnt/d/f" } },
		.policy = BASIC "trees:\n- {path: work, allow: [all]}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "work/mnt/d/f" },
			{ MKREG, "work/mnt/new" },
			{ RENAME, "work/mnt/d", "work/mnt/e" },
			{ RENAME, "work/f", "work/mnt/f", .expect = EXDEV, .natural = true },
			{ READ, "vault/f", .expect = EACCES },
		},
	},
	{
		.name = "a filesystem inside a denied tree is inside of it",
		.tree = VAULT,
		.before = { { MOUNT_TMPFS, "work/mnt" }, { PUT_BELOW, "work/mnt/d/f" } },
		.policy = BASIC "default: [all]\ntrees:\n- {path: work, deny: [all]}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "work/mnt/d/f", .expect = EACCES },
			{ LIST, "work/mnt", .expect = EACCES },
			{ MKREG, "work/mnt/new", .expect = EACCES },
			{ UNLINK, "work/mnt/d/f", .expect = EACCES },
			{ READ, "vault/f" },
		},
	},
	{
		.name = "a filesystem that is mounted after the start",
		.tree = VAULT,
		.policy = BASIC "trees:\n- {path: work, allow: [read]}\n",
		.actor = ROOT,
		.checks = {
			{ MOUNT_TMPFS, "work/mnt", .by = OUTSIDE },
			{ PUT_BELOW, "work/mnt/d/f", .by = OUTSIDE },
			{ READ, "work/mnt/d/f" },
			{ WRITE, "work/mnt/d/f", .expect = EACCES },
			{ MOUNT_TMPFS, "vault/sub", .by = OUTSIDE },
			{ PUT, "vault/sub/f", .by = OUTSIDE },
			{ READ, "vault/sub/f", .expect = EACCES },
		},
	},
	{
		.name = "two mounts stacked on one mountpoint",
		.tree = VAULT,
		.before = {
			{ MOUNT_TMPFS, "work/mnt" },
			{ PUT, "work/mnt/below" },
			{ MOUNT_TMPFS, "work/mnt" },
			{ PUT_BELOW, "work/mnt/d/f" },
		},
		.policy =
			BASIC "trees:\n"
			"- {path: work, allow: [read]}\n"
			"- {path: work/mnt/d, deny: [all]}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "work/mnt/d/f", .expect = EACCES },
			{ READ, "work/f" },
			{ PUT, "work/mnt/g", .by = OUTSIDE },
			{ READ, "work/mnt/g", .less = true },
		},
		.landlock = LESS(ABOVE_A_DENY),
	},
	{
		.name = "three mounts stacked on one mountpoint",
		.tree = VAULT,
		.before = {
			{ MOUNT_TMPFS, "work/mnt" },
			{ MOUNT_TMPFS, "work/mnt" },
			{ MOUNT_TMPFS, "work/mnt" },
			{ PUT_BELOW, "work/mnt/d/f" },
		},
		.policy =
			BASIC "default: [write]\n"
			"trees:\n"
			"- {path: work, allow: [read], deny: [write]}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "work/mnt/d/f" },
			{ WRITE, "work/mnt/d/f", .expect = EACCES },
			{ MKREG, "work/mnt/new", .expect = EACCES },
			{ WRITE, "vault/f" },
			{ READ, "vault/f", .expect = EACCES },
		},
	},
	{
		.name = "a ruled directory that is mounted over",
		.tree = VAULT,
		.policy = BASIC "default: [all]\ntrees:\n- {path: work/mnt, deny: [all]}\n",
		.actor = ROOT,
		.checks = {
			{ MOUNT_TMPFS, "work/mnt", .by = OUTSIDE },
			{ PUT, "work/mnt/f", .by = OUTSIDE },
			{ READ, "work/mnt/f", .expect = EACCES },
			{ MKREG, "work/mnt/new", .expect = EACCES },
			{ MOUNT_TMPFS, "work/mnt", .by = OUTSIDE },
			{ PUT, "work/mnt/f", .by = OUTSIDE },
			{ READ, "work/mnt/f", .expect = EACCES },
		},
	},
	{
		.name = "an allowed directory that is mounted over",
		.tree = VAULT,
		.policy = BASIC "trees:\n- {path: work/mnt, allow: [read]}\n",
		.actor = ROOT,
		.checks = {
			{ MOUNT_TMPFS, "work/mnt", .by = OUTSIDE },
			{ PUT, "work/mnt/f", .by = OUTSIDE },
			{ READ, "work/mnt/f", .less = true },
			{ WRITE, "work/mnt/f", .expect = EACCES },
		},
		.landlock = LESS(COVERED),
	},
	{
		.name = "a rule on a mount's root is about that filesystem wherever it is mounted",
		.tree = VAULT,
		.before = { { MOUNT_TMPFS, "work/mnt" }, { PUT, "work/mnt/f" } },
		.policy = BASIC "default: [read]\ntrees:\n- {path: work/mnt, deny: [read]}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "work/mnt/f", .expect = EACCES },
			{ MOUNT_BIND, "work/mnt", "vault/sub", .by = OUTSIDE },
			/* not for Landlock: the mount came after its rules */
			{ READ, "vault/sub/f", .expect = EACCES, .bpf_only = true },
			{ READ, "vault/f" },
		},
	},
	{
		.name = "a denied tree is denied by another mount of a part of it",
		.tree = VAULT,
		.before = { { MOUNT_BIND, "vault/sub", "work/mnt" } },
		.policy =
			BASIC "trees:\n"
			"- {path: work, allow: [all]}\n"
			"- {path: vault, deny: [all]}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "work/f" },
			{ READ, "work/mnt/f", .expect = EACCES },
			{ READ, "work/mnt/deep/f", .expect = EACCES },
			{ LIST, "work/mnt", .expect = EACCES },
			{ MKREG, "work/mnt/deep/new", .expect = EACCES },
			{ UNLINK, "work/mnt/f", .expect = EACCES },
		},
		.landlock = REFUSED("while something beneath is denied"),
	},
	{
		.name = "a denied tree is denied by a mount that is made later",
		.tree = VAULT,
		.policy =
			BASIC "trees:\n"
			"- {path: work, allow: [all]}\n"
			"- {path: vault, deny: [all]}\n",
		.actor = ROOT,
		.checks = {
			{ MOUNT_BIND, "vault/sub", "work/mnt", .by = OUTSIDE },
			/* Landlock sees the visible chain, and has no deny */
			{ READ, "work/mnt/f", .expect = EACCES, .bpf_only = true },
			{ MKREG, "work/mnt/deep/new", .expect = EACCES, .bpf_only = true },
			{ READ, "work/f" },
		},
	},
	{
		.name = "a hidden allow does not allow",
		.tree = VAULT,
		.before = { { MOUNT_BIND, "vault/sub", "work/mnt" } },
		.policy = BASIC "trees:\n- {path: vault, allow: [all]}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "vault/sub/f" },
			{ READ, "work/mnt/f", .expect = EACCES },
			{ MKREG, "work/mnt/new", .expect = EACCES },
		},
	},
	{
		.name = "a hidden allow shields from a hidden deny, and leaves it to the visible chain",
		.tree = VAULT,
		.before = { { MOUNT_BIND, "vault/sub/deep", "work/mnt" } },
		.policy =
			BASIC "trees:\n"
			"- {path: work, allow: [read]}\n"
			"- {path: vault, deny: [all]}\n"
			"- {path: vault/sub, allow: [read, write]}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "work/mnt/f" },
			{ READ, "vault/sub/deep/f" },
			{ WRITE, "vault/sub/deep/f" },
			/* shielded, but nobody on the visible chain allows it */
			{ WRITE, "work/mnt/f", .expect = EACCES },
			{ READ, "vault/f", .expect = EACCES },
		},
	},
	{
		.name = "a rule at or beneath a bind mount's root counts by every mount",
		.tree = VAULT,
		.before = { { MOUNT_BIND, "vault/sub", "work/mnt" } },
		.policy =
			BASIC "trees:\n"
			"- {path: vault/sub, allow: [read]}\n"
			"- {path: vault/sub/deep, deny: [all]}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "work/mnt/f" },
			{ READ, "work/mnt/deep/f", .expect = EACCES },
			{ READ, "vault/sub/f" },
			{ READ, "vault/sub/deep/f", .expect = EACCES },
			{ READ, "work/f", .expect = EACCES },
		},
	},
	{
		.name = "hidden denies are per operation",
		.tree = VAULT,
		.before = { { MOUNT_BIND, "vault/sub", "work/mnt" } },
		.policy =
			BASIC "trees:\n"
			"- {path: work, allow: [all]}\n"
			"- {path: vault, deny: [write]}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "work/mnt/f" },
			{ LIST, "work/mnt" },
			{ WRITE, "work/mnt/f", .expect = EACCES },
			{ MKDIR, "work/mnt/deep/new", .expect = EACCES },
		},
		.landlock = REFUSED("while something beneath is denied"),
	},
	{
		.name = "a bind mount of a single file",
		.tree = VAULT "bound\n",
		.before = { { MOUNT_BIND, "vault/sub/f", "bound" } },
		.policy = BASIC "default: [read]\ntrees:\n- {path: vault, deny: [all]}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "bound", .expect = EACCES },
			{ READ, "vault/sub/f", .expect = EACCES },
			{ READ, "work/f" },
		},
	},
	{
		.name = "a rule on a mountpoint that is a file",
		.tree = VAULT "bound\n",
		.before = { { MOUNT_BIND, "vault/sub/f", "bound" } },
		.policy = BASIC "trees:\n- {path: bound, allow: [read]}\n",
		.actor = ROOT,
		.checks = {
			/* the rule is on the object, and both are it */
			{ READ, "bound" },
			{ READ, "vault/sub/f" },
			{ READ, "vault/sub/deep/f", .expect = EACCES },
		},
	},
	{
		.name = "a bind mount of everything, inside of it",
		.tree = VAULT,
		.before = { { MOUNT_RBIND, "/", "work/mnt" } },
		.policy = BASIC "default: [read]\ntrees:\n- {path: vault, deny: [all]}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "vault/f", .expect = EACCES },
			{ READ, "work/mnt/proc/self/status" },
			{ READ, "work/f" },
		},
	},
	{
		.name = "a recursive bind mount shows a denied tree once more",
		.tree = VAULT "all/\n",
		.before = { { MOUNT_TMPFS, "vault/sub" }, { PUT, "vault/sub/f" },
			    { MOUNT_RBIND, "vault", "all" } },
		.policy = BASIC "default: [read]\ntrees:\n- {path: vault/sub, deny: [all]}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "all/sub/f", .expect = EACCES },
			{ READ, "vault/sub/f", .expect = EACCES },
			{ READ, "all/f" },
		},
	},
	{
		.name = "an actor in a mount namespace of its own",
		.tree = VAULT,
		.before = { { MOUNT_TMPFS, "work/mnt" }, { PUT, "work/mnt/f" } },
		.policy = BASIC "trees:\n- {path: work, allow: [read]}\n",
		.prelude = { { UNSHARE_MOUNTS } },
		.actor = ROOT,
		.checks = {
			{ READ, "work/mnt/f" },
			{ READ, "work/f" },
			{ READ, "vault/f", .expect = EACCES },
			{ WRITE, "work/mnt/f", .expect = EACCES },
		},
	},
	{
		.name = "an actor whose root is elsewhere: rules reach to the real root",
		.tree =
			"jail/\n"
			"|-- f\n"
			"`-- sub/\n"
			"    `-- f\n",
		.policy =
			BASIC "trees:\n"
			"- {path: ., allow: [read]}\n"
			"- {path: jail/sub, deny: [all]}\n",
		.prelude = { { CHROOT_HERE, "jail" } },
		.actor = ROOT,
		.checks = {
			{ READ, "/f", .now = "jail/f" },
			{ READ, "/sub/f", .now = "jail/sub/f", .expect = EACCES },
			{ WRITE, "/f", .now = "jail/f", .expect = EACCES },
		},
	},
	{
		.name = "ext4: rules hold across removal and reuse of inodes",
		.tree = VAULT,
		.before = { { MOUNT_EXT4, "work/mnt" }, { PUT_BELOW, "work/mnt/in/f" },
			    { PUT_BELOW, "work/mnt/no/f" } },
		.policy = BASIC "default: [all]\ntrees:\n- {path: work/mnt/no, deny: [all]}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "work/mnt/in/f" },
			{ READ, "work/mnt/no/f", .expect = EACCES },
			{ UNLINK, "work/mnt/in/f" },
			{ MKREG, "work/mnt/in/g" },
			{ READ, "work/mnt/in/g" },
			{ RMDIR, "work/mnt/no", .expect = EACCES },
		},
	},
};

GROUP(mounts, cases);
