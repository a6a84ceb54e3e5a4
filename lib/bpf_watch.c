/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Watching: the rings of loaded policies are read as they fill.  When one takes another's place,
 * what its predecessor still had to tell is read first.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bpf_attach.h"
#include "bpf_events.h"
#include "bpf_kernel.h"
#include "bpf_loaded.h"
#include "bpf_rules.h"
#include "watch.h"

/*
 * A watch says that it is there for so long; it is looked up more often.  One that was stopped is
 * told for longer how much it missed.
 */
#define STAYS_NS 3000000000ULL
#define MISSES_NS 60000000000ULL

/**
 * struct watched - one policy.
 * @serial: rw_domain.serial, 0: none is at this place
 * @lost:   when the watch began
 * @seen:   lately
 */
struct watched {
	struct bpf_watch *watch;
	struct ring_buffer *ring;
	__u32 domain;
	__u64 serial;
	__u64 lost;
	__u64 seen;
};

/** struct bpf_watch - @lost: of policies that are no more */
struct bpf_watch {
	struct watch_sink *sink;
	struct bpf_kernel kernel;
	__u64 name_hash;
	struct watched list[RW_LOADED];
	__u64 lost;
	struct event_reader reader;
};

static __u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static int hand_over(void *ctx, void *bytes, size_t size)
{
	struct watched *from = ctx;
	struct bpf_watch *w = from->watch;
	struct rootward_event event;
	const struct rw_event *e = event_read(&w->reader, bytes, size, &event);
	struct rw_tree_key key;
	struct rw_tree tree;

	if (!e)
		return 0;
	event.policy = w->kernel.domains[from->domain].name;
	key = (struct rw_tree_key){ .domain = e->domain, .layer = 0, .tree = e->tree };
	if (e->tree != RW_NO_TREE &&
	    bpf_map_lookup_elem(w->kernel.pins[PINNED_TREES], &key, &tree) == 0) {
		event.tree = tree.path;
		event.origin = tree.origin;
	}
	watch_sink_take(w->sink, &event);
	return 0;
}

static struct rw_domain *domain_of(struct watched *one)
{
	return &one->watch->kernel.domains[one->domain];
}

static void stop_watching(struct watched *one)
{
	struct rw_domain *domain = domain_of(one);

	if (!one->serial)
		return;
	ring_buffer__consume(one->ring);
	ring_buffer__free(one->ring);
	/* Another may have its number by now. */
	if (domain->serial == one->serial) {
		one->seen = domain->lost;
		domain->lost_until = 0;
		domain->watched_until = 0;
		domain->told_until = 0;
	}
	one->watch->lost += one->seen - one->lost;
	one->ring = NULL;
	one->serial = 0;
}

static void stay(struct watched *one)
{
	struct rw_domain *domain = domain_of(one);
	__u64 until = now_ns() + STAYS_NS;

	one->seen = domain->lost;
	__atomic_store_n(&domain->lost_until, now_ns() + MISSES_NS, __ATOMIC_RELAXED);
	__atomic_store_n(&domain->watched_until, until, __ATOMIC_RELAXED);
	if (one->watch->sink->what == ROOTWARD_WATCH_ALL)
		__atomic_store_n(&domain->told_until, until, __ATOMIC_RELAXED);
}

/*
 * To be told of all that is allowed, all programs are needed; whoever takes them off their hooks
 * sees that they are (bpf_detach()).  Under the lock.
 */
static int begin_to_stay(struct watched *one)
{
	struct bpf_watch *w = one->watch;
	int r = 0;

	if (w->sink->what == ROOTWARD_WATCH_ALL)
		r = bpf_attach(&w->kernel, ROOTWARD_OPS_TELL, NULL);
	if (r == 0)
		stay(one);
	return r;
}

/* One that was stopped for long was thought to have gone. */
static int stay_on(struct watched *one)
{
	struct bpf_kernel *k = &one->watch->kernel;
	int r = 0;

	if (domain_of(one)->watched_until > now_ns()) {
		stay(one);
		return 0;
	}
	r = bpf_kernel_lock(k);
	if (r == 0 && bpf_kernel_is_current(k))
		r = begin_to_stay(one);
	bpf_kernel_unlock(k);
	return r;
}

