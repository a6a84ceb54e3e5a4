/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `rootward run` says at the end. */
#ifndef TOOL_DENIALS_H
#define TOOL_DENIALS_H

#include "tally.h"

/**
 * denials_print() - the closing line, and the list if @explain.
 * @domain: asked for the exact number, where its engine counts
 */
void denials_print(struct tally *tally, struct rootward_domain *domain, bool explain);

#endif
