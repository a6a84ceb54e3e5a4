/* SPDX-License-Identifier: LGPL-2.1-or-later OR GPL-2.0-only */
/*
 * The table of operations.  Everything that names an operation is made from it: the words of a
 * policy, the masks that the programs in the kernel compare, the events, the documentation.
 *
 * Adding an operation: append a line (the position is the bit, and bits are shared with programs
 * that stay pinned, so never reorder), then name its hooks in docs/operations.md.
 */
#ifndef ROOTWARD_OPS_H
#define ROOTWARD_OPS_H

/*
 * X(NAME, word, group, scope, text)
 *   group: the group word that contains it, besides `all`
 *   scope: OBJECT - decided from the object itself rootward
 *          ENTRY  - changes a directory's entries: decided by that directory rootward; what is
 *                   ruled on the entry itself can forbid it, never allow it
 */
#define ROOTWARD_OPS(X)                                                                            \
	X(READ_FILE, read_file, READ, OBJECT, "open a file for reading")                           \
	X(READ_DIR, read_dir, READ, OBJECT, "list a directory")                                    \
	X(WRITE_FILE, write_file, WRITE, OBJECT, "open a file for writing or appending")           \
	X(TRUNCATE, truncate, WRITE, OBJECT, "change a file's length")                             \
	X(EXECUTE, execute, EXECUTE, OBJECT, "execute a file")                                     \
	X(IOCTL_DEV, ioctl_dev, WRITE, OBJECT, "ioctl on a device")                                \
	X(MAKE_REG, make_reg, WRITE, ENTRY, "create a regular file")                               \
	X(MAKE_DIR, make_dir, WRITE, ENTRY, "create a directory")                                  \
	X(MAKE_SYM, make_sym, WRITE, ENTRY, "create a symbolic link")                              \
	X(MAKE_FIFO, make_fifo, WRITE, ENTRY, "create a named pipe")                               \
	X(MAKE_SOCK, make_sock, WRITE, ENTRY, "bind a unix socket")                                \
	X(MAKE_CHAR, make_char, WRITE, ENTRY, "create a character device or a whiteout")           \
	X(MAKE_BLOCK, make_block, WRITE, ENTRY, "create a block device")                           \
	X(REMOVE_FILE, remove_file, WRITE, ENTRY, "unlink or rename away anything but a directory")\
	X(REMOVE_DIR, remove_dir, WRITE, ENTRY, "remove or rename away a directory")               \
	X(REFER, refer, WRITE, ENTRY, "link or rename from or to another directory")               \
	X(STAT, stat, READ, OBJECT, "ask for attributes")                                          \
	X(READLINK, readlink, READ, OBJECT, "read a symbolic link")                                \
	X(CHMOD, chmod, WRITE, OBJECT, "change the mode or an ACL")                                \
	X(CHOWN, chown, WRITE, OBJECT, "change owner or group")                                    \
	X(UTIME, utime, WRITE, OBJECT, "change time stamps")                                       \
	X(SETXATTR, setxattr, WRITE, OBJECT, "set or remove an extended attribute")                \
	X(GETXATTR, getxattr, READ, OBJECT, "read or list extended attributes")                    \
	X(CHROOT, chroot, NONE, OBJECT, "make a directory the root")                               \
	X(WATCH, watch, READ, OBJECT, "watch with inotify or fanotify")                            \
	X(CONNECT, connect, NONE, OBJECT, "connect or send to a unix socket")

enum rootward_op_bit {
#define ROOTWARD_X(NAME, word, group, scope, text) ROOTWARD_OP_BIT_##NAME,
	ROOTWARD_OPS(ROOTWARD_X)
#undef ROOTWARD_X
	ROOTWARD_OP_COUNT,
};

