/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Policies that would stop the machine. */
#ifndef TOOL_LOAD_STOP_H
#define TOOL_LOAD_STOP_H

#include <rootward.h>

/**
 * load_refuse_stopping() - a policy for every task must leave what the machine cannot do without.
 * Looks its paths up.
 *
 * Return: 0; -EINVAL, and what denies it was reported.
 */
int load_refuse_stopping(struct rootward_policy *policy, const struct rootward_opts *opts);

#endif
