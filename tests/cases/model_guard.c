/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The model's guards: directories that stay where they are, for something denied is beneath them,
 * was, or was to be.  They are never fewer: what is denied may have gone elsewhere, but its name is
 * denied as before.
 */
#include <stdlib.h>

#include "cleanup.h"
#include "model.h"

static const struct guard *find(const struct layer *layer, struct id id)
{
	size_t i;

	for (i = 0; i < layer->n_guards; i++)
		if (same_id(layer->guards[i].id, id))
			return &layer->guards[i];
	return NULL;
}

static void add(struct layer *layer, struct id id, bool late)
{
	if (same_id(id, NO_ID) || find(layer, id))
		return;
	layer->guards = reallocarray(layer->guards, layer->n_guards + 1, sizeof(*layer->guards));
	if (!layer->guards)
		abort();
	layer->guards[layer->n_guards++] = (struct guard){ id, late };
}

/* What a mount hides does not lead there. */
static void add_chain(struct layer *layer, const struct chain *chain, bool late)
{
	size_t i;

	for (i = 0; i < chain->n; i++)
		if (!chain->nodes[i].hidden)
			add(layer, chain->nodes[i].id, late);
}

static void add_dir(const struct world *world, struct layer *layer, int dir, bool late)
{
	struct chain chain = { 0 };

	chain_dir(world, dir, &chain);
	add_chain(layer, &chain, late);
	chain_free(&chain);
}

void guards_find(const struct world *world, struct layer *layer, bool late)
{
	const struct rule *rule;
	size_t i;

	for (rule = layer->rules; rule < layer->rules + layer->n_rules; rule++) {
		if (!rule->deny)
			continue;
		for (i = 0; rule->label && i < rule->label->n; i++)
			add_dir(world, layer, rule->label->on[i], late);
		if (rule->label || late)
			continue;
		add(layer, rule->id, false);
		add_dir(world, layer, rule->dir >= 0 ? rule->dir : rule->up, false);
	}
}

bool is_guard(const struct layer *layer, struct id id, bool *late)
{
	const struct guard *guard = find(layer, id);

	*late |= guard && guard->late;
	return guard;
}

void guards_move(struct layer *layer, struct id moved, const struct chain *above)
{
	if (find(layer, moved))
		add_chain(layer, above, true);
}
