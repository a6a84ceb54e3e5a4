/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Capabilities by name; what is done with them is in engine.h. */
#ifndef ROOTWARD_CAPABILITIES_H
#define ROOTWARD_CAPABILITIES_H

#include <stdbool.h>
#include <stdint.h>

/** capability_from_word() - the number of "sys_admin" (lower case, no "cap_"), or -ENOENT. */
int capability_from_word(const char *word);

/** have_capabilities() - whether all of a mask (bit n: number n) are effective for the caller. */
bool have_capabilities(uint64_t all);

/** capability_word() - the other way; NULL when there is none with this number. */
const char *capability_word(unsigned int number);

#endif
