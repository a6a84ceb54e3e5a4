/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Programs that read an attribute wherever they come by (bpf/label_read.bpf.c): for each attribute
 * and value a set of them is on the hooks as long as there is a label with it.
 */
#ifndef ROOTWARD_BPF_READERS_H
#define ROOTWARD_BPF_READERS_H

#include <stdbool.h>

#include "bpf_kernel.h"
#include "label_abi.h"
#include "policy.h"

struct btf;

/** bpf_readers_work() - whether the kernel with these types (NULL: it tells none) lets them read.
 */
bool bpf_readers_work(const struct btf *btf);

/** bpf_readers_refuse() - likewise, of the running kernel.  Return: 0; -ENOTSUP, reported. */
int bpf_readers_refuse(const struct tree *tree, const struct rootward_opts *opts);

/**
 * bpf_reader_get() - the number of those that read @label's attribute and value, put on the hooks
 * if nobody's are; under the lock.  Whose label has it in the map keeps them.
 *
 * Return: that; -ENOSPC: too many attributes and values; what libbpf says (reported).
 */
int bpf_reader_get(struct bpf_kernel *kernel, const struct rw_label *label,
		   const struct rootward_opts *opts);

/** bpf_readers_tidy() - those that no label has go; under the lock. */
void bpf_readers_tidy(struct bpf_kernel *kernel);

#endif
