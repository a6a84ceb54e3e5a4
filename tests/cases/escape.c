/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ways out of the confinement.  Whoever is denied here is root, and the policy allows every
 * operation on files unless it says otherwise.
 */
#include <stdint.h>

#include "abi.h"
#include "case.h"

#define STRING(x) STRING_(x)
#define STRING_(x) #x
#define PINS "/sys/fs/bpf/rootward-" STRING(RW_ABI)

#define ALL BASIC "default: [all]\n"

#define CAP_IS(number)                                                                             \
	{                                                                                          \
		HAS_CAP, number, .expect = EPERM                                                   \
	}

static const struct test_case cases[] = {
	{
		.name = "no change of the mount tree",
		.tree = "a/\nb/\n",
		.before = { { MOUNT_TMPFS, "b" }, { MKDIR, "b/old" } },
		.policy = ALL,
		.actor = ROOT,
		.checks = {
			{ MOUNT, "a", .expect = EPERM },
			{ UMOUNT, "b", .expect = EPERM },
			{ PIVOT_ROOT, "b", "b/old", .expect = EPERM },
			{ OPEN_TREE, "a", .expect = EPERM },
			{ MOUNT_BIND, "b", "a", .expect = EPERM },
		},
	},
	{
		.name = "no namespaces: user",
		.tree = "a/\n",
		.policy = ALL,
		.actor = ROOT,
		.checks = {
			/* Landlock has no hook for it; a mount in there is still denied */
			{ UNSHARE_USER, .expect = EPERM, .bpf_only = true },
		},
	},
	{
		.name = "no namespaces: user, kept by name",
		.tree = "a/\n",
		.policy = "keep: [user_namespaces]\n" ALL,
		.actor = ROOT,
		.checks = {
			{ UNSHARE_USER },
		},
	},
	{
		.name = "no namespaces: mounts",
		.tree = "a/\n",
		.before = { { HOLD_READ, "/proc/self/ns/mnt" } },
		.policy = ALL,
		.actor = ROOT,
		.checks = {
			{ UNSHARE_MOUNTS, .expect = EPERM },
			{ SETNS_MOUNTS, .expect = EPERM },
		},
	},
	{
		.name = "no user, no namespace",
		.tree = "a/\n",
		.policy = ALL,
		.actor = ALICE,
		.checks = {
			{ UNSHARE_USER, .expect = EPERM, .bpf_only = true },
			{ MOUNT, "a", .expect = EPERM },
		},
	},
	{
		.name = "nobody outside is traced",
		.tree = "a/\n",
		.policy = ALL,
		.actor = ROOT,
		.checks = {
			{ PTRACE_OUTSIDE, .expect = EPERM },
			{ VM_READ_OUTSIDE, .expect = EPERM },
			{ PIDFD_GETFD, .expect = EPERM },
			{ PTRACE_INSIDE },
		},
	},
	{
		.name = "nobody outside is traced by root that kept the capability",
		.tree = "a/\n",
		.policy = "keep: [sys_ptrace]\n" ALL,
		.actor = ROOT,
		.checks = {
			{ PTRACE_OUTSIDE, .expect = EPERM },
			{ VM_READ_OUTSIDE, .expect = EPERM },
			{ PTRACE_INSIDE },
		},
	},
	{
		.name = "signals stay inside",
		.tree = "a/\n",
		.policy = ALL,
		.actor = ROOT,
		.checks = {
			{ KILL_OUTSIDE, .expect = EPERM },
			{ PIDFD_KILL_OUTSIDE, .expect = EPERM },
			{ KILL_SUPERVISOR, .expect = EPERM },
			{ KILL_INSIDE },
			{ KILL_OUTSIDE, .expect = EPERM, .in = IN_CHILD },
			{ KILL_OUTSIDE, .expect = EPERM, .in = IN_THREAD },
			{ KILL_INSIDE, .in = IN_CHILD },
		},
	},
	{
		.name = "nor are signals sent by another's hand",
		.tree = "a/\n",
		.policy = ALL,
		.actor = ROOT,
		.checks = {
			/* Landlock asks when the signal is sent */
			{ OWN_OUTSIDE, .expect = EPERM, .bpf_only = true },
			{ LIMIT_OUTSIDE, .expect = EPERM, .bpf_only = true },
			{ RENICE_OUTSIDE, .expect = EPERM, .bpf_only = true },
			{ OWN_SELF },
		},
	},
	{
		.name = "an identity is not changed under a rule",
		.tree = "a/\n`-- f\n",
		.policy = ALL,
		.actor = ROOT,
		.checks = {
			{ SET_GENERATION, "a", .expect = EPERM, .bpf_only = true },
			{ SET_GENERATION, "a/f", .expect = EPERM, .bpf_only = true },
		},
	},
	{
		.name = "BPF and the kernel's own programs",
		.tree = "a/\n",
		.policy = ALL,
		.actor = ROOT,
		.checks = {
			{ BPF, .expect = EPERM },
			{ INIT_MODULE, .expect = EPERM,
			  .or_else = ENOSYS /* a kernel without modules */ },
			{ REBOOT, .expect = EPERM },
		},
	},
	{
		/* without the engine there are none, and the model has nothing to look at */
		.name = "rootward's pins",
		.tree = "a/\n",
		.policy = ALL,
		.actor = ROOT,
		.checks = {
			{ LIST, PINS "/live", .bpf_only = true }, /* it is there, and may be seen */
			{ RENAME, PINS "/live", PINS "/gone", .expect = EACCES },
			{ RMDIR, PINS "/live", .expect = EACCES }, /* ENOTEMPTY would come after */
			{ MKDIR, PINS "/new", .expect = EACCES },
		},
		.landlock = NOT_FOR_LANDLOCK("pins nothing"),
	},
	{
		.name = "nor is anything else pinned, or let go",
		.tree = "pins/\n",
		.before = { { MOUNT_KIND, "pins", "bpf" }, { MKDIR, "pins/live" },
			    { MKDIR, "pins/live/in" } },
		.policy = ALL,
		.actor = ROOT,
		.checks = {
			{ LIST, "pins/live" },
			{ STAT, "pins/live" },
			{ MKDIR, "pins/new", .expect = EACCES },
			{ MKSYM, "pins/new", .expect = EACCES },
			{ RENAME, "pins/live", "pins/gone", .expect = EACCES },
			{ RENAME, "pins/live/in", "pins/in", .expect = EACCES },
			{ RMDIR, "pins/live/in", .expect = EACCES },
			{ CHMOD, "pins/live", .expect = EACCES },
			{ WATCH, "pins/live", .expect = EACCES },
			{ RMDIR, "pins/none", .expect = ENOENT, .natural = true },
		},
		.landlock = NOT_FOR_LANDLOCK("pins nothing"),
	},
	{
		.name = "by handle instead of by path",
		.tree =
			"a/\n"
			"`-- f\n",
		.policy = ALL,
		.actor = ROOT,
		.checks = {
			{ OPEN_BY_HANDLE, "a/f", .expect = EPERM },
		},
	},
	{
		.name = "block devices",
		.tree = "a/\n",
		.before = { { PUT_BLOCK, "a/disk" } },
		.policy = ALL,
		.actor = ROOT,
		.checks = {
			/* whatever is behind the node: the policy has not kept block_devices */
			{ READ, "a/disk", .expect = EACCES },
			{ WRITE, "a/disk", .expect = EACCES },
			{ MKBLOCK, "a/own", .expect = EPERM, .natural = true },
		},
		.landlock = NOT_FOR_LANDLOCK("has no notion of a device"),
	},
	{
		.name = "raw memory",
		.tree = "a/\n",
		.before = { { PUT_MEMORY, "a/mem" } },
		.policy = ALL,
		.actor = ROOT,
		.checks = {
			{ READ, "a/mem", .expect = EACCES },
			{ WRITE, "a/mem", .expect = EACCES },
		},
		.landlock = NOT_FOR_LANDLOCK("has no notion of a device"),
	},
	{
		.name = "the dangerous capabilities are gone",
		.tree = "a/\n",
		.policy = ALL,
		.actor = ROOT,
		.checks = {
			CAP_IS("21"), /* SYS_ADMIN */
			CAP_IS("16"), /* SYS_MODULE */
			CAP_IS("17"), /* SYS_RAWIO */
			CAP_IS("22"), /* SYS_BOOT */
			CAP_IS("19"), /* SYS_PTRACE */
			CAP_IS("2"),  /* DAC_READ_SEARCH */
			CAP_IS("27"), /* MKNOD */
			CAP_IS("39"), /* BPF */
			CAP_IS("38"), /* PERFMON */
			{ HAS_CAP, "1" }, /* DAC_OVERRIDE */
			{ HAS_CAP, "7" }, /* SETUID */
		},
	},
	{
		.name = "the dangerous capabilities are gone from children and after setuid",
		.tree = "a/\n",
		.policy = ALL,
		.actor = ROOT,
		.checks = {
			{ HAS_CAP, "21", .expect = EPERM, .in = IN_CHILD },
			{ HAS_CAP, "21", .expect = EPERM, .in = IN_THREAD },
			{ SETUID, "1000" },
			{ HAS_CAP, "21", .expect = EPERM },
			{ MOUNT, "a", .expect = EPERM },
		},
	},
	{
		.name = "a capability that is kept by name",
		.tree = "a/\n",
		.policy = "keep: [sys_boot, dac_read_search]\n" ALL,
		.actor = ROOT,
		.checks = {
			{ HAS_CAP, "22" },
			{ HAS_CAP, "2" },
			{ HAS_CAP, "21", .expect = EPERM },
			/* past the permission check: the magic numbers are wrong */
			{ REBOOT, .expect = EINVAL, .natural = true },
		},
	},
	{
		.name = "the kernel's settings are files",
		.tree = "a/\n",
		.policy = BASIC "default: [read]\n",
		.actor = ROOT,
		.checks = {
			{ READ, "/proc/sys/kernel/ostype" },
			{ WRITE, "/proc/sys/kernel/hostname", .expect = EACCES },
		},
	},
	{
		.name = "another process' files in /proc",
		.tree = "a/\n",
		.policy = ALL,
		.actor = ROOT,
		.checks = {
			/* ptrace rights guard these; process 1 is outside */
			{ READ, "/proc/1/environ", .expect = EACCES },
			{ READ, "/proc/1/mem", .expect = EACCES },
			{ READ, "/proc/1/root/proc/version", .expect = EACCES,
			  .unexplained = "it does not look through another process" },
			{ READ, "/proc/1/status" },
			{ READ, "/proc/self/environ" },
		},
	},
	{
		.name = "out of a chroot the rules go along",
		.tree =
			"jail/\n"
			"|-- f\n"
			"`-- sub/\n"
			"secret/\n"
			"`-- key\n",
		.before = { { HOLD, "secret" } },
		.policy =
			BASIC "trees:\n"
			"- {path: jail, allow: [all]}\n"
			"- {path: secret, deny: [all]}\n",
		.prelude = { { CHROOT_HERE, "jail" } },
		.actor = ROOT,
		.checks = {
			{ READ, "/f", .now = "jail/f" },
			{ READ_FROM_HELD, "key", .now = "secret/key", .expect = EACCES },
			{ READ_FROM_HELD, "../secret/key", .now = "secret/key", .expect = EACCES },
		},
	},
};

GROUP(escape, cases);
