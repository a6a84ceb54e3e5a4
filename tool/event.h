/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One decision, in words. */
#ifndef TOOL_EVENT_H
#define TOOL_EVENT_H

#include <stdio.h>

#include <jansson.h>
#include <rootward.h>

/** event_outcome() - "denied", "let pass", "allowed". */
const char *event_outcome(enum rootward_outcome outcome);

/** event_ops() - the operations that it is about: those that were denied, or all that were asked.
 */
uint32_t event_ops(const struct rootward_event *event);

#define EVENT_WHAT_MAX 512

/**
 * event_what() - "read_file, stat"; where it was no operation on a file, the capability, the signal
 * or the request.  Return: @buf.
 */
const char *event_what(uint32_t ops, int reason, uint32_t arg, char *buf, size_t size);

/** event_print_object() - what is known of its path; "..." stands for what is not. */
void event_print_object(FILE *out, const struct rootward_event *event);

/** event_line() - one line; @offset: from CLOCK_BOOTTIME to CLOCK_REALTIME, in nanoseconds. */
void event_line(FILE *out, const struct rootward_event *event, int64_t offset);

/** event_json() - the same, all that is known; docs/load.md has the keys.  NULL: out of memory. */
json_t *event_json(const struct rootward_event *event, int64_t offset);

#endif
