/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef ROOTWARD_BPF_LOAD_H
#define ROOTWARD_BPF_LOAD_H

#include <bpf/libbpf.h>

#include "bpf_kernel.h"
#include "diag.h"

/**
 * bpf_load() - load and attach the programs, and pin links, maps and what tells identities in @dir.
 * @names: what to pin maps and programs as, in the order of enum bpf_kernel_pin
 *
 * Return: 0, or a negative errno, reported.
 */
int bpf_load(const char *dir, const char *const *names, size_t n, const struct rootward_opts *opts);

/**
 * bpf_attach_program() - put a program on its security hook, for as long as what is returned is
 * open or pinned.  Return: the link, or -errno.
 */
int bpf_attach_program(int program);

/** bpf_identity_load() - identity_load() without libbpf's words on stderr. */
int bpf_identity_load(void);

/** enum bpf_stage - how far a program on a security hook gets. */
enum bpf_stage {
	BPF_STAGE_LOAD,
	BPF_STAGE_ATTACH,
	BPF_STAGE_CALL,
};

/** bpf_probe_stage() - load a program, and see that it is called; *stage is what failed. */
int bpf_probe_stage(enum bpf_stage *stage);

/**
 * bpf_calls_switched() - whether the kernel calls programs on its functions, as
 * kernel.ftrace_enabled has it: at 0 programs on security hooks can be attached, and none is
 * called.
 *
 * Return: 1 or 0; a negative errno where it cannot be read: only bpf_probe_stage() tells.
 */
int bpf_calls_switched(void);

/** bpf_quiet() - libbpf does not write from now on.  Return: what libbpf_set_print() gets then. */
libbpf_print_fn_t bpf_quiet(void);

/** bpf_warning() - what libbpf said first about the last thing that failed in this thread. */
const char *bpf_warning(void);

/**
 * bpf_probe() - as engine->probe: whether the kernel has the hooks that bpf_load() needs, and calls
 * a program on one.
 */
int bpf_probe(const char **why);

struct rootward_bpf;

/** bpf_pins_of() - the descriptors of what is pinned, by enum bpf_kernel_pin; the skeleton's. */
void bpf_pins_of(const struct rootward_bpf *skeleton, int identity, int fds[N_BPF_PINS]);

#endif
