/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Execution.  The program is static: nothing but itself is opened. */
#include "case.h"

static const struct test_case cases[] = {
	{
		.name = "only where it is allowed",
		.tree =
			"bin/\n"
			"|-- true*\n"
			"lib/\n"
			"`-- true*\n",
		.policy =
			BASIC "default: [read]\n"
			"trees:\n"
			"- {path: bin, allow: [execute]}\n",
		.checks = {
			{ EXEC, "bin/true" },
			{ EXEC, "lib/true", .expect = EACCES },
			{ READ, "lib/true" },
		},
	},
	{
		.name = "needs no right to read",
		.tree =
			"bin/\n"
			"`-- true*\n",
		.policy = BASIC "trees:\n- {path: bin, allow: [execute]}\n",
		.checks = {
			{ EXEC, "bin/true", .less = true },
			{ READ, "bin/true", .expect = EACCES },
		},
		.landlock = LESS("an execution opens the program for reading, too"),
	},
	{
		.name = "by a descriptor",
		.tree =
			"bin/\n"
			"|-- true*\n"
			"lib/\n"
			"`-- true*\n",
		.policy = BASIC "trees:\n- {path: bin, allow: [execute]}\n",
		.checks = {
			{ EXEC_FD, "bin/true", .less = true },
			{ EXEC_FD, "lib/true", .expect = EACCES },
		},
		.landlock = LESS("an execution opens the program for reading, too"),
	},
	{
		.name = "a denied program in an allowed directory",
		.tree =
			"bin/\n"
			"|-- su*\n"
			"`-- true*\n",
		.policy =
			BASIC "trees:\n"
			"- {path: bin, allow: [read, execute]}\n"
			"- {path: bin/su, deny: [execute]}\n",
		.checks = {
			{ EXEC, "bin/true" },
			{ EXEC, "bin/su", .expect = EACCES },
			{ READ, "bin/su" },
		},
	},
	{
		.name = "a written program is no program without the right",
		.tree =
			"tmp/\n"
			"`-- tool*\n",
		.policy = BASIC "trees:\n- {path: tmp, allow: [read, write]}\n",
		.checks = {
			{ RENAME, "tmp/tool", "tmp/tool2" },
			{ EXEC, "tmp/tool2", .expect = EACCES },
		},
	},
	{
		.name = "through a symbolic link it is the target that counts",
		.tree =
			"bin/\n"
			"|-- in -> ../lib/true\n"
			"|-- true*\n"
			"lib/\n"
			"|-- out -> ../bin/true\n"
			"`-- true*\n",
		.policy = BASIC "trees:\n- {path: bin, allow: [execute]}\n",
		.checks = {
			{ EXEC, "bin/in", .expect = EACCES },
			{ EXEC, "lib/out", .less = true },
		},
		.landlock = LESS("an execution opens the program for reading, too"),
	},
	{
		.name = "what was executed is confined as well",
		.tree =
			"bin/\n"
			"|-- cat*\n"
			"data/\n"
			"|-- f\n"
			"secret/\n"
			"`-- key\n",
		.policy =
			BASIC "trees:\n"
			"- {path: bin, allow: [execute]}\n"
			"- {path: data, allow: [read]}\n",
		.checks = {
			{ EXEC_READ, "bin/cat", "data/f", .less = true },
			{ EXEC_READ, "bin/cat", "secret/key", .expect = EACCES },
		},
		.landlock = LESS("an execution opens the program for reading, too"),
	},
	{
		.name = "a program without a place is for default to decide: denied",
		.tree = "true*\n",
		.policy = BASIC "default: [read]\n",
		.checks = {
			{ MEMFD_REOPEN },
			/* in K_NONE's hands: private objects are allowed for all but this.
			 * Landlock lets it pass
			 */
			{ MEMFD_EXEC, "true", .expect = EACCES, .bpf_only = true },
		},
	},
	{
		.name = "a program without a place is for default to decide: allowed",
		.tree = "true*\n",
		.policy = BASIC "default: [read, execute]\n",
		.checks = {
			{ MEMFD_EXEC, "true" },
		},
	},
	{
		.name = "code that is mapped",
		.tree =
			"lib/\n"
			"|-- code\n"
			"data/\n"
			"`-- code\n",
		.policy =
			BASIC "default: [read]\n"
			"trees:\n"
			"- {path: lib, allow: [execute]}\n",
		.checks = {
			{ MAP_EXEC, "lib/code" },
			{ PROTECT_EXEC, "lib/code" },
			{ MAP_READ, "data/code" },
			/* Landlock has no hook for mappings */
			{ MAP_EXEC, "data/code", .expect = EACCES, .bpf_only = true },
			{ PROTECT_EXEC, "data/code", .expect = EACCES, .bpf_only = true },
			{ MEMORY_EXEC },
		},
	},
	{
		.name = "code that is mapped by a descriptor from before",
		.tree =
			"lib/\n"
			"|-- code\n"
			"data/\n"
			"`-- code\n",
		.before = { { HOLD_READ, "data/code" } },
		.policy =
			BASIC "default: [read]\n"
			"trees:\n"
			"- {path: lib, allow: [execute]}\n",
		.checks = {
			{ HELD_MAP_EXEC, "data/code", .expect = EACCES, .bpf_only = true },
		},
	},
	{
		.name = "code that is mapped from an overlay",
		.tree =
			"layers/\n"
			"|-- lower/\n"
			"|   |-- no\n"
			"|   `-- yes\n"
			"|-- upper/\n"
			"`-- work/\n"
			"merged/\n",
		.before = { { MOUNT_OVERLAY, "layers", "merged" } },
		.policy =
			BASIC "default: [read]\n"
			"trees:\n"
			"- {path: merged, allow: [execute]}\n"
			"- {path: merged/no, deny: [execute]}\n",
		.actor = ROOT,
		.checks = {
			{ MAP_EXEC, "merged/yes" },
			{ PROTECT_EXEC, "merged/yes" },
			{ MAP_EXEC, "merged/no", .expect = EACCES },
			/* the mapping shows the layer's file, on which no rule is */
			{ PROTECT_EXEC, "merged/no", .expect = EACCES },
		},
		.landlock = NOT_FOR_LANDLOCK("has no hook for mappings"),
	},
	{
		.name = "what an interpreter asks before it runs a script",
		.tree =
			"bin/\n"
			"|-- script*\n"
			"data/\n"
			"`-- script*\n",
		.policy =
			BASIC "default: [read]\n"
			"trees:\n"
			"- {path: bin, allow: [execute]}\n",
		.checks = {
			/* before Linux 6.14 the kernel does not know the question */
			{ EXEC_CHECK, "bin/script", .or_else = EINVAL },
			{ EXEC_CHECK, "data/script", .expect = EACCES, .or_else = EINVAL },
		},
	},
	{
		.name = "not what is no program",
		.tree =
			"bin/\n"
			"|-- text\n"
			"`-- sub/\n",
		.policy = BASIC "trees:\n- {path: bin, allow: [execute]}\n",
		.checks = {
			{ EXEC, "bin/text", .expect = EACCES, .natural = true },
			{ EXEC, "bin/sub", .expect = EACCES, .natural = true },
			{ EXEC, "bin/none", .expect = ENOENT, .natural = true },
		},
	},
};

GROUP(execute, cases);
