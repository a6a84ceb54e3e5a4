/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hooks that change a directory's entries.  The object is the entry itself, also while it does not
 * exist yet: a walk from there meets its name, then its directory.
 */
#ifndef ROOTWARD_HOOKS_PATH_BPF_H
#define ROOTWARD_HOOKS_PATH_BPF_H

#include "hooks_file.bpf.h"

#define RENAME_EXCHANGE (1 << 1)
#define RENAME_WHITEOUT (1 << 2)

static __always_inline __u32 make_op(__u32 mode)
{
	switch (mode & S_IFMT) {
	case 0: /* mknod(2): none means a regular file */
	case S_IFREG:
		return ROOTWARD_OP_MAKE_REG;
	case S_IFDIR:
		return ROOTWARD_OP_MAKE_DIR;
	case S_IFLNK:
		return ROOTWARD_OP_MAKE_SYM;
	case S_IFIFO:
		return ROOTWARD_OP_MAKE_FIFO;
	case S_IFSOCK:
		return ROOTWARD_OP_MAKE_SOCK;
	case S_IFCHR:
		return ROOTWARD_OP_MAKE_CHAR;
	case S_IFBLK:
		return ROOTWARD_OP_MAKE_BLOCK;
	}
	return ROOTWARD_OPS_ALL;
}

/* 0 for an entry that does not exist. */
static __always_inline __u32 dentry_mode(__u64 dentry)
{
	struct dentry *d = VFS_WALK_AS(struct dentry, dentry);
	__u64 address = VFS_WALK_READ_ADDRESS(d, d_inode);
	struct inode *inode = VFS_WALK_AS(struct inode, address);

	return address ? VFS_WALK_READ(inode, i_mode) : 0;
}

