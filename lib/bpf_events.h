/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the kernel's events to what a person can read. */
#ifndef ROOTWARD_BPF_EVENTS_H
#define ROOTWARD_BPF_EVENTS_H

#include <limits.h>

#include "abi.h"
#include "mountinfo.h"

#include <rootward.h>

/** struct event_reader - begin with zeroes; @mounts as they were lately. */
struct event_reader {
	struct mountinfo mounts;
	char path[PATH_MAX + RW_EVENT_ROOM_WHOLE + RW_EVENT_NAME_MAX];
	char comm[17];
	char exe[65];
};

void event_reader_done(struct event_reader *reader);

/**
 * event_read() - all that @bytes tell by themselves: who decided is for the caller to say.  Strings
 * live until the next call.
 * Return: the event as the kernel wrote it, or NULL: too short to be one.
 */
const struct rw_event *event_read(struct event_reader *reader, const void *bytes, size_t size,
				  struct rootward_event *event);

#endif
