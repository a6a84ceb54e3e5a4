/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Policies that somebody wrote, what they lack, and how they read with it. */
#include <rootward.h>

#include "cleanup.h"
#include "learn_edit.h"
#include "policy.h"
#include "tap.h"

#define READ ROOTWARD_OP_READ_FILE
#define WRITE ROOTWARD_OP_WRITE_FILE

/**
 * struct lack
 * @add:  to be allowed, by path; `/` is `default`
 * @want: the new text; NULL: it cannot be done
 */
struct lack {
	const char *text;
	const char *old;
	struct {
		const char *path;
		uint32_t allow;
		uint32_t deny;
	} add[4];
	const char *want;
};

static const struct lack lacks[] = {
	{ "nothing", "default: [read]\n", { { "/", READ, 0 } }, "" },
	{ "default: in a list",
	  "default: [read]   # much\ntrees: []\n",
	  { { "/", WRITE, 0 } },
	  "default: [read, write_file]   # much\ntrees: []\n" },
	{ "default: a word",
	  "default: read # x\n",
	  { { "/", WRITE, 0 } },
	  "default: [read, write_file] # x\n" },
	{ "default: in quotes",
	  "default: \"read\"\n",
	  { { "/", WRITE, 0 } },
	  "default: [\"read\", write_file]\n" },
	{ "default: an empty list",
	  "default: []\n",
	  { { "/", WRITE, 0 } },
	  "default: [write_file]\n" },
	{ "default: in lines",
	  "default:\n  - read # r\n# end\n",
	  { { "/", WRITE | ROOTWARD_OP_TRUNCATE, 0 } },
	  "default:\n  - read # r\n  - write_file\n  - truncate\n# end\n" },
	{ "default: none",
	  "# mine\nname: x\n",
	  { { "/", WRITE, 0 } },
	  "# mine\ndefault: [write_file]\nname: x\n" },
	{ "trees: none",
	  "name: x",
	  { { "/a", READ, 0 }, { "/b b", WRITE, 0 } },
	  "name: x\ntrees:\n  - path: /a\n    allow: [read_file]\n  - path: \"/b b\"\n    allow: [write_file]" },
	{ "a tree more",
	  "trees:\n- path: /a # first\n  allow: [read]\n\n# the end\n",
	  { { "/b", READ, 0 }, { "/c", 0, ROOTWARD_OPS_ALL } },
	  "trees:\n- path: /a # first\n  allow: [read]\n- path: /b\n  allow: [read_file]\n"
	  "- path: /c\n  deny: [all]\n  optional: true\n\n# the end\n" },
	{ "in front of what follows",
	  "trees:\n  - path: /a\n    allow:\n      - read\nname: x\n",
	  { { "/b", READ, 0 } },
	  "trees:\n  - path: /a\n    allow:\n      - read\n  - path: /b\n    allow: [read_file]\nname: x\n" },
	{ "in brackets",
	  "trees: [{path: /a, allow: [read]}]\n",
	  { { "/b", READ, WRITE } },
	  "trees: [{path: /b, allow: [read_file], deny: [write_file]}, {path: /a, allow: [read]}]\n" },
	{ "in empty brackets",
	  "trees: []\n",
	  { { "/b", READ, 0 }, { "/c", READ, 0 } },
	  "trees: [{path: /b, allow: [read_file]}, {path: /c, allow: [read_file]}]\n" },
	{ "words for a tree",
	  "trees:\n  - path: /a\n    allow: [read]  # r\n  - path: /b\n    allow: [read]\n",
	  { { "/b", WRITE | READ, 0 } },
	  "trees:\n  - path: /a\n    allow: [read]  # r\n  - path: /b\n    allow: [read, write_file]\n" },
	{ "words for a tree in brackets",
	  "trees: [{path: /a, allow: read}]\n",
	  { { "/a", WRITE, 0 } },
	  "trees: [{path: /a, allow: [read, write_file]}]\n" },
	{ "words for a tree that only denies",
	  "trees:\n  - path: /a\n    deny: [execute]\n  - {path: /b, deny: [execute]}\n",
	  { { "/a", WRITE, 0 }, { "/b", READ, 0 } },
	  "trees:\n  - path: /a\n    deny: [execute]\n    allow: [write_file]\n  - {allow: [read_file], path: /b, deny: [execute]}\n" },
	{ "what a rule denies stays denied",
	  "trees:\n  - path: /a\n    deny: [write]\n  - path: /a/b/c\n    allow: [write]\n",
	  { { "/a", WRITE, 0 }, { "/a/b", WRITE | READ, 0 } },
	  "trees:\n  - path: /a\n    deny: [write]\n  - path: /a/b/c\n    allow: [write]\n"
	  "  - path: /a/b\n    allow: [read_file]\n" },
	{ "but for where another allows it",
	  "trees:\n  - path: /a\n    deny: [write]\n  - path: /a/b\n    allow: [write_file]\n",
	  { { "/a/b/c", WRITE, 0 } },
	  "trees:\n  - path: /a\n    deny: [write]\n  - path: /a/b\n    allow: [write_file]\n"
	  "  - path: /a/b/c\n    allow: [write_file]\n" },
	{ "umlauts in front",
	  "trees: [{path: /\u00e4\u00f6, allow: [read]}, {path: /b, allow: read}]\n",
	  { { "/b", WRITE, 0 } },
	  "trees: [{path: /\u00e4\u00f6, allow: [read]}, {path: /b, allow: [read, write_file]}]\n" },
	{ "a list that goes on in the next line: not here",
	  "trees:\n  - {path: /a, allow: [read\n    ]}\n",
	  { { "/b", READ, 0 } },
	  NULL },
	{ "an escaped word: not here", "default: \"re\\x61d\"\n", { { "/", WRITE, 0 } }, NULL },
	{ "a tree of some owner's: not here",
	  "trees: [{path: /a, allow: read, owner: self}]\n",
	  { { "/a", WRITE, 0 } },
	  NULL },
};

