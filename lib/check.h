/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looking at a policy without applying it: what is written well and means little. */
#ifndef ROOTWARD_CHECK_H
#define ROOTWARD_CHECK_H

#include "policy.h"

/**
 * check_rules() - report the rules of a resolved policy that can never apply, or change nothing.
 * Trees that could not be resolved are left out.
 *
 * Return: 0; -ENOMEM.
 */
int check_rules(const struct rootward_policy *policy, const struct rootward_opts *opts);

#endif
