/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The model's decision along one chain, by one layer. */
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "model.h"

/*
 * What @layer says at @node.  A rule holds by identity; a deny, and every rule on what is not a
 * directory, also by name.
 */
static void rules_at(const struct layer *layer, const struct node *node, uint32_t *allow,
		     uint32_t *deny)
{
	const struct rule *rule;
	bool itself, by_name;

	*allow = *deny = 0;
	for (rule = layer->rules; rule < layer->rules + layer->n_rules; rule++) {
		itself = !same_id(rule->id, NO_ID) && same_id(rule->id, node->id);
		by_name = *node->name && !same_id(rule->parent, NO_ID) &&
			  same_id(rule->parent, node->parent) && !strcmp(rule->name, node->name);
		if (itself || by_name)
			*deny |= rule->deny;
		if (itself ||
		    (by_name && !layer->by_object && !rule->is_dir && !same_id(rule->id, NO_ID)))
			*allow |= rule->allow;
	}
	*allow &= ~*deny;
}

uint32_t denied_at(const struct layer *layer, const struct chain *chain, uint32_t ops)
{
	/* what the hidden ancestors of one mount may still deny: a hidden allow shields from it */
	uint32_t open = ops, unshielded = ops, denied = 0, allow, deny;
	const struct node *node;

	for (node = chain->nodes; node < chain->nodes + chain->n; node++) {
		rules_at(layer, node, &allow, &deny);
		if (node->hidden) {
			denied |= deny & unshielded;
			open &= ~denied;
			unshielded &= ~(allow | denied);
			continue;
		}
		denied |= deny & open;
		open &= ~(deny | allow);
		unshielded = open;
	}
	if (chain->end == END_ROOT)
		denied |= open & ~layer->default_ops;
	else if (chain->end == END_DETACHED)
		denied |= open;
	return denied;
}

uint32_t entry_denies(const struct layer *layer, const struct node *entry, uint32_t ops)
{
	uint32_t allow, deny;

	rules_at(layer, entry, &allow, &deny);
	return deny & ops;
}

bool is_anchored(const struct world *world, const struct layer *layer, const struct node *entry)
{
	const struct rule *rule;
	struct chain chain;
	bool found = false;
	size_t i;

	for (rule = layer->rules; rule < layer->rules + layer->n_rules && !found; rule++) {
		if (!rule->deny)
			continue;
		chain = (struct chain){ 0 };
		chain_dir(world, rule->dir >= 0 ? rule->dir : rule->up, &chain);
		for (i = 0; i < chain.n; i++)
			found |= same_id(chain.nodes[i].id, entry->id);
		chain_free(&chain);
	}
	return found;
}

/* Where the object is inside its filesystem. */
static void path_inside(const struct chain *inside, char *path, size_t size)
{
	size_t i = inside->n - 1, len = 0;

	*path = '\0';
	while (i-- && len < size)
		len += (size_t)snprintf(path + len, size - len, "/%s", inside->nodes[i].name);
}

static bool shows(const struct mount_line *m, dev_t dev, const char *path)
{
	size_t len = strcmp(m->root, "/") ? strlen(m->root) : 0;

	return m->dev == dev && !strncmp(m->root, path, len) && (!path[len] || path[len] == '/');
}

uint32_t denied_inside(const struct world *world, const struct layer *layer,
		       const struct place *place, uint32_t ops)
{
	struct chain inside = { 0 }, above;
	const struct mount_line *m;
	uint32_t denied, open;
	bool shown = false;
	char path[4096];

	if (world_find(world, place->entry.id, &inside))
		return denied_at(layer, &place->chain, ops);
	inside.end = END_OPEN;
	denied = denied_at(layer, &inside, ops);
	inside.end = END_DETACHED;
	open = denied_at(layer, &inside, ops) & ~denied;
	path_inside(&inside, path, sizeof(path));
	for (m = world->mounts; m < world->mounts + world->n_mounts; m++) {
		if (!shows(m, place->entry.id.dev, path))
			continue;
		shown = true;
		above = (struct chain){ 0 };
		chain_above(world, m, &above);
		denied |= denied_at(layer, &above, open);
		chain_free(&above);
	}
	chain_free(&inside);
	return shown ? denied : denied | open;
}
