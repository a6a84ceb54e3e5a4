/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Raw devices: whoever may open the disk needs no path.  A policy denies them unless it keeps
 * them by name (enum policy_keep).  Landlock knows no kinds of files, so they become trees: the
 * nodes that are in /dev now and that the caller could open.  Nodes elsewhere, and those that come
 * later, are out of reach where the policy gives nothing to their directory or a deny there
 * expands it; not otherwise.
 */
#ifndef ROOTWARD_LANDLOCK_DEVICES_H
#define ROOTWARD_LANDLOCK_DEVICES_H

#include "policy.h"

/**
 * devices_deny() - a shallow copy of @policy with denies for raw devices added.
 * @copy: trees and all they point to stay @policy's, but for those added
 *
 * Return: 0, -ENOMEM.
 */
int devices_deny(struct rootward_policy *copy, const struct rootward_policy *policy);

/** devices_free() - what devices_deny() made. */
void devices_free(struct rootward_policy *copy, const struct rootward_policy *policy);

#endif
