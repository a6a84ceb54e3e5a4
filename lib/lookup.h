/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a path means now: the object it leads to, or the missing name it would lead to. */
#ifndef ROOTWARD_LOOKUP_H
#define ROOTWARD_LOOKUP_H

#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/**
 * struct object
 * @real: absolute, no symbolic links; free() it
 * The rest as statx() has it.
 */
struct object {
	char *real;
	dev_t dev;
	ino_t ino;
	mode_t mode;
	nlink_t nlink;
	uint64_t mnt_id;
};

/** object_stat() - fill in all but @real; flags as statx(2).  Return: 0 or -errno. */
int object_stat(int dirfd, const char *path, int flags, struct object *ret);

bool object_same(const struct object *a, const struct object *b);

/**
 * lookup_object() - follow @path, symbolic links included, to what it is.  Holds no descriptor
 * afterwards.
 * @why: on failure a phrase that says more than the errno ("has been removed"), or NULL; static
 *
 * Return: 0, -ESTALE, -EINVAL (an object without a path: a pipe, a socket), or what open(2) says.
 */
int lookup_object(struct object *ret, const char *path, const char **why);

/**
 * lookup_name() - @path leads to nothing: find the directory in which its last component is
 * missing; a symbolic link that leads nowhere is followed to where its target is missing.
 * @ret: real is the directory's path and the missing name; the rest is the directory's
 *
 * Return: 0; -ENOENT or -ENOTDIR when there is no such directory; -ESTALE when the name is there.
 */
int lookup_name(struct object *ret, const char *path, const char **why);

/**
 * lookup_culprit() - which part of @path it was that made open(2) return @error.
 *
 * Return: a sentence to free(), or NULL when out of memory.
 */
char *lookup_culprit(const char *path, int error);

/**
 * lookup_user() - what the system knows of the user called @name; NULL: of the caller.  Not
 * getpwnam(): that keeps its answer where other threads write, too.
 * @buf: what @user points to, to free() in any case
 *
 * Return: 0, -ENOENT, -ENOMEM.
 */
int lookup_user(const char *name, struct passwd *user, char **buf);

/**
 * lookup_home() - the home directory that the system knows of @uid; free() it.
 *
 * Return: 0, -ENOENT (no such user, no home directory), -ENOMEM.
 */
int lookup_home(char **ret, uid_t uid);

/**
 * lookup_expand() - @path with a `~` or `~USER` in front replaced by that home directory.
 *
 * Return: 0, -ENOENT (no such user, no home directory; *why says it), -ENOMEM.
 */
int lookup_expand(char **ret, const char *path, const char **why);

#endif
