/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The domains that a task is under: the one it entered, and each loaded policy that is for it.
 * Every one must allow.  A hook puts its question once, and one callback asks it in each domain.
 *
 * The list of loaded policies may change meanwhile.  Each of its places is read once, by one load,
 * and holds an old policy or the new one, whole; an old one is not taken apart before all programs
 * that run now have ended (bpf_loaded.c).
 */
#ifndef ROOTWARD_UNDER_BPF_H
#define ROOTWARD_UNDER_BPF_H

#include "whom.bpf.h"

/*
 * Who asks: the number of the domain that the task entered, and whether there are loaded policies.
 * 0 is a task that nothing can apply to.
 */
#define ASKER_OWN 0xffffU
#define ASKER_LOADED 0x10000U

static __always_inline __u32 current_asker(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 loaded = shared.n_loaded ? ASKER_LOADED : 0;
	struct rw_task *t = bpf_task_storage_get(&tasks, task, 0, 0);

	if (t && t->loads && shared.loader == bpf_get_current_pid_tgid())
		return t->domain;
	if (t)
		return t->domain | loaded;
	return (VFS_WALK_PLAIN ? 0 : task_domain_slowly(task)) | loaded;
}

/* How many turns it takes to ask in every domain. */
static __always_inline __u32 asker_turns(__u32 asker)
{
	return asker & ASKER_LOADED ? 1 + shared.n_loaded : 1;
}

/* The domain of turn @i: 0 for one that does not apply. */
__noinline __u32 domain_of_turn(__u32 i, __u32 asker)
{
	__u32 index;

	if (i == 0)
		return asker & ASKER_OWN;
	index = READ_ONCE(shared.loaded[(i - 1) & (RW_LOADED - 1)]);
	return index && policy_is_for(index, bpf_get_current_task()) ? index : 0;
}

/* What becomes of a denial in this domain; it has been told. */
__noinline int denial_stands(__u32 index)
{
	struct rw_domain *domain = bpf_map_lookup_elem(&domains, &index);

	return !domain || domain->mode == RW_ENFORCE;
}

#endif
