/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom an open file belongs to, for callers that may not load programs. */
#ifndef ROOTWARD_LIB_OWNER_H
#define ROOTWARD_LIB_OWNER_H

#include <stdbool.h>

#include <rootward.h>

/** ids_are_initial() - whether the caller's user namespace numbers ids as the initial one does. */
bool ids_are_initial(void);

/** overflow_uid(), overflow_gid() - how stat(2) shows an id that there is not. */
uint32_t overflow_uid(void);
uint32_t overflow_gid(void);

/**
 * owner_by_statmount() - what stat(2) and statmount(2) tell of @fd; see rootward_owner().
 * Return: 0; -EPERM: they tell nothing here; -EBADF, -ENOMEM.
 */
int owner_by_statmount(int fd, struct rootward_owner *owner);

/**
 * owner_made_by_statmount() - of what somebody with these ids for files would make by the mount of
 * @fd, which is idmapped.  Return: 0; -EPERM: the kernel does not tell its maps; -EBADF, -ENOMEM.
 */
int owner_made_by_statmount(int fd, uint32_t uid, uint32_t gid, struct rootward_owner *owner);

#endif
