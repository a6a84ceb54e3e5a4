/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Paths as a process resolves them, and the mounts of its namespace.  RESOLVE_IN_ROOT knows a root
 * only: a working directory is given here, too, and neither has to have a path of its own.  Paths
 * may be of any length, and which processes' links they go through is told.
 */
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "child.h"
#include "cleanup.h"
#include "explain.h"
#include "fence.h"
#include "lookup.h"

/* As many as the kernel follows. */
#define LINKS_MAX 40

/* Of /proc itself, in every instance. */
#define PROC_ROOT_INO 1

/**
 * struct resolver - a path on its way.
 * @here:    what is reached
 * @text:    owned; @rest of it is to come
 * @own:     the process whose path it is
 * @of:      in /proc, the process whose files these are; UNKNOWN_PROCESS when it began there
 * @through: the first process but @own whose link was followed, or 0
 */
struct resolver {
	int root;
	int here;
	char *text;
	const char *rest;
	int links;
	int flags;
	int own;
	int of;
	int through;
};

static bool is_same(int a, int b)
{
	struct object one, other;

	return !object_stat(a, "", AT_EMPTY_PATH, &one) &&
	       !object_stat(b, "", AT_EMPTY_PATH, &other) && object_same(&one, &other) &&
	       one.mnt_id == other.mnt_id;
}

static bool is_link(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISLNK(st.st_mode);
}

static int open_at(int dir, const char *name, int flags)
{
	int fd = openat(dir, name, O_PATH | O_CLOEXEC | flags);

	return fd < 0 ? -errno : fd;
}

/*
 * The links of a process lead to objects, whatever they read: the kernel follows them.  Those of
 * /proc itself are the reader's, who is not @own.
 */
static int follow_process(struct resolver *r, const char *name)
{
	struct stat st;

	if (!fstat(r->here, &st) && st.st_ino == PROC_ROOT_INO)
		r->of = r->own;
	if (r->of != r->own && !r->through)
		r->through = r->of;
	return open_at(r->here, name, 0);
}

/* In /proc: @name is followed there, if it may be. */
static int open_in_proc(struct resolver *r, const char *name, bool follow)
{
	char own[16];
	struct stat st;
	int fd;

	if (!fstat(r->here, &st) && st.st_ino == PROC_ROOT_INO) {
		r->of = atoi(name);
		snprintf(own, sizeof(own), "%d", r->own);
		if (!strcmp(name, "self") && follow)
			return r->of = r->own, open_at(r->here, own, O_NOFOLLOW);
	}
	fd = open_at(r->here, name, O_NOFOLLOW);
	if (fd < 0 || !follow || !is_link(fd))
		return fd;
	cleanup_close(&fd);
	return follow_process(r, name);
}

static bool in_proc(int fd)
{
	struct statfs fs;

	return !fstatfs(fd, &fs) && fs.f_type == PROC_MAGIC;
}

static int open_name(struct resolver *r, const char *name, bool more)
{
	bool up = !strcmp(name, "..") && is_same(r->here, r->root);
	int fd;

	if (in_proc(r->here) && !up)
		return open_in_proc(r, name, more || !(r->flags & O_NOFOLLOW));
	/* O_DIRECTORY also has mounted what is mounted when it is looked at. */
	fd = open_at(r->here, up ? "." : name, O_NOFOLLOW | (more ? O_DIRECTORY : 0));
	return fd == -ENOTDIR ? open_at(r->here, name, O_NOFOLLOW) : fd;
}

/* @link is one: its text comes next, then @tail. */
static int follow_link(struct resolver *r, int link, const char *tail)
{
	char target[PATH_MAX + 1], *text;
	ssize_t n = readlinkat(link, "", target, PATH_MAX);

	if (n < 0)
		return -errno;
	if (r->links++ == LINKS_MAX)
		return -ELOOP;
	target[n] = '\0';
	if (asprintf(&text, "%s%s", target, tail) < 0)
		return -ENOMEM;
	free(r->text);
	r->rest = r->text = text;
	if (*target != '/')
		return 0;
	cleanup_close(&r->here);
	r->here = fcntl(r->root, F_DUPFD_CLOEXEC, 0);
	return r->here < 0 ? -errno : 0;
}

