// SPDX-License-Identifier: GPL-2.0-only
/*
 * What vfs_idmap.bpf.h answers about a descriptor of the calling task, for the test to compare
 * with what stat(2) tells.
 */
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <rootward/vfs_idmap.bpf.h>

#include "idmap.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct fdtable {
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct task_struct___files {
	struct files_struct *files;
};

#pragma clang attribute pop

struct idmap_question question;
struct idmap_answer answer;
struct idmap_chain chain;

static __always_inline __u64 number_of(struct vfs_id id)
{
	return vfs_id_or(id, IDMAP_INVALID);
}

/* The file behind question.fd; the test keeps it open. */
static __always_inline struct file *the_file(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct file **slots, *file = 0;
	struct files_struct *files = 0;
	struct fdtable *fdt = 0;

	bpf_core_read(&files, sizeof(files), &((struct task_struct___files *)task)->files);
	bpf_core_read(&fdt, sizeof(fdt), &files->fdt);
	bpf_core_read(&slots, sizeof(slots), &fdt->fd);
	bpf_probe_read_kernel(&file, sizeof(file), slots + question.fd);
	return VFS_WALK_AS(struct file, file);
}

SEC("raw_tp/sys_enter")
int idmap_ask(void *ctx)
{
	struct file *file = the_file();
	__u64 mnt_address = VFS_WALK_READ_ADDRESS(file, f_path.mnt);
	struct vfsmount *mnt = VFS_WALK_AS(struct vfsmount, mnt_address);
	struct vfs_fs_ids fs_ids;
	struct vfs_ids ids;

	answer.idmapped = vfs_mnt_is_idmapped(mnt);
	answer.result = vfs_file_ids(file, &ids);
	answer.uid = number_of(ids.vfsuid);
	answer.gid = number_of(ids.vfsgid);
	answer.match = vfs_ids_match_current(&ids);
	answer.eq_self = vfs_id_eq(ids.vfsuid, ids.vfsuid);
	answer.is_raw = vfs_id_is(ids.vfsuid, (__u32)-1);
	vfs_current_ids(&ids);
	answer.fs_result = vfs_mnt_fs_ids(mnt, &ids, &fs_ids);
	answer.fs_uid = number_of(fs_ids.uid);
	answer.fs_gid = number_of(fs_ids.gid);
	return 0;
}

static __always_inline int visit(const struct vfs_ancestor *ancestor, void *data)
{
	struct vfs_ids ids;
	__u32 n;

	if (!ancestor) {
		chain.n = 0;
		return 1;
	}
	n = chain.n;
	if (n >= IDMAP_CHAIN)
		return 0;
	chain.result |= vfs_ancestor_ids(ancestor, &ids);
	chain.uid[n] = number_of(ids.vfsuid);
	chain.gid[n] = number_of(ids.vfsgid);
	chain.n = n + 1;
	return 1;
}
VFS_WALK_CALLBACK(visit)

SEC("raw_tp/sys_enter")
int idmap_ancestors(void *ctx)
{
	struct file *file = the_file();

	chain.n = chain.result = 0;
	chain.end = vfs_walk_ancestors(&file->f_path, 0, visit, 0, 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
