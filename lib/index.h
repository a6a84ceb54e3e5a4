/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A hash table of numbers (of trees), so that "is there one like it already?" stays cheap with
 * 100 000 of them.  What a number stands for, and when two are alike, only the user knows.
 */
#ifndef ROOTWARD_INDEX_H
#define ROOTWARD_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INDEX_NONE UINT32_MAX

struct index_slot {
	uint32_t hash;
	uint32_t number; /* INDEX_NONE: free */
};

/** struct index - start with zeros. */
struct index {
	struct index_slot *slots;
	size_t size;
	size_t used;
};

/** index_find() - the number with @hash for which @alike says yes, or INDEX_NONE. */
uint32_t index_find(const struct index *index, uint32_t hash,
		    bool (*alike)(const void *data, uint32_t number, const void *key),
		    const void *data, const void *key);

/** index_add() - Return: 0 or -ENOMEM. */
int index_add(struct index *index, uint32_t hash, uint32_t number);

void index_free(struct index *index);

/** hash_bytes() - fold @len bytes into @hash; begin with 0. */
uint32_t hash_bytes(uint32_t hash, const void *bytes, size_t len);

#endif
