/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by the two halves that read a policy file: values (policy_values.c), maps (policy_yaml.c).
 */
#ifndef ROOTWARD_POLICY_READER_H
#define ROOTWARD_POLICY_READER_H

#include "policy.h"
#include "policy_keys.h"
#include "yaml.h"

/**
 * struct reader
 * @mistakes: reported so far; the reading goes on
 * @failed: 0, or what the first thing was that stops the reading (no memory, too big)
 */
struct reader {
	struct rootward_policy *policy;
	const struct rootward_opts *opts;
	size_t mistakes;
	int failed;
};

static inline struct origin place(const struct reader *r, const struct yaml_node *node)
{
	return (struct origin){ r->policy->file, node->line, node->column };
}

#define mistake(r, node, hint, ...)                                                                \
	do {                                                                                       \
		struct origin mistake_place = place(r, node);                                      \
		(r)->mistakes++;                                                                   \
		diag((r)->opts, ROOTWARD_ERROR, &mistake_place, hint, __VA_ARGS__);                \
	} while (0)

#define note(r, node, ...)                                                                         \
	do {                                                                                       \
		struct origin note_place = place(r, node);                                         \
		diag((r)->opts, ROOTWARD_NOTE, &note_place, NULL, __VA_ARGS__);                    \
	} while (0)

/** kind_text() - "a list" and so on. */
const char *kind_text(const struct yaml_node *node);

/** wrong_kind() - a mistake: @name needs @wanted and has something else. */
void wrong_kind(struct reader *r, const char *name, const struct yaml_node *node,
		const char *wanted);

/** word_of() - the word of a node that must be one, or NULL with a message. */
const char *word_of(struct reader *r, const struct policy_key *key, const struct yaml_node *node);

/** has_nul() - an escape put a NUL into the word, so it must not be taken for a string. */
bool has_nul(const struct yaml_node *node);

/* A value is a list of words, or one word alone, which must not run on into the next key. */
const struct yaml_node *first_word(const struct yaml_node *value);
const struct yaml_node *next_word(const struct yaml_node *value, const struct yaml_node *word);

/** read_value() - read what belongs to @key into @object; every type but KEY_TREES. */
void read_value(struct reader *r, const struct policy_key *key, const struct yaml_node *node,
		void *object);

/**
 * read_map() - read a map by @keys into @object.
 * @seen: zeros; gets the node of each key that was there, by its position in the table
 */
void read_map(struct reader *r, const struct policy_key *keys, const struct yaml_node *map,
	      void *object, const struct yaml_node *seen[KEYS_MAX]);

/** read_tasks(), read_task_key() - for KEY_TASKS and KEY_TASK (policy_tasks.c). */
void read_tasks(struct reader *r, const struct policy_key *key, const struct yaml_node *node,
		void *object);
void read_task_key(struct reader *r, const struct policy_key *key, const struct yaml_node *node,
		   void *object);

/**
 * read_label(), read_xattr(), read_label_value() - for KEY_LABEL, KEY_XATTR and KEY_VALUE
 * (policy_label.c).
 */
void read_label(struct reader *r, const struct policy_key *key, const struct yaml_node *node,
		void *object);
void read_xattr(struct reader *r, const struct policy_key *key, const struct yaml_node *node,
		void *object);
void read_label_value(struct reader *r, const struct policy_key *key, const struct yaml_node *node,
		      void *object);

/** label_words() - what stands for a label's path, kept by the policy; NULL: no memory, told. */
char *label_words(struct reader *r, const struct tree_label *label);

/**
 * read_id() - a user or, for a @key of that name, a group, by name or by number (policy_owner.c).
 * @node: a word without a NUL
 */
void read_id(struct reader *r, const struct policy_key *key, const struct yaml_node *node,
	     uint32_t *id);

/** read_who() - for KEY_OWNER and KEY_GROUP (policy_owner.c). */
void read_who(struct reader *r, const struct policy_key *key, const struct yaml_node *node,
	      void *object);

#endif
