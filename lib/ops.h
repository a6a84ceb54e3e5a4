/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Words for operations, both ways, from the one table in rootward/ops.h. */
#ifndef ROOTWARD_LIB_OPS_H
#define ROOTWARD_LIB_OPS_H

#include <stddef.h>
#include <rootward/ops.h>
#include <stdint.h>

/** ops_from_word() - the mask of an operation or group word; 0 when there is no such word. */
uint32_t ops_from_word(const char *word);

/** ops_nearest_word() - the known word most like @word, or NULL when none is near. */
const char *ops_nearest_word(const char *word);

/** ops_word() - the word of one bit, or NULL. */
const char *ops_word(unsigned int bit);

/**
 * ops_format() - "read_file, read_dir" for a mask; whole groups by their word ("read, execute").
 * Return: @buf, cut to @size.
 */
const char *ops_format(uint32_t ops, char *buf, size_t size);

#define OPS_FORMAT_MAX 512

#endif
