/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The capabilities with which a confined root could leave: they go from every set, the bounding set
 * included, so that no exec of a set-user-ID program brings them back.
 *
 * Not among them, though they are strong: SETUID, SETGID, DAC_OVERRIDE, CHOWN, KILL, NET_ADMIN
 * (what a package manager or a service needs; rules and the domain hold against them), SETPCAP (can
 * only pass on what is left), SYSLOG (reveals, but changes nothing), SYS_TIME.
 *
 * confine_capabilities() runs between fork() and execve(): system calls only, no libcap.
 */
#include <errno.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "capabilities.h"
#include "engine.h"

#define BIT(n) (1ULL << (n))

/*
 * Mounts and namespaces and half of everything else; another kernel; other processes' memory and
 * descriptors; objects without a path (open_by_handle_at()); the disk beneath the file system; the
 * enforcing programs themselves; other security modules' policy.
 */
#define DANGEROUS                                                                                  \
	(BIT(CAP_SYS_ADMIN) | BIT(CAP_SYS_MODULE) | BIT(CAP_SYS_RAWIO) | BIT(CAP_SYS_BOOT) |       \
	 BIT(CAP_SYS_PTRACE) | BIT(CAP_CHECKPOINT_RESTORE) | BIT(CAP_DAC_READ_SEARCH) |            \
	 BIT(CAP_MKNOD) | BIT(CAP_BPF) | BIT(CAP_PERFMON) | BIT(CAP_MAC_ADMIN) |                   \
	 BIT(CAP_MAC_OVERRIDE))

uint64_t dangerous_capabilities(void)
{
	return DANGEROUS;
}

/*
 * Without CAP_SETPCAP the bounding set cannot shrink.  no_new_privs then serves as well: no exec
 * gives a capability that the process does not have.  (An unprivileged landlock domain has set it
 * already.)
 */
static int drop_bounding(uint64_t drop)
{
	bool refused = false;
	int number;

	for (number = 0; number < 64; number++) {
		/* 0: not in the set; EINVAL: this kernel does not know it. */
		if (!(drop & BIT(number)) || prctl(PR_CAPBSET_READ, number, 0, 0, 0) != 1)
			continue;
		if (!prctl(PR_CAPBSET_DROP, number, 0, 0, 0))
			continue;
		if (errno != EPERM)
			return -errno;
		refused = true;
	}
	if (refused && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	return 0;
}

static uint64_t sum(const struct __user_cap_data_struct data[2])
{
	uint64_t all[2];
	int i;

	for (i = 0; i < 2; i++)
		all[i] = data[i].permitted | data[i].effective | data[i].inheritable;
	return all[0] | all[1] << 32;
}

/* Not one capability more than @drop: capset() sets whole sets, so read them first. */
static int drop_sets(uint64_t drop)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	int i;

	if (syscall(SYS_capget, &header, data))
		return -errno;
	if (!(sum(data) & drop))
		return 0;
	for (i = 0; i < 2; i++) {
		uint32_t left = ~(uint32_t)(drop >> (32 * i));

		data[i].permitted &= left;
		data[i].effective &= left;
		data[i].inheritable &= left;
	}
	if (syscall(SYS_capset, &header, data))
		return -errno;

	/* The kernel has taken the same out of the ambient set, a subset of these by its rules. */
	if (syscall(SYS_capget, &header, data))
		return -errno;
	return sum(data) & drop ? -EPERM : 0;
}

bool have_capabilities(uint64_t all)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		return false;
	return !(all & ~(data[0].effective | (uint64_t)data[1].effective << 32));
}

int confine_capabilities(uint64_t keep)
{
	uint64_t drop = DANGEROUS & ~keep;
	int r = drop_bounding(drop);

	return r < 0 ? r : drop_sets(drop);
}

/* libcap would hand out copies to free; these stay, and a test compares them with libcap's. */
static const char *const words[] = {
	[CAP_CHOWN] = "chown",
	[CAP_DAC_OVERRIDE] = "dac_override",
	[CAP_DAC_READ_SEARCH] = "dac_read_search",
	[CAP_FOWNER] = "fowner",
	[CAP_FSETID] = "fsetid",
	[CAP_KILL] = "kill",
	[CAP_SETGID] = "setgid",
	[CAP_SETUID] = "setuid",
	[CAP_SETPCAP] = "setpcap",
	[CAP_LINUX_IMMUTABLE] = "linux_immutable",
	[CAP_NET_BIND_SERVICE] = "net_bind_service",
	[CAP_NET_BROADCAST] = "net_broadcast",
	[CAP_NET_ADMIN] = "net_admin",
	[CAP_NET_RAW] = "net_raw",
	[CAP_IPC_LOCK] = "ipc_lock",
	[CAP_IPC_OWNER] = "ipc_owner",
	[CAP_SYS_MODULE] = "sys_module",
	[CAP_SYS_RAWIO] = "sys_rawio",
	[CAP_SYS_CHROOT] = "sys_chroot",
	[CAP_SYS_PTRACE] = "sys_ptrace",
	[CAP_SYS_PACCT] = "sys_pacct",
	[CAP_SYS_ADMIN] = "sys_admin",
	[CAP_SYS_BOOT] = "sys_boot",
	[CAP_SYS_NICE] = "sys_nice",
	[CAP_SYS_RESOURCE] = "sys_resource",
	[CAP_SYS_TIME] = "sys_time",
	[CAP_SYS_TTY_CONFIG] = "sys_tty_config",
	[CAP_MKNOD] = "mknod",
	[CAP_LEASE] = "lease",
	[CAP_AUDIT_WRITE] = "audit_write",
	[CAP_AUDIT_CONTROL] = "audit_control",
	[CAP_SETFCAP] = "setfcap",
	[CAP_MAC_OVERRIDE] = "mac_override",
	[CAP_MAC_ADMIN] = "mac_admin",
	[CAP_SYSLOG] = "syslog",
	[CAP_WAKE_ALARM] = "wake_alarm",
	[CAP_BLOCK_SUSPEND] = "block_suspend",
	[CAP_AUDIT_READ] = "audit_read",
	[CAP_PERFMON] = "perfmon",
	[CAP_BPF] = "bpf",
	[CAP_CHECKPOINT_RESTORE] = "checkpoint_restore",
};

const char *capability_word(unsigned int number)
{
	return number < sizeof(words) / sizeof(words[0]) ? words[number] : NULL;
}

int capability_from_word(const char *word)
{
	unsigned int number;

	for (number = 0; capability_word(number); number++)
		if (!strcmp(word, capability_word(number)))
			return number;
	return -ENOENT;
}
