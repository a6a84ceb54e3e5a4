/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules that go with the name: `follow: path`. */
#include "case.h"

#define BY_NAME REFUSED("landlock binds a rule to what is there, not to its name")

#define KEYS                                                                                       \
	"in/\n"                                                                                    \
	"|-- f\n"                                                                                  \
	"`-- keys/\n"                                                                              \
	"    |-- f\n"                                                                              \
	"    `-- sub/\n"                                                                           \
	"        `-- f\n"                                                                          \
	"out/\n"                                                                                   \
	"|-- f\n"                                                                                  \
	"`-- other/\n"                                                                             \
	"    `-- f\n"

static const struct test_case cases[] = {
	{
		.name = "a denied directory that is moved away and made anew",
		.tree = KEYS,
		.policy = BASIC "default: [all]\n"
				"trees:\n- {path: in/keys, deny: [all], follow: path}\n",
		.checks = {
			{ READ, "in/keys/sub/f", .expect = EACCES },
			{ MKREG, "in/keys/new", .expect = EACCES },
			{ RENAME, "in/keys", "out/k", .by = OUTSIDE },
			{ READ, "out/k/sub/f" },
			{ MKREG, "out/k/new" },
			{ MKDIR, "in/keys", .expect = EACCES },
			{ MKDIR, "in/keys", .by = OUTSIDE },
			{ MKREG, "in/keys/f", .by = OUTSIDE },
			{ READ, "in/keys/f", .expect = EACCES },
			{ LIST, "in/keys", .expect = EACCES },
			{ RMDIR, "in/keys", .expect = EACCES },
			{ READ, "in/f" },
		},
		.landlock = BY_NAME,
	},
	{
		.name = "a denied directory that another is renamed over, or exchanged with",
		.tree = KEYS,
		.policy = BASIC "default: [all]\n"
				"trees:\n- {path: in/keys, deny: [all], follow: path}\n",
		.checks = {
			{ READ, "out/other/f" },
			{ EXCHANGE, "in/keys", "out/other", .by = OUTSIDE },
			{ READ, "in/keys/f", .expect = EACCES },
			{ READ, "out/other/sub/f" },
			{ EXCHANGE, "in/keys", "out/other", .by = OUTSIDE },
			{ READ, "in/keys/sub/f", .expect = EACCES },
			{ READ, "out/other/f" },
			{ RENAME, "in/keys", "out/k", .by = OUTSIDE },
			{ MKDIR, "in/keys", .by = OUTSIDE },
			{ RENAME, "out/other", "in/keys", .by = OUTSIDE },
			{ READ, "in/keys/f", .expect = EACCES },
			{ WRITE, "out/k/f" },
		},
		.landlock = BY_NAME,
	},
	{
		.name = "an allowed directory that is moved away and made anew",
		.tree = KEYS,
		.policy = BASIC "default: [read]\n"
				"trees:\n- {path: in/keys, allow: [all], follow: path}\n",
		.checks = {
			{ WRITE, "in/keys/sub/f" },
			{ MKREG, "in/keys/new" },
			{ WRITE, "in/f", .expect = EACCES },
			{ EXCHANGE, "in/keys", "out/other", .by = OUTSIDE },
			{ WRITE, "in/keys/f" },
			{ MKREG, "in/keys/new" },
			{ WRITE, "out/other/f", .expect = EACCES },
			{ WRITE, "out/other/sub/f", .expect = EACCES },
			{ MKREG, "out/other/more", .expect = EACCES },
			/* what is ruled on an entry never allows to take it away */
			{ RENAME, "in/keys", "in/k", .expect = EACCES },
			{ RENAME, "in/keys", "out/k", .by = OUTSIDE },
			{ RENAME, "out/other", "in/keys", .by = OUTSIDE },
			{ UNLINK, "in/keys/sub/f" },
			{ UNLINK, "out/k/f", .expect = EACCES },
		},
		.landlock = BY_NAME,
	},
	{
		.name = "what has a denied name cannot be moved out of it",
		.tree = KEYS,
		.policy = BASIC "default: [all]\n"
				"trees:\n- {path: in/keys, deny: [read], follow: path}\n",
		.checks = {
			{ RENAME, "in/keys", "in/k", .expect = EACCES },
			{ RENAME, "in/keys", "out/k", .expect = EXDEV },
			{ EXCHANGE, "in/keys", "out/other", .expect = EXDEV },
			{ RENAME, "in/keys/f", "out/k", .expect = EXDEV },
			{ LINK, "in/keys/f", "out/l", .expect = EXDEV },
			{ RENAME, "in", "i", .expect = EACCES },
			{ EXCHANGE, "in", "out", .expect = EACCES },
			{ RENAME, "in/keys", "out/k", .by = OUTSIDE },
			/* it is another one's now */
			{ RENAME, "out/k", "out/l" },
			{ RENAME, "out/other", "in/keys" },
			{ READ, "in/keys/f", .expect = EACCES },
			{ READ, "out/l/f" },
			{ RENAME, "in", "i", .expect = EACCES },
		},
		.landlock = BY_NAME,
	},
	{
		.name = "a denied file follows its name, not its links",
		.tree = KEYS,
		.policy = BASIC "default: [all]\n"
				"trees:\n"
				"- {path: in/f, deny: [all], follow: path}\n"
				"- {path: in/keys/f, deny: [all]}\n",
		.checks = {
			{ LINK, "in/f", "out/l", .expect = EXDEV },
			{ LINK, "in/f", "out/l", .by = OUTSIDE },
			{ READ, "out/l" },
			{ READ, "in/f", .expect = EACCES },
			{ RENAME, "out/f", "in/f", .by = OUTSIDE },
			{ READ, "in/f", .expect = EACCES },
			/* the other one is ruled by what it is, too */
			{ LINK, "in/keys/f", "out/k", .by = OUTSIDE },
			{ READ, "out/k", .expect = EACCES },
		},
		.landlock = BY_NAME,
	},
	{
		.name = "a rule that follows a name is nearer than those above it",
		.tree = KEYS,
		.policy = BASIC "trees:\n"
				"- {path: in, deny: [all]}\n"
				"- {path: in/keys, allow: [read], follow: path}\n"
				"- {path: in/keys/sub, deny: [read], follow: path}\n",
		.checks = {
			{ READ, "in/f", .expect = EACCES },
			{ READ, "in/keys/f" },
			{ READ, "in/keys/sub/f", .expect = EACCES },
			{ RENAME, "in/keys/sub", "in/keys/s", .by = OUTSIDE },
			{ READ, "in/keys/s/f" },
			{ MKDIR, "in/keys/sub", .by = OUTSIDE },
			{ MKREG, "in/keys/sub/f", .by = OUTSIDE },
			{ READ, "in/keys/sub/f", .expect = EACCES },
		},
		.landlock = BY_NAME,
	},
	{
		.name = "a denied directory that is mounted over, and shown elsewhere",
		.tree = KEYS,
		.policy = BASIC "default: [all]\n"
				"trees:\n- {path: in/keys, deny: [all], follow: path}\n",
		.actor = ROOT,
		.checks = {
			{ MOUNT_TMPFS, "in/keys", .by = OUTSIDE },
			{ PUT, "in/keys/f", .by = OUTSIDE },
			{ READ, "in/keys/f", .expect = EACCES },
			{ MOUNT_BIND, "out/other", "in/keys", .by = OUTSIDE },
			{ READ, "in/keys/f", .expect = EACCES },
			{ READ, "out/other/f" },
			{ UMOUNT_LAZY, "in/keys", .by = OUTSIDE },
			{ UMOUNT_LAZY, "in/keys", .by = OUTSIDE },
			{ READ, "in/keys/sub/f", .expect = EACCES },
			{ MOUNT_BIND, "in", "out/other", .by = OUTSIDE },
			{ READ, "out/other/keys/sub/f", .expect = EACCES },
			{ READ, "out/other/f" },
			{ MOUNT_BIND, "in/keys/sub", "out/other", .by = OUTSIDE },
			{ READ, "out/other/f", .expect = EACCES },
		},
		.landlock = BY_NAME,
	},
};

GROUP(follow, cases);
