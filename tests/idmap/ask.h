/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asking the program in the kernel, and comparing with stat(2), the model and what works. */
#ifndef ROOTWARD_TESTS_IDMAP_ASK_H
#define ROOTWARD_TESTS_IDMAP_ASK_H

#include "idmap.h"
#include "maps.h"

#include "idmap.skel.h"

/** ask_init() - Return: 0, or -errno where the kernel does not load the program. */
int ask_init(void);

/** ask() - what the program says about @fd. */
struct idmap_answer ask(int fd);

/** ask_chain() - what it says about @fd and all above. */
struct idmap_chain ask_chain(int fd);

/**
 * agrees() - whether what the program says about @fd is what stat(2) says, and is @uid and @gid
 * (NO_ID: invalid).  Tells the first disagreement.
 */
bool agrees(int fd, uint64_t uid, uint64_t gid);

#endif