/* As policy_resolve() has it, where every path is what it says. */
static struct rootward_policy *parse(const char *text)
{
	struct rootward_policy *policy = NULL;

	if (rootward_policy_parse(&policy, text, strlen(text), NULL) < 0)
		exit(99);
	for (size_t i = 0; i < policy->n_trees; i++) {
		policy->trees[i].real = strdup(policy->trees[i].path);
		policy->trees[i].state = TREE_PRESENT;
	}
	return policy;
}

static void fill(struct learn *learn, const struct lack *lack)
{
	int r = learn_init(learn, NULL, NULL);

	for (size_t i = 0; r == 0 && i < 4 && lack->add[i].path; i++) {
		struct learn_node *node = learn_find(learn, lack->add[i].path, &r);

		if (!node)
			continue;
		if (!node->parent)
			learn->default_ops = lack->add[i].allow;
		else
			node->allow = lack->add[i].allow;
		node->deny = lack->add[i].deny;
	}
	learn_sort(learn);
}

static char *diff_of(const struct edit *edit)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	edit_diff(out, edit, "p.yaml");
	fclose(out);
	return text;
}

static void test_lacks(void)
{
	for (size_t i = 0; i < sizeof(lacks) / sizeof(lacks[0]); i++) {
		const struct lack *lack = &lacks[i];
		struct rootward_policy *policy = parse(lack->old);
		_cleanup_free_ char *new = NULL;
		struct learn learn;
		struct edit edit;
		int r;

		fill(&learn, lack);
		r = edit_make(&edit, lack->old, strlen(lack->old), policy, &learn);
		if (!lack->want) {
			ok(r == -ENOTSUP, "%s", lack->text);
		} else if (is_int(r, 0, "%s", lack->text) && edit.n) {
			new = edit_apply(&edit);
			is_str(new, lack->want, "the new text");
		} else {
			is_str("", lack->want, "the same text");
		}
		edit_done(&edit);
		learn_done(&learn);
		rootward_policy_free(policy);
	}
}

static void test_diff(void)
{
	static const char old[] =
		"# 1\n# 2\ndefault:\n  - stat\n# 5\n# 6\n# 7\n# 8\n# 9\n# 10\n# 11\n# 12\n"
		"trees:\n  - path: /a\n    allow: [read] # 15\n# 16\n";
	struct rootward_policy *policy = parse(old);
	_cleanup_free_ char *diff = NULL;
	struct learn learn;
	struct edit edit;

	fill(&learn, &(struct lack){ .add = { { "/", READ, 0 }, { "/a", WRITE, 0 } } });
	is_int(edit_make(&edit, old, strlen(old), policy, &learn), 0, "two places far apart");
	diff = diff_of(&edit);
	is_str(diff,
	       "--- p.yaml\n+++ p.yaml\n@@ -1,7 +1,8 @@\n # 1\n # 2\n default:\n   - stat\n"
	       "+  - read_file\n # 5\n # 6\n # 7\n@@ -12,5 +13,5 @@\n # 12\n trees:\n   - path: /a\n"
	       "-    allow: [read] # 15\n+    allow: [read, write_file] # 15\n # 16\n",
	       "are two hunks");
	edit_done(&edit);
	learn_done(&learn);
	rootward_policy_free(policy);
}

/* As messages are: a terminal obeys none of it. */
static void test_unseen(void)
{
	static const char old[] = "# a\r\n# b\xc2\x9b"
				  "2J\u2066\ndefault: [] # \u202e\n";
	struct rootward_policy *policy = parse(old);
	_cleanup_free_ char *diff = NULL;
	struct learn learn;
	struct edit edit;

	fill(&learn, &(struct lack){ .add = { { "/", READ, 0 } } });
	is_int(edit_make(&edit, old, strlen(old), policy, &learn), 0, "what cannot be seen");
	diff = diff_of(&edit);
	is_str(diff,
	       "--- p.yaml\n+++ p.yaml\n@@ -1,3 +1,3 @@\n"
	       " # a\\x0d\n # b\\xc2\\x9b2J\\xe2\\x81\\xa6\n-default: [] # \\xe2\\x80\\xae\n"
	       "+default: [read_file] # \\xe2\\x80\\xae\n",
	       "is shown");
	edit_done(&edit);
	learn_done(&learn);
	rootward_policy_free(policy);
}

int main(void)
{
	test_unseen();
	test_lacks();
	test_diff();
	return done_testing();
}
