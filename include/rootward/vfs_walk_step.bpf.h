/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The inside of a walk: one link, both passes, all tries.  Part of vfs_walk.bpf.h, which says why
 * the snapshot is one; programs include that.
 */
#ifndef ROOTWARD_VFS_WALK_STEP_BPF_H
#define ROOTWARD_VFS_WALK_STEP_BPF_H

#include <rootward/vfs_walk_state.bpf.h>

#ifndef VFS_WALK_ALWAYS_TWICE
extern const void rename_lock __ksym __weak;
extern const void mount_lock __ksym __weak;
#endif

/* Returns what the callback does. */
static __always_inline int vfs_walk_visit(struct vfs_walk *w, struct dentry *dentry, bool hidden,
					  bool at_root, vfs_walk_cb cb)
{
	struct vfs_ancestor ancestor = {
		.dentry = dentry,
		.child = w->at.child,
		.mount = w->mount,
		.depth = w->at.steps - 1,
		.flags = hidden	   ? VFS_WALK_HIDDEN
			 : at_root ? VFS_WALK_MNT_ROOT
				   : 0,
	};

	return cb(&ancestor, w->data);
}

static __always_inline bool vfs_walk_at_given_root(const struct vfs_walk *w)
{
	struct path *root = w->root;

	return w->rooted && root && w->at.dentry == VFS_WALK_READ_ADDRESS(root, dentry) &&
	       w->mount == vfs_walk_real_mount(VFS_WALK_READ_ADDRESS(root, mnt)) &&
	       w->phase == VFS_WALK_VISIBLE;
}

/*
 * The callback wants to stop, but what it was told to be visible may turn out to be hidden: the
 * object may have been moved out from under its mount.  Then the walk goes on in silence until it
 * meets the mount's root.  Nothing can be outside a mount of a whole filesystem.
 */
static __always_inline bool vfs_walk_may_be_outside(struct vfs_walk *w, bool at_root)
{
	struct dentry *root = VFS_WALK_AS(struct dentry, w->at.mnt_root);

	return !at_root && w->mount == w->start_mount && w->phase == VFS_WALK_VISIBLE &&
	       w->flags & (VFS_WALK_HIDDEN | VFS_WALK_BENEATH) &&
	       VFS_WALK_READ_ADDRESS(root, d_parent) != w->at.mnt_root;
}

/*
 * Whether the walk goes on, in the first pass as the callback wants it.  Returns 1, or how the walk
 * ends: VFS_WALK_STOPPED, or an errno.  For a callback that has but two answers the compiler leaves
 * nothing of the third.
 */
static __always_inline int vfs_walk_goes_on(struct vfs_walk *w, struct dentry *dentry, bool at_root,
					    vfs_walk_cb cb)
{
	bool hidden = false;
	int go_on;

	if (w->mode != VFS_WALK_VISITING) {
		if (w->pass != VFS_WALK_VISITING)
			return w->at.steps != w->first_steps || w->first_end != VFS_WALK_STOPPED;
		if (w->stopping)
			return !at_root;
		hidden = w->phase != VFS_WALK_VISIBLE;
		if (hidden && !(w->flags & VFS_WALK_HIDDEN))
			return 1;
	}
	go_on = vfs_walk_visit(w, dentry, hidden, at_root, cb);
	if (go_on != VFS_WALK_STOPPED)
		return go_on > 1 || go_on < -VFS_WALK_MAX_ERRNO ? -EINVAL : go_on;
	if (!vfs_walk_may_be_outside(w, at_root))
		return VFS_WALK_STOPPED;
	w->stopping = vfs_walk_hide(w, 1);
	return 1;
}

/*
 * Follow one link.  Returns VFS_WALK_NEXT to go on, VFS_WALK_OVER when the pass is over or
 * VFS_WALK_FAILED when all of the walk is, and w->end says why.  Both passes run this code, so they
 * follow the same links; only the first asks the callback.
 */
static __always_inline int vfs_walk_step(struct vfs_walk *w, vfs_walk_cb cb)
{
	__u64 address = w->at.dentry, parent;
	struct dentry *dentry = VFS_WALK_AS(struct dentry, address);
	__u32 seq = VFS_WALK_READ(dentry, d_seq.seqcount.sequence);
	bool at_root = address == w->at.mnt_root;
	int found = VFS_WALK_NEXT, go_on;

	/* A writer is in there; it holds a spinlock, so it will soon be gone. */
	if (seq & 1) {
		w->end = vfs_walk_hide(w, -EAGAIN);
		return 1;
	}
	parent = VFS_WALK_READ_ADDRESS_NEAR(dentry, address, d_parent);
	w->at.steps++;
	vfs_walk_fold(w, address, seq);
	go_on = vfs_walk_goes_on(w, dentry, at_root, cb);
	if (go_on < 0) {
		w->end = vfs_walk_hide(w, go_on);
		return VFS_WALK_FAILED;
	}
	if (go_on != 1 || vfs_walk_at_given_root(w)) {
		w->end = vfs_walk_hide(w, go_on != 1 ? go_on : VFS_WALK_ROOT);
		return 1;
	}
	w->at.child = address;
	if (at_root && w->phase != VFS_WALK_ABOVE)
		found = vfs_walk_at_mnt_root(w, parent);
	else if (parent == address)
		found = vfs_walk_at_fs_root(w, dentry);
	else
		w->at.dentry = parent;
	return found == VFS_WALK_CROSS ? vfs_walk_cross(w) : found;
}

