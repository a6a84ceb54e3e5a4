/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding the word that was meant, and quoting words in messages. */
#ifndef ROOTWARD_WORDS_H
#define ROOTWARD_WORDS_H

#include <stddef.h>

/**
 * struct nearest - the best candidate so far; start with zeros.
 * @word: the candidate most like what was typed, or NULL; the first one offered wins a tie
 */
struct nearest {
	const char *word;
	unsigned int distance;
};

/**
 * nearest_offer() - keep @candidate if it is more like @typed than what @nearest holds.
 *
 * Alike means: at most two letters (or a third of them) inserted, missing, wrong, or swapped with
 * their neighbour, and not all of them.
 */
void nearest_offer(struct nearest *nearest, const char *typed, const char *candidate);

/** nearest_hint() - `did you mean "read_file"?` into @buf, or NULL when nothing is near. */
const char *nearest_hint(const struct nearest *nearest, char *buf, size_t size);

#define NEAREST_HINT_MAX 96

/**
 * word_cut() - @text as it is when short, else its beginning and "..."; never cuts a character.
 * A message shall fit a line even when somebody feeds a megabyte to the parser.
 */
const char *word_cut(const char *text, char *buf, size_t size);

#define WORD_CUT_MAX 64

#endif