/** enum rootward_op - a set of operations is an or of these, in an unsigned 32-bit mask. */
enum rootward_op {
#define ROOTWARD_X(NAME, word, group, scope, text)                                                 \
	ROOTWARD_OP_##NAME = 1U << ROOTWARD_OP_BIT_##NAME,
	ROOTWARD_OPS(ROOTWARD_X)
#undef ROOTWARD_X
	ROOTWARD_OPS_ALL = (1U << ROOTWARD_OP_COUNT) - 1,
};

/* A group's mask is the sum of the lines that carry its name. */
#define ROOTWARD_IN_READ_READ(bit) (bit)
#define ROOTWARD_IN_READ_WRITE(bit) 0
#define ROOTWARD_IN_READ_EXECUTE(bit) 0
#define ROOTWARD_IN_READ_NONE(bit) 0
#define ROOTWARD_IN_WRITE_READ(bit) 0
#define ROOTWARD_IN_WRITE_WRITE(bit) (bit)
#define ROOTWARD_IN_WRITE_EXECUTE(bit) 0
#define ROOTWARD_IN_WRITE_NONE(bit) 0
#define ROOTWARD_IS_ENTRY_ENTRY(bit) (bit)
#define ROOTWARD_IS_ENTRY_OBJECT(bit) 0
enum rootward_op_group {
#define ROOTWARD_X(NAME, word, group, scope, text) | ROOTWARD_IN_READ_##group(ROOTWARD_OP_##NAME)
	ROOTWARD_OPS_READ = 0 ROOTWARD_OPS(ROOTWARD_X),
#undef ROOTWARD_X
#define ROOTWARD_X(NAME, word, group, scope, text) | ROOTWARD_IN_WRITE_##group(ROOTWARD_OP_##NAME)
	ROOTWARD_OPS_WRITE = 0 ROOTWARD_OPS(ROOTWARD_X),
#undef ROOTWARD_X
#define ROOTWARD_X(NAME, word, group, scope, text) | ROOTWARD_IS_ENTRY_##scope(ROOTWARD_OP_##NAME)
	ROOTWARD_OPS_ENTRY = 0 ROOTWARD_OPS(ROOTWARD_X),
#undef ROOTWARD_X
	ROOTWARD_OPS_EXECUTE = ROOTWARD_OP_EXECUTE,
};

/*
 * What only tells of an object.  Of these a policy is not asked those that it denies nowhere: its
 * `default` allows them, and no tree denies them.  The answer is the same wherever the object may
 * be, also where that cannot be known.
 */
#define ROOTWARD_OPS_TELL (ROOTWARD_OP_STAT | ROOTWARD_OP_READLINK | ROOTWARD_OP_GETXATTR)

/* Why an access was denied, as X(NAME, text). */
#define ROOTWARD_REASONS(X)                                                                              \
	X(RULE, "a rule")                                                                          \
	X(DEFAULT, "no tree decides, and `default` does not allow it")                             \
	X(GUARD, "it is a ruled directory, or on the way to a denied one")                         \
	X(GAIN, "more would be allowed on it at its new place")                                    \
	X(DETACHED, "it hangs in no mount tree, where `default` does not apply")                   \
	X(DISCONNECTED, "its place in its filesystem is not known")                                \
	X(UNSTABLE, "the walk met a concurrent change every time")                                 \
	X(DEPTH, "too many ancestors")                                                             \
	X(CAPABILITY, "a confined task does not have this capability")                             \
	X(DEVICE, "a device that shows what lies beneath files")                                   \
	X(TASK, "a task outside the confinement")                                                  \
	X(SYSTEM, "it could undo the confinement")                                                 \
	X(UNKNOWN, "something that rootward does not know")                                        \
	X(FULL, "too many directories have become the way to something denied, or carry a label")  \
	X(LABEL, "the attribute is a label, or labels may come along")                             \
	X(UNREAD, "whether a directory on the way carries a label is not known")

enum rootward_reason {
#define ROOTWARD_X(NAME, text) ROOTWARD_REASON_##NAME,
	ROOTWARD_REASONS(ROOTWARD_X)
#undef ROOTWARD_X
};

#endif /* ROOTWARD_OPS_H */
