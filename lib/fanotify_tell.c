/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is decided goes into a socket, which has room for so much: what does not fit is counted, and
 * nobody waits for a reader.  The other end is handed to who watches.  That one holds a lock on
 * `counts` by a description of its own: there is one watch at a time, and however it ends nothing
 * is told, and counted as lost, any more.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

#include "cleanup.h"
#include "fanotify.h"

/* Bytes, as the kernel counts them: some thousand decisions. */
#define ROOM (1 << 22)

static int share_counts(struct group *group)
{
	void *p;

	group->shared = memfd_create("rootward", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (group->shared < 0 || ftruncate(group->shared, sizeof(*group->counts)) < 0 ||
	    fcntl(group->shared, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		return -errno;
	p = mmap(NULL, sizeof(*group->counts), PROT_READ | PROT_WRITE, MAP_SHARED, group->shared,
		 0);
	if (p == MAP_FAILED)
		return -errno;
	group->counts = p;
	return 0;
}

int tell_open(struct group *group)
{
	const int room = ROOM;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0)
		return -errno;
	group->tells = ends[0];
	group->told = ends[1];
	if (setsockopt(group->tells, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)) < 0)
		return -errno;
	return share_counts(group);
}

static bool is_watched(const struct group *group)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return group->counts->watch && fcntl(group->shared, F_OFD_GETLK, &lock) == 0 &&
	       lock.l_type != F_UNLCK;
}

void tell_begin(struct telling *telling, const struct group *group, uint32_t ops)
{
	struct timespec now;

	*telling = (struct telling){ .wanted = is_watched(group) };
	if (!telling->wanted)
		return;
	clock_gettime(CLOCK_BOOTTIME, &now);
	telling->is.when = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	telling->is.ops = ops;
}

void tell_decision(struct telling *telling, const struct group *group, const struct way *way,
		   const struct ruling *ruling, bool its_own)
{
	const struct rootward_owner *owner = &way->places[0].is.owner;
	struct decided *is = &telling->is;

	if (!telling->wanted)
		return;
	free(telling->object);
	telling->object = way_path(way, 0);
	telling->by = ruling->rule ? &group->policy->trees[ruling->rule->number] : NULL;
	is->whole = its_own && way->end == VFS_WALK_ROOT;
	is->owned = !!(owner->known & ROOTWARD_OWNER_SEEN);
	is->uid = owner->uid;
	is->gid = owner->gid;
	is->reason = ruling->reason >= 0 ? ruling->reason
		     : ruling->rule	 ? ROOTWARD_REASON_RULE
					 : ROOTWARD_REASON_DEFAULT;
}

static int reason_of(int error)
{
	switch (error) {
	case -EAGAIN:
		return ROOTWARD_REASON_UNSTABLE;
	case -E2BIG:
		return ROOTWARD_REASON_DEPTH;
	case -ENAMETOOLONG:
	case -ENOENT:
	case -ESTALE:
	case -EXDEV:
		return ROOTWARD_REASON_DISCONNECTED;
	}
	return ROOTWARD_REASON_UNKNOWN;
}

void tell_failure(struct telling *telling, int fd, int error)
{
	char link[64], path[PATH_MAX];
	ssize_t n;

	if (!telling->wanted)
		return;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = fd < 0 ? -1 : readlink(link, path, sizeof(path) - 1);
	path[n < 0 ? 0 : n] = '\0';
	free(telling->object);
	telling->object = *path == '/' ? strdup(path) : NULL;
	telling->by = NULL;
	telling->is.whole = telling->is.owned = 0;
	telling->is.reason = reason_of(error);
}

/* --- who it was: its thread waits, so its number is nobody else's yet */

static void find_name(struct decided *is, pid_t tid)
{
	_cleanup_free_ char *status = NULL;
	char path[64];
	const char *process;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)tid);
	if (mountinfo_text(&status, path) < 0)
		return;
	process = strstr(status, "\nTgid:");
	is->pid = process ? atoi(process + strlen("\nTgid:")) : 0;
	snprintf(path, sizeof(path), "/proc/%d/comm", (int)tid);
	free(steal_ptr(status));
	if (mountinfo_text(&status, path) == 0)
		snprintf(is->comm, sizeof(is->comm), "%.*s", (int)strcspn(status, "\n"), status);
}

static void find_executable(struct decided *is, pid_t tid)
{
	char link[64], path[PATH_MAX], *name;
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/%d/exe", (int)tid);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return;
	path[n] = '\0';
	name = strrchr(path, '/');
	snprintf(is->exe, sizeof(is->exe), "%.*s", (int)sizeof(is->exe) - 1,
		 name ? name + 1 : path);
}

/* --- on its way */

/* Its end, where there is too much of it. */
static const char *end_of(const char *path, uint32_t *whole)
{
	size_t len = strlen(path);

	if (len <= PATH_MAX)
		return path;
	*whole = 0;
	return path + len - PATH_MAX;
}

static bool send_to(const struct group *group, const struct telling *telling)
{
	struct decided is = telling->is;
	const char *object = end_of(telling->object ? telling->object : "", &is.whole);
	const char *tree = telling->by ? telling->by->real : "";
	char origin[PATH_MAX] = "";
	struct iovec iov[] = {
		{ &is, sizeof(is) },
		{ (void *)object, strlen(object) + 1 },
		{ (void *)tree, strlen(tree) + 1 },
		{ origin, 1 },
	};
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 4 };

	if (telling->by)
		iov[3].iov_len =
			strlen(origin_format(&telling->by->origin, origin, sizeof(origin))) + 1;
	return sendmsg(group->tells, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

void tell_end(struct telling *telling, struct group *group, pid_t tid,
	      enum rootward_outcome outcome)
{
	if (!telling->wanted)
		return;
	if (outcome != ROOTWARD_ALLOWED || group->counts->watch > ROOTWARD_WATCH_ALL) {
		telling->is.outcome = outcome;
		telling->is.denied = outcome == ROOTWARD_ALLOWED ? 0 : telling->is.ops;
		if (tid > 0) {
			find_name(&telling->is, tid);
			find_executable(&telling->is, tid);
		}
		if (!send_to(group, telling))
			group->counts->lost++;
	}
	free(telling->object);
}

void tell_end_denied(struct group *group, pid_t tid, uint32_t ops)
{
	struct telling telling;

	tell_begin(&telling, group, ops);
	tell_failure(&telling, -1, 0);
	tell_end(&telling, group, tid, ROOTWARD_DENIED);
}
