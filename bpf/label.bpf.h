/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Labels: rules on each directory that carries an extended attribute with a certain value.
 *
 * No program can read the attributes of an ancestor.  So the directories that carry a label are
 * in a map, by what they are, and hooks_label.bpf.h keeps it true.  Rules on one directory, by its
 * path and by its labels, are one rule: what any of them denies is denied.
 */
#ifndef ROOTWARD_LABEL_BPF_H
#define ROOTWARD_LABEL_BPF_H

#include "label_abi.h"
#include "rule.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RW_LABELS);
	__type(key, __u32);
	__type(value, struct rw_label);
} labels SEC(".maps");

/* enum rw_labelled */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, RW_LABELLED);
	__type(key, struct rw_ident);
	__type(value, __u32);
} labelled SEC(".maps");

/* @number: from 1 */
static __always_inline struct rw_label *label_numbered(__u32 number)
{
	__u32 index = number - 1;

	return bpf_map_lookup_elem(&labels, &index);
}

/* The label, where the directory carries it; else NULL. */
static __always_inline struct rw_label *label_on(const struct rw_ident *ident)
{
	__u32 *state = bpf_map_lookup_elem(&labelled, ident);

	return state && *state & RW_LABELLED_ON ? label_numbered(ident->name_len) : 0;
}

/* The labels that a directory carries.  Returns as rule_visible() does. */
__noinline int visit_labels(struct access *a, __u64 inode, __u32 where)
{
	struct rw_domain *domain;
	struct rw_label *label;
	struct rw_ident ident;
	int go_on = 1;
	__u32 i;

	if (!a)
		return -1;
	ident_of(&ident, VFS_WALK_AS(struct inode, inode), a->domain);
	domain = bpf_map_lookup_elem(&domains, &ident.domain);
	if (!domain)
		return -1;
#pragma clang loop unroll(disable)
	for (i = 0; i < RW_DOMAIN_LABELS; i++) {
		ident.name_len = domain->labels[i];
		if (!ident.name_len)
			break;
		label = label_on(&ident);
		if (!label)
			continue;
		hidden_begin(a, where);
		go_on = rule_apply(a, &label->rule, where & VISIT_OBJECT, where);
		if (go_on <= 0)
			break;
	}
	return go_on;
}

/* visit_ruled(), where there are labels.  A name's rule is nearer than what is on its directory. */
static __always_inline int visit_labelled(struct access *a, __u64 inode, __u64 child, __u32 where)
{
	int go_on = visit_ruled(a, inode, child, where | VISIT_SKIP);

	if (go_on > 0 && !(where & VISIT_SKIP)) {
		go_on = visit_labels(a, inode, where | VISIT_DENIES);
		if (go_on > 0)
			go_on = visit_ruled(a, inode, 0, where);
		if (go_on > 0)
			go_on = visit_labels(a, inode, where);
	}
	return go_on;
}

/*
 * Of the labels that a directory itself carries: in the lower half what they say in @layer (in
 * none for RW_LAYERS), in the upper their rules' flags.
 */
__noinline __u64 own_labels(__u32 index, __u64 dentry, __u32 layer)
{
	struct dentry *d = VFS_WALK_AS(struct dentry, dentry);
	__u64 inode = VFS_WALK_READ_ADDRESS(d, d_inode);
	__u32 i, closed = 0, flags = 0;
	struct rw_domain *domain;
	struct rw_label *label;
	struct rw_ident ident;

	domain = bpf_map_lookup_elem(&domains, &index);
	if (!inode || !domain || !domain->labels[0])
		return 0;
	ident_of(&ident, VFS_WALK_AS(struct inode, inode), index);
#pragma clang loop unroll(disable)
	for (i = 0; i < RW_DOMAIN_LABELS; i++) {
		ident.name_len = domain->labels[i];
		if (!ident.name_len)
			break;
		label = label_on(&ident);
		if (!label)
			continue;
		flags |= label->rule.flags;
		closed |= label->rule.layer[layer % RW_LAYERS].allow |
			  label->rule.layer[layer % RW_LAYERS].deny;
	}
	return (__u64)flags << 32 | (layer < RW_LAYERS ? closed : 0);
}

#endif
