/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The maps, and which domain a task is in.
 *
 * Everything here is pinned and shared by every domain: one program per hook, policies are data
 * (a hook holds only 36 links).  A domain's rules do not change while tasks are in it, but for
 * guards (guard.bpf.h), which are only added, and for which directories carry its labels
 * (label.bpf.h), each of which is one entry; so a look-up never meets half a policy.
 */
#ifndef ROOTWARD_DOMAIN_BPF_H
#define ROOTWARD_DOMAIN_BPF_H

#include "abi.h"

#define EPERM 1
#define ENOMEM 12
#define EACCES 13
#define EEXIST 17
#define EXDEV 18
#define ENOSPC 28
#define EOPNOTSUPP 95
#define ESTALE 116

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, RW_DOMAINS);
	__type(key, __u32);
	__type(value, struct rw_domain);
} domains SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, RW_RULES);
	__type(key, struct rw_ident);
	__type(value, struct rw_rule);
} rules SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, RW_RULES);
	__type(key, struct rw_name_key);
	__type(value, struct rw_named_rule);
} names SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct rw_task);
} tasks SEC(".maps");

/* For people: what the numbers in events mean. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, RW_RULES);
	__type(key, struct rw_tree_key);
	__type(value, struct rw_tree);
} trees SEC(".maps");

/* Accesses that a loaded policy has allowed. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, RW_DOMAINS);
	__type(key, __u32);
	__type(value, __u64);
} allowed SEC(".maps");

struct ring {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RW_EVENT_RING);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, RW_DOMAINS);
	__type(key, __u32);
	__array(values, struct ring);
} rings SEC(".maps");

/*
 * The filter's bits are set before a domain goes live and cleared after it has gone: always a
 * superset of the truth, so it needs no lock and no swap.
 */
struct rw_shared shared SEC(".data.shared");

/*
 * A hook's argument as a number.  Where the verifier would not have a pointer's difference, a copy
 * of the stack makes one.
 */
static __always_inline void address_into(__u64 *address, const void *pointer)
{
	*address = (__u64)pointer;
	if (VFS_WALK_PLAIN)
		*address = vfs_walk_address(pointer);
	else /* over itself, to save the stack */
		bpf_probe_read_kernel(address, sizeof(*address), address);
}

static __always_inline __u64 address_of(const void *pointer)
{
	__u64 address;

	address_into(&address, pointer);
	return address;
}

static __always_inline bool filter_has(__u64 ino)
{
	__u32 bit = rw_filter_bit(ino);

	return shared.filter[bit / 64 & (RW_FILTER_WORDS - 1)] >> (bit & 63) & 1;
}

/* An entry that does not exist yet has no inode, which reads as 0: only its name can be ruled. */
static __always_inline bool unruled(struct dentry *dentry)
{
	struct inode *inode = VFS_WALK_READ(dentry, d_inode);

	return !filter_has(VFS_WALK_READ(inode, i_ino));
}

/* The same for a pointer that can be read through as it is, as the walk asks. */
static __always_inline bool unruled_plainly(struct dentry *dentry)
{
	return !filter_has(dentry->d_inode->i_ino);
}

struct storage_search {
	struct hlist_node *node;
	__u32 id;
	__u32 domain;
	bool done;
};

static long storage_search_step(__u32 index, void *ctx)
{
	struct storage_search *s = ctx;
	struct bpf_local_storage_elem *elem;
	struct bpf_local_storage_map *smap = 0;
	__u32 id = 0;

	if (!s->node) {
		s->done = true;
		return 1;
	}
	elem = (void *)s->node - bpf_core_field_offset(struct bpf_local_storage_elem, snode);
	bpf_core_read(&smap, sizeof(smap), &elem->sdata.smap);
	bpf_core_read(&id, sizeof(id), &smap->map.id);
	if (smap && id == s->id) {
		bpf_core_read(&s->domain, sizeof(s->domain), &elem->sdata.data);
		s->done = true;
		return 1;
	}
	bpf_core_read(&s->node, sizeof(s->node), &elem->snode.next);
	return 0;
}

/*
 * On 6.1 a look-up may find the storage busy and say NULL, which must not read as 'not confined'.
 * The list of a task's storage is freed under RCU, and an element of ours is not taken off it
 * while the task runs.  A list that goes on beyond all reason: the last domain, which never
 * exists, so that everything is denied.
 */
static __noinline __u32 task_domain_slowly(struct task_struct *task)
{
	struct storage_search s = { .id = shared.tasks_map_id };
	struct bpf_local_storage *storage = 0;

	bpf_core_read(&storage, sizeof(storage), &task->bpf_storage);
	if (!storage)
		return 0;
	bpf_core_read(&s.node, sizeof(s.node), &storage->list.first);
	bpf_loop(256, storage_search_step, &s, 0);
	return s.done ? s.domain : RW_DOMAINS;
}

/* 0 for a task that is not confined. */
static __always_inline __u32 task_domain(struct task_struct *task)
{
	struct rw_task *t = bpf_task_storage_get(&tasks, task, 0, 0);

	if (t)
		return t->domain;
	/* From 6.2 on (as plain loads) a look-up always looks. */
	return VFS_WALK_PLAIN ? 0 : task_domain_slowly(task);
}

static __always_inline __u32 current_domain(void)
{
	return task_domain(bpf_get_current_task_btf());
}

#endif
