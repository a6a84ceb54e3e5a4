/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* learn --update: the policy that is widened, and what its owner says to that. */
#ifndef TOOL_LEARN_UPDATE_H
#define TOOL_LEARN_UPDATE_H

#include <signal.h>

#include <rootward.h>

#include "learn.h"

/**
 * struct update
 * @file: as given; NULL: none
 * @text: what is in there, and @policy: what that says
 */
struct update {
	const char *file;
	char *text;
	size_t len;
	struct rootward_policy *policy;
};

/** update_load() - Return: 0; -errno, perhaps after a diagnostic. */
int update_load(struct update *update, const struct rootward_opts *opts);

/** update_shows() - where who is asked sees the difference. */
FILE *update_shows(void);

/**
 * update_text() - @text with the rules in @learn, having shown the difference on @show.
 * @text: to free; NULL: nothing is to be added
 * Return: 0; -errno after a message, with what should have been added.
 */
int update_text(const struct update *update, const struct learn *learn, FILE *show, char **text);

/** update_accepted() - ask, if there is a terminal; @mask: signals for as long as that takes. */
bool update_accepted(const struct update *update, const sigset_t *mask);

/**
 * update_write() - the file is the old one or the new one at any moment (outfile.h).
 * Return: 0; -ESTALE after a message: it is not what was read any more; -errno after a message.
 */
int update_write(const struct update *update, const char *text);

void update_done(struct update *update);

#endif
