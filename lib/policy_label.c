/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `label:` of a tree: directories that are named by an extended attribute. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "policy_reader.h"
#include "words.h"

void tree_label_free(struct tree_label *label)
{
	if (!label)
		return;
	free(label->xattr);
	free(label->value);
	free(label->under);
	policy_tasks_free(&label->set);
	free(label);
}

bool policy_has_labels(const struct rootward_policy *policy)
{
	size_t i;

	for (i = 0; i < policy->n_trees; i++)
		if (policy->trees[i].label)
			return true;
	return false;
}

static void copy(struct reader *r, char **to, const char *word)
{
	*to = strdup(word);
	if (!*to)
		r->failed = -ENOMEM;
}

/* Others are the kernel's own, or other security modules', and have meanings there. */
static bool namespace_is_ours(const char *name)
{
	static const char *const prefixes[] = { "user.", "trusted.", "security.bpf." };
	size_t i, len;

	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		len = strlen(prefixes[i]);
		if (!strncmp(name, prefixes[i], len) && name[len])
			return true;
	}
	return false;
}

static bool text_is_plain(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

/* What both an attribute's name and its value must be. */
static const char *label_text(struct reader *r, const struct policy_key *key,
			      const struct yaml_node *node)
{
	const char *word = word_of(r, key, node);

	if (!word)
		return NULL;
	if (word[0] && strlen(word) <= LABEL_TEXT_MAX && text_is_plain(word))
		return word;
	mistake(r, node, NULL, "\"%s\" has 1 to %d bytes and no control characters", key->name,
		LABEL_TEXT_MAX);
	return NULL;
}

void read_xattr(struct reader *r, const struct policy_key *key, const struct yaml_node *node,
		void *object)
{
	const char *word = label_text(r, key, node);
	char cut[WORD_CUT_MAX];

	if (!word)
		return;
	if (namespace_is_ours(word))
		copy(r, (char **)((char *)object + key->offset), word);
	else
		mistake(r, node, "\"user.rootward\" is one",
			"a label is an attribute in user., trusted. or security.bpf., not \"%s\"",
			word_cut(word, cut, sizeof(cut)));
}

void read_label_value(struct reader *r, const struct policy_key *key, const struct yaml_node *node,
		      void *object)
{
	const char *word = label_text(r, key, node);

	if (word)
		copy(r, (char **)((char *)object + key->offset), word);
}

void read_label(struct reader *r, const struct policy_key *key, const struct yaml_node *node,
		void *object)
{
	const struct yaml_node *seen[KEYS_MAX] = { NULL };
	struct tree_label *label;

	if (node->kind != YAML_MAP) {
		wrong_kind(r, key->name, node, key_type_text(key->type));
		return;
	}
	label = calloc(1, sizeof(*label));
	if (!label) {
		r->failed = -ENOMEM;
		return;
	}
	*(struct tree_label **)((char *)object + key->offset) = label;
	read_map(r, label_keys, node, label, seen);
	/* Read as paths are, which belong to the text. */
	if (label->under)
		copy(r, &label->under, label->under);
}

char *label_words(struct reader *r, const struct tree_label *label)
{
	_cleanup_free_ char *words = NULL;
	const char *kept = NULL;

	if (!label->xattr || !label->value)
		return NULL;
	if (asprintf(&words, "label %s=%s%s%s", label->xattr, label->value,
		     label->under ? " under " : "", label->under ?: "") < 0)
		words = NULL;
	if (words)
		kept = policy_string(r->policy, words);
	if (!kept)
		r->failed = -ENOMEM;
	return (char *)kept;
}
