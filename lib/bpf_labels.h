/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Labels in the maps: which there are, and the directories that carry them at first. */
#ifndef ROOTWARD_BPF_LABELS_H
#define ROOTWARD_BPF_LABELS_H

#include "bpf_anchors.h"
#include "bpf_kernel.h"
#include "label_abi.h"

/** label_get() - the label of that number.  Return: 0, what the map says. */
int label_get(struct bpf_kernel *kernel, __u32 number, struct rw_label *label);

/**
 * bpf_labels_claim() - a number for each label of the policies, and all that the programs need to
 * keep it true from then on; under the lock, while the domain is LOADING.
 *
 * Return: 0; -ENOSPC: too many (reported); -ENOTSUP: its directories could become others unseen
 * (reported), or the kernel does not let them be read (reported); -ENOENT and others for the
 * executables of `set:` (reported); what the maps say.
 */
int bpf_labels_claim(struct bpf_kernel *kernel, __u32 domain,
		     struct rootward_policy *const *policies, size_t n,
		     const struct rootward_opts *opts);

/** bpf_labels_add() - an ANCHOR_LABELLED carries it.  Return: 0, what the map says. */
int bpf_labels_add(struct bpf_kernel *kernel, __u32 domain, const struct anchor *anchor);

/** bpf_labels_forget() - what carries them was cleared, and is looked for anew. */
void bpf_labels_forget(struct bpf_kernel *kernel, __u32 domain);

/** bpf_labels_release() - the numbers are free; what carries them was cleared. */
void bpf_labels_release(struct bpf_kernel *kernel, __u32 domain);

#endif
