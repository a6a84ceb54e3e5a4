/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where things go is found by the places of the parsed nodes.  YAML has more forms than are known
 * here; so the new text is read again, and it must say just what was wanted.
 */
#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "learn_edit.h"
#include "ops.h"
#include "policy.h"
#include "yaml.h"

/**
 * struct editor
 * @want: what the new text must say
 * @trees: the value of `trees`, or NULL
 * @fresh: new trees so far
 */
struct editor {
	struct edit *edit;
	struct rootward_policy *want;
	const struct rootward_policy *policy;
	const struct yaml_node *root;
	const struct yaml_node *trees;
	size_t fresh;
};

static void free_policy(struct rootward_policy **policy)
{
	rootward_policy_free(*policy);
}

static void free_yaml(struct yaml_node **node)
{
	yaml_free(*node);
}

static size_t line_end(const struct edit *edit, size_t at)
{
	const char *end = memchr(edit->old + at, '\n', edit->len - at);

	return end ? (size_t)(end - edit->old) : edit->len;
}

/* A column counts characters. */
static size_t offset_of(const struct edit *edit, unsigned int line, unsigned int column)
{
	size_t at = 0;

	for (; line > 1 && at < edit->len; line--)
		at = line_end(edit, at) + 1;
	for (; column > 1 && at < edit->len; column--)
		do
			at++;
		while (at < edit->len && (edit->old[at] & 0xc0) == 0x80);
	return at < edit->len ? at : edit->len;
}

static size_t start_of(const struct edit *edit, const struct yaml_node *node)
{
	return offset_of(edit, node->line, node->column);
}

/* Behind a word; 0: it is not written as it reads. */
static size_t end_of(const struct edit *edit, const struct yaml_node *word)
{
	size_t at = start_of(edit, word);
	char quote = at < edit->len ? edit->old[at] : 0;
	bool quoted = quote == '"' || quote == '\'';
	size_t end = at + quoted + word->length;

	if (end + quoted > edit->len || memcmp(edit->old + at + quoted, word->text, word->length))
		return 0;
	return end + quoted;
}

static const struct yaml_node *last_child(const struct yaml_node *list)
{
	const struct yaml_node *node = list->child;

	while (node && node->next)
		node = node->next;
	return node;
}

static bool is_flow(const struct edit *edit, const struct yaml_node *node)
{
	size_t at = start_of(edit, node);

	return at < edit->len && (edit->old[at] == '[' || edit->old[at] == '{');
}

/* In a list of lines each word gets one. */
static int add_lines(struct edit *edit, size_t at, int indent, uint32_t ops)
{
	int r = 0;

	at = line_end(edit, at);
	for (unsigned int bit = 0; ops_word(bit) && r == 0; bit++)
		if (ops >> bit & 1)
			r = edit_insert(edit, at, "\n%*s- %s", indent, "", ops_word(bit));
	return r;
}

/* Words more in a list of operations, or in the place of one word. */
static int add_words(struct edit *edit, const struct yaml_node *value, uint32_t ops)
{
	const struct yaml_node *last = value->kind == YAML_WORD ? value : last_child(value);
	size_t end = last ? end_of(edit, last) : 0;
	char words[OPS_FORMAT_MAX];

	ops_format(ops, words, sizeof(words));
	if (last && !end)
		return -ENOTSUP;
	if (value->kind == YAML_WORD)
		return edit_insert(edit, start_of(edit, value), "[")
			       ?: edit_insert(edit, end, ", %s]", words);
	if (value->kind != YAML_LIST)
		return -ENOTSUP;
	if (!is_flow(edit, value))
		return last ? add_lines(edit, end, (int)value->column - 1, ops) : -ENOTSUP;
	return last ? edit_insert(edit, end, ", %s", words)
		    : edit_insert(edit, start_of(edit, value) + 1, "%s", words);
}

static const struct yaml_node *key_of(const struct yaml_node *map, const char *name)
{
	const struct yaml_node *key;

	for (key = map->child; key && key->next; key = key->next->next)
		if (key->kind == YAML_WORD && !strcmp(key->text, name))
			return key;
	return NULL;
}

/* The last line that anything of @node is on. */
static unsigned int last_line(const struct yaml_node *node)
{
	unsigned int line = node->line;

	for (const struct yaml_node *n = node->child; n; n = n->next) {
		unsigned int l = last_line(n);

		line = l > line ? l : line;
	}
	return line;
}

