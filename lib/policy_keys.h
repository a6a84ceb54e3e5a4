/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The keys of a policy file: the one table that the parser reads a file by, that tells the words
 * for its messages, and that the documentation is made from.
 */
#ifndef ROOTWARD_POLICY_KEYS_H
#define ROOTWARD_POLICY_KEYS_H

#include <stdbool.h>
#include <stddef.h>

/** enum key_type - what a value looks like. */
enum key_type {
	KEY_NAME,   /* a word: policy_set_name() */
	KEY_PATH,   /* a word that is not empty: const char * */
	KEY_OPS,    /* words of rootward/ops.h: uint32_t */
	KEY_KEEP,   /* words of keep_from_word() and capabilities: keep and keep_caps */
	KEY_BOOL,   /* true or false: bool */
	KEY_OWNER,  /* a user, `self` or `unmapped`: struct tree_owner */
	KEY_GROUP,  /* a group, likewise */
	KEY_FOLLOW, /* inode or path: bool, whether path */
	KEY_MODE,   /* enforce or audit: enum rootward_mode */
	KEY_TASKS,  /* a list of maps with the keys of task_keys: struct policy_tasks */
	KEY_TASK,   /* one of those: @offset is enum policy_task_by */
	KEY_LABEL,  /* a map with the keys of label_keys: struct tree_label */
	KEY_XATTR,  /* an extended attribute's name: char * */
	KEY_VALUE,  /* its value: char * */
	KEY_TREES,  /* a list of maps with the keys of tree_keys */
};

/**
 * struct policy_key
 * @type:     what its value looks like, and how it is read
 * @required: a map without it is a mistake
 * @offset:   where the value goes, in struct rootward_policy, tree or tree_label; unused for the
 * types that say where above
 * @text:     for the documentation
 */
struct policy_key {
	const char *name;
	enum key_type type;
	bool required;
	size_t offset;
	const char *text;
};

#define KEYS_MAX 12

/* Each ends with a NULL name. */
extern const struct policy_key policy_keys[];
extern const struct policy_key task_keys[];
extern const struct policy_key tree_keys[];
extern const struct policy_key label_keys[];

/** key_type_text() - "a list of operations" and so on. */
const char *key_type_text(enum key_type type);

#endif
