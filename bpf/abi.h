/* SPDX-License-Identifier: LGPL-2.1-or-later OR GPL-2.0-only */
/*
 * What user space and the programs in the kernel share: keys and values of the maps, and events.
 * The programs stay pinned when a newer rootward is installed: whoever changes this page raises
 * RW_ABI, and the two live side by side.
 */
#ifndef ROOTWARD_ABI_H
#define ROOTWARD_ABI_H

#ifndef __bpf__
#include <linux/types.h>
#endif
#include <rootward/ops.h>

#define RW_ABI 5

#define OVERLAYFS_MAGIC 0x794c7630UL

#define RW_LAYERS 8
/* Parts of one rule that are for some owner's objects, in all layers together. */
#define RW_OWNED_PARTS 8
#define RW_DOMAINS 512
#define RW_RULES (1U << 18)
/* Guards that renames add to one domain; all domains' leave three quarters of the map to rules. */
#define RW_GUARDS 128
#define RW_NAME_MAX 256
#define RW_EVENT_RING (1U << 18)

/* Bits of the filter; a directory whose inode number misses it carries no rule. */
#define RW_FILTER_SHIFT 19
#define RW_FILTER_WORDS ((1U << RW_FILTER_SHIFT) / 64)

/**
 * struct rw_ident - a directory or file as the kernel knows it (never as stat reports it), in one
 * domain.
 * @name_len: 0, but in a struct rw_name_key the length of the name
 */
struct rw_ident {
	__u64 ino;
	__u32 dev;
	__u32 generation;
	__u32 domain;
	__u32 name_len;
};

/**
 * struct rw_name_key - an entry of a directory by name.  The hash need not be strong: the value
 * holds the whole name and is compared; two ruled names that meet are refused at load.
 */
struct rw_name_key {
	struct rw_ident parent;
	__u64 hash;
};

enum rw_rule_flags {
	RW_NAMED = 1U << 0,  /* entries of this directory are ruled by name */
	RW_GUARD = 1U << 1,  /* a directory ruled by a deny, or on the way to one: stays in place */
	RW_DENIES = 1U << 2, /* ruled by a deny: its ancestors are guards */
	RW_OWNED = 1U << 3,  /* has parts that are for some owner's objects only */
	RW_BY_NAME = 1U << 4, /* is on a name in a directory */
};

/** enum rw_who - whom an object must belong to. */
enum rw_who {
	RW_ANYBODY,
	RW_SELF,     /* the caller: its fsuid; its fsgid or a supplementary group */
	RW_UNMAPPED, /* nobody: the mount has no id for it */
	RW_ID,	     /* the id that is told beside */
};

/**
 * struct rw_owned - a part of a rule that counts for objects of this owner and group only.
 * @owner_is, @group_is: enum rw_who; both must hold
 */
struct rw_owned {
	__u32 allow;
	__u32 deny;
	__u32 owner;
	__u32 group;
	__u8 owner_is;
	__u8 group_is;
	__u8 layer;
	__u8 zero;
};

#define RW_NO_TREE 0xffffffffU

/**
 * struct rw_rule - what is ruled at one object, per layer of the domain.
 * @n_owned: how many of @owned there are; no operation is in two parts of one layer, nor in a part
 *           and in @layer
 * @tree: the layer's tree that says so, for events; RW_NO_TREE where none does
 */
struct rw_rule {
	__u32 flags;
	__u32 n_owned;
	struct {
		__u32 allow;
		__u32 deny;
		__u32 tree;
	} layer[RW_LAYERS];
	struct rw_owned owned[RW_OWNED_PARTS];
};

struct rw_named_rule {
	struct rw_rule rule;
	char name[RW_NAME_MAX]; /* the rest is zero */
};

/*
 * A domain is LOADING until all its rules are there, and LEAVING from when nobody is in it until
 * they are gone.  Guards are added while it is LOADING or LIVE.  Whoever dies meanwhile leaves
 * something to collect.
 */
enum rw_domain_state { RW_DOMAIN_FREE, RW_DOMAIN_LOADING, RW_DOMAIN_LIVE, RW_DOMAIN_LEAVING };

/**
 * struct rw_domain - one confinement.  Index 0 is never used: it means no domain.
 * @guards: how many renames have added, see RW_GUARDS
 * @owned:  some of its rules have RW_OWNED
 * @serial: which of all domains that ever were, not 0; a number is used again
 * @tasks:  how many tasks are in it; counted by the programs alone, which nothing interrupts
 */
struct rw_domain {
	__u32 state;
	__u32 layers;
	__u32 default_ops[RW_LAYERS];
	__u64 drop_caps; /* bit n: capability n is refused */
	__u32 keep;	 /* enum policy_keep of lib/policy.h */
	__u32 guards;
	__u32 owned;
	__u32 zero;
	__u64 serial;
	__s64 tasks;
	__u64 denied;
	__u64 lost;
	__u64 retried;
	__u64 unstable;
};

/**
 * struct rw_shared - one for all domains.
 * @filter: a superset of the inode numbers that rules name; see rw_filter_bit()
 * @tasks_map_id: the number of the map `tasks`
 */
struct rw_shared {
	__u64 filter[RW_FILTER_WORDS];
	__u32 tasks_map_id;
	__u32 zero;
};

/** struct rw_task - a task's storage; also what rw_enter is asked with. */
struct rw_task {
	__u32 domain;
};

#define RW_EVENT_NAMES 6
#define RW_EVENT_NAME_MAX 64

/**
 * struct rw_event - a denial.
 * @names: the object's name, its parent's, ... as far as they fit, each cut to its end; shown to
 *         people, never decided upon
 * @arg:   a capability, a signal, a BPF command, by @reason
 */
struct rw_event {
	__u32 domain;
	__u32 reason;
	__u32 ops;
	__u32 denied;
	__u32 layer;
	__u32 tree;
	__u32 pid;
	__u32 arg;
	__u32 n_names;
	char comm[16];
	char names[RW_EVENT_NAMES][RW_EVENT_NAME_MAX];
};

/**
 * struct rw_identity - what identity.bpf.c tells of one descriptor.
 * @uid, @gid: the owner through the mount, RW_NO_ID: none
 * @fs_uid, @fs_gid: the inode's own
 * @idmapped: 1, 0, or a negative errno: then @uid and @gid are not known
 */
struct rw_identity {
	__u64 ino;
	__u64 magic;
	__u32 dev;
	__u32 generation;
	__u32 fd;
	__u32 mode;
	__s32 xino_mode; /* overlay: 0 or more when inode numbers are stable */
	__s32 idmapped;
	__u32 uid;
	__u32 gid;
	__u32 fs_uid;
	__u32 fs_gid;
};

#define RW_NO_ID 0xffffffffU

/* One word of a name into its hash; user space and kernel must agree. */
static inline __attribute__((always_inline)) __u64 rw_hash_word(__u64 hash, __u64 word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
	return hash ^ hash >> 29;
}

static inline __attribute__((always_inline)) __u32 rw_filter_bit(__u64 ino)
{
	return (ino * 0x9e3779b97f4a7c15ULL) >> (64 - RW_FILTER_SHIFT);
}

#endif
