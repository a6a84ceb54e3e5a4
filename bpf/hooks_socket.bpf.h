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

static __always_inline int decide_socket(__u32 domain, __u64 sk)
{
	struct unix_sock *u = VFS_WALK_AS(struct unix_sock, sk);
	__u64 dentry = VFS_WALK_READ_ADDRESS(u, path.dentry);

	if (dentry)
		return ask(domain, VFS_WALK_READ_ADDRESS(u, path.mnt), dentry, ROOTWARD_OP_CONNECT);
	/* Never bound: the other end of a socketpair(), which the task has been given. */
	if (!VFS_WALK_READ(u, addr))
		return 0;
	return decide_abstract(domain);
}

SEC("lsm/unix_stream_connect")
int BPF_PROG(rw_unix_stream_connect, struct sock *sock, struct sock *other, struct sock *newsk)
{
	__u32 domain = current_domain();

	return domain ? decide_socket(domain, address_of(other)) : 0;
}

SEC("lsm/unix_may_send")
int BPF_PROG(rw_unix_may_send, struct socket *sock, struct socket *other)
{
	__u32 domain = current_domain();
	struct socket *s;

	if (!domain)
		return 0;
	s = VFS_WALK_AS(struct socket, other);
	return decide_socket(domain, VFS_WALK_READ_ADDRESS(s, sk));
}

#endif
