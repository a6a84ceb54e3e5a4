/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attributes, links' targets, sockets, watches: what Landlock's users ask for. */
#include "case.h"

#define BEYOND "Landlock has no right for it"

/* One directory where an operation is allowed, one where it is not. */
#define YES_NO                                                                                     \
	"yes/\n"                                                                                   \
	"|-- f\n"                                                                                  \
	"|-- link -> f\n"                                                                          \
	"`-- sub/\n"                                                                               \
	"no/\n"                                                                                    \
	"|-- f\n"                                                                                  \
	"|-- link -> f\n"                                                                          \
	"`-- sub/\n"

#define WHERE_YES(op) "default: [read_file]\ntrees:\n- {path: yes, allow: [" op "]}\n"

static const struct test_case cases[] = {
	{
		.name = "stat",
		.tree = YES_NO,
		.policy = WHERE_YES("stat"),
		.checks = {
			{ STAT, "yes/f" },
			{ STAT, "yes" },
			{ STAT, "no/f", .expect = EACCES },
			{ STAT, "no", .expect = EACCES },
			{ STAT, "yes/link" },
			{ STAT, "yes/../no/f", .expect = EACCES },
		},
		.landlock = REFUSED("stat"),
	},
	{
		.name = "stat of a link itself",
		.tree = YES_NO "out -> yes/f\n",
		.policy = WHERE_YES("stat"),
		.checks = {
			{ LSTAT, "yes/link" },
			{ LSTAT, "no/link", .expect = EACCES },
			{ LSTAT, "out", .expect = EACCES },
			{ STAT, "out" },
		},
		.landlock = NOT_FOR_LANDLOCK(BEYOND),
	},
	{
		.name = "readlink",
		.tree = YES_NO,
		.policy = WHERE_YES("readlink"),
		.checks = {
			{ READLINK, "yes/link" },
			{ READLINK, "no/link", .expect = EACCES },
			/* to follow a link is not to read it */
			{ READ, "no/link" },
		},
		.landlock = REFUSED("readlink"),
	},
	{
		.name = "chmod",
		.tree = YES_NO,
		.before = { { HOLD_READ, "no/f" } },
		.policy = WHERE_YES("chmod"),
		.checks = {
			{ CHMOD, "yes/f" },
			{ CHMOD, "yes/sub" },
			{ CHMOD, "no/f", .expect = EACCES },
			{ CHMOD, "no/sub", .expect = EACCES },
			{ HELD_FCHMOD, "no/f", .expect = EACCES },
			{ CHOWN, "yes/f", .expect = EACCES },
		},
		.landlock = REFUSED("chmod"),
	},
	{
		.name = "fchmod through a descriptor from before, where it is allowed",
		.tree = YES_NO,
		.before = { { HOLD_READ, "yes/f" } },
		.policy = WHERE_YES("chmod"),
		.checks = {
			{ HELD_FCHMOD, "yes/f" },
		},
		.landlock = NOT_FOR_LANDLOCK(BEYOND),
	},
	{
		.name = "chown",
		.tree = YES_NO,
		.policy = WHERE_YES("chown"),
		.checks = {
			{ CHOWN, "yes/f" },
			{ LCHOWN, "yes/link" },
			{ CHOWN, "no/f", .expect = EACCES },
			{ LCHOWN, "no/link", .expect = EACCES },
			{ CHMOD, "yes/f", .expect = EACCES },
		},
		.landlock = REFUSED("chown"),
	},
	{
		.name = "utime",
		.tree = YES_NO,
		.policy = WHERE_YES("utime"),
		.checks = {
			{ UTIME, "yes/f" },
			{ UTIME, "yes/sub" },
			{ UTIME, "no/f", .expect = EACCES },
		},
		.landlock = REFUSED("utime"),
	},
	{
		.name = "attributes that chattr changes, by path",
		.tree = YES_NO,
		.policy = WHERE_YES("setxattr, getxattr"),
		.checks = {
			/* older kernels have no such calls */
			{ FILE_GETATTR, "yes/f", .or_else = ENOSYS },
			{ FILE_SETATTR, "yes/f", .or_else = ENOSYS },
			{ FILE_GETATTR, "no/f", .expect = EACCES, .or_else = ENOSYS },
			{ FILE_SETATTR, "no/f", .expect = EACCES, .or_else = ENOSYS },
		},
		.landlock = NOT_FOR_LANDLOCK(BEYOND),
	},
	{
		.name = "extended attributes: setting and removing",
		.tree = "yes/\nno/\n",
		.before = { { MOUNT_EXT4, "yes" }, { PUT, "yes/f" }, { MOUNT_EXT4, "no" },
			    { PUT, "no/f" }, { SETXATTR, "no/f" } },
		.policy = WHERE_YES("setxattr"),
		.actor = ROOT,
		.checks = {
			{ SETXATTR, "yes/f" },
			{ REMOVEXATTR, "yes/f" },
			{ SETXATTR, "no/f", .expect = EACCES },
			{ REMOVEXATTR, "no/f", .expect = EACCES },
			{ GETXATTR, "no/f", .expect = EACCES },
		},
		.landlock = NOT_FOR_LANDLOCK(BEYOND),
	},
	{
		.name = "extended attributes: reading and listing",
		.tree = "yes/\nno/\n",
		.before = { { MOUNT_EXT4, "yes" }, { PUT, "yes/f" }, { SETXATTR, "yes/f" },
			    { MOUNT_EXT4, "no" }, { PUT, "no/f" }, { SETXATTR, "no/f" } },
		.policy = WHERE_YES("getxattr"),
		.actor = ROOT,
		.checks = {
			{ GETXATTR, "yes/f" },
			{ LISTXATTR, "yes/f" },
			{ GETXATTR, "no/f", .expect = EACCES },
			{ LISTXATTR, "no/f", .expect = EACCES },
			{ SETXATTR, "yes/f", .expect = EACCES },
		},
		.landlock = NOT_FOR_LANDLOCK(BEYOND),
	},
	{
		.name = "listing attributes needs the right even where there are none",
		.tree = YES_NO,
		.policy = WHERE_YES("getxattr"),
		.checks = {
			{ LISTXATTR, "yes/f" },
			{ LISTXATTR, "no/f", .expect = EACCES },
		},
		.landlock = REFUSED("getxattr"),
	},
	{
		.name = "hooks without a mount: what a rule decides inside the filesystem",
		.tree = "yes/\nno/\n",
		.before = { { MOUNT_TMPFS, "yes" }, { PUT_BELOW, "yes/in/d/f" },
			    { PUT_BELOW, "yes/out/f" } },
		.policy =
			"trees:\n"
			"- {path: yes/in, allow: [utime]}\n"
			"- {path: yes/in/d, deny: [utime]}\n",
		.actor = ROOT,
		.checks = {
			{ UTIME, "yes/in" },
			{ UTIME, "yes/in/d/f", .expect = EACCES },
			{ UTIME, "yes/out/f", .expect = EACCES },
		},
		.landlock = NOT_FOR_LANDLOCK(BEYOND),
	},
	{
		.name = "hooks without a mount: every mount must allow what is left open",
		.tree = "yes/\nno/\n",
		.before = { { MOUNT_TMPFS, "yes" }, { PUT_BELOW, "yes/shared/f" },
			    { PUT_BELOW, "yes/alone/f" } },
		.policy = "trees:\n- {path: ., allow: [utime]}\n- {path: no, deny: [utime]}\n",
		.actor = ROOT,
		.checks = {
			{ UTIME, "yes/shared/f" },
			{ MOUNT_BIND, "yes/shared", "no", .by = OUTSIDE },
			/* the same inode: the hook cannot tell by which mount it was reached */
			{ UTIME, "no/f", .expect = EACCES },
			{ UTIME, "yes/shared/f", .expect = EACCES },
			{ UTIME, "yes/alone/f" },
		},
		.landlock = NOT_FOR_LANDLOCK(BEYOND),
	},
	{
		.name = "attributes by ioctl, access lists by attribute, time stamps of what has no place",
		.tree = "yes/\n`-- f\nno/\n`-- f\n",
		.policy =
			BASIC "default: [all]\n"
			"trees:\n"
			"- {path: no, deny: [chmod, setxattr]}\n",
		.actor = ROOT,
		.checks = {
			{ SET_FLAGS, "yes/f", .bpf_only = true },
			{ SET_FLAGS, "no/f", .expect = EACCES, .bpf_only = true },
			{ SET_ACL, "yes/f", .bpf_only = true },
			{ SET_ACL, "no/f", .expect = EACCES, .bpf_only = true },
			{ PIPE_TIMES },
		},
	},
	{
		.name = "chroot",
		.tree = YES_NO,
		.policy = WHERE_YES("chroot"),
		.actor = ROOT,
		.checks = {
			{ CHROOT, "yes" },
			{ CHROOT, "yes/sub" },
			{ CHROOT, "no", .expect = EACCES },
			{ CHROOT, "/", .expect = EACCES },
		},
		.landlock = REFUSED("chroot"),
	},
	{
		.name = "watch",
		.tree = YES_NO,
		.policy = WHERE_YES("watch"),
		.checks = {
			{ WATCH, "yes" },
			{ WATCH, "yes/f" },
			{ WATCH, "no", .expect = EACCES },
			{ WATCH, "no/f", .expect = EACCES },
		},
		.landlock = REFUSED("watch"),
	},
	{
		.name = "connect to a stream socket",
		.tree = "yes/\nno/\n",
		.before = { { LISTEN, "yes/sock" }, { LISTEN, "no/sock" } },
		.policy = "default: [all]\ntrees:\n- {path: no, deny: [connect]}\n",
		.checks = {
			{ CONNECT, "yes/sock" },
			{ CONNECT, "no/sock", .expect = EACCES },
		},
		.landlock = NOT_FOR_LANDLOCK("Landlock has it from ABI 9 on"),
	},
	{
		.name = "send to a datagram socket",
		.tree = "yes/\nno/\n",
		.before = { { LISTEN, "yes/sock", "dgram" }, { LISTEN, "no/sock", "dgram" } },
		.policy = WHERE_YES("connect"),
		.checks = {
			{ SENDTO, "yes/sock" },
			{ SENDTO, "no/sock", .expect = EACCES },
		},
		.landlock = NOT_FOR_LANDLOCK("Landlock has it from ABI 9 on"),
	},
	{
		.name = "connect is denied unless it is allowed",
		.tree = "work/\n",
		.before = { { LISTEN, "work/sock" } },
		.policy = "trees:\n- {path: work, allow: [read, write, execute]}\n",
		.checks = {
			{ CONNECT, "work/sock", .expect = EACCES },
		},
		.landlock = NOT_FOR_LANDLOCK("Landlock has it from ABI 9 on"),
	},
	{
		.name = "ioctl on a device",
		.tree = "yes/\nno/\n",
		.before = { { PUT_DEVICE, "yes/null" }, { PUT_DEVICE, "no/null" }, { PUT, "no/f" } },
		.policy =
			BASIC "default: [read]\n"
			"trees:\n"
			"- {path: yes, allow: [ioctl_dev]}\n",
		.actor = ROOT,
		.checks = {
			{ IOCTL, "yes/null", .expect = ENOTTY, .natural = true },
			{ IOCTL, "no/null", .expect = EACCES },
			/* a file is no device */
			{ IOCTL, "no/f", .expect = ENOTTY, .natural = true },
		},
	},
	{
		.name = "pipes and memory files have no place: nobody denies them",
		.tree = "f\n",
		.policy = BASIC "default: []\n",
		.checks = {
			{ PIPE_REOPEN },
			{ MEMFD_REOPEN },
		},
	},
	{
		.name = "metadata beneath a denied tree, all of it",
		.tree = YES_NO,
		.policy = "default: [all]\ntrees:\n- {path: no, deny: [all]}\n",
		.checks = {
			{ STAT, "no/f", .expect = EACCES },
			{ LSTAT, "no/link", .expect = EACCES },
			{ READLINK, "no/link", .expect = EACCES },
			{ CHMOD, "no/f", .expect = EACCES },
			{ CHOWN, "no/f", .expect = EACCES },
			{ UTIME, "no/f", .expect = EACCES },
			{ LISTXATTR, "no/f", .expect = EACCES },
			{ WATCH, "no/sub", .expect = EACCES },
			{ STAT, "yes/f" },
			{ READLINK, "yes/link" },
			{ CHMOD, "yes/f" },
			{ UTIME, "yes/f" },
			{ WATCH, "yes/sub" },
		},
		.landlock = REFUSED("stat"),
	},
};

GROUP(meta, cases);