/* `default` begins a policy, `allow` ends a tree. */
static int add_key(struct edit *edit, const struct yaml_node *map, const char *name, uint32_t ops)
{
	_cleanup_free_ char *words = learn_words(ops);
	const struct yaml_node *first = map->child;

	if (!words)
		return -ENOMEM;
	if (!first)
		return -ENOTSUP;
	if (is_flow(edit, map))
		return edit_insert(edit, start_of(edit, first), "%s: %s, ", name, words);
	if (first->column == 1)
		return edit_insert(edit, start_of(edit, first), "%s: %s\n", name, words);
	return edit_insert(edit, line_end(edit, offset_of(edit, last_line(map), 1)), "\n%*s%s: %s",
			   (int)first->column - 1, "", name, words);
}

static int add_ops(struct edit *edit, const struct yaml_node *map, const char *name, uint32_t ops)
{
	const struct yaml_node *key = key_of(map, name);

	return key ? add_words(edit, key->next, ops) : add_key(edit, map, name, ops);
}

/* What a tree says besides its path, each key behind @before. */
static char *tree_rest(const struct tree *tree, const char *before)
{
	_cleanup_free_ char *allow = learn_words(tree->allow), *deny = learn_words(tree->deny);
	char *rest = NULL;

	if (!allow || !deny)
		return NULL;
	if (asprintf(&rest, "%s%s%s%s%s%s%s%s", tree->allow ? before : "",
		     tree->allow ? "allow: " : "", tree->allow ? allow : "",
		     tree->deny ? before : "", tree->deny ? "deny: " : "", tree->deny ? deny : "",
		     tree->optional ? before : "", tree->optional ? "optional: true" : "") < 0)
		return NULL;
	return rest;
}

static int insert_flow(const struct editor *e, const char *path, const struct tree *tree)
{
	_cleanup_free_ char *rest = tree_rest(tree, ", ");
	const struct yaml_node *first = e->trees->child;

	if (!rest)
		return -ENOMEM;
	if (first)
		return edit_insert(e->edit, start_of(e->edit, first), "{path: %s%s}, ", path, rest);
	return edit_insert(e->edit, start_of(e->edit, e->trees) + 1, "%s{path: %s%s}",
			   e->fresh ? ", " : "", path, rest);
}

static int insert_block(const struct editor *e, size_t at, int indent, const char *path,
			const struct tree *tree)
{
	_cleanup_free_ char *rest = NULL, *before = NULL;

	if (asprintf(&before, "\n%*s  ", indent, "") < 0)
		return -ENOMEM;
	rest = tree_rest(tree, before);
	return rest ? edit_insert(e->edit, at, "%s\n%*s- path: %s%s",
				  e->trees || e->fresh ? "" : "\ntrees:", indent, "", path, rest)
		    : -ENOMEM;
}

static int insert_tree(const struct editor *e, const char *path, const struct tree *tree)
{
	struct edit *edit = e->edit;
	bool newline = edit->len && edit->old[edit->len - 1] == '\n';
	unsigned int line;

	if (!e->trees)
		return is_flow(edit, e->root) ? -ENOTSUP
					      : insert_block(e, edit->len - newline, 2, path, tree);
	if (e->trees->kind != YAML_LIST)
		return -ENOTSUP;
	if (is_flow(edit, e->trees))
		return insert_flow(e, path, tree);
	line = last_line(last_child(e->trees));
	return insert_block(e, line_end(edit, offset_of(edit, line, 1)), (int)e->trees->column - 1,
			    path, tree);
}

static int new_tree(struct editor *e, const char *written, uint32_t allow, uint32_t deny)
{
	const struct tree tree = {
		.path = (char *)written,
		.allow = allow,
		.deny = deny,
		.optional = !allow,
	};
	_cleanup_free_ char *path = learn_quoted(written);
	int r;

	if (!path)
		return -ENOMEM;
	r = policy_append(e->want, &tree);
	if (r == 0)
		r = insert_tree(e, path, &tree);
	e->fresh++;
	return r;
}

