/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vfs_walk.bpf.h - visit a path and its ancestors from a BPF program, on one consistent snapshot.
 *
 * Include after the kernel's types (vmlinux.h or a header with the same names, under
 * preserve_access_index) and bpf/bpf_helpers.h.  Works from Linux 6.1 on, in programs that do not
 * sleep (`lsm/`, `tp_btf/`, `iter/`, ...).  A program that sleeps (`lsm.s/`) takes
 * bpf_rcu_read_lock() around the walk; a kernel without it cannot walk there.
 *
 *	static __always_inline int visit(const struct vfs_ancestor *a, void *data)
 *	{
 *		u64 *count = data;
 *
 *		if (!a) {		// the walk starts anew: forget what was seen
 *			*count = 0;
 *			return 1;
 *		}
 *		(*count)++;
 *		return 1;		// 0 stops the walk
 *	}
 *	VFS_WALK_CALLBACK(visit)
 *
 *	SEC("lsm/file_open")
 *	int BPF_PROG(open, struct file *file)
 *	{
 *		u64 count = 0;
 *		long end = vfs_walk_ancestors(&file->f_path, NULL, visit, &count, 0);
 *
 *		if (end < 0)
 *			return -EACCES;	// not known: deny
 *		...
 *	}
 *
 * THE SNAPSHOT.  A first pass visits, and folds each link it follows into a hash: a dentry with
 * its d_seq, a mount with its namespace's event count.  A second pass follows the links again,
 * without the callback.  Equal hashes mean that every link followed held at one instant, the end
 * of the first pass: link i was read with sequence s before that instant and with the same s
 * after it, and neither a d_parent nor a name changes without its dentry's d_seq changing
 * (__d_move); a mount's place does not change without its namespace's event count changing
 * (attach and umount touch the namespace), and the fold holds the places themselves.  Unequal
 * hashes, or a writer met halfway (odd d_seq), and the walk starts anew, at most
 * VFS_WALK_MAX_TRIES times.  Only the part that was visited is validated.
 *
 * Where the kernel shows rename_lock and mount_lock (kallsyms with data symbols), unchanged even
 * counters around the first pass prove the same: every d_parent change is made under the one,
 * every mount change under the other.  Otherwise, also when somebody bumps them in a loop, the
 * second pass decides.
 *
 * RCU keeps dentries, inodes and mounts in place; a namespace's memory may be reused, what is
 * read there is then folded as garbage and differs in the second pass, because the mount left
 * that namespace before.
 *
 * WHAT IS VISITED.  The path's dentry, then each parent; at a mount's root also the mountpoint
 * that the mount covers, and on from there; all mounts that are stacked.
 *
 * Pointers that a visit gets are valid until the callback returns.
 */
#ifndef ROOTWARD_VFS_WALK_BPF_H
#define ROOTWARD_VFS_WALK_BPF_H

#include <bpf/bpf_core_read.h>
#include <rootward/vfs_walk.h>

#ifndef EAGAIN
#define EAGAIN 11
#endif
#ifndef ELOOP
#define ELOOP 40
#endif

extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym __weak;
extern const void rename_lock __ksym __weak;
extern const void mount_lock __ksym __weak;

/* From 6.2 on a pointer can be given a type again, and then read without a helper's call. */
#define VFS_WALK_PLAIN (!!bpf_rdonly_cast)

#define VFS_WALK_AS(type, pointer)                                                                 \
	((type *)(VFS_WALK_PLAIN ?                                                                 \
			  bpf_rdonly_cast((void *)(pointer), bpf_core_type_id_kernel(type)) :      \
			  (void *)(pointer)))

/* Read a field through a pointer from VFS_WALK_AS().  The branch not taken is cut out at load. */
#define VFS_WALK_READ(pointer, field)                                                              \
	({                                                                                         \
		__typeof__(pointer) vfs_walk_base = (pointer);                                    \
		__typeof__((pointer)->field) vfs_walk_value;                                       \
		if (VFS_WALK_PLAIN)                                                                \
			vfs_walk_value = vfs_walk_base->field;                                    \
		else                                                                               \
			bpf_core_read(&vfs_walk_value, sizeof(vfs_walk_value),                     \
				      &vfs_walk_base->field);                                     \
		vfs_walk_value;                                                                    \
	})

