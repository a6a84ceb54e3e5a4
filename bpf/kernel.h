/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's types that the programs read, kept by hand: only fields that are used, in any
 * order - CO-RE finds their place in the running kernel.  A type or field that not every kernel
 * has carries the version; look for it with bpf_core_*_exists() before reading.
 */
#ifndef ROOTWARD_KERNEL_H
#define ROOTWARD_KERNEL_H

#include <stdbool.h>

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;
typedef __s64 s64;

/* Loaded where it is written, and once. */
#define READ_ONCE(x) (*(volatile __typeof__(x) *)&(x))

/* The few numbers of the BPF interface that the programs name. */
enum {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
	BPF_MAP_TYPE_RINGBUF = 27,
	BPF_MAP_TYPE_TASK_STORAGE = 29,
	BPF_ANY = 0,
	BPF_NOEXIST = 1,
	BPF_F_NO_PREALLOC = 1,
	BPF_LOCAL_STORAGE_GET_F_CREATE = 1,
	BPF_F_MMAPABLE = 1 << 10,
};

/* Bits of task_struct.flags. */
#define PF_IO_WORKER 0x00000010
#define PF_KTHREAD 0x00200000

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct seqcount {
	unsigned int sequence;
};
typedef struct seqcount seqcount_t;

struct seqcount_spinlock {
	seqcount_t seqcount;
};
typedef struct seqcount_spinlock seqcount_spinlock_t;

struct hlist_bl_node {
	struct hlist_bl_node **pprev;
};

struct hlist_node {
	struct hlist_node *next;
};

struct hlist_head {
	struct hlist_node *first;
};

struct list_head {
	struct list_head *next;
};

struct qstr {
	union {
		struct {
			u32 hash;
			u32 len;
		};
		u64 hash_len;
	};
	const unsigned char *name;
};

typedef struct {
	unsigned int val;
} kuid_t;

typedef struct {
	unsigned int val;
} kgid_t;

/* Ranges of ids: up to 5 in here, more in two arrays that are sorted, 340 at most. */
struct uid_gid_extent {
	u32 first;
	u32 lower_first;
	u32 count;
};

struct uid_gid_map {
	u32 nr_extents;
	struct uid_gid_extent extent[5];
	struct uid_gid_extent *forward; /* by first */
	struct uid_gid_extent *reverse; /* by lower_first */
};

struct user_namespace {
	struct uid_gid_map uid_map;
	struct uid_gid_map gid_map;
	struct user_namespace *parent;
	int level;
	kuid_t owner;
	kgid_t group;
};

/* From 6.8 on. */
struct mnt_idmap {
	struct uid_gid_map uid_map;
	struct uid_gid_map gid_map;
};

/* From 6.2 to 6.7. */
struct mnt_idmap___owner {
	struct user_namespace *owner;
};

struct file_system_type {
	const char *name;
};

struct super_block {
	u32 s_dev;
	unsigned long s_flags;
	unsigned long s_magic;
	unsigned long s_iflags;
	struct dentry *s_root;
	struct file_system_type *s_type;
	void *s_fs_info;
	struct user_namespace *s_user_ns;
};

/* Until 6.16 the mounts of a superblock are a list; from 6.17 they are chained by themselves. */
struct super_block___list {
	struct list_head s_mounts;
};

struct super_block___chain {
	struct mount *s_mounts;
};

struct inode {
	unsigned short i_mode;
	kuid_t i_uid;
	kgid_t i_gid;
	struct super_block *i_sb;
	unsigned long i_ino;
	u32 i_generation;
	u32 i_rdev;
	unsigned int i_nlink;
};

struct dentry {
	seqcount_spinlock_t d_seq;
	struct hlist_bl_node d_hash;
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
	struct super_block *d_sb;
};

struct vfsmount {
	struct dentry *mnt_root;
	struct super_block *mnt_sb;
	struct mnt_idmap *mnt_idmap;
};

/* Until 6.1. */
struct vfsmount___userns {
	struct user_namespace *mnt_userns;
};

struct ns_common {
	unsigned int inum;
};

struct mnt_namespace {
	struct ns_common ns;
	struct mount *root;
	u64 event;
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
	struct mnt_namespace *mnt_ns;
	int mnt_id;
};

struct mount___list {
	struct list_head mnt_instance;
};

struct mount___chain {
	struct mount *mnt_next_for_sb;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct file {
	unsigned int f_mode;
	unsigned int f_flags;
	struct path f_path;
	struct inode *f_inode;
};

/* From 6.5 on: a file of an overlay's layer, and the path that was opened. */
struct backing_file {
	struct path user_path;
};

struct vm_area_struct {
	struct file *vm_file;
};

struct pid {
	struct hlist_head tasks[1];
};

/* An inode of procfs; @pid is set in a process' directory. */
struct proc_inode {
	struct pid *pid;
	struct inode vfs_inode;
};

struct iattr {
	unsigned int ia_valid;
};

struct nsproxy {
	struct mnt_namespace *mnt_ns;
};

typedef struct {
	u64 val;
} kernel_cap_one_t;

struct group_info {
	int ngroups;
	kgid_t gid[0];
};

struct cred {
	struct user_namespace *user_ns;
	kuid_t uid;
	kgid_t gid;
	kuid_t suid;
	kgid_t sgid;
	kuid_t euid;
	kgid_t egid;
	kuid_t fsuid;
	kgid_t fsgid;
	struct group_info *group_info;
};

struct bpf_map {
	u32 id;
	char name[16];
};

struct bpf_local_storage_map {
	struct bpf_map map;
};

struct bpf_local_storage_data {
	struct bpf_local_storage_map *smap;
	u8 data[0];
};

struct bpf_local_storage_elem {
	struct hlist_node snode;
	struct bpf_local_storage_data sdata;
};

struct bpf_local_storage {
	struct hlist_head list;
};

struct kernfs_node {
	const unsigned char *name;
};

struct cgroup {
	int level;
	struct kernfs_node *kn;
	struct cgroup *ancestors[0];
};

struct css_set {
	struct cgroup *dfl_cgrp;
};

struct mm_struct {
	struct file *exe_file;
};

struct fs_struct {
	struct path root;
	struct path pwd;
};

struct task_struct {
	unsigned int flags;
	unsigned int ptrace;
	int pid;
	int tgid;
	char comm[16];
	const struct cred *real_cred;
	const struct cred *cred;
	struct nsproxy *nsproxy;
	struct fs_struct *fs;
	struct hlist_node pid_links[1];
	struct mm_struct *mm;
	struct css_set *cgroups;
	void *io_uring;
	struct bpf_local_storage *bpf_storage;
};

struct sock_common {
	unsigned short skc_family;
};

struct sock {
	struct sock_common __sk_common;
};

struct socket {
	struct sock *sk;
};

struct unix_sock {
	struct sock sk;
	void *addr;
	struct path path;
};

struct linux_binprm {
	struct file *file;
};

struct io_uring_cmd {
	struct file *file;
};

struct kernel_siginfo;
struct fown_struct;

union bpf_attr;

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	u32 fd;
	struct file *file;
};

/* With the overlay module, or built in. */
struct ovl_fs {
	int xino_mode;
};

#pragma clang attribute pop

#endif
