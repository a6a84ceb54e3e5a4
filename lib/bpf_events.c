/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The events of a domain that has an owner, who knows its policies. */
#include <errno.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "bpf_state.h"
#include "cleanup.h"

void layer_names_free(struct layer_names *layers, size_t n)
{
	size_t i, j;

	for (i = 0; i < n; i++) {
		for (j = 0; layers[i].trees && j < layers[i].n; j++) {
			free(layers[i].trees[j].path);
			free(layers[i].trees[j].origin);
		}
		free(layers[i].trees);
		free(layers[i].policy);
	}
	free(layers);
}

static int layer_copy(struct layer_names *layer, const struct rootward_policy *policy)
{
	char origin[512];
	size_t j;

	layer->policy = strdup(policy->name ? policy->name : "policy");
	layer->n = policy->n_trees;
	layer->trees = calloc(layer->n + 1, sizeof(layer->trees[0]));
	if (!layer->policy || !layer->trees)
		return -ENOMEM;
	for (j = 0; j < layer->n; j++) {
		origin_format(&policy->trees[j].origin, origin, sizeof(origin));
		layer->trees[j].path = strdup(policy->trees[j].path);
		layer->trees[j].origin = strdup(origin);
		if (!layer->trees[j].path || !layer->trees[j].origin)
			return -ENOMEM;
	}
	return 0;
}

int layer_names_copy(struct bpf_state *s, struct rootward_policy *const *policies, size_t n)
{
	size_t i;
	int r = 0;

	s->layers = calloc(n, sizeof(s->layers[0]));
	if (!s->layers)
		return -ENOMEM;
	s->n_layers = n;
	for (i = 0; i < n && r == 0; i++)
		r = layer_copy(&s->layers[i], policies[i]);
	return r;
}

static int hand_over(void *ctx, void *bytes, size_t size)
{
	struct rootward_event event = {};
	struct bpf_state *s = ctx;
	const struct rw_event *e = event_read(&s->reader, bytes, size, &event);

	if (!e)
		return 0;
	if (e->layer < s->n_layers) {
		event.policy = s->layers[e->layer].policy;
		if (e->tree < s->layers[e->layer].n) {
			event.origin = s->layers[e->layer].trees[e->tree].origin;
			event.tree = s->layers[e->layer].trees[e->tree].path;
		}
	}
	s->sink.fn(s->sink.data, &event);
	return 0;
}

int bpf_events(void *state, rootward_event_fn fn, void *data)
{
	struct bpf_state *s = state;
	int r;

	if (!s->ring) {
		s->ring = ring_buffer__new(s->made.ring, hand_over, s, NULL);
		if (!s->ring)
			return -errno;
	}
	s->sink.fn = fn;
	s->sink.data = data;
	r = ring_buffer__consume(s->ring);
	return r < 0 ? r : 0;
}
