/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A file that an option names, to be written at the end.  It is opened at the beginning, so that
 * nobody waits for what cannot be written then; until everything is there to be written it stays
 * as it is, and then a new file takes its place: whatever happens, it is the old one or the new
 * one.  Where there was none and nothing came of it, none is left.
 */
#ifndef TOOL_OUTFILE_H
#define TOOL_OUTFILE_H

#include <stdbool.h>
#include <stdio.h>

/**
 * struct outfile - all zero: none.
 * @target: the regular file that is replaced; NULL: what @fd is, is written to
 * @file:   keeps what is to be written, in @text, of @size
 * @fresh:  it was made here
 */
struct outfile {
	const char *name;
	char *target;
	FILE *file;
	char *text;
	size_t size;
	int fd;
	bool fresh;
};

/**
 * outfile_open()
 * @name: kept; NULL: there is none, and nothing to be done
 * Return: 0; -errno after a message.
 */
int outfile_open(struct outfile *out, const char *name);

/** outfile_start() - Return: where to write to; NULL: there is none. */
FILE *outfile_start(struct outfile *out);

/** outfile_finish() - all was written. Return: 0; -errno after a message. */
int outfile_finish(struct outfile *out);

/**
 * outfile_finish_if() - the same, but what there is is replaced only if @is_as_it_was says so,
 * which is asked last.
 */
int outfile_finish_if(struct outfile *out, bool (*is_as_it_was)(const void *data),
		      const void *data);

/** outfile_drop() - nothing was.  Does nothing after outfile_finish(). */
void outfile_drop(struct outfile *out);

#endif