static __always_inline __u32 remove_op(__u32 mode)
{
	return (mode & S_IFMT) == S_IFDIR ? ROOTWARD_OP_REMOVE_DIR : ROOTWARD_OP_REMOVE_FILE;
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

/* A ruled directory, or one on the way to a denied object, stays where it is. */
__noinline int guarded(__u32 domain, __u64 dentry)
{
	struct rw_rule *rule = own_rule(domain, dentry);
	struct denial denial = {
		.domain = domain,
		.reason = ROOTWARD_REASON_GUARD,
		.ops = ROOTWARD_OP_REMOVE_DIR,
		.denied = ROOTWARD_OP_REMOVE_DIR,
		.layer = RW_NO_TREE,
		.tree = RW_NO_TREE,
	};

	if (!rule || !(rule->flags & RW_GUARD))
		return 0;
	deny_event(&denial, dentry);
	return -EACCES;
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
	if (domain->owned) {
		if (access_owner(&a, mnt, dentry) < 0)
			return SURVEY_FAILED;
		if ((dentry_mode(guest) & S_IFMT) == S_IFDIR)
			a.survey = dentry == guest ? SURVEY_LEAST : SURVEY_MOST;
	}
	access_begin(&a);
	if (access_end(&a, domain,
		       vfs_walk_ancestors_at(mnt, dentry, 0, visit, &a, VFS_WALK_HIDDEN)) >= 0)
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
	return closed;
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
 */
struct move {
	__u64 mnt;
	__u64 from;
	__u64 to;
	__u32 asker;
	__u16 how;
	__u16 answer;
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

__noinline bool domain_owned(__u32 index)
{
	struct rw_domain *domain = bpf_map_lookup_elem(&domains, &index);

	return domain && domain->owned;
}

#define OPS_OF_REMOVING (ROOTWARD_OP_REMOVE_FILE | ROOTWARD_OP_REMOVE_DIR)

/*
 * The object of what makes an entry is @object, which comes there (0: a new one); of what removes
 * it, the one that is there.  Where that matters, the two are asked one after the other.
 */
static __always_inline int ask_entry(__u32 domain, __u64 mnt, __u64 dentry, __u32 ops, __u64 object)
{
	__u32 leaves = ops & OPS_OF_REMOVING;

	if (leaves && ops != leaves && domain_owned(domain)) {
		if (ask(domain, mnt, dentry, leaves))
			return -EACCES;
		ops ^= leaves;
	} else if (leaves) {
		object = dentry;
	}
	if (!fence(domain, dentry, ops) && !decide(domain, mnt, dentry, ops, object))
		return 0;
	return denial_stands(domain) ? -EACCES : 0;
}

#define DECIDE_ENTRY(dir, dentry, ops)                                                             \
	({                                                                                         \
		__u32 asker = current_asker();                                                     \
		asker ? ask_all(asker, address_of((dir)->mnt), address_of(dentry), ops) : 0;       \
	})

SEC("lsm/path_mknod")
int BPF_PROG(rw_path_mknod, const struct path *dir, struct dentry *dentry, unsigned short mode)
{
	return DECIDE_ENTRY(dir, dentry, make_op(mode));
}

SEC("lsm/path_mkdir")
int BPF_PROG(rw_path_mkdir, const struct path *dir, struct dentry *dentry)
{
	return DECIDE_ENTRY(dir, dentry, ROOTWARD_OP_MAKE_DIR);
}

SEC("lsm/path_symlink")
int BPF_PROG(rw_path_symlink, const struct path *dir, struct dentry *dentry)
{
	return DECIDE_ENTRY(dir, dentry, ROOTWARD_OP_MAKE_SYM);
}

SEC("lsm/path_unlink")
int BPF_PROG(rw_path_unlink, const struct path *dir, struct dentry *dentry)
{
	return DECIDE_ENTRY(dir, dentry, ROOTWARD_OP_REMOVE_FILE);
}

static long rmdir_turn(__u32 i, void *ctx)
{
	struct question *q = ctx;
	__u32 domain = domain_of_turn(i, q->asker);

	if (!domain)
		return 0;
	q->denied = (guarded(domain, q->dentry) || ask(domain, q->mnt, q->dentry, q->ops)) &&
		    denial_stands(domain);
	return !!q->denied;
}

SEC("lsm/path_rmdir")
int BPF_PROG(rw_path_rmdir, const struct path *dir, struct dentry *dentry)
{
	struct question q = { .ops = ROOTWARD_OP_REMOVE_DIR, .asker = current_asker() };

	if (!q.asker)
		return 0;
	address_into(&q.mnt, dir->mnt);
	address_into(&q.dentry, dentry);
	bpf_loop(asker_turns(q.asker), rmdir_turn, &q, 0);
	return q.denied ? -EACCES : 0;
}

/* What moving @from's object to another directory asks besides.  Returns 0 or -EACCES. */
static __always_inline int decide_refer(__u32 domain, __u64 mnt, __u64 from, __u64 to)
{
	if (ask(domain, mnt, from, ROOTWARD_OP_REFER))
		return -EACCES;
	return ask_entry(domain, mnt, to, ROOTWARD_OP_REFER, from);
}

/* Only moving between directories is EXDEV, which lets mv(1) copy. */
static __always_inline __u16 move_denied(const struct move *m)
{
	return m->how & MOVE_WITHIN ? EACCES : EXDEV;
}

static __always_inline __u16 link_answer(const struct move *m, __u32 domain)
{
	if (ask_entry(domain, m->mnt, m->to, make_op(dentry_mode(m->from)), m->from))
		return EACCES;
	if (!(m->how & MOVE_WITHIN) && decide_refer(domain, m->mnt, m->from, m->to))
		return EXDEV;
	return gains(m, domain, false) ? move_denied(m) : 0;
}

static long link_turn(__u32 i, void *ctx)
{
	struct move *m = ctx;
	__u32 domain = domain_of_turn(i, m->asker);

	if (!domain)
		return 0;
	m->answer = link_answer(m, domain);
	if (m->answer && !denial_stands(domain))
		m->answer = 0;
	return !!m->answer;
}

/* The answer as the verifier wants it: a number that it knows. */
static __always_inline int move_result(const struct move *m)
{
	if (!m->answer)
		return 0;
	return m->answer == EXDEV ? -EXDEV : -EACCES;
}

/*
 * A hook's argument, taken from where it lies when it is needed: to keep them all would take too
 * much of the stack.
 */
#define HOOK_ARGUMENT(ctx, type, i) ((type) * (volatile __u64 *)&(ctx)[i])

/* Both directories are in one mount: the VFS has seen to that, the hook does not get the old. */
SEC("lsm/path_link") /* old_dentry, new_dir, new_dentry */
int rw_path_link(__u64 *ctx)
{
	struct move m = { .asker = current_asker() };

	if (!m.asker)
		return 0;
	if (HOOK_ARGUMENT(ctx, struct dentry *, 0)->d_parent ==
	    HOOK_ARGUMENT(ctx, struct path *, 1)->dentry)
		m.how = MOVE_WITHIN;
	address_into(&m.mnt, HOOK_ARGUMENT(ctx, struct path *, 1)->mnt);
	address_into(&m.from, HOOK_ARGUMENT(ctx, struct dentry *, 0));
	address_into(&m.to, HOOK_ARGUMENT(ctx, struct dentry *, 2));
	bpf_loop(asker_turns(m.asker), link_turn, &m, 0);
	return move_result(&m);
}

/*
 * A rename takes an entry away and makes one, and removes what was there; an exchange does so both
 * ways.  What the old place must allow is in the lower half, the new place's in the upper.
 */
__noinline __u64 rename_ops(__u64 from, __u64 to, __u32 flags)
{
	__u32 old_mode = dentry_mode(from), new_mode = dentry_mode(to);
	__u32 from_ops = remove_op(old_mode), to_ops = make_op(old_mode);

	if (new_mode)
		to_ops |= remove_op(new_mode);
	if (flags & RENAME_EXCHANGE)
		from_ops |= make_op(new_mode);
	if (flags & RENAME_WHITEOUT)
		from_ops |= ROOTWARD_OP_MAKE_CHAR;
	return (__u64)to_ops << 32 | from_ops;
}

/* First what the directories must allow, then moving between them. */
static __always_inline __u16 rename_answer(const struct move *m, __u32 domain)
{
	__u64 ops = rename_ops(m->from, m->to, m->how);

	if (guarded(domain, m->from) || guarded(domain, m->to) ||
	    ask_entry(domain, m->mnt, m->from, ops, MOVE_EXCHANGES(m) ? m->to : 0) ||
	    ask_entry(domain, m->mnt, m->to, ops >> 32, m->from))
		return EACCES;
	if (!(m->how & MOVE_WITHIN) &&
	    (decide_refer(domain, m->mnt, m->from, m->to) ||
	     (MOVE_EXCHANGES(m) && decide_refer(domain, m->mnt, m->to, m->from))))
		return EXDEV;
	if (gains(m, domain, false) || (MOVE_EXCHANGES(m) && gains(m, domain, true)))
		return move_denied(m);
	return 0;
}

static long rename_turn(__u32 i, void *ctx)
{
	struct move *m = ctx;
	__u32 domain = domain_of_turn(i, m->asker);

	if (!domain)
		return 0;
	m->answer = rename_answer(m, domain);
	if (m->answer && !denial_stands(domain))
		m->answer = 0;
	return !!m->answer;
}

SEC("lsm/path_rename") /* old_dir, old_dentry, new_dir, new_dentry, flags */
int rw_path_rename(__u64 *ctx)
{
	struct move m = { .asker = current_asker() };

	if (!m.asker)
		return 0;
	m.how = (__u32)HOOK_ARGUMENT(ctx, __u64, 4) & (RENAME_EXCHANGE | RENAME_WHITEOUT);
	if (HOOK_ARGUMENT(ctx, struct path *, 0)->dentry ==
	    HOOK_ARGUMENT(ctx, struct path *, 2)->dentry)
		m.how |= MOVE_WITHIN;
	address_into(&m.mnt, HOOK_ARGUMENT(ctx, struct path *, 0)->mnt);
	address_into(&m.from, HOOK_ARGUMENT(ctx, struct dentry *, 1));
	address_into(&m.to, HOOK_ARGUMENT(ctx, struct dentry *, 3));
	bpf_loop(asker_turns(m.asker), rename_turn, &m, 0);
	return move_result(&m);
}

#endif
