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

/* Of the task's own credentials, never those that the kernel lends it. */
static __always_inline bool task_has_uid(struct task_struct *task, __u32 uid, __u32 how)
{
	struct cred *cred = 0;
	__u32 ids[4] = {};

	WHOM_READ(cred, task, real_cred);
	WHOM_READ(ids[0], cred, fsuid.val);
	WHOM_READ(ids[1], cred, uid.val);
	WHOM_READ(ids[2], cred, euid.val);
	WHOM_READ(ids[3], cred, suid.val);
	if (how == WHOM_BUT)
		return ids[0] == uid;
	return ids[0] == uid || ids[1] == uid || ids[2] == uid || ids[3] == uid;
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

static __always_inline bool task_has_gid(struct task_struct *task, __u32 gid)
{
	struct group_search s = { .gid = gid };
	struct group_info *groups = 0;
	struct cred *cred = 0;
	__u32 id = 0;

	WHOM_READ(cred, task, real_cred);
	WHOM_READ(id, cred, fsgid.val);
	if (id == gid)
		return true;
	WHOM_READ(groups, cred, group_info);
	WHOM_READ(s.n, groups, ngroups);
	s.groups = (__u64)groups + bpf_core_field_offset(struct group_info, gid);
	bpf_loop(WHOM_GROUPS_MAX, group_search_step, &s, 0);
	return s.found;
}

/* In the cgroup, or in one beneath it. */
static __always_inline bool task_in_cgroup(struct task_struct *task, __u64 id, __u32 level)
{
	struct kernfs_node *kn = 0;
	struct cgroup *cgroup = 0;
	struct css_set *set = 0;
	__u64 found = 0;
	int deep = -1;

	WHOM_READ(set, task, cgroups);
	WHOM_READ(cgroup, set, dfl_cgrp);
	WHOM_READ(deep, cgroup, level);
	if (deep < 0 || level > (__u32)deep)
		return false;
	bpf_probe_read_kernel(&cgroup, sizeof(cgroup),
			      (void *)cgroup + bpf_core_field_offset(struct cgroup, ancestors) +
				      level * sizeof(cgroup));
	WHOM_READ(kn, cgroup, kn);
	WHOM_READ(found, kn, id);
	return found == id;
}

static __always_inline bool task_was_run(struct task_struct *task, __u64 name_hash)
{
	__u32 index = task_domain_slowly(task);
	struct rw_domain *domain = index ? bpf_map_lookup_elem(&domains, &index) : 0;

	return domain && domain->name_hash == name_hash;
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

/* All that the entry names.  Numbers only, so that the verifier looks at it by itself. */
__noinline int task_is(const struct rw_task_is *is, __u64 address, __u32 how)
{
	struct task_struct *task = (void *)address;

	if (!is || !is->by)
		return 0;
	if (is->by & RW_BY_UID && !task_has_uid(task, is->uid, how))
		return 0;
	if (is->by & RW_BY_GID && !task_has_gid(task, is->gid))
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
