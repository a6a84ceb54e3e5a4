/* SPDX-License-Identifier: GPL-2.0-only */
/* What is asked, while it is decided. */
#ifndef ROOTWARD_ACCESS_BPF_H
#define ROOTWARD_ACCESS_BPF_H

#include "domain.bpf.h"

/**
 * struct question - @ops on what is at @mnt and @dentry.
 * @mnt:        where it is not known, any_mount()
 * @counters:   in its place, while all mounts are asked: vfs_walk_counters() before that; odd: the
 *              answer is not kept
 * @asker:      current_asker()
 * @denied:     the answer
 * @relabelled: rw_domain.relabelled before all mounts are asked
 */
struct question {
	union {
		__u64 mnt;
		__u64 counters;
	};
	__u64 dentry;
	__u32 ops;
	__u32 asker;
	__u32 denied;
	__u32 relabelled;
};

/**
 * enum access_survey - not a question of yes or no: find out all of what one layer allows
 * (access.granted).  What moves may be a directory of things of any owner: then what was allowed is
 * taken to be as little as it can be, and what will be as much.
 */
enum access_survey {
	SURVEY_NOT,
	SURVEY_OWNER, /* on an object of access.uid and gid */
	SURVEY_LEAST, /* whoever owns it */
	SURVEY_MOST,
};

/**
 * struct access - one question, on the stack.
 * @layers: a bit for each that is asked
 * @beneath: by a mount that may not show the object
 * @failed: a rule could not be applied: nothing is known
 * @seen: @uid and @gid are filled in to be told
 * @labelled: there are labels
 * @everywhere: some of @ops are ruled by labels that are read
 * @rejoins: the object was moved out from under its mount, whose root is yet to come
 * @mine, @uid, @gid: whose the object is (enum vfs_ids_match, and by number); only in domains that
 *          have rules for some owner
 * @open, @hidden: masks per layer, 0 for layers that are not asked; @hidden is what is open to
 *          hidden denies, valid while @in_hidden
 * @object: before the walk: what is or comes there, a dentry, see access_owner()
 * @counters: after it: see vfs_walk_ancestors_when()
 * @denied: what was denied
 * @layer, @tree: by which layer first, and its tree.  In a survey for any owner: what was open at
 *          the first rule met for some owner's objects, and its tree
 *
 * Kept short: all that may be on the stack at once is 512 bytes, and a walk is in there too.
 */
struct access {
	__u32 domain;
	__u32 ops;
	union {
		__u32 denied;
		__u32 granted;
	};
	__u32 layer;
	__u32 tree;
	__u8 layers;
	__u8 survey : 2;
	__u8 mine : 2;
	__u8 beneath : 1;
	__u8 failed : 1;
	__u8 seen : 1;
	__u8 labelled : 1;
	__u8 in_hidden;
	__u8 retried : 1;
	__u8 everywhere : 1;
	__u8 rejoins : 1;
	__u32 uid;
	__u32 gid;
	__u32 open[RW_LAYERS];
	union {
		__u32 hidden[RW_LAYERS];
		__u64 object;
		__u64 counters;
	};
};

#endif
