/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What rootward explain is asked, and by what it is explained. */
#ifndef TOOL_ASKED_H
#define TOOL_ASKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>
#include <rootward.h>

#include "as.h"
#include "engine.h"
#include "message.h"

/**
 * struct asked - what the command line says, and what became of it.
 * @by: without -p, what is explained in its place; else NULL
 * @source: what that is, in a word
 * @loaded: the names of policies for the machine, or NULL: not asked
 */
struct asked {
	const char *files[MAX_LAYERS];
	size_t n_files;
	uint32_t ops;
	struct as as;
	uint32_t flags;
	bool json;
	const char *svg;
	bool help;
	char *by;
	const char *source;
	json_t *loaded;

	struct report report;
	json_t *diagnostics;
	struct rootward_opts opts;
	struct rootward_policy *policies[MAX_LAYERS];
	size_t n_policies;
	struct rootward_explainer *explainer;
	struct rootward_explanation **explanations;
	size_t n;
	const char **missing;
	size_t n_missing;
};

/** asked_load() - the policies, or without any what applies.  Return: 0; -errno after a message. */
int asked_load(struct asked *asked);

/** asked_failed() - a failure, for which the library may have had no words.  Return: @error. */
int asked_failed(struct asked *asked, const char *what, int error);

#endif
