/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What can have no rule of its own is needed on the directory that it is in (learn.h).
 *
 * Where that is the root or somebody's home, a rule is about far more than what was used.  What
 * was made there and is there still has a rule of its own instead, and its making is not needed
 * again: the next time it is there already.  Only what was removed or renamed there, or is gone,
 * leaves no other way.
 */
#include <errno.h>
#include <string.h>

#include <rootward/ops.h>

#include "cleanup.h"
#include "learn.h"

/* Whose entries are another for every process, so that a rule on one would be no use. */
static const char *const living_trees[] = { "/proc", "/dev/pts" };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What makes an entry be another, or none. */
#define LEAVING (ROOTWARD_OP_REMOVE_FILE | ROOTWARD_OP_REMOVE_DIR | ROOTWARD_OP_REFER)

struct settling {
	struct learn *learn;
	learn_kind_fn kind;
	void *data;
};

bool learn_is_one_of(const struct learn_node *node, const char *const *list, size_t n)
{
	_cleanup_free_ char *path = learn_path(node);

	for (size_t i = 0; path && i < n; i++)
		if (!strcmp(path, list[i]))
			return true;
	return false;
}

void learn_draw(struct learn_node *to, struct learn_node *top, uint32_t ops)
{
	for (struct learn_node *n = top; n; n = learn_each(top, n)) {
		if (n == to)
			continue;
		to->need |= n->need & ops;
		n->need &= ~ops;
	}
}

/* By the text that would be written: `.` can be said whatever it is called. */
static int ask_kind(const struct settling *s, struct learn_node *node)
{
	_cleanup_free_ char *path = learn_path(node), *written = learn_written(s->learn, node);

	if (!path || !written)
		return -ENOMEM;
	node->kind = learn_can_quote(written) ? s->kind(s->data, path) : LEARN_NOTHING;
	return 0;
}

/* There is a rule on what is beneath, though on this there can be none. */
static bool leads_on(const struct learn *learn, const struct learn_node *node)
{
	const struct learn_node *const ends[] = { learn->cwd, learn->home };

	for (size_t i = 0; i < COUNT(ends); i++)
		for (const struct learn_node *n = ends[i]; n; n = n->parent)
			if (n == node)
				return n != ends[i];
	return false;
}

static bool is_wide(const struct learn_node *node)
{
	return node->home || !node->parent;
}

/* @replaces: so a file may be what another was renamed to, and may have no more than that had. */
static bool stays(const struct learn_node *node, bool replaces)
{
	return is_wide(node->parent) && node->entry && !(node->entry & LEAVING) &&
	       (node->kind == LEARN_DIRECTORY || (node->kind == LEARN_FILE && !replaces));
}

/* A secret that is there, or a file in one, keeps its rule, on its name, when it is replaced. */
static bool can_have_rule(const struct learn_node *node, bool replaces)
{
	if (node->kind == LEARN_NOTHING)
		return false;
	return !node->changed || node->secret || (node->in_secret && node->kind == LEARN_FILE) ||
	       stays(node, replaces);
}

static bool replaces_something(const struct learn_node *node)
{
	for (const struct learn_node *n = node->child; n; n = n->next)
		if (n->entry & LEAVING)
			return true;
	return false;
}

/* @ops of @n are needed on @node, too. */
static void need_also(struct learn *learn, struct learn_node *node, const struct learn_node *n,
		      uint32_t ops)
{
	node->need |= ops;
	if (!(ops & ~LEARN_KNOWING))
		return;
	if (node->home && !node->cause)
		node->cause = n;
	learn->left_names += !node->parent;
}

/* All of @top, up to @last if that is not NULL, is needed on @node, in which it is. */
static void give_up(struct learn *learn, struct learn_node *node, struct learn_node *top,
		    const struct learn_node *last)
{
	for (struct learn_node *n = top; n; n = n == last ? NULL : learn_each(top, n)) {
		node->refers |= n->refers;
		n->refers = false;
		n->in_secret |= top->in_secret;
		need_also(learn, node, n, n->need | n->entry);
		n->need = 0;
	}
}

static void keep_rule(struct learn *learn, struct learn_node *node, struct learn_node *n,
		      bool replaces)
{
	/* made empty the next time */
	if (n->entry && n->kind == LEARN_FILE && n->need & ROOTWARD_OP_WRITE_FILE)
		n->need |= ROOTWARD_OP_TRUNCATE;
	if (!stays(n, replaces))
		need_also(learn, node, n, n->entry);
}

/* @alive: of a living tree all is given up. */
static int settle(const struct settling *s, struct learn_node *node, bool alive)
{
	static const char *const parents_of_homes[] = { "/home" };
	bool replaces = replaces_something(node);
	int r = 0;

	alive |= learn_is_one_of(node, living_trees, COUNT(living_trees));
	node->holds_home |= learn_is_one_of(node, parents_of_homes, COUNT(parents_of_homes));
	for (struct learn_node *n = node->child; n && r == 0; n = n->next) {
		bool keeps, leads;

		r = ask_kind(s, n);
		if (r < 0)
			return r;
		if (learn_is_one_of(node, parents_of_homes, COUNT(parents_of_homes)))
			n->home = n->holds_home = true;
		n->in_secret = n->secret || node->in_secret;
		keeps = !alive && can_have_rule(n, replaces);
		leads = !alive && !keeps && leads_on(s->learn, n);
		if (keeps || leads)
			r = settle(s, n, false);
		if (keeps)
			keep_rule(s->learn, node, n, replaces);
		else
			give_up(s->learn, node, n, leads ? n : NULL);
	}
	return r;
}

int learn_settle(struct learn *learn, learn_kind_fn kind, void *data)
{
	const struct settling s = { .learn = learn, .kind = kind, .data = data };
	struct learn_node *root = learn->nodes[0];

	for (size_t i = 0; i < learn->n; i++)
		learn->nodes[i]->need = learn->nodes[i]->used;
	learn->left_names = (root->used & ~LEARN_KNOWING) != 0;
	root->kind = LEARN_DIRECTORY;
	return settle(&s, root, false);
}
