/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whose an entry is that is made, removed, renamed or linked. */
#include "owned.h"

static const struct test_case cases[] = {
	{
		.name = "what is made belongs to the caller",
		.tree = BOX,
		.before = { GIVEN },
		.policy =
			BASIC "default: [read, execute]\n"
			"trees:\n"
			"- {path: box, allow: [write], owner: self}\n"
			"- {path: out, allow: [write], owner: uid 1000}\n",
		.actor = ROOT,
		.checks = {
			{ MKREG, "box/1", AL },
			{ CREAT, "box/2", BO },
			{ MKDIR, "box/3", AL },
			{ MKSYM, "box/4", BO },
			{ MKFIFO, "box/5", AL },
			{ MKSOCK, "box/6", AL },
			{ TMPFILE, "box", BO },
			{ TMPFILE_LINK, "box", "box/7", BO },
			{ MKREG, "out/1", AL },
			{ MKREG, "out/2", BO, .expect = EACCES },
			{ CREAT, "out/2", BO, .expect = EACCES },
			{ CREAT, "out/2", AL },
			{ MKDIR, "out/3", BO, .expect = EACCES },
			{ MKSYM, "out/4", BO, .expect = EACCES },
			{ TMPFILE, "out", BO, .expect = EACCES },
			{ TMPFILE, "out", AL },
			{ TMPFILE_LINK, "out", "out/7", BO, .expect = EACCES },
			{ TMPFILE_LINK, "out", "out/7", AL },
			{ WRITE, "box/2", AL, .expect = EACCES },
		},
		.landlock = BY_OWNER,
	},
	{
		.name = "its group is the directory's where that has the bit",
		.tree =
			"box/\n"
			"|-- set/\n"
			"`-- not/\n",
		.before = {
			{ GIVE, "box/set", "0:1002" },
			{ SET_GROUP_BIT, "box/set" },
			{ GIVE, "box/not", "0:1002" },
		},
		.policy =
			BASIC "default: [read, execute]\n"
			"trees:\n"
			"- {path: box, allow: [write], group: gid 1002}\n",
		.actor = ROOT,
		.checks = {
			{ MKREG, "box/set/1", AL },
			{ CREAT, "box/set/2", AL },
			{ MKDIR, "box/set/3", AL },
			{ TMPFILE, "box/set", AL },
			{ TMPFILE_LINK, "box/set", "box/set/4", AL },
			{ MKREG, "box/not/1", AL, .expect = EACCES },
			{ CREAT, "box/not/2", AL, .expect = EACCES },
			{ TMPFILE, "box/not", AL, .expect = EACCES },
			/* a supplementary group is not what a file gets */
			{ MKREG, "box/not/3", .as = "1000:1000:1002", .expect = EACCES },
			{ MKREG, "box/not/3", .as = "1000:1002" },
			/* the bit is inherited */
			{ MKREG, "box/set/3/1", AL },
			{ WRITE, "box/set/1", BO },
		},
		.landlock = BY_OWNER,
	},
	{
		.name = "what is removed is judged by its own owner",
		.tree = BOX,
		.before = { GIVEN, { MKDIR, "box/als" }, { GIVE, "box/als", "1000:1000" } },
		.policy = OWN_WRITABLE,
		.actor = ROOT,
		.checks = {
			{ UNLINK, "box/bo", AL, .expect = EACCES },
			{ UNLINK, "box/in/al", BO, .expect = EACCES },
			{ RMDIR, "box/als", BO, .expect = EACCES },
			{ RMDIR, "box/als", AL },
			/* though the directory is root's */
			{ UNLINK, "box/al", AL },
			{ URING_UNLINK, "box/in/bo", AL, .expect = EACCES },
			{ URING_UNLINK, "box/in/bo", BO },
		},
		.landlock = BY_OWNER,
	},
	{
		.name = "a file that is renamed or linked",
		.tree = BOX,
		.before = { GIVEN, { PUT, "box/al2" }, { GIVE, "box/al2", "1000:1000" } },
		.policy = OWN_WRITABLE,
		.actor = ROOT,
		.checks = {
			{ RENAME, "box/al", "box/x", BO, .expect = EACCES },
			{ RENAME, "box/al", "box/x", AL },
			{ RENAME, "box/x", "box/in/x", AL },
			{ RENAME, "box/in/x", "box/in/bo", AL, .expect = EACCES }, /* hers goes */
			{ RENAME, "box/in/x", "box/in/al", AL },
			{ EXCHANGE, "box/al2", "box/bo", AL, .expect = EACCES },
			{ EXCHANGE, "box/al2", "box/in/al", AL },
			{ LINK, "box/al2", "box/in/y", BO, .expect = EACCES },
			{ LINK, "box/al2", "box/in/y", AL },
			{ RENAME_WHITEOUT_, "box/bo", "box/z", AL, .expect = EACCES },
			{ URING_RENAME, "box/bo", "box/z", AL, .expect = EACCES },
			{ URING_RENAME, "box/bo", "box/z", BO },
		},
		.landlock = BY_OWNER,
	},
	{
		.name = "a file does not move to where its owner's may do more",
		.tree = BOX,
		.before = { GIVEN },
		.policy =
			BASIC "default: [all]\n"
			"trees:\n"
			"- {path: box, deny: [read_file], owner: uid 1001}\n",
		.actor = ROOT,
		.checks = {
			{ RENAME, "box/bo", "out/x", .expect = EXDEV },
			{ LINK, "box/bo", "out/x", .expect = EXDEV },
			{ EXCHANGE, "box/bo", "out/al", .expect = EXDEV },
			{ EXCHANGE, "out/al", "box/bo", .expect = EXDEV },
			{ RENAME, "box/bo", "box/in/x" },
			{ RENAME, "box/al", "out/x" },
			{ LINK, "out/bo", "box/bo" },
			{ READ, "box/bo", .expect = EACCES },
		},
		.landlock = BY_OWNER,
	},
	{
		.name = "a directory may hold anybody's",
		.tree = BOX,
		.before = { GIVEN, { PUT_BELOW, "box/sub/dir/f" }, { PUT_BELOW, "out/dir/f" } },
		.policy =
			BASIC "default: [all]\n"
			"trees:\n"
			"- {path: box, deny: [read_file], owner: uid 1001}\n",
		.actor = ROOT,
		.checks = {
			/* all of it root's, and yet */
			{ RENAME, "box/sub/dir", "out/dir2", .expect = EXDEV },
			{ RENAME, "box/sub/dir", "box/in/dir" },
			{ RENAME, "out/dir", "box/dir" },
			{ RENAME, "box/dir", "out/dir", .expect = EXDEV },
			{ EXCHANGE, "box/in/dir", "out/al", .expect = EXDEV },
			{ RENAME, "box/in/dir", "box/in/dir2" },
		},
		.landlock = BY_OWNER,
	},
	{
		.name = "a directory, beneath one rule and to another",
		.tree =
			"box/\n"
			"|-- in/\n"
			"|   `-- dir/\n"
			"|       `-- f\n"
			"`-- sub/\n"
			"all/\n",
		.before = { { GIVE, "box/in/dir", "1000:1000" } },
		.policy =
			BASIC "default: [read, execute]\n"
			"trees:\n"
			"- {path: box, allow: [write], owner: self}\n"
			"- {path: all, allow: [write]}\n",
		.actor = ROOT,
		.checks = {
			{ RENAME, "box/in/dir", "box/sub/dir", BO, .expect = EACCES },
			{ RENAME, "box/in/dir", "box/sub/dir", AL },
			{ RENAME, "box/sub/dir", "all/dir", AL, .expect = EXDEV },
			{ RENAME, "box/sub/dir", "box/sub/dir2", AL },
			{ MKDIR, "all/dir", AL },
			{ RENAME, "all/dir", "box/in/dir", AL },
		},
		.landlock = BY_OWNER,
	},
	{
		.name = "a directory, from a rule that was moved to the same one by its old name",
		.tree =
			"p/\n"
			"`-- x/\n"
			"    |-- same/\n"
			"    `-- sub/\n"
			"        `-- f\n"
			"q/\n",
		.policy =
			BASIC "default: [all]\n"
			"trees:\n"
			"- {path: p/x, deny: [chmod], owner: self}\n"
			"- {path: q, deny: [read_file]}\n",
		.actor = ROOT,
		.checks = {
			{ RENAME, "p/x", "q/x", .by = OUTSIDE },
			{ MKDIR, "p/x", .by = OUTSIDE },
			{ READ, "q/x/sub/f", .expect = EACCES },
			/* the rule is met here and there; what is above it is not the same */
			{ RENAME, "q/x/sub", "p/x/sub", .expect = EXDEV },
			{ RENAME, "q/x/same", "q/x/sub/same" },
		},
		.landlock = BY_OWNER,
	},
};

GROUP(owned, cases);
