/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which tasks a loaded policy is for.  A task is looked at as it is now: what it may become is
 * asked again with every access.
 *
 * To be under a policy, any of a task's user ids will do, and an executable counts by its name,
 * too, so that one that was replaced is not lost.  To be let off, it must be what the kernel's own
 * checks of files go by, and the executable itself.
 */
#ifndef ROOTWARD_WHOM_BPF_H
#define ROOTWARD_WHOM_BPF_H

#include <rootward/vfs_read.bpf.h>

#include "domain.bpf.h"
#include "name.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, RW_DOMAINS);
	__type(key, __u32);
	__type(value, struct rw_whom);
} whom SEC(".maps");

enum whom_how { WHOM_FOR, WHOM_BUT };

#define WHOM_READ(into, from, field) bpf_core_read(&(into), sizeof(into), &(from)->field)

static __always_inline bool cred_has_uid(struct cred *cred, __u32 uid)
{
	__u32 ids[4] = {};

	WHOM_READ(ids[0], cred, fsuid.val);
	WHOM_READ(ids[1], cred, uid.val);
	WHOM_READ(ids[2], cred, euid.val);
	WHOM_READ(ids[3], cred, suid.val);
	return ids[0] == uid || ids[1] == uid || ids[2] == uid || ids[3] == uid;
}

struct owner_search {
	__u64 ns;
	__u32 uid;
	__u32 gid;
	__u32 found;
	__u32 zero;
};

static long owner_search_step(__u32 i, void *ctx)
{
	struct owner_search *s = ctx;
	struct user_namespace *ns = (void *)s->ns, *parent = 0;
	__u32 uid = 0, gid = 0;

	/* The first namespace of all is root's; nobody is root by being in it. */
	WHOM_READ(parent, ns, parent);
	if (!ns || !parent)
		return 1;
	WHOM_READ(uid, ns, owner.val);
	WHOM_READ(gid, ns, group.val);
	s->found |= uid == s->uid || gid == s->gid;
	s->ns = (__u64)parent;
	return s->found;
}

#define WHOM_NAMESPACES_MAX 33
#define WHOM_NO_ID 0xffffffffU

/* Who made a user namespace is whoever is in it: its ids there are his to choose. */
static __always_inline bool namespace_of(struct cred *cred, __u32 uid, __u32 gid)
{
	struct owner_search s = { .uid = uid, .gid = gid };
	struct user_namespace *ns = 0;

	WHOM_READ(ns, cred, user_ns);
	s.ns = (__u64)ns;
	bpf_loop(WHOM_NAMESPACES_MAX, owner_search_step, &s, 0);
	return s.found;
}

/*
 * Of the task's own credentials, never those that the kernel lends it; but a worker of io_uring
 * acts with those of who asked, and has its own from when it was made.
 */
__noinline bool task_has_uid(__u64 address, __u32 uid, __u32 how)
{
	struct task_struct *task = (void *)address;
	struct cred *cred = 0;
	__u32 flags = 0, id = 0;

	WHOM_READ(cred, task, real_cred);
	if (how == WHOM_BUT) {
		WHOM_READ(id, cred, fsuid.val);
		return id == uid;
	}
	if (cred_has_uid(cred, uid) || namespace_of(cred, uid, WHOM_NO_ID))
		return true;
	WHOM_READ(flags, task, flags);
	if (!(flags & PF_IO_WORKER))
		return false;
	WHOM_READ(cred, task, cred);
	return cred_has_uid(cred, uid);
}

struct group_search {
	__u64 groups;
	__u32 n;
	__u32 gid;
	__u32 found;
};

static long group_search_step(__u32 i, void *ctx)
{
	struct group_search *s = ctx;
	__u32 gid = 0;

	if (i >= s->n)
		return 1;
	bpf_probe_read_kernel(&gid, sizeof(gid), (void *)(s->groups + i * sizeof(gid)));
	s->found = gid == s->gid;
	return s->found;
}

#define WHOM_GROUPS_MAX 65536

