// SPDX-License-Identifier: GPL-2.0-only
/*
 * What it costs to ask for an open file's ids: the same loop with the question and without.  64
 * files in turn, of different owners, so that the processor cannot learn a search by heart.
 */
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <rootward/vfs_idmap.bpf.h>

#include "files.bpf.h"
#include "ids.h"

__u32 fds[IDS_FILES];
__u64 files[IDS_FILES];
__u64 sum;
__u64 failed;

SEC("raw_tp/sys_enter")
int ids_find(void *ctx)
{
	struct task_struct___files *task = (void *)bpf_get_current_task_btf();
	struct files_struct *open = 0;
	struct fdtable *fdt = 0;
	struct file **slots = 0;
	__u32 i;

	bpf_core_read(&open, sizeof(open), &task->files);
	bpf_core_read(&fdt, sizeof(fdt), &open->fdt);
	bpf_core_read(&slots, sizeof(slots), &fdt->fd);
	for (i = 0; i < IDS_FILES; i++)
		bpf_probe_read_kernel(&files[i], sizeof(files[i]), slots + fds[i]);
	return 0;
}

static long nothing_once(__u32 index, void *ctx)
{
	struct file *file = VFS_WALK_AS(struct file, files[index % IDS_FILES]);

	sum += VFS_WALK_READ(file, f_flags);
	return 0;
}

static long ask_once(__u32 index, void *ctx)
{
	struct file *file = VFS_WALK_AS(struct file, files[index % IDS_FILES]);
	struct vfs_ids ids;

	if (vfs_file_ids(file, &ids) < 0)
		failed++;
	sum += VFS_WALK_READ(file, f_flags) + vfs_id_or(ids.vfsuid, 1) + vfs_id_or(ids.vfsgid, 1);
	return 0;
}

static long match_once(__u32 index, void *ctx)
{
	struct file *file = VFS_WALK_AS(struct file, files[index % IDS_FILES]);
	struct vfs_ids ids;

	if (vfs_file_ids(file, &ids) < 0)
		failed++;
	sum += VFS_WALK_READ(file, f_flags) + vfs_ids_match_current(&ids);
	return 0;
}

SEC("raw_tp/sys_enter")
int ids_nothing(void *ctx)
{
	bpf_loop(IDS_TIMES, nothing_once, 0, 0);
	return 0;
}

SEC("raw_tp/sys_enter")
int ids_ask(void *ctx)
{
	bpf_loop(IDS_TIMES, ask_once, 0, 0);
	return 0;
}

SEC("raw_tp/sys_enter")
int ids_match(void *ctx)
{
	bpf_loop(IDS_TIMES, match_once, 0, 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
