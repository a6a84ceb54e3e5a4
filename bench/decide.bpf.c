// SPDX-License-Identifier: GPL-2.0-only
/*
 * One decision, made in several ways: may this open file be read, by one rule on a directory above
 * it?  By a walk on one snapshot, as rootward does; by the path as a string and its longest prefix
 * that has a rule, as is usual; and for comparison, only the loads that no walk can do without.
 *
 * A program decides DECIDE_TIMES times.  Each way is a function by itself, so that all are called
 * alike.
 */
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <rootward/vfs_walk.bpf.h>

#include "decide.h"
#include "files.bpf.h"

#define BPF_MAP_TYPE_LPM_TRIE 11

/* What is decided about. */
__u32 fd;
__u64 file_mnt;
__u64 file_dentry;
__u64 mnt_root;

__u64 allowed;
__u64 failed;
__u64 filter[DECIDE_FILTER_WORDS];

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1 << 17);
	__type(key, struct decide_place);
	__type(value, __u32);
} rules SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1 << 17);
	__type(key, struct decide_prefix);
	__type(value, __u32);
} prefixes SEC(".maps");

/* Too much for the stack. */
struct text {
	struct decide_prefix prefix;
	char path[2 * DECIDE_PATH_MAX];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct text);
} texts SEC(".maps");

/* The file behind @fd, and the rule's place: the root of the mount. */
SEC("raw_tp/sys_enter")
int decide_find(void *ctx)
{
	struct task_struct___files *task = (void *)bpf_get_current_task_btf();
	struct files_struct *files = 0;
	struct file **slots, *file = 0;
	struct decide_place place = {};
	struct dentry *dentry = 0;
	struct inode *inode = 0;
	struct vfsmount *mnt = 0;
	struct super_block *sb;
	__u32 bit, value = 1;

	files = BPF_CORE_READ(task, files);
	slots = BPF_CORE_READ(files, fdt, fd);
	bpf_probe_read_kernel(&file, sizeof(file), slots + fd);
	dentry = BPF_CORE_READ(file, f_path.dentry);
	mnt = BPF_CORE_READ(file, f_path.mnt);
	file_dentry = (__u64)dentry;
	file_mnt = (__u64)mnt;
	dentry = BPF_CORE_READ(mnt, mnt_root);
	mnt_root = (__u64)dentry;
	inode = BPF_CORE_READ(dentry, d_inode);
	sb = BPF_CORE_READ(inode, i_sb);
	place.ino = BPF_CORE_READ(inode, i_ino);
	place.generation = BPF_CORE_READ(inode, i_generation);
	place.dev = BPF_CORE_READ(sb, s_dev);
	bit = decide_filter_bit(place.ino);
	filter[bit / 64 & (DECIDE_FILTER_WORDS - 1)] |= 1ULL << (bit & 63);
	bpf_map_update_elem(&rules, &place, &value, BPF_ANY);
	return 0;
}

/* --- By a walk */

static __always_inline bool filter_has(__u64 ino)
{
	__u32 bit = decide_filter_bit(ino);

	return filter[bit / 64 & (DECIDE_FILTER_WORDS - 1)] >> (bit & 63) & 1;
}

static __always_inline bool unruled(struct dentry *dentry)
{
	return !filter_has(dentry->d_inode->i_ino);
}

__noinline __u32 rule_of(__u64 address)
{
	struct inode *inode = VFS_WALK_AS(struct inode, address);
	struct super_block *sb =
		VFS_WALK_AS(struct super_block, VFS_WALK_READ_ADDRESS(inode, i_sb));
	struct decide_place place = {
		.ino = VFS_WALK_READ(inode, i_ino),
		.dev = VFS_WALK_READ(sb, s_dev),
		.generation = VFS_WALK_READ(inode, i_generation),
	};
	__u32 *value = bpf_map_lookup_elem(&rules, &place);

	return value ? *value : 0;
}

static __always_inline int visit(const struct vfs_ancestor *ancestor, void *data)
{
	__u64 *rule = data;
	struct inode *inode;

	if (!ancestor) {
		*rule = vfs_walk_zero(*rule);
		return 1;
	}
	inode = VFS_WALK_READ(ancestor->dentry, d_inode);
	if (!filter_has(VFS_WALK_READ(inode, i_ino)))
		return 1;
	*rule = rule_of(VFS_WALK_READ_ADDRESS(ancestor->dentry, d_inode));
	return !*rule;
}
VFS_WALK_CALLBACK_SKIP(visit, unruled)

__noinline int by_walk(__u64 mnt, __u64 dentry)
{
	__u64 rule = vfs_walk_zero(dentry);
	long end = vfs_walk_ancestors_at(mnt, dentry, 0, visit, &rule, VFS_WALK_HIDDEN);

	return end == VFS_WALK_STOPPED && rule;
}

