/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What all pictures need. */
#ifndef TOOL_SVG_H
#define TOOL_SVG_H

#include <stdio.h>

/* A monospaced letter of 12 px is so wide. */
#define SVG_LETTER 7.3

/**
 * svg_put_escaped() - @text as messages show it, with what XML would take for its own written out.
 * For what stands between tags.
 *
 * Return: how many letters that is.
 */
int svg_put_escaped(FILE *out, const char *text);

#endif
