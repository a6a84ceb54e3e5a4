/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules on single files, and every way to open one. */
#include "case.h"

#define BY_OBJECT "Landlock's rules hang on the object: a file that takes its name has none"

static const struct test_case cases[] = {
	{
		.name = "a rule on a file is about that file alone",
		.tree =
			"etc/\n"
			"|-- hosts\n"
			"`-- shadow\n",
		.policy =
			BASIC "trees:\n"
			"- {path: etc/hosts, allow: [read]}\n",
		.checks = {
			{ READ, "etc/hosts" },
			{ WRITE, "etc/hosts", .expect = EACCES },
			{ READ, "etc/shadow", .expect = EACCES },
			{ LIST, "etc", .expect = EACCES },
		},
	},
	{
		.name = "a denied file in an allowed directory",
		.tree =
			"etc/\n"
			"|-- hosts\n"
			"`-- shadow\n",
		.policy =
			BASIC "trees:\n"
			"- {path: etc, allow: [read, write_file, truncate]}\n"
			"- {path: etc/shadow, deny: [all]}\n",
		.checks = {
			{ READ, "etc/hosts" },
			{ READ, "etc/shadow", .expect = EACCES },
			{ WRITE, "etc/shadow", .expect = EACCES },
			{ TRUNCATE, "etc/shadow", .expect = EACCES },
			{ UNLINK, "etc/shadow", .expect = EACCES },
		},
	},
	{
		.name = "an allowed file in a denied directory",
		.tree =
			"home/\n"
			"`-- ssh/\n"
			"    |-- id\n"
			"    `-- known_hosts\n",
		.policy =
			BASIC "trees:\n"
			"- {path: home, allow: [read, write_file]}\n"
			"- {path: home/ssh, deny: [all]}\n"
			"- {path: home/ssh/known_hosts, allow: [read_file]}\n",
		.checks = {
			{ READ, "home/ssh/known_hosts" },
			{ WRITE, "home/ssh/known_hosts", .expect = EACCES },
			{ READ, "home/ssh/id", .expect = EACCES },
			/* what is ruled on an entry never allows to take it away */
			{ UNLINK, "home/ssh/known_hosts", .expect = EACCES },
		},
	},
	{
		.name = "a file's rule does not allow to remove the file",
		.tree =
			"a/\n"
			"`-- f\n",
		.policy =
			BASIC "trees:\n"
			"- {path: a, allow: [read]}\n"
			"- {path: a/f, allow: [read, write_file, truncate]}\n",
		.checks = {
			{ WRITE, "a/f" },
			{ TRUNCATE, "a/f" },
			{ UNLINK, "a/f", .expect = EACCES },
			{ RENAME, "a/f", "a/g", .expect = EACCES },
		},
	},
	{
		.name = "read alone",
		.tree = "f\n",
		.policy = BASIC "trees:\n- {path: f, allow: [read_file]}\n",
		.checks = {
			{ READ, "f" },
			{ WRITE, "f", .expect = EACCES },
			{ APPEND, "f", .expect = EACCES },
			{ RDWR, "f", .expect = EACCES },
			{ TRUNC_OPEN, "f", .expect = EACCES },
			{ TRUNCATE, "f", .expect = EACCES },
		},
	},
	{
		.name = "write alone: no reading, no truncation",
		.tree = "f\n",
		.policy = BASIC "trees:\n- {path: f, allow: [write_file]}\n",
		.checks = {
			{ READ, "f", .expect = EACCES },
			{ WRITE, "f" },
			{ APPEND, "f" },
			{ RDWR, "f", .expect = EACCES },
			{ TRUNC_OPEN, "f", .expect = EACCES },
			{ TRUNCATE, "f", .expect = EACCES },
			{ FTRUNCATE, "f", .expect = EACCES },
		},
	},
	{
		.name = "truncate alone: by name, not by an open for writing",
		.tree = "f\n",
		.policy = BASIC "trees:\n- {path: f, allow: [truncate]}\n",
		.checks = {
			{ TRUNCATE, "f" },
			{ TRUNC_OPEN, "f", .expect = EACCES },
			{ FTRUNCATE, "f", .expect = EACCES },
			{ READ, "f", .expect = EACCES },
			{ WRITE, "f", .expect = EACCES },
		},
	},
	{
		.name = "write and truncate",
		.tree = "f\n",
		.policy = BASIC "trees:\n- {path: f, allow: [write_file, truncate]}\n",
		.checks = {
			{ TRUNCATE, "f" },
			{ TRUNC_OPEN, "f" },
			{ FTRUNCATE, "f" },
			{ RDWR, "f", .expect = EACCES },
		},
	},
	{
		.name = "a denied file stays denied when another takes its place",
		.tree =
			"etc/\n"
			"|-- shadow\n"
			"`-- shadow.new\n",
		.policy =
			BASIC "trees:\n"
			"- {path: etc, allow: [read]}\n"
			"- {path: etc/shadow, deny: [all]}\n",
		.checks = {
			{ READ, "etc/shadow", .expect = EACCES },
			{ RENAME, "etc/shadow", "etc/shadow.old", .by = OUTSIDE },
			{ READ, "etc/shadow.old", .expect = EACCES },
			{ PUT, "etc/shadow", .by = OUTSIDE },
			{ READ, "etc/shadow", .expect = EACCES },
			{ UNLINK, "etc/shadow", .by = OUTSIDE },
			{ PUT, "etc/shadow", .by = OUTSIDE },
			{ READ, "etc/shadow", .expect = EACCES },
		},
	},
	{
		.name = "a denied file replaced by a rename, as editors and passwd do",
		.tree =
			"etc/\n"
			"|-- shadow\n"
			"`-- shadow.new\n",
		.policy =
			BASIC "trees:\n"
			"- {path: etc, allow: [read]}\n"
			"- {path: etc/shadow, deny: [all]}\n",
		.checks = {
			{ READ, "etc/shadow.new" },
			{ RENAME, "etc/shadow.new", "etc/shadow", .by = OUTSIDE },
			/* Landlock's rule for shadow.new was made for the object: it went along */
			{ READ, "etc/shadow", .expect = EACCES, .bpf_only = true },
		},
	},
	{
		.name = "an allowed file stays allowed when another takes its place",
		.tree =
			"etc/\n"
			"|-- conf\n"
			"`-- conf.new\n",
		.policy =
			BASIC "trees:\n"
			"- {path: etc/conf, allow: [read]}\n",
		.checks = {
			{ READ, "etc/conf.new", .expect = EACCES },
			{ RENAME, "etc/conf.new", "etc/conf", .by = OUTSIDE },
			{ READ, "etc/conf", .less = true },
		},
		.landlock = LESS(BY_OBJECT),
	},
	{
		.name = "a name can be denied before it exists",
		.tree =
			"home/\n"
			"`-- profile\n",
		.policy =
			BASIC "trees:\n"
			"- {path: home, allow: [all]}\n"
			"- {path: home/netrc, deny: [all]}\n",
		.checks = {
			{ MKREG, "home/netrc", .expect = EACCES },
			{ CREAT, "home/netrc", .expect = EACCES },
			{ MKDIR, "home/netrc", .expect = EACCES },
			{ MKSYM, "home/netrc", .expect = EACCES },
			{ RENAME, "home/profile", "home/netrc", .expect = EACCES },
			{ LINK, "home/profile", "home/netrc", .expect = EACCES },
			{ PUT, "home/netrc", .by = OUTSIDE },
			{ READ, "home/netrc", .expect = EACCES },
			{ WRITE, "home/netrc", .expect = EACCES },
			{ UNLINK, "home/netrc", .expect = EACCES },
			{ READ, "home/profile" },
		},
		.landlock = REFUSED("while something beneath is denied"),
	},
	{
		.name = "a directory that appears under a denied name is denied with all in it",
		.tree =
			"home/\n"
			"`-- profile\n",
		.policy =
			BASIC "trees:\n"
			"- {path: home, allow: [all]}\n"
			"- {path: home/gnupg, deny: [all]}\n",
		.checks = {
			{ PUT_BELOW, "home/gnupg/private/key", .by = OUTSIDE },
			{ READ, "home/gnupg/private/key", .expect = EACCES },
			{ LIST, "home/gnupg", .expect = EACCES },
			{ MKREG, "home/gnupg/private/new", .expect = EACCES },
		},
		.landlock = REFUSED("while something beneath is denied"),
	},
	{
		.name = "a denied file is denied by its other names, too",
		.tree =
			"a/\n"
			"|-- f\n"
			"b/\n"
			"`-- g\n",
		.policy =
			BASIC "trees:\n"
			"- {path: ., allow: [read]}\n"
			"- {path: a/f, deny: [all]}\n",
		.checks = {
			{ LINK, "a/f", "b/f", .by = OUTSIDE },
			{ READ, "b/f", .expect = EACCES, .bpf_only = true },
			{ READ, "b/g" },
		},
	},
	{
		.name = "a denied file moved by others keeps its rule",
		.tree =
			"a/\n"
			"|-- f\n"
			"b/\n"
			"`-- g\n",
		.policy =
			BASIC "trees:\n"
			"- {path: a, allow: [read]}\n"
			"- {path: b, allow: [read]}\n"
			"- {path: a/f, deny: [all]}\n",
		.checks = {
			{ RENAME, "a/f", "b/f", .by = OUTSIDE },
			/* Landlock allows what is beneath b, whence ever it came */
			{ READ, "b/f", .expect = EACCES, .bpf_only = true },
			{ READ, "b/g" },
		},
	},
	{
		.name = "fifos are files",
		.tree =
			"a/\n"
			"|-- in|\n"
			"`-- out|\n",
		.policy =
			BASIC "trees:\n"
			"- {path: a, allow: [read_file]}\n"
			"- {path: a/out, deny: [read_file], allow: [write_file]}\n",
		.checks = {
			{ READ, "a/in" },
			{ RDWR, "a/in", .expect = EACCES },
			{ READ, "a/out", .expect = EACCES },
			{ RDWR, "a/out", .expect = EACCES },
		},
	},
	{
		.name = "permission bits still hold",
		.tree =
			"a/\n"
			"`-- f\n",
		.policy = BASIC "trees:\n- {path: ., allow: [all]}\n",
		.actor = ALICE,
		.checks = {
			{ READ, "a/f" },
			{ WRITE, "a/f" },
			{ PUT_BLOCK, "a/disk", .by = OUTSIDE },
			{ PUT_PROGRAM, "a/root", .by = OUTSIDE },
			/* it belongs to root and has mode 755: the policy alone gives nothing */
			{ WRITE, "a/root", .expect = EACCES, .natural = true },
			{ READ, "a/root" },
		},
	},
	{
		.name = "a rule on a file behind a symbolic link is on its target",
		.tree =
			"a/\n"
			"|-- f\n"
			"`-- link -> f\n",
		.policy =
			BASIC "trees:\n"
			"- {path: a/link, allow: [read]}\n",
		.checks = {
			{ READ, "a/f" },
			{ READ, "a/link" },
			{ UNLINK, "a/link", .expect = EACCES },
		},
	},
};

GROUP(files, cases);
