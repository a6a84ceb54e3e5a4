/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verbs of checks: one table from name to function, and what the model must know of each.
 */
#ifndef VERBS_H
#define VERBS_H

#include <sys/types.h>

#include <rootward/ops.h>

/** enum verb_kind - how the model judges a verb. */
enum verb_kind {
	K_NONE,     /* not an operation of a policy: always allowed, or unmodelled */
	K_OBJECT,   /* on what the path names */
	K_NOFOLLOW, /* on what the path names, a link itself */
	K_BENEATH,  /* on a new nameless object in the directory that the path names */
	K_ENTRY,    /* on an entry of a directory */
	K_INODE,    /* decided inside the filesystem: its hook gets no mount */
	K_RENAME,
	K_EXCHANGE,
	K_WHITEOUT,
	K_LINK,
	K_EXEC_READ, /* execute path, and read path2 */
	K_CREATE,    /* make a file, and open it */
	K_TMPLINK,   /* path: the directory that gets a nameless file, path2: its name to be */
};

#define OP(NAME) ROOTWARD_OP_##NAME

/* X(NAME, function, kind, operations) */
#define VERBS(X)                                                                                   \
	VERBS_FILE(X) VERBS_ENTRY(X) VERBS_META(X) VERBS_ESCAPE(X) VERBS_ROADS(X)                  \
	VERBS_KERNEL(X) VERBS_OUTSIDE(X)

#define VERBS_FILE(X)                                                                              \
	X(READ, do_read, K_OBJECT, OP(READ_FILE))                                                  \
	X(WRITE, do_write, K_OBJECT, OP(WRITE_FILE))                                               \
	X(APPEND, do_append, K_OBJECT, OP(WRITE_FILE))                                             \
	X(RDWR, do_rdwr, K_OBJECT, OP(READ_FILE) | OP(WRITE_FILE))                                 \
	X(TRUNC_OPEN, do_trunc_open, K_OBJECT, OP(WRITE_FILE) | OP(TRUNCATE))                      \
	X(TRUNCATE, do_truncate, K_OBJECT, OP(TRUNCATE))                                           \
	X(FTRUNCATE, do_ftruncate, K_OBJECT, OP(WRITE_FILE) | OP(TRUNCATE))                        \
	X(LIST, do_list, K_OBJECT, OP(READ_DIR))                                                   \
	X(EXEC, do_exec, K_OBJECT, OP(EXECUTE))                                                    \
	X(EXEC_FD, do_exec_fd, K_OBJECT, OP(EXECUTE))                                              \
	X(EXEC_READ, do_exec_read, K_EXEC_READ, OP(EXECUTE))                                       \
	X(IOCTL, do_ioctl, K_OBJECT, OP(IOCTL_DEV))                                                \
	X(CHDIR, do_chdir, K_NONE, 0)                                                              \
	X(READ_FROM_HELD, do_read_from_held, K_OBJECT, OP(READ_FILE))                              \
	X(HELD_READ, do_held_read, K_NONE, 0)                                                      \
	X(HELD_WRITE, do_held_write, K_NONE, 0)                                                    \
	X(PIPE_REOPEN, do_pipe_reopen, K_NONE, 0)                                                  \
	X(MEMFD_REOPEN, do_memfd_reopen, K_NONE, 0)                                                \
	X(MEMFD_EXEC, do_memfd_exec, K_NONE, 0)

#define VERBS_ENTRY(X)                                                                             \
	X(MKREG, do_mkreg, K_ENTRY, OP(MAKE_REG))                                                  \
	X(CREAT, do_creat, K_CREATE, OP(WRITE_FILE))                                               \
	X(MKDIR, do_mkdir, K_ENTRY, OP(MAKE_DIR))                                                  \
	X(MKSYM, do_mksym, K_ENTRY, OP(MAKE_SYM))                                                  \
	X(MKFIFO, do_mkfifo, K_ENTRY, OP(MAKE_FIFO))                                               \
	X(MKSOCK, do_mksock, K_ENTRY, OP(MAKE_SOCK))                                               \
	X(MKWHITEOUT, do_mkwhiteout, K_ENTRY, OP(MAKE_CHAR))                                       \
	X(MKCHAR, do_mkchar, K_ENTRY, OP(MAKE_CHAR))                                               \
	X(MKBLOCK, do_mkblock, K_ENTRY, OP(MAKE_BLOCK))                                            \
	X(TMPFILE, do_tmpfile, K_BENEATH, OP(READ_FILE) | OP(WRITE_FILE))                          \
	X(TMPFILE_LINK, do_tmpfile_link, K_TMPLINK, OP(WRITE_FILE))                                \
	X(UNLINK, do_unlink, K_ENTRY, OP(REMOVE_FILE))                                             \
	X(RMDIR, do_rmdir, K_ENTRY, OP(REMOVE_DIR))                                                \
	X(RENAME, do_rename, K_RENAME, 0)                                                          \
	X(RENAME_NEW, do_rename_new, K_RENAME, 0)                                                  \
	X(EXCHANGE, do_exchange, K_EXCHANGE, 0)                                                    \
	X(LINK, do_link, K_LINK, 0)