/* One component.  Return: 1 to go on, 0 at the end, or -errno. */
static int step(struct resolver *r)
{
	const char *name = r->rest + strspn(r->rest, "/"), *tail = name + strcspn(name, "/");
	bool follow = *tail || !(r->flags & O_NOFOLLOW);
	_cleanup_free_ char *component = strndup(name, (size_t)(tail - name));
	_cleanup_close_ int next = -1;
	struct stat st;

	if (!component)
		return -ENOMEM;
	next = open_name(r, *name ? component : ".", *tail);
	if (next < 0)
		return next;
	if (fstat(next, &st))
		return -errno;
	if (S_ISLNK(st.st_mode) && follow)
		return follow_link(r, next, tail) ?: 1;
	if (!S_ISDIR(st.st_mode) && (*tail || r->flags & O_DIRECTORY))
		return -ENOTDIR;
	r->rest = tail + strspn(tail, "/");
	cleanup_close(&r->here);
	r->here = steal_fd(&next);
	return *r->rest ? 1 : 0;
}

static int open_link(int pid, const char *name)
{
	char link[64];
	int fd;

	snprintf(link, sizeof(link), "/proc/%d/%s", pid, name);
	fd = open(link, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 ? fd : errno == ENOENT ? -ESRCH : -errno;
}

static int resolve(struct resolver *r, int cwd, const char *path)
{
	int answer;

	r->here = fcntl(*path == '/' ? r->root : cwd, F_DUPFD_CLOEXEC, 0);
	r->rest = r->text = strdup(path);
	r->of = UNKNOWN_PROCESS;
	answer = r->here < 0 ? -errno : r->text ? 1 : -ENOMEM;
	while (answer > 0)
		answer = step(r);
	free(r->text);
	if (!answer)
		return r->here;
	cleanup_close(&r->here);
	return answer;
}

int resolve_in(int root, const char *path, int flags)
{
	struct resolver r = { .root = root, .flags = flags, .own = getpid() };

	return resolve(&r, root, path);
}

int resolve_as(int pid, const char *path, int flags, int *through)
{
	_cleanup_close_ int root = pid ? open_link(pid, "root") : open_at(AT_FDCWD, "/", 0);
	_cleanup_close_ int cwd = pid ? open_link(pid, "cwd") : open_at(AT_FDCWD, ".", 0);
	struct resolver r = { .root = root, .flags = flags, .own = pid ? pid : getpid() };
	int fd;

	if (root < 0 || cwd < 0)
		return root < 0 ? root : cwd;
	fd = resolve(&r, cwd, path);
	if (through && !*through)
		*through = r.through;
	return fd;
}

/* --- mounts */

/**
 * struct listing - shared with the child.
 * @ns:  the namespace
 * @out: where its mountinfo goes
 */
struct listing {
	int ns;
	int out;
	int error;
};

static int copy(int in, int out)
{
	char buf[4096];
	ssize_t n;

	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, (size_t)n) != n)
			return errno;
	return n < 0 ? errno : 0;
}

/* What mountinfo lists ends at its reader's root, and setns() makes that the namespace's. */
static void list(void *data)
{
	struct listing *l = data;
	int self = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int in = self < 0 || setns(l->ns, CLONE_NEWNS) ? -1 : openat(self, "mountinfo", O_RDONLY);

	l->error = in < 0 ? errno : copy(in, l->out);
}

static int list_elsewhere(struct mountinfo *info, const char *ns)
{
	_cleanup_close_ int fd = open(ns, O_RDONLY | O_CLOEXEC);
	_cleanup_close_ int text = memfd_create("mountinfo", MFD_CLOEXEC);
	struct listing l = { .ns = fd, .out = text };
	char path[64];
	int r;

	if (fd < 0 || text < 0)
		return -errno;
	r = in_child(list, &l, sizeof(l));
	if (r < 0 || l.error)
		return r < 0 ? r : -l.error;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", text);
	return mountinfo_read(info, path);
}

/* No `..` ends at a root but at that of the namespace: the caller's own is not on the way. */
static int open_top(int pid)
{
	int here = open_link(pid, "root"), up;

	while (here >= 0) {
		up = openat(here, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (up < 0 || is_same(here, up)) {
			cleanup_close(&here);
			return up < 0 ? -errno : up;
		}
		cleanup_close(&here);
		here = up;
	}
	return here;
}

int process_mounts(struct mountinfo *info, int pid, int *top)
{
	struct stat own, its;
	char ns[64];
	int r;

	*top = -1;
	snprintf(ns, sizeof(ns), "/proc/%d/ns/mnt", pid);
	if (!pid)
		return mountinfo_read(info, "/proc/self/mountinfo");
	if (stat("/proc/self/ns/mnt", &own) || stat(ns, &its))
		return -errno;
	if (own.st_dev == its.st_dev && own.st_ino == its.st_ino)
		return mountinfo_read(info, "/proc/self/mountinfo");
	r = list_elsewhere(info, ns);
	if (r < 0)
		return r;
	*top = open_top(pid);
	return *top < 0 ? *top : 0;
}