/* Read a field that is a pointer, as a number; VFS_WALK_AS() makes a pointer of it again. */
#define VFS_WALK_READ_ADDRESS(pointer, field)                                                      \
	({                                                                                         \
		__typeof__(pointer) vfs_walk_base = (pointer);                                    \
		__u64 vfs_walk_value;                                                              \
		if (VFS_WALK_PLAIN)                                                                \
			vfs_walk_value = vfs_walk_address(vfs_walk_base->field);                  \
		else                                                                               \
			bpf_core_read(&vfs_walk_value, sizeof(vfs_walk_value),                     \
				      &vfs_walk_base->field);                                     \
		vfs_walk_value;                                                                    \
	})

/* The difference of two pointers is a number to the verifier, and one of them may be 0. */
static __always_inline __u64 vfs_walk_address(const void *pointer)
{
	void *null = bpf_rdonly_cast(0, bpf_core_type_id_kernel(struct dentry));
	__u64 address = (__u64)pointer;

	asm volatile("%0 -= %1" : "+r"(address) : "r"(null));
	return address;
}

/**
 * struct vfs_ancestor - one visit.
 * @dentry: visited; from VFS_WALK_AS(), read it with VFS_WALK_READ()
 * @child:  address of the entry of @dentry that the walk came from, for VFS_WALK_AS(); 0 for the
 *          first visit, and on a mountpoint, where the walk comes from another filesystem
 * @mount:  address of the struct mount it was reached by
 * @depth:  links followed before: 0 for the path itself, 1 for its parent in the same mount
 * @flags:  VFS_WALK_HIDDEN, VFS_WALK_MNT_ROOT
 */
struct vfs_ancestor {
	struct dentry *dentry;
	__u64 child;
	__u64 mount;
	__u32 depth;
	__u32 flags;
};

typedef int (*vfs_walk_cb)(const struct vfs_ancestor *ancestor, void *data);

/*
 * Which part of the chain a walk is in.  Beyond the first, what it meets is hidden.
 */
enum vfs_walk_phase {
	VFS_WALK_VISIBLE,
	VFS_WALK_ABOVE,     /* above the root of a bind mount, on the way to its filesystem's root */
	VFS_WALK_MOVED_OUT, /* the object was moved out from under its mount's root */
};

enum vfs_walk_pass {
	VFS_WALK_TO_VISIT,    /* before the first pass */
	VFS_WALK_VISITING,    /* the first pass, with the callback */
	VFS_WALK_TO_VALIDATE, /* before the second pass */
	VFS_WALK_VALIDATING,  /* the second pass: the same links again, without it */
};

/*
 * A walk under way; opaque, on the caller's stack.  Addresses are kept as plain numbers: the
 * verifier looks at a loop anew for every combination of what it knows, and of numbers it knows
 * nothing.
 */
struct vfs_walk {
	__u64 dentry; /* the next link to follow */
	__u64 child;
	__u64 mount;
	__u64 mnt_root; /* mount's, so that a step need not load it */
	__u64 start_dentry;
	__u64 start_mount;
	struct path *root; /* where to end, or NULL */
	__u64 fold;
	__u64 proof;      /* in the first pass vfs_walk_counters() before it, in the second the
			   * first's fold */
	__u32 steps;      /* links followed in this pass */
	__u32 first_steps;
	__u8 flags;       /* as asked */
	__u8 tries;
	__u8 pass;        /* enum vfs_walk_pass */
	__u8 phase;       /* enum vfs_walk_phase */
	__u8 moved_out;   /* the phase to begin with */
	__s8 end;         /* enum vfs_walk_end, -EAGAIN, -ELOOP */
	__s8 first_end;
	void *data;
};

