/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A watch: one sink, into which each engine pours what its policies decide. */
#ifndef ROOTWARD_LIB_WATCH_H
#define ROOTWARD_LIB_WATCH_H

#include <rootward.h>

/**
 * struct watch_sink - what an engine's part of a watch knows of the whole.
 * @epoll: readable as soon as there is something
 * @name:  of the policy, or NULL: of all
 * @fn:    gets the events; NULL: nobody does
 * @told:  how many it got
 */
struct watch_sink {
	int epoll;
	char *name;
	enum rootward_watch_what what;
	rootward_event_fn fn;
	void *data;
	int told;
};

static inline void watch_sink_take(struct watch_sink *sink, const struct rootward_event *event)
{
	if (!sink->fn)
		return;
	sink->fn(sink->data, event);
	sink->told++;
}

/*
 * Each engine's part:
 *	new()     Return: NULL when memory is out
 *	look_up() begin with policies that have come, end with those that have gone.  Return: how
 *	          many are watched; -EBUSY: somebody else watches one; -errno
 *	consume() hand over all there is.  Return: 0 or -errno
 *	lost()    of those watched now and before
 */

struct bpf_watch *bpf_watch_new(struct watch_sink *sink);
int bpf_watch_look_up(struct bpf_watch *watch);
int bpf_watch_consume(struct bpf_watch *watch);
uint64_t bpf_watch_lost(const struct bpf_watch *watch);
void bpf_watch_free(struct bpf_watch *watch);

struct fanotify_watch *fanotify_watch_new(struct watch_sink *sink);
int fanotify_watch_look_up(struct fanotify_watch *watch);
int fanotify_watch_consume(struct fanotify_watch *watch);
uint64_t fanotify_watch_lost(const struct fanotify_watch *watch);
void fanotify_watch_free(struct fanotify_watch *watch);

#endif
