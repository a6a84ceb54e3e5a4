/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One domain of the bpf engine, as its owner holds it. */
#ifndef ROOTWARD_BPF_STATE_H
#define ROOTWARD_BPF_STATE_H

#include "bpf_events.h"
#include "bpf_make.h"
#include "policy.h"

struct ring_buffer;

/** struct layer_names - what an event's numbers mean; the policies may be gone by then. */
struct layer_names {
	char *policy;
	size_t n;
	struct {
		char *path;
		char *origin;
	} * trees;
};

/**
 * struct bpf_state
 * @sink:  the caller of bpf_events() that runs now
 */
struct bpf_state {
	struct bpf_kernel kernel;
	struct made made;
	struct ring_buffer *ring;
	struct event_reader reader;
	struct layer_names *layers;
	size_t n_layers;
	struct {
		rootward_event_fn fn;
		void *data;
	} sink;
};

int layer_names_copy(struct bpf_state *state, struct rootward_policy *const *policies, size_t n);
void layer_names_free(struct layer_names *layers, size_t n);

int bpf_events(void *state, rootward_event_fn fn, void *data);

#endif
