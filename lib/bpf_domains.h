/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of domains: to get one, to get into it, and to give back what nobody uses. */
#ifndef ROOTWARD_BPF_DOMAINS_H
#define ROOTWARD_BPF_DOMAINS_H

#include "bpf_kernel.h"

/**
 * bpf_domain_claim() - a free domain, locked for as long as *owner is open; under the lock.
 * Return: its number, from 1; -ENOSPC; what mkdir(2) and open(2) say.
 */
int bpf_domain_claim(struct bpf_kernel *kernel, int *owner);

/**
 * bpf_domain_enter() - the calling thread gets into a domain, which it owns or has from its owner.
 *
 * Return: 0; -EOPNOTSUPP on a kernel that may skip programs; -ESTALE when the domain is not live;
 * -EEXIST when the thread is in one; -EAGAIN when the kernel had no memory; what bpf(2) says.
 * Async-signal-safe.
 */
int bpf_domain_enter(struct bpf_kernel *kernel, __u32 domain);

/** bpf_rules_clear() - remove the rules of a domain that no task is in; under the lock. */
void bpf_rules_clear(struct bpf_kernel *kernel, __u32 domain);

/**
 * bpf_programs_wait() - until every program that runs now has ended.  (To change an array of maps
 * is to wait for that.)  Return: 0; what the map says.
 */
int bpf_programs_wait(struct bpf_kernel *kernel);

/**
 * bpf_task_loads() - the calling thread is about to look at what policies rule, or has done so: no
 * loaded policy keeps it from that, unless the thread may not unload it.
 */
void bpf_task_loads(struct bpf_kernel *kernel, bool loads);

/** bpf_may_unlock() - whether the caller may take a locked policy away. */
bool bpf_may_unlock(struct bpf_kernel *kernel, __u32 domain);

/**
 * bpf_domains_collect() - free every domain without tasks and owner that is no loaded policy; under
 * the lock.
 * Return: how many are still in use.
 */
unsigned int bpf_domains_collect(struct bpf_kernel *kernel);

#endif
