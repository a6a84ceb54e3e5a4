/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "words.h"

/* No word of ours is longer, and the distance to one that is means nothing. */
#define WORD_MAX 40

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	if (b < a)
		a = b;
	return c < a ? c : a;
}

/* Our words are ASCII, whatever the locale says about case. */
static bool same(char a, char b)
{
	if (a >= 'A' && a <= 'Z')
		a += 'a' - 'A';
	return a == b;
}

/*
 * How many letters to insert, remove, replace, or swap with their neighbour to make @b out of @a,
 * whose capital letters count as small ones.  Three rows of the usual table are enough: a swap
 * looks back two.
 */
static unsigned int distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned int rows[3][WORD_MAX + 1];
	unsigned int *before = rows[0], *last = rows[1], *row = rows[2], *spare;
	size_t i, j;

	for (j = 0; j <= b_len; j++)
		last[j] = j;

	for (i = 1; i <= a_len; i++) {
		row[0] = i;
		for (j = 1; j <= b_len; j++) {
			row[j] = min3(last[j] + 1, row[j - 1] + 1,
				      last[j - 1] + !same(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) &&
			    same(a[i - 2], b[j - 1]) && before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
		spare = before;
		before = last;
		last = row;
		row = spare;
	}
	return last[b_len];
}

void nearest_offer(struct nearest *nearest, const char *typed, const char *candidate)
{
	size_t typed_len = strnlen(typed, WORD_MAX + 1);
	size_t len = strnlen(candidate, WORD_MAX + 1);
	unsigned int limit, d;

	if (typed_len > WORD_MAX || len > WORD_MAX)
		return;

	limit = len / 3 > 2 ? len / 3 : 2;
	d = distance(typed, typed_len, candidate, len);
	if (d > limit || d >= len || d >= typed_len)
		return;
	if (nearest->word && d >= nearest->distance)
		return;

	nearest->word = candidate;
	nearest->distance = d;
}

const char *nearest_hint(const struct nearest *nearest, char *buf, size_t size)
{
	if (!nearest->word)
		return NULL;
	snprintf(buf, size, "did you mean \"%s\"?", nearest->word);
	return buf;
}

const char *word_cut(const char *text, char *buf, size_t size)
{
	size_t len = strnlen(text, size);

	if (len < size)
		return text;

	len = size - sizeof("...");
	/* 10xxxxxx continues a character: step back to where one begins. */
	while (len && (text[len] & 0xc0) == 0x80)
		len--;
	memcpy(buf, text, len);
	strcpy(buf + len, "...");
	return buf;
}
