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

#define RW_ABI 9

#define OVERLAYFS_MAGIC 0x794c7630UL

#define RW_LAYERS 8
/* Parts of one rule that are for some owner's objects, in all layers together. */
#define RW_OWNED_PARTS 8
#define RW_DOMAINS 512
/* Policies that are loaded for the machine at once; each is a domain. */
#define RW_LOADED 128
#define RW_OWN_MAPS 32
#define RW_RULES (1U << 18)
/* Guards that renames add to one domain; all domains' leave three quarters of the map to rules. */
#define RW_GUARDS 128
#define RW_NAME_MAX 256
/* Labels of one domain; see label_abi.h. */
#define RW_DOMAIN_LABELS 8
/* Bytes in a ring of events: of a confinement, of a loaded policy, of one that learns. */
#define RW_EVENT_RING (1U << 18)
#define RW_EVENT_RING_LOADED (1U << 20)
#define RW_EVENT_RING_LEARN (1U << 23)

/* Bits of the filter; a directory whose inode number misses it carries no rule. */
#define RW_FILTER_SHIFT 19
#define RW_FILTER_WORDS ((1U << RW_FILTER_SHIFT) / 64)

/**
 * struct rw_ident - a directory or file as the kernel knows it (never as stat reports it), in one
 * domain.
 * @name_len: 0; but in a struct rw_name_key the length of the name, and in the map `labelled` the
 *            number of the label, from 1
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

/** enum rw_select - the map `whom` says which tasks a loaded policy is for. */
enum rw_select {
	RW_SELECT_FOR = 1U << 0, /* for some; they may not take it away */
	RW_SELECT_BUT = 1U << 1, /* not for some */
};

/** enum rw_mode - what becomes of a denial. */
enum rw_mode {
	RW_ENFORCE,
	RW_AUDIT, /* told, and let pass */
	RW_LEARN, /* likewise, each question on an object once */
};

#define RW_CGROUP_DEPTH 32

/**
 * struct rw_task_is - what a task must be, in all of what @by names.
 * @cgroup: the names on its path, hashed as file names are, a '/' behind each
 */
struct rw_task_is {
	__u32 by; /* enum rw_task_by */
	__u32 uid;
	__u32 gid;
	__u32 cgroup_level;
	__u64 cgroup;
	__u64 run; /* rw_name_hash() of the policy that it was confined with */
	/* The executable, by what it is, and by its name in its directory. */
	__u64 exe;
	__u32 exe_dev;
	__u32 exe_generation;
	__u64 exe_dir;
	__u64 exe_name;
};

enum rw_task_by {
	RW_BY_UID = 1U << 0,
	RW_BY_GID = 1U << 1,
	RW_BY_CGROUP = 1U << 2,
	RW_BY_RUN = 1U << 3,
	RW_BY_EXE = 1U << 4,
};

#define RW_TASKS_ARE 8

/**
 * struct rw_whom - the tasks that a loaded policy is for: those that are one of @for_tasks, or any
 * when there is none, but for those that are one of @but_tasks.  @unlock_tasks may take it away
 * though it is locked.
 */
struct rw_whom {
	__u32 n_for;
	__u32 n_but;
	__u32 n_unlock;
	__u32 zero;
	struct rw_task_is for_tasks[RW_TASKS_ARE];
	struct rw_task_is but_tasks[RW_TASKS_ARE];
	struct rw_task_is unlock_tasks[RW_TASKS_ARE];
};

/**
 * struct rw_domain - one confinement.  Index 0 is never used: it means no domain.
 * @unasked_by: of ROOTWARD_OPS_TELL, what each layer denies nowhere
 * @unasked: what none of them denies
 * @mode:   enum rw_mode
 * @loaded: 0: tasks enter it; else it is a policy for the machine
 * @select: enum rw_select
 * @locked: nobody takes it away but the tasks of rw_whom.unlock_tasks
 * @lost_until: likewise: till then events that there is no room for count as lost
 * @watched_until: as @told_until: till then somebody reads its events
 * @told_until: in nanoseconds of CLOCK_MONOTONIC: till then somebody wants to be told also of what
 *              is allowed
 * @name:   of the first policy, cut, ends with a NUL
 * @name_hash: rw_name_hash() of the whole
 * @guards: how many renames have added, see RW_GUARDS
 * @labels: the numbers of its labels, from 1; 0 ends them
 * @relabelled: how often a directory has got one of them, or lost it
 * @everywhere: operations that its labels which are read rule (label_abi.h)
 * @moves:  how often, while it was loaded, a directory was to be moved where its labels count
 * @owned:  some of its rules have RW_OWNED
 * @serial: which of all domains that ever were, not 0; a number is used again
 * @tasks:  how many tasks are in it; counted by the programs alone, which nothing interrupts
 */
