/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The part of rootward that is in the kernel: programs and maps, pinned once for all domains.
 *
 *	BPFFS/rootward-ABI/             flock()ed for every change
 *	BPFFS/rootward-ABI/live/        links and maps; made as `new`, then renamed: all or nothing;
 *	                                links that may not be needed come and go (bpf_attach.h)
 *	BPFFS/rootward-ABI/domain-N/    flock()ed (shared) by the owner of domain N while it lives
 *
 * A domain is collected when it has no task and its owner is gone (bpf_domains.c); when the last
 * is, `live` goes too, renamed `dead` first, and the kernel is as it was.  Whoever is killed in the
 * middle of any of this leaves what the next to come takes along, and no task unconfined.
 */
#ifndef ROOTWARD_BPF_KERNEL_H
#define ROOTWARD_BPF_KERNEL_H

#include <stdbool.h>

#include "abi.h"
#include "diag.h"

enum bpf_kernel_pin {
	PINNED_DOMAINS,
	PINNED_RULES,
	PINNED_NAMES,
	PINNED_TASKS,
	PINNED_RINGS,
	PINNED_SHARED,
	PINNED_WHOM,
	PINNED_TREES,
	PINNED_ALLOWED,
	PINNED_TOLD,
	PINNED_COUNTED,
	PINNED_LABELS,
	PINNED_LABELLED,
	PINNED_KNOWN,
	PINNED_READINGS,
	PINNED_IDENTITY,   /* a program: see identity.h */
	PINNED_ENTER,	   /* likewise: see enter.bpf.h */
	PINNED_COUNT,	   /* likewise: see count.bpf.h */
	PINNED_LOADS,	   /* likewise: see hold.bpf.h */
	PINNED_MAY_UNLOCK, /* likewise: see hold.bpf.h */
	N_BPF_PINS,
};

/**
 * struct bpf_kernel - open descriptors of the pinned parts.  Begin with BPF_KERNEL_NONE.
 * @lock:    the directory, locked while open
 * @domains: all domains, shared with the programs
 * @shared:  likewise
 */
struct bpf_kernel {
	int lock;
	int pins[N_BPF_PINS];
	struct rw_domain *domains;
	struct rw_shared *shared;
};

#define BPF_KERNEL_NONE                                                                            \
	{                                                                                          \
		.lock = -1, .pins = { [0 ... N_BPF_PINS - 1] = -1 }                                \
	}

#define BPF_KERNEL_FS "/sys/fs/bpf"
#define BPF_KERNEL_STRING_(x) #x
#define BPF_KERNEL_STRING(x) BPF_KERNEL_STRING_(x)
#define BPF_KERNEL_PINS BPF_KERNEL_FS "/rootward-" BPF_KERNEL_STRING(RW_ABI)

/**
 * bpf_kernel_open() - lock, then use what is pinned or load and pin it.
 *
 * Return: 0; -EPERM, -ENOSYS (reported); -ENOTSUP: a hook is missing, or the kernel may skip
 * programs (reported); what libbpf says.
 */
int bpf_kernel_open(struct bpf_kernel *kernel, const struct rootward_opts *opts);

/** bpf_kernel_is_live() - whether the programs are loaded already, and the caller may use them. */
bool bpf_kernel_is_live(void);

/**
 * bpf_kernel_look() - what is pinned, to look at: nothing is loaded, locked or changed.
 * Return: 0; -ENOENT: the engine is not at work; -EPERM, -EACCES.
 */
int bpf_kernel_look(struct bpf_kernel *kernel);

/** bpf_kernel_is_current() - whether what is pinned is what is open here; under the lock. */
bool bpf_kernel_is_current(const struct bpf_kernel *kernel);

/** bpf_kernel_lock() - the lock again, to change something. */
int bpf_kernel_lock(struct bpf_kernel *kernel);

/**
 * bpf_kernel_look_again() - under the lock, what is pinned by now: since the first look all of it
 * may have gone, and others may have come.  Return: as bpf_kernel_look(); then all is closed.
 */
int bpf_kernel_look_again(struct bpf_kernel *kernel);

/** bpf_kernel_unlock() - let others change things; the maps stay open. */
void bpf_kernel_unlock(struct bpf_kernel *kernel);

void bpf_kernel_close(struct bpf_kernel *kernel);

/** bpf_kernel_leave() - collect, and when no domain is left, the programs go too; under the lock.
 */
void bpf_kernel_leave(struct bpf_kernel *kernel);

#endif