/* The kernel's own limit for bpf_loop(). */
#define VFS_WALK_MAX_TURNS (1U << 23)

/* 0, which the verifier does not know: @number must be one that it knows nothing of. */
static __always_inline __u64 vfs_walk_zero(__u64 number)
{
	__u64 same = number;

	asm volatile("%0 ^= %1" : "+r"(same) : "r"(number));
	return same;
}

/*
 * A number that the verifier does not know to be @value.  It looks at a loop anew for every
 * combination of known numbers in its state; nothing here depends on its knowing them.
 */
#define vfs_walk_hide(w, value) ((__u64)(value) + vfs_walk_zero((w)->start_dentry))

/* Bijective in each argument: two folds that differ in one link never meet again by it. */
static __always_inline void vfs_walk_fold(struct vfs_walk *w, __u64 a, __u64 b)
{
	w->fold = (w->fold ^ a) * 0x9e3779b97f4a7c15ULL + b;
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
		return VFS_WALK_READ(sb, s_flags) & VFS_WALK_SB_KERNMOUNT ? VFS_WALK_INTERNAL :
									    VFS_WALK_PRIVATE;
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
	w->dentry = VFS_WALK_READ_ADDRESS(m, mnt_mountpoint);
	w->mount = up_address;
	w->mnt_root = VFS_WALK_READ_ADDRESS(up, mnt.mnt_root);
	w->child = vfs_walk_hide(w, 0);
	w->phase = vfs_walk_hide(w, VFS_WALK_VISIBLE);
	return 0;
}

/* What a step found: the next link is set, or the pass is over (w->end), or a mount is to cross. */
enum vfs_walk_found { VFS_WALK_NEXT, VFS_WALK_OVER, VFS_WALK_CROSS };