static __always_inline bool cred_has_gid(struct cred *cred, __u32 gid, __u32 how)
{
	struct group_search s = { .gid = gid };
	struct group_info *groups = 0;
	__u32 ids[4] = {};

	WHOM_READ(ids[0], cred, fsgid.val);
	if (ids[0] == gid)
		return true;
	if (how == WHOM_FOR) {
		WHOM_READ(ids[1], cred, gid.val);
		WHOM_READ(ids[2], cred, egid.val);
		WHOM_READ(ids[3], cred, sgid.val);
		if (ids[1] == gid || ids[2] == gid || ids[3] == gid)
			return true;
	}
	WHOM_READ(groups, cred, group_info);
	WHOM_READ(s.n, groups, ngroups);
	s.groups = (__u64)groups + bpf_core_field_offset(struct group_info, gid);
	bpf_loop(WHOM_GROUPS_MAX, group_search_step, &s, 0);
	return s.found;
}

__noinline bool task_has_gid(__u64 address, __u32 gid, __u32 how)
{
	struct task_struct *task = (void *)address;
	struct cred *cred = 0;
	__u32 flags = 0;

	WHOM_READ(cred, task, real_cred);
	if (cred_has_gid(cred, gid, how))
		return true;
	if (how == WHOM_BUT)
		return false;
	if (namespace_of(cred, WHOM_NO_ID, gid))
		return true;
	WHOM_READ(flags, task, flags);
	if (!(flags & PF_IO_WORKER))
		return false;
	WHOM_READ(cred, task, cred);
	return cred_has_gid(cred, gid, how);
}

/* The bytes of a word before its first zero; *last: there is one. */
static __always_inline __u64 word_to_nul(__u64 word, bool *last)
{
	__u64 zeroes = (word - 0x0101010101010101ULL) & ~word & 0x8080808080808080ULL;

	*last = zeroes;
	return zeroes ? word & ((zeroes & -zeroes) - 1) : word;
}

static long text_hash_word(__u32 i, void *ctx)
{
	struct name_hashing *n = ctx;
	__u64 word = 0;
	bool last;

	/* Aligned words never cross a page; text is allocated so. */
	bpf_probe_read_kernel(&word, sizeof(word), n->name + i * 8);
	word = word_to_nul(word, &last);
	if (word)
		n->hash = rw_hash_word(n->hash, word);
	return last;
}

struct cgroup_hashing {
	__u64 ancestors;
	__u64 hash;
	__u32 level;
	__u32 zero;
};

static long cgroup_hash_level(__u32 i, void *ctx)
{
	struct cgroup_hashing *c = ctx;
	struct name_hashing n = { .hash = c->hash };
	struct kernfs_node *kn = 0;
	struct cgroup *cgroup = 0;

	if (i >= c->level)
		return 1;
	/* The root, at 0, has no name. */
	bpf_probe_read_kernel(&cgroup, sizeof(cgroup),
			      (void *)(c->ancestors + (i + 1) * sizeof(cgroup)));
	WHOM_READ(kn, cgroup, kn);
	bpf_core_read(&n.name, sizeof(n.name), &kn->name);
	bpf_loop(RW_NAME_MAX / 8, text_hash_word, &n, 0);
	c->hash = rw_hash_word(n.hash, '/');
	return 0;
}

/*
 * In the cgroup of that path, or in one beneath it.  By its path, for a service's cgroup is made
 * anew each time that it starts; a cgroup is never renamed.
 */
static __always_inline bool task_in_cgroup(struct task_struct *task, __u64 path, __u32 level)
{
	struct cgroup_hashing c = { .level = level };
	struct cgroup *cgroup = 0;
	struct css_set *set = 0;
	int deep = -1;

	WHOM_READ(set, task, cgroups);
	WHOM_READ(cgroup, set, dfl_cgrp);
	WHOM_READ(deep, cgroup, level);
	if (deep < 0 || level > (__u32)deep)
		return false;
	c.ancestors = (__u64)cgroup + bpf_core_field_offset(struct cgroup, ancestors);
	bpf_loop(RW_CGROUP_DEPTH, cgroup_hash_level, &c, 0);
	return c.hash == path;
}

static __always_inline bool task_was_run(struct task_struct *task, __u64 name_hash)
{
	__u32 index = task_domain_slowly(task);
	struct rw_domain *domain = index ? bpf_map_lookup_elem(&domains, &index) : 0;

	return domain && !domain->loaded && domain->name_hash == name_hash;
}

