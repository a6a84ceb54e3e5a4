/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Policies that are loaded for the machine, on a kernel that takes the programs:
 *
 *	loaded/
 *	|-- open
 *	|-- secret		denied by all policies here
 *	|-- old			denied by one
 *	`-- new			denied by another
 */
#ifndef LOADED_H
#define LOADED_H

#include "life.h"

/** load_text() - rootward_load() of one policy.  Return: that, or what parsing says. */
int load_text(const char *text);

/** opens() - 0, or -errno of opening it for reading. */
int opens(const char *path);

/** in_child() - what @fn returns in a child. */
int in_child(int (*fn)(void *), void *data);

/** as_user() - becomes user 1000, and opens the path.  Return: the errno; 255: it could not. */
int as_user(void *path);

#define SECRET "- {path: /tmp/loaded/secret, deny: [all]}\n"
#define TREES "default: [all]\ntrees:\n" SECRET

void test_whom(void);
void test_replacement(void);
void test_kills(void);
void test_sizes(void);
void test_follow(void);
void test_labels(void);
void test_on_demand(void);

#endif
