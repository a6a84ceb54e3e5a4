/* SPDX-License-Identifier: GPL-2.0-only */
/* Rules, and applying them to what is still open of an access; decide.bpf.h says how. */
#ifndef ROOTWARD_RULE_BPF_H
#define ROOTWARD_RULE_BPF_H

#include "name.bpf.h"
#include "owner.bpf.h"

/* Everything is a number that the verifier knows nothing of; see vfs_walk_hide(). */
__noinline int access_begin(struct access *a)
{
	__u32 zero, i;

	if (!a)
		return 0;
	zero = vfs_walk_zero(a->layers);
	for (i = 0; i < RW_LAYERS; i++) {
		if (!(a->layers >> i))
			break;
		/* ops for a layer that is asked, else 0: without a branch, see any_bit(). */
		a->open[i] = a->ops & -(a->layers >> i & 1);
	}
	a->in_hidden = a->denied = a->layer = zero;
	a->tree = zero + RW_NO_TREE;
	return 0;
}

/* 1 for anything but 0; without a branch, which the verifier would follow both ways. */
static __always_inline __u32 any_bit(__u32 mask)
{
	return (mask | -mask) >> 31;
}

/*
 * Apply a rule to all layers.  Straight on: every branch here would be looked at for each layer,
 * at each place that a walk can be in.  Returns 1 to walk on, 0 when decided, -1 if called with
 * NULL: nobody does, but the verifier looks at it by itself, and who asks like that is denied.
 * @no_allow: operations that this rule cannot allow
 */
__noinline int rule_visible(struct access *a, const struct rw_rule *rule, __u32 no_allow)
{
	__u32 i, allow, deny, granted = 0, denied = 0, deniers = 0, left = 0;

	if (!a || !rule)
		return -1;
#pragma clang loop unroll(disable) vectorize(disable)
	for (i = 0; i < RW_LAYERS; i++) {
		if (!(a->layers >> i))
			break;
		deny = a->open[i] & rule->layer[i].deny;
		allow = a->open[i] & rule->layer[i].allow & ~no_allow;
		denied |= deny;
		deniers |= any_bit(deny) << i;
		granted |= allow;
		a->open[i] &= ~(allow | deny);
		left |= a->open[i];
	}
	if (a->survey) {
		a->granted |= granted;
	} else if (denied) {
		a->denied = denied;
		a->layer = deniers;
		return 0;
	}
	return left != 0;
}

/* A hidden rule denies, or shields from those farther up; it settles nothing. */
__noinline int rule_hidden(struct access *a, const struct rw_rule *rule, __u32 no_allow)
{
	__u32 i, deny, denied = 0, deniers = 0;

	if (!a || !rule)
		return -1;
#pragma clang loop unroll(disable) vectorize(disable)
	for (i = 0; i < RW_LAYERS; i++) {
		if (!(a->layers >> i))
			break;
		deny = a->hidden[i] & rule->layer[i].deny;
		denied |= deny;
		deniers |= any_bit(deny) << i;
		a->open[i] &= ~deny;
		a->hidden[i] &= ~(deny | (rule->layer[i].allow & ~no_allow));
	}
	if (denied && !a->survey) {
		a->denied = denied;
		a->layer = deniers;
		return 0;
	}
	return 1;
}

/*
 * From all layers that denied, a bit each, to the first of them and its tree.  None did: the first
 * layer, which is the only one of a loaded policy, for who is told what is allowed.
 */
static __noinline int rule_blame(struct access *a, const struct rw_rule *rule)
{
	__u32 i, deniers = a->denied ? a->layer : 1;

	for (i = 0; i < RW_LAYERS; i++) {
		if (!(deniers >> i & 1))
			continue;
		a->layer = i;
		if (rule)
			a->tree = rule->layer[i].tree;
		break;
	}
	return 0;
}

/*
 * Where a walk is.  What is surveyed is a place, not what is there now (gains()): what is ruled
 * on the object itself is left out.
 */
enum visit_where {
	VISIT_HIDDEN = 1,   /* the directory is hidden behind a mount */
	VISIT_OBJECT = 2,   /* it is the object itself */
	VISIT_ENTRY = 4,    /* the object is its entry */
	VISIT_SKIP = 8,	    /* only its entries' names count */
	VISIT_DENIES = 16,  /* only what is denied counts */
	VISIT_COVERED = 32, /* a mount covers the directory */
};

