/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where no tree decides, and rules at the very top. */
#include "case.h"

#define ABOVE_A_DENY "a directory above a deny gets no rule, nor what is made in it later"

static const struct test_case cases[] = {
	{
		.name = "default decides where no tree does",
		.tree =
			"ruled/\n"
			"|-- f\n"
			"free/\n"
			"`-- f\n",
		.policy =
			BASIC "default: [read]\n"
			"trees:\n"
			"- {path: ruled, allow: [write]}\n",
		.checks = {
			{ READ, "free/f" },
			{ WRITE, "free/f", .expect = EACCES },
			{ LIST, "free" },
			{ READ, "ruled/f" },
			{ WRITE, "ruled/f" },
			{ READ, "/proc/self/status" },
			{ MKREG, "free/new", .expect = EACCES },
		},
	},
	{
		.name = "without a default nothing is allowed outside the trees",
		.tree =
			"ruled/\n"
			"|-- f\n"
			"free/\n"
			"`-- f\n",
		.policy =
			BASIC "trees:\n"
			"- {path: ruled, allow: [all]}\n",
		.checks = {
			{ READ, "ruled/f" },
			{ READ, "free/f", .expect = EACCES },
			{ LIST, ".", .expect = EACCES },
			{ LIST, "/", .expect = EACCES },
			{ READ, "/proc/self/status", .expect = EACCES },
		},
	},
	{
		.name = "a policy without trees denies everything",
		.tree = "f\n",
		.policy = BASIC "default: []\n",
		.checks = {
			{ READ, "f", .expect = EACCES },
			{ WRITE, "f", .expect = EACCES },
			{ LIST, ".", .expect = EACCES },
			{ MKDIR, "new", .expect = EACCES },
		},
	},
	{
		.name = "a policy may allow everything",
		.tree = "f\n",
		.policy = BASIC "default: [all]\n",
		.checks = {
			{ READ, "f" },
			{ WRITE, "f" },
			{ LIST, "." },
			{ MKDIR, "new" },
			{ RENAME, "f", "new/f" },
		},
	},
	{
		.name = "a deny in a default that allows all",
		.tree =
			"open/\n"
			"|-- f\n"
			"shut/\n"
			"`-- f\n",
		.policy =
			BASIC "default: [all]\n"
			"trees:\n"
			"- {path: shut, deny: [read]}\n",
		.checks = {
			{ READ, "open/f" },
			{ READ, "shut/f", .expect = EACCES },
			{ LIST, "shut", .expect = EACCES },
			{ WRITE, "shut/f" },
			{ LIST, "open" },
			{ LIST, ".", .less = true },
		},
		.landlock = LESS(ABOVE_A_DENY),
	},
	{
		.name = "one tree both allows and denies",
		.tree =
			"a/\n"
			"`-- f\n",
		.policy =
			BASIC "default: [all]\n"
			"trees:\n"
			"- {path: a, allow: [read], deny: [write]}\n",
		.checks = {
			{ READ, "a/f" },
			{ LIST, "a" },
			{ WRITE, "a/f", .expect = EACCES },
			{ MKDIR, "a/new", .expect = EACCES },
		},
	},
	{
		.name = "a rule on / is above everything",
		.tree =
			"a/\n"
			"`-- f\n",
		.policy =
			BASIC "default: [write]\n"
			"trees:\n"
			"- {path: /, allow: [read]}\n",
		.checks = {
			{ READ, "a/f" },
			{ WRITE, "a/f" },
			{ LIST, "/" },
		},
	},
	{
		.name = "a deny on / is answered by every allow beneath",
		.tree =
			"a/\n"
			"|-- f\n"
			"b/\n"
			"`-- f\n",
		.policy =
			BASIC "default: [all]\n"
			"trees:\n"
			"- {path: /, deny: [all]}\n"
			"- {path: a, allow: [read]}\n",
		.checks = {
			{ READ, "a/f" },
			{ WRITE, "a/f", .expect = EACCES },
			{ READ, "b/f", .expect = EACCES },
			{ LIST, "/", .expect = EACCES },
		},
	},
};

GROUP(defaults, cases);
