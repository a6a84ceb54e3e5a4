/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was allowed lately, by directory, so that the next object in it need not be walked from.
 *
 * An answer depends on the object only where a rule hangs on it, or on its name in its directory.
 * With neither, all objects that one directory holds, reached by one mount, get the same answer
 * for as long as no directory and no mount moves: for as long as rename_lock's and mount_lock's
 * counters stay what they were before the walk, and no directory gets a label or loses it.  Where
 * the kernel does not show them, nothing is kept, and every answer is walked for.  Only what was
 * allowed is kept; to deny, and to say why, takes a walk.
 *
 * What is kept answers all that ask() asks: nothing is kept in filesystems that are fenced or hold
 * message queues, and a device is looked at each time.
 */
#ifndef ROOTWARD_VERDICT_BPF_H
#define ROOTWARD_VERDICT_BPF_H

#include <rootward/vfs_walk.bpf.h>

#include "device.bpf.h"
#include "domain.bpf.h"

#define VERDICT_BITS 12

/**
 * struct verdict_place - where objects are that get one answer.
 * @mnt: by which mount they were reached; where that is not known, any_mount() (mounts.bpf.h), for
 *       an answer that all mounts gave
 * @counters: vfs_walk_counters()
 * @epoch: in units of some seconds.  The counters have 32 bits: within one epoch nobody makes them
 *         go all the way round
 *
 * A directory that was removed must not lend its answer to another: one that got its number would
 * have to have its generation too, which filesystems draw at random or count, and its place in the
 * dentry cache.  Where generations are all 0, nothing is kept.  A mount's address is not given to
 * another without mount_lock's counter going on.
 */
struct verdict_place {
	__u64 counters;
	__u64 ino;
	__u64 mnt;
	__u64 dir;
	__u32 generation;
	__u32 epoch;
};

/**
 * struct verdict
 * @seq:     odd while it is written; read before and after it tells whether it was meanwhile
 * @domain:  rw_domain.serial
 * @allowed: operations
 * @relabelled: rw_domain.relabelled before the walk
 */
struct verdict {
	__u64 seq;
	__u64 domain;
	struct verdict_place place;
	__u32 allowed;
	__u32 relabelled;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1 << VERDICT_BITS);
	__type(key, __u32);
	__type(value, struct verdict);
} verdicts SEC(".maps");

/*
 * Where the object is; false where that alone does not answer.  That it is no mount's root, which
 * lives where it is mounted, need not be asked: its parent is not to be seen by that mount, so
 * nothing was kept of what is in there (vfs_walk_ancestors_when()).
 */
static __always_inline bool verdict_place(struct verdict_place *place, __u64 mnt, __u64 dentry,
					  __u32 ops)
{
	struct dentry *d = VFS_WALK_PLAIN_AS(struct dentry, dentry), *dir = d->d_parent;
	struct inode *inode = d->d_inode;

	/* What hangs nowhere is its own parent. */
	if (dir == d || filter_has(inode->i_ino))
		return false;
	if (ops & OPS_OF_OPENING && device_fence(inode))
		return false;
	place->mnt = mnt;
	place->dir = vfs_walk_distance(dir, d) + dentry;
	inode = dir->d_inode;
	place->ino = inode->i_ino;
	place->generation = inode->i_generation;
	place->epoch = bpf_jiffies64() >> 10;
	return place->generation;
}

#define MQUEUE_MAGIC 0x19800202UL

/* Are there files that are asked for more than where they are? */
static __always_inline bool verdict_is_not_all(__u64 dentry)
{
	struct dentry *d = VFS_WALK_AS(struct dentry, dentry);
	struct super_block *sb = VFS_WALK_AS(struct super_block, VFS_WALK_READ_ADDRESS(d, d_sb));
	__u64 magic = VFS_WALK_READ(sb, s_magic);

	return magic == PROC_MAGIC || magic == MQUEUE_MAGIC || magic_is_settings(magic);
}

static __always_inline struct verdict *verdict_at(const struct verdict_place *place, __u64 domain)
{
	__u64 hash = (place->ino ^ place->mnt ^ domain) * 0x9e3779b97f4a7c15ULL;
	__u32 index = hash >> (64 - VERDICT_BITS);

	return bpf_map_lookup_elem(&verdicts, &index);
}

static __always_inline bool verdict_is(const struct verdict *v, const struct verdict_place *place,
				       __u64 domain, __u32 relabelled)
{
	return v->relabelled == relabelled && v->place.counters == place->counters &&
	       v->place.ino == place->ino && v->place.mnt == place->mnt && v->domain == domain &&
	       v->place.dir == place->dir && v->place.generation == place->generation &&
	       v->place.epoch == place->epoch;
}

