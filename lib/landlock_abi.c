/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rootward/ops.h>

#include "landlock_abi.h"

/* The same on every architecture (but alpha, which adds 110 and has its header). */
#ifndef __NR_landlock_create_ruleset
#define __NR_landlock_create_ruleset 444
#define __NR_landlock_add_rule 445
#define __NR_landlock_restrict_self 446
#endif

#define QUERY_VERSION (1U << 0)
#define RULE_PATH_BENEATH 1
#define SCOPE_ABSTRACT_UNIX_SOCKET (1ULL << 0)
#define SCOPE_SIGNAL (1ULL << 1)

/* An older kernel takes the longer structure as long as what it does not know is zero. */
struct ruleset_attr {
	uint64_t handled_access_fs;
	uint64_t handled_access_net;
	uint64_t scoped;
};

struct path_beneath_attr {
	uint64_t allowed_access;
	int32_t parent_fd;
} __attribute__((packed));

/**
 * struct right - one of the kernel's rights on files.
 * @op:  the operation it stands for
 * @bit: the kernel's number
 * @abi: the first ABI that has it
 */
struct right {
	uint32_t op;
	unsigned char bit;
	unsigned char abi;
};

static const struct right rights[] = {
	{ ROOTWARD_OP_EXECUTE, 0, 1 },
	{ ROOTWARD_OP_WRITE_FILE, 1, 1 },
	{ ROOTWARD_OP_READ_FILE, 2, 1 },
	{ ROOTWARD_OP_READ_DIR, 3, 1 },
	{ ROOTWARD_OP_REMOVE_DIR, 4, 1 },
	{ ROOTWARD_OP_REMOVE_FILE, 5, 1 },
	{ ROOTWARD_OP_MAKE_CHAR, 6, 1 },
	{ ROOTWARD_OP_MAKE_DIR, 7, 1 },
	{ ROOTWARD_OP_MAKE_REG, 8, 1 },
	{ ROOTWARD_OP_MAKE_SOCK, 9, 1 },
	{ ROOTWARD_OP_MAKE_FIFO, 10, 1 },
	{ ROOTWARD_OP_MAKE_BLOCK, 11, 1 },
	{ ROOTWARD_OP_MAKE_SYM, 12, 1 },
	{ ROOTWARD_OP_REFER, 13, LANDLOCK_ABI_REFER },
	{ ROOTWARD_OP_TRUNCATE, 14, 3 },
	{ ROOTWARD_OP_IOCTL_DEV, 15, 5 },
	/*
	 * Looking up a unix socket by path, to connect or send.  The kernel lets a task reach the
	 * sockets that its own domain bound in any case: they give it nothing that it has not.
	 */
	{ ROOTWARD_OP_CONNECT, 16, 9 },
};

#define N_RIGHTS (sizeof(rights) / sizeof(rights[0]))

static int result(long r)
{
	return r < 0 ? -errno : (int)r;
}

int landlock_abi_query(void)
{
	return result(syscall(__NR_landlock_create_ruleset, NULL, 0, QUERY_VERSION));
}

uint32_t landlock_abi_ops(int abi)
{
	uint32_t ops = 0;
	size_t i;

	for (i = 0; i < N_RIGHTS; i++)
		if (rights[i].abi <= abi)
			ops |= rights[i].op;
	return ops;
}

uint64_t landlock_abi_rights(uint32_t ops, int abi)
{
	uint64_t access = 0;
	size_t i;

	for (i = 0; i < N_RIGHTS; i++)
		if (rights[i].abi <= abi && (ops & rights[i].op))
			access |= 1ULL << rights[i].bit;
	return access;
}

int landlock_abi_ruleset(uint32_t ops, int abi, bool abstract)
{
	struct ruleset_attr attr = { .handled_access_fs = landlock_abi_rights(ops, abi) };

	if (abi >= LANDLOCK_ABI_SCOPES)
		attr.scoped = SCOPE_SIGNAL | (abstract ? SCOPE_ABSTRACT_UNIX_SOCKET : 0);
	return result(syscall(__NR_landlock_create_ruleset, &attr, sizeof(attr), 0));
}

int landlock_abi_allow(int ruleset, int fd, uint32_t ops, int abi)
{
	struct path_beneath_attr attr = {
		.allowed_access = landlock_abi_rights(ops, abi),
		.parent_fd = fd,
	};

	return result(syscall(__NR_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &attr, 0));
}

int landlock_abi_restrict(int ruleset)
{
	return result(syscall(__NR_landlock_restrict_self, ruleset, 0));
}