#define VERBS_META(X)                                                                              \
	X(STAT, do_stat, K_OBJECT, OP(STAT))                                                       \
	X(LSTAT, do_lstat, K_NOFOLLOW, OP(STAT))                                                   \
	X(READLINK, do_readlink, K_INODE, OP(READLINK))                                            \
	X(CHMOD, do_chmod, K_OBJECT, OP(CHMOD))                                                    \
	X(HELD_FCHMOD, do_held_fchmod, K_OBJECT, OP(CHMOD))                                        \
	X(CHOWN, do_chown, K_OBJECT, OP(CHOWN))                                                    \
	X(LCHOWN, do_lchown, K_NOFOLLOW, OP(CHOWN))                                                \
	X(UTIME, do_utime, K_INODE, OP(UTIME))                                                     \
	X(SETXATTR, do_setxattr, K_INODE, OP(SETXATTR))                                            \
	X(REMOVEXATTR, do_removexattr, K_INODE, OP(SETXATTR))                                      \
	X(GETXATTR, do_getxattr, K_INODE, OP(GETXATTR))                                            \
	X(LISTXATTR, do_listxattr, K_INODE, OP(GETXATTR))                                          \
	X(CHROOT, do_chroot, K_OBJECT, OP(CHROOT))                                                 \
	X(FILE_GETATTR, do_file_getattr, K_INODE, OP(GETXATTR))                                    \
	X(FILE_SETATTR, do_file_setattr, K_INODE, OP(SETXATTR))                                    \
	X(WATCH, do_watch, K_OBJECT, OP(WATCH))                                                    \
	X(CONNECT, do_connect, K_OBJECT, OP(CONNECT))                                              \
	X(SENDTO, do_sendto, K_OBJECT, OP(CONNECT))

/* Not about trees; what they expect is said in escape.c and survive.c. */
#define VERBS_ESCAPE(X)                                                                            \
	X(MOUNT, do_mount, K_NONE, 0)                                                              \
	X(UMOUNT, do_umount, K_NONE, 0)                                                            \
	X(PIVOT_ROOT, do_pivot_root, K_NONE, 0)                                                    \
	X(UNSHARE_USER, do_unshare_user, K_NONE, 0)                                                \
	X(UNSHARE_MOUNTS, do_unshare_mounts, K_NONE, 0)                                            \
	X(SETNS_MOUNTS, do_setns_mounts, K_NONE, 0)                                                \
	X(OPEN_TREE, do_open_tree, K_NONE, 0)                                                      \
	X(PTRACE_OUTSIDE, do_ptrace_outside, K_NONE, 0)                                            \
	X(PTRACE_INSIDE, do_ptrace_inside, K_NONE, 0)                                              \
	X(VM_READ_OUTSIDE, do_vm_read_outside, K_NONE, 0)                                          \
	X(PIDFD_GETFD, do_pidfd_getfd, K_NONE, 0)                                                  \
	X(KILL_OUTSIDE, do_kill_outside, K_NONE, 0)                                                \
	X(KILL_SUPERVISOR, do_kill_supervisor, K_NONE, 0)                                          \
	X(PIDFD_KILL_OUTSIDE, do_pidfd_kill_outside, K_NONE, 0)                                    \
	X(KILL_INSIDE, do_kill_inside, K_NONE, 0)                                                  \
	X(BPF, do_bpf, K_NONE, 0)                                                                  \
	X(INIT_MODULE, do_init_module, K_NONE, 0)                                                  \
	X(REBOOT, do_reboot, K_NONE, 0)                                                            \
	X(OPEN_BY_HANDLE, do_open_by_handle, K_NONE, 0)                                            \
	X(HAS_CAP, do_has_cap, K_NONE, 0)                                                          \
	X(SETUID, do_setuid, K_NONE, 0)                                                            \
	X(ENTER_SECOND, do_enter_second, K_NONE, 0)                                                \
	X(OWN_OUTSIDE, do_own_outside, K_NONE, 0)                                                  \
	X(OWN_SELF, do_own_self, K_NONE, 0)                                                        \
	X(LIMIT_OUTSIDE, do_limit_outside, K_NONE, 0)                                              \
	X(RENICE_OUTSIDE, do_renice_outside, K_NONE, 0)                                            \
	X(SET_GENERATION, do_set_generation, K_NONE, 0)                                            \
	X(SET_FLAGS, do_set_flags, K_INODE, OP(SETXATTR))                                          \
	X(SET_ACL, do_set_acl, K_INODE, OP(CHMOD))                                                 \
	X(PIPE_TIMES, do_pipe_times, K_NONE, 0)

