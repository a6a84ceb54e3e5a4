/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the commands for loaded policies share. */
#ifndef TOOL_LOADED_H
#define TOOL_LOADED_H

/**
 * loaded_failed() - a failure for which the library had no words: whether bpf works here at all,
 * else
 * @what and the error.
 */
void loaded_failed(const char *what, int r);

/** loaded_none() - no policy of that name is loaded: says so, and which may have been meant. */
void loaded_none(const char *name);

#endif
