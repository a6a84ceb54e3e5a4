/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Labels: rules on each directory that carries an extended attribute with a certain value.
 *
 * Most kernels let no program read the attributes of an ancestor.  So the directories that carry a
 * label are in a map, by what they are, and hooks_label.bpf.h keeps it true.  For labels that count
 * anywhere see label_known.bpf.h.  Rules on one directory, by its path and by its labels, are one
 * rule: what any of them denies is denied.
 */
#ifndef ROOTWARD_LABEL_BPF_H
#define ROOTWARD_LABEL_BPF_H

#include "label_known.bpf.h"
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

/*
 * Does the directory carry the label of that number?  1, 0, or -1: not known.  By itself, as its
 * stack is needed for what the label says.
 */
__noinline int label_on(__u32 number, __u64 inode, __u32 where)
{
	struct rw_label *label = label_numbered(number);
	union {
		struct rw_ident ident;
		struct rw_known_key known;
	} key;
	__u32 *state;

	if (!label)
		return -1;
	if (label->reader && labels_are_read && VFS_WALK_PLAIN)
		return where & VISIT_COVERED ? 0 : known_carries(&key.known, label->reader, inode);
	ident_of(&key.ident, VFS_WALK_AS(struct inode, inode), label->under.domain);
	key.ident.name_len = number;
	state = bpf_map_lookup_elem(&labelled, &key.ident);
	return state && *state & RW_LABELLED_ON;
}

/* If it is not known whether the label is there: could it matter? */
static __always_inline bool label_matters(const struct access *a, const struct rw_label *label)
{
	__u32 layer = label->layer % RW_LAYERS;

	return label->rule.flags & RW_OWNED ||
	       a->open[layer] & (label->rule.layer[layer].allow | label->rule.layer[layer].deny);
}

/* The labels that a directory carries.  Returns as rule_visible() does. */
__noinline int visit_labels(struct access *a, __u64 inode, __u32 where)
{
	struct rw_domain *domain;
	struct rw_label *label;
	int go_on = 1, on;
	__u32 i, number;

	if (!a)
		return -1;
	number = a->domain;
	domain = bpf_map_lookup_elem(&domains, &number);
	if (!domain)
		return -1;
#pragma clang loop unroll(disable)
	for (i = 0; i < RW_DOMAIN_LABELS; i++) {
		number = domain->labels[i];
		if (!number)
			break;
		on = label_on(number, inode, where);
		if (!on)
			continue;
		label = label_numbered(number);
		if (label && on < 0 && !label_matters(a, label))
			continue;
		if (!label || on < 0)
			return -1;
		hidden_begin(a, where);
		go_on = rule_apply(a, &label->rule, where & VISIT_OBJECT, where);
		if (go_on <= 0)
			break;
	}
	return go_on;
}

/* Before the walk: is anything ruled by labels, and by such as are read? */
static __always_inline void access_labels(struct access *a, const struct rw_domain *domain)
{
	a->labelled = !!domain->labels[0];
	if (labels_are_read)
		a->everywhere = !!(domain->everywhere & a->ops);
}

static __always_inline __u32 access_every(const struct access *a)
{
	return labels_are_read && a->everywhere ? VFS_WALK_EVERY : 0;
}

/*
 * What a mount covers is in the walk, but not in the one by which attributes are read: labels that
 * are read do not count on it.  A walk comes by no entry to a covered directory, and so it does to
 * the mount's root when the object was moved out from under that.
 */
static __always_inline __u32 visit_covered(struct access *a, const struct vfs_ancestor *ancestor)
{
	if (!ancestor->depth)
		a->rejoins = !!(ancestor->flags & VFS_WALK_HIDDEN);
	if (!ancestor->depth || ancestor->child)
		return 0;
	if (!a->rejoins)
		return VISIT_COVERED;
	a->rejoins = 0;
	return 0;
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
	__u32 i, number, closed = 0, flags = 0;
	struct rw_domain *domain;
	struct rw_label *label;

	domain = bpf_map_lookup_elem(&domains, &index);
	if (!inode || !domain)
		return 0;
#pragma clang loop unroll(disable)
	for (i = 0; i < RW_DOMAIN_LABELS; i++) {
		number = domain->labels[i];
		if (!number)
			break;
		label = label_on(number, inode, 0) > 0 ? label_numbered(number) : 0;
		if (!label)
			continue;
		flags |= label->rule.flags;
		closed |= label->rule.layer[layer % RW_LAYERS].allow |
			  label->rule.layer[layer % RW_LAYERS].deny;
	}
	return (__u64)flags << 32 | (layer < RW_LAYERS ? closed : 0);
}

#endif
