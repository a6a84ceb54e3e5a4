/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An object that is linked or renamed may not come to where more is allowed on it than where it
 * was: what each layer allows at either place is surveyed, and compared.
 */
#ifndef ROOTWARD_GAIN_BPF_H
#define ROOTWARD_GAIN_BPF_H

#include "ask.bpf.h"

#define RENAME_EXCHANGE (1 << 1)
#define RENAME_WHITEOUT (1 << 2)

/* 0 for an entry that does not exist. */
static __always_inline __u32 dentry_mode(__u64 dentry)
{
	struct dentry *d = VFS_WALK_AS(struct dentry, dentry);
	__u64 address = VFS_WALK_READ_ADDRESS(d, d_inode);
	struct inode *inode = VFS_WALK_AS(struct inode, address);

	return address ? VFS_WALK_READ(inode, i_mode) : 0;
}

/* The rule on an object itself, wherever it lives, or NULL. */
static __always_inline struct rw_rule *own_rule(__u32 domain, __u64 dentry)
{
	struct dentry *d = VFS_WALK_AS(struct dentry, dentry);
	__u64 address = VFS_WALK_READ_ADDRESS(d, d_inode);
	struct rw_ident ident;

	if (!address)
		return 0;
	ident_of(&ident, VFS_WALK_AS(struct inode, address), domain);
	return bpf_map_lookup_elem(&rules, &ident);
}

#define SURVEY_FAILED 0xffffffffU

/**
 * struct survey - of one object at two places, by one layer of a domain.
 * @before, @after: place_survey() where it is, and where it comes
 * @tree, @tree_before: of the one that was asked last, and of the first
 */
struct survey {
	__u32 domain;
	__u32 layer;
	__u32 tree;
	__u32 tree_before;
	__u64 before;
	__u64 after;
};

/*
 * What one layer allows at a place on @guest, whoever lives there now: a mask, or SURVEY_FAILED
 * when that cannot be told.  With rules by owner: a directory may hold things of any, so the least
 * that may be allowed on them where it is, and the most elsewhere.  In the upper half what was open
 * at the first such rule, and in @tree its tree.
 */
__noinline __u64 place_survey(struct survey *s, __u64 mnt, __u64 dentry, __u64 guest)
{
	struct access a = { .ops = ROOTWARD_OPS_ALL, .survey = SURVEY_OWNER, .object = guest };
	struct rw_domain *domain;

	if (!s)
		return SURVEY_FAILED;
	a.domain = s->domain;
	domain = bpf_map_lookup_elem(&domains, &a.domain);
	if (!domain)
		return SURVEY_FAILED;
	a.layers = 1U << (s->layer & 7);
	a.retried = vfs_walk_zero(a.layers);
	access_labels(&a, domain);
	if (domain->owned) {
		if (access_owner(&a, mnt, dentry) < 0)
			return SURVEY_FAILED;
		if ((dentry_mode(guest) & S_IFMT) == S_IFDIR)
			a.survey = dentry == guest ? SURVEY_LEAST : SURVEY_MOST;
	}
	access_begin(&a);
	if (access_end(&a, domain,
		       vfs_walk_ancestors_at(mnt, dentry, 0, visit, &a,
					     VFS_WALK_HIDDEN | access_every(&a))) >= 0)
		return SURVEY_FAILED;
	s->tree = a.tree;
	return (__u64)a.layer << 32 | a.granted;
}

/* Operations that can only be asked of directories, and of what is in them. */
#define OPS_OF_DIRECTORIES (ROOTWARD_OPS_ENTRY | ROOTWARD_OP_READ_DIR | ROOTWARD_OP_CHROOT)

/*
 * What does not matter of a place for this object: what its own rule says, which is the same
 * wherever it lives, and what cannot be asked of it.
 */
__noinline __u32 own_closes(__u32 index, __u64 dentry, __u32 layer)
{
	struct rw_rule *rule = own_rule(index, dentry);
	__u32 closed = 0;

	if ((dentry_mode(dentry) & S_IFMT) != S_IFDIR)
		closed = OPS_OF_DIRECTORIES;
	if (rule && layer < RW_LAYERS)
		closed |= rule->layer[layer].allow | rule->layer[layer].deny;
	return closed | (__u32)own_labels(index, dentry, layer);
}

/* Tell, apart from those whose stack is needed for a walk. */
__noinline int deny_gain(__u32 index, __u64 dentry, __u32 layer, __u32 gain)
{
	struct denial denial = {
		.domain = index,
		.reason = gain == SURVEY_FAILED ? ROOTWARD_REASON_UNSTABLE : ROOTWARD_REASON_GAIN,
		.ops = ROOTWARD_OP_REFER,
		.denied = gain & ROOTWARD_OPS_ALL,
		.layer = layer,
		.tree = RW_NO_TREE,
	};

	return deny_event(&denial, dentry);
}

__noinline __u32 domain_layers(__u32 index)
{
	struct rw_domain *domain = bpf_map_lookup_elem(&domains, &index);

	return domain ? domain->layers : 0;
}

/* What the object has more after than before: a mask, or SURVEY_FAILED. */
__noinline __u32 survey_gain(const struct survey *s, __u64 object)
{
	__u32 gain;

	if (!s || s->before == SURVEY_FAILED || s->after == SURVEY_FAILED)
		return SURVEY_FAILED;
	gain = s->after & ~(s->before | own_closes(s->domain, object, s->layer));
	/* What is open at the same rule here and there meets the same from there on. */
	if (s->tree == s->tree_before)
		gain &= ~((s->before & s->after) >> 32);
	return gain;
}

/**
 * struct move - an object that is linked or renamed within a mount.
 * @how:   the flags of renameat2(2), and MOVE_WITHIN
 * @answer: 0, EACCES or EXDEV
 * @now:    that of the domain which is asked
 */
struct move {
	__u64 mnt;
	__u64 from;
	__u64 to;
	__u32 asker;
	__u16 how;
	__u8 answer;
	__u8 now;
};

/* within one directory */
#define MOVE_WITHIN 0x8000

/* Read anew each time: kept in between, they would take too much of the stack. */
#define MOVE_FROM(m, back) ((back) ? (m)->to : (m)->from)
#define MOVE_TO(m, back) ((back) ? (m)->from : (m)->to)
#define MOVE_EXCHANGES(m) ((m)->how & RENAME_EXCHANGE)

/*
 * Would the object, where it comes, have more allowed on it than where it is?  @back: in an
 * exchange the other one.  Returns 0, or -EACCES having told.
 */
static __always_inline int gains(const struct move *m, __u32 index, bool back)
{
	struct survey s = { .domain = index };
	__u32 i, gain;

	for (i = 0; i < RW_LAYERS; i++) {
		if (i >= domain_layers(s.domain))
			break;
		s.layer = i;
		s.before = place_survey(&s, m->mnt, MOVE_FROM(m, back), MOVE_FROM(m, back));
		s.tree_before = s.tree;
		s.after = place_survey(&s, m->mnt, MOVE_TO(m, back), MOVE_FROM(m, back));
		gain = survey_gain(&s, MOVE_FROM(m, back));
		if (gain) {
			deny_gain(s.domain, MOVE_FROM(m, back), s.layer, gain);
			return -EACCES;
		}
	}
	return 0;
}

#endif