/* By other roads than a path. */
#define VERBS_ROADS(X)                                                                             \
	X(OPENAT2, do_openat2, K_OBJECT, OP(READ_FILE))                                            \
	X(OPEN_WRITE, do_open_write, K_OBJECT, OP(WRITE_FILE))                                     \
	X(URING_READ, do_uring_read, K_OBJECT, OP(READ_FILE))                                      \
	X(URING_UNLINK, do_uring_unlink, K_ENTRY, OP(REMOVE_FILE))                                 \
	X(URING_MKDIR, do_uring_mkdir, K_ENTRY, OP(MAKE_DIR))                                      \
	X(URING_RENAME, do_uring_rename, K_RENAME, 0)                                              \
	X(URING_CMD, do_uring_cmd, K_OBJECT, OP(IOCTL_DEV))                                        \
	X(MAP_READ, do_map_read, K_OBJECT, OP(READ_FILE))                                          \
	X(MAP_EXEC, do_map_exec, K_OBJECT, OP(READ_FILE) | OP(EXECUTE))                            \
	X(PROTECT_EXEC, do_protect_exec, K_OBJECT, OP(READ_FILE) | OP(EXECUTE))                    \
	X(HELD_MAP_EXEC, do_held_map_exec, K_OBJECT, OP(EXECUTE))                                  \
	X(MEMORY_EXEC, do_memory_exec, K_NONE, 0)                                                  \
	X(EXEC_CHECK, do_exec_check, K_OBJECT, OP(EXECUTE))                                        \
	X(HELD_FSTAT, do_held_fstat, K_OBJECT, OP(STAT))                                           \
	X(HELD_FTRUNCATE, do_held_ftruncate, K_OBJECT, OP(TRUNCATE))                               \
	X(HELD_FCHOWN, do_held_fchown, K_OBJECT, OP(CHOWN))                                        \
	X(HELD_FUTIMENS, do_held_futimens, K_INODE, OP(UTIME))                                     \
	X(HELD_FLISTXATTR, do_held_flistxattr, K_INODE, OP(GETXATTR))                              \
	X(RECEIVE, do_receive, K_OBJECT, OP(READ_FILE))                                            \
	X(READ_BY_HANDLE, do_open_by_handle, K_OBJECT, OP(READ_FILE))                              \
	X(LINK_FD, do_link_fd, K_LINK, 0)                                                          \
	X(RENAME_WHITEOUT_, do_rename_whiteout, K_WHITEOUT, 0)                                     \
	X(GET_ACL, do_get_acl, K_INODE, OP(GETXATTR))                                              \
	X(REMOVE_ACL, do_remove_acl, K_INODE, OP(CHMOD))                                           \
	X(RECEIVE_BY_PIDFD, do_receive_by_pidfd, K_OBJECT, OP(READ_FILE))                          \
	X(FANOTIFY, do_fanotify, K_OBJECT, OP(WATCH))                                              \
	X(FANOTIFY_MOUNT, do_fanotify_mount, K_NONE, 0)                                            \
	X(FANOTIFY_FILESYSTEM, do_fanotify_filesystem, K_NONE, 0)                                  \
	X(DNOTIFY, do_dnotify, K_OBJECT, OP(READ_FILE) | OP(WATCH))

/* In which the kernel acts on files, or on what they are kept on. */
#define VERBS_KERNEL(X)                                                                            \
	X(QUEUE_MAKE, do_queue_make, K_CREATE, OP(READ_FILE) | OP(WRITE_FILE))                     \
	X(QUEUE_OPEN, do_queue_open, K_INODE, OP(READ_FILE))                                       \
	X(QUEUE_REMOVE, do_queue_remove, K_INODE, OP(REMOVE_FILE))                                 \
	X(CORE, do_core, K_CREATE, OP(WRITE_FILE))                                                 \
	X(MAP_ROOT, do_map_root, K_NONE, 0)                                                        \
	X(SWAPON, do_swapon, K_NONE, 0)                                                            \
	X(QUOTACTL, do_quotactl, K_NONE, 0)                                                        \
	X(FSMOUNT, do_fsmount, K_NONE, 0)                                                          \
	X(MOVE_MOUNT, do_move_mount, K_NONE, 0)

