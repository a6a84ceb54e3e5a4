/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>

#include "index.h"

/* A power of two with at least one free slot, so that every search ends. */
static void place(struct index_slot *slots, size_t size, struct index_slot slot)
{
	size_t i = slot.hash & (size - 1);

	while (slots[i].number != INDEX_NONE)
		i = (i + 1) & (size - 1);
	slots[i] = slot;
}

static int grow(struct index *index)
{
	size_t size = index->size ? index->size * 2 : 64;
	struct index_slot *slots = malloc(size * sizeof(*slots));
	size_t i;

	if (!slots)
		return -ENOMEM;
	for (i = 0; i < size; i++)
		slots[i].number = INDEX_NONE;
	for (i = 0; i < index->size; i++)
		if (index->slots[i].number != INDEX_NONE)
			place(slots, size, index->slots[i]);

	free(index->slots);
	index->slots = slots;
	index->size = size;
	return 0;
}

uint32_t index_find(const struct index *index, uint32_t hash,
		    bool (*alike)(const void *data, uint32_t number, const void *key),
		    const void *data, const void *key)
{
	size_t i;

	if (!index->size)
		return INDEX_NONE;
	for (i = hash & (index->size - 1); index->slots[i].number != INDEX_NONE;
	     i = (i + 1) & (index->size - 1)) {
		const struct index_slot *slot = &index->slots[i];

		if (slot->hash == hash && alike(data, slot->number, key))
			return slot->number;
	}
	return INDEX_NONE;
}

int index_add(struct index *index, uint32_t hash, uint32_t number)
{
	int r;

	if (2 * (index->used + 1) > index->size) {
		r = grow(index);
		if (r < 0)
			return r;
	}
	place(index->slots, index->size, (struct index_slot){ hash, number });
	index->used++;
	return 0;
}

void index_free(struct index *index)
{
	free(index->slots);
	*index = (struct index){ 0 };
}

uint32_t hash_bytes(uint32_t hash, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	/* One at a time: short, and every bit of the input reaches the low bits of the sum. */
	while (len--) {
		hash += *p++;
		hash += hash << 10;
		hash ^= hash >> 6;
	}
	hash += hash << 3;
	hash ^= hash >> 11;
	hash += hash << 15;
	return hash;
}
