/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What check finds in one policy: collected, and told in the order of its lines. */
#ifndef TOOL_FINDINGS_H
#define TOOL_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>
#include <rootward.h>

struct finding;

/**
 * struct findings - of one policy.
 * @engine:  whose they are just now, or NULL: the policy's own
 * @lenient: an error is a warning, for another engine may do
 * @n:       by severity
 * @list:    @count of them that have not been told yet
 * @shown:   how many have been printed, or would have been but for their number
 * @array:   for --json, or NULL
 */
struct findings {
	const char *engine;
	bool lenient;
	size_t n[3];
	struct finding *list;
	size_t count;
	size_t shown;
	json_t *array;
};

/** findings_opts() - options for the library that collect into @findings. */
struct rootward_opts findings_opts(struct findings *findings);

/** findings_take() - a rootward_diag_fn; @data is a struct findings. */
void findings_take(void *data, const struct rootward_diag *diag);

/** findings_tell() - print what was collected, or put it into the array. */
void findings_tell(struct findings *findings);

/** findings_left_out() - how many were too many to be printed. */
size_t findings_left_out(const struct findings *findings);

void findings_done(struct findings *findings);

#endif
