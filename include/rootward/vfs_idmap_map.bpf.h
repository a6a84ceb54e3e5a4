/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The inside of vfs_idmap.bpf.h: where a mount's map is kept, and how it is read.  Programs
 * include that one; nothing here is for them.
 *
 * WHERE.  Linux 6.1 hangs a user namespace on a mount and takes its maps; from 6.2 on it is a
 * struct mnt_idmap that points to the namespace, from 6.8 on one with copies of the maps.
 *
 * WHICH MOUNT HAS NONE.  The kernel compares addresses: &nop_mnt_idmap, before that &init_user_ns.
 * Few kernels show these, so content tells:
 * - a namespace is the initial one when its level is 0, and no other is;
 * - copied maps are empty in nop_mnt_idmap.  An idmap that a mount gets from mount_setattr(2) is
 *   never empty: copying refuses a namespace without a map with EINVAL.  The only other empty one,
 *   invalid_mnt_idmap, stands for 'no mount' in calls that a filesystem makes; no mount ever has
 * it. Should one have it, on a kernel that tells where it is, all ids are invalid. A struct
 * mnt_idmap of another size than those known may mean something else: -EOPNOTSUPP, for a wrong id
 * is worse than none.
 *
 * WHY NO LOCK.  A mount's map is set at most once in the sight of any process: only while it has
 * never been attached (mount_setattr() demands an anonymous mount namespace), by a store with
 * release semantics after the map was filled.  The loads here depend on the pointer, so they come
 * after it.  What it points to never changes: a copy is filled before, and a namespace's map is
 * written once, extents first and nr_extents after a write barrier; read here in reverse.  So an
 * answer is the one before or the one after, whole.
 *
 * WHY NOTHING FREED.  A mount drops its map when it is freed itself, a grace period after it was
 * cut off: under RCU who can read the mount can read its map.  Two things are freed sooner.
 * open_tree_attr(2) may replace the map of a clone before any process gets hold of it, and frees
 * the old one at once: only a program that lists a superblock's mounts can meet that, so the
 * pointer is read again at the end, and another one is -EAGAIN.  And a superblock may drop its
 * user namespace as it dies: the object asked for keeps its own alive; an ancestor's may
 * die under a walk, but then its mount was cut off before, the second pass fails, and the walk
 * makes the callback forget.  What is read of freed memory is a wrong number for that long, never
 * a fault: all loads here tolerate that, and all loops are bounded.
 */
#ifndef ROOTWARD_VFS_IDMAP_MAP_BPF_H
#define ROOTWARD_VFS_IDMAP_MAP_BPF_H

#include <rootward/vfs_read.bpf.h>

#ifndef ENOENT
#define ENOENT 2
#endif
#ifndef EAGAIN
#define EAGAIN 11
#endif
#ifndef EOPNOTSUPP
#define EOPNOTSUPP 95
#endif

#ifdef VFS_IDMAP_QUICK_TO_LOAD
/* Looked at by the verifier once, by itself. */
#define VFS_IDMAP_FUNCTION __noinline
#else
#define VFS_IDMAP_FUNCTION static __always_inline
extern const void invalid_mnt_idmap __ksym __weak;
#endif

/* The kernel's INVALID_UID: no map has it on either side. */
#define VFS_IDMAP_NONE 0xffffffffU

/* The kernel's UID_GID_MAP_MAX_BASE_EXTENTS and UID_GID_MAP_MAX_EXTENTS. */
#define VFS_IDMAP_INLINE 5
#define VFS_IDMAP_EXTENTS 340

enum vfs_idmap_direction { VFS_IDMAP_TO_MOUNT, VFS_IDMAP_TO_FS };

#define VFS_IDMAP_COPIED bpf_core_field_exists(struct mnt_idmap, uid_map)
#define VFS_IDMAP_OWNER bpf_core_field_exists(struct mnt_idmap___owner, owner)
#define VFS_IDMAP_USERNS bpf_core_field_exists(struct vfsmount___userns, mnt_userns)

/* All of this is known at load; what does not apply is cut out. */
static __always_inline bool vfs_idmap_known(void)
{
	if (VFS_IDMAP_COPIED)
		return bpf_core_type_size(struct mnt_idmap) ==
		       2 * bpf_core_type_size(struct uid_gid_map) + sizeof(__u64);
	if (VFS_IDMAP_OWNER)
		return bpf_core_type_size(struct mnt_idmap___owner) == 2 * sizeof(__u64);
	return VFS_IDMAP_USERNS;
}

