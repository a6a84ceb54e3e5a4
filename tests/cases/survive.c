/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A confinement outlives whoever made it, and whoever entered it. */
#include "case.h"

#define WORK                                                                                       \
	"work/\n"                                                                                  \
	"|-- f\n"                                                                                  \
	"`-- cat*\n"                                                                               \
	"other/\n"                                                                                 \
	"`-- f\n"

#define WORK_ONLY BASIC "trees:\n- {path: work, allow: [all]}\n"

static const struct test_case cases[] = {
	{
		.name = "the supervisor is killed",
		.tree = WORK,
		.policy = WORK_ONLY,
		.checks = {
			{ READ, "other/f", .expect = EACCES },
			{ KILL_OFF_SUPERVISOR, .by = OUTSIDE },
			{ READ, "work/f" },
			{ MKREG, "work/new" },
			{ READ, "other/f", .expect = EACCES },
			{ WRITE, "other/f", .expect = EACCES },
			{ UNLINK, "other/f", .expect = EACCES },
			{ READ, "other/f", .expect = EACCES, .in = IN_CHILD },
			{ KILL_OUTSIDE, .expect = EPERM },
		},
	},
	{
		.name = "the supervisor is killed, and root has kept what it needs to live on",
		.tree = WORK,
		.policy = BASIC "default: [all]\ntrees:\n- {path: other, deny: [all]}\n",
		.actor = ROOT,
		.checks = {
			{ KILL_OFF_SUPERVISOR, .by = OUTSIDE },
			{ READ, "other/f", .expect = EACCES },
			{ BPF, .expect = EPERM },
			{ MOUNT, "work", .expect = EPERM },
			{ PTRACE_OUTSIDE, .expect = EPERM },
			{ READ, "work/f" },
		},
	},
	{
		.name = "children",
		.tree = WORK,
		.policy = WORK_ONLY,
		.checks = {
			{ READ, "work/f", .in = IN_CHILD },
			{ READ, "other/f", .expect = EACCES, .in = IN_CHILD },
			{ MKREG, "work/new", .in = IN_CHILD },
			{ MKREG, "other/new", .expect = EACCES, .in = IN_CHILD },
		},
	},
	{
		.name = "grandchildren without a parent",
		.tree = WORK,
		.policy = WORK_ONLY,
		.checks = {
			{ READ, "work/f", .in = IN_GRANDCHILD },
			{ READ, "other/f", .expect = EACCES, .in = IN_GRANDCHILD },
			{ KILL_OFF_SUPERVISOR, .by = OUTSIDE },
			{ READ, "other/f", .expect = EACCES, .in = IN_GRANDCHILD },
		},
	},
	{
		.name = "threads",
		.tree = WORK,
		.policy = WORK_ONLY,
		.checks = {
			{ READ, "work/f", .in = IN_THREAD },
			{ READ, "other/f", .expect = EACCES, .in = IN_THREAD },
			{ WRITE, "other/f", .expect = EACCES, .in = IN_THREAD },
			{ READ, "other/f", .expect = EACCES },
		},
	},
	{
		.name = "programs",
		.tree = WORK,
		.policy = WORK_ONLY,
		.checks = {
			{ EXEC_READ, "work/cat", "work/f" },
			{ EXEC_READ, "work/cat", "other/f", .expect = EACCES },
			{ EXEC_READ, "work/cat", "other/f", .expect = EACCES, .in = IN_GRANDCHILD },
		},
	},
	{
		.name = "set-user-id programs",
		.tree = WORK,
		.before = { { SET_UID_BIT, "work/cat" } },
		.policy = WORK_ONLY,
		.actor = ALICE,
		.checks = {
			{ EXEC_READ, "work/cat", "work/f" },
			{ EXEC_READ, "work/cat", "other/f", .expect = EACCES },
		},
	},
	{
		.name = "another user",
		.tree = WORK,
		.policy = WORK_ONLY,
		.actor = ROOT,
		.checks = {
			{ READ, "other/f", .expect = EACCES },
			{ SETUID, "1000" },
			{ READ, "work/f" },
			{ READ, "other/f", .expect = EACCES },
		},
	},
};

GROUP(survive, cases);
