/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Programs that are on their hooks only while they are needed.
 *
 * A program on a hook costs every process that comes by, whoever is confined.  Those whose whole
 * question is one of ROOTWARD_OPS_TELL, which is asked very often, can be spared while no domain
 * denies that operation: then their answer would be yes (denied_nowhere() in verdict.bpf.h).  They
 * are loaded with the others and pinned as prog_NAME; on its hook, one is pinned as link_NAME, too.
 * No other program of rootward's is on the same hook, so that the order does not matter.
 *
 * So is the program that clears up behind a labelled directory which was removed: there is none
 * where there are no labels, and every file that goes would pay for it.
 *
 * A domain goes live when all are on their hooks that it needs, and one is taken off when no domain
 * is left that needs it; both under the lock.
 */
#ifndef ROOTWARD_BPF_ATTACH_H
#define ROOTWARD_BPF_ATTACH_H

#include "bpf_kernel.h"

/**
 * bpf_attach() - put those programs on their hooks that are for any of @needs; under the lock.
 * @needs: of ROOTWARD_OPS_TELL and BPF_NEED_LABELS (bpf_hooks.h)
 *
 * Return: 0: they are there; else (reported) what opening or making a pin says, or bpf(2).
 */
int bpf_attach(struct bpf_kernel *kernel, __u32 needs, const struct rootward_opts *opts);

/**
 * bpf_detach() - take those off their hooks that no domain needs; under the lock.  Does nothing
 * where others than @kernel's are at work by now.
 */
void bpf_detach(struct bpf_kernel *kernel);

#endif
