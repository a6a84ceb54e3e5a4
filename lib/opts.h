/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* struct rootward_opts as an older or newer program filled it in. */
#ifndef ROOTWARD_LIB_OPTS_H
#define ROOTWARD_LIB_OPTS_H

#include <errno.h>
#include <string.h>

#include <rootward.h>

/* What the first release had: no program can pass less. */
#define OPTS_SIZE_MIN (offsetof(struct rootward_opts, name) + sizeof(const char *))

/**
 * opts_take() - a complete copy of the caller's @opts, which may be NULL; every public function
 * that gets options does this first.
 *
 * Return: 0; -EINVAL when the size is impossible or a field that this library does not know is
 * set: it would be ignored, and the caller believes that it counts.
 */
static inline int opts_take(struct rootward_opts *copy, const struct rootward_opts *opts)
{
	const unsigned char *bytes = (const unsigned char *)opts;
	size_t i;

	*copy = (struct rootward_opts){ .size = sizeof(*copy) };
	if (!opts)
		return 0;
	if (opts->size < OPTS_SIZE_MIN)
		return -EINVAL;

	for (i = sizeof(*copy); i < opts->size; i++)
		if (bytes[i])
			return -EINVAL;
	memcpy(copy, opts, opts->size < sizeof(*copy) ? opts->size : sizeof(*copy));
	copy->size = sizeof(*copy);
	return 0;
}

#endif