/* What was told before is for nobody.  Under the lock: two may begin at once. */
static int start_locked(struct bpf_watch *w, struct watched *one, __u32 domain)
{
	rootward_event_fn fn = w->sink->fn;
	int ring, r;
	__u32 id;

	if (w->kernel.domains[domain].watched_until > now_ns())
		return -EBUSY;
	if (bpf_map_lookup_elem(w->kernel.pins[PINNED_RINGS], &domain, &id) < 0)
		return -errno;
	ring = bpf_map_get_fd_by_id(id);
	if (ring < 0)
		return ring;
	*one = (struct watched){ .watch = w, .domain = domain };
	one->ring = ring_buffer__new(ring, hand_over, one, NULL);
	close(ring);
	if (!one->ring)
		return -errno;
	/* A ring that is freed is no longer waited for. */
	if (epoll_ctl(w->sink->epoll, EPOLL_CTL_ADD, ring_buffer__epoll_fd(one->ring),
		      &(struct epoll_event){ .events = EPOLLIN }) < 0) {
		ring_buffer__free(one->ring);
		return -errno;
	}
	r = begin_to_stay(one);
	if (r < 0) {
		ring_buffer__free(one->ring);
		return r;
	}
	one->serial = w->kernel.domains[domain].serial;
	one->lost = w->kernel.domains[domain].lost;
	w->sink->fn = NULL;
	ring_buffer__consume(one->ring);
	w->sink->fn = fn;
	return 0;
}

static int start_watching(struct bpf_watch *w, struct watched *one, __u32 domain)
{
	int r = bpf_kernel_lock(&w->kernel);

	if (r == 0)
		r = start_locked(w, one, domain);
	bpf_kernel_unlock(&w->kernel);
	return r;
}

static bool is_wanted(const struct bpf_watch *w, __u32 domain)
{
	return domain && (!w->sink->name || w->kernel.domains[domain].name_hash == w->name_hash);
}

/*
 * When the last policy goes, the maps go with it, and the next to come has others.  Return: 0 when
 * there are maps, -ENOENT when there are none.
 */
static int look_anew(struct bpf_watch *w)
{
	int i;

	for (i = 0; i < RW_LOADED && w->kernel.domains; i++)
		stop_watching(&w->list[i]);
	bpf_kernel_close(&w->kernel);
	return loaded_look(&w->kernel);
}

static int look_up_list(struct bpf_watch *w)
{
	__u32 i, domain;
	int n = 0, r;

	for (i = 0; i < RW_LOADED; i++) {
		struct watched *one = &w->list[i];

		domain = __atomic_load_n(&w->kernel.shared->loaded[i], __ATOMIC_SEQ_CST);
		if (!is_wanted(w, domain))
			domain = 0;
		if (one->serial &&
		    (one->domain != domain || one->serial != w->kernel.domains[domain].serial))
			stop_watching(one);
		if (!domain)
			continue;
		r = one->serial ? stay_on(one) : start_watching(w, one, domain);
		if (r < 0)
			return r;
		n++;
	}
	return n;
}

int bpf_watch_look_up(struct bpf_watch *w)
{
	int n = w->kernel.domains ? look_up_list(w) : 0;

	if (n)
		return n;
	n = look_anew(w);
	return n == -ENOENT ? 0 : n < 0 ? n : look_up_list(w);
}

int bpf_watch_consume(struct bpf_watch *w)
{
	int i, r = 0;

	for (i = 0; i < RW_LOADED && r >= 0; i++)
		if (w->list[i].serial)
			r = ring_buffer__consume(w->list[i].ring);
	return r < 0 ? r : 0;
}

struct bpf_watch *bpf_watch_new(struct watch_sink *sink)
{
	struct bpf_watch *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->sink = sink;
	w->kernel = (struct bpf_kernel)BPF_KERNEL_NONE;
	w->name_hash = sink->name ? rule_name_hash(sink->name, strlen(sink->name)) : 0;
	return w;
}

uint64_t bpf_watch_lost(const struct bpf_watch *w)
{
	uint64_t lost = w->lost;
	int i;

	for (i = 0; i < RW_LOADED; i++)
		if (w->list[i].serial)
			lost += w->kernel.domains[w->list[i].domain].lost - w->list[i].lost;
	return lost;
}

void bpf_watch_free(struct bpf_watch *w)
{
	int i;

	if (!w)
		return;
	for (i = 0; i < RW_LOADED; i++)
		if (w->list[i].serial)
			stop_watching(&w->list[i]);
	if (w->kernel.domains && bpf_kernel_lock(&w->kernel) == 0)
		bpf_detach(&w->kernel);
	bpf_kernel_close(&w->kernel);
	event_reader_done(&w->reader);
	free(w);
}
