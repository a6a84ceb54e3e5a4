/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What each version of Landlock's interface can restrict, in rootward's operations.
 *
 * The kernel's numbers are kept here and not taken from <linux/landlock.h>: the header of the
 * machine that builds says nothing about the kernel that runs.
 */
#ifndef ROOTWARD_LANDLOCK_ABI_H
#define ROOTWARD_LANDLOCK_ABI_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The newest ABI that brings something used here.  After it: 10 (UDP, quiet rules) and 11 know no
 * new right on files; a later one that does is used as far as this table goes.
 */
#define LANDLOCK_ABI_KNOWN 9

#define LANDLOCK_ABI_REFER 2
#define LANDLOCK_ABI_SCOPES 6

/* Rights on anything but a directory: the kernel refuses a rule on a file that has others. */
#define LANDLOCK_FILE_OPS                                                                          \
	(ROOTWARD_OP_EXECUTE | ROOTWARD_OP_WRITE_FILE | ROOTWARD_OP_READ_FILE |                    \
	 ROOTWARD_OP_TRUNCATE | ROOTWARD_OP_IOCTL_DEV | ROOTWARD_OP_CONNECT)

/**
 * landlock_abi_query() - the running kernel's ABI.
 * Return: from 1; -ENOSYS not built in, -EOPNOTSUPP switched off at boot.
 */
int landlock_abi_query(void);

/** landlock_abi_ops() - the operations that @abi can forbid. */
uint32_t landlock_abi_ops(int abi);

/** landlock_abi_rights() - the kernel's rights for those of @ops that @abi knows. */
uint64_t landlock_abi_rights(uint32_t ops, int abi);

/**
 * landlock_abi_ruleset() - a new ruleset that forbids what its rules do not allow.
 * @ops:      the operations to forbid, of those that @abi knows
 * @abstract: forbid abstract unix sockets made outside, where @abi can
 *
 * Signals to processes outside are forbidden wherever @abi can.
 *
 * Return: a descriptor, close-on-exec, or -errno.
 */
int landlock_abi_ruleset(uint32_t ops, int abi, bool abstract);

/** landlock_abi_allow() - allow @ops at and beneath what @fd is open on.  @ops must not be 0. */
int landlock_abi_allow(int ruleset, int fd, uint32_t ops, int abi);

/** landlock_abi_restrict() - put a ruleset on the calling thread.  Async-signal-safe. */
int landlock_abi_restrict(int ruleset);

#endif
