/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several policies: every one must allow. */
#include "case.h"

/*
 * "A process enters a domain once" (rootward.h): an engine may refuse a second.  What is expected
 * then is what the model says of the first alone.
 */
#define MAY_ENTER_SECOND ENTER_SECOND, .or_else = EPERM

#define AB                                                                                         \
	"a/\n"                                                                                     \
	"|-- f\n"                                                                                  \
	"b/\n"                                                                                     \
	"|-- f\n"                                                                                  \
	"c/\n"                                                                                     \
	"`-- f\n"

static const struct test_case cases[] = {
	{
		.name = "two policies",
		.tree = AB,
		.policy = BASIC "trees:\n- {path: a, allow: [all]}\n- {path: b, allow: [all]}\n",
		.more = { BASIC "trees:\n- {path: b, allow: [all]}\n- {path: c, allow: [all]}\n" },
		.checks = {
			{ READ, "a/f", .expect = EACCES },
			{ READ, "b/f" },
			{ READ, "c/f", .expect = EACCES },
			{ MKREG, "b/new" },
			{ RENAME, "b/f", "a/g", .expect = EACCES },
		},
	},
	{
		.name = "three policies, one operation of each",
		.tree = AB,
		.policy = BASIC "default: [all]\ntrees:\n- {path: a, deny: [read]}\n",
		.more = {
			BASIC "default: [all]\ntrees:\n- {path: b, deny: [read]}\n",
			BASIC "default: [read]\n",
		},
		.checks = {
			{ READ, "a/f", .expect = EACCES },
			{ READ, "b/f", .expect = EACCES },
			{ READ, "c/f" },
			{ WRITE, "c/f", .expect = EACCES },
		},
	},
	{
		.name = "the nearest rule of each policy, not of all together",
		.tree =
			"a/\n"
			"`-- b/\n"
			"    `-- f\n",
		.policy = BASIC "trees:\n- {path: a, deny: [all]}\n- {path: a/b, allow: [read]}\n",
		.more = { BASIC "trees:\n- {path: a, allow: [read, write]}\n" },
		.checks = {
			{ READ, "a/b/f" },
			{ WRITE, "a/b/f", .expect = EACCES },
			{ LIST, "a", .expect = EACCES },
		},
	},
	{
		.name = "a second domain entered later",
		.tree = AB,
		.policy = BASIC "trees:\n- {path: a, allow: [all]}\n- {path: b, allow: [all]}\n",
		.second = BASIC "default: [read]\ntrees:\n- {path: b, allow: [all]}\n",
		.checks = {
			{ WRITE, "a/f" },
			{ WRITE, "b/f" },
			{ READ, "c/f", .expect = EACCES },
			{ MAY_ENTER_SECOND },
			{ WRITE, "a/f", .expect = EACCES },
			{ READ, "a/f" },
			{ WRITE, "b/f" },
			{ READ, "c/f", .expect = EACCES },
		},
	},
	{
		.name = "a second domain does not free from the first",
		.tree = AB,
		.policy = BASIC "trees:\n- {path: a, allow: [read]}\n",
		.second = BASIC "default: [all]\n",
		.checks = {
			{ MAY_ENTER_SECOND },
			{ READ, "a/f" },
			{ WRITE, "a/f", .expect = EACCES },
			{ READ, "b/f", .expect = EACCES },
			{ LIST, "/", .expect = EACCES },
		},
	},
	{
		.name = "a child that enters once more is alone in it",
		.tree = AB,
		.policy = BASIC "default: [read]\n",
		.second = BASIC "trees:\n- {path: a, allow: [read]}\n",
		.checks = {
			{ MAY_ENTER_SECOND, .in = IN_CHILD },
			{ READ, "b/f" },
		},
	},
	{
		.name = "a move that gains in one policy only",
		.tree = AB,
		.policy = BASIC "trees:\n- {path: ., allow: [all]}\n",
		.more = {
			BASIC "default: [make_reg, remove_file, refer]\n"
			"trees:\n"
			"- {path: a, allow: [read]}\n"
			"- {path: b, allow: [read, write]}\n",
		},
		.checks = {
			{ RENAME, "a/f", "b/g", .expect = EXDEV },
			{ RENAME, "b/f", "a/g" },
			{ LINK, "a/f", "c/g" },
			{ LINK, "c/f", "a/h", .expect = EXDEV },
		},
	},
	{
		.name = "two that are loaded for the machine, and a confinement",
		.tree = AB
			"d/\n"
			"|-- cat*\n"
			"`-- f\n",
		.policy = BASIC "default: [all]\ntrees:\n- {path: a, deny: [write]}\n",
		.more = {
			BASIC "default: [all]\ntrees:\n- {path: b, deny: [read]}\n",
			BASIC "default: [all]\ntrees:\n- {path: c, deny: [all]}\n",
		},
		.last_confines = true,
		.checks = {
			{ READ, "a/f" },
			{ WRITE, "a/f", .expect = EACCES },
			{ READ, "b/f", .expect = EACCES },
			{ WRITE, "b/f" },
			{ READ, "c/f", .expect = EACCES },
			{ WRITE, "c/f", .expect = EACCES, .in = IN_CHILD },
			{ EXEC_READ, "d/cat", "d/f" },
			{ EXEC_READ, "d/cat", "b/f", .expect = EACCES },
			{ EXEC_READ, "d/cat", "c/f", .expect = EACCES, .in = IN_GRANDCHILD },
			{ MKREG, "d/new", .in = IN_THREAD },
			{ RENAME, "d/new", "b/new", .less = true },
			{ RENAME, "b/f", "a/g", .expect = EACCES },
			{ RENAME, "b/f", "d/g", .expect = EXDEV },
			{ KILL_OUTSIDE, .expect = EPERM },
		},
		.landlock = LESS("changing of entries where a deny lies beneath"),
	},
	{
		.name = "a move that one answers with EXDEV, and another with EACCES",
		.tree = AB,
		.policy = BASIC "default: [all]\ntrees:\n- {path: a, deny: [read]}\n",
		.more = { BASIC "default: [all]\ntrees:\n- {path: c, deny: [make_reg]}\n" },
		.checks = {
			{ RENAME, "a/f", "b/g", .expect = EXDEV },
			{ RENAME, "b/f", "c/g", .expect = EACCES },
			/* whoever is asked first: mv(1) would copy for nothing */
			{ RENAME, "a/f", "c/g", .expect = EACCES },
			{ LINK, "a/f", "c/g", .expect = EACCES },
		},
	},
	{
		.name = "a move that one answers with EACCES, and another with EXDEV",
		.tree = AB,
		.policy = BASIC "default: [all]\ntrees:\n- {path: c, deny: [make_reg]}\n",
		.more = { BASIC "default: [all]\ntrees:\n- {path: a, deny: [read]}\n" },
		.checks = {
			{ RENAME, "a/f", "b/g", .expect = EXDEV },
			{ RENAME, "a/f", "c/g", .expect = EACCES },
			{ LINK, "a/f", "c/g", .expect = EACCES },
		},
	},
	{
		.name = "the same policy twice",
		.tree = AB,
		.policy = BASIC "trees:\n- {path: a, allow: [read]}\n",
		.more = { BASIC "trees:\n- {path: a, allow: [read]}\n" },
		.checks = {
			{ READ, "a/f" },
			{ WRITE, "a/f", .expect = EACCES },
			{ READ, "b/f", .expect = EACCES },
		},
	},
};

GROUP(layers, cases);
