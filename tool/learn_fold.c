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

/* What tells that something is there and what it is, not what is in it: gives away no secret. */
#define KNOWING (ROOTWARD_OP_STAT | ROOTWARD_OP_READLINK)

#define MAKING (ROOTWARD_OP_WRITE_FILE | ROOTWARD_OP_MAKE_REG)

/* A directory in which things are made, written and removed is written to. */
#define CHANGING (ROOTWARD_OP_WRITE_FILE | ROOTWARD_OP_MAKE_REG | ROOTWARD_OP_REMOVE_FILE)

/* So many rules beneath a directory become one. */
#define MANY 4

/* Read and executed as a whole: what is in there is no secret, and not the command's choice. */
static const char *const system_trees[] = {
	"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store",
};

/* Whose entries are another for every process, so that a rule on one would be no use. */
static const char *const living_trees[] = { "/proc", "/dev/pts" };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct folding {
	struct learn *learn;
	learn_kind_fn kind;
	void *data;
};

static bool is_one_of(const struct learn_node *node, const char *const *list, size_t n)
{
	_cleanup_free_ char *path = learn_path(node);

	for (size_t i = 0; path && i < n; i++)
		if (!strcmp(path, list[i]))
			return true;
	return false;
}

/* @ops of all beneath @top, and of @top if it is not @to, are to be allowed on @to. */
static void draw(struct learn_node *to, struct learn_node *top, uint32_t ops)
{
	for (struct learn_node *n = top; n; n = learn_each(top, n)) {
		if (n == to)
			continue;
		to->need |= n->need & ops;
		n->need &= ~ops;
	}
}

static int ask_kind(const struct folding *f, struct learn_node *node)
{
	_cleanup_free_ char *path = learn_path(node);

	if (!path)
		return -ENOMEM;
	node->kind = learn_can_quote(path) ? f->kind(f->data, path) : LEARN_NOTHING;
	return 0;
}

/* A secret that is there keeps its rule, on its name, when it is replaced. */
static bool can_have_rule(const struct learn_node *node)
{
	return node->kind != LEARN_NOTHING && (!node->changed || node->secret);
}

/* Put on the nearest directory what can have no rule.  @alive: of a living tree all is so. */
static int settle(const struct folding *f, struct learn_node *node, bool alive)
{
	alive |= is_one_of(node, living_trees, COUNT(living_trees));
	for (struct learn_node *n = node->child; n; n = n->next) {
		int r = ask_kind(f, n);

		if (r < 0)
			return r;
		n->in_secret = n->secret || node->in_secret;
		if (!alive && can_have_rule(n)) {
			r = settle(f, n, false);
			if (r < 0)
				return r;
			continue;
		}
		for (struct learn_node *m = n; m; m = learn_each(n, m)) {
			node->refers |= m->refers;
			m->refers = false;
			m->in_secret |= n->in_secret;
		}
		draw(node, n, ROOTWARD_OPS_ALL);
	}
	return 0;
}

static bool may_draw(const struct learn_node *node)
{
	return !node->holds_secret && !node->in_secret;
}

static void draw_whole(struct learn *learn, struct learn_node *node)
{
	bool system = is_one_of(node, system_trees, COUNT(system_trees));

	if (may_draw(node) && (system || node == learn->cwd)) {
		draw(node, node, READING);
		if (system && node->need & READING)
			node->need |= READING;
	}
	for (struct learn_node *n = node->child; n; n = n->next)
		draw_whole(learn, n);
}

/* Returns how many rules about @ops there are on @node and beneath. */
static size_t draw_many(struct learn *learn, struct learn_node *node, uint32_t ops)
{
	bool deep = node == learn->cwd || (node->parent && node->parent->parent);
	size_t n = 0;

	for (struct learn_node *c = node->child; c; c = c->next)
		n += draw_many(learn, c, ops);
	if (n >= MANY && deep && node->kind == LEARN_DIRECTORY && may_draw(node)) {
		draw(node, node, ops);
		n = 0;
	}
	return n + ((node->need & ops & ~KNOWING) != 0);
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

/*
 * Nothing is moved to where more is allowed on it: so the places between which things were moved
 * must allow the same.  Which of them belong together is not told, so all do.
 */
static void level(struct learn *learn)
{
	uint32_t ops = 0;

	for (size_t i = 0; i < learn->n; i++)
		if (learn->nodes[i]->refers)
			ops |= allowed_at(learn, learn->nodes[i]);
	for (size_t i = 0; i < learn->n; i++)
		if (learn->nodes[i]->refers && ops & ~allowed_at(learn, learn->nodes[i]))
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
		if (n->need & ~above && !(n->need & ~KNOWING))
			learn->default_ops |= n->need;
	}
	for (n = root; n; n = learn_each(root, n)) {
		if (!n->parent)
			continue;
		above = allowed_at(learn, n->parent) | n->base;
		if (!(n->need & ~KNOWING) || (!n->in_secret && !(n->need & ~above)))
			n->need = 0;
		else if ((n->need & ROOTWARD_OPS_READ) != ROOTWARD_OPS_READ)
			n->need &= ~(learn->default_ops & KNOWING);
	}
}

/* What was asked of a secret and of all beneath. */
static uint32_t used_beneath(struct learn_node *top)
{
	uint32_t ops = 0;

	for (struct learn_node *n = top; n; n = learn_each(top, n))
		ops |= n->used;
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
	open &= ~KNOWING;

	if (node->kind == LEARN_FILE)
		open &= ~ROOTWARD_OP_READ_DIR;
	if (node->ruled || !open)
		return;
	if (node->kind == LEARN_NOTHING)
		node->deny = ROOTWARD_OPS_ALL & ~used_beneath(node);
	else if (node->need)
		node->deny = open & ~node->need;
	else
		node->deny = ROOTWARD_OPS_ALL & ~(node->used & KNOWING);
}

static void count_files(struct learn *learn)
{
	for (size_t i = 0; i < learn->n; i++) {
		struct learn_node *n = learn->nodes[i];
		uint32_t ops = n->used & ~ROOTWARD_OPS_ENTRY;

		for (; n && ops; n = n->parent) {
			n->files += (n->allow & ops) != 0;
			ops &= ~n->allow;
		}
	}
}

int learn_fold(struct learn *learn, learn_kind_fn kind, void *data)
{
	struct folding f = { .learn = learn, .kind = kind, .data = data };
	struct learn_node *root = learn->nodes[0];
	int r;

	for (size_t i = 0; i < learn->n; i++)
		learn->nodes[i]->need = learn->nodes[i]->used;
	root->kind = LEARN_DIRECTORY;
	r = learn_sort(learn);
	if (r == 0)
		r = settle(&f, root, false);
	if (r < 0)
		return r;
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
