/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* However an object is reached, it is the same object. */
#include "case.h"

/* A directory beside a secret one; most cases here go from the one to the other. */
#define NEIGHBOURS                                                                                 \
	"open/\n"                                                                                  \
	"|-- f\n"                                                                                  \
	"|-- to_file -> ../secret/key\n"                                                           \
	"|-- to_dir -> ../secret\n"                                                                \
	"`-- sub/\n"                                                                               \
	"    `-- f\n"                                                                              \
	"secret/\n"                                                                                \
	"|-- to_open -> ../open\n"                                                                 \
	"`-- key\n"

#define OPEN_ONLY BASIC "trees:\n- {path: open, allow: [all]}\n- {path: secret, deny: [all]}\n"

static const struct test_case cases[] = {
	{
		.name = "a symbolic link into a denied tree",
		.tree = NEIGHBOURS,
		.policy = OPEN_ONLY,
		.checks = {
			{ READ, "open/to_file", .expect = EACCES },
			{ WRITE, "open/to_file", .expect = EACCES },
			{ READ, "open/to_dir/key", .expect = EACCES },
			{ LIST, "open/to_dir", .expect = EACCES },
			{ MKREG, "open/to_dir/new", .expect = EACCES },
			{ UNLINK, "open/to_dir/key", .expect = EACCES },
			{ UNLINK, "open/to_file" }, /* the link itself */
		},
	},
	{
		.name = "a symbolic link out of a denied tree",
		.tree = NEIGHBOURS,
		.policy = OPEN_ONLY,
		.checks = {
			{ READ, "secret/to_open/f" },
			{ MKREG, "secret/to_open/new" },
			{ LIST, "secret/to_open" },
			{ UNLINK, "secret/to_open", .expect = EACCES },
		},
	},
	{
		.name = "through dot-dot",
		.tree = NEIGHBOURS,
		.policy = OPEN_ONLY,
		.checks = {
			{ READ, "open/sub/../../secret/key", .expect = EACCES },
			{ READ, "secret/../open/f" },
			{ READ, "open/./sub/.//f" },
			{ MKREG, "secret/../open/sub/../new" },
			{ MKREG, "open/../secret/new", .expect = EACCES },
		},
	},
	{
		.name = "relative to a working directory that is allowed",
		.tree = NEIGHBOURS,
		.policy = OPEN_ONLY,
		.checks = {
			{ CHDIR, "open/sub" },
			{ READ, "f", .now = "open/sub/f" },
			{ READ, "../f", .now = "open/f" },
			{ READ, "../../secret/key", .now = "secret/key", .expect = EACCES },
			{ MKREG, "new", .now = "open/sub/new" },
			{ LIST, ".", .now = "open/sub" },
		},
	},
	{
		.name = "relative to a working directory that is denied",
		.tree = NEIGHBOURS,
		.policy = OPEN_ONLY,
		.checks = {
			{ CHDIR, "secret" },
			{ READ, "key", .now = "secret/key", .expect = EACCES },
			{ LIST, ".", .now = "secret", .expect = EACCES },
			{ MKREG, "new", .now = "secret/new", .expect = EACCES },
			{ UNLINK, "key", .now = "secret/key", .expect = EACCES },
			{ READ, "../open/f", .now = "open/f" },
		},
	},
	{
		.name = "a working directory that moves below the actor",
		.tree =
			"open/\n"
			"|-- d/\n"
			"|   `-- f\n"
			"shut/\n",
		.policy = BASIC "trees:\n- {path: open, allow: [read]}\n",
		.checks = {
			{ CHDIR, "open/d" },
			{ READ, "f", .now = "open/d/f" },
			{ RENAME, "open/d", "shut/d", .by = OUTSIDE },
			{ READ, "f", .now = "shut/d/f", .expect = EACCES },
			{ RENAME, "shut/d", "open/d", .by = OUTSIDE },
			{ READ, "f", .now = "open/d/f" },
		},
	},
	{
		.name = "a path descriptor is no permission to read",
		.tree = NEIGHBOURS,
		.before = { { HOLD, "secret/key" } },
		.policy = OPEN_ONLY,
		.checks = {
			{ READ, "@", .expect = EACCES },
			{ WRITE, "@", .expect = EACCES },
			{ HELD_READ, .expect = EBADF, .natural = true },
		},
	},
	{
		.name = "a path descriptor of a directory, and up from it",
		.tree = NEIGHBOURS,
		.before = { { HOLD, "secret" } },
		.policy = OPEN_ONLY,
		.checks = {
			{ READ, "@/key", .expect = EACCES },
			{ LIST, "@", .expect = EACCES },
			{ MKREG, "@/new", .expect = EACCES },
			{ READ, "@/../open/f" },
			{ UNLINK, "@/key", .expect = EACCES },
		},
	},
	{
		.name = "what was opened before the confinement stays open",
		.tree = NEIGHBOURS,
		.before = { { HOLD_READ, "secret/key" } },
		.policy = OPEN_ONLY,
		.checks = {
			{ HELD_READ },
			/* but cannot be opened once more */
			{ READ, "@", .expect = EACCES },
		},
	},
	{
		.name = "what was opened for writing stays so, but cannot be reopened for reading",
		.tree = NEIGHBOURS,
		.before = { { HOLD_WRITE, "secret/key" } },
		.policy = OPEN_ONLY,
		.checks = {
			{ HELD_WRITE },
			{ READ, "@", .expect = EACCES },
			{ WRITE, "@", .expect = EACCES },
		},
	},
	{
		.name = "3000 directories beneath an allow",
		.tree = "top/\n",
		.before = { { PUT_BELOW, "top/d{3000}/f" } },
		.policy = BASIC "trees:\n- {path: top, allow: [all]}\n",
		.actor = ROOT, /* removal is left to the filesystem */
		.checks = {
			{ READ, "top/d{3000}/f" },
			{ WRITE, "top/d{3000}/f" },
			{ MKREG, "top/d{3000}/new" },
			{ UNLINK, "top/d{3000}/f" },
		},
	},
	{
		.name = "3000 directories beneath a deny in a permissive default",
		.tree =
			"top/\n"
			"free/\n"
			"`-- f\n",
		.before = { { PUT_BELOW, "top/d{3000}/f" } },
		.policy = BASIC "default: [all]\ntrees:\n- {path: top, deny: [all]}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "top/d{3000}/f", .expect = EACCES },
			{ MKREG, "top/d{3000}/new", .expect = EACCES },
			{ UNLINK, "top/d{3000}/f", .expect = EACCES },
			{ READ, "top/d{20}/f", .expect = ENOENT, .natural = true }, /* there is none */
			{ LIST, "top/d{129}", .expect = EACCES },
			{ READ, "free/f" },
		},
	},
	{
		.name = "names of 255 bytes",
		.tree = "top/\n",
		.before = { { PUT_BELOW, "top/x<255>/y<255>/f" }, { PUT_BELOW, "top/x<254>z/f" } },
		.policy =
			BASIC "trees:\n"
			"- {path: top, allow: [read]}\n"
			"- {path: top/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
			"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
			"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
			"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx, deny: [all]}\n",
		.checks = {
			{ READ, "top/x<255>/y<255>/f", .expect = EACCES },
			{ READ, "top/x<254>z/f" },
		},
	},
	{
		.name = "names that differ behind the 32nd byte only",
		.tree =
			"top/\n"
			"|-- 0123456789abcdef0123456789abcdef0\n"
			"|-- 0123456789abcdef0123456789abcdef1\n"
			"`-- 0123456789abcdef0123456789abcdef\n",
		.policy =
			BASIC "trees:\n"
			"- {path: top, allow: [read]}\n"
			"- {path: top/0123456789abcdef0123456789abcdef1, deny: [all]}\n",
		.checks = {
			{ READ, "top/0123456789abcdef0123456789abcdef0" },
			{ READ, "top/0123456789abcdef0123456789abcdef" },
			{ READ, "top/0123456789abcdef0123456789abcdef1", .expect = EACCES },
			{ UNLINK, "top/0123456789abcdef0123456789abcdef1", .by = OUTSIDE },
			{ PUT, "top/0123456789abcdef0123456789abcdef1", .by = OUTSIDE },
			{ READ, "top/0123456789abcdef0123456789abcdef1", .expect = EACCES },
		},
	},
	{
		.name = "names that do not exist yet and differ behind the 32nd byte only",
		.tree =
			"top/\n"
			"`-- sub/\n",
		.policy =
			BASIC "trees:\n"
			"- {path: top, allow: [all]}\n"
			"- {path: top/0123456789abcdef0123456789abcdef1, deny: [all]}\n",
		.checks = {
			{ CREAT, "top/0123456789abcdef0123456789abcdef0", .less = true },
			{ CREAT, "top/0123456789abcdef0123456789abcdef", .less = true },
			{ CREAT, "top/0123456789abcdef0123456789abcdef1", .expect = EACCES },
			{ CREAT, "top/0123456789abcdef0123456789abcdef10", .less = true },
			{ CREAT, "top/sub/0123456789abcdef0123456789abcdef1" },
		},
		.landlock = REFUSED("while something beneath is denied"),
	},
	{
		.name = "not covered: a hard link made before, of a file in a denied directory",
		.tree = NEIGHBOURS,
		.before = { { LINK, "secret/key", "open/link" } },
		.policy = OPEN_ONLY,
		.checks = {
			/* it is where it is: one object, two places */
			{ READ, "open/link" },
			{ READ, "secret/key", .expect = EACCES },
		},
	},
	{
		.name = "a hard link made before, of a file that is denied itself",
		.tree = NEIGHBOURS,
		.before = { { LINK, "secret/key", "open/link" } },
		.policy =
			BASIC "trees:\n"
			"- {path: open, allow: [all]}\n"
			"- {path: secret/key, deny: [all]}\n",
		.checks = {
			{ READ, "open/link", .expect = EACCES, .bpf_only = true },
			{ READ, "open/f" },
			{ READ, "secret/key", .expect = EACCES },
		},
	},
	{
		.name = "a loop of symbolic links is the kernel's business",
		.tree =
			"a/\n"
			"|-- x -> y\n"
			"`-- y -> x\n",
		.policy = BASIC "trees:\n- {path: a, allow: [all]}\n",
		.checks = {
			{ READ, "a/x", .expect = ELOOP, .natural = true },
		},
	},
	{
		.name = "a removed file that is still held is where it hung",
		.tree = NEIGHBOURS,
		.before = { { HOLD, "open/sub" } },
		.policy = OPEN_ONLY,
		.checks = {
			{ UNLINK, "open/sub/f" },
			{ RMDIR, "open/sub" },
			/* nothing is in it, nor can be made there */
			{ LIST, "@", .expect = ENOENT, .natural = true },
			{ MKREG, "@/f", .expect = ENOENT, .natural = true },
		},
	},
	{
		.name = "/proc can be denied though the walk must leave a mount to see it",
		.tree = "f\n",
		.policy = BASIC "default: [all]\ntrees:\n- {path: /proc, deny: [all]}\n",
		.checks = {
			{ READ, "f" },
			{ READ, "/proc/self/status", .expect = EACCES },
			{ READ, "/proc/sys/kernel/ostype", .expect = EACCES },
			{ LIST, "/proc", .expect = EACCES },
		},
	},
	{
		.name = "a directory above /proc's mountpoint can be denied",
		.tree = "f\n",
		.policy =
			BASIC "default: []\n"
			"trees:\n"
			"- {path: /, deny: [all]}\n"
			"- {path: f, allow: [all]}\n",
		.checks = {
			{ READ, "f" },
			{ READ, "/proc/self/status", .expect = EACCES },
		},
	},
};

GROUP(paths, cases);
