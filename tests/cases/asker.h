/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who asks, where rules are about owners: by the ids that a task has for files. */
#ifndef ASKER_H
#define ASKER_H

#include "case.h"

#define MAX_ASKER_GROUPS 32

struct asker {
	uid_t uid;
	gid_t gid;
	gid_t groups[MAX_ASKER_GROUPS];
	int n_groups;
};

/** asker_of() - of a check by the actor; the caller's own groups are the actor's as it enters. */
void asker_of(struct asker *asker, const struct check *check, enum actor actor);

/**
 * asker_become() - take on those ids for files, and no others: what counts is the id for files.
 * All capabilities stay, so that it is never ordinary permissions that deny.
 *
 * Return: 0 or -errno.
 */
int asker_become(const struct asker *asker);

#endif