/* What hangs on a mount; before 6.2 it is a user namespace. */
static __always_inline struct mnt_idmap *vfs_idmap_link(struct vfsmount *mnt)
{
	struct vfsmount___userns *old;

	if (!VFS_IDMAP_USERNS)
		return VFS_WALK_READ(mnt, mnt_idmap);
	old = (struct vfsmount___userns *)mnt;
	return (struct mnt_idmap *)VFS_WALK_READ(old, mnt_userns);
}

/* A pointer that was read, as a number. */
static __always_inline __u64 vfs_idmap_number(const void *pointer)
{
	return VFS_WALK_PLAIN ? vfs_walk_address(pointer) : (__u64)pointer;
}

/* The user namespace of the filesystem that a mount shows. */
static __always_inline struct user_namespace *vfs_idmap_fs(struct vfsmount *mnt)
{
	struct super_block *sb = VFS_WALK_READ(mnt, mnt_sb);

	return VFS_WALK_READ(sb, s_user_ns);
}

/* Of empty maps: the address of those by which every id is invalid, or 0: they map nothing. */
static __always_inline __u64 vfs_idmap_if_invalid(struct mnt_idmap *link)
{
#ifndef VFS_IDMAP_QUICK_TO_LOAD
	if (&invalid_mnt_idmap && vfs_idmap_number(link) == (__u64)&invalid_mnt_idmap)
		return (__u64)&invalid_mnt_idmap;
#endif
	return 0;
}

/*
 * The address of what holds uid_map and gid_map, or 0: the mount maps nothing.  Pointers, not
 * numbers, as far as possible: most mounts map nothing, and that answer shall cost little.
 */
static __always_inline __u64 vfs_idmap_of(struct vfsmount *mnt, struct mnt_idmap *link)
{
	struct user_namespace *ns = (struct user_namespace *)link;

	if (VFS_IDMAP_COPIED) {
		if (VFS_WALK_READ(link, uid_map.nr_extents))
			return vfs_idmap_number(link);
		return vfs_idmap_if_invalid(link);
	}
	if (VFS_IDMAP_OWNER)
		ns = VFS_WALK_READ((struct mnt_idmap___owner *)link, owner);
	/* The mount of a filesystem that has a namespace carries that one, which maps nothing. */
	if (!VFS_WALK_READ(ns, level) || ns == vfs_idmap_fs(mnt))
		return 0;
	return vfs_idmap_number(ns);
}

/* 1 when @a <= @b, else 0; without a branch, for the processor would guess half of them wrong. */
static __always_inline __u64 vfs_idmap_le(__u64 a, __u64 b)
{
	__u64 difference = a - b - 1;

	asm volatile("" : "+r"(difference));
	return difference >> 63;
}

/* An extent's side that is looked up, and the one that is the answer. */
#define vfs_idmap_key(e, up) ((up) ? VFS_WALK_READ(e, lower_first) : VFS_WALK_READ(e, first))
#define vfs_idmap_value(e, up) ((up) ? VFS_WALK_READ(e, first) : VFS_WALK_READ(e, lower_first))

/* @id through one extent, or VFS_IDMAP_NONE.  An id below the key wraps beyond any count. */
static __always_inline __u32 vfs_idmap_extent(__u64 at, __u32 id, bool up)
{
	struct uid_gid_extent *e = VFS_WALK_AS(struct uid_gid_extent, at);
	__u32 offset = id - vfs_idmap_key(e, up);

	return offset < VFS_WALK_READ(e, count) ? vfs_idmap_value(e, up) + offset : VFS_IDMAP_NONE;
}

/*
 * The last extent in a sorted array whose key is not beyond @id, by halves; the first one when
 * there is none, which then does not contain @id.
 */
static __always_inline __u64 vfs_idmap_search(__u64 at, __u32 n, __u32 id, bool up)
{
	__u64 size = bpf_core_type_size(struct uid_gid_extent), middle;
	struct uid_gid_extent *e;
	__u32 half, i;

	for (i = 0; i < 9 && n > 1; i++) { /* 2^9 > VFS_IDMAP_EXTENTS */
		half = n / 2;
		middle = at + half * size;
		e = VFS_WALK_AS(struct uid_gid_extent, middle);
		at += half * size * vfs_idmap_le(vfs_idmap_key(e, up), id);
		n -= half;
	}
	return at;
}

/*
 * The sorted array that @up asks for.  They lie in a union with the extents, where the verifier
 * does not see pointers: so as a structure that is nothing but a pointer.
 */
