/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Roads to an object besides a path: descriptors, handles, rings, queues, what the kernel does. */
#include "case.h"

#define IN_OUT                                                                                     \
	"in/\n"                                                                                    \
	"|-- f\n"                                                                                  \
	"|-- g\n"                                                                                  \
	"`-- sub/\n"                                                                               \
	"out/\n"                                                                                   \
	"|-- f\n"                                                                                  \
	"`-- sub/\n"

#define ALLOW_IN BASIC "default: []\ntrees:\n- {path: in, allow: [all]}\n"
#define BY_PATH "explain is asked by a path, which has a mount"
#define DENY_OUT BASIC "default: [all]\ntrees:\n- {path: out, deny: [all]}\n"

static const struct test_case cases[] = {
	{
		.name = "openat2",
		.tree = IN_OUT,
		.policy = ALLOW_IN,
		.checks = {
			{ OPENAT2, "in/f" },
			{ OPENAT2, "out/f", .expect = EACCES },
			{ OPENAT2, "in/../out/f", .expect = EACCES },
		},
	},
	{
		.name = "io_uring's workers are confined",
		.tree = IN_OUT,
		.policy = ALLOW_IN,
		.checks = {
			{ URING_READ, "in/f" },
			{ URING_READ, "out/f", .expect = EACCES },
			{ URING_READ, "out/f", .expect = EACCES, .in = IN_CHILD },
			{ URING_READ, "out/f", .expect = EACCES, .in = IN_THREAD },
			{ URING_MKDIR, "in/new" },
			{ URING_MKDIR, "out/new", .expect = EACCES },
			{ URING_UNLINK, "out/f", .expect = EACCES },
			{ URING_RENAME, "in/g", "in/h" },
			{ URING_RENAME, "in/f", "out/g", .expect = EACCES },
			{ URING_UNLINK, "in/h" },
		},
	},
	{
		.name = "commands to devices by io_uring",
		.tree = IN_OUT,
		.before = { { PUT_DEVICE, "in/null" }, { PUT_DEVICE, "out/null" } },
		.policy =
			BASIC "default: [read]\n"
			"trees:\n"
			"- {path: in, allow: [ioctl_dev]}\n",
		.actor = ROOT,
		.checks = {
			{ URING_CMD, "in/null" },
			/* Landlock has no hook for these */
			{ URING_CMD, "out/null", .expect = EACCES, .bpf_only = true },
		},
	},
	{
		.name = "descriptors sent by others",
		.tree = IN_OUT,
		.before = { { SEND, "in/f", "out/f" } },
		.policy = ALLOW_IN,
		.checks = {
			{ RECEIVE, "in/f" },
			/* Landlock asks when a file is opened, not when it changes hands */
			{ RECEIVE, "out/f", .expect = EACCES, .bpf_only = true },
		},
	},
	{
		.name = "a descriptor from before can be read and written",
		.tree = IN_OUT,
		.before = { { HOLD_WRITE, "out/f" } },
		.policy = ALLOW_IN,
		.checks = {
			{ HELD_WRITE },
		},
	},
	{
		.name = "a descriptor from before gives nothing but that",
		.tree = IN_OUT,
		.before = { { HOLD_WRITE, "out/f" } },
		.policy = "default: []\ntrees:\n- {path: in, allow: [all]}\n",
		.checks = {
			{ HELD_FSTAT, "out/f", .expect = EACCES },
			{ HELD_FTRUNCATE, "out/f", .expect = EACCES },
			{ HELD_FCHMOD, "out/f", .expect = EACCES },
			{ HELD_FCHOWN, "out/f", .expect = EACCES },
			{ HELD_FUTIMENS, "out/f", .expect = EACCES },
			{ HELD_FLISTXATTR, "out/f", .expect = EACCES },
			{ READ, "@", .now = "out/f", .expect = EACCES },
			{ WRITE, "@", .now = "out/f", .expect = EACCES },
		},
		.landlock = NOT_FOR_LANDLOCK("Landlock has no right for it"),
	},
	{
		.name = "a descriptor from before gives what is allowed on its object",
		.tree = IN_OUT,
		.before = { { HOLD_WRITE, "in/f" } },
		.policy = "default: []\ntrees:\n- {path: in, allow: [all]}\n",
		.checks = {
			{ HELD_FSTAT, "in/f" },
			{ HELD_FTRUNCATE, "in/f" },
			{ HELD_FCHMOD, "in/f" },
			{ HELD_FCHOWN, "in/f" },
			{ HELD_FUTIMENS, "in/f" },
			{ HELD_FLISTXATTR, "in/f" },
		},
		.landlock = NOT_FOR_LANDLOCK("Landlock has no right for it"),
	},
	{
		.name = "a descriptor got from another process",
		.tree = IN_OUT,
		.before = { { HOLD_READ, "in/f" } },
		.policy = ALLOW_IN,
		.checks = {
			{ RECEIVE_BY_PIDFD, "in/f" },
		},
	},
	{
		.name = "a descriptor got from another process, of what is denied",
		.tree = IN_OUT,
		.before = { { HOLD_READ, "out/f" } },
		.policy = ALLOW_IN,
		.checks = {
			/* Landlock asks when a file is opened, not when it changes hands */
			{ RECEIVE_BY_PIDFD, "out/f", .expect = EACCES, .bpf_only = true },
		},
	},
	{
		.name = "by handle, with the capability kept",
		.tree = IN_OUT,
		.policy = "keep: [dac_read_search]\n" DENY_OUT,
		.actor = ROOT,
		.checks = {
			{ READ_BY_HANDLE, "in/f" },
			{ READ_BY_HANDLE, "out/f", .expect = EACCES },
		},
		.landlock = NOT_FOR_LANDLOCK("has no place for what a handle leads to"),
	},
	{
		.name = "a link from a descriptor",
		.tree = IN_OUT,
		.policy = "keep: [dac_read_search]\n" DENY_OUT,
		.actor = ROOT,
		.checks = {
			{ LINK_FD, "in/f", "in/sub/f" },
			{ LINK_FD, "in/f", "out/g", .expect = EACCES },
			{ LINK_FD, "out/f", "in/h", .expect = EXDEV },
		},
	},
	{
		.name = "a rename that leaves a whiteout",
		.tree =
			"yes/\n"
			"|-- f\n"
			"`-- g\n"
			"no/\n"
			"`-- f\n",
		.policy =
			BASIC "trees:\n"
			"- {path: yes, allow: [all]}\n"
			"- {path: no, allow: [read, make_reg, remove_file, refer]}\n",
		.checks = {
			{ RENAME_WHITEOUT_, "yes/f", "yes/h" },
			/* Landlock does not ask for the whiteout */
			{ RENAME_WHITEOUT_, "no/f", "no/g", .expect = EACCES, .bpf_only = true },
			{ RENAME, "no/f", "no/g" },
		},
	},
	{
		.name = "message queues are made and removed without a path",
		.tree = "q/\n",
		.before = { { MOUNT_MQUEUE, "q" }, { QUEUE_MAKE, "q/there" } },
		.policy = BASIC "default: [all]\ntrees:\n- {path: q, deny: [make_reg, remove_file]}\n",
		.actor = ROOT,
		.checks = {
			{ QUEUE_OPEN, "q/there" },
			{ QUEUE_MAKE, "q/new", .expect = EACCES },
			{ QUEUE_REMOVE, "q/there", .expect = EACCES },
			{ READ, "q/there" },
			{ UNLINK, "q/there", .expect = EACCES },
		},
		.landlock = NOT_FOR_LANDLOCK("has no hook for message queues"),
	},
	{
		.name = "message queues: allowed, and denied by what is above their directory",
		.tree = "in/\n`-- q/\nout/\n`-- q/\n",
		.before = { { MOUNT_MQUEUE, "in/q" }, { QUEUE_MAKE, "in/q/there" } },
		.policy = ALLOW_IN,
		.actor = ROOT,
		.checks = {
			{ QUEUE_OPEN, "in/q/there" },
			{ QUEUE_MAKE, "in/q/new" },
			{ QUEUE_REMOVE, "in/q/new" },
			/* one more mount of the same queues: that must allow, too */
			{ MOUNT_BIND, "in/q", "out/q", .by = OUTSIDE },
			{ QUEUE_OPEN, "in/q/there", .expect = EACCES, .unexplained = BY_PATH },
			{ QUEUE_REMOVE, "in/q/there", .expect = EACCES, .unexplained = BY_PATH },
		},
		.landlock = NOT_FOR_LANDLOCK("has no hook for message queues"),
	},
	{
		.name = "core dumps are files of the process that crashed",
		.tree = IN_OUT,
		.policy = BASIC "default: [read]\ntrees:\n- {path: in, allow: [all]}\n",
		.checks = {
			{ CORE, "in/core" },
			{ CORE, "out/core", .expect = EACCES },
		},
		.landlock = NOT_FOR_LANDLOCK("depends on the machine's core_pattern"),
	},
	{
		.name = "swap and quota",
		.tree = "a/\n`-- f\n",
		.before = { { MOUNT_EXT4, "a" }, { PUT, "a/f" } },
		.policy = BASIC "default: [all]\n",
		.actor = ROOT,
		.checks = {
			{ SWAPON, "a/f", .expect = EPERM },
			{ QUOTACTL, "a", .expect = EPERM },
		},
	},
	{
		.name = "new mounts without a name",
		.tree = "a/\n",
		.policy = BASIC "default: [all]\n",
		.actor = ROOT,
		.checks = {
			{ FSMOUNT, .expect = EPERM },
			{ MOVE_MOUNT, "a", .expect = EPERM },
		},
	},
	{
		.name = "new mounts without a name, by root that kept the capability",
		.tree = "a/\n",
		.policy = "keep: [sys_admin]\n" BASIC "default: [all]\n",
		.actor = ROOT,
		.checks = {
			/* it hangs nowhere: `default` does not apply there */
			{ FSMOUNT, .expect = EACCES },
			{ MOVE_MOUNT, "a", .expect = EPERM },
			{ MOUNT, "a", .expect = EPERM },
		},
		.landlock = NOT_FOR_LANDLOCK("has no place for a mount that hangs nowhere"),
	},
	{
		.name = "a mount swapped under a ruled path",
		.tree = IN_OUT "swap/\n`-- f\n",
		.before = { { MOUNT_TMPFS, "in" }, { PUT, "in/f" } },
		.policy = DENY_OUT "- {path: in, deny: [write]}\n",
		.actor = ROOT,
		.checks = {
			{ WRITE, "in/f", .expect = EACCES },
			{ MOUNT_BIND, "swap", "in", .by = OUTSIDE },
			/* what is there now is still beneath the name: the mountpoint's directory */
			{ READ, "in/f" },
			{ MOUNT_BIND, "swap", "out", .by = OUTSIDE },
			{ READ, "out/f", .expect = EACCES },
			{ READ, "swap/f" },
		},
		.landlock = NOT_FOR_LANDLOCK("rules hang on the objects that were there"),
	},
	{
		.name = "access lists",
		.tree = IN_OUT,
		.before = { { SET_ACL, "in/f" }, { SET_ACL, "out/f" } },
		.policy =
			"default: [all]\n"
			"trees:\n"
			"- {path: out, deny: [chmod]}\n"
			"- {path: in/g, deny: [getxattr]}\n",
		.actor = ROOT,
		.checks = {
			{ SET_ACL, "in/f" },
			{ GET_ACL, "in/f" },
			{ REMOVE_ACL, "in/f" },
			{ SET_ACL, "out/f", .expect = EACCES },
			{ REMOVE_ACL, "out/f", .expect = EACCES },
			{ GET_ACL, "out/f" },
			{ GET_ACL, "in/g", .expect = EACCES },
		},
		.landlock = NOT_FOR_LANDLOCK("Landlock has no right for it"),
	},
	{
		.name = "fanotify",
		.tree = IN_OUT,
		.policy = "default: [all]\ntrees:\n- {path: out, deny: [watch]}\n",
		.checks = {
			{ FANOTIFY, "in" },
			{ FANOTIFY, "in/f" },
			{ FANOTIFY, "out", .expect = EACCES },
			{ FANOTIFY, "out/f", .expect = EACCES },
			{ DNOTIFY, "in" },
			{ DNOTIFY, "out", .expect = EACCES },
		},
		.landlock = NOT_FOR_LANDLOCK("Landlock has no right for it"),
	},
	{
		.name = "fanotify for all of a filesystem, by root that kept the capability",
		.tree = IN_OUT,
		.policy = "keep: [sys_admin]\ndefault: [all]\n"
			  "trees:\n- {path: out, deny: [watch]}\n",
		.actor = ROOT,
		.checks = {
			{ FANOTIFY, "in" },
			{ FANOTIFY_MOUNT, "in", .expect = EPERM },
			{ FANOTIFY_FILESYSTEM, "in", .expect = EPERM },
		},
		.landlock = NOT_FOR_LANDLOCK("Landlock has no right for it"),
	},
};

GROUP(roads, cases);