/* The first pass alone, which is all where the kernel shows its counters. */
__noinline int by_one_pass(__u64 mnt, __u64 dentry)
{
	struct vfs_walk_at at = { .dentry = dentry, .mnt_root = mnt_root };

	if (!mnt)
		return 0;
	vfs_walk_run_visit(&at, VFS_WALK_RUN, VFS_WALK_BY_COUNTERS);
	if (at.dentry != mnt_root)
		vfs_walk_run_visit(&at, VFS_WALK_RUN, VFS_WALK_BY_COUNTERS);
	return at.dentry == mnt_root;
}

/* Nothing but the loads. */
__noinline int by_loads(__u64 mnt, __u64 dentry)
{
	__u64 address = dentry;
	struct dentry *d;
	__u32 i;

#pragma clang loop unroll(disable)
	for (i = 0; mnt && i < 64; i++) {
		if (address == mnt_root)
			return 1;
		d = VFS_WALK_AS(struct dentry, address);
		address = VFS_WALK_READ_ADDRESS_NEAR(d, address, d_parent);
	}
	return 0;
}

__noinline int by_nothing(__u64 mnt, __u64 dentry)
{
	return mnt && dentry;
}

/* --- By the path */

static __always_inline int longest_prefix(struct text *text)
{
	__u32 *value;

	text->prefix.bits = 8 * DECIDE_PATH_MAX;
	value = bpf_map_lookup_elem(&prefixes, &text->prefix);
	return value && *value;
}

struct copying {
	struct text *text;
	struct dentry *dentry;
	__u32 at;
	__u32 done;
};

/* One name, before those that are there, with a '/' before it. */
static long copy_turn(__u32 i, void *ctx)
{
	struct copying *c = ctx;
	const unsigned char *name = 0;
	struct dentry *dentry = c->dentry, *parent = 0;
	__u32 len = 0, at;

	bpf_core_read(&parent, sizeof(parent), &dentry->d_parent);
	if (parent == dentry) {
		c->done = 1;
		return 1;
	}
	bpf_core_read(&name, sizeof(name), &dentry->d_name.name);
	bpf_core_read(&len, sizeof(len), &dentry->d_name.len);
	if (len + 1 > c->at)
		return 1;
	at = (c->at - len) & (DECIDE_PATH_MAX - 1);
	bpf_probe_read_kernel(c->text->path + at, len & (DECIDE_PATH_MAX - 1), name);
	at = (at - 1) & (DECIDE_PATH_MAX - 1);
	c->text->path[at] = '/';
	c->at = at;
	c->dentry = parent;
	return 0;
}

/* The whole of a mount is all that there is here, so that no mount needs to be crossed. */
__noinline int by_copy(__u64 mnt, __u64 dentry)
{
	struct copying c = { .dentry = (void *)dentry, .at = DECIDE_PATH_MAX - 1 };
	__u32 zero = 0;

	c.text = !mnt ? 0 : bpf_map_lookup_elem(&texts, &zero);
	if (!c.text)
		return 0;
	c.text->path[DECIDE_PATH_MAX - 1] = 0;
	bpf_loop(64, copy_turn, &c, 0);
	if (!c.done)
		return 0;
	bpf_probe_read_kernel(c.text->prefix.path, DECIDE_PATH_MAX,
			      c.text->path + (c.at & (DECIDE_PATH_MAX - 1)));
	return longest_prefix(c.text);
}

/* --- Over and over */

#define DECIDE_BY(way)                                                                             \
	static long way##_once(__u32 index, void *ctx)                                             \
	{                                                                                          \
		allowed += by_##way(file_mnt, file_dentry);                                        \
		return 0;                                                                          \
	}                                                                                          \
	SEC("raw_tp/sys_enter")                                                                    \
	int decide_##way(void *ctx)                                                                \
	{                                                                                          \
		bpf_loop(DECIDE_TIMES, way##_once, 0, 0);                                          \
		return 0;                                                                          \
	}

DECIDE_BY(nothing)
DECIDE_BY(loads)
DECIDE_BY(one_pass)
DECIDE_BY(walk)
DECIDE_BY(copy)

struct asking {
	struct file *file;
};

static long d_path_once(__u32 index, void *ctx)
{
	struct asking *a = ctx;
	__u32 zero = 0;
	struct text *text = bpf_map_lookup_elem(&texts, &zero);

	if (!text || bpf_d_path(&a->file->f_path, text->prefix.path, DECIDE_PATH_MAX) < 0)
		return 1;
	allowed += longest_prefix(text);
	return 0;
}

/* The helper is not for every program; an iterator may call it, once for each file. */
SEC("iter/task_file")
int decide_d_path(struct bpf_iter__task_file *ctx)
{
	struct asking a = { .file = ctx->file };

	if (a.file && ctx->fd == fd)
		bpf_loop(DECIDE_TIMES, d_path_once, &a, 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
