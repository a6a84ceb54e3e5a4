/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* To make a domain of policies: for tasks to enter, or loaded for the machine. */
#ifndef ROOTWARD_BPF_MAKE_H
#define ROOTWARD_BPF_MAKE_H

#include "bpf_kernel.h"
#include "policy.h"

/**
 * struct made - a domain that is being made, or was.  Begin with MADE_NONE.
 * @domain: its number, once it has one
 * @owner:  open and locked: it has an owner
 * @ring:   its events
 */
struct made {
	__u32 domain;
	int owner;
	int ring;
};

#define MADE_NONE                                                                                  \
	{                                                                                          \
		.owner = -1, .ring = -1                                                            \
	}

void made_close(struct made *made);

/**
 * bpf_make() - a domain of @n resolved policies, which is live when this returns 0; under the lock.
 * The rules come before it is, and so do the programs that ask about what it denies
 * (bpf_attach.h): no task meets half a policy.  A failure leaves what the collector
 * takes along once @made is closed.
 * @loaded: it is one policy, for the tasks that it names.  Nobody meets it before it is listed
 *
 * Return: 0; -ENOSPC; -ENOTSUP: the policies' modes differ (reported); as bpf_rules_install() and
 * bpf_attach(); what the maps say.
 */
int bpf_make(struct bpf_kernel *kernel, struct made *made, bool loaded,
	     struct rootward_policy *const *policies, size_t n, const struct rootward_opts *opts);

#endif