/* At the filesystem's root, or at a dentry that hangs nowhere. */
static __always_inline int vfs_walk_at_fs_root(struct vfs_walk *w, struct dentry *dentry)
{
	struct super_block *sb =
		VFS_WALK_AS(struct super_block, VFS_WALK_READ_ADDRESS(dentry, d_sb));
	bool internal;

	if (VFS_WALK_READ_ADDRESS(sb, s_root) != w->dentry) {
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
		w->dentry = w->mnt_root;
		w->child = vfs_walk_hide(w, 0);
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
	if (!(w->flags & VFS_WALK_HIDDEN) || parent == w->dentry)
		return VFS_WALK_CROSS;
	w->phase = vfs_walk_hide(w, VFS_WALK_ABOVE);
	w->dentry = parent;
	return VFS_WALK_NEXT;
}

/* Returns whether the callback wants to go on. */
static __always_inline bool vfs_walk_visit(struct vfs_walk *w, struct dentry *dentry, bool at_root,
					   vfs_walk_cb cb)
{
	bool hidden = w->phase != VFS_WALK_VISIBLE;
	struct vfs_ancestor ancestor = {
		.dentry = dentry,
		.child = w->child,
		.mount = w->mount,
		.depth = w->steps - 1,
		.flags = hidden ? VFS_WALK_HIDDEN : at_root ? VFS_WALK_MNT_ROOT : 0,
	};

	if (hidden && !(w->flags & VFS_WALK_HIDDEN))
		return true;
	return cb(&ancestor, w->data);
}

static __always_inline bool vfs_walk_at_given_root(const struct vfs_walk *w)
{
	struct path *root = w->root;

	return root && w->dentry == VFS_WALK_READ_ADDRESS(root, dentry) &&
	       w->mount == vfs_walk_real_mount(VFS_WALK_READ_ADDRESS(root, mnt)) &&
	       w->phase == VFS_WALK_VISIBLE;
}

/*
 * Follow one link.  Returns 0 to go on, 1 when the pass is over and w->end says why.  Both passes
 * run this code, so they follow the same links; only the first asks the callback.
 */
static __always_inline int vfs_walk_step(struct vfs_walk *w, vfs_walk_cb cb)
{
	struct dentry *dentry = VFS_WALK_AS(struct dentry, w->dentry);
	__u32 seq = VFS_WALK_READ(dentry, d_seq.seqcount.sequence);
	bool at_root = w->dentry == w->mnt_root, stop;
	int found = VFS_WALK_NEXT;
	__u64 parent;

	/* A writer is in there; it holds a spinlock, so it will soon be gone. */
	if (seq & 1) {
		w->end = vfs_walk_hide(w, -EAGAIN);
		return 1;
	}
	parent = VFS_WALK_READ_ADDRESS(dentry, d_parent);
	w->steps++;
	vfs_walk_fold(w, w->dentry, seq);
	if (w->pass == VFS_WALK_VISITING)
		stop = !vfs_walk_visit(w, dentry, at_root, cb);
	else
		stop = w->steps == w->first_steps && w->first_end == VFS_WALK_STOPPED;
	if (stop || vfs_walk_at_given_root(w)) {
		w->end = vfs_walk_hide(w, stop ? VFS_WALK_STOPPED : VFS_WALK_ROOT);
		return 1;
	}
	w->child = w->dentry;
	if (at_root && w->phase != VFS_WALK_ABOVE)
		found = vfs_walk_at_mnt_root(w, parent);
	else if (parent == w->dentry)
		found = vfs_walk_at_fs_root(w, dentry);
	else
		w->dentry = parent;
	return found == VFS_WALK_CROSS ? vfs_walk_cross(w) : found;
}

static __always_inline void vfs_walk_begin(struct vfs_walk *w)
{
	struct mount *m = VFS_WALK_AS(struct mount, w->start_mount);

	w->mount = w->start_mount;
	w->mnt_root = VFS_WALK_READ_ADDRESS(m, mnt.mnt_root);
	w->dentry = w->start_dentry;
	w->child = vfs_walk_hide(w, 0);
	w->fold = vfs_walk_hide(w, 0);
	w->steps = vfs_walk_hide(w, 0);
	w->phase = vfs_walk_hide(w, w->moved_out ? VFS_WALK_MOVED_OUT : VFS_WALK_VISIBLE);
	w->end = vfs_walk_hide(w, -EAGAIN);
	w->pass++;
}

/* rename_lock's and mount_lock's counters in one; odd: they prove nothing now. */
static __always_inline __u64 vfs_walk_counters(void)
{
	struct seqcount *renames, *mounts;
	__u32 r, m;

	if (!&rename_lock || !&mount_lock)
		return 1;
	/* Both are a seqlock_t, which begins with its counter. */
	renames = VFS_WALK_AS(struct seqcount, &rename_lock);
	mounts = VFS_WALK_AS(struct seqcount, &mount_lock);
	r = VFS_WALK_READ(renames, sequence);
	m = VFS_WALK_READ(mounts, sequence);
	return (__u64)r << 32 | m | ((r & 1) | (m & 1));
}

/* The second pass's loads come after the first pass's. */
static __always_inline void vfs_walk_barrier(struct vfs_walk *w)
{
#ifdef __TARGET_ARCH_x86
	asm volatile("" ::: "memory");
#else
	__u64 word = 0;

	__sync_fetch_and_add(&word, 1);
#endif
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
		return w->fold == w->proof && w->steps == w->first_steps &&
				       w->end == w->first_end ?
			       1 :
			       vfs_walk_retry(w);
	vfs_walk_barrier(w);
	if (!(w->proof & 1) && w->proof == vfs_walk_counters())
		return 1;
	w->proof = w->fold;
	w->first_steps = w->steps;
	w->first_end = w->end;
	w->pass = vfs_walk_hide(w, VFS_WALK_TO_VALIDATE);
	return 0;
}

/* One turn of the loop, which does everything: both passes, and all tries. */
static __always_inline int vfs_walk_turn(struct vfs_walk *w, vfs_walk_cb cb)
{
	if (w->pass == VFS_WALK_TO_VISIT && w->tries)
		cb(0, w->data);
	if (w->pass == VFS_WALK_TO_VISIT)
		w->proof = vfs_walk_counters();
	if (w->pass == VFS_WALK_TO_VISIT || w->pass == VFS_WALK_TO_VALIDATE) {
		vfs_walk_begin(w);
		vfs_walk_barrier(w);
	}
	if (vfs_walk_hide(w, w->steps) >= VFS_WALK_MAX_DEPTH) {
		w->end = vfs_walk_hide(w, -ELOOP);
		return 1;
	}
	return vfs_walk_step(w, cb) ? vfs_walk_pass_over(w) : 0;
}

static __always_inline void vfs_walk_from(struct vfs_walk *w, __u64 vfsmount, __u64 dentry)
{
	__u64 zero;

	w->start_dentry = dentry;
	w->start_mount = vfs_walk_real_mount(vfsmount);
	zero = vfs_walk_zero(dentry);
	/* All of the state, or the verifier would tell what was set from what was not yet. */
	w->dentry = w->child = w->mount = w->mnt_root = zero;
	w->fold = w->proof = zero;
	w->steps = w->first_steps = zero;
	w->tries = w->phase = w->moved_out = w->first_end = zero;
	w->pass = vfs_walk_hide(w, VFS_WALK_TO_VISIT);
	w->end = vfs_walk_hide(w, -EAGAIN);
}

/**
 * VFS_WALK_CALLBACK() - make @cb known as a callback; once, after its definition, at file scope.
 *
 * @cb is `int cb(const struct vfs_ancestor *ancestor, void *data)`, static __always_inline: its
 * code becomes part of the loop's.  It returns 1 to go on, 0 to stop.  Called with NULL it forgets
 * what it was told: the walk starts anew.
 */
#define VFS_WALK_CALLBACK(cb)                                                                      \
	static long vfs_walk_turn_##cb(__u32 index, void *walk)                                    \
	{                                                                                          \
		return vfs_walk_turn(walk, cb);                                                    \
	}

/**
 * vfs_walk_ancestors() - visit @path, then each ancestor, up to @root.
 * @path_:  `const struct path *` that the verifier knows (part of a hook's argument)
 * @root_:  where to end (it is visited), or NULL for the root of the mount tree - the real one,
 *          not the task's
 * @cb:     named to VFS_WALK_CALLBACK() before
 * @data_:  handed to @cb: a pointer to the program's stack or to a map's value
 * @flags_: VFS_WALK_HIDDEN, VFS_WALK_BENEATH or 0
 *
 * Context: under RCU (any program that does not sleep).  No locks, no references, no state outside
 * the stack (about 120 bytes), so any number of walks may run at once, and one may interrupt
 * another.
 *
 * Return: enum vfs_walk_end, or
 *	-EAGAIN  changed under the walk every time; nothing is known: deny
 *	-ELOOP   more than VFS_WALK_MAX_DEPTH ancestors: deny
 */
#define vfs_walk_ancestors(path_, root_, cb, data_, flags_)                                        \
	vfs_walk_ancestors_at(VFS_WALK_READ_ADDRESS((struct path *)(path_), mnt),                  \
			      VFS_WALK_READ_ADDRESS((struct path *)(path_), dentry), root_, cb,    \
			      data_, flags_)

/**
 * vfs_walk_ancestors_at() - the same from the addresses of a vfsmount and a dentry, both kept in
 * place by RCU or a reference.  For functions that the verifier looks at by themselves.
 */
#define vfs_walk_ancestors_at(vfsmount_, dentry_, root_, cb, data_, flags_)                        \
	({                                                                                         \
		struct vfs_walk vfs_walk_state;                                                    \
		vfs_walk_state.data = (data_);                                                     \
		vfs_walk_state.flags = (flags_);                                                   \
		vfs_walk_state.root = (struct path *)(root_);                                      \
		vfs_walk_from(&vfs_walk_state, (vfsmount_), (dentry_));                            \
		bpf_loop(VFS_WALK_MAX_TURNS, vfs_walk_turn_##cb, &vfs_walk_state, 0);              \
		(long)vfs_walk_state.end;                                                          \
	})

#endif
