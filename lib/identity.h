/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an open file is in the kernel: (device, inode number, generation). */
#ifndef ROOTWARD_IDENTITY_H
#define ROOTWARD_IDENTITY_H

#include <stddef.h>

#include "abi.h"

/**
 * identity_load() - load the program that tells.
 * Return: its descriptor, which the caller closes; -EPERM without the privilege for BPF; what
 * loading says.
 */
int identity_load(void);

/**
 * identity_read() - by @program, from identity_load() or pinned, identities of @n open descriptors
 * of this process (O_PATH will do). One run serves them all and costs a pass over all descriptors,
 * so ask for many at once.
 *
 * Return: 0; -EBADF when one is not open; what reading the iterator says.
 */
int identity_read(int program, const int *fds, size_t n, struct rw_identity *identities);

/**
 * identity_guess() - what can be known of them without privilege.  Good for identity_unstable()
 * only, and there an overlay gets the benefit of the doubt.
 *
 * Return: 0 or -errno.
 */
int identity_guess(const int *fds, size_t n, struct rw_identity *identities);

/**
 * identity_unstable() - why a rule on this object could silently stop matching, or match another:
 * a static sentence, or NULL when its identity is its own for as long as the object exists.
 */
const char *identity_unstable(const struct rw_identity *identity);

#endif
