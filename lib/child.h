/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can only be found out by a process that gives something up for it. */
#ifndef ROOTWARD_CHILD_H
#define ROOTWARD_CHILD_H

#include <stddef.h>

/**
 * in_child() - run @fn in a process of its own, which may change what only it has.
 * @result: shared with it
 * Return: 0, or -errno when it could not be started or did not end well.
 */
int in_child(void (*fn)(void *result), void *result, size_t size);

#endif
