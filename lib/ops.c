/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "ops.h"
#include "words.h"

struct ops_name {
	const char *word;
	uint32_t ops;
};

static const char *const op_words[ROOTWARD_OP_COUNT] = {
#define ROOTWARD_X(NAME, word, group, scope, text) [ROOTWARD_OP_BIT_##NAME] = #word,
	ROOTWARD_OPS(ROOTWARD_X)
#undef ROOTWARD_X
};

/* The widest first: that is the order in which ops_format() takes them out of a mask. */
static const struct ops_name groups[] = {
	{ "all", ROOTWARD_OPS_ALL },
	{ "read", ROOTWARD_OPS_READ },
	{ "write", ROOTWARD_OPS_WRITE },
	{ "execute", ROOTWARD_OPS_EXECUTE },
};

#define N_GROUPS (sizeof(groups) / sizeof(groups[0]))

uint32_t ops_from_word(const char *word)
{
	size_t i;

	for (i = 0; i < N_GROUPS; i++)
		if (!strcmp(word, groups[i].word))
			return groups[i].ops;
	for (i = 0; i < ROOTWARD_OP_COUNT; i++)
		if (!strcmp(word, op_words[i]))
			return 1U << i;
	return 0;
}

const char *ops_nearest_word(const char *word)
{
	struct nearest nearest = { 0 };
	size_t i;

	for (i = 0; i < N_GROUPS; i++)
		nearest_offer(&nearest, word, groups[i].word);
	for (i = 0; i < ROOTWARD_OP_COUNT; i++)
		nearest_offer(&nearest, word, op_words[i]);
	return nearest.word;
}

const char *ops_word(unsigned int bit)
{
	return bit < ROOTWARD_OP_COUNT ? op_words[bit] : NULL;
}

/* Appends to what @buf holds; the cut at @size is snprintf()'s. */
static size_t append(char *buf, size_t size, size_t used, const char *word)
{
	int n;

	if (used >= size)
		return used;
	n = snprintf(buf + used, size - used, "%s%s", used ? ", " : "", word);
	return used + n;
}

const char *ops_format(uint32_t ops, char *buf, size_t size)
{
	size_t used = 0;
	size_t i;

	if (!ops) {
		snprintf(buf, size, "nothing");
		return buf;
	}

	for (i = 0; i < N_GROUPS; i++) {
		if ((ops & groups[i].ops) != groups[i].ops)
			continue;
		used = append(buf, size, used, groups[i].word);
		ops &= ~groups[i].ops;
	}
	for (i = 0; i < ROOTWARD_OP_COUNT; i++)
		if (ops & (1U << i))
			used = append(buf, size, used, op_words[i]);
	return buf;
}
