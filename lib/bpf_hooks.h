/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which security hooks the engine's programs are for, and which of them a kernel has. */
#ifndef ROOTWARD_BPF_HOOKS_H
#define ROOTWARD_BPF_HOOKS_H

#include <stdbool.h>
#include <linux/types.h>

#include <rootward/ops.h>

#include "diag.h"

struct bpf_object;
struct bpf_program;
struct btf;

/** bpf_hooks_vmlinux() - the running kernel's types, to btf__free(); NULL: it does not tell them.
 */
struct btf *bpf_hooks_vmlinux(void);

/**
 * bpf_hooks_choose() - of the programs in @object, load those that the kernel with these types has
 * a hook for.  Reports each hook that is missing and cannot be done without.
 * @btf: NULL: it does not tell its types
 *
 * Return: 0; -ENOTSUP: hooks are missing; -ENOSYS: no types.
 */
int bpf_hooks_choose(struct bpf_object *object, const struct btf *btf,
		     const struct rootward_opts *opts);

/** bpf_hooks() - the same without anything to load: whether the kernel has what the engine needs.
 */
int bpf_hooks(const struct btf *btf, const struct rootward_opts *opts);

/* Needed while there are labels; all else that is needed are operations of ROOTWARD_OPS_TELL. */
#define BPF_NEED_LABELS (1U << 31)

/** struct bpf_hook_on_demand - a program that is on its hook for @needs alone; see bpf_attach.h. */
struct bpf_hook_on_demand {
	const char *program;
	__u32 needs;
};

_Static_assert(ROOTWARD_OP_COUNT < 32, "the highest bit is no operation");

/* The last has no program.  Every kernel that will do has their hooks. */
extern const struct bpf_hook_on_demand bpf_hooks_on_demand[];

/** bpf_is_on_demand() - whether it is one of them. */
bool bpf_is_on_demand(const struct bpf_program *program);

/** bpf_on_a_hook() - whether it is a program on a security hook. */
bool bpf_on_a_hook(const struct bpf_program *program);

#endif
