/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A walk under way, and where a link leads: to the parent, across a mount, to an end.  Part of
 * vfs_walk.bpf.h; programs include that.
 */
#ifndef ROOTWARD_VFS_WALK_STATE_BPF_H
#define ROOTWARD_VFS_WALK_STATE_BPF_H

#ifndef EAGAIN
#define EAGAIN 11
#endif
#ifndef EINVAL
#define EINVAL 22
#endif
#ifndef ELOOP
#define ELOOP 40
#endif

/*
 * Which part of the chain a walk is in.  Beyond the first, what it meets is hidden.
 */
enum vfs_walk_phase {
	VFS_WALK_VISIBLE,
	VFS_WALK_ABOVE, /* above the root of a bind mount, on the way to its filesystem's root */
	VFS_WALK_MOVED_OUT, /* the object was moved out from under its mount's root */
};

#define VFS_WALK_UNDER_WAY 1
#define VFS_WALK_MAX_ERRNO 127

/* Odd while under way. */
enum vfs_walk_pass {
	VFS_WALK_TO_VISIT,    /* before the first pass */
	VFS_WALK_VISITING,    /* the first pass, with the callback */
	VFS_WALK_TO_VALIDATE, /* before the second pass */
	VFS_WALK_VALIDATING,  /* the second pass: the same links again, without it */
};

/* Told to a vfs_walk_runner in place of VFS_WALK_VISITING: vfs_walk_is_by_counters(). */
#define VFS_WALK_BY_COUNTERS 5

/* Where a walk is: the next link to follow, and what was folded before. */
struct vfs_walk_at {
	__u64 dentry;
	__u64 child;
	__u64 mnt_root; /* the mount's, so that a step need not load it */
	__u64 fold;	/* not all of it where vfs_walk_is_by_counters() */
	__u32 steps;	/* links followed in this pass */
	__u32 unused;
};

/*
 * A walk under way; opaque, on the caller's stack.  Addresses are kept as plain numbers: the
 * verifier looks at a loop anew for every combination of what it knows, and of numbers it knows
 * nothing.
 */
struct vfs_walk {
	struct vfs_walk_at at;
	__u64 mount;
	__u64 start_dentry;
	__u64 start_mount;
	struct path *root; /* where to end, or NULL */
	__u64 proof;	   /* in the first pass vfs_walk_counters() before it, in the second the
			    * first's fold */
	__u32 steps;	   /* links followed in this pass */
	__u32 first_steps;
	/* Most links are followed with nothing special about them, which is one comparison: @mode
	 * is VFS_WALK_VISITING.
	 */
	union {
		struct {
			__u8 pass;     /* enum vfs_walk_pass */
			__u8 phase;    /* enum vfs_walk_phase */
			__u8 stopping; /* see vfs_walk_may_be_outside() */
			__u8 rooted;   /* a root was given */
		};
		__u32 mode;
	};
	__s8 end; /* enum vfs_walk_end, -EAGAIN, or what a callback returned */
	__s8 first_end;
	__u8 flags; /* as asked */
	__u8 tries;
	__u8 moved_out; /* the phase to begin with */
	__u8 unused[3];
	void *data;
};

/*
 * A number that the verifier does not know to be @value.  It looks at a loop anew for every
 * combination of known numbers in its state; nothing here depends on its knowing them.
 */
#define vfs_walk_hide(w, value) ((__u64)(value) + vfs_walk_zero((w)->start_dentry))

/* Bijective in each argument: two folds that differ in one link never meet again by it. */
static __always_inline __u64 vfs_walk_folded(__u64 fold, __u64 a, __u64 b)
{
	return (fold ^ a) * 0x9e3779b97f4a7c15ULL + b;
}

static __always_inline void vfs_walk_fold(struct vfs_walk *w, __u64 a, __u64 b)
{
	w->at.fold = vfs_walk_folded(w->at.fold, a, b);
}

static __always_inline __u64 vfs_walk_real_mount(__u64 vfsmount)
{
	return vfsmount - bpf_core_field_offset(struct mount, mnt);
}

#define VFS_WALK_SB_KERNMOUNT (1UL << 22)
/* The fixed inode number of an anonymous mount namespace; before there was one it was 0. */
#define VFS_WALK_NS_ANON_INO 0xeffffff7U

