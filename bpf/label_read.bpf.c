// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads an attribute on the way to the root, where Linux lets programs do so (the series in
 * kernel/): these programs may sleep, and decide nothing.  label_known.bpf.h says what becomes of
 * what they read.  Loaded once for each attribute and value that a label without a place has, and
 * put on the same hooks, where they are asked first.
 *
 * The kernel walks (bpf_iter_path), each link at its time.  What it did not come by, as something
 * was moved since, is not known, and neither is what it may not read: bpf_get_dentry_xattr() asks
 * whether the caller may.
 *
 * Hooks that may not sleep, or get no path, decide by what is known from others.
 */
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <rootward/vfs_walk.bpf.h>

#include "label_known.bpf.h"
#include "path_iter.bpf.h"
#include "under.bpf.h"

/* What is read, and by which number; see rw_label. */
const volatile char attribute[RW_LABEL_TEXT];
const volatile __u64 value[RW_LABEL_TEXT / 8];
const volatile __s32 value_len;
const volatile __u32 reader;

static long reads_turn(__u32 i, void *ctx)
{
	__u32 *asker = ctx, domain = domain_of_turn(i, *asker);
	struct rw_domain *d = bpf_map_lookup_elem(&domains, &domain);

	if (!domain || !d || !d->everywhere)
		return 0;
	*asker = 0;
	return 1;
}

/* Is the task under a policy with such a label?  Then room for a value. */
static __always_inline struct rw_reading *reads(void)
{
	__u32 asker = current_asker(), asks = asker;

	if (!asker)
		return 0;
	bpf_loop(asker_turns(asker), reads_turn, &asks, 0);
	if (asks)
		return 0;
	return bpf_task_storage_get(&label_readings, bpf_get_current_task_btf(), 0,
				    BPF_LOCAL_STORAGE_GET_F_CREATE);
}

/* RW_KNOWN_READ, with RW_KNOWN_CARRIES; 0: it cannot be read. */
static __always_inline __u64 read_now(struct dentry *dentry, struct rw_reading *into)
{
	struct bpf_dynptr room;
	__u64 differ = 0;
	__u32 i;
	int len;

	for (i = 0; i < RW_LABEL_TEXT / 8; i++)
		into->value[i] = 0;
	if (bpf_dynptr_from_mem(into, sizeof(*into), 0, &room))
		return 0;
	len = bpf_get_dentry_xattr(dentry, (const char *)attribute, &room);
	/* Where it is longer than any label's it is none. */
	if (len == -ENODATA || len == -EOPNOTSUPP || len == -ERANGE)
		return RW_KNOWN_READ;
	if (len < 0)
		return 0;
	for (i = 0; i < RW_LABEL_TEXT / 8; i++)
		differ |= into->value[i] ^ value[i];
	return RW_KNOWN_READ | (differ || len != value_len ? 0 : RW_KNOWN_CARRIES);
}

static __always_inline __u64 ticket(void)
{
	return __sync_fetch_and_add(&shared.tickets, RW_KNOWN_TICKET) + RW_KNOWN_TICKET;
}

#define READ_TRIES 8

/*
 * One directory.  Two that read it at once share a ticket, and the first to come back notes it;
 * where somebody put an end to the ticket in between, it is read anew.
 */
static __always_inline void read_directory(struct dentry *dentry, struct rw_reading *into)
{
	struct inode *inode = dentry->d_inode;
	struct rw_known fresh;
	struct rw_known_key key;
	struct rw_known *is;
	__u64 seen, now;
	__u32 i;

	if (!inode || (inode->i_mode & S_IFMT) != S_IFDIR)
		return;
	known_key_of(&key, address_of(inode), reader);
	for (i = 0; i < READ_TRIES; i++) {
		is = bpf_map_lookup_elem(&label_known, &key);
		if (!is) {
			fresh.word = ticket();
			fresh.ino = key.ino;
			bpf_map_update_elem(&label_known, &key, &fresh, BPF_NOEXIST);
			continue;
		}
		seen = READ_ONCE(is->word);
		now = read_now(dentry, into);
		if (!now)
			return;
		now |= seen & -RW_KNOWN_TICKET;
		if (seen == now)
			return;
		if (seen & RW_KNOWN_READ)
			now = ticket();
		if (__sync_val_compare_and_swap(&is->word, seen, now) == seen &&
		    now & RW_KNOWN_READ)
			return;
	}
}

