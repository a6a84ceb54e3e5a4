/* SPDX-License-Identifier: GPL-2.0-only */
/* What Linux with the series in kernel/ lets programs call that may sleep. */
#ifndef ROOTWARD_PATH_ITER_BPF_H
#define ROOTWARD_PATH_ITER_BPF_H

/* Of bpf_get_dentry_xattr(): longer than there is room; none of that name; no such thing here. */
#define ERANGE 34
#define ENODATA 61
#define EOPNOTSUPP 95

struct bpf_iter_path {
	__u64 __opaque[4];
} __attribute__((aligned(8)));

struct bpf_dynptr {
	__u64 __opaque[2];
} __attribute__((aligned(8)));

extern int bpf_iter_path_new(struct bpf_iter_path *it, const struct path *start,
			     __u32 flags) __ksym;
extern const struct path *bpf_iter_path_next(struct bpf_iter_path *it) __ksym;
extern void bpf_iter_path_destroy(struct bpf_iter_path *it) __ksym;
extern int bpf_get_dentry_xattr(struct dentry *dentry, const char *name,
				struct bpf_dynptr *value) __ksym;

#endif
