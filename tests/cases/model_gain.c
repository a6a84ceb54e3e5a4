/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The model's answer to whether an object may do more at another place. */
#include "model.h"

/* What an operation may mean for an object: a file has no entries. */
#define OPS_OF_DIRECTORIES (OP(READ_DIR) | OP(CHROOT) | ROOTWARD_OPS_ENTRY)
#define OPS_OF_FILES (ROOTWARD_OPS_ALL & ~OPS_OF_DIRECTORIES)

/* struct move - an object's chain as it is, and as it would be. */
struct move {
	uint32_t ops;
	const struct chain *from, *to;
};

static bool gains_for(const struct layer *layer, const struct whose *whose, const void *data)
{
	const struct move *move = data;
	uint32_t before = denied_at(layer, move->from, move->ops, whose);

	return before & ~denied_at(layer, move->to, move->ops, whose);
}

static bool is_owned_itself(const struct layer *layer, const struct chain *chain)
{
	struct chain itself = { .nodes = chain->nodes, .n = 1 };

	return first_owned(layer, &itself);
}

bool gains(const struct layer *layer, const struct place *from, const struct place *to,
	   const struct asker *asker, bool *in_doubt)
{
	struct whose whose = { from->owner, asker };
	struct chain moved = { .end = to->above.end };
	struct move move = { from->is_dir ? ROOTWARD_OPS_ALL : OPS_OF_FILES, &from->chain, &moved };
	struct node node = to->entry;
	bool answer;
	size_t i;

	node.id = from->entry.id;
	chain_push(&moved, &node);
	for (i = 0; i < to->above.n; i++)
		chain_push(&moved, &to->above.nodes[i]);
	if (from->is_dir) {
		answer = any_owner(layer, asker, gains_for, &move);
		*in_doubt |= first_owned(layer, &from->above) != first_owned(layer, &to->above);
	} else {
		answer = gains_for(layer, &whose, &move);
	}
	*in_doubt |= is_owned_itself(layer, move.from) || is_owned_itself(layer, move.to);
	chain_free(&moved);
	return answer;
}
