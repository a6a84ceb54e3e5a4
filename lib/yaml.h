/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * YAML text into a small tree of nodes that know their place.  libfyaml does the parsing; what a
 * policy has no use for (aliases, tags, several documents, endless nesting) ends here, with a
 * message.
 */
#ifndef ROOTWARD_YAML_H
#define ROOTWARD_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "diag.h"

enum yaml_kind {
	YAML_NOTHING, /* `key:` and no value */
	YAML_WORD,
	YAML_LIST,
	YAML_MAP,
	YAML_REFUSED, /* has its message already; to be passed over in silence */
};

/**
 * struct yaml_node
 * @line, @column: from 1; a YAML_NOTHING has the place of what comes before it
 * @length: of @text; more than strlen(@text) when an escape put a NUL into it
 * @child:  the first element of a list; of a map, its first key, which the value follows as @next
 * @last:   where @next of the coming child goes
 * @flow:   in brackets
 * @cut:    of this list or map there may be more, which could not be parsed
 */
struct yaml_node {
	enum yaml_kind kind;
	bool flow, cut;
	unsigned int line;
	unsigned int column;
	struct yaml_node *next;
	struct yaml_node *child;
	struct yaml_node **last;
	size_t length;
	char text[];
};

#define YAML_SIZE_MAX (16U << 20)

/**
 * yaml_parse() - @len bytes at @text, called @file in messages.
 * @ret: the document's node, or NULL when there is none; with -EINVAL what there is of it up to
 *       the mistake, so that others before it can be told.  Free it with yaml_free()
 *
 * Return: 0; -EINVAL or -E2BIG, reported; -ENOMEM.
 */
int yaml_parse(struct yaml_node **ret, const char *text, size_t len, const char *file,
	       const struct rootward_opts *opts);

void yaml_free(struct yaml_node *node);

#endif
