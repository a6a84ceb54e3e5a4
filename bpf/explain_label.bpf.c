// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads an attribute of each ancestor of one open file, where Linux lets a program of an iterator
 * do so (the series in kernel/).  The kernel walks, as it does for label_read.bpf.c: whatever path
 * the reader would have to name, and in whatever mount namespace.
 *
 * Loaded once for each attribute.  One reader at a time, as explain.bpf.c.
 */
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "explain_abi.h"
#include "path_iter.bpf.h"

const volatile char attribute[EXPLAIN_LABEL_TEXT];
struct explain_reading reading;
struct explain_read read_from[EXPLAIN_ANCESTORS];

static __always_inline void read_one(struct explain_read *to, struct dentry *dentry)
{
	struct inode *inode = dentry->d_inode;
	struct bpf_dynptr room;

	to->dev = dentry->d_sb->s_dev;
	to->ino = inode ? inode->i_ino : 0;
	to->generation = inode ? inode->i_generation : 0;
	to->len = bpf_dynptr_from_mem(to->value, sizeof(to->value), 0, &room);
	if (!to->len)
		to->len = bpf_get_dentry_xattr(dentry, (const char *)attribute, &room);
	/* Where it is longer than any label's it is none. */
	if (to->len == -ENODATA || to->len == -EOPNOTSUPP || to->len == -ERANGE)
		to->len = 0;
}

SEC("iter.s/task_file")
int rw_explain_label(struct bpf_iter__task_file *ctx)
{
	struct file *file = ctx->file;
	const struct path *path;
	struct bpf_iter_path it;

	if (!file || ctx->fd != reading.fd || reading.found)
		return 0;
	reading.found = 1;
	bpf_iter_path_new(&it, &file->f_path, 0);
	while (reading.n < EXPLAIN_ANCESTORS && (path = bpf_iter_path_next(&it))) {
		read_one(&read_from[reading.n & (EXPLAIN_ANCESTORS - 1)], path->dentry);
		reading.n++;
	}
	bpf_iter_path_destroy(&it);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
