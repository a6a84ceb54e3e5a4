/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Questions about an object whose mount is not known, or is one that nobody sees: every mount of
 * its filesystem that the caller's namespace shows above it is asked, with what that mount hides,
 * and each must allow.
 */
#ifndef ROOTWARD_MOUNTS_BPF_H
#define ROOTWARD_MOUNTS_BPF_H

#include "decide.bpf.h"

/* The mounts of one filesystem: a list until 6.16, a chain from then on. */
struct mount_search {
	__u64 mount; /* to look at; at the end 0 */
	__u64 head;  /* of the list, where it ends; in a chain 0 */
	__u64 ns;
	__u32 found;
};

#define MOUNTS_ARE_A_LIST bpf_core_field_exists(struct mount___list, mnt_instance)

static __always_inline __u64 mount_of_instance(__u64 node)
{
	return node - bpf_core_field_offset(struct mount___list, mnt_instance);
}

static __always_inline __u64 mount_first(__u64 sb, __u64 *head)
{
	struct super_block___list *list = (void *)sb;
	struct super_block___chain *chain = (void *)sb;
	__u64 node = 0;

	*head = 0;
	if (!MOUNTS_ARE_A_LIST) {
		bpf_core_read(&node, sizeof(node), &chain->s_mounts);
		return node;
	}
	*head = mount_of_instance(sb + bpf_core_field_offset(struct super_block___list, s_mounts));
	bpf_core_read(&node, sizeof(node), &list->s_mounts.next);
	return mount_of_instance(node);
}

static __always_inline __u64 mount_next(__u64 mount)
{
	struct mount___list *list = (void *)mount;
	struct mount___chain *chain = (void *)mount;
	__u64 node = 0;

	if (!MOUNTS_ARE_A_LIST) {
		bpf_core_read(&node, sizeof(node), &chain->mnt_next_for_sb);
		return node;
	}
	bpf_core_read(&node, sizeof(node), &list->mnt_instance.next);
	return node ? mount_of_instance(node) : 0;
}

static long mount_search_step(__u32 index, void *ctx)
{
	struct mount_search *s = ctx;
	struct mount *m = (void *)s->mount;
	__u64 ns = 0;

	if (!s->mount || s->mount == s->head)
		return 1;
	bpf_core_read(&ns, sizeof(ns), &m->mnt_ns);
	if (ns == s->ns) {
		s->found = 1;
		return 1;
	}
	s->mount = mount_next(s->mount);
	return 0;
}

#define MAX_MOUNTS_SEEN (1U << 16)
#define MAX_MOUNTS_ASKED 512

enum mount_search_end { MOUNT_NONE = 0, MOUNT_LOST = 1 };

static __always_inline __u64 caller_namespace(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct nsproxy *proxy = 0;
	__u64 ns = 0;

	bpf_core_read(&proxy, sizeof(proxy), &task->nsproxy);
	bpf_core_read(&ns, sizeof(ns), &proxy->mnt_ns);
	return ns;
}

static __always_inline __u64 superblock_of(__u64 dentry)
{
	struct dentry *d = VFS_WALK_AS(struct dentry, dentry);

	return VFS_WALK_READ_ADDRESS(d, d_sb);
}

/*
 * The next mount of @dentry's filesystem in the caller's namespace: after @previous, or the first
 * for 0.  MOUNT_NONE at the end; MOUNT_LOST when the end was not found: somebody took a mount off
 * the list under us.
 */
__noinline __u64 mount_after(__u64 dentry, __u64 previous)
{
	struct mount_search s = { .ns = caller_namespace() };

	s.mount = mount_first(superblock_of(dentry), &s.head);
	if (previous)
		s.mount = mount_next(previous);
	bpf_loop(MAX_MOUNTS_SEEN, mount_search_step, &s, 0);
	if (s.found)
		return s.mount;
	return s.mount == s.head ? MOUNT_NONE : MOUNT_LOST;
}

/* How often the caller's mounts have changed. */
__noinline __u64 namespace_event(void)
{
	struct mnt_namespace *n = (void *)caller_namespace();
	__u64 event = 0;

	bpf_core_read(&event, sizeof(event), &n->event);
	return event;
}