static __always_inline void vfs_walk_begin(struct vfs_walk *w)
{
	struct mount *m = VFS_WALK_AS(struct mount, w->start_mount);

	w->mount = w->start_mount;
	w->at.mnt_root = VFS_WALK_READ_ADDRESS(m, mnt.mnt_root);
	w->at.dentry = w->start_dentry;
	w->at.child = vfs_walk_hide(w, 0);
	w->stopping = vfs_walk_hide(w, 0);
	w->at.fold = vfs_walk_hide(w, 0);
	w->at.steps = vfs_walk_hide(w, 0);
	w->phase = vfs_walk_hide(w, w->moved_out ? VFS_WALK_MOVED_OUT : VFS_WALK_VISIBLE);
	w->end = vfs_walk_hide(w, -EAGAIN);
	w->pass++;
}

/* rename_lock's and mount_lock's counters in one. */
static __always_inline __u64 vfs_walk_count(void)
{
#ifdef VFS_WALK_ALWAYS_TWICE
	return 1;
#else
	__u32 renames, mounts;

	/* Both are a seqlock_t, which begins with its counter. */
	if (VFS_WALK_PLAIN) {
		renames = *(__u32 *)VFS_WALK_PLAIN_AS(struct seqcount, &rename_lock);
		mounts = *(__u32 *)VFS_WALK_PLAIN_AS(struct seqcount, &mount_lock);
	} else {
		bpf_probe_read_kernel(&renames, sizeof(renames), &rename_lock);
		bpf_probe_read_kernel(&mounts, sizeof(mounts), &mount_lock);
	}
	return (__u64)renames << 32 | mounts;
#endif
}

/* The same; odd: they prove nothing now.  No directory and no mount moves without them. */
static __always_inline __u64 vfs_walk_counters(void)
{
#ifndef VFS_WALK_ALWAYS_TWICE
	__u64 count;

	/* One by one, for the verifier to drop them. */
	if (!&rename_lock)
		return 1;
	asm volatile("");
	if (!&mount_lock)
		return 1;
	count = vfs_walk_count();
	return count | (count >> 32 & 1);
#else
	return 1;
#endif
}

/*
 * Whether the counters alone can prove the first pass of this try: vfs_walk_run() then folds
 * nothing, and no second pass has anything to compare with.  The first try only, or whoever bumps
 * the counters would starve the walk; and only where vfs_walk_run() is taken.
 */
static __always_inline bool vfs_walk_is_by_counters(const struct vfs_walk *w)
{
	return VFS_WALK_PLAIN && !w->rooted && !(w->proof & 1) && !w->tries;
}

/* Go through it again from the start.  Returns 1 when it was tried often enough. */
static __always_inline int vfs_walk_retry(struct vfs_walk *w)
{
	w->pass = vfs_walk_hide(w, VFS_WALK_TO_VISIT);
	w->end = vfs_walk_hide(w, -EAGAIN);
	return vfs_walk_hide(w, ++w->tries) >= VFS_WALK_MAX_TRIES;
}

/* A pass is over.  Returns 1 when w->end is the walk's, 0 to go on with another pass. */
static __always_inline int vfs_walk_pass_over(struct vfs_walk *w)
{
	if (w->end == -EAGAIN)
		return vfs_walk_retry(w);
	if (w->pass == VFS_WALK_VALIDATING)
		return w->at.fold == w->proof && w->at.steps == w->first_steps &&
				       w->end == w->first_end
			       ? 1
			       : vfs_walk_retry(w);
	/* The second pass's loads come after the first pass's. */
	vfs_read_barrier();
	if (!(w->proof & 1)) {
		if (w->proof == vfs_walk_counters())
			return 1;
		if (vfs_walk_is_by_counters(w))
			return vfs_walk_retry(w);
	}
	w->proof = w->at.fold;
	w->first_steps = w->at.steps;
	w->first_end = w->end;
	w->pass = vfs_walk_hide(w, VFS_WALK_TO_VALIDATE);
	return 0;
}

#define VFS_WALK_RUN 32

/*
 * Follow at most @most links that have nothing special about them: no mount's root, no
 * filesystem's root, no writer, nothing to visit.  The link where that ends is vfs_walk_step()'s.
 * It takes the loads of VFS_WALK_PLAIN, and is looked at by the verifier by itself
 * (VFS_WALK_CALLBACK_SKIP() makes a function of it), as each turn would multiply with it.  What is
 * kept here is the pointer and not the number: a link is then one load, and no call makes the
 * compiler put all else on the stack.
 * @skip:  NULL where there is nothing to ask, as in the second pass
 * @folds: false where the counters are to prove it all
 */
