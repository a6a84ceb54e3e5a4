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
 * dentry cache.  Where generations are all 0, nothing is kept.  A snapshot's copy of it may have
 * all of them: but another mount shows that, or nothing inside the filesystem is ruled
 * (identity_unstable()).  A mount's address is not given to another without mount_lock's counter
 * going on.
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

static __always_inline __u32 verdict_epoch(void)
{
	return bpf_jiffies64() >> 10;
}

/* Where the object is; false where that alone does not answer. */
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
	place->epoch = verdict_epoch();
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

/* Where it is kept what one domain allows in the directory @dir, by the mount @mnt. */
static __always_inline struct verdict *verdict_at(__u64 dir, __u64 mnt, __u64 domain)
{
	__u64 hash = (dir ^ mnt ^ domain) * 0x9e3779b97f4a7c15ULL;
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
 * what a directory's attributes are: of them nothing tells for sure that they changed.  All of that
 * is fixed before a domain is live but being told, so verdict_known() asks for that alone.
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

__noinline int allowed_count(__u32 index)
{
	__u64 *count = bpf_map_lookup_elem(&allowed, &index);

	if (count)
		(*count)++;
	return 0;
}

/* What tells the directory @dir from that of which @v is kept: 0 where nothing does. */
static __always_inline __u64 verdict_differs(const struct verdict *v, struct dentry *dir)
{
	struct inode *inode = READ_ONCE(dir->d_inode);

	return (READ_ONCE(v->place.ino) ^ READ_ONCE(inode->i_ino)) |
	       (READ_ONCE(v->place.generation) ^ READ_ONCE(inode->i_generation));
}

/*
 * Are these operations known to be allowed on the object?  They are where the domain denies them
 * nowhere, and nobody is told.  Else by what is kept, while it is true:
 *
 * Its keeper saw the counters even, and as it says, before it wrote that.  @seq is read behind its
 * writing, the object's place behind @seq, the counters behind that: where they are still as it
 * says, and have not come round (@epoch), no d_parent and no mount changed in between, so the
 * object was there all the while.  The first d_parent says only where to look, and may be older
 * than what is kept there: what counts is the second.
 *
 * A directory above a mount's root is met here, by that mount, only as the parent of the root, for
 * which an answer may be kept, and of what was moved out from under the mount.  That gets the same,
 * and may: neither of them has a rule, nor their parent, and what is above them is the same.
 *
 * Most questions are answered here, so what differs is put together and branched on once, and
 * loaded where it is needed: the compiler would load it all first, and put it on the stack.
 */
__noinline int verdict_known(__u32 index, __u64 mnt, __u64 address, __u32 ops)
{
	struct rw_domain *domain = bpf_map_lookup_elem(&domains, &index);
	__u32 epoch = verdict_epoch();
	struct dentry *dentry, *dir;
	struct verdict *v;
	struct inode *inode;
	__u64 at, seq, counters, differs;

	if (!domain || domain->state != RW_DOMAIN_LIVE || verdict_is_told(domain))
		return 0;
	if (denied_nowhere(domain, ops))
		return 1;
	if (!VFS_WALK_PLAIN)
		return 0;
	dentry = VFS_WALK_PLAIN_AS(struct dentry, address);
	at = vfs_walk_distance(READ_ONCE(dentry->d_parent), dentry) + address;
	v = at != address ? verdict_at(at, mnt, domain->serial) : 0;
	if (!v)
		return 0;
	seq = READ_ONCE(v->seq);
	vfs_read_barrier();
	differs = (seq & 1) | (READ_ONCE(v->domain) ^ READ_ONCE(domain->serial));
	differs |= READ_ONCE(v->place.mnt) ^ mnt;
	differs |= READ_ONCE(v->place.epoch) ^ epoch;
	differs |= READ_ONCE(v->relabelled) ^ READ_ONCE(domain->relabelled);
	differs |= ops & ~READ_ONCE(v->allowed);
	differs |= READ_ONCE(v->place.dir) ^ at;
	dir = READ_ONCE(dentry->d_parent);
	differs |= (vfs_walk_distance(dir, dentry) + address) ^ at;
	differs |= verdict_differs(v, dir);
	inode = READ_ONCE(dentry->d_inode);
	if (differs || filter_has(inode->i_ino) || (ops & OPS_OF_OPENING && device_fence(inode)))
		return 0;
	counters = READ_ONCE(v->place.counters);
	vfs_read_barrier();
	if (READ_ONCE(v->seq) != seq || vfs_walk_counters() != counters)
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
	v = vfs_walk_counters() == counters ? verdict_at(place.dir, mnt, domain->serial) : 0;
	if (!v)
		return 0;
	seq = READ_ONCE(v->seq);
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
