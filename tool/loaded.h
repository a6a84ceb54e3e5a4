/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the commands for loaded policies share. */
#ifndef TOOL_LOADED_H
#define TOOL_LOADED_H

#include <stdbool.h>

/**
 * loaded_failed() - a failure for which the library had no words: whether bpf works here at all,
 * else
 * @what and the error.
 */
void loaded_failed(const char *what, int r);

/** loaded_hint() - no policy of that name is loaded: which may have been meant, if any. */
bool loaded_hint(const char *name);

/** loaded_none() - the same, behind saying so. */
void loaded_none(const char *name);

#endif
