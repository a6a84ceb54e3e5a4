/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What no policy gives that does not keep it by name: the kernel's settings, the files in /proc of
 * processes outside, disks that are no block devices.
 */
#include "case.h"

#define ALL BASIC "default: [all]\n"
#define NO_FENCES "has no notion of a fence"

#define SETTINGS "cg/\nsys/\nsec/\ntrace/\ndebug/\n"
#define MOUNT_SETTINGS                                                                             \
	{ MOUNT_KIND, "cg", "cgroup2" }, { MOUNT_KIND, "sys", "sysfs" },                           \
		{ MOUNT_KIND, "sec", "securityfs" }, { MOUNT_KIND, "trace", "tracefs" },           \
	{                                                                                          \
		MOUNT_KIND, "debug", "debugfs"                                                     \
	}

static const struct test_case cases[] = {
	{
		.name = "the kernel's settings in /proc, whatever the policy allows",
		.tree = "a/\n",
		.policy = ALL,
		.actor = ROOT,
		.checks = {
			{ READ, "/proc/sys/kernel/core_pattern" },
			/* programs that the kernel would start outside */
			{ OPEN_WRITE, "/proc/sys/kernel/core_pattern", .expect = EACCES },
			{ OPEN_WRITE, "/proc/sys/kernel/modprobe", .expect = EACCES },
			{ OPEN_WRITE, "/proc/sysrq-trigger", .expect = EACCES },
			{ OPEN_WRITE, "/proc/irq/default_smp_affinity", .expect = EACCES },
			{ OPEN_WRITE, "/proc/sys/kernel/core_pattern", .expect = EACCES,
			  .in = IN_CHILD },
			{ RDWR, "/proc/sys/kernel/core_pattern", .expect = EACCES },
			{ TRUNCATE, "/proc/sys/kernel/core_pattern", .expect = EACCES },
		},
		.landlock = NOT_FOR_LANDLOCK(NO_FENCES),
	},
	{
		.name = "filesystems that are all settings, whatever the policy allows",
		.tree = SETTINGS,
		.before = { MOUNT_SETTINGS },
		.policy = ALL,
		.actor = ROOT,
		.checks = {
			{ READ, "cg/cgroup.procs" },
			{ OPEN_WRITE, "cg/cgroup.procs", .expect = EACCES },
			{ MKDIR, "cg/rootward-cases", .expect = EACCES },
			{ RMDIR, "cg/none", .expect = ENOENT, .natural = true },
			{ OPEN_WRITE, "sys/kernel/profiling", .expect = EACCES },
			{ CHMOD, "sys/kernel/profiling", .expect = EACCES },
			{ UTIME, "sys/kernel/profiling", .expect = EACCES },
			{ MKDIR, "sec/rootward-cases", .expect = EACCES },
			{ OPEN_WRITE, "trace/tracing_on", .expect = EACCES },
			{ LIST, "trace" },
			{ MKDIR, "debug/rootward-cases", .expect = EACCES },
			{ RMDIR, "trace/instances", .expect = EACCES },
			{ RENAME, "sys/kernel", "sys/other", .expect = EACCES },
		},
		.landlock = NOT_FOR_LANDLOCK(NO_FENCES),
	},
	{
		.name = "the kernel's settings kept by name",
		.tree = SETTINGS,
		.before = { MOUNT_SETTINGS },
		.policy = "keep: [kernel_settings]\n" ALL,
		.actor = ROOT,
		.checks = {
			{ OPEN_WRITE, "/proc/sys/kernel/core_pattern",
			  .or_else = EROFS /* a container's */ },
			{ OPEN_WRITE, "cg/cgroup.procs" },
			{ MKDIR, "cg/rootward-cases" },
			{ RMDIR, "cg/rootward-cases" },
			{ OPEN_WRITE, "trace/tracing_on" },
		},
		.landlock = NOT_FOR_LANDLOCK(NO_FENCES),
	},
	{
		.name = "the kernel's settings kept by name, and not allowed",
		.tree = SETTINGS,
		.before = { MOUNT_SETTINGS },
		.policy =
			"keep: [kernel_settings]\n" BASIC
			"default: [read]\n"
			"trees:\n"
			"- {path: trace, allow: [write]}\n",
		.actor = ROOT,
		.checks = {
			{ OPEN_WRITE, "trace/tracing_on" },
			{ OPEN_WRITE, "/proc/sys/kernel/core_pattern", .expect = EACCES },
			{ MKDIR, "cg/rootward-cases", .expect = EACCES },
		},
		.landlock = NOT_FOR_LANDLOCK(NO_FENCES),
	},
	{
		.name = "every layer must keep the settings",
		.tree = "a/\n",
		.policy = "keep: [kernel_settings]\n" ALL,
		.more = { ALL },
		.actor = ROOT,
		.checks = {
			{ OPEN_WRITE, "/proc/sys/kernel/core_pattern", .expect = EACCES },
		},
		.landlock = NOT_FOR_LANDLOCK(NO_FENCES),
	},
	{
		.name = "one's own processes in /proc stay writable",
		.tree = "a/\n",
		.policy = ALL,
		.actor = ROOT,
		.checks = {
			{ OPEN_WRITE, "/proc/self/comm" },
			{ OPEN_WRITE, "/proc/self/oom_score_adj" },
			{ WRITE, "/proc/self/comm", .in = IN_CHILD },
			{ WRITE, "/proc/thread-self/comm", .in = IN_THREAD },
			{ OPEN_WRITE, "/proc/self/oom_score_adj", .in = IN_GRANDCHILD },
		},
	},
	{
		.name = "one's own processes in /proc stay writable: in a user namespace",
		.tree = "a/\n",
		.policy = "keep: [user_namespaces, sys_admin]\n" ALL,
		.actor = ROOT,
		.checks = {
			/* for uid_map, the kernel asks for the capability in there */
			{ MAP_ROOT },
		},
	},
	{
		.name = "other processes in /proc do not, whatever is kept",
		.tree = "a/\n",
		.policy = "keep: [kernel_settings]\n" ALL,
		.actor = ROOT,
		.checks = {
			{ OPEN_WRITE, "/proc/1/oom_score_adj", .expect = EACCES },
			{ OPEN_WRITE, "/proc/1/comm", .expect = EACCES },
			{ OPEN_WRITE, "/proc/1/task/1/comm", .expect = EACCES },
			{ READ, "/proc/1/comm" },
		},
		.landlock = NOT_FOR_LANDLOCK(NO_FENCES),
	},
	{
		.name = "disks that are no block devices",
		.tree = "a/\n",
		.before = { { PUT_RAW_DISK, "a/sg" }, { PUT_DYNAMIC, "a/ng" },
			    { PUT_DEVICE, "a/null" } },
		.policy = ALL,
		.actor = ROOT,
		.checks = {
			{ READ, "a/sg", .expect = EACCES },
			{ OPEN_WRITE, "a/sg", .expect = EACCES },
			{ READ, "a/ng", .expect = EACCES },
			{ OPEN_WRITE, "a/ng", .expect = EACCES },
			{ READ, "a/null" },
			{ OPEN_WRITE, "a/null" },
			{ STAT, "a/ng", .bpf_only = true },
		},
		.landlock = NOT_FOR_LANDLOCK("has no notion of a device"),
	},
	{
		.name = "disks that are no block devices, kept",
		.tree = "a/\n",
		.before = { { PUT_RAW_DISK, "a/sg" }, { PUT_DYNAMIC, "a/ng" } },
		.policy = "keep: [block_devices]\n" ALL,
		.actor = ROOT,
		.checks = {
			/* nobody is behind these numbers */
			{ READ, "a/sg", .expect = ENXIO, .natural = true },
			{ READ, "a/ng", .expect = ENXIO, .natural = true },
		},
		.landlock = NOT_FOR_LANDLOCK("has no notion of a device"),
	},
};

GROUP(fences, cases);
