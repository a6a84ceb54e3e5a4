// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes down the ancestors of one open file, on one snapshot: the same walk as decisions are made
 * by.  One reader at a time: it is its own copy of this program that a process loads.
 */
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#define VFS_WALK_ALWAYS_TWICE
#define VFS_IDMAP_QUICK_TO_LOAD
#define IDENTITY_WITHOUT_OWNER
#include <rootward/vfs_idmap.bpf.h>

#include "explain_abi.h"
#include "identity.bpf.h"

struct explain_walk walk;
struct explain_ancestor ancestors[EXPLAIN_ANCESTORS];
/* Behind the last name there is room for one more, so that no write needs a second bound. */
char names[EXPLAIN_NAMES + EXPLAIN_NAME_MAX];

/* Read under the dentry's d_seq, as the walk reads its parent: a rename meanwhile starts anew. */
static __always_inline bool write_name(struct explain_ancestor *to, struct dentry *dentry)
{
	__u32 used = walk.names_used, len = 0;
	const void *name = 0;

	bpf_core_read(&len, sizeof(len), &dentry->d_name.len);
	bpf_core_read(&name, sizeof(name), &dentry->d_name.name);
	if (len >= EXPLAIN_NAME_MAX || used + len > EXPLAIN_NAMES)
		return false;
	bpf_probe_read_kernel(&names[used & (EXPLAIN_NAMES - 1)], len & (EXPLAIN_NAME_MAX - 1),
			      name);
	to->name = used;
	to->name_len = len;
	walk.names_used = used + len;
	return true;
}

static __always_inline void write_object(struct explain_ancestor *to, struct dentry *dentry)
{
	__u64 address = VFS_WALK_READ_ADDRESS(dentry, d_inode);
	struct inode *inode = VFS_WALK_AS(struct inode, address);
	struct file_system_type *type;
	struct super_block *sb;
	const void *name = 0;

	sb = VFS_WALK_AS(struct super_block, VFS_WALK_READ_ADDRESS(dentry, d_sb));
	to->dev = VFS_WALK_READ(sb, s_dev);
	to->magic = VFS_WALK_READ(sb, s_magic);
	type = VFS_WALK_AS(struct file_system_type, VFS_WALK_READ_ADDRESS(sb, s_type));
	bpf_core_read(&name, sizeof(name), &type->name);
	bpf_probe_read_kernel_str(to->type, sizeof(to->type), name);
	to->ino = to->generation = to->mode = 0;
	if (!address)
		return;
	to->ino = VFS_WALK_READ(inode, i_ino);
	to->generation = VFS_WALK_READ(inode, i_generation);
	to->mode = VFS_WALK_READ(inode, i_mode);
}

/* Apart from the walk, in which the verifier would follow each of its branches each time. */
__noinline int write_owner(__u32 n, __u64 mnt, __u64 inode)
{
	struct explain_ancestor *to = &ancestors[n & (EXPLAIN_ANCESTORS - 1)];
	struct vfsmount *m = VFS_WALK_AS(struct vfsmount, mnt);
	struct inode *i = VFS_WALK_AS(struct inode, inode);
	struct vfs_ids ids;
	int r = vfs_inode_ids(m, i, &ids);

	to->idmapped = r < 0 ? r : vfs_mnt_is_idmapped(m);
	to->uid = vfs_id_or(ids.vfsuid, EXPLAIN_NO_ID);
	to->gid = vfs_id_or(ids.vfsgid, EXPLAIN_NO_ID);
	to->fs_uid = VFS_WALK_READ(i, i_uid.val);
	to->fs_gid = VFS_WALK_READ(i, i_gid.val);
	return 0;
}

/* What would be made by this mount. */
__noinline int write_made(__u64 mnt)
{
	struct vfs_ids ids = { { walk.uid }, { walk.gid } };
	struct vfs_fs_ids fs_ids;

	vfs_mnt_fs_ids(VFS_WALK_AS(struct vfsmount, mnt), &ids, &fs_ids);
	walk.fs_uid = vfs_id_or(fs_ids.uid, EXPLAIN_NO_ID);
	walk.fs_gid = vfs_id_or(fs_ids.gid, EXPLAIN_NO_ID);
	return 0;
}

/*
 * Removed, but still open somewhere: in no directory's list of names any more.  Roots are in none
 * either; they are their own parents.
 */
static __always_inline bool is_deleted(struct dentry *dentry)
{
	struct dentry *parent;

	/* It points to no structure, so to the verifier it is a number already. */
	if ((__u64)VFS_WALK_READ(dentry, d_hash.pprev))
		return false;
	parent = VFS_WALK_AS(struct dentry, VFS_WALK_READ_ADDRESS(dentry, d_parent));
	return VFS_WALK_READ_ADDRESS(parent, d_inode) != VFS_WALK_READ_ADDRESS(dentry, d_inode);
}

static __always_inline int write_down(const struct vfs_ancestor *ancestor, void *data)
{
	struct explain_ancestor *to;
	struct mount *mount;
	__u64 mnt;
	__u32 n = walk.n;

	if (!ancestor) {
		walk.n = walk.names_used = walk.overflow = 0;
		walk.restarts++;
		return 1;
	}
	to = &ancestors[n & (EXPLAIN_ANCESTORS - 1)];
	if (n >= EXPLAIN_ANCESTORS || !write_name(to, ancestor->dentry)) {
		walk.overflow = 1;
		return 0;
	}
	write_object(to, ancestor->dentry);
	mount = VFS_WALK_AS(struct mount, ancestor->mount);
	to->mnt_id = VFS_WALK_READ(mount, mnt_id);
	mnt = ancestor->mount + bpf_core_field_offset(struct mount, mnt);
	write_owner(n, mnt, VFS_WALK_READ_ADDRESS(ancestor->dentry, d_inode));
	if (n == 0)
		write_made(mnt);
	to->child = !!ancestor->child;
	to->flags = ancestor->flags;
	if (is_deleted(ancestor->dentry))
		to->flags |= VFS_WALK_DELETED;
	walk.n = n + 1;
	return 1;
}
VFS_WALK_CALLBACK(write_down)

SEC("iter/task_file")
int rw_explain(struct bpf_iter__task_file *ctx)
{
	struct file *file = ctx->file;

	if (!file || ctx->fd != walk.fd || walk.found)
		return 0;
	walk.found = 1;
	walk.n = walk.names_used = walk.overflow = walk.restarts = 0;
	walk.end = vfs_walk_ancestors(&file->f_path, 0, write_down, &walk, VFS_WALK_HIDDEN);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
