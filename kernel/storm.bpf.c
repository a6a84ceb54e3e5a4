// SPDX-License-Identifier: GPL-2.0-only
/*
 * storm.bpf - two guards for storm.c, one for each of the walks that BPF has
 *
 * A task is confined by that which it is named after.  Both allow a file to be
 * opened that lies in the directory `in`, wherever; one knows it by its label, the
 * other, which may not sleep to read one, by its group.
 */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "bpf_kfuncs.h"
#include "bpf_experimental.h"

/* As in storm.c. */
#define LABEL "user.storm"
#define GROUP 4711

#define S_IFMT 0170000
#define S_IFDIR 0040000

#define EIO 5
#define ECHILD 10
#define EAGAIN 11
#define EACCES 13
#define ENODATA 61
#define EOPNOTSUPP 95

/* How often a walk is tried on which something moved. */
#define TRIES 8

extern __u64 bpf_path_uid_gid(const struct path *path) __ksym;

char _license[] SEC("license") = "GPL";

/* Written by all at once, and read by none: that there is a label is enough. */
char value[16];

SEC("lsm.s/file_open")
int BPF_PROG(by_label, struct file *file)
{
	struct bpf_dynptr dynptr;
	const struct path *path;
	struct bpf_iter_path it;
	char task[16];
	int ret = -EACCES;

	bpf_get_current_comm(task, sizeof(task));
	if (bpf_strncmp(task, sizeof(task), "by_label"))
		return 0;
	bpf_dynptr_from_mem(value, sizeof(value), 0, &dynptr);
	bpf_iter_path_new(&it, &file->f_path, 0);
	while ((path = bpf_iter_path_next(&it))) {
		struct dentry *const dentry = path->dentry;
		const struct inode *const inode = dentry->d_inode;
		int len;

		if (!inode || (inode->i_mode & S_IFMT) != S_IFDIR)
			continue;
		len = bpf_get_dentry_xattr(dentry, LABEL, &dynptr);
		if (len == -ENODATA || len == -EOPNOTSUPP)
			continue;
		ret = len > 0 ? 0 : -EIO;
		break;
	}
	bpf_iter_path_destroy(&it);
	return ret;
}

/* One walk without references. */
static int find_group(const struct path *start)
{
	struct bpf_iter_path_rcu it;
	const struct path *path;
	int ret = -EACCES;
	int end;

	bpf_iter_path_rcu_new(&it, start, 0);
	while ((path = bpf_iter_path_rcu_next(&it))) {
		if (bpf_path_uid_gid(path) >> 32 == GROUP) {
			ret = 0;
			break;
		}
	}
	end = bpf_iter_path_rcu_end(&it);
	bpf_iter_path_rcu_destroy(&it);
	if (end == -ECHILD)
		return -EAGAIN;
	return end < 0 ? -EIO : ret;
}

SEC("lsm/file_open")
int BPF_PROG(by_group, struct file *file)
{
	char task[16];
	int ret = 0;

	bpf_get_current_comm(task, sizeof(task));
	if (bpf_strncmp(task, sizeof(task), "by_group"))
		return 0;
	for (int i = 0; i < TRIES; i++) {
		ret = find_group(&file->f_path);
		if (ret != -EAGAIN)
			break;
	}
	return ret;
}