/* @itself: the rule is on the object itself, so that it cannot allow changes of its entry. */
static __always_inline int rule_apply(struct access *a, const struct rw_rule *rule, __u32 itself,
				      __u32 where)
{
	__u32 no_allow = where & VISIT_DENIES ? ROOTWARD_OPS_ALL : itself ? ROOTWARD_OPS_ENTRY : 0;
	int go_on = where & VISIT_HIDDEN ? rule_hidden(a, rule, no_allow)
					 : rule_visible(a, rule, no_allow);

	if (go_on > 0 && rule->flags & RW_OWNED)
		go_on = rule_owned(a, rule, no_allow, where & VISIT_HIDDEN);
	if (!go_on && !a->survey)
		rule_blame(a, rule);
	return go_on;
}

static __always_inline void ident_of(struct rw_ident *ident, struct inode *inode, __u32 domain)
{
	struct super_block *sb =
		VFS_WALK_AS(struct super_block, VFS_WALK_READ_ADDRESS(inode, i_sb));

	ident->ino = VFS_WALK_READ(inode, i_ino);
	ident->dev = VFS_WALK_READ(sb, s_dev);
	ident->generation = VFS_WALK_READ(inode, i_generation);
	ident->domain = domain;
	ident->name_len = 0;
}

/**
 * struct named - an entry's name, looked up among those that are ruled in its directory: first
 * hashed, then compared with the ruled one.
 * @key:   hash and length are filled in here
 * @name:  the kernel's
 * @ruled: ours
 */
struct named {
	struct rw_name_key key;
	const unsigned char *name;
	const char *ruled;
};

static long named_hash_word(__u32 i, void *ctx)
{
	struct named *n = ctx;

	n->key.hash = rw_hash_word(n->key.hash, name_word(n->name, n->key.parent.name_len, i));
	return 0;
}

static long name_compare_word(__u32 i, void *ctx)
{
	struct named *n = ctx;

	if (i >= RW_NAME_MAX / 8)
		return 1;
	/* The hash has done its work: what stays of it is whether a word differed. */
	n->key.hash |=
		*(const __u64 *)(n->ruled + i * 8) ^ name_word(n->name, n->key.parent.name_len, i);
	return 0;
}

/*
 * The rule on @child's name in the directory n->key.parent, or NULL.  Read under the child's
 * d_seq: a rename meanwhile and the walk starts anew.
 */
static __always_inline struct rw_named_rule *named_rule(struct named *n, __u64 child)
{
	struct dentry *dentry = VFS_WALK_AS(struct dentry, child);
	struct rw_named_rule *named;

	bpf_core_read(&n->name, sizeof(n->name), &dentry->d_name.name);
	bpf_core_read(&n->key.parent.name_len, sizeof(n->key.parent.name_len), &dentry->d_name.len);
	n->key.hash = 0;
	bpf_loop((n->key.parent.name_len + 7) / 8, named_hash_word, n, 0);
	named = bpf_map_lookup_elem(&names, &n->key);
	if (!named)
		return 0;
	n->ruled = named->name;
	n->key.hash = 0;
	bpf_loop((n->key.parent.name_len + 7) / 8, name_compare_word, n, 0);
	return n->key.hash ? 0 : named;
}

/* What a hidden rule may still deny is what was open at the first of them. */
static __always_inline void hidden_begin(struct access *a, __u32 where)
{
	__u32 i;

	if (!(where & VISIT_HIDDEN) || a->in_hidden)
		return;
	for (i = 0; i < RW_LAYERS; i++)
		a->hidden[i] = a->open[i];
	a->in_hidden = 1;
}

/*
 * A directory whose inode number passed the filter.  This and the other functions that are not
 * static are looked at by the verifier once, by themselves, not at each place they are called
 * from: they take numbers and plain memory.  Returns as rule_visible() does.
 */
__noinline int visit_ruled(struct access *a, __u64 inode, __u64 child, __u32 where)
{
	struct rw_named_rule *named;
	struct rw_rule *rule;
	struct named n;
	int go_on;

	if (!a)
		return -1;
	ident_of(&n.key.parent, VFS_WALK_AS(struct inode, inode), a->domain);
	rule = bpf_map_lookup_elem(&rules, &n.key.parent);
	if (!rule)
		return 1;
	hidden_begin(a, where);
	/* The entry's name is nearer to the object than the directory. */
	if (rule->flags & RW_NAMED && child) {
		named = named_rule(&n, child);
		go_on = named ? rule_apply(a, &named->rule, where & VISIT_ENTRY, where) : 1;
		if (go_on <= 0)
			return go_on;
	}
	return where & VISIT_SKIP ? 1 : rule_apply(a, rule, where & VISIT_OBJECT, where);
}

#endif
