/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looking at a policy without applying it: what is written well and means little. */
#ifndef ROOTWARD_CHECK_H
#define ROOTWARD_CHECK_H

#include "policy.h"

/** check_fence() - report what a tree allows in vain, for no `keep` of the policy opens it. */
void check_fence(const struct rootward_policy *policy, const struct tree *tree,
		 const struct rootward_opts *opts);

/**
 * check_rules() - report the rules of a resolved policy that can never apply, or change nothing.
 * Trees that could not be resolved are left out.
 *
 * Return: 0; -ENOMEM.
 */
int check_rules(const struct rootward_policy *policy, const struct rootward_opts *opts);

/**
 * check_owners() - report what `owner` and `group` of a tree say about nothing, or about what the
 * kernel does not let happen.
 */
void check_owners(const struct tree *tree, const struct rootward_opts *opts);

/** without_groups() - @ops but for whole groups: who writes one does not mean each of its words. */
uint32_t without_groups(uint32_t ops, uint32_t written);

#endif