/* Needs privilege, or makes sense only unconfined. */
#define VERBS_OUTSIDE(X)                                                                           \
	X(MOUNT_TMPFS, do_mount_tmpfs, K_NONE, 0)                                                  \
	X(MOUNT_BIND, do_mount_bind, K_NONE, 0)                                                    \
	X(MOUNT_RBIND, do_mount_rbind, K_NONE, 0)                                                  \
	X(MOUNT_OVERLAY, do_mount_overlay, K_NONE, 0)                                              \
	X(MOUNT_EXT4, do_mount_ext4, K_NONE, 0)                                                    \
	X(UMOUNT_LAZY, do_umount_lazy, K_NONE, 0)                                                  \
	X(CHROOT_HERE, do_chroot_here, K_NONE, 0)                                                  \
	X(HOLD, do_hold, K_NONE, 0)                                                                \
	X(HOLD_READ, do_hold_read, K_NONE, 0)                                                      \
	X(HOLD_WRITE, do_hold_write, K_NONE, 0)                                                    \
	X(HOLD_TREE, do_hold_tree, K_NONE, 0)                                                      \
	X(PUT, do_put, K_NONE, 0)                                                                  \
	X(PUT_BELOW, do_put_below, K_NONE, 0)                                                      \
	X(PUT_DEVICE, do_put_device, K_NONE, 0)                                                    \
	X(PUT_MEMORY, do_put_memory, K_NONE, 0)                                                    \
	X(MOUNT_MQUEUE, do_mount_mqueue, K_NONE, 0)                                                \
	X(MOUNT_KIND, do_mount_kind, K_NONE, 0)                                                    \
	X(SEND, do_send, K_NONE, 0)                                                                \
	X(PUT_RAW_DISK, do_put_raw_disk, K_NONE, 0)                                                \
	X(PUT_DYNAMIC, do_put_dynamic, K_NONE, 0)                                                  \
	X(PUT_BLOCK, do_put_block, K_NONE, 0)                                                      \
	X(PUT_PROGRAM, do_put_program, K_NONE, 0)                                                  \
	X(LISTEN, do_listen, K_NONE, 0)                                                            \
	X(SET_UID_BIT, do_set_uid_bit, K_NONE, 0)                                                  \
	X(SET_GROUP_BIT, do_set_group_bit, K_NONE, 0)                                              \
	X(LABEL, do_label, K_NONE, 0)                                                              \
	X(UNLABEL, do_unlabel, K_NONE, 0)                                                          \
	X(GIVE, do_give, K_NONE, 0)                                                                \
	X(MOUNT_IDMAPPED, do_mount_idmapped, K_NONE, 0)                                            \
	X(KILL_OFF_SUPERVISOR, do_kill_off_supervisor, K_NONE, 0)

enum verb_id {
	NO_VERB,
#define X(NAME, function, kind, ops) NAME,
	VERBS(X)
#undef X
	N_VERBS,
};

/**
 * struct verb
 * @run:  does it; paths are expanded; returns 0 or -errno
 * @kind, @ops: for the model
 */
struct verb {
	const char *name;
	int (*run)(const char *path, const char *path2);
	enum verb_kind kind;
	unsigned int ops;
};

extern const struct verb verbs[N_VERBS];

#define X(NAME, function, kind, ops) int function(const char *path, const char *path2);
VERBS(X)
#undef X

/** struct cast - who is who, set by run.c before anybody acts. */
struct cast {
	pid_t bystander;
	pid_t supervisor;
	int (*enter_second)(void);
};
extern struct cast cast;

/* The descriptor that HOLD leaves, inherited by all. */
#define HELD_FD 100

/** path_expand() - the short notations of paths (case.h) written out; malloc()ed, NULL for NULL. */
char *path_expand(const char *path);

/**
 * at_open() - like openat(AT_FDCWD, path, flags, mode) for paths of any length.
 */
int at_open(const char *path, int flags, mode_t mode);

/** at_parent() - open the directory of @path's last component; *name points into @path. */
int at_parent(const char *path, const char **name);

/** child_errno() - run @fn(@data) in a child; its result (0 or -errno). */
int child_errno(int (*fn)(void *data), void *data);

/** put_program() - write the helper program to @path, executable. */
int put_program(const char *path);

/* What HOLD_READ'ing a detached tree etc. needs; see verbs_outside.c. */
int hold_fd(int fd);

#endif
