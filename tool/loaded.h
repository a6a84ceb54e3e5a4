/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the commands for loaded policies share. */
#ifndef TOOL_LOADED_H
#define TOOL_LOADED_H

#include <stdbool.h>

#include "abi.h"

/* What the kernel keeps of a loaded policy's name, in bytes. */
#define LOADED_NAME_MAX ((int)sizeof(((struct rw_domain *)0)->name) - 1)

/**
 * loaded_failed() - a failure for which the library had no words: whether bpf works here at all,
 * else
 * @what and the error.
 */
void loaded_failed(const char *what, int r);

/** loaded_known() - false: it is certain that no loaded policy has that name. */
bool loaded_known(const char *name);

/** loaded_none() - no policy of that name is loaded, and which may have been meant. */
void loaded_none(const char *name);

#endif