static __always_inline void read_way(const struct path *start, struct rw_reading *into)
{
	const struct path *path;
	struct bpf_iter_path it;

	bpf_iter_path_new(&it, start, 0);
	while ((path = bpf_iter_path_next(&it)))
		read_directory(path->dentry, into);
	bpf_iter_path_destroy(&it);
}

/* Of a hook that gets a path: READ_BY(hook, the path, arguments). */
#define READ_BY(hook, start, ...)                                                                  \
	SEC("lsm.s/" #hook)                                                                        \
	int BPF_PROG(rw_read_##hook, ##__VA_ARGS__)                                                \
	{                                                                                          \
		struct rw_reading *into = reads();                                                 \
                                                                                                   \
		if (into)                                                                          \
			read_way(start, into);                                                     \
		return 0;                                                                          \
	}

READ_BY(file_open, &file->f_path, struct file *file)
READ_BY(file_receive, &file->f_path, struct file *file)
READ_BY(file_ioctl, &file->f_path, struct file *file)
READ_BY(file_truncate, &file->f_path, struct file *file)
READ_BY(path_truncate, path, const struct path *path)
READ_BY(path_chmod, path, const struct path *path)
READ_BY(path_chown, path, const struct path *path)
READ_BY(path_chroot, path, const struct path *path)
READ_BY(path_notify, path, const struct path *path)
READ_BY(inode_getattr, path, const struct path *path)
READ_BY(path_mknod, dir, const struct path *dir)
READ_BY(path_mkdir, dir, const struct path *dir)
READ_BY(path_symlink, dir, const struct path *dir)
READ_BY(path_unlink, dir, const struct path *dir)

/* What is removed or moved may be a directory. */
SEC("lsm.s/path_rmdir")
int BPF_PROG(rw_read_path_rmdir, const struct path *dir, struct dentry *dentry)
{
	struct rw_reading *into = reads();

	if (!into)
		return 0;
	read_directory(dentry, into);
	read_way(dir, into);
	return 0;
}

SEC("lsm.s/path_link")
int BPF_PROG(rw_read_path_link, struct dentry *old_dentry, const struct path *new_dir)
{
	struct rw_reading *into = reads();

	if (into)
		read_way(new_dir, into);
	return 0;
}

SEC("lsm.s/path_rename")
int BPF_PROG(rw_read_path_rename, const struct path *old_dir, struct dentry *old_dentry,
	     const struct path *new_dir, struct dentry *new_dentry)
{
	struct rw_reading *into = reads();

	if (!into)
		return 0;
	read_directory(old_dentry, into);
	read_directory(new_dentry, into);
	read_way(old_dir, into);
	read_way(new_dir, into);
	return 0;
}

/* Of a hook that gets no path: what is above is known from others. */
#define READ_THIS(hook, ...)                                                                       \
	SEC("lsm.s/" #hook)                                                                        \
	int BPF_PROG(rw_read_##hook, ##__VA_ARGS__)                                                \
	{                                                                                          \
		struct rw_reading *into = reads();                                                 \
                                                                                                   \
		if (into)                                                                          \
			read_directory(dentry, into);                                              \
		return 0;                                                                          \
	}

READ_THIS(inode_setattr, void *idmap, struct dentry *dentry)
READ_THIS(inode_setxattr, void *idmap, struct dentry *dentry)
READ_THIS(inode_removexattr, void *idmap, struct dentry *dentry)
READ_THIS(inode_getxattr, struct dentry *dentry)
READ_THIS(inode_set_acl, void *idmap, struct dentry *dentry)

char LICENSE[] SEC("license") = "GPL";
