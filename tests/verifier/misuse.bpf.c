// SPDX-License-Identifier: GPL-2.0-only
/* What a callback might do and must not; verifier.c says what comes of each. */
#include "count.bpf.h"

/* The control: without misuse it is taken. */
SEC("raw_tp/sys_enter")
int behaves(void *ctx)
{
	WALK(PWD(), visit);
	return end > 1000;
}

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct count);
} kept SEC(".maps");

/* Defines the program @name, with the rest as the callback's body and the program's. */
#define MISUSE(name, body, after)                                                                  \
	static __always_inline int name##_cb(const struct vfs_ancestor *ancestor, void *data)      \
	{                                                                                          \
		struct count *count = data;                                                        \
                                                                                                   \
		if (!ancestor)                                                                     \
			return 1;                                                                  \
		count->visits++;                                                                   \
		body;                                                                              \
		return 1;                                                                          \
	}                                                                                          \
	VFS_WALK_CALLBACK(name##_cb)                                                               \
                                                                                                   \
	SEC("raw_tp/sys_enter")                                                                    \
	int name(void *ctx)                                                                        \
	{                                                                                          \
		__u32 zero = 0;                                                                    \
		struct count *slot = bpf_map_lookup_elem(&kept, &zero);                            \
		WALK(PWD(), name##_cb);                                                            \
                                                                                                   \
		if (!slot)                                                                         \
			return 0;                                                                  \
		after;                                                                             \
		return end > 1000;                                                                 \
	}

static __always_inline void keep(struct dentry *dentry)
{
	__u32 zero = 0;
	struct count *slot = bpf_map_lookup_elem(&kept, &zero);

	if (slot)
		slot->dentry = dentry;
}

/* clang must not see that it is the same */
#define DENTRY(ancestor)                                                                           \
	({                                                                                         \
		struct dentry *misused = (ancestor)->dentry;                                       \
		asm volatile("" : "+r"(misused));                                                  \
		misused;                                                                           \
	})

MISUSE(sleeps, bpf_copy_from_user(&count->kept, 8, (void *)count->visits), )
MISUSE(writes_ancestor, DENTRY(ancestor)->d_inode = 0, )
MISUSE(writes_beyond_data, ((__u64 *)data)[100] = 1, )
MISUSE(keeps_in_map, keep(DENTRY(ancestor)), slot->kept = (__u64)slot->dentry->d_parent)
MISUSE(keeps_on_stack, count->dentry = DENTRY(ancestor),
       if (count.dentry) slot->kept = (__u64)VFS_WALK_READ(count.dentry, d_parent))
MISUSE(hands_to_helper, count->kept = bpf_task_pt_regs((struct task_struct *)DENTRY(ancestor)), )
MISUSE(never_ends, while (*(volatile __u64 *)&count->visits), )
MISUSE(reads_unchecked, count->kept = (__u64)((struct dentry *)ancestor->child)->d_parent, )