/* Pipes and the like. */
__noinline bool is_the_kernels(__u64 dentry)
{
	struct super_block *sb = VFS_WALK_AS(struct super_block, superblock_of(dentry));

	return VFS_WALK_READ(sb, s_flags) & VFS_WALK_SB_KERNMOUNT;
}

/* No mount allows it: a matter of those operations that the domain denies.  0 or -EACCES. */
__noinline int deny_unshown(__u32 index, __u64 how, __u32 reason)
{
	__u32 ops = how;
	struct rw_domain *domain = bpf_map_lookup_elem(&domains, &index);

	if (domain && domain->state == RW_DOMAIN_LIVE && denied_nowhere(domain, ops))
		return 0;
	return system_event(index, reason, 0) ? -EACCES : 0;
}

static __always_inline __u64 vfsmount_of(__u64 mount)
{
	return mount + bpf_core_field_offset(struct mount, mnt);
}

/*
 * Where a question has no mount, in place of one: the caller's namespace, which is no mount's
 * address.  While the counters stand, it has the mounts that it had.
 */
__noinline __u64 any_mount(void)
{
	__u64 ns = caller_namespace();

	return ns ? ns + 1 : 0;
}

/*
 * What one object in a directory is allowed by all mounts, so is another, unless a mount shows but
 * one of them: then that one is its root.
 */
__noinline bool mount_is_rooted_beside(__u64 mount, __u64 dentry)
{
	struct dentry *d = VFS_WALK_AS(struct dentry, dentry), *root;
	struct mount *m = VFS_WALK_AS(struct mount, mount);

	root = VFS_WALK_AS(struct dentry, VFS_WALK_READ_ADDRESS(m, mnt.mnt_root));
	return VFS_WALK_READ_ADDRESS(root, d_parent) == VFS_WALK_READ_ADDRESS(d, d_parent);
}

/* Apart from ask_mounts(), whose stack is needed for the walk; so is what follows. */
__noinline int mounts_begin(struct question *q, __u32 index)
{
	struct rw_domain *domain = bpf_map_lookup_elem(&domains, &index);

	if (!q)
		return 0;
	q->relabelled = domain ? READ_ONCE(domain->relabelled) : 0;
	q->counters = vfs_walk_counters();
	vfs_read_barrier();
	return 0;
}

/*
 * All mounts showed it, and allowed it: kept for what else the directory holds.  Where one did not
 * show it, it may show a copy with the same number and generation, as of a snapshot.
 */
__noinline int mounts_allow(struct question *q, __u32 index)
{
	__u64 mnt = any_mount();

	if (q && mnt)
		verdict_keep(bpf_map_lookup_elem(&domains, &index), mnt, q->dentry,
			     VERDICT_OF(q->ops, q->relabelled), q->counters);
	return 0;
}

/*
 * Ask every mount that shows the object.  None does: nothing says that it may, but for pipes and
 * the like, which no mount shows.  The mounts of a namespace do not change without its event count
 * changing; then, and when the list changed under us, it begins anew.  The count changes before a
 * mount loses its namespace (umount_tree()), so one that a walk finds detached was seen to go.
 */
static __always_inline int ask_mounts(__u32 domain, struct question *q)
{
	__u64 event = namespace_event(), mount = 0, how = DECIDE_HOW(q->ops, VFS_WALK_BENEATH);
	__u32 i, shown = 0;
	int r;

	mounts_begin(q, domain);
	for (i = 0; i < MAX_MOUNTS_ASKED; i++) {
		mount = mount_after(q->dentry, mount);
		if (mount == MOUNT_NONE && namespace_event() == event)
			goto asked;
		if (mount == MOUNT_NONE || mount == MOUNT_LOST) {
			event = namespace_event();
			mount = 0;
			shown = 0;
			continue;
		}
		r = decide_and_tell(domain, vfsmount_of(mount), q->dentry, how, q->dentry);
		if (r < 0)
			return -EACCES;
		shown |= r == 0;
		/* At once: @r is not to be kept on the stack, see above. */
		q->counters |= r;
		q->counters |= mount_is_rooted_beside(mount, q->dentry);
	}
	return deny_unshown(domain, how, ROOTWARD_REASON_UNSTABLE);
asked:
	if (shown)
		mounts_allow(q, domain);
	if (shown || is_the_kernels(q->dentry))
		return 0;
	return deny_unshown(domain, how, ROOTWARD_REASON_DETACHED);
}

#endif
