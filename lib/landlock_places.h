/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a policy's rules take effect: at the trees' paths and wherever else mounts show them. */
#ifndef ROOTWARD_LANDLOCK_PLACES_H
#define ROOTWARD_LANDLOCK_PLACES_H

#include "landlock_mounts.h"
#include "policy.h"

/**
 * struct spot - one path at which a rule takes effect.
 * @path:   absolute and real
 * @tree:   the rule
 * @own:    @path is where the tree was looked up
 * @hidden: if not 0, only this, and as hidden ancestors deny it: after all rules on @path itself
 */
struct spot {
	char *path;
	const struct tree *tree;
	bool own;
	uint32_t hidden;
};

/** struct spots - parents before children. */
struct spots {
	struct spot *spots;
	size_t n;
};

int spots_collect(struct spots *spots, const struct rootward_policy *policy,
		  const struct mounts *mounts);

void spots_free(struct spots *spots);

/** path_compare() - orders the first @len bytes of @a; a directory comes before what it holds. */
int path_compare(const char *a, size_t len, const char *b);

#endif
