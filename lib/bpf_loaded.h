/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of policies for the machine. */
#ifndef ROOTWARD_BPF_LOADED_H
#define ROOTWARD_BPF_LOADED_H

#include "bpf_kernel.h"

/** loaded_place() - where on the list the policy of that name is, or RW_LOADED. */
__u32 loaded_place(const struct bpf_kernel *kernel, const char *name);

/** loaded_look() - as bpf_kernel_look(), or -EPERM for who may not. */
int loaded_look(struct bpf_kernel *kernel);

#endif
