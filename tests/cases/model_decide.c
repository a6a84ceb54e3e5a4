/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The model's decision along one chain, by one layer. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "model.h"

static bool is_itself(const struct rule *rule, const struct node *node)
{
	if (rule->label)
		return label_is_on(rule->label, node->id);
	return !same_id(rule->id, NO_ID) && same_id(rule->id, node->id);
}

static bool is_by_name(const struct rule *rule, const struct node *node)
{
	return *node->name && !same_id(rule->parent, NO_ID) &&
	       same_id(rule->parent, node->parent) && !strcmp(rule->name, node->name);
}

/*
 * What @layer says at @node.  A rule holds by identity; a deny, and every rule on what is not a
 * directory, also by name; one that follows its path by name alone.
 */
static void rules_at(const struct layer *layer, const struct node *node, const struct whose *whose,
		     uint32_t *allow, uint32_t *deny)
{
	const struct rule *rule;
	bool itself, by_name;
	uint32_t about;

	*allow = *deny = 0;
	for (rule = layer->rules; rule < layer->rules + layer->n_rules; rule++) {
		itself = is_itself(rule, node);
		by_name = is_by_name(rule, node);
		if (!itself && !by_name)
			continue;
		about = ops_about(rule, whose);
		*deny |= rule->deny & about;
		if (itself || rule->follows ||
		    (!layer->by_object && !rule->is_dir && !same_id(rule->id, NO_ID)))
			*allow |= rule->allow & about;
	}
	*allow &= ~*deny;
}

const struct rule *first_owned(const struct layer *layer, const struct chain *chain)
{
	const struct rule *rule;
	size_t i;

	for (i = 0; i < chain->n; i++)
		for (rule = layer->rules; rule < layer->rules + layer->n_rules; rule++)
			if ((rule->owner.n || rule->group.n) &&
			    (is_itself(rule, &chain->nodes[i]) ||
			     is_by_name(rule, &chain->nodes[i])))
				return rule;
	return NULL;
}

/* What only tells of an object is no question where it is denied nowhere. */
static uint32_t unasked(const struct layer *layer)
{
	uint32_t ops = (OP(STAT) | OP(READLINK) | OP(GETXATTR)) & layer->default_ops;
	size_t i;

	for (i = 0; i < layer->n_rules; i++)
		ops &= ~layer->rules[i].deny;
	return ops;
}

uint32_t denied_at(const struct layer *layer, const struct chain *chain, uint32_t ops,
		   const struct whose *whose)
{
	/* what the hidden ancestors of one mount may still deny: a hidden allow shields from it */
	uint32_t open = ops, unshielded = ops, denied = 0, allow, deny;
	const struct node *node;

	for (node = chain->nodes; node < chain->nodes + chain->n; node++) {
		rules_at(layer, node, whose, &allow, &deny);
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
		denied |= open & ~unasked(layer);
	return denied;
}

uint32_t entry_denies(const struct layer *layer, const struct node *entry, uint32_t ops,
		      const struct whose *whose)
{
	uint32_t allow, deny;

	rules_at(layer, entry, whose, &allow, &deny);
	return deny & ops;
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

/* Whose the object at @path is by mount @m. */
static struct owner owner_by(const struct world *world, const struct mount_line *m,
			     const char *path)
{
	int view = world_view(world, m->id);
	_cleanup_close_ int fd = -1;
	char beneath[4200];

	if (view < 0 && !m->idmapped)
		view = world_fs(world, m->dev)->root;
	else if (strcmp(m->root, "/"))
		path += strlen(m->root);
	snprintf(beneath, sizeof(beneath), "./%s", path);
	fd = openat(view, beneath, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	return owner_seen(fd, m->idmapped);
}

static size_t components(const char *path)
{
	size_t n = 0;

	for (; *path; path++)
		n += *path == '/' && path[1];
	return n;
}

/* The chain by mount @m of what is at @inside: from the mount's root on that is hidden. */
static void chain_by(const struct world *world, const struct mount_line *m,
		     const struct chain *inside, struct chain *chain)
{
	size_t i, shown = inside->n - components(m->root);
	struct node node;

	*chain = (struct chain){ 0 };
	for (i = 0; i < inside->n; i++) {
		node = inside->nodes[i];
		node.hidden = i >= shown;
		chain_push(chain, &node);
	}
	chain_above(world, m, chain);
}

uint32_t denied_inside(const struct world *world, const struct layer *layer,
		       const struct place *place, uint32_t ops, const struct asker *asker)
{
	struct whose whose = { place->owner, asker };
	struct chain inside = { 0 }, chain;
	const struct mount_line *m;
	uint32_t denied = 0;
	bool shown = false;
	char path[4096];

	if (world_find(world, place->entry.id, &inside))
		return denied_at(layer, &place->chain, ops, &whose);
	path_inside(&inside, path, sizeof(path));
	for (m = world->mounts; m < world->mounts + world->n_mounts; m++) {
		if (!shows(m, place->entry.id.dev, path))
			continue;
		shown = true;
		whose.owner = owner_by(world, m, path);
		chain_by(world, m, &inside, &chain);
		denied |= denied_at(layer, &chain, ops, &whose);
		chain_free(&chain);
	}
	chain_free(&inside);
	return shown ? denied : ops & ~unasked(layer);
}
