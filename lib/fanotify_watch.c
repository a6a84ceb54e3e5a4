/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Watching the policies that processes enforce: the other end of fanotify_tell.c. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "cleanup.h"
#include "fanotify.h"
#include "watch.h"

/**
 * struct watched - one policy.
 * @path:   of its socket
 * @counts: its own, shared; @lock: the description that holds the lock on it
 * @told:   where decisions come out
 * @lost:   when the watch began
 */
struct watched {
	char *path;
	char name[FANOTIFY_NAME_MAX + 1];
	struct counts *counts;
	int lock, told;
	uint64_t lost;
};

/**
 * struct fanotify_watch
 * @list: @n of them
 * @lost: of policies that are no more
 */
struct fanotify_watch {
	struct watch_sink *sink;
	struct watched *list;
	size_t n;
	uint64_t lost;
	char bytes[DECIDED_MAX + 1];
};

struct fanotify_watch *fanotify_watch_new(struct watch_sink *sink)
{
	struct fanotify_watch *w = calloc(1, sizeof(*w));

	if (w)
		w->sink = sink;
	return w;
}

/* --- one decision */

static const char *next_text(const char **at, const char *end)
{
	const char *text = *at;

	*at += *at < end ? strlen(*at) + 1 : 0;
	return *text ? text : NULL;
}

/* There is a NUL behind @bytes. */
static void take(struct fanotify_watch *w, const struct watched *one, size_t size)
{
	const char *at = w->bytes + sizeof(struct decided), *end = w->bytes + size;
	struct decided is;
	struct rootward_event event;

	if (size < sizeof(is))
		return;
	w->bytes[size] = '\0';
	memcpy(&is, w->bytes, sizeof(is));
	event = (struct rootward_event){
		.ops = is.ops,
		.denied = is.denied,
		.reason = is.reason,
		.pid = is.pid,
		.policy = one->name,
		.comm = *is.comm ? is.comm : NULL,
		.outcome = (enum rootward_outcome)is.outcome,
		.when = is.when,
		.exe = is.exe,
		.whole = (int)is.whole,
		.owned = (int)is.owned,
		.uid = is.uid,
		.gid = is.gid,
	};
	event.object = next_text(&at, end);
	event.tree = next_text(&at, end);
	event.origin = next_text(&at, end);
	watch_sink_take(w->sink, &event);
}

/* Return: 0: no more for now; -EPIPE: nobody tells any more; -errno. */
static int drain(struct fanotify_watch *w, const struct watched *one)
{
	ssize_t n;

	for (;;) {
		n = recv(one->told, w->bytes, DECIDED_MAX, MSG_DONTWAIT);
		if (n > 0)
			take(w, one, (size_t)n);
		else if (n == 0)
			return -EPIPE;
		else if (errno != EINTR)
			return errno == EAGAIN ? 0 : -errno;
	}
}

/* --- one policy */

/* The group has the description, too: it must be taken from what is waited for. */
static void stop_watching(struct fanotify_watch *w, struct watched *one)
{
	epoll_ctl(w->sink->epoll, EPOLL_CTL_DEL, one->told, NULL);
	if (one->counts) {
		one->counts->watch = 0;
		w->lost += one->counts->lost - one->lost;
		munmap(one->counts, sizeof(*one->counts));
	}
	cleanup_close(&one->told);
	cleanup_close(&one->lock);
	free(one->path);
}

static int share(struct watched *one, int shared)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char path[64];
	void *p;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", shared);
	one->lock = open(path, O_RDWR | O_CLOEXEC);
	if (one->lock < 0)
		return -errno;
	if (fcntl(one->lock, F_OFD_SETLK, &lock) < 0)
		return errno == EAGAIN || errno == EACCES ? -EBUSY : -errno;
	p = mmap(NULL, sizeof(*one->counts), PROT_READ | PROT_WRITE, MAP_SHARED, one->lock, 0);
	if (p == MAP_FAILED)
		return -errno;
	one->counts = p;
	return 0;
}

/* What was told before is for nobody. */
static int begin(struct fanotify_watch *w, struct watched *one, int shared)
{
	rootward_event_fn fn = w->sink->fn;
	int r = share(one, shared);

	if (r < 0)
		return r;
	w->sink->fn = NULL;
	drain(w, one);
	w->sink->fn = fn;
	one->lost = one->counts->lost;
	one->counts->watch = w->sink->what + 1;
	return epoll_ctl(w->sink->epoll, EPOLL_CTL_ADD, one->told,
			 &(struct epoll_event){ .events = EPOLLIN }) < 0
		       ? -errno
		       : 0;
}

static bool is_known(const struct fanotify_watch *w, const char *path)
{
	size_t i;

	for (i = 0; i < w->n; i++)
		if (!strcmp(w->list[i].path, path))
			return true;
	return false;
}

static int add(struct fanotify_watch *w, const char *path, const struct to_watch *is, int fds[2])
{
	struct watched *bigger = reallocarray(w->list, w->n + 1, sizeof(*bigger)), *one;
	int r;

	if (bigger)
		w->list = bigger;
	else
		return -ENOMEM;
	one = &w->list[w->n];
	*one = (struct watched){ .path = strdup(path), .lock = -1, .told = steal_fd(&fds[1]) };
	memcpy(one->name, is->name, sizeof(one->name));
	one->name[FANOTIFY_NAME_MAX] = '\0';
	r = one->path ? begin(w, one, fds[0]) : -ENOMEM;
	if (r < 0)
		stop_watching(w, one);
	else
		w->n++;
	return r;
}

static int look_at(void *data, const char *path)
{
	struct fanotify_watch *w = data;
	const char *name = w->sink->name;
	struct to_watch is;
	int fds[2], r;

	if (is_known(w, path))
		return 0;
	r = talk_watch(path, &is, fds);
	/* it is no more, or not for long */
	if (r == -ECONNREFUSED || r == -ENOENT || r == -ECONNRESET || r == -EPIPE)
		return 0;
	if (r < 0)
		return r;
	if (!name || !strncmp(is.name, name, FANOTIFY_NAME_MAX))
		r = add(w, path, &is, fds);
	cleanup_close(&fds[0]);
	cleanup_close(&fds[1]);
	return r;
}

/* --- all of them */

int fanotify_watch_look_up(struct fanotify_watch *w)
{
	int r = talk_paths(look_at, w);

	if (r == -EACCES)
		r = -EPERM;
	return r < 0 ? r : (int)w->n;
}

int fanotify_watch_consume(struct fanotify_watch *w)
{
	size_t i = 0;
	int r;

	while (i < w->n) {
		r = drain(w, &w->list[i]);
		if (r == -EPIPE) {
			stop_watching(w, &w->list[i]);
			w->list[i] = w->list[--w->n];
		} else if (r < 0) {
			return r;
		} else {
			i++;
		}
	}
	return 0;
}

uint64_t fanotify_watch_lost(const struct fanotify_watch *w)
{
	uint64_t lost = w->lost;
	size_t i;

	for (i = 0; i < w->n; i++)
		lost += w->list[i].counts->lost - w->list[i].lost;
	return lost;
}

void fanotify_watch_free(struct fanotify_watch *w)
{
	if (!w)
		return;
	while (w->n)
		stop_watching(w, &w->list[--w->n]);
	free(w->list);
	free(w);
}