/* A mount that is its own parent: where does that leave us? */
static __always_inline int vfs_walk_at_top(__u64 mount, __u64 ns_address)
{
	struct mount *m = VFS_WALK_AS(struct mount, mount);
	struct mnt_namespace *ns;
	struct super_block *sb;
	unsigned int inum;

	if (!ns_address)
		return VFS_WALK_DETACHED;
	if (ns_address >= (__u64)-4095) {
		sb = VFS_WALK_AS(struct super_block, VFS_WALK_READ_ADDRESS(m, mnt.mnt_sb));
		return VFS_WALK_READ(sb, s_flags) & VFS_WALK_SB_KERNMOUNT ? VFS_WALK_INTERNAL
									  : VFS_WALK_PRIVATE;
	}
	ns = VFS_WALK_AS(struct mnt_namespace, ns_address);
	/* Being moved: detached from the old parent, not yet at the new one. */
	if (VFS_WALK_READ_ADDRESS(ns, root) != mount)
		return -EAGAIN;
	inum = VFS_WALK_READ(ns, ns.inum);
	return inum == 0 || inum == VFS_WALK_NS_ANON_INO ? VFS_WALK_DETACHED : VFS_WALK_ROOT;
}

/* From a mount's root to what it is mounted on.  Returns 0 to go on, 1 at the end. */
static __always_inline int vfs_walk_cross(struct vfs_walk *w)
{
	struct mount *m = VFS_WALK_AS(struct mount, w->mount), *up;
	__u64 ns_address = VFS_WALK_READ_ADDRESS(m, mnt_ns), up_address, event = 0;
	struct mnt_namespace *ns;

	if (ns_address && ns_address < (__u64)-4095) {
		ns = VFS_WALK_AS(struct mnt_namespace, ns_address);
		event = VFS_WALK_READ(ns, event);
	}
	up_address = VFS_WALK_READ_ADDRESS(m, mnt_parent);
	vfs_walk_fold(w, w->mount, ns_address);
	vfs_walk_fold(w, up_address, event);
	if (up_address == w->mount) {
		w->end = vfs_walk_hide(w, vfs_walk_at_top(w->mount, ns_address));
		return 1;
	}
	up = VFS_WALK_AS(struct mount, up_address);
	w->at.dentry = VFS_WALK_READ_ADDRESS(m, mnt_mountpoint);
	w->mount = up_address;
	w->at.mnt_root = VFS_WALK_READ_ADDRESS(up, mnt.mnt_root);
	w->at.child = vfs_walk_hide(w, 0);
	w->phase = vfs_walk_hide(w, VFS_WALK_VISIBLE);
	return 0;
}

/*
 * What a step found: the next link is set, or the pass is over (w->end), or a mount is to cross, or
 * the walk cannot go on.
 */
enum vfs_walk_found { VFS_WALK_NEXT, VFS_WALK_OVER, VFS_WALK_CROSS, VFS_WALK_FAILED };

/* At the filesystem's root, or at a dentry that hangs nowhere. */
static __always_inline int vfs_walk_at_fs_root(struct vfs_walk *w, struct dentry *dentry)
{
	struct super_block *sb =
		VFS_WALK_AS(struct super_block, VFS_WALK_READ_ADDRESS(dentry, d_sb));
	bool internal;

	if (VFS_WALK_READ_ADDRESS(sb, s_root) != w->at.dentry) {
		/* Pipes and the like hang nowhere by design: they have no tree. */
		internal = VFS_WALK_READ(sb, s_flags) & VFS_WALK_SB_KERNMOUNT;
		w->end = vfs_walk_hide(w, internal ? VFS_WALK_INTERNAL : VFS_WALK_DISCONNECTED);
		return VFS_WALK_OVER;
	}
	if (w->phase == VFS_WALK_ABOVE)
		return VFS_WALK_CROSS;
	if (w->phase == VFS_WALK_MOVED_OUT) {
		/* The real ancestors are done.  On from the mount's root. */
		w->phase = vfs_walk_hide(w, VFS_WALK_VISIBLE);
		w->at.dentry = w->at.mnt_root;
		w->at.child = vfs_walk_hide(w, 0);
		return VFS_WALK_NEXT;
	}
	/* The mount's root was not met, so what was visited was not visible: anew. */
	w->end = vfs_walk_hide(w, VFS_WALK_OUTSIDE);
	if (!(w->flags & VFS_WALK_BENEATH)) {
		w->moved_out = vfs_walk_hide(w, 1);
		w->end = vfs_walk_hide(w, -EAGAIN);
	}
	return VFS_WALK_OVER;
}

/* Below a mount's root comes what it hides, if that is asked for and there is any. */
static __always_inline int vfs_walk_at_mnt_root(struct vfs_walk *w, __u64 parent)
{
	if (w->phase == VFS_WALK_MOVED_OUT) {
		/* Back beneath its mount meanwhile: the visits so far were told wrong. */
		w->moved_out = vfs_walk_hide(w, 0);
		w->end = vfs_walk_hide(w, -EAGAIN);
		return VFS_WALK_OVER;
	}
	if (!(w->flags & VFS_WALK_HIDDEN) || parent == w->at.dentry)
		return VFS_WALK_CROSS;
	w->phase = vfs_walk_hide(w, VFS_WALK_ABOVE);
	w->at.dentry = parent;
	return VFS_WALK_NEXT;
}

#endif
