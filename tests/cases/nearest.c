/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The nearest rule wins, for each operation by itself. */
#include "case.h"

#define ABOVE_A_DENY "a directory above a deny gets no rule, nor what is made in it later"

static const struct test_case cases[] = {
	{
		.name = "a deny inside an allow wins",
		.tree =
			"work/\n"
			"|-- src/\n"
			"|   `-- main.c\n"
			"`-- secret/\n"
			"    `-- key\n",
		.policy =
			BASIC "trees:\n"
			"- {path: work, allow: [all]}\n"
			"- {path: work/secret, deny: [all]}\n",
		.checks = {
			{ READ, "work/src/main.c" },
			{ WRITE, "work/src/main.c" },
			{ LIST, "work/src" },
			{ LIST, "work", .less = true },
			{ MKREG, "work/new", .less = true },
			{ MKREG, "work/src/new" },
			{ READ, "work/secret/key", .expect = EACCES },
			{ WRITE, "work/secret/key", .expect = EACCES },
			{ LIST, "work/secret", .expect = EACCES },
			{ MKREG, "work/secret/new", .expect = EACCES },
			{ UNLINK, "work/secret/key", .expect = EACCES },
		},
		.landlock = REFUSED("while something beneath is denied"),
	},
	{
		.name = "a deny inside an allow of reading and writing",
		.tree =
			"work/\n"
			"|-- src/\n"
			"|   `-- main.c\n"
			"|-- README\n"
			"`-- secret/\n"
			"    `-- key\n",
		.policy =
			BASIC "trees:\n"
			"- {path: work, allow: [read, write_file, truncate]}\n"
			"- {path: work/secret, deny: [all]}\n",
		.checks = {
			{ RDWR, "work/src/main.c" },
			{ TRUNC_OPEN, "work/README" },
			{ LIST, "work/src" },
			{ LIST, "work", .less = true },
			{ READ, "work/secret/key", .expect = EACCES },
			{ WRITE, "work/secret/key", .expect = EACCES },
			{ LIST, "work/secret", .expect = EACCES },
			{ PUT, "work/later", .by = OUTSIDE },
			{ READ, "work/later", .less = true },
		},
		.landlock = LESS(ABOVE_A_DENY),
	},
	{
		.name = "an allow inside a deny inside an allow",
		.tree =
			"a/\n"
			"|-- f\n"
			"`-- b/\n"
			"    |-- f\n"
			"    `-- c/\n"
			"        |-- f\n"
			"        `-- d/\n"
			"            `-- f\n",
		.policy =
			BASIC "trees:\n"
			"- {path: a, allow: [read, write_file]}\n"
			"- {path: a/b, deny: [all]}\n"
			"- {path: a/b/c, allow: [read, write]}\n",
		.checks = {
			{ READ, "a/f" },
			{ READ, "a/b/f", .expect = EACCES },
			{ READ, "a/b/c/f" },
			{ WRITE, "a/b/c/d/f" },
			{ LIST, "a/b", .expect = EACCES },
			{ LIST, "a/b/c" },
			{ MKREG, "a/b/c/d/new" },
			{ MKREG, "a/b/new", .expect = EACCES },
		},
	},
	{
		.name = "a denied program beneath an allowed tree beneath a denied one",
		.tree =
			"a/\n"
			"`-- b/\n"
			"    |-- run*\n"
			"    `-- c/\n"
			"        `-- run*\n",
		.policy =
			BASIC "trees:\n"
			"- {path: a, deny: [execute]}\n"
			"- {path: a/b, allow: [execute]}\n"
			"- {path: a/b/c, deny: [execute]}\n",
		.checks = {
			{ EXEC, "a/b/run", .less = true },
			{ EXEC, "a/b/c/run", .expect = EACCES },
		},
		.landlock = LESS("an execution opens the program for reading, too"),
	},
	{
		.name = "allow and deny nest twenty levels deep",
		.tree =
			"d/\n"
			"|-- f\n"
			"`-- d/\n"
			"    |-- f\n"
			"    `-- d/\n"
			"        |-- f\n"
			"        `-- d/\n"
			"            |-- f\n"
			"            `-- d/\n"
			"                |-- f\n"
			"                `-- d/\n"
			"                    |-- f\n"
			"                    `-- d/\n"
			"                        |-- f\n"
			"                        `-- d/\n"
			"                            |-- f\n"
			"                            `-- d/\n"
			"                                |-- f\n"
			"                                `-- d/\n"
			"                                    |-- f\n"
			"                                    `-- d/\n"
			"                                        |-- f\n"
			"                                        `-- d/\n"
			"                                            |-- f\n"
			"                                            `-- d/\n"
			"                                                |-- f\n"
			"                                                `-- d/\n"
			"                                                    |-- f\n"
			"                                                    `-- d/\n"
			"                                                        |-- f\n"
			"                                                        `-- d/\n"
			"                                                            |-- f\n"
			"                                                            `-- d/\n"
			"                                                                |-- f\n"
			"                                                                `-- d/\n"
			"                                                                    |-- f\n"
			"                                                                    `-- d/\n"
			"                                                                        |-- f\n"
			"                                                                        `-- d/\n"
			"                                                                            `-- f\n",
		.policy =
			BASIC "trees:\n"
			  "- {path: d, allow: [read_file]}\n"
			  "- {path: d/d, deny: [read_file]}\n"
			  "- {path: d/d/d, allow: [read_file]}\n"
			  "- {path: d/d/d/d, deny: [read_file]}\n"
			  "- {path: d/d/d/d/d, allow: [read_file]}\n"
			  "- {path: d/d/d/d/d/d, deny: [read_file]}\n"
			  "- {path: d/d/d/d/d/d/d, allow: [read_file]}\n"
			  "- {path: d/d/d/d/d/d/d/d, deny: [read_file]}\n"
			  "- {path: d/d/d/d/d/d/d/d/d, allow: [read_file]}\n"
			  "- {path: d/d/d/d/d/d/d/d/d/d, deny: [read_file]}\n"
			  "- {path: d/d/d/d/d/d/d/d/d/d/d, allow: [read_file]}\n"
			  "- {path: d/d/d/d/d/d/d/d/d/d/d/d, deny: [read_file]}\n"
			  "- {path: d/d/d/d/d/d/d/d/d/d/d/d/d, allow: [read_file]}\n"
			  "- {path: d/d/d/d/d/d/d/d/d/d/d/d/d/d, deny: [read_file]}\n"
			  "- {path: d/d/d/d/d/d/d/d/d/d/d/d/d/d/d, allow: [read_file]}\n"
			  "- {path: d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d, deny: [read_file]}\n"
			  "- {path: d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d, allow: [read_file]}\n"
			  "- {path: d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d, deny: [read_file]}\n"
			  "- {path: d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d, allow: [read_file]}\n"
			  "- {path: d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d, deny: [read_file]}\n",
		.checks = {
			{ READ, "d/f" },
			{ READ, "d{2}/f", .expect = EACCES },
			{ READ, "d{3}/f" },
			{ READ, "d{4}/f", .expect = EACCES },
			{ READ, "d{9}/f" },
			{ READ, "d{10}/f", .expect = EACCES },
			{ READ, "d{11}/f" },
			{ READ, "d{12}/f", .expect = EACCES },
			{ READ, "d{17}/f" },
			{ READ, "d{18}/f", .expect = EACCES },
			{ READ, "d{19}/f" },
			{ READ, "d{20}/f", .expect = EACCES },
		},
	},
	{
		.name = "each operation is decided by the nearest rule that names it",
		.tree =
			"a/\n"
			"`-- b/\n"
			"    `-- c/\n"
			"        `-- f\n",
		.policy =
			BASIC "trees:\n"
			"- {path: a, allow: [read_file]}\n"
			"- {path: a/b, allow: [write_file], deny: [read_dir]}\n"
			"- {path: a/b/c, deny: [truncate]}\n",
		.checks = {
			{ READ, "a/b/c/f" },
			{ WRITE, "a/b/c/f" },
			{ RDWR, "a/b/c/f" },
			{ TRUNC_OPEN, "a/b/c/f", .expect = EACCES },
			{ LIST, "a/b/c", .expect = EACCES },
			{ LIST, "a", .expect = EACCES },
		},
	},
	{
		.name = "one open with two operations needs both, from different rules",
		.tree =
			"a/\n"
			"|-- f\n"
			"`-- b/\n"
			"    `-- f\n",
		.policy =
			BASIC "trees:\n"
			"- {path: a, allow: [read_file]}\n"
			"- {path: a/b, allow: [write_file]}\n",
		.checks = {
			{ RDWR, "a/f", .expect = EACCES },
			{ WRITE, "a/f", .expect = EACCES },
			{ READ, "a/f" },
			{ RDWR, "a/b/f" },
		},
	},
	{
		.name = "a name that only begins like a ruled one is another",
		.tree =
			"work/\n"
			"|-- f\n"
			"work2/\n"
			"|-- f\n"
			"wor/\n"
			"`-- f\n",
		.policy =
			BASIC "trees:\n"
			"- {path: work, allow: [all]}\n",
		.checks = {
			{ READ, "work/f" },
			{ READ, "work2/f", .expect = EACCES },
			{ READ, "wor/f", .expect = EACCES },
		},
	},
	{
		.name = "single operations are not their group",
		.tree =
			"a/\n"
			"|-- f\n"
			"b/\n"
			"`-- f\n",
		.policy =
			BASIC "trees:\n"
			"- {path: a, allow: [read_file, make_dir]}\n"
			"- {path: b, allow: [read_dir, make_reg]}\n",
		.checks = {
			{ READ, "a/f" },
			{ LIST, "a", .expect = EACCES },
			{ MKDIR, "a/new" },
			{ MKREG, "a/new2", .expect = EACCES },
			{ READ, "b/f", .expect = EACCES },
			{ LIST, "b" },
			{ MKREG, "b/new" },
			{ MKDIR, "b/new2", .expect = EACCES },
		},
	},
	{
		.name = "the working directory of the policy is ruled as `.`",
		.tree =
			"f\n"
			"sub/\n"
			"`-- f\n",
		.policy =
			BASIC "trees:\n"
			"- {path: ., allow: [read]}\n"
			"- {path: ./sub/, allow: [write]}\n",
		.checks = {
			{ READ, "f" },
			{ WRITE, "f", .expect = EACCES },
			{ RDWR, "sub/f" },
			{ LIST, ".." , .expect = EACCES },
		},
	},
};

GROUP(nearest, cases);
