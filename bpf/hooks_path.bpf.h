/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hooks that change a directory's entries.  The object is the entry itself, also while it does not
 * exist yet: a walk from there meets its name, then its directory.
 */
#ifndef ROOTWARD_HOOKS_PATH_BPF_H
#define ROOTWARD_HOOKS_PATH_BPF_H

#include "gain.bpf.h"
#include "hold.bpf.h"
#include "hooks_file.bpf.h"

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

static __always_inline __u32 remove_op(__u32 mode)
{
	return (mode & S_IFMT) == S_IFDIR ? ROOTWARD_OP_REMOVE_DIR : ROOTWARD_OP_REMOVE_FILE;
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

	if (!((rule ? rule->flags : 0) & RW_GUARD) &&
	    !(own_labels(domain, dentry, RW_LAYERS) >> 32 & RW_GUARD))
		return 0;
	deny_event(&denial, dentry);
	return -EACCES;
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
		int answer = 0;                                                                    \
		if (asker)                                                                         \
			answer = ask_all(asker, address_of((dir)->mnt), address_of(dentry), ops);  \
		answer || !held_entry(address_of(dentry)) ? answer : -EPERM;                       \
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

	address_into(&q.mnt, dir->mnt);
	address_into(&q.dentry, dentry);
	if (q.asker)
		bpf_loop(asker_turns(q.asker), rmdir_turn, &q, 0);
	if (q.denied)
		return -EACCES;
	return held_entry(q.dentry) ? -EPERM : 0;
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

/* Who answers EXDEV says: copy it.  That is of no use where another domain answers EACCES. */
static __always_inline long move_answered(struct move *m, __u32 domain)
{
	if (m->now && denial_stands(domain))
		m->answer = m->now;
	return m->answer == EACCES;
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
	m->now = link_answer(m, domain);
	return move_answered(m, domain);
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

	if (HOOK_ARGUMENT(ctx, struct dentry *, 0)->d_parent ==
	    HOOK_ARGUMENT(ctx, struct path *, 1)->dentry)
		m.how = MOVE_WITHIN;
	address_into(&m.mnt, HOOK_ARGUMENT(ctx, struct path *, 1)->mnt);
	address_into(&m.from, HOOK_ARGUMENT(ctx, struct dentry *, 0));
	address_into(&m.to, HOOK_ARGUMENT(ctx, struct dentry *, 2));
	if (m.asker)
		bpf_loop(asker_turns(m.asker), link_turn, &m, 0);
	if (!m.answer && held_entry(m.to))
		return -EPERM;
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
	m->now = rename_answer(m, domain);
	return move_answered(m, domain);
}

SEC("lsm/path_rename") /* old_dir, old_dentry, new_dir, new_dentry, flags */
int rw_path_rename(__u64 *ctx)
{
	struct move m = { .asker = current_asker() };

	m.how = (__u32)HOOK_ARGUMENT(ctx, __u64, 4) & (RENAME_EXCHANGE | RENAME_WHITEOUT);
	if (HOOK_ARGUMENT(ctx, struct path *, 0)->dentry ==
	    HOOK_ARGUMENT(ctx, struct path *, 2)->dentry)
		m.how |= MOVE_WITHIN;
	address_into(&m.mnt, HOOK_ARGUMENT(ctx, struct path *, 0)->mnt);
	address_into(&m.from, HOOK_ARGUMENT(ctx, struct dentry *, 1));
	address_into(&m.to, HOOK_ARGUMENT(ctx, struct dentry *, 3));
	if (m.asker)
		bpf_loop(asker_turns(m.asker), rename_turn, &m, 0);
	if (!m.answer && (held_entry(m.from) || held_entry(m.to)))
		return -EPERM;
	return move_result(&m);
}

#endif
