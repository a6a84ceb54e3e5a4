/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From what was used to rules.  What has to be put on a directory comes first (learn.h); then what
 * reads the better for being drawn together: the system's directories, the working directory, and
 * wherever there would be many rules side by side.  Reading and writing are drawn together apart
 * from each other: a directory that is read all over and written in one place gets two rules.
 */
#include <errno.h>
#include <string.h>

#include <rootward/ops.h>

#include "cleanup.h"
#include "learn.h"

#define READING (ROOTWARD_OPS_READ | ROOTWARD_OPS_EXECUTE)
#define WRITING (ROOTWARD_OPS_ALL & ~READING)

#define MAKING (ROOTWARD_OP_WRITE_FILE | ROOTWARD_OP_MAKE_REG)

/* A directory in which things are made, written and removed is written to. */
#define CHANGING (ROOTWARD_OP_WRITE_FILE | ROOTWARD_OP_MAKE_REG | ROOTWARD_OP_REMOVE_FILE)

/* So many rules beneath a directory become one. */
#define MANY 4

/* Read and executed as a whole: what is in there is no secret, and not the command's choice. */
static const char *const system_trees[] = {
	"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool may_draw(const struct learn_node *node)
{
	return !node->holds_secret && !node->in_secret;
}

static void draw_whole(struct learn *learn, struct learn_node *node)
{
	bool system = learn_is_one_of(node, system_trees, COUNT(system_trees));

	if (may_draw(node) && (system || (node == learn->cwd && !node->home))) {
		learn_draw(node, node, READING);
		if (system && node->need & READING)
			node->need |= READING;
	}
	for (struct learn_node *n = node->child; n; n = n->next)
		draw_whole(learn, n);
}

/*
 * Not into what is somebody's home or has one beneath: far more is in there than the command used.
 * Returns how many rules about @ops there are on @node and beneath.
 */
static size_t draw_many(struct learn *learn, struct learn_node *node, uint32_t ops)
{
	bool deep = node == learn->cwd || (node->parent && node->parent->parent);
	size_t n = 0;

	for (struct learn_node *c = node->child; c; c = c->next)
		n += draw_many(learn, c, ops);
	if (n >= MANY && deep && node->kind == LEARN_DIRECTORY && may_draw(node) &&
	    !node->holds_home) {
		learn_draw(node, node, ops);
		n = 0;
	}
	return n + ((node->need & ops & ~LEARN_KNOWING) != 0);
}

/* All that is allowed at @node, but for what is denied on places of secrets. */
static uint32_t allowed_at(const struct learn *learn, const struct learn_node *node)
{
	uint32_t ops = learn->default_ops | learn->default_base;

	for (; node; node = node->parent)
		ops |= node->need | node->base;
	return ops;
}

/*
 * The next time what was made and written is there already, and is made empty first.  Else to whole
 * groups, for the reader.
 */
static void widen(struct learn_node *node)
{
	if ((node->need & MAKING) == MAKING)
		node->need |= ROOTWARD_OP_TRUNCATE;
	if (!may_draw(node))
		return;
	if (node->need & ROOTWARD_OP_READ_FILE)
		node->need |= ROOTWARD_OPS_READ;
	if ((node->need & CHANGING) == CHANGING)
		node->need |= ROOTWARD_OPS_WRITE;
}

static bool is_levelled(const struct learn_node *node)
{
	return node->refers && !node->in_secret;
}

/*
 * Nothing is moved to where more is allowed on it: so the places between which things were moved
 * must allow the same.  Which of them belong together is not told, so all do; but in a place of
 * secrets what was used is allowed and no more.
 */
static void level(struct learn *learn)
{
	uint32_t ops = 0;

	for (size_t i = 0; i < learn->n; i++)
		if (is_levelled(learn->nodes[i]))
			ops |= allowed_at(learn, learn->nodes[i]);
	for (size_t i = 0; i < learn->n; i++)
		if (is_levelled(learn->nodes[i]) && ops & ~allowed_at(learn, learn->nodes[i]))
			learn->nodes[i]->need |= ops;
}

/* What a rule leaves to those above it; and what is only about knowing is for everywhere. */
static void thin(struct learn *learn)
{
	struct learn_node *root = learn->nodes[0], *n;
	uint32_t above;

	learn->default_ops |= root->need;
	root->need = 0;
	for (n = root; n; n = learn_each(root, n)) {
		above = n->parent ? allowed_at(learn, n->parent) | n->base : 0;
		if (n->need & ~above && !(n->need & ~LEARN_KNOWING))
			learn->default_ops |= n->need;
	}
	for (n = root; n; n = learn_each(root, n)) {
		if (!n->parent)
			continue;
		above = allowed_at(learn, n->parent) | n->base;
		if (!(n->need & ~LEARN_KNOWING) || (!n->in_secret && !(n->need & ~above)))
			n->need = 0;
		else if ((n->need & ROOTWARD_OPS_READ) != ROOTWARD_OPS_READ)
			n->need &= ~(learn->default_ops & LEARN_KNOWING);
	}
}

/* A rule on the root would be about everything, and so would `default`: it is left out, and told.
 */
static void leave_root(struct learn *learn)
{
	struct learn_node *root = learn->nodes[0];

	learn->left_out = root->need & ~LEARN_KNOWING;
	root->need &= LEARN_KNOWING;
	root->refers = false;
}

/* What was asked of a secret and of all beneath. */
static uint32_t used_beneath(struct learn_node *top)
{
	uint32_t ops = 0;

	for (struct learn_node *n = top; n; n = learn_each(top, n))
		ops |= n->used | n->entry;
	return ops;
}

static uint32_t allowed_before(const struct learn *learn, const struct learn_node *node)
{
	uint32_t ops = learn->default_base;

	for (; node; node = node->parent)
		ops |= node->base;
	return ops;
}

/*
 * Denies, on places of secrets that what is around them would open, if that was not open before.
 * What the command used there stays allowed.
 */
static void shut(struct learn *learn, struct learn_node *node)
{
	uint32_t open = learn->default_ops & ~learn->default_base;

	for (const struct learn_node *n = node->parent; n; n = n->parent)
		open |= n->need;
	open &= ~LEARN_KNOWING;

	if (node->kind == LEARN_FILE)
		open &= ~ROOTWARD_OP_READ_DIR;
	if (node->ruled || !open)
		return;
	if (node->kind == LEARN_NOTHING)
		node->deny = ROOTWARD_OPS_ALL & ~used_beneath(node);
	else if (node->need)
		node->deny = open & ~node->need;
	else
		node->deny = ROOTWARD_OPS_ALL & ~(used_beneath(node) & LEARN_KNOWING);
	/* its being made or replaced is part of what was used; and nothing is taken away */
	node->deny &= ~(node->entry | allowed_before(learn, node));
}

static void count_files(struct learn *learn)
{
	for (size_t i = 0; i < learn->n; i++) {
		struct learn_node *n = learn->nodes[i];
		uint32_t ops = n->used;

		for (; n && ops; n = n->parent) {
			n->files += (n->allow & ops) != 0;
			ops &= ~n->allow;
		}
	}
}

int learn_fold(struct learn *learn, learn_kind_fn kind, void *data)
{
	struct learn_node *root = learn->nodes[0];
	int r;

	r = learn_sort(learn);
	if (r == 0)
		r = learn_settle(learn, kind, data);
	if (r < 0)
		return r;
	leave_root(learn);
	draw_whole(learn, root);
	draw_many(learn, root, READING);
	draw_many(learn, root, WRITING);
	for (size_t i = 0; i < learn->n; i++)
		widen(learn->nodes[i]);
	level(learn);
	thin(learn);
	for (size_t i = 0; i < learn->n; i++)
		if (learn->nodes[i]->secret)
			shut(learn, learn->nodes[i]);
	for (size_t i = 0; i < learn->n; i++)
		learn->nodes[i]->allow = learn->nodes[i]->need;
	count_files(learn);
	return 0;
}
