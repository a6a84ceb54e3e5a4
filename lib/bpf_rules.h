/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From resolved policies to what the maps hold for one domain. */
#ifndef ROOTWARD_BPF_RULES_H
#define ROOTWARD_BPF_RULES_H

#include "bpf_kernel.h"
#include "policy.h"

/**
 * bpf_rules_install() - identify every tree and put its rules into the maps, under @domain.
 * The kernel is locked by the caller, and no task is in @domain yet.
 *
 * Return: 0; -ENOTSUP: an object's identity is not stable (reported); -ESTALE, -ENOENT and others
 * of tree_open() (reported); -EAGAIN: renamed all the time (reported); what the maps say.
 */
int bpf_rules_install(struct bpf_kernel *kernel, __u32 domain,
		      struct rootward_policy *const *policies, size_t n,
		      const struct rootward_opts *opts);

/**
 * rule_of_tree() - what a tree says on an object.  @rule: begin with zeros.
 * Return: 0; -E2BIG: too many parts for some owner.
 */
int rule_of_tree(struct rw_rule *rule, const struct tree *tree, __u32 layer, __u32 number);

/** rule_name_hash() - of a name, as in struct rw_name_key. */
__u64 rule_name_hash(const char *name, size_t len);

/** rule_name_hash_on() - the same, on from the hash of what came before. */
__u64 rule_name_hash_on(__u64 hash, const char *name, size_t len);

#endif
