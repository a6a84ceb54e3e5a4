/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef ROOTWARD_BPF_LOAD_H
#define ROOTWARD_BPF_LOAD_H

#include "diag.h"

/**
 * bpf_load() - load and attach the programs, and pin links, maps and what tells identities in @dir.
 * @names: what to pin maps and programs as, in the order of enum bpf_kernel_pin
 *
 * Return: 0, or a negative errno, reported.
 */
int bpf_load(const char *dir, const char *const *names, size_t n,
	     const struct rootward_opts *opts);

/** bpf_identity_load() - identity_load() without libbpf's words on stderr. */
int bpf_identity_load(void);

/** enum bpf_stage - how far a program on a security hook gets. */
enum bpf_stage {
	BPF_STAGE_LOAD,
	BPF_STAGE_ATTACH,
	BPF_STAGE_CALL,
};

/** bpf_probe_stage() - as bpf_probe(); on failure *stage is what failed. */
int bpf_probe_stage(enum bpf_stage *stage);

/** bpf_warning() - what libbpf said first about the last thing that failed in this thread. */
const char *bpf_warning(void);

/** bpf_hooks() - whether the kernel has the hooks that the engine needs; reports each it lacks. */
int bpf_hooks(const struct rootward_opts *opts);

/** bpf_probe() - as engine->probe: loads a program, and sees that it is called. */
int bpf_probe(const char **why);

#endif
