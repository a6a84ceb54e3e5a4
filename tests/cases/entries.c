/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making and removing the entries of directories. */
#include "case.h"

/* Everything that can be made, each allowed in a directory of its own. */
#define KINDS                                                                                      \
	BASIC "trees:\n"                                                                           \
	      "- {path: reg, allow: [make_reg]}\n"                                                 \
	      "- {path: dir, allow: [make_dir]}\n"                                                 \
	      "- {path: sym, allow: [make_sym]}\n"                                                 \
	      "- {path: fifo, allow: [make_fifo]}\n"                                               \
	      "- {path: sock, allow: [make_sock]}\n"                                               \
	      "- {path: char, allow: [make_char]}\n"

#define KINDS_TREE "reg/\ndir/\nsym/\nfifo/\nsock/\nchar/\n"

static const struct test_case cases[] = {
	{
		.name = "each kind where it is allowed",
		.tree = KINDS_TREE,
		.policy = KINDS,
		.checks = {
			{ MKREG, "reg/x" },
			{ MKDIR, "dir/x" },
			{ MKSYM, "sym/x" },
			{ MKFIFO, "fifo/x" },
			{ MKSOCK, "sock/x" },
			/* from Linux 7.2 on, Landlock takes a whiteout for a regular file */
			{ MKWHITEOUT, "char/x", .bpf_only = true },
			{ CREAT, "reg/y", .expect = EACCES }, /* there is no right to write it */
		},
	},
	{
		.name = "no other kind there",
		.tree = KINDS_TREE,
		.policy = KINDS,
		.checks = {
			{ MKREG, "dir/x", .expect = EACCES },
			{ MKREG, "fifo/x", .expect = EACCES },
			{ MKDIR, "reg/x", .expect = EACCES },
			{ MKDIR, "sym/x", .expect = EACCES },
			{ MKSYM, "reg/x", .expect = EACCES },
			{ MKSYM, "dir/x", .expect = EACCES },
			{ MKFIFO, "reg/x", .expect = EACCES },
			{ MKFIFO, "sock/x", .expect = EACCES },
			{ MKSOCK, "reg/x", .expect = EACCES },
			{ MKSOCK, "fifo/x", .expect = EACCES },
			{ MKWHITEOUT, "reg/x", .expect = EACCES, .bpf_only = true },
			{ MKWHITEOUT, "dir/x", .expect = EACCES },
		},
	},
	{
		.name = "devices need the right, and a capability that confinement takes",
		.tree =
			"yes/\n"
			"no/\n",
		.policy =
			BASIC "trees:\n"
			"- {path: yes, allow: [make_char, make_block]}\n",
		.actor = ROOT,
		.checks = {
			{ MKCHAR, "yes/null", .expect = EPERM, .natural = true },
			{ MKBLOCK, "yes/disk", .expect = EPERM, .natural = true },
			{ MKCHAR, "no/null", .expect = EACCES },
			{ MKBLOCK, "no/disk", .expect = EACCES },
		},
	},
	{
		.name = "devices where the capability is kept",
		.tree =
			"yes/\n"
			"no/\n",
		.policy =
			BASIC "keep: [mknod]\n"
			"trees:\n"
			"- {path: yes, allow: [make_char, make_block]}\n",
		.actor = ROOT,
		.checks = {
			{ MKCHAR, "yes/null" },
			{ MKBLOCK, "yes/disk" },
			{ MKCHAR, "no/null", .expect = EACCES },
			{ MKBLOCK, "no/disk", .expect = EACCES },
		},
	},
	{
		.name = "creating a file for writing needs make_reg and write_file",
		.tree =
			"both/\n"
			"make/\n"
			"write/\n"
			"`-- f\n",
		.policy =
			BASIC "trees:\n"
			"- {path: both, allow: [make_reg, write_file]}\n"
			"- {path: make, allow: [make_reg]}\n"
			"- {path: write, allow: [write_file]}\n",
		.checks = {
			{ CREAT, "both/x" },
			{ CREAT, "make/x", .expect = EACCES },
			{ CREAT, "write/x", .expect = EACCES },
			{ WRITE, "write/f" },
		},
	},
	{
		.name = "a nameless file is opened in its directory, and linked as a new one",
		.tree =
			"all/\n"
			"|-- sub/\n"
			"rw/\n"
			"none/\n",
		.policy =
			BASIC "trees:\n"
			"- {path: all, allow: [all]}\n"
			"- {path: rw, allow: [read_file, write_file]}\n",
		.actor = ROOT, /* on tmpfs for sure */
		.checks = {
			{ TMPFILE, "all" },
			{ TMPFILE, "rw" },
			{ TMPFILE, "none", .expect = EACCES },
			{ TMPFILE_LINK, "all", "all/x" },
			{ TMPFILE_LINK, "rw", "rw/x", .expect = EACCES },
		},
	},
	{
		.name = "unlink and rmdir are different rights",
		.tree =
			"files/\n"
			"|-- f\n"
			"|-- l -> f\n"
			"|-- p|\n"
			"`-- d/\n"
			"dirs/\n"
			"|-- f\n"
			"`-- d/\n",
		.policy =
			BASIC "trees:\n"
			"- {path: files, allow: [remove_file]}\n"
			"- {path: dirs, allow: [remove_dir]}\n",
		.checks = {
			{ RMDIR, "files/d", .expect = EACCES },
			{ UNLINK, "files/l" },
			{ UNLINK, "files/p" },
			{ UNLINK, "files/f" },
			{ UNLINK, "dirs/f", .expect = EACCES },
			{ RMDIR, "dirs/d" },
		},
	},
	{
		.name = "a denied directory cannot be removed",
		.tree =
			"work/\n"
			"|-- secret/\n"
			"`-- empty/\n",
		.policy =
			BASIC "trees:\n"
			"- {path: work, allow: [all]}\n"
			"- {path: work/secret, deny: [read]}\n",
		.checks = {
			{ RMDIR, "work/secret", .expect = EACCES },
			{ RMDIR, "work/empty" },
			{ MKDIR, "work/empty" },
			{ RMDIR, "work/empty" },
		},
		.landlock = REFUSED("while something beneath is denied"),
	},
	{
		.name = "an allowed directory can be removed by whoever may change its parent",
		.tree =
			"work/\n"
			"|-- mine/\n"
			"out/\n"
			"`-- mine/\n",
		.policy =
			BASIC "trees:\n"
			"- {path: work, allow: [all]}\n"
			"- {path: work/mine, allow: [read]}\n"
			"- {path: out/mine, allow: [all]}\n",
		.checks = {
			{ RMDIR, "work/mine" },
			{ RMDIR, "out/mine", .expect = EACCES },
		},
	},
	{
		.name = "a directory above a denied name cannot be removed",
		.tree =
			"work/\n"
			"`-- a/\n"
			"    `-- b/\n",
		.policy =
			BASIC "trees:\n"
			"- {path: work, allow: [all]}\n"
			"- {path: work/a/b/secret, deny: [read]}\n",
		.checks = {
			{ RMDIR, "work/a/b", .expect = EACCES },
			{ MKDIR, "work/a/b/secret" },
			{ LIST, "work/a/b/secret", .expect = EACCES },
		},
		.landlock = REFUSED("while something beneath is denied"),
	},
	{
		.name = "an emptied directory above a removed deny is still kept",
		.tree =
			"work/\n"
			"`-- a/\n"
			"    `-- secret/\n",
		.policy =
			BASIC "trees:\n"
			"- {path: work, allow: [all]}\n"
			"- {path: work/a/secret, deny: [all]}\n",
		.checks = {
			{ RMDIR, "work/a/secret", .by = OUTSIDE },
			/* removed by others, the name a/secret is denied as before */
			{ MKDIR, "work/a/secret", .expect = EACCES },
			{ MKDIR, "work/a/secret", .by = OUTSIDE },
			{ PUT, "work/a/secret/key", .by = OUTSIDE },
			{ READ, "work/a/secret/key", .expect = EACCES },
		},
		.landlock = REFUSED("while something beneath is denied"),
	},
	{
		.name = "a rule on an entry denies its removal, by identity and by name",
		.tree =
			"work/\n"
			"|-- lock\n"
			"`-- other\n",
		.policy =
			BASIC "trees:\n"
			"- {path: work, allow: [all]}\n"
			"- {path: work/lock, deny: [remove_file]}\n",
		.checks = {
			{ WRITE, "work/lock" },
			{ UNLINK, "work/lock", .expect = EACCES },
			{ RENAME, "work/lock", "work/gone", .expect = EACCES },
			{ RENAME, "work/other", "work/lock", .expect = EACCES },
			{ UNLINK, "work/lock", .by = OUTSIDE },
			{ MKREG, "work/lock", .less = true },
			{ UNLINK, "work/lock", .expect = EACCES, .less = true },
			{ UNLINK, "work/other", .less = true },
		},
		.landlock = REFUSED("while something beneath is denied"),
	},
	{
		.name = "an entry with its own allow still needs the directory's",
		.tree =
			"shut/\n"
			"|-- d/\n"
			"`-- f\n",
		.policy =
			BASIC "trees:\n"
			"- {path: shut/d, allow: [all]}\n"
			"- {path: shut/f, allow: [all]}\n",
		.checks = {
			{ RMDIR, "shut/d", .expect = EACCES },
			{ UNLINK, "shut/f", .expect = EACCES },
			{ RENAME, "shut/d", "shut/e", .expect = EACCES },
			{ MKREG, "shut/d/new" },
			{ UNLINK, "shut/d/new" },
		},
	},
	{
		.name = "a denied directory is kept though nothing allows what it denies",
		.tree =
			"a/\n"
			"|-- d/\n"
			"|-- e/\n"
			"`-- free/\n"
			"    `-- g/\n",
		.policy = BASIC "default: [make_dir, remove_dir, refer]\n"
				"trees:\n- {path: a/d, deny: [execute]}\n",
		.checks = {
			{ RENAME, "a/d", "a/free/d", .expect = EACCES },
			{ RMDIR, "a/d", .expect = EACCES },
			{ EXCHANGE, "a/d", "a/free/g", .expect = EACCES },
			{ RMDIR, "a/e", .less = true },
			{ RMDIR, "a/free/g" },
		},
		.landlock = LESS("no directory beside a denied one can be removed"),
	},
	{
		.name = "what comes into a denied directory is denied there",
		.tree =
			"a/\n"
			"|-- f\n"
			"`-- read-only/\n"
			"    |-- f\n"
			"    `-- d/\n",
		.policy = BASIC "default: [read_file, write_file, make_reg, remove_file, refer]\n"
				"trees:\n- {path: a/read-only, deny: [write_file]}\n",
		.checks = {
			{ WRITE, "a/f" },
			{ LINK, "a/f", "a/read-only/d/new", .less = true },
			{ WRITE, "a/read-only/d/new", .expect = EACCES, .or_else = ENOENT },
			{ WRITE, "a/read-only/f", .expect = EACCES },
			{ WRITE, "a/f" },
		},
		/* so it is not there to be written: ENOENT */
		.landlock = LESS("nothing comes into a denied directory"),
	},
	{
		.name = "the kernel's own errors come first where it looks first",
		.tree =
			"a/\n"
			"|-- f\n"
			"`-- d/\n"
			"    `-- f\n",
		.policy = BASIC "trees:\n- {path: a, allow: [all]}\n",
		.checks = {
			{ MKDIR, "a/d", .expect = EEXIST, .natural = true },
			{ RMDIR, "a/d", .expect = ENOTEMPTY, .natural = true },
			{ UNLINK, "a/none", .expect = ENOENT, .natural = true },
			{ RMDIR, "a/f", .expect = ENOTDIR, .natural = true },
			{ UNLINK, "a/d", .expect = EISDIR, .natural = true },
			{ MKREG, "a/none/f", .expect = ENOENT, .natural = true },
			{ READ, "a/none", .expect = ENOENT, .natural = true },
			{ RENAME, "a/d", "a/d/e", .expect = EINVAL, .natural = true },
		},
	},
};

GROUP(entries, cases);
