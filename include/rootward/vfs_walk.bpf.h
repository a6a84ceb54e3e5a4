/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vfs_walk.bpf.h - visit a path and its ancestors from a BPF program, on one consistent snapshot.
 *
 * Include after the kernel's types (vmlinux.h or a header with the same names, under
 * preserve_access_index) and bpf/bpf_helpers.h.  Works from Linux 6.1 on, in programs that do not
 * sleep (`lsm/`, `tp_btf/`, `iter/`, ...).  A program that sleeps (`lsm.s/`) takes
 * bpf_rcu_read_lock() around the walk, in the same function where that is a global one; a kernel
 * without it cannot walk there.  From Linux 6.4 on the verifier refuses a walk without the lock. It
 * cannot be made to before, where it does not know what RCU keeps in place: there it is for the
 * program's author to see to.
 *
 *	static __always_inline int visit(const struct vfs_ancestor *a, void *data)
 *	{
 *		u64 *count = data;
 *
 *		if (!a) {		// the walk starts anew: forget what was seen
 *			*count = vfs_walk_zero(*count);
 *			return 1;
 *		}
 *		(*count)++;
 *		return 1;		// 0 stops the walk, -EACCES would fail it
 *	}
 *	VFS_WALK_CALLBACK(visit)
 *
 *	SEC("lsm/file_open")
 *	int BPF_PROG(open, struct file *file)
 *	{
 *		// not a plain 0: the verifier would follow the loop for each count anew
 *		u64 count = vfs_walk_zero(bpf_ktime_get_ns());
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
 * every mount change under the other.  So where they are even, the first try leaves it all to
 * them: it follows most links without d_seq and without folding, at half the price.  When they
 * turn out to have moved, nothing else vouches for what it saw, and the walk starts anew.  From
 * the second try on, and where they were odd, all links are folded; then the counters, if they are
 * as they were before, spare the second pass, and otherwise, also when somebody bumps them in a
 * loop, it decides.  A program that walks a few times and goes defines VFS_WALK_ALWAYS_TWICE before
 * it includes this: finding the counters takes its loader longer than all second passes.
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

#include <rootward/vfs_read.bpf.h>
#include <rootward/vfs_walk.h>

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
typedef bool (*vfs_walk_skip)(struct dentry *dentry);

#include <rootward/vfs_walk_step.bpf.h>

/**
 * VFS_WALK_CALLBACK() - make @cb known as a callback; once, after its definition, at file scope.
 *
 * @cb is `int cb(const struct vfs_ancestor *ancestor, void *data)`, static __always_inline: its
 * code becomes part of the loop's.  It returns 1 to go on, 0 to stop (VFS_WALK_STOPPED, once what
 * was visited is known to have been so); or an errno from -1 to -127, which the walk returns at
 * once: nothing is known.  Anything else fails the walk with -EINVAL.  Called with NULL it forgets
 * what it was told: the walk starts anew.
 */
#define VFS_WALK_CALLBACK(cb) VFS_WALK_CALLBACK_SKIP(cb, vfs_walk_skip_none)

/**
 * VFS_WALK_CALLBACK_SKIP() - the same, with a quick way past what is of no interest.
 *
 * @skip is `bool skip(struct dentry *dentry)`, static __always_inline: true when @cb, told of
 * @dentry, would return 1 and do nothing else.  It may be asked twice of one ancestor, or not at
 * all, so it changes nothing.  @cb is always told of a mount's root.  From Linux 6.2 on the walk
 * then costs a fraction.  It is not asked before, so it reads through @dentry as it is,
 * `dentry->d_inode->i_ino`: VFS_WALK_READ() costs more.
 */
#define VFS_WALK_CALLBACK_SKIP(cb, skip)                                                           \
	__noinline int vfs_walk_run_##cb(struct vfs_walk_at *at, __u32 most, __u32 pass)           \
	{                                                                                          \
		if (!VFS_WALK_PLAIN || !at)                                                        \
			return 0;                                                                  \
		if (pass == VFS_WALK_BY_COUNTERS)                                                  \
			return vfs_walk_run(at, skip, false, VFS_WALK_RUN);                        \
		if (pass == VFS_WALK_VALIDATING)                                                   \
			return vfs_walk_run(at, 0, true, most);                                    \
		return vfs_walk_run(at, skip, true, VFS_WALK_RUN);                                 \
	}                                                                                          \
	static long vfs_walk_turn_##cb(__u32 index, void *walk)                                    \
	{                                                                                          \
		return vfs_walk_turn(walk, cb, vfs_walk_run_##cb);                                 \
	}

/**
 * vfs_walk_ancestors() - visit @path, then each ancestor, up to @root.
 * @path_:  `const struct path *` that the verifier knows (part of a hook's argument)
 * @root_:  where to end (it is visited), or NULL for the root of the mount tree - the real one,
 *          not the task's
 * @cb:     named to VFS_WALK_CALLBACK() before
 * @data_:  handed to @cb: a pointer to the program's stack or to a map's value
 * @flags_: VFS_WALK_HIDDEN, VFS_WALK_BENEATH, VFS_WALK_EVERY or 0
 *
 * Context: under RCU (any program that does not sleep).  No locks, no references, no state outside
 * the stack (about 120 bytes), so any number of walks may run at once, and one may interrupt
 * another.
 *
 * Return: enum vfs_walk_end, or
 *	-EAGAIN  changed under the walk every time; nothing is known: deny
 *	-ELOOP   VFS_WALK_MAX_TURNS links followed, and not at the end: deny
 *	-EINVAL  @cb returned what it may not
 *	or what @cb returned
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
		vfs_walk_run_all(vfs_walk_state, vfsmount_, dentry_, root_, cb, data_, flags_);    \
	})

/**
 * vfs_walk_ancestors_when() - the same, and when that was.
 * @when_: `__u64 *`: for as long as vfs_walk_counters() is that, every link that was followed still
 *         holds.  Odd where that is not known: on a kernel that does not show its locks, when
 *         something moved meanwhile, or when @dentry was moved out from under its mount.  It has
 * come round again after 2^31 moves.
 */
#define vfs_walk_ancestors_when(vfsmount_, dentry_, root_, cb, data_, flags_, when_)               \
	({                                                                                         \
		struct vfs_walk vfs_walk_state;                                                    \
		long vfs_walk_end_ = vfs_walk_run_all(vfs_walk_state, vfsmount_, dentry_, root_,   \
						      cb, data_, flags_);                          \
		*(when_) = vfs_walk_state.proof | (vfs_walk_state.pass != VFS_WALK_VISITING) |     \
			   vfs_walk_state.moved_out;                                               \
		vfs_walk_end_;                                                                     \
	})

#define vfs_walk_run_all(state, vfsmount_, dentry_, root_, cb, data_, flags_)                      \
	({                                                                                         \
		state.data = (data_);                                                              \
		state.flags = (flags_);                                                            \
		state.root = (struct path *)(root_);                                               \
		vfs_walk_from(&state, (vfsmount_), (dentry_));                                     \
		bpf_loop(VFS_WALK_MAX_TURNS, vfs_walk_turn_##cb, &state, 0) < VFS_WALK_MAX_TURNS   \
			? (long)state.end                                                          \
			: vfs_walk_too_long();                                                     \
	})

#endif
