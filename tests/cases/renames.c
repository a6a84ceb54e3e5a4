/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Links and renames.  They need the operation on both sides, and must not move an object to where
 * more is allowed on it.  What is missing shows: EACCES for a right to make or remove, EXDEV for
 * `refer` or for a gain between directories, as between filesystems.  EACCES goes first.
 */
#include "case.h"

/* What the programs in the kernel learn by seeing every rename. */
static const struct test_case cases[] = {
	{
		.name = "within one directory, without refer",
		.tree =
			"a/\n"
			"|-- f\n"
			"|-- g\n"
			"|-- h\n"
			"`-- d/\n",
		.policy =
			BASIC "trees:\n"
			"- {path: a, allow: [make_reg, remove_file]}\n",
		.checks = {
			{ RENAME, "a/f", "a/x" },
			{ RENAME, "a/x", "a/g" },
			{ RENAME_NEW, "a/g", "a/y" },
			{ LINK, "a/y", "a/z" },
			{ RENAME, "a/d", "a/e", .expect = EACCES },
			{ EXCHANGE, "a/h", "a/z" },
			{ EXCHANGE, "a/h", "a/d", .expect = EACCES },
		},
	},
	{
		.name = "within one directory, without refer, to a name that allows more",
		.tree =
			"a/\n"
			"`-- f\n",
		.policy =
			BASIC "trees:\n"
			"- {path: a, allow: [make_reg, remove_file, read, write_file]}\n"
			"- {path: a/new, deny: [write_file]}\n",
		.checks = {
			{ MKREG, "a/new" },
			{ WRITE, "a/new", .expect = EACCES },
			{ RENAME, "a/new", "a/x", .expect = EACCES },
			{ EXCHANGE, "a/f", "a/new", .expect = EACCES },
			{ LINK, "a/new", "a/x", .expect = EACCES },
			{ RENAME, "a/f", "a/new" },
		},
		.landlock = REFUSED("while something beneath is denied"),
	},
	{
		.name = "between directories of one tree",
		.tree =
			"work/\n"
			"|-- a/\n"
			"|   |-- f\n"
			"|   `-- d/\n"
			"|       `-- f\n"
			"`-- b/\n"
			"    `-- f\n",
		.policy = BASIC "trees:\n- {path: work, allow: [all]}\n",
		.checks = {
			{ RENAME, "work/a/f", "work/b/g" },
			{ RENAME, "work/a/d", "work/b/d" },
			{ LINK, "work/b/g", "work/a/l" },
			{ EXCHANGE, "work/b/d", "work/b/f" },
			{ EXCHANGE, "work/a/l", "work/b/f" },
			{ READ, "work/a/l/f" },
		},
	},
	{
		.name = "between directories, refer is missing",
		.tree =
			"work/\n"
			"|-- a/\n"
			"|   |-- f\n"
			"|   `-- d/\n"
			"`-- b/\n",
		.policy =
			BASIC "trees:\n"
			"- {path: work, allow: [read, make_reg, make_dir, remove_file, remove_dir]}\n",
		.checks = {
			{ RENAME, "work/a/f", "work/b/f", .expect = EXDEV },
			{ RENAME, "work/a/d", "work/b/d", .expect = EXDEV },
			{ LINK, "work/a/f", "work/b/f", .expect = EXDEV },
			{ RENAME, "work/a/f", "work/a/g" },
		},
	},
	{
		.name = "refer on one side only",
		.tree =
			"a/\n"
			"|-- f\n"
			"b/\n"
			"`-- f\n",
		.policy =
			BASIC "trees:\n"
			"- {path: a, allow: [make_reg, remove_file, refer]}\n"
			"- {path: b, allow: [make_reg, remove_file]}\n",
		.checks = {
			{ RENAME, "a/f", "b/g", .expect = EXDEV },
			{ RENAME, "b/f", "a/g", .expect = EXDEV },
			{ LINK, "a/f", "b/g", .expect = EXDEV },
		},
	},
	{
		.name = "a missing right to make or remove goes before a missing refer",
		.tree =
			"from/\n"
			"|-- f\n"
			"keep/\n"
			"|-- f\n"
			"to/\n"
			"|-- f\n"
			"shut/\n",
		.policy =
			BASIC "trees:\n"
			"- {path: from, allow: [remove_file]}\n"
			"- {path: to, allow: [make_reg]}\n"
			"- {path: keep, allow: [refer]}\n",
		.checks = {
			{ RENAME, "from/f", "to/g", .expect = EXDEV },
			{ RENAME, "from/f", "shut/f", .expect = EACCES },
			{ RENAME, "keep/f", "to/g", .expect = EACCES },
			/* the target that it would replace must be removable */
			{ RENAME, "from/f", "to/f", .expect = EACCES },
			{ EXCHANGE, "from/f", "to/f", .expect = EACCES },
			{ LINK, "keep/f", "to/g", .expect = EXDEV },
			{ LINK, "keep/f", "shut/g", .expect = EACCES },
		},
	},
	{
		.name = "a file may not move to where more is allowed on it",
		.tree =
			"ro/\n"
			"|-- f\n"
			"rw/\n"
			"|-- f\n"
			"rx/\n",
		.policy =
			BASIC "trees:\n"
			"- {path: ., allow: [make_reg, remove_file, refer]}\n"
			"- {path: ro, allow: [read]}\n"
			"- {path: rw, allow: [read, write]}\n"
			"- {path: rx, allow: [read, execute]}\n",
		.checks = {
			{ RENAME, "ro/f", "rw/g", .expect = EXDEV },
			{ LINK, "ro/f", "rw/g", .expect = EXDEV },
			{ RENAME, "ro/f", "rx/g", .expect = EXDEV },
			{ RENAME, "rw/f", "rx/g", .expect = EXDEV },
			{ EXCHANGE, "rw/f", "ro/f", .expect = EXDEV },
			{ LINK, "rw/f", "ro/l" },
			{ RENAME, "rw/f", "ro/g" },
		},
	},
	{
		.name = "a directory may not move to where more is allowed in it",
		.tree =
			"few/\n"
			"|-- d/\n"
			"|   `-- f\n"
			"many/\n"
			"`-- d/\n",
		.policy =
			BASIC "trees:\n"
			"- {path: ., allow: [make_dir, remove_dir, refer]}\n"
			"- {path: many, allow: [make_fifo]}\n",
		.checks = {
			{ RENAME, "few/d", "many/e", .expect = EXDEV },
			{ RENAME, "many/d", "few/e" },
		},
	},
	{
		.name = "for a file it does not matter what only directories have",
		.tree =
			"few/\n"
			"|-- f\n"
			"many/\n",
		.policy =
			BASIC "trees:\n"
			"- {path: ., allow: [make_reg, remove_file, refer]}\n"
			"- {path: many, allow: [make_fifo, read_dir]}\n",
		.checks = {
			{ RENAME, "few/f", "many/f" },
		},
	},
	{
		.name = "out of an allowed tree, and into one",
		.tree =
			"in/\n"
			"|-- f\n"
			"out/\n"
			"`-- f\n",
		.policy = BASIC "trees:\n- {path: in, allow: [all]}\n",
		.checks = {
			{ RENAME, "in/f", "out/g", .expect = EACCES },
			{ RENAME, "out/f", "in/g", .expect = EACCES },
			{ LINK, "in/f", "out/g", .expect = EACCES },
			{ LINK, "out/f", "in/g", .expect = EXDEV },
			{ EXCHANGE, "in/f", "out/f", .expect = EACCES },
		},
	},
	{
		.name = "into a denied tree, and out of it",
		.tree =
			"work/\n"
			"|-- a/\n"
			"|   `-- f\n"
			"`-- secret/\n"
			"    `-- key\n",
		.policy =
			BASIC "trees:\n"
			"- {path: work, allow: [all]}\n"
			"- {path: work/secret, deny: [all]}\n",
		.checks = {
			{ RENAME, "work/secret/key", "work/a/key", .expect = EACCES },
			{ LINK, "work/secret/key", "work/a/key", .expect = EXDEV },
			{ RENAME, "work/a/f", "work/secret/f", .expect = EACCES },
			{ LINK, "work/a/f", "work/secret/f", .expect = EACCES },
			{ EXCHANGE, "work/a/f", "work/secret/key", .expect = EACCES },
		},
		.landlock = REFUSED("while something beneath is denied"),
	},
	{
		.name = "out of a tree that denies only reading",
		.tree =
			"work/\n"
			"|-- a/\n"
			"`-- secret/\n"
			"    `-- key\n",
		.policy =
			BASIC "trees:\n"
			"- {path: work, allow: [all]}\n"
			"- {path: work/secret, deny: [read_file]}\n",
		.checks = {
			{ READ, "work/secret/key", .expect = EACCES },
			{ RENAME, "work/secret/key", "work/a/key", .expect = EXDEV },
			{ LINK, "work/secret/key", "work/a/key", .expect = EXDEV },
			{ RENAME, "work/secret/key", "work/secret/key2" },
			{ READ, "work/secret/key2", .expect = EACCES },
		},
		.landlock = REFUSED("while something beneath is denied"),
	},
	{
		.name = "a denied directory cannot be renamed",
		.tree =
			"work/\n"
			"|-- b/\n"
			"`-- secret/\n"
			"    `-- key\n",
		.policy =
			BASIC "trees:\n"
			"- {path: work, allow: [all]}\n"
			"- {path: work/secret, deny: [read]}\n",
		.checks = {
			{ RENAME, "work/secret", "work/open", .expect = EACCES },
			{ EXCHANGE, "work/secret", "work/b", .expect = EACCES },
			{ EXCHANGE, "work/b", "work/secret", .expect = EACCES },
			{ RENAME, "work/b", "work/c" },
		},
		.landlock = REFUSED("while something beneath is denied"),
	},
	{
		.name = "an ancestor of a denied directory cannot be renamed",
		.tree =
			"work/\n"
			"|-- a/\n"
			"|   |-- b/\n"
			"|   |   `-- secret/\n"
			"|   |       `-- key\n"
			"|   `-- c/\n"
			"`-- d/\n",
		.policy =
			BASIC "trees:\n"
			"- {path: work, allow: [all]}\n"
			"- {path: work/a/b/secret, deny: [all]}\n",
		.checks = {
			{ RENAME, "work/a", "work/x", .expect = EACCES },
			{ RENAME, "work/a/b", "work/a/x", .expect = EACCES },
			{ RENAME, "work/a/b", "work/d/b", .expect = EACCES },
			{ EXCHANGE, "work/d", "work/a", .expect = EACCES },
			{ RENAME, "work/a/c", "work/a/x", .less = true },
			{ RENAME, "work/d", "work/e", .less = true },
			{ READ, "work/a/b/secret/key", .expect = EACCES },
		},
		.landlock = REFUSED("while something beneath is denied"),
	},
	{
		.name = "nor can what became an ancestor by somebody else's rename",
		.tree =
			"work/\n"
			"|-- a/\n"
			"|   `-- secret/\n"
			"|       `-- key\n"
			"`-- new/\n"
			"    `-- home/\n",
		.policy =
			BASIC "trees:\n"
			"- {path: work, allow: [all]}\n"
			"- {path: work/a/secret, deny: [read]}\n",
		.checks = {
			{ RENAME, "work/new", "work/new2" },
			{ RENAME, "work/a/secret", "work/new2/home/secret", .by = OUTSIDE },
			{ READ, "work/new2/home/secret/key", .expect = EACCES },
			{ RENAME, "work/new2/home", "work/home", .expect = EACCES },
			{ RENAME, "work/new2", "work/new3", .expect = EACCES },
			/* its name there is denied as before, and so its old ancestor is kept */
			{ MKDIR, "work/a/secret" },
			{ LIST, "work/a/secret", .expect = EACCES },
		},
		.landlock = REFUSED("while something beneath is denied"),
	},
	{
		.name = "a denied directory moved by others is denied where it is now",
		.tree =
			"a/\n"
			"|-- secret/\n"
			"|   `-- key\n"
			"b/\n"
			"`-- f\n",
		.policy =
			BASIC "trees:\n"
			"- {path: ., allow: [all]}\n"
			"- {path: a/secret, deny: [all]}\n",
		.checks = {
			{ RENAME, "a/secret", "b/open", .by = OUTSIDE },
			{ READ, "b/open/key", .expect = EACCES },
			{ LIST, "b/open", .expect = EACCES },
			{ READ, "b/f" },
		},
		.landlock = REFUSED("while something beneath is denied"),
	},
	{
		.name = "an allowed directory moved by others is allowed where it is now",
		.tree =
			"a/\n"
			"|-- mine/\n"
			"|   `-- f\n"
			"b/\n"
			"`-- f\n",
		.policy = BASIC "trees:\n- {path: a/mine, allow: [all]}\n",
		.checks = {
			{ RENAME, "a/mine", "b/mine", .by = OUTSIDE },
			{ READ, "b/mine/f" },
			{ READ, "b/f", .expect = EACCES },
			{ PUT_BELOW, "a/mine/f", .by = OUTSIDE },
			{ READ, "a/mine/f", .expect = EACCES },
		},
	},
	{
		.name = "no directory can be planted in a denied one's place",
		.tree =
			"work/\n"
			"|-- a/\n"
			"|   `-- secret/\n"
			"`-- plant/\n"
			"    `-- f\n",
		.policy =
			BASIC "trees:\n"
			"- {path: work, allow: [all]}\n"
			"- {path: work/a/secret, deny: [all]}\n",
		.checks = {
			{ RENAME, "work/plant", "work/a/secret", .expect = EACCES },
			{ EXCHANGE, "work/plant", "work/a/secret", .expect = EACCES },
			{ RMDIR, "work/a/secret", .expect = EACCES },
			{ RENAME, "work/plant/f", "work/a/secret", .expect = EACCES },
		},
		.landlock = REFUSED("while something beneath is denied"),
	},
	{
		.name = "replacing what must not be removed",
		.tree =
			"work/\n"
			"|-- d/\n"
			"|-- guard/\n"
			"|-- f\n"
			"`-- lock\n",
		.policy =
			BASIC "trees:\n"
			"- {path: work, allow: [all]}\n"
			"- {path: work/guard, deny: [remove_dir]}\n"
			"- {path: work/lock, deny: [remove_file]}\n",
		.checks = {
			{ RENAME, "work/d", "work/guard", .expect = EACCES },
			{ RENAME, "work/f", "work/lock", .expect = EACCES },
			{ EXCHANGE, "work/f", "work/lock", .expect = EACCES },
			{ WRITE, "work/lock" },
		},
		.landlock = REFUSED("while something beneath is denied"),
	},
};

GROUP(renames, cases);