static __always_inline __u64 vfs_idmap_sorted(__u64 map, bool up)
{
	__u64 at = map + (up ? bpf_core_field_offset(struct uid_gid_map, reverse)
			     : bpf_core_field_offset(struct uid_gid_map, forward));
	struct hlist_head *pointer = VFS_WALK_AS(struct hlist_head, at);

	return VFS_WALK_READ_ADDRESS(pointer, first);
}

/* @id through the map at @address: down from `first` to `lower_first`, or up the other way. */
VFS_IDMAP_FUNCTION __u32 vfs_idmap_find(__u64 address, __u32 id, bool up)
{
	struct uid_gid_map *map = VFS_WALK_AS(struct uid_gid_map, address);
	__u32 n = VFS_WALK_READ(map, nr_extents), found, i;
	__u64 at;

	vfs_read_barrier();
	if (n > VFS_IDMAP_EXTENTS)
		return VFS_IDMAP_NONE;
	if (n > VFS_IDMAP_INLINE)
		return vfs_idmap_extent(vfs_idmap_search(vfs_idmap_sorted(address, up), n, id, up),
					id, up);
	at = address + bpf_core_field_offset(struct uid_gid_map, extent);
	for (i = 0; i < VFS_IDMAP_INLINE && i < n; i++) {
		found = vfs_idmap_extent(at, id, up);
		if (found != VFS_IDMAP_NONE)
			return found;
		at += bpf_core_type_size(struct uid_gid_extent);
	}
	return VFS_IDMAP_NONE;
}

/*
 * Both ids at once, a call less: @ids is the user's below the group's.  @uid_map is the address of
 * a struct uid_gid_map, @gid_map that of the other.
 */
static __noinline __u64 vfs_idmap_down(__u64 uid_map, __u64 gid_map, __u64 ids)
{
	return vfs_idmap_find(uid_map, ids, false) |
	       (__u64)vfs_idmap_find(gid_map, ids >> 32, false) << 32;
}

static __noinline __u64 vfs_idmap_up(__u64 uid_map, __u64 gid_map, __u64 ids)
{
	return vfs_idmap_find(uid_map, ids, true) | (__u64)vfs_idmap_find(gid_map, ids >> 32, true)
							    << 32;
}

#define vfs_idmap_userns(function, ns, ids)                                                        \
	function((ns) + bpf_core_field_offset(struct user_namespace, uid_map),                     \
		 (ns) + bpf_core_field_offset(struct user_namespace, gid_map), ids)

/* Through what vfs_idmap_of() found. */
#define vfs_idmap_mount(function, maps, ids)                                                       \
	(VFS_IDMAP_COPIED                                                                          \
		 ? function((maps) + bpf_core_field_offset(struct mnt_idmap, uid_map),             \
			    (maps) + bpf_core_field_offset(struct mnt_idmap, gid_map), ids)        \
		 : vfs_idmap_userns(function, maps, ids))

/* Map *uid and *gid, which are of the filesystem or of the mount by @direction, in place. */
static __always_inline int vfs_idmap_map(struct vfsmount *mnt, enum vfs_idmap_direction direction,
					 __u32 *uid, __u32 *gid)
{
	struct mnt_idmap *link = vfs_idmap_link(mnt);
	struct user_namespace *fs;
	__u64 maps, ids;
	int r = -EOPNOTSUPP;

	if (vfs_idmap_known()) {
		maps = vfs_idmap_of(mnt, link);
		if (!maps)
			return 0;
		ids = *uid | (__u64)*gid << 32;
		fs = vfs_idmap_fs(mnt);
		/* The initial namespace, of level 0, maps nothing. */
		if (direction == VFS_IDMAP_TO_MOUNT) {
			if (VFS_WALK_READ(fs, level))
				ids = vfs_idmap_userns(vfs_idmap_up, vfs_idmap_number(fs), ids);
			ids = vfs_idmap_mount(vfs_idmap_down, maps, ids);
		} else {
			ids = vfs_idmap_mount(vfs_idmap_up, maps, ids);
			if (VFS_WALK_READ(fs, level))
				ids = vfs_idmap_userns(vfs_idmap_down, vfs_idmap_number(fs), ids);
		}
		vfs_read_barrier();
		*uid = ids;
		*gid = ids >> 32;
		if (vfs_idmap_link(mnt) == link)
			return 0;
		r = -EAGAIN;
	}
	*uid = *gid = VFS_IDMAP_NONE;
	return r;
}

#endif
