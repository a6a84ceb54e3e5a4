/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Labels that count wherever they are.  On a Linux with the series in kernel/ a program that may
 * sleep reads them: label_read.bpf.c, once for each attribute and value, goes the same way on the
 * same hook before the decision is made, and notes what it finds here, by the inode in memory.
 * Decisions are made by the same walk as ever, on its one snapshot: a directory in there of which
 * nothing is known, as it could not be read, or came there in between, is denied what a label on it
 * might deny.
 *
 * Who sets the attribute or removes it puts an end to what was known (known_forget()), behind the
 * change.  What was read before that must not be noted after it: a reading notes a ticket first,
 * then reads, and notes the result only in the place of the same ticket.
 */
#ifndef ROOTWARD_LABEL_KNOWN_BPF_H
#define ROOTWARD_LABEL_KNOWN_BPF_H

#include "device.bpf.h"
#include "domain.bpf.h"
#include "label_abi.h"

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, RW_KNOWN);
	__type(key, struct rw_known_key);
	__type(value, struct rw_known);
} label_known SEC(".maps");

/* No task reads two values at once. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct rw_reading);
} label_readings SEC(".maps");

/* Where the kernel lets programs read them; else all of this is cut out. */
const volatile __u32 labels_are_read;

/* Where labels are read, loads are plain (VFS_WALK_PLAIN): the others would take of the stack. */
static __always_inline struct inode *known_inode(__u64 address)
{
	return bpf_rdonly_cast((void *)address, bpf_core_type_id_kernel(struct inode));
}

static __always_inline void known_key_of(struct rw_known_key *key, __u64 address, __u32 reader)
{
	struct inode *inode = known_inode(address);

	key->inode = address;
	key->ino = inode->i_ino;
	key->dev = inode->i_sb->s_dev;
	key->generation = inode->i_generation;
	key->reader = reader;
	key->zero = 0;
}

/* 1, 0, or -1: it is not known.  Only directories carry labels.  @key: room for one */
static __always_inline int known_carries(struct rw_known_key *key, __u32 reader, __u64 address)
{
	struct inode *inode = known_inode(address);
	struct rw_known *is;
	__u64 word, ino;

	if (!address || (inode->i_mode & S_IFMT) != S_IFDIR)
		return 0;
	known_key_of(key, address, reader);
	is = bpf_map_lookup_elem(&label_known, key);
	if (!is)
		return -1;
	word = READ_ONCE(is->word);
	vfs_read_barrier();
	ino = READ_ONCE(is->ino);
	vfs_read_barrier();
	if (!(word & RW_KNOWN_READ) || ino != key->ino || word != READ_ONCE(is->word))
		return -1;
	return !!(word & RW_KNOWN_CARRIES);
}

__noinline int known_forget(__u32 reader, __u64 address)
{
	struct rw_known_key key;

	if (!labels_are_read || !VFS_WALK_PLAIN)
		return 0;
	known_key_of(&key, address, reader);
	bpf_map_delete_elem(&label_known, &key);
	return 0;
}

#endif
