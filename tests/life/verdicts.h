/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of kept answers share (live_verdicts.c, live_verdicts_not.c). */
#ifndef VERDICTS_H
#define VERDICTS_H

#include <stdbool.h>

struct bpf_state;

#define POLICY "default: [all]\ntrees:\n- {path: live/secret, deny: [all]}\n"

/** verdicts_are_kept() - does this kernel show its counters, and load without a helper? */
bool verdicts_are_kept(void);

/** kept_for() - how many answers were kept for the domain. */
unsigned int kept_for(const struct bpf_state *state);

/** opens_kept() - open live/open/d/e/f to read.  0 or an errno. */
int opens_kept(void);

void test_verdicts_not(void);

#endif