static __always_inline __u64 name_hash_of(struct dentry *dentry)
{
	struct name_hashing n = {};

	WHOM_READ(n.name, dentry, d_name.name);
	WHOM_READ(n.len, dentry, d_name.len);
	bpf_loop((n.len + 7) / 8, name_hash_word, &n, 0);
	return n.hash;
}

/* By its name it may be another by now: good enough to be under a policy, not to be let off. */
static __always_inline bool dentry_is_exe(struct dentry *dentry, const struct rw_task_is *is)
{
	struct dentry *parent = 0;
	struct inode *dir = 0;
	unsigned long ino = 0;

	WHOM_READ(parent, dentry, d_parent);
	WHOM_READ(dir, parent, d_inode);
	WHOM_READ(ino, dir, i_ino);
	return ino == is->exe_dir && name_hash_of(dentry) == is->exe_name;
}

static __always_inline bool task_has_exe(struct task_struct *task, const struct rw_task_is *is,
					 __u32 how)
{
	struct super_block *sb = 0;
	struct dentry *dentry = 0;
	struct inode *inode = 0;
	struct mm_struct *mm = 0;
	struct file *file = 0;
	unsigned long ino = 0;
	__u32 dev = 0, generation = 0;

	WHOM_READ(mm, task, mm);
	WHOM_READ(file, mm, exe_file);
	WHOM_READ(inode, file, f_inode);
	if (!inode)
		return false;
	WHOM_READ(ino, inode, i_ino);
	WHOM_READ(generation, inode, i_generation);
	WHOM_READ(sb, inode, i_sb);
	WHOM_READ(dev, sb, s_dev);
	if (dev != is->exe_dev)
		return false;
	if (ino == is->exe && generation == is->exe_generation)
		return true;
	WHOM_READ(dentry, file, f_path.dentry);
	return how == WHOM_FOR && dentry_is_exe(dentry, is);
}

static __always_inline bool task_is_traced(struct task_struct *task)
{
	unsigned int traced = 0;

	WHOM_READ(traced, task, ptrace);
	return traced;
}

/* All that the entry names.  Numbers only, so that the verifier looks at it by itself. */
__noinline int task_is(const struct rw_task_is *is, __u64 address, __u32 how)
{
	struct task_struct *task = (void *)address;

	if (!is || !is->by)
		return 0;
	/* One that is traced may do what its tracer wants. */
	if (how == WHOM_BUT && task_is_traced(task))
		return 0;
	if (is->by & RW_BY_UID && !task_has_uid(address, is->uid, how))
		return 0;
	if (is->by & RW_BY_GID && !task_has_gid(address, is->gid, how))
		return 0;
	if (is->by & RW_BY_CGROUP && !task_in_cgroup(task, is->cgroup, is->cgroup_level))
		return 0;
	if (is->by & RW_BY_RUN && !task_was_run(task, is->run))
		return 0;
	return !(is->by & RW_BY_EXE) || task_has_exe(task, is, how);
}

/* Is a loaded policy that selects for this task?  What cannot be known is a yes. */
__noinline int task_is_selected(__u32 index, __u64 task)
{
	struct rw_whom *w = bpf_map_lookup_elem(&whom, &index);
	__u32 i, selected;

	if (!w)
		return 1;
	selected = !w->n_for;
	for (i = 0; i < RW_TASKS_ARE; i++)
		if (i < w->n_for && task_is(&w->for_tasks[i], task, WHOM_FOR))
			selected = 1;
	for (i = 0; i < RW_TASKS_ARE; i++)
		if (i < w->n_but && task_is(&w->but_tasks[i], task, WHOM_BUT))
			selected = 0;
	return selected;
}

/* Is a loaded policy for this task?  One that is no more is for none. */
static __always_inline bool policy_is_for(__u32 index, __u64 task)
{
	struct rw_domain *domain = bpf_map_lookup_elem(&domains, &index);

	if (!domain || domain->state != RW_DOMAIN_LIVE)
		return false;
	return !domain->select || task_is_selected(index, task);
}

#endif