struct rw_domain {
	__u32 state;
	__u32 layers;
	__u32 default_ops[RW_LAYERS];
	__u32 unasked_by[RW_LAYERS];
	__u64 drop_caps; /* bit n: capability n is refused */
	__u32 keep;	 /* enum policy_keep of lib/policy.h */
	__u32 guards;
	__u32 owned;
	__u32 mode;
	__u32 loaded;
	__u32 select;
	__u32 locked;
	__u32 relabelled;
	__u32 moves;
	__u32 everywhere;
	__u32 unasked;
	__u32 zero;
	__u8 labels[RW_DOMAIN_LABELS];
	__u64 lost_until;
	__u64 watched_until;
	__u64 told_until;
	__u64 name_hash;
	char name[64];
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
 * @pins_ino, @pins_dev: the directory of rootward's pins
 * @loader: of all threads that say so, the one that loads policies, as the initial pid namespace
 *          numbers process and thread
 * @own_maps: the numbers of rootward's maps
 * @n_loaded: how many of @loaded there are to look at
 * @n_labels: how many labels there are to look at
 * @readers: how many attributes have had programs that read them (label_abi.h)
 * @tickets: see struct rw_known
 * @loaded: the domains of the policies for the machine, 0: none.  One store puts a policy in
 *          another's place
 */
struct rw_shared {
	__u64 filter[RW_FILTER_WORDS];
	__u32 tasks_map_id;
	__u32 n_loaded;
	__u32 loaded[RW_LOADED];
	__u64 pins_ino;
	__u32 pins_dev;
	__u32 n_labels;
	__u64 loader;
	__u64 tickets;
	__u32 readers;
	__u32 zero;
	__u32 own_maps[RW_OWN_MAPS];
};

/**
 * struct rw_task - a task's storage; also what rw_enter, rw_loads and rw_may_unlock are asked with.
 * @loads: it loads a policy: the paths in it may be such that another loaded policy denies
 */
struct rw_task {
	__u32 domain;
	__u32 loads;
};

/* Room for names in an event; a last name may go on behind it. */
#define RW_EVENT_ROOM 256
#define RW_EVENT_ROOM_WHOLE 2048
#define RW_EVENT_NAME_MAX 256

enum rw_event_flags {
	RW_EVENT_PASSED = 1U << 0,  /* denied, but let pass */
	RW_EVENT_ALLOWED = 1U << 1, /* @denied is 0 */
	RW_EVENT_OWNED = 1U << 2,   /* @uid and @gid are known */
	RW_EVENT_WHOLE = 1U << 3,   /* @names go up to the filesystem's root */
	RW_EVENT_MNT = 1U << 4,	    /* @mnt_id is known */
};

/**
 * struct rw_event - a decision.
 * @when:  nanoseconds of CLOCK_BOOTTIME
 * @uid, @gid: the object's owner through the mount, RW_NO_ID: nobody
 * @exe:   the last component of the executable's path
 * @names: the object's name, its parent's, ... each with a NUL behind it; shown to people, never
 *         decided upon
 * @arg:   a capability, a signal, a BPF command, by @reason
 */
struct rw_event {
	__u64 when;
	__u32 domain;
	__u32 reason;
	__u32 ops;
	__u32 denied;
	__u32 layer;
	__u32 tree;
	__u32 pid;
	__u32 arg;
	__u32 flags; /* enum rw_event_flags */
	__u32 mnt_id;
	__u32 uid;
	__u32 gid;
	__u32 n_names;
	__u32 zero;
	char comm[16];
	char exe[64];
	char names[];
};

/* In place of a layer: no rule, but an executable that says which tasks a policy is for. */
#define RW_TREE_EXE RW_LAYERS

/** struct rw_tree_key - a rule as it was written: the map `trees`, for people. */
struct rw_tree_key {
	__u32 domain;
	__u32 layer;
	__u32 tree;
};

/**
 * struct rw_tree - both strings cut to their end, and a NUL.
 * @ino, @dev, @generation: what the path was when it was loaded; @ino 0: nothing
 * @follows_path: that is of the directory which has the name
 */
struct rw_tree {
	__u64 ino;
	__u32 dev;
	__u32 generation;
	__u32 follows_path;
	__u32 zero;
	char path[256];
	char origin[128];
};

/** struct rw_told - what a learning policy has told of already. */
struct rw_told {
	__u64 ino;
	__u64 dir;
	__u32 dev;
	__u32 generation;
	__u32 mnt_id;
	__u32 domain;
	__u32 ops;
	__u32 zero;
};

#define RW_TOLD (1U << 17)

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
