/* SPDX-License-Identifier: GPL-2.0-only */
/* Unix sockets: who listens there may start helpers outside the confinement. */
#ifndef ROOTWARD_HOOKS_SOCKET_BPF_H
#define ROOTWARD_HOOKS_SOCKET_BPF_H

#include "hooks_file.bpf.h"

/* A name without a place in any tree: every layer's `default` decides. */
static __noinline int decide_abstract(__u32 index)
{
	struct rw_domain *domain = bpf_map_lookup_elem(&domains, &index);
	struct denial d = {
		.domain = index,
		.reason = ROOTWARD_REASON_DEFAULT,
		.ops = ROOTWARD_OP_CONNECT,
		.denied = ROOTWARD_OP_CONNECT,
		.layer = RW_NO_TREE,
		.tree = RW_NO_TREE,
	};
	__u32 i, allowed = ROOTWARD_OP_CONNECT;

	if (domain && domain->state == RW_DOMAIN_LIVE) {
		for (i = 0; i < RW_LAYERS; i++) {
			if (i >= domain->layers)
				break;
			allowed &= domain->default_ops[i];
		}
		if (allowed)
			return 0;
	}
	deny_event(&d, 0);
	return -EACCES;
}

static long abstract_turn(__u32 i, void *ctx)
{
	struct question *q = ctx;
	__u32 domain = domain_of_turn(i, q->asker);

	if (!domain)
		return 0;
	q->denied = decide_abstract(domain) && denial_stands(domain);
	return !!q->denied;
}

static __always_inline int decide_socket(__u32 asker, __u64 sk)
{
	struct unix_sock *u = VFS_WALK_AS(struct unix_sock, sk);
	struct question q = { .asker = asker };
	__u64 dentry = VFS_WALK_READ_ADDRESS(u, path.dentry);

	if (dentry)
		return ask_all(asker, VFS_WALK_READ_ADDRESS(u, path.mnt), dentry,
			       ROOTWARD_OP_CONNECT);
	/* Never bound: the other end of a socketpair(), which the task has been given. */
	if (!VFS_WALK_READ(u, addr))
		return 0;
	bpf_loop(asker_turns(q.asker), abstract_turn, &q, 0);
	return q.denied ? -EACCES : 0;
}

SEC("lsm/unix_stream_connect")
int BPF_PROG(rw_unix_stream_connect, struct sock *sock, struct sock *other, struct sock *newsk)
{
	__u32 asker = current_asker();

	return asker ? decide_socket(asker, address_of(other)) : 0;
}

SEC("lsm/unix_may_send")
int BPF_PROG(rw_unix_may_send, struct socket *sock, struct socket *other)
{
	__u32 asker = current_asker();
	struct socket *s;

	if (!asker)
		return 0;
	s = VFS_WALK_AS(struct socket, other);
	return decide_socket(asker, VFS_WALK_READ_ADDRESS(s, sk));
}

#endif
