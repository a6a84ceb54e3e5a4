/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Trees drawn in ASCII, as tree(1) does:
 *
 *	work/
 *	|-- main.c          a file; it contains its own name
 *	|-- build*          a program (see put_program())
 *	|-- link -> main.c  a symbolic link
 *	|-- queue|          a fifo
 *	|-- agent=          a socket
 *	`-- secret/
 *	    `-- key
 */
#ifndef DRAWING_H
#define DRAWING_H

/** drawing_build() - make what @drawing shows, in the working directory.  Return: 0 or -errno;
 * -EINVAL for a line that does not fit what is above it.
 */
int drawing_build(const char *drawing);

#endif
