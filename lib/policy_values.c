/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The values of a policy file, by the type that policy_keys.c gives a key. */
#include <errno.h>
#include <string.h>

#include "capabilities.h"
#include "ops.h"
#include "policy_reader.h"
#include "words.h"

const char *kind_text(const struct yaml_node *node)
{
	switch (node->kind) {
	case YAML_NOTHING:
		return "nothing";
	case YAML_LIST:
		return "a list";
	case YAML_MAP:
		return "a map";
	default:
		return "a word";
	}
}

/* A node that the parser has refused was reported there. */
void wrong_kind(struct reader *r, const char *name, const struct yaml_node *node,
		const char *wanted)
{
	if (node->kind == YAML_REFUSED)
		return;
	mistake(r, node, NULL, "\"%s\" needs %s, not %s", name, wanted, kind_text(node));
}

bool has_nul(const struct yaml_node *node)
{
	return strlen(node->text) != node->length;
}

const char *word_of(struct reader *r, const struct policy_key *key, const struct yaml_node *node)
{
	if (node->kind != YAML_WORD) {
		wrong_kind(r, key->name, node, key_type_text(key->type));
		return NULL;
	}
	if (has_nul(node)) {
		mistake(r, node, NULL, "\"%s\" has a NUL character in it", key->name);
		return NULL;
	}
	return node->text;
}

static void read_name(struct reader *r, const struct policy_key *key, const struct yaml_node *node,
		      void *object)
{
	const char *word = word_of(r, key, node);
	int ret;

	if (!word)
		return;
	r->policy->name_origin = place(r, node);
	ret = policy_set_name(r->policy, word);
	if (ret == -EINVAL)
		mistake(r, node, NULL, POLICY_NAME_RULE, POLICY_NAME_MAX);
	else if (ret < 0)
		r->failed = ret;
}

static void read_path(struct reader *r, const struct policy_key *key, const struct yaml_node *node,
		      void *object)
{
	const char *word = word_of(r, key, node);

	/* Not copied: the node outlives the tree that is being read, and policy_append() copies. */
	if (word && !word[0])
		mistake(r, node, "the working directory is \".\"", "the path is empty");
	else if (word)
		*(const char **)((char *)object + key->offset) = word;
}

static void read_bool(struct reader *r, const struct policy_key *key, const struct yaml_node *node,
		      void *object)
{
	const char *word = word_of(r, key, node);
	char cut[WORD_CUT_MAX];

	if (!word)
		return;
	if (object == r->policy && key->offset == offsetof(struct rootward_policy, locked))
		r->policy->locked_origin = place(r, node);
	if (!strcmp(word, "true"))
		*(bool *)((char *)object + key->offset) = true;
	else if (strcmp(word, "false"))
		mistake(r, node, NULL, "\"%s\" needs true or false, not \"%s\"", key->name,
			word_cut(word, cut, sizeof(cut)));
}

static void read_mode(struct reader *r, const struct policy_key *key, const struct yaml_node *node,
		      void *object)
{
	const char *word = word_of(r, key, node);
	struct nearest nearest = { 0 };
	char hint[NEAREST_HINT_MAX], cut[WORD_CUT_MAX];

	if (!word)
		return;
	r->policy->mode_origin = place(r, node);
	if (!strcmp(word, "audit")) {
		r->policy->mode = ROOTWARD_MODE_AUDIT;
	} else if (strcmp(word, "enforce")) {
		nearest_offer(&nearest, word, "enforce");
		nearest_offer(&nearest, word, "audit");
		mistake(r, node, nearest_hint(&nearest, hint, sizeof(hint)),
			"\"%s\" needs enforce or audit, not \"%s\"", key->name,
			word_cut(word, cut, sizeof(cut)));
	}
}

static void read_follow(struct reader *r, const struct policy_key *key,
			const struct yaml_node *node, void *object)
{
	const char *word = word_of(r, key, node);
	struct nearest nearest = { 0 };
	char hint[NEAREST_HINT_MAX], cut[WORD_CUT_MAX];

	if (!word)
		return;
	if (!strcmp(word, "path")) {
		*(bool *)((char *)object + key->offset) = true;
	} else if (strcmp(word, "inode")) {
		nearest_offer(&nearest, word, "inode");
		nearest_offer(&nearest, word, "path");
		mistake(r, node, nearest_hint(&nearest, hint, sizeof(hint)),
			"\"%s\" needs inode or path, not \"%s\"", key->name,
			word_cut(word, cut, sizeof(cut)));
	}
}

const struct yaml_node *first_word(const struct yaml_node *value)
{
	return value->kind == YAML_LIST ? value->child : value;
}