/* Does somebody want to be told of what it allows? */
static __always_inline bool verdict_is_told(const struct rw_domain *domain)
{
	return domain->told_until && domain->told_until > bpf_ktime_get_ns();
}

/*
 * Nothing is kept where it is asked, too, who owns an object, by which rule it is allowed, or
 * what a directory's attributes are: of them nothing tells for sure that they changed.
 */
static __always_inline bool verdict_keeps(const struct rw_domain *domain)
{
	return domain && domain->state == RW_DOMAIN_LIVE && !domain->owned && !domain->everywhere &&
	       !verdict_is_told(domain);
}

/*
 * Does the domain deny these operations nowhere?  Then they are allowed, whatever became of a walk:
 * their hooks are on only while another domain denies them, or somebody is told of what is allowed
 * (lib/bpf_attach.h), and no answer may hang on that.
 */
static __always_inline bool denied_nowhere(const struct rw_domain *domain, __u32 ops)
{
	return ops && !(ops & ~domain->unasked);
}

/* Likewise, and nobody is told: there is nothing to ask. */
static __always_inline bool is_unasked(const struct rw_domain *domain, __u32 ops)
{
	return domain && denied_nowhere(domain, ops) && domain->state == RW_DOMAIN_LIVE &&
	       !verdict_is_told(domain);
}

__noinline int allowed_count(__u32 index)
{
	__u64 *count = bpf_map_lookup_elem(&allowed, &index);

	if (count)
		(*count)++;
	return 0;
}

/*
 * Are these operations known to be allowed on the object?  They are where the domain denies them
 * nowhere.  Else, what was kept was true while the
 * counters stood as they do; they stand so before the object's place is read, and after it, so
 * it is there at one instant, and there the answer is true.
 */
__noinline int verdict_known(__u32 index, __u64 mnt, __u64 dentry, __u32 ops)
{
	struct rw_domain *domain = bpf_map_lookup_elem(&domains, &index);
	struct verdict_place place;
	__u32 allowed;
	struct verdict *v;
	__u64 seq;

	if (is_unasked(domain, ops))
		return 1;
	if (!VFS_WALK_PLAIN || !verdict_keeps(domain))
		return 0;
	place.counters = vfs_walk_counters();
	vfs_read_barrier();
	if (place.counters & 1 || !verdict_place(&place, mnt, dentry, ops))
		return 0;
	v = verdict_at(&place, domain->serial);
	if (!v)
		return 0;
	seq = *(volatile __u64 *)&v->seq;
	vfs_read_barrier();
	if (seq & 1 ||
	    !verdict_is(v, &place, domain->serial, *(volatile __u32 *)&domain->relabelled))
		return 0;
	allowed = v->allowed;
	vfs_read_barrier();
	if (ops & ~allowed || *(volatile __u64 *)&v->seq != seq ||
	    vfs_walk_count() != place.counters)
		return 0;
	if (domain->loaded)
		allowed_count(index);
	return 1;
}

/* The operations of verdict_keep(), and rw_domain.relabelled before the walk. */
#define VERDICT_OF(ops, relabelled) ((__u64)(relabelled) << 32 | (ops))

/*
 * A walk that began when the counters were @counters found them allowed: keep that, if they are so
 * still, for then the object was all the while where it is found here.  Whoever finds another at
 * work on the place lets it be.
 */
__noinline int verdict_keep(const struct rw_domain *domain, __u64 mnt, __u64 dentry, __u64 of,
			    __u64 counters)
{
	struct verdict_place place;
	__u32 ops = of, relabelled = of >> 32;
	struct verdict *v;
	__u64 seq;

	if (!VFS_WALK_PLAIN || !verdict_keeps(domain) || counters & 1 ||
	    !verdict_place(&place, mnt, dentry, ops) || filter_has(place.ino) ||
	    verdict_is_not_all(dentry))
		return 0;
	vfs_read_barrier();
	place.counters = counters;
	v = vfs_walk_counters() == counters ? verdict_at(&place, domain->serial) : 0;
	if (!v)
		return 0;
	seq = *(volatile __u64 *)&v->seq;
	if (seq & 1 || __sync_val_compare_and_swap(&v->seq, seq, seq + 1) != seq)
		return 0;
	v->allowed = ops | (verdict_is(v, &place, domain->serial, relabelled) ? v->allowed : 0);
	v->relabelled = relabelled;
	v->domain = domain->serial;
	v->place = place;
	__sync_val_compare_and_swap(&v->seq, seq + 1, seq + 2);
	return 0;
}

#endif
