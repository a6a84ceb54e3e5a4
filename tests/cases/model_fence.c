/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The model's fences: what no policy gives that does not keep it, and what none keeps.  Filesystems
 * and processes are told by their names, devices by the numbers in devices.txt of the kernel.
 */
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "model.h"

/* Filesystems that are all settings. */
static const char *const settings[] = {
	"sysfs",      "cgroup",	  "cgroup2",  "tracefs", "debugfs",
	"securityfs", "configfs", "efivarfs", "pstore",	 "binfmt_misc",
};

/** struct range - numbers of character devices that show what lies beneath files or processes. */
static const struct range {
	unsigned int major, last_major, minor, last_minor;
	uint32_t keep;
} devices[] = {
	{ 1, 1, 1, 2, KEEP_RAW_MEMORY },	  /* mem, kmem */
	{ 1, 1, 4, 4, KEEP_RAW_MEMORY },	  /* port */
	{ 10, 10, 144, 144, KEEP_RAW_MEMORY },	  /* nvram */
	{ 202, 202, 0, ~0U, KEEP_RAW_MEMORY },	  /* msr */
	{ 9, 9, 0, ~0U, KEEP_BLOCK_DEVICES },	  /* tapes */
	{ 21, 21, 0, ~0U, KEEP_BLOCK_DEVICES },	  /* sg */
	{ 90, 90, 0, ~0U, KEEP_BLOCK_DEVICES },	  /* mtd */
	{ 189, 189, 0, ~0U, KEEP_BLOCK_DEVICES }, /* usb */
	/* given out at run time */
	{ 234, 254, 0, ~0U, KEEP_BLOCK_DEVICES },
	{ 384, 511, 0, ~0U, KEEP_BLOCK_DEVICES },
};

/* What proc(5) says is guarded by ptrace rights: to read of a process, or to act through it. */
static const struct {
	const char *name;
	bool attaches;
} traced[] = {
	{ "auxv", false }, { "environ", false }, { "maps", false },
	{ "mem", true },   { "smaps", false },	 { "syscall", true },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* In /proc the actor goes by `self`, also where the model would mean itself by it. */
static bool is_own_process(const char *path)
{
	return !strncmp(path, "/proc/self/", 11) || !strncmp(path, "/proc/thread-self/", 18);
}

/* Of a path into another process's directory the rest, or NULL. */
static const char *in_process(const char *path)
{
	const char *number = path + 6, *rest = number;

	if (strncmp(path, "/proc/", 6))
		return NULL;
	rest += strspn(number, "0123456789");
	return rest > number && *rest == '/' ? rest + 1 : NULL;
}

bool leads_elsewhere(const char *path)
{
	const char *rest = in_process(path);

	return rest && (!strncmp(rest, "root/", 5) || !strncmp(rest, "cwd/", 4));
}

/* Whether it takes tracing a process outside. */
static bool trace_denies(enum fences fences, const char *path, uint32_t ops)
{
	const char *rest = in_process(path);
	size_t i;

	if (!rest)
		return false;
	if (leads_elsewhere(path))
		return fences != FENCES_ATTACHING;
	for (i = 0; i < COUNT(traced); i++)
		if (!strcmp(rest, traced[i].name))
			return ops & (OP(READ_FILE) | OP(WRITE_FILE)) &&
			       (traced[i].attaches || fences != FENCES_ATTACHING);
	return false;
}

/* Which words must be kept, to open it. */
static uint32_t device_fence(const struct place *place)
{
	unsigned int major = major(place->rdev), minor = minor(place->rdev);
	const struct range *r;

	if (S_ISBLK(place->mode))
		return KEEP_BLOCK_DEVICES;
	for (r = devices; S_ISCHR(place->mode) && r < devices + COUNT(devices); r++)
		if (major >= r->major && major <= r->last_major && minor >= r->minor &&
		    minor <= r->last_minor)
			return r->keep;
	return 0;
}

static bool is_settings(const char *type)
{
	size_t i;

	for (i = 0; i < COUNT(settings); i++)
		if (!strcmp(type, settings[i]))
			return true;
	return false;
}

static bool object_denies(const struct place *place, const char *path, uint32_t ops, uint32_t keep)
{
	const char *type = place->mount ? place->mount->type : "";

	if (ops & (OP(READ_FILE) | OP(WRITE_FILE)) && device_fence(place) & ~keep)
		return true;
	/* the engine's pins are in such a one */
	if (!strcmp(type, "bpf"))
		return ops & ~(OP(STAT) | OP(READLINK) | OP(GETXATTR) | OP(READ_DIR));
	if (!(ops & ROOTWARD_OPS_WRITE))
		return false;
	if (!strcmp(type, "proc"))
		return !is_own_process(path) &&
		       (in_process(path) || !(keep & KEEP_KERNEL_SETTINGS));
	return is_settings(type) && !(keep & KEEP_KERNEL_SETTINGS);
}

bool fence_denies(enum fences fences, const struct place *place, const char *path, uint32_t ops,
		  uint32_t keep)
{
	return trace_denies(fences, path, ops) ||
	       (fences == FENCES_ALL && object_denies(place, path, ops, keep));
}

/* By these a task acts through one outside, which nobody may who is under a policy. */
static bool attaches(enum verb_id verb)
{
	return verb == PTRACE_OUTSIDE || verb == VM_READ_OUTSIDE || verb == PIDFD_GETFD;
}

bool only_confined(const struct check *check)
{
	return check->expect == EPERM && !attaches(check->verb);
}