const struct yaml_node *next_word(const struct yaml_node *value, const struct yaml_node *word)
{
	return value->kind == YAML_LIST ? word->next : NULL;
}

/* Runs @take for each word of a value. */
static void read_words(struct reader *r, const struct policy_key *key, const struct yaml_node *node,
		       void *object,
		       void (*take)(struct reader *r, const struct policy_key *key,
				    const struct yaml_node *word, void *object))
{
	const struct yaml_node *word;

	if (node->kind != YAML_LIST && node->kind != YAML_WORD) {
		wrong_kind(r, key->name, node, key_type_text(key->type));
		return;
	}
	for (word = first_word(node); word; word = next_word(node, word)) {
		if (word->kind == YAML_WORD)
			take(r, key, word, object);
		else
			wrong_kind(r, key->name, word, "words");
	}
}

static void take_op(struct reader *r, const struct policy_key *key, const struct yaml_node *word,
		    void *object)
{
	uint32_t ops = has_nul(word) ? 0 : ops_from_word(word->text);
	struct nearest nearest = { 0 };
	char hint[NEAREST_HINT_MAX], cut[WORD_CUT_MAX];

	*(uint32_t *)((char *)object + key->offset) |= ops;
	if (ops)
		return;

	nearest.word = ops_nearest_word(word->text);
	mistake(r, word, nearest_hint(&nearest, hint, sizeof(hint)), "unknown operation \"%s\"",
		word_cut(word->text, cut, sizeof(cut)));
}

static void read_ops(struct reader *r, const struct policy_key *key, const struct yaml_node *node,
		     void *object)
{
	read_words(r, key, node, object, take_op);
	if (object == r->policy && key->offset == offsetof(struct rootward_policy, default_ops))
		r->policy->default_origin = place(r, node);
}

static const struct {
	const char *word;
	enum policy_keep keep;
} keep_words[] = {
	{ "block_devices", KEEP_BLOCK_DEVICES },
	{ "raw_memory", KEEP_RAW_MEMORY },
	{ "user_namespaces", KEEP_USER_NAMESPACES },
	{ "kernel_settings", KEEP_KERNEL_SETTINGS },
};

#define N_KEEP_WORDS (sizeof(keep_words) / sizeof(keep_words[0]))

const char *policy_keep_word(uint32_t keep)
{
	unsigned int i;

	for (i = 0; i < N_KEEP_WORDS; i++)
		if (keep_words[i].keep == keep)
			return keep_words[i].word;
	return NULL;
}

static void take_keep(struct reader *r, const struct policy_key *key, const struct yaml_node *word,
		      void *object)
{
	int capability = has_nul(word) ? -ENOENT : capability_from_word(word->text);
	struct nearest nearest = { 0 };
	char hint[NEAREST_HINT_MAX], cut[WORD_CUT_MAX];
	const char *meant = word->text;
	unsigned int i;

	if (capability >= 0) {
		r->policy->keep_caps |= 1ULL << capability;
		return;
	}
	for (i = 0; i < N_KEEP_WORDS; i++) {
		if (!strcmp(word->text, keep_words[i].word) && !has_nul(word)) {
			r->policy->keep |= keep_words[i].keep;
			return;
		}
		nearest_offer(&nearest, meant, keep_words[i].word);
	}
	if (!strncasecmp(meant, "cap_", 4))
		meant += 4;
	for (i = 0; capability_word(i); i++)
		nearest_offer(&nearest, meant, capability_word(i));
	mistake(r, word, nearest_hint(&nearest, hint, sizeof(hint)),
		"unknown capability or thing to keep \"%s\"",
		word_cut(word->text, cut, sizeof(cut)));
}

static void read_keep(struct reader *r, const struct policy_key *key, const struct yaml_node *node,
		      void *object)
{
	read_words(r, key, node, object, take_keep);
}

void read_value(struct reader *r, const struct policy_key *key, const struct yaml_node *node,
		void *object)
{
	static void (*const readers[])(struct reader * r, const struct policy_key *key,
				       const struct yaml_node *node, void *object) = {
		[KEY_NAME] = read_name,		[KEY_PATH] = read_path,
		[KEY_OPS] = read_ops,		[KEY_KEEP] = read_keep,
		[KEY_BOOL] = read_bool,		[KEY_OWNER] = read_who,
		[KEY_GROUP] = read_who,		[KEY_MODE] = read_mode,
		[KEY_TASKS] = read_tasks,	[KEY_TASK] = read_task_key,
		[KEY_LABEL] = read_label,	[KEY_XATTR] = read_xattr,
		[KEY_VALUE] = read_label_value, [KEY_FOLLOW] = read_follow,
	};

	readers[key->type](r, key, node, object);
}
