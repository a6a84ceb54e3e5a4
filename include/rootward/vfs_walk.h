/* SPDX-License-Identifier: LGPL-2.1-or-later OR GPL-2.0-only */
/*
 * How an ancestor walk is asked for and how it ends: shared by the walk in BPF
 * (vfs_walk.bpf.h), by the one over descriptors, and by everything that prints it.
 */
#ifndef ROOTWARD_VFS_WALK_H
#define ROOTWARD_VFS_WALK_H

/** enum vfs_walk_end - why a walk ended; negative values are errnos. */
enum vfs_walk_end {
	VFS_WALK_STOPPED,      /* the callback said so */
	VFS_WALK_ROOT,	       /* at the root of the mount tree, or at the root that was given */
	VFS_WALK_DETACHED,     /* a mount that hangs in no tree: open_tree(), umount -l */
	VFS_WALK_PRIVATE,      /* a kernel's private clone of a mount (overlay's layers) */
	VFS_WALK_INTERNAL,     /* a kernel's internal mount: pipe, socket, memfd, nsfs */
	VFS_WALK_DISCONNECTED, /* a dentry whose place in its filesystem is not known */
	VFS_WALK_OUTSIDE,      /* not beneath its mount's root; only with VFS_WALK_BENEATH */
};

/** enum vfs_walk_flags - what is asked for; a callback's visit carries them too. */
enum vfs_walk_flags {
	VFS_WALK_HIDDEN = 1U << 0,   /* in: visit what a bind mount hides; on a visit: it is such */
	VFS_WALK_BENEATH = 1U << 1,  /* in: end with VFS_WALK_OUTSIDE in place of going on */
	VFS_WALK_MNT_ROOT = 1U << 2, /* on a visit: the root of the mount it was reached by */
	/* From here on only what is told to user space. */
	VFS_WALK_CACHED =
		1U << 3, /* in: do not wait for a disk or a server; -EAGAIN in its place */
	VFS_WALK_DELETED = 1U << 4, /* on a visit: in no directory any more */
	VFS_WALK_COVERED = 1U << 5, /* on a visit: what the mount just left is mounted on */
	VFS_WALK_UNSEEN = 1U << 6,  /* on a visit: there is one, but not which */
	/* In BPF only. */
	VFS_WALK_EVERY = 1U << 7, /* in: call back for every one, also with a quick way past */
};

/*
 * More links than this, in all passes together, and the walk ends with -ELOOP.  PATH_MAX does not
 * bound depth (relative mkdir goes on), so some bound must be passed knowingly.  It is the largest
 * that the kernel's bpf_loop() takes.
 */
#define VFS_WALK_MAX_TURNS (1U << 23)

/* A walk that met a concurrent change this often ends with -EAGAIN. */
#define VFS_WALK_MAX_TRIES 64

#endif
