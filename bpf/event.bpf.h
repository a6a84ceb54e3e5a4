/* SPDX-License-Identifier: GPL-2.0-only */
/* Saying why: the counters of a domain and its ring of events. */
#ifndef ROOTWARD_EVENT_BPF_H
#define ROOTWARD_EVENT_BPF_H

#include "domain.bpf.h"

struct denial {
	__u32 domain;
	__u32 reason;
	__u32 ops;
	__u32 denied;
	__u32 layer;
	__u32 tree;
	__u32 arg;
};

/*
 * Names for people, read without a snapshot: a rename meanwhile may mix old and new, which is why
 * nothing is decided by them.  Names longer than their place lose their beginning.
 */
static __always_inline void event_names(struct rw_event *event, __u64 address)
{
	struct dentry *dentry = (void *)address;
	const unsigned char *name;
	struct dentry *parent;
	__u32 i, len;

	for (i = 0; i < RW_EVENT_NAMES; i++) {
		if (!dentry)
			break;
		name = 0;
		parent = 0;
		len = 0;
		bpf_core_read(&parent, sizeof(parent), &dentry->d_parent);
		if (parent == dentry)
			break;
		bpf_core_read(&name, sizeof(name), &dentry->d_name.name);
		bpf_core_read(&len, sizeof(len), &dentry->d_name.len);
		if (len > RW_EVENT_NAME_MAX - 1)
			name += len - (RW_EVENT_NAME_MAX - 1);
		bpf_probe_read_kernel_str(event->names[i], RW_EVENT_NAME_MAX, name);
		dentry = parent;
	}
	event->n_names = i;
}

/* Count a denial and tell of it; @dentry is the address of what was to be accessed, or 0. */
__noinline int deny_event(struct denial *d, __u64 dentry)
{
	struct rw_domain *domain;
	struct rw_event *event;
	__u32 index;
	void *ring;

	if (!d)
		return 0;
	index = d->domain;
	domain = bpf_map_lookup_elem(&domains, &index);
	if (!domain)
		return 0;
	__sync_fetch_and_add(&domain->denied, 1);
	if (d->reason == ROOTWARD_REASON_UNSTABLE || d->reason == ROOTWARD_REASON_DEPTH)
		__sync_fetch_and_add(&domain->unstable, 1);
	ring = bpf_map_lookup_elem(&rings, &index);
	event = ring ? bpf_ringbuf_reserve(ring, sizeof(*event), 0) : 0;
	if (!event) {
		__sync_fetch_and_add(&domain->lost, 1);
		return 0;
	}
	event->domain = d->domain;
	event->reason = d->reason;
	event->ops = d->ops;
	event->denied = d->denied;
	event->layer = d->layer;
	event->tree = d->tree;
	event->arg = d->arg;
	event->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	event_names(event, dentry);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

/* A denial that no tree has a part in. */
static __always_inline int deny_system(__u32 domain, __u32 reason, __u32 arg)
{
	struct denial d = {
		.domain = domain,
		.reason = reason,
		.layer = RW_NO_TREE,
		.tree = RW_NO_TREE,
		.arg = arg,
	};

	deny_event(&d, 0);
	return -EPERM;
}

#endif
