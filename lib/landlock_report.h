/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What Landlock cannot do for a policy, told to the user.
 *
 * Two kinds, and they are not alike.  A *gap* would be more than the policy allows: an operation
 * that the kernel's ABI cannot forbid.  It needs consent, the policy's `best_effort` or the
 * caller's.  A *loss* is less than the policy allows, from the expansion around a deny: safe, so
 * it is told; but where somebody asked by name to write in a directory and could not, the
 * command would only fail later and worse, and that needs consent too.
 */
#ifndef ROOTWARD_LANDLOCK_REPORT_H
#define ROOTWARD_LANDLOCK_REPORT_H

#include "landlock_plan.h"

/**
 * landlock_report_gaps() - before the plan runs.
 * Return: 0, or -ENOTSUP with a ROOTWARD_ERROR for each rule in the way.
 */
int landlock_report_gaps(const struct rootward_policy *policy, const struct trie *trie, int abi,
			 const struct rootward_opts *opts);

/**
 * landlock_report_losses() - after it.
 * Return: 0, or -ENOTSUP with a ROOTWARD_ERROR for each tree in which writing is lost.
 */
int landlock_report_losses(const struct rootward_policy *policy, const struct landlock_plan *plan,
			   int abi, const struct rootward_opts *opts);

#endif
