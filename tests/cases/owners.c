/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules about some owner's objects only: `owner:` and `group:`. */
#include "owned.h"

static const struct test_case cases[] = {
	{
		.name = "self is who asks, by the id for files",
		.tree = BOX,
		.before = { GIVEN },
		.policy = OWN_WRITABLE,
		.actor = ROOT,
		.checks = {
			{ WRITE, "box/al", AL },
			{ WRITE, "box/bo", AL, .expect = EACCES },
			{ WRITE, "box/in/bo", BO },
			{ WRITE, "box/in/al", BO, .expect = EACCES },
			/* whose user id is 0 */
			{ WRITE, "box/root", AL, .expect = EACCES },
			{ WRITE, "box/root" },
			{ WRITE, "box/al", .expect = EACCES },
			{ RDWR, "box/al", AL },
			{ RDWR, "box/al", BO, .expect = EACCES },
			/* for others it is as if the rule were not there */
			{ READ, "box/al", BO },
			{ LIST, "box", BO },
			{ WRITE, "out/al", AL, .expect = EACCES },
		},
		.landlock = BY_OWNER,
	},
	{
		.name = "self follows the caller",
		.tree = BOX,
		.before = { GIVEN },
		.policy = OWN_WRITABLE,
		.actor = ROOT,
		.checks = {
			{ WRITE, "box/al", .expect = EACCES },
			{ SETUID, "1000" },
			{ WRITE, "box/al" },
			{ WRITE, "box/bo", .expect = EACCES },
			{ WRITE, "box/root", .expect = EACCES },
			{ WRITE, "box/al", .in = IN_CHILD },
			{ WRITE, "box/al", .in = IN_THREAD },
		},
		.landlock = BY_OWNER,
	},
	{
		.name = "a deny of one's own, and of another's",
		.tree = BOX,
		.before = { GIVEN },
		.policy =
			BASIC "default: [all]\n"
			"trees:\n"
			"- {path: box, deny: [read_file], owner: self}\n"
			"- {path: out, deny: [write], owner: uid 1001}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "box/al", AL, .expect = EACCES },
			{ READ, "box/bo", AL },
			{ READ, "box/root", AL },
			{ READ, "box/root", .expect = EACCES },
			{ WRITE, "out/bo", AL, .expect = EACCES },
			{ WRITE, "out/bo", BO, .expect = EACCES },
			{ WRITE, "out/al", BO },
		},
		.landlock = BY_OWNER,
	},
	{
		.name = "a user and a group, by name and by number",
		.tree = BOX,
		.before = { GIVEN, { GIVE, "box/in/al", "1000:1001" } },
		.policy =
			BASIC "default: [read, execute]\n"
			"trees:\n"
			"- {path: box, allow: [write], owner: uid 1000, group: gid 1001}\n"
			"- {path: box/root, allow: [write], owner: root, group: root}\n"
			"- {path: out, allow: [write], group: gid 1001}\n",
		.actor = ROOT,
		.checks = {
			{ WRITE, "box/in/al" },
			{ WRITE, "box/in/al", BO },
			{ WRITE, "box/al", AL, .expect = EACCES }, /* another group */
			{ WRITE, "box/bo", AL, .expect = EACCES }, /* another user */
			{ WRITE, "box/root", BO },
			{ WRITE, "out/bo", AL },
			{ WRITE, "out/al", AL, .expect = EACCES },
		},
		.landlock = BY_OWNER,
	},
	{
		.name = "groups of the caller",
		.tree = BOX,
		.before = { GIVEN },
		.policy =
			BASIC "default: [read, execute]\n"
			"trees:\n"
			"- {path: box, allow: [write], group: self}\n",
		.actor = ROOT,
		.checks = {
			{ WRITE, "box/al", AL },
			{ WRITE, "box/al", BO, .expect = EACCES },
			{ WRITE, "box/al", .as = "7:1000" },
			{ WRITE, "box/al", .as = "7:7:1000" },
			{ WRITE, "box/al", .as = "7:7:5:6:1000:2000" },
			{ WRITE, "box/al", .as = "1000:7:999:1001", .expect = EACCES },
			{ WRITE, "box/bo", .as = "1000:7:999:1001" },
		},
		.landlock = BY_OWNER,
	},
	{
		.name = "an owner for some operations",
		.tree = BOX,
		.before = { GIVEN },
		.policy =
			BASIC "trees:\n"
			"- path: box\n"
			"  allow: [read, write]\n"
			"  deny: [execute]\n"
			"  owner: {write_file: self, remove_file: uid 1001, read_dir: unmapped}\n"
			"  group: {write_file: gid 1000, make_dir: self}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "box/bo", AL },
			{ TRUNCATE, "box/bo", AL },
			{ WRITE, "box/al", AL },
			{ WRITE, "box/bo", AL, .expect = EACCES },
			{ WRITE, "box/bo", BO, .expect = EACCES }, /* her own, of another group */
			{ TRUNC_OPEN, "box/bo", AL, .expect = EACCES },
			{ LIST, "box", AL, .expect = EACCES },
			{ UNLINK, "box/in/al", AL, .expect = EACCES },
			{ UNLINK, "box/in/bo", AL },
			{ MKDIR, "box/new", AL },
			{ EXEC, "box/al", AL, .expect = EACCES },
		},
		.landlock = BY_OWNER,
	},
	{
		.name = "the nearest rule that is about the object's owner wins",
		.tree =
			"a/\n"
			"|-- al\n"
			"|-- bo\n"
			"`-- b/\n"
			"    |-- al\n"
			"    |-- bo\n"
			"    `-- c/\n"
			"        |-- al\n"
			"        `-- bo\n",
		.before = {
			{ GIVE, "a/al", "1000:1000" }, { GIVE, "a/bo", "1001:1001" },
			{ GIVE, "a/b/al", "1000:1000" }, { GIVE, "a/b/bo", "1001:1001" },
			{ GIVE, "a/b/c/al", "1000:1000" }, { GIVE, "a/b/c/bo", "1001:1001" },
		},
		.policy =
			BASIC "trees:\n"
			"- {path: a, allow: [read], deny: [write]}\n"
			"- {path: a/b, deny: [read], allow: [write], owner: self}\n"
			"- {path: a/b/c, allow: [read], owner: uid 1000}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "a/al", AL },
			{ WRITE, "a/al", AL, .expect = EACCES },
			{ READ, "a/b/al", AL, .expect = EACCES },
			{ WRITE, "a/b/al", AL },
			{ READ, "a/b/al", BO },
			{ WRITE, "a/b/al", BO, .expect = EACCES },
			{ READ, "a/b/c/al", AL },
			{ WRITE, "a/b/c/al", AL },
			{ READ, "a/b/c/bo", BO, .expect = EACCES },
			{ WRITE, "a/b/c/bo", BO },
			{ READ, "a/b/c/bo", AL },
		},
		.landlock = BY_OWNER,
	},
	{
		.name = "each of two policies has its owners",
		.tree = BOX,
		.before = { GIVEN },
		.policy =
			BASIC "default: [read, execute]\n"
			"trees:\n"
			"- {path: box, allow: [write], owner: self}\n",
		.more = {
			BASIC "default: [all]\n"
			"trees:\n"
			"- {path: box, deny: [write], group: gid 1001}\n"
			"- {path: box/in, allow: [write], group: self}\n",
		},
		.actor = ROOT,
		.checks = {
			{ WRITE, "box/al", AL },
			{ WRITE, "box/bo", BO, .expect = EACCES }, /* the second says no */
			{ WRITE, "box/bo", AL, .expect = EACCES },
			{ WRITE, "box/in/bo", BO },
			{ WRITE, "box/in/bo", .as = "1001:1000", .expect = EACCES },
			{ WRITE, "box/al", .as = "7:7", .expect = EACCES }, /* the first does */
		},
		.landlock = BY_OWNER,
	},
	{
		.name = "on a file, and on a name that is missing",
		.tree = BOX,
		.before = { GIVEN },
		.policy =
			BASIC "default: [all]\n"
			"trees:\n"
			"- {path: box/al, deny: [read_file, remove_file], owner: uid 1000}\n"
			"- {path: box/new, deny: [make_reg, write_file], owner: self}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "box/al", BO, .expect = EACCES },
			{ UNLINK, "box/al", BO, .expect = EACCES },
			{ GIVE, "box/al", "1001:1001", .by = OUTSIDE },
			{ READ, "box/al", BO },
			{ UNLINK, "box/al", BO },
			{ MKREG, "box/new", AL, .expect = EACCES },
			{ CREAT, "box/new", AL, .expect = EACCES },
			{ MKDIR, "box/new", AL },
			{ RMDIR, "box/new", AL },
			/* what comes there is Bo's */
			{ LINK, "box/bo", "box/new", AL },
			{ WRITE, "box/new", AL },
			{ WRITE, "box/new", BO, .expect = EACCES },
		},
		.landlock = BY_OWNER,
	},
	{
		.name = "an owner that changes",
		.tree = BOX,
		.before = { GIVEN },
		.policy = OWN_WRITABLE,
		.actor = ROOT,
		.checks = {
			{ WRITE, "box/al", BO, .expect = EACCES },
			{ GIVE, "box/al", "1001:1000", .by = OUTSIDE },
			{ WRITE, "box/al", BO },
			{ WRITE, "box/al", AL, .expect = EACCES },
			{ GIVE, "box/al", "1000:1000", .by = OUTSIDE },
			{ WRITE, "box/al", BO, .expect = EACCES },
		},
		.landlock = BY_OWNER,
	},
	{
		.name = "hidden ancestors",
		.tree =
			"vault/\n"
			"`-- sub/\n"
			"    `-- deep/\n"
			"        |-- al\n"
			"        `-- bo\n"
			"work/\n"
			"|-- deep/\n"
			"`-- sub/\n",
		.before = {
			{ GIVE, "vault/sub/deep/al", "1000:1000" },
			{ GIVE, "vault/sub/deep/bo", "1001:1001" },
			{ MOUNT_BIND, "vault/sub/deep", "work/deep" },
		},
		.policy =
			BASIC "trees:\n"
			"- {path: work, allow: [read, write]}\n"
			"- {path: vault, deny: [read], owner: uid 1000}\n"
			"- {path: vault/sub, allow: [all], owner: uid 1001}\n",
		.more = {
			BASIC "default: [all]\n"
			"trees:\n"
			"- {path: vault, deny: [write]}\n"
			"- {path: vault/sub, allow: [write], owner: self}\n",
		},
		.actor = ROOT,
		.checks = {
			{ READ, "work/deep/al", AL, .expect = EACCES },
			{ READ, "work/deep/bo", AL },
			/* an allow there shields from the deny farther up, for its owner */
			{ WRITE, "work/deep/al", AL },
			{ WRITE, "work/deep/al", BO, .expect = EACCES },
			{ WRITE, "work/deep/bo", BO },
			/* but gives nothing */
			{ EXEC, "work/deep/bo", BO, .expect = EACCES },
			{ READ, "vault/sub/deep/bo", BO },
		},
		.landlock = BY_OWNER,
	},
	{
		.name = "attributes",
		.tree =
			"box/\n"
			"|-- al\n"
			"|-- bo\n"
			"|-- link -> al\n"
			"`-- bolink -> bo\n",
		.before = {
			{ GIVE, "box/al", "1000:1000" }, { GIVE, "box/bo", "1001:1001" },
			{ GIVE, "box/link", "1000:1000" }, { GIVE, "box/bolink", "1001:1001" },
		},
		.policy =
			BASIC "default: [execute]\n"
			"trees:\n"
			"- {path: box, allow: [read, write], owner: self}\n",
		.actor = ROOT,
		.checks = {
			{ STAT, "box/al", AL },
			{ STAT, "box/bo", AL, .expect = EACCES },
			{ LSTAT, "box/link", AL },
			{ LSTAT, "box/link", BO, .expect = EACCES },
			{ READLINK, "box/link", AL },
			{ READLINK, "box/link", BO, .expect = EACCES },
			{ CHMOD, "box/al", AL },
			{ CHMOD, "box/bo", AL, .expect = EACCES },
			{ UTIME, "box/al", AL },
			{ UTIME, "box/bo", AL, .expect = EACCES },
			{ LISTXATTR, "box/al", AL },
			{ LISTXATTR, "box/bo", AL, .expect = EACCES },
			{ WATCH, "box/bo", BO },
			{ WATCH, "box/al", BO, .expect = EACCES },
			{ CHOWN, "box/bo", AL, .expect = EACCES },
			{ CHOWN, "box/al", AL },
			{ LCHOWN, "box/bolink", AL, .expect = EACCES },
			/* it is root's now */
			{ STAT, "box/al", AL, .expect = EACCES },
			{ STAT, "box/al" },
		},
		.landlock = BY_OWNER,
	},
	{
		.name = "extended attributes and access lists",
		.tree = "box/\n",
		.before = {
			{ MOUNT_EXT4, "box" },
			{ PUT, "box/al" }, { GIVE, "box/al", "1000:1000" }, { SETXATTR, "box/al" },
			{ PUT, "box/bo" }, { GIVE, "box/bo", "1001:1001" }, { SETXATTR, "box/bo" },
		},
		/* it is asked by the mount that shows all of the filesystem, too */
		.policy =
			BASIC "default: [all]\n"
			"trees:\n"
			"- {path: box, deny: [setxattr, getxattr, chmod], owner: uid 1000}\n",
		.actor = ROOT,
		.checks = {
			{ GETXATTR, "box/al", AL, .expect = EACCES },
			{ GETXATTR, "box/bo", AL },
			{ SETXATTR, "box/al", BO, .expect = EACCES },
			{ SETXATTR, "box/bo", AL },
			{ REMOVEXATTR, "box/al", AL, .expect = EACCES },
			{ SET_ACL, "box/al", AL, .expect = EACCES },
			{ SET_ACL, "box/bo", AL },
		},
		.landlock = BY_OWNER,
	},
	{
		.name = "programs and sockets",
		.tree =
			"box/\n"
			"|-- al*\n"
			"`-- bo*\n",
		.before = { { LISTEN, "box/alsock" }, { LISTEN, "box/bosock" } },
		.policy =
			BASIC "default: [read]\n"
			"trees:\n"
			"- {path: box, allow: [execute, connect], owner: self}\n",
		.actor = ALICE,
		.checks = {
			/* all of it is his at first */
			{ GIVE, "box/bo", "1001:1001", .by = OUTSIDE },
			{ GIVE, "box/bosock", "1001:1001", .by = OUTSIDE },
			{ EXEC, "box/al" },
			{ EXEC, "box/bo", .expect = EACCES },
			{ EXEC_FD, "box/al" },
			{ EXEC_FD, "box/bo", .expect = EACCES },
			{ CONNECT, "box/alsock" },
			{ CONNECT, "box/bosock", .expect = EACCES },
		},
		.landlock = BY_OWNER,
	},
	{
		.name = "in a tree that hangs nowhere",
		.tree = BOX,
		.before = { GIVEN, { HOLD_TREE, "box" } },
		.policy =
			BASIC "default: [all]\n"
			"trees:\n"
			"- {path: box, allow: [read], owner: self}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "@/al", AL },
			{ READ, "@/al", BO, .expect = EACCES },
			{ READ, "@/in/bo", BO },
			{ WRITE, "@/in/bo", BO, .expect = EACCES },
			{ WRITE, "box/in/bo", AL },
		},
		.landlock = BY_OWNER,
	},
};

GROUP(owners, cases);