/* What the policy's own rules deny there, nearest first, is not to be overruled. */
static uint32_t denied_at(const struct rootward_policy *policy, const char *path)
{
	_cleanup_free_ char *at = strdup(path);
	uint32_t closed = 0, denied = 0;

	while (at && at[0]) {
		for (size_t i = 0; i < policy->n_trees; i++) {
			const struct tree *tree = &policy->trees[i];

			if (!tree->real || tree->label || strcmp(tree->real, at))
				continue;
			denied |= tree->deny & ~closed;
			closed |= tree->allow | tree->deny;
		}
		*strrchr(at, '/') = '\0';
	}
	return denied;
}

static struct tree *tree_at(const struct rootward_policy *policy, const char *path)
{
	for (size_t i = 0; i < policy->n_trees; i++)
		if (policy->trees[i].real && !policy->trees[i].label &&
		    !strcmp(policy->trees[i].real, path))
			return &policy->trees[i];
	return NULL;
}

static int widen_tree(struct editor *e, const struct tree *tree, uint32_t ops)
{
	struct tree *want = policy_find(e->want, tree->path);
	const struct yaml_node *map = e->trees->child;

	while (map && (map->line != tree->origin.line || map->column != tree->origin.column))
		map = map->next;
	if (!map || !want || tree_is_owned(tree))
		return -ENOTSUP;
	want->allow |= ops;
	return add_ops(e->edit, map, "allow", ops);
}

static int add_rule(struct editor *e, const struct learn *learn, const struct learn_node *node)
{
	_cleanup_free_ char *path = learn_path(node), *written = learn_written(learn, node);
	const struct tree *tree;
	uint32_t allow;

	if (!path || !written)
		return -ENOMEM;
	allow = node->allow & ~denied_at(e->policy, path);
	tree = tree_at(e->policy, path);
	if (tree)
		return allow & ~tree->allow ? widen_tree(e, tree, allow & ~tree->allow) : 0;
	if (!allow && node->allow)
		return 0;
	return new_tree(e, written, allow, node->deny);
}

static bool says_the_same(const struct rootward_policy *a, const struct rootward_policy *b)
{
	bool same = a->default_ops == b->default_ops && a->n_trees == b->n_trees &&
		    a->keep == b->keep && a->keep_caps == b->keep_caps &&
		    a->best_effort == b->best_effort;

	for (size_t i = 0; same && i < a->n_trees; i++) {
		const struct tree *x = &a->trees[i], *y = policy_find(b, x->path);

		same = y && x->allow == y->allow && x->deny == y->deny &&
		       x->optional == y->optional && x->follows_path == y->follows_path &&
		       x->owner.n == y->owner.n && x->group.n == y->group.n;
	}
	return same;
}

static int read_again(const struct editor *e)
{
	_cleanup_(free_policy) struct rootward_policy *got = NULL;
	_cleanup_free_ char *text = edit_apply(e->edit);

	if (!text)
		return -ENOMEM;
	if (rootward_policy_parse(&got, text, strlen(text), NULL) < 0)
		return -ENOTSUP;
	return says_the_same(got, e->want) ? 0 : -ENOTSUP;
}

static int add_all(struct editor *e, const struct learn *learn)
{
	struct learn_node *root = learn->nodes[0];
	uint32_t more = learn->default_ops & ~e->policy->default_ops;
	int r = 0;

	if (more) {
		e->want->default_ops |= more;
		r = add_ops(e->edit, e->root, "default", more);
	}
	for (struct learn_node *n = root; n && r == 0; n = learn_each(root, n))
		if (n->allow || n->deny)
			r = add_rule(e, learn, n);
	return r;
}

int edit_make(struct edit *edit, const char *text, size_t len, const struct rootward_policy *policy,
	      const struct learn *learn)
{
	_cleanup_(free_policy) struct rootward_policy *want = NULL;
	_cleanup_(free_yaml) struct yaml_node *root = NULL;
	struct editor e = { .edit = edit, .policy = policy };
	const struct yaml_node *key;
	int r;

	*edit = (struct edit){ .old = text, .len = len };
	r = rootward_policy_parse(&want, text, len, NULL);
	if (r == 0)
		r = yaml_parse(&root, text, len, "", NULL);
	if (r < 0)
		return r;
	e.want = want;
	e.root = root;
	key = key_of(root, "trees");
	e.trees = key ? key->next : NULL;
	r = add_all(&e, learn);
	return r < 0 || !edit->n ? r : read_again(&e);
}
