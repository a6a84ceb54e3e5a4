/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The live view of `rootward watch`: decisions grouped by tree and rule. */
#ifndef TOOL_WATCH_H
#define TOOL_WATCH_H

#include "tally.h"

/**
 * struct view - zero to begin with.
 * @name:    of the policy that is watched; NULL: all
 * @seconds: since the watch began
 * @lost:    events that there was no room for
 * @rate:    events per second, lately
 * @before:  their number at the last view_tick()
 */
struct view {
	const char *name;
	struct tally tally;
	double seconds;
	uint64_t lost;
	double rate;
	uint64_t before;
};

/** view_take() - a rootward_event_fn; @data is a struct view. */
void view_take(void *data, const struct rootward_event *event);

/** view_tick() - so many seconds went by since the last: rates follow. */
void view_tick(struct view *view, double seconds);

/**
 * view_draw() - the picture.
 * @width, @height: at most so many columns and lines; 0: as many as it takes
 * @end: the end of each line
 */
void view_draw(FILE *out, struct view *view, int width, int height, bool colour, const char *end);

void view_done(struct view *view);

#endif
