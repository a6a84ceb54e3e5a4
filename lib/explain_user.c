/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What ordinary permissions - modes, ACLs - would refuse a user, whatever rootward says.  Nothing
 * is worked out here: a child takes that user's ids, all groups and no capabilities, goes down the
 * path component by component, and asks the kernel.  Only what it refuses is told, for more may be
 * in the way of what it does not.
 */
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "child.h"
#include "cleanup.h"
#include "explain_verdict.h"
#include "lookup.h"

/**
 * struct asking - shared with the child.
 * @asker: whom to be
 * @path, @fd, @missing: where to go; what is open there; it is the directory in which nothing is
 * @error: errno of becoming the user
 * @there: it got there, or was refused on the way
 * @searched: so much of @path was searched before; @refused_search: and there it was refused
 * @object, @entry: R_OK, W_OK, X_OK that are refused on the object, W_OK on its directory
 */
struct asking {
	const struct asker *asker;
	const char *path;
	int fd;
	bool missing;
	int error;
	bool there, refused_search;
	size_t searched;
	int object, entry;
};

/* The caller's own ids need no privilege to be taken. */
static int become(const struct asking *a)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { 0 };
	uid_t uid = a->asker->uid;
	gid_t gid = a->asker->gid;

	if (getuid() != uid || geteuid() != uid || uid == 0)
		if (setgroups((size_t)a->asker->n_groups, a->asker->groups) ||
		    setresgid(gid, gid, gid) || setresuid(uid, uid, uid))
			return errno;
	return uid && syscall(SYS_capset, &header, none) ? errno : 0;
}

static bool refused(int dir, const char *name, int mode)
{
	return syscall(SYS_faccessat2, dir, name, mode,
		       AT_EACCESS | AT_SYMLINK_NOFOLLOW | (*name ? 0 : AT_EMPTY_PATH)) < 0 &&
	       errno == EACCES;
}

/* The next component of the path, copied to @name; its length, 0 at the end. */
static size_t component(const char *path, size_t *at, char name[NAME_MAX + 1])
{
	size_t len;

	*at += strspn(path + *at, "/");
	len = strcspn(path + *at, "/");
	if (len > NAME_MAX)
		return 0;
	memcpy(name, path + *at, len);
	name[len] = '\0';
	return len;
}

static void ask_object(struct asking *a, int up, int object)
{
	struct object wanted, found;
	int mode;

	if (object_stat(a->fd, "", AT_EMPTY_PATH, &wanted) < 0 ||
	    object_stat(object, "", AT_EMPTY_PATH, &found) < 0 || !object_same(&wanted, &found) ||
	    wanted.mnt_id != found.mnt_id)
		return;
	a->there = true;
	if (a->missing) {
		a->entry = refused(object, "", W_OK | X_OK) ? W_OK : 0;
		return;
	}
	for (mode = X_OK; mode <= R_OK; mode <<= 1)
		if (refused(object, "", mode))
			a->object |= mode;
	if (up >= 0 && refused(up, "", W_OK | X_OK))
		a->entry = W_OK;
}

static void ask(void *data)
{
	struct asking *a = data;
	int up = -1, here = open("/", O_PATH | O_CLOEXEC), next;
	char name[NAME_MAX + 1];
	size_t at = 0, len;

	a->error = become(a);
	if (a->error)
		return;
	while (here >= 0 && (len = component(a->path, &at, name))) {
		next = openat(here, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0) {
			a->refused_search = errno == EACCES;
			a->searched = at;
			return;
		}
		at += len;
		cleanup_close(&up);
		up = here;
		here = next;
	}
	if (here >= 0)
		ask_object(a, up, here);
}

/* Which operations need what was refused. */
static uint32_t ops_refused(const struct rootward_explanation *e, const struct asking *a)
{
	static const struct {
		int mode;
		uint32_t ops;
	} needs[] = {
		{ R_OK, ROOTWARD_OP_READ_FILE | ROOTWARD_OP_READ_DIR | ROOTWARD_OP_WATCH },
		{ W_OK, ROOTWARD_OP_WRITE_FILE | ROOTWARD_OP_TRUNCATE | ROOTWARD_OP_CONNECT },
		{ X_OK, ROOTWARD_OP_EXECUTE | ROOTWARD_OP_CHROOT },
		{ R_OK | W_OK, ROOTWARD_OP_IOCTL_DEV },
	};
	uint32_t within = ops_within(e), ops = 0;
	size_t i;

	if (a->refused_search)
		return ROOTWARD_OPS_ALL;
	for (i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
		if ((a->object & needs[i].mode) == needs[i].mode)
			ops |= needs[i].ops;
	if (a->object & (W_OK | X_OK))
		ops |= within;
	if (a->entry)
		ops |= ROOTWARD_OPS_ENTRY & ~within;
	return ops;
}

static int tell(struct rootward_explanation *e, const struct asking *a)
{
	e->walk.refused = e->walk.ops & ops_refused(e, a);
	e->walk.asked_as = e->asked_as = strdup(e->question.user);
	if (!e->asked_as)
		return -ENOMEM;
	if (!a->refused_search)
		return 0;
	e->no_search = strndup(a->path, a->searched > 1 ? a->searched - 1 : 1);
	e->walk.no_search = e->no_search;
	return e->no_search ? 0 : -ENOMEM;
}

int user_refused(struct rootward_explanation *e, const struct located *l,
		 const struct rootward_opts *opts)
{
	const char *user = e->question.user;
	struct asking a = {
		.asker = &e->asker, .path = e->real, .fd = l->fd, .missing = e->missing
	};
	int r;

	if (!user || !e->real)
		return 0;
	r = in_child(ask, &a, sizeof(a));
	if (r < 0)
		return r;
	if (a.error) {
		diag(opts, ROOTWARD_ERROR, NULL, "root may, and each user for themselves",
		     "what ordinary permissions say to %s cannot be asked: becoming that user: %s",
		     user, strerror(a.error));
		return -EPERM;
	}
	return a.there || a.refused_search ? tell(e, &a) : 0;
}
