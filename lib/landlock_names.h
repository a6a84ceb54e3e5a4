/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef ROOTWARD_LANDLOCK_NAMES_H
#define ROOTWARD_LANDLOCK_NAMES_H

/** landlock_names() - what is commonly found in @directory, ended by NULL; or NULL. */
const char *const *landlock_names(const char *directory);

#endif
