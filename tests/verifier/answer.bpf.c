// SPDX-License-Identifier: GPL-2.0-only
/* A callback's answers: to go on, to stop, and others. */
#include "count.bpf.h"

struct answer {
	__s32 answer;
	__u32 visits;
};

static __always_inline int answers(const struct vfs_ancestor *ancestor, void *data)
{
	struct answer *answer = data;

	if (!ancestor)
		return 1;
	answer->visits++;
	return answer->answer;
}
VFS_WALK_CALLBACK(answers)

static __always_inline int refuses(const struct vfs_ancestor *ancestor, void *data)
{
	return ancestor ? -13 : 1;
}
VFS_WALK_CALLBACK(refuses)

/* The lower half is how the walk ends, the upper one how often it visited. */
SEC("raw_tp/sys_enter")
int as_told(__u64 *ctx)
{
	struct answer answer = { .answer = ctx[0], .visits = vfs_walk_zero(ctx[0]) };
	long end = vfs_walk_ancestors(PWD(), 0, answers, &answer, 0);

	return (end & 0xffff) | answer.visits << 16;
}

SEC("raw_tp/sys_enter")
int always_refused(__u64 *ctx)
{
	__u64 nothing = 0;

	return vfs_walk_ancestors(PWD(), 0, refuses, &nothing, 0);
}

/* 0: when that was is not known; 1: all is as it was then; 2: something has moved since. */
SEC("raw_tp/sys_enter")
int still(void *ctx)
{
	struct count count = { .visits = vfs_walk_zero(bpf_ktime_get_ns()) };
	struct path *pwd = PWD();
	__u64 when;

	if (vfs_walk_ancestors_when(VFS_WALK_READ_ADDRESS(pwd, mnt),
				    VFS_WALK_READ_ADDRESS(pwd, dentry), 0, visit, &count, 0,
				    &when) < 0)
		return -1;
	return when & 1 ? 0 : when == vfs_walk_counters() ? 1 : 2;
}

/* The control. */
SEC("raw_tp/sys_enter")
int counts(void *ctx)
{
	WALK(PWD(), visit);
	return end < 0 ? end : count.visits << 16 | end;
}
