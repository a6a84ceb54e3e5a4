/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef ROOTWARD_POLICY_YAML_H
#define ROOTWARD_POLICY_YAML_H

#include "policy.h"

/**
 * policy_read_yaml() - a policy from @len bytes at @text.
 * @name: what it is called unless it says so itself
 * @file: for messages and origins
 *
 * Return: as rootward_policy_parse().  With -EINVAL *ret may be set, to what could be made out, for
 * those who look for more mistakes; it must not be put to work, and the caller frees it.
 */
int policy_read_yaml(struct rootward_policy **ret, const char *text, size_t len, const char *name,
		     const char *file, const struct rootward_opts *opts);

/** policy_read_file() - the same from a file; `-` is standard input.  Also what reading returns. */
int policy_read_file(struct rootward_policy **ret, const char *path,
		     const struct rootward_opts *opts);

#endif
