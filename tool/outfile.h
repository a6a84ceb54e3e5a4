/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A file that an option names, to be written at the end.  It is opened at the beginning, so that
 * nobody waits for what cannot be written then; until there is something to write it stays as it
 * is, and where there was none and nothing came of it, none is left.
 */
#ifndef TOOL_OUTFILE_H
#define TOOL_OUTFILE_H

#include <stdbool.h>
#include <stdio.h>

/**
 * struct outfile - all zero: none.
 * @fresh: it was made here
 */
struct outfile {
	const char *name;
	FILE *file;
	bool fresh;
};

/**
 * outfile_open()
 * @name: kept; NULL: there is none, and nothing to be done
 * Return: 0; -errno after a message.
 */
int outfile_open(struct outfile *out, const char *name);

/** outfile_start() - what was in there goes. Return: where to write to; NULL: there is none. */
FILE *outfile_start(struct outfile *out);

/** outfile_finish() - all was written. Return: 0; -errno after a message. */
int outfile_finish(struct outfile *out);

/** outfile_drop() - nothing was.  Does nothing after outfile_finish(). */
void outfile_drop(struct outfile *out);

#endif
