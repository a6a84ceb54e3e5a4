/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Watching, whichever engine decides.  The policies that there are get looked up again before each
 * wait, so one that takes another's place is watched from then on.
 */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

#include "cleanup.h"
#include "opts.h"
#include "watch.h"

#define LOOKS_UP_MS 500

struct rootward_watch {
	struct watch_sink sink;
	struct bpf_watch *bpf;
	struct fanotify_watch *fanotify;
};

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Return: how many policies are watched, or -errno. */
static int look_up(struct rootward_watch *w)
{
	int n = fanotify_watch_look_up(w->fanotify);
	int m = n < 0 ? n : bpf_watch_look_up(w->bpf);

	return m < 0 ? m : n + m;
}

/* Return: how many events, or -errno. */
static int consume(struct rootward_watch *w)
{
	int r;

	w->sink.told = 0;
	r = fanotify_watch_consume(w->fanotify);
	if (r == 0)
		r = bpf_watch_consume(w->bpf);
	return r < 0 ? r : w->sink.told;
}

static int watch_new(struct rootward_watch *w, const char *name, enum rootward_watch_what what)
{
	w->sink.what = what;
	w->sink.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (w->sink.epoll < 0)
		return -errno;
	w->sink.name = name ? strdup(name) : NULL;
	w->bpf = bpf_watch_new(&w->sink);
	w->fanotify = fanotify_watch_new(&w->sink);
	if ((name && !w->sink.name) || !w->bpf || !w->fanotify)
		return -ENOMEM;
	return look_up(w);
}

int rootward_watch_new(struct rootward_watch **ret, const char *name, enum rootward_watch_what what,
		       const struct rootward_opts *opts)
{
	struct rootward_watch *w;
	struct rootward_opts copy;
	int r;

	r = opts_take(&copy, opts);
	if (r < 0)
		return r;
	w = calloc(1, sizeof(*w));
	if (!w)
		return -ENOMEM;
	r = watch_new(w, name, what);
	if (r > 0) {
		*ret = w;
		return 0;
	}
	rootward_watch_free(w);
	return r < 0 ? r : -ENOENT;
}

static int wait_for_any(const struct rootward_watch *w, int timeout)
{
	struct epoll_event event;

	if (timeout < 0 || timeout > LOOKS_UP_MS)
		timeout = LOOKS_UP_MS;
	return epoll_wait(w->sink.epoll, &event, 1, timeout) < 0 ? -errno : 0;
}

int rootward_watch_read(struct rootward_watch *w, int timeout, rootward_event_fn fn, void *data)
{
	uint64_t begin = now_ms(), looked = 0;
	int r, left, watched = 1;

	w->sink.fn = fn;
	w->sink.data = data;
	for (;;) {
		if (now_ms() - looked > LOOKS_UP_MS) {
			watched = look_up(w);
			looked = now_ms();
		}
		r = watched < 0 ? watched : consume(w);
		if (r)
			return r;
		if (!watched && w->sink.name)
			return -ENOENT;
		left = timeout < 0 ? -1 : timeout - (int)(now_ms() - begin);
		if (timeout >= 0 && left <= 0)
			return 0;
		r = wait_for_any(w, left);
		if (r < 0)
			return r;
	}
}

uint64_t rootward_watch_lost(struct rootward_watch *w)
{
	return bpf_watch_lost(w->bpf) + fanotify_watch_lost(w->fanotify);
}

void rootward_watch_free(struct rootward_watch *w)
{
	if (!w)
		return;
	w->sink.fn = NULL;
	bpf_watch_free(w->bpf);
	fanotify_watch_free(w->fanotify);
	cleanup_close(&w->sink.epoll);
	free(w->sink.name);
	free(w);
}