static __always_inline int vfs_walk_run(struct vfs_walk_at *at, vfs_walk_skip skip, bool folds,
					__u32 most)
{
	struct dentry *zero = folds ? VFS_WALK_PLAIN_AS(struct dentry, 0) : 0, *parent;
	struct dentry *dentry = VFS_WALK_PLAIN_AS(struct dentry, at->dentry);
	__u64 mnt_root = at->mnt_root, child = at->child, fold = at->fold;
	__u32 i, seq = 0;

#pragma clang loop unroll_count(4)
	for (i = 0; i < VFS_WALK_RUN; i++) {
		if (i >= most || (__u64)dentry == mnt_root)
			break;
		if (folds)
			seq = dentry->d_seq.seqcount.sequence;
		parent = dentry->d_parent;
		if (seq & 1 || parent == dentry || (skip && !skip(dentry)))
			break;
		if (folds)
			fold = vfs_walk_folded(fold, vfs_walk_distance(dentry, zero), seq);
		child = (__u64)dentry;
		dentry = parent;
	}
	at->dentry = (__u64)dentry;
	at->child = child;
	at->fold = fold;
	at->steps += i;
	return 0;
}

static __always_inline bool vfs_walk_skip_none(struct dentry *dentry)
{
	return false;
}

typedef int (*vfs_walk_runner)(struct vfs_walk_at *at, __u32 most, __u32 pass);

/* What is left before the last link of the first pass, which may be where it was stopped. */
static __always_inline __u32 vfs_walk_left(const struct vfs_walk *w)
{
	return w->at.steps + 1 < w->first_steps ? w->first_steps - 1 - w->at.steps : 0;
}

/* On past the links that have nothing special about them. */
static __always_inline void vfs_walk_past(struct vfs_walk *w, vfs_walk_runner run)
{
	if (w->pass == VFS_WALK_VALIDATING)
		run(&w->at, vfs_walk_left(w), VFS_WALK_VALIDATING);
	else
		run(&w->at, 0,
		    vfs_walk_is_by_counters(w) ? VFS_WALK_BY_COUNTERS : VFS_WALK_VISITING);
}

/* One turn of the loop, which does everything: both passes, and all tries. */
static __always_inline int vfs_walk_turn(struct vfs_walk *w, vfs_walk_cb cb, vfs_walk_runner run)
{
	if (!(w->pass & VFS_WALK_UNDER_WAY)) {
		if (w->pass == VFS_WALK_TO_VISIT) {
			if (w->tries)
				cb(0, w->data);
			w->proof = vfs_walk_counters();
		}
		vfs_walk_begin(w);
		vfs_read_barrier();
	}
	if (VFS_WALK_PLAIN && !w->rooted)
		vfs_walk_past(w, run);
	switch (vfs_walk_step(w, cb)) {
	case VFS_WALK_NEXT:
		return 0;
	case VFS_WALK_FAILED:
		return 1;
	default:
		return vfs_walk_pass_over(w);
	}
}

/* What vfs_walk_too_long() needs of the kernel's type, whatever the program includes. */
struct task_struct___vfs_walk {
	struct task_struct *group_leader;
} __attribute__((preserve_access_index));

/*
 * A walk that did not come to its end.  What is asked here is for the verifier, which follows every
 * branch: a pointer that is read from the task is one that RCU keeps in place; or, from Linux 6.4
 * on, in a program that may sleep and does not hold the RCU lock, an untrusted one, which the
 * helper does not take ("type=untrusted_ptr_ expected=ptr_").  So the loop's other end costs
 * nothing.
 */
static __always_inline long vfs_walk_too_long(void)
{
	struct task_struct___vfs_walk *task = (void *)bpf_get_current_task_btf();

	bpf_task_pt_regs(task->group_leader);
	return -ELOOP;
}

static __always_inline void vfs_walk_from(struct vfs_walk *w, __u64 vfsmount, __u64 dentry)
{
	__u64 zero;

	w->start_dentry = dentry;
	w->start_mount = vfs_walk_real_mount(vfsmount);
	zero = vfs_walk_zero(dentry);
	/* All of the state, or the verifier would tell what was set from what was not yet. */
	w->at.dentry = w->at.child = w->mount = w->at.mnt_root = zero;
	w->at.fold = w->proof = zero;
	w->at.steps = w->first_steps = zero;
	w->tries = w->phase = w->moved_out = w->stopping = w->first_end = zero;
	/* What is rooted takes no quick way past. */
	w->rooted = zero + (w->root || w->flags & VFS_WALK_EVERY);
	w->pass = vfs_walk_hide(w, VFS_WALK_TO_VISIT);
	w->end = vfs_walk_hide(w, -EAGAIN);
}

#endif
