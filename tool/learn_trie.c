/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tree of paths that a command used. */
#include <errno.h>
#include <string.h>

#include <rootward/ops.h>

#include "cleanup.h"
#include "learn.h"

/* What a node is looked up by. */
struct step {
	const struct learn_node *parent;
	const char *name;
	size_t len;
};

static bool is_step(const void *data, uint32_t number, const void *key)
{
	const struct learn *learn = data;
	const struct learn_node *node = learn->nodes[number];
	const struct step *step = key;

	return node->parent == step->parent && !strncmp(node->name, step->name, step->len) &&
	       !node->name[step->len];
}

static uint32_t hash_step(const struct step *step)
{
	uint32_t hash = hash_bytes(0, &step->parent, sizeof(step->parent));

	return hash_bytes(hash, step->name, step->len);
}

static struct learn_node *new_node(struct learn *learn, const struct step *step)
{
	_cleanup_free_ struct learn_node *node = calloc(1, sizeof(*node) + step->len + 1);
	struct learn_node **nodes;

	if (!node)
		return NULL;
	memcpy(node->name, step->name, step->len);
	node->parent = (struct learn_node *)step->parent;
	if (learn->n == learn->room) {
		size_t room = learn->room ? 2 * learn->room : 64;

		nodes = reallocarray(learn->nodes, room, sizeof(nodes[0]));
		if (!nodes)
			return NULL;
		learn->nodes = nodes;
		learn->room = room;
	}
	if (index_add(&learn->index, hash_step(step), (uint32_t)learn->n) < 0)
		return NULL;
	if (node->parent) {
		node->next = node->parent->child;
		node->parent->child = node;
	}
	return learn->nodes[learn->n++] = steal_ptr(node);
}

static struct learn_node *take_step(struct learn *learn, const struct step *step)
{
	uint32_t i = index_find(&learn->index, hash_step(step), is_step, learn, step);

	return i == INDEX_NONE ? new_node(learn, step) : learn->nodes[i];
}

struct learn_node *learn_find(struct learn *learn, const char *path, int *error)
{
	struct learn_node *node = learn->nodes[0];
	struct step step;

	*error = -EINVAL;
	if (path[0] != '/')
		return NULL;
	while (path[0] == '/' && path[1]) {
		step.parent = node;
		step.name = path + 1;
		step.len = strcspn(step.name, "/");
		path = step.name + step.len;
		if (!step.len || (step.len == 1 && step.name[0] == '.') ||
		    (step.len == 2 && !memcmp(step.name, "..", 2)))
			return NULL;
		node = take_step(learn, &step);
		if (!node) {
			*error = -ENOMEM;
			return NULL;
		}
	}
	*error = 0;
	return node;
}

int learn_init(struct learn *learn, const char *home, const char *cwd)
{
	static const struct step root = { NULL, "", 0 };
	int r = 0;

	*learn = (struct learn){};
	if (!new_node(learn, &root))
		return -ENOMEM;
	/* the root's own names are as short */
	if (home && strcmp(home, "/"))
		learn->home = learn_find(learn, home, &r);
	if (learn->home)
		r = learn_home(learn, home, true);
	if (r == 0 && cwd && strcmp(cwd, "/"))
		learn->cwd = learn_find(learn, cwd, &r);
	return r;
}

void learn_done(struct learn *learn)
{
	for (size_t i = 0; i < learn->n; i++)
		free(learn->nodes[i]);
	free(learn->nodes);
	index_free(&learn->index);
	*learn = (struct learn){};
}

int learn_add(struct learn *learn, const char *path, uint32_t ops)
{
	struct learn_node *node;
	int r;

	node = learn_find(learn, path, &r);
	if (!node)
		return r;
	node->used |= ops & ~ROOTWARD_OPS_ENTRY;
	if (!(ops & ROOTWARD_OPS_ENTRY))
		return 0;
	if (!node->parent)
		return -EINVAL;
	node->entry |= ops & ROOTWARD_OPS_ENTRY;
	node->parent->refers |= !!(ops & ROOTWARD_OP_REFER);
	/* that of a link's first name stays; it is told like one that is renamed */
	node->changed = true;
	return 0;
}

int learn_moved(struct learn *learn, const char *path, uint32_t ops)
{
	struct learn_node *node;
	int r;

	node = learn_find(learn, path, &r);
	if (!node)
		return r;
	if (!node->parent)
		return -EINVAL;
	node->changed = true;
	node->parent->used |= ops & ~ROOTWARD_OPS_ENTRY;
	return 0;
}

int learn_secret(struct learn *learn, const char *path)
{
	struct learn_node *node;
	int r;

	node = learn_find(learn, path, &r);
	if (!node)
		return r;
	node->secret = true;
	for (; node; node = node->parent)
		node->holds_secret = true;
	return 0;
}

int learn_home(struct learn *learn, const char *path, bool person)
{
	struct learn_node *node;
	int r;

	node = learn_find(learn, path, &r);
	if (!node)
		return r;
	/* the root is nobody's, whatever the accounts of services say */
	node->home |= person && node->parent;
	for (; node; node = node->parent)
		node->holds_home = true;
	return 0;
}

int learn_base(struct learn *learn, const char *path, uint32_t ops)
{
	struct learn_node *node;
	int r;

	node = learn_find(learn, path, &r);
	if (!node)
		return r;
	node->base |= ops;
	node->ruled = true;
	return 0;
}

char *learn_path(const struct learn_node *node)
{
	const struct learn_node *n;
	size_t len = 0;
	char *path, *end;

	for (n = node; n->parent; n = n->parent)
		len += 1 + strlen(n->name);
	path = malloc(len + 2);
	if (!path)
		return NULL;
	strcpy(path, "/");
	end = path + len;
	if (len)
		*end = '\0';
	for (n = node; n->parent; n = n->parent) {
		size_t own = strlen(n->name);

		end -= own;
		memcpy(end, n->name, own);
		*--end = '/';
	}
	return path;
}

static int compare(const void *a, const void *b)
{
	const struct learn_node *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

int learn_sort(struct learn *learn)
{
	_cleanup_free_ struct learn_node **list = calloc(learn->n, sizeof(list[0]));

	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < learn->n; i++) {
		struct learn_node **place = &learn->nodes[i]->child;
		size_t n = 0;

		for (struct learn_node *child = *place; child; child = child->next)
			list[n++] = child;
		qsort(list, n, sizeof(list[0]), compare);
		for (size_t k = 0; k < n; k++) {
			*place = list[k];
			place = &list[k]->next;
		}
		*place = NULL;
	}
	return 0;
}

struct learn_node *learn_each(const struct learn_node *top, struct learn_node *node)
{
	if (node->child)
		return node->child;
	while (node != top && !node->next)
		node = node->parent;
	return node == top ? NULL : node->next;
}
