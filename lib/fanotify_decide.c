/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The decider.  While it decides it opens nothing that the kernel would ask it about, for nobody
 * would answer: what it opens is O_PATH, or in /proc, of which fanotify never asks.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/fanotify.h>

#include "cleanup.h"
#include "fanotify.h"
#include "walk.h"

/**
 * struct question - what the kernel asks.
 * @tid: the thread
 * @ops: of FANOTIFY_OPS
 */
struct question {
	int fd;
	pid_t tid;
	uint32_t ops;
};

/*
 * A hidden directory that no mount shows may be ruled only if the rule was hung by a mount that
 * showed it: one that has gone, or that something covers now.
 */
static bool may_be_ruled(const struct rootward_explainer *x, const struct mountinfo *own,
			 const struct mount_entry *m)
{
	const struct anchor *anchor = x->plain.list;
	const struct mount_entry *by;
	size_t len;

	for (; anchor < x->plain.list + x->plain.n; anchor++) {
		if (anchor->kind == ANCHOR_GUARD)
			continue;
		by = mountinfo_find(own, anchor->tree->mnt_id);
		if (!by || !by->root || !m->root)
			return true;
		len = strcmp(by->root, "/") ? strlen(by->root) : 0;
		if (by->dev == m->dev && !strncmp(by->root, m->root, len) && m->root[len] == '/' &&
		    m->root[len + 1])
			return true;
	}
	return false;
}

static bool is_blind(const struct group *group, const struct view *view, const struct way *way)
{
	const struct mount_entry *m;
	const struct place *place;

	for (place = way->places; way->blind && place < way->places + way->n; place++) {
		if (!(place->is.flags & VFS_WALK_UNSEEN) || !(place->is.flags & VFS_WALK_HIDDEN))
			continue;
		m = mountinfo_find(&view->asker.mounts, place->is.mnt_id);
		if (!m || may_be_ruled(group->explainer, &view->own, m))
			return true;
	}
	return false;
}

/* By the rules on the way: what explain says, too. */
static bool ask(const struct group *group, const struct view *view, const struct way *way,
		uint32_t ops, struct telling *telling)
{
	struct decision d = {
		.ops = ops,
		.mode = DECIDE_OBJECT,
		.asker = &view->asker,
		.object = way->places[0].is.owner,
	};
	const struct ruling *decides = NULL;
	unsigned int bit;

	decide(way, group->policy, &d);
	for (bit = 0; bit < ROOTWARD_OP_COUNT; bit++)
		if (ops >> bit & 1 &&
		    (!decides || (decides->reason < 0 && d.rulings[bit].reason >= 0)))
			decides = &d.rulings[bit];
	tell_decision(telling, group, way, decides, view->asker.top < 0);
	return decides->reason < 0;
}

/* Return: 1 allowed, 0 denied; -EAGAIN: it would not hold still; -errno: it cannot be found out. */
static int decide_once(const struct group *group, struct view *view, const struct question *q,
		       bool fresh, struct telling *telling)
{
	_cleanup_(way_free) struct way way = { 0 };
	int r = view_of(view, group, q->fd, q->tid, fresh);

	if (!r && group->owners)
		r = asker_of_process(&view->asker, q->tid);
	if (!r)
		r = way_walk(&way, group->explainer, &view->located, &view->asker, true);
	if (!r)
		r = rules_attach(&way, group->explainer);
	if (!r && !view_holds(view, &way))
		r = -EAGAIN;
	if (!r && is_blind(group, view, &way))
		r = -EXDEV;
	if (!r)
		r = ask(group, view, &way, q->ops, telling);
	view_leave(view);
	return r;
}

static bool is_allowed(struct group *group, struct view *view, const struct question *q)
{
	struct telling telling;
	bool passes;
	int r, tries;

	if (!whom_is_under(&group->whom, q->tid))
		return true;
	tell_begin(&telling, group, q->ops);
	r = decide_once(group, view, q, false, &telling);
	for (tries = 1; r < 0 && tries < VFS_WALK_MAX_TRIES; tries++)
		r = decide_once(group, view, q, true, &telling);
	if (tries > 1)
		group->counts->retried++;
	if (r < 0) {
		group->counts->unstable++;
		tell_failure(&telling, q->fd, r);
	}
	if (r > 0)
		group->counts->allowed++;
	else
		group->counts->denied++;
	passes = r > 0 || group->policy->mode != ROOTWARD_MODE_ENFORCE;
	tell_end(&telling, group, q->tid,
		 r > 0	  ? ROOTWARD_ALLOWED
		 : passes ? ROOTWARD_PASSED
			  : ROOTWARD_DENIED);
	return passes;
}

static uint32_t ops_of(const struct fanotify_event_metadata *event)
{
	struct statx st;

	if (event->mask & FAN_OPEN_EXEC_PERM)
		return ROOTWARD_OP_EXECUTE;
	if (walk_stat(event->fd, &st) < 0)
		return FANOTIFY_OPS;
	return S_ISDIR(st.stx_mode) ? ROOTWARD_OP_READ_DIR : ROOTWARD_OP_READ_FILE;
}

/* What the kernel cannot hand over it denies by itself; what is no question has no descriptor. */
static void answer(struct group *group, struct view *view,
		   const struct fanotify_event_metadata *event)
{
	struct fanotify_response response = { .fd = event->fd, .response = FAN_DENY };
	struct question q = { .fd = event->fd, .tid = event->pid, .ops = ops_of(event) };
	ssize_t n;

	if (event->fd < 0)
		return;
	group->counts->tid = q.tid;
	group->counts->ops = q.ops;
	if (event->vers == FANOTIFY_METADATA_VERSION && is_allowed(group, view, &q))
		response.response = FAN_ALLOW;
	/* First: who was answered may unmount what it is on.  The kernel goes by its number. */
	close(event->fd);
	do
		n = write(group->fd, &response, sizeof(response));
	while (n < 0 && errno == EINTR);
}

/* One at a time: so the next one's descriptor always has the same number (supervise.c). */
static void read_one(struct group *group, struct view *view)
{
	struct fanotify_event_metadata event;
	ssize_t n;

	group->counts->busy = 1;
	n = read(group->fd, &event, sizeof(event));
	if (n == sizeof(event)) {
		answer(group, view, &event);
	} else if (n >= 0 || (errno != EAGAIN && errno != EINTR)) {
		/* a descriptor could not be made: the kernel has denied it */
		group->counts->denied++;
		group->counts->unstable++;
		tell_end_denied(group, 0, FANOTIFY_OPS);
	}
	group->counts->turns++;
	group->counts->busy = 0;
}

void decider_run(struct group *group, int supervisor)
{
	struct pollfd fds[] = {
		{ .fd = group->fd, .events = POLLIN },
		{ .fd = supervisor, .events = POLLIN },
	};
	struct view view;
	int next;

	if (view_open(&view) < 0)
		_exit(1);
	next = dup(group->fd);
	group->counts->event_fd = next;
	close(next);
	while (!group->counts->stop && !fds[1].revents) {
		if (poll(fds, 2, -1) > 0 && fds[0].revents & POLLIN)
			read_one(group, &view);
	}
	mountinfo_free(&view.own);
	close(view.changes);
}
