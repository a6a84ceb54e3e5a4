/* SPDX-License-Identifier: LGPL-2.1-or-later OR GPL-2.0-only */
/* What user space and the programs share of labels: trees that are named by an extended attribute.
 */
#ifndef ROOTWARD_LABEL_ABI_H
#define ROOTWARD_LABEL_ABI_H

#include "abi.h"

/* Labels at once, in all domains. */
#define RW_LABELS 64
/* Directories that carry one; and how many of a label's may come to after it was loaded. */
#define RW_LABELLED (1U << 18)
#define RW_LABELLED_LATER 1024
/* Bytes of an attribute's name and of its value, a NUL behind each. */
#define RW_LABEL_TEXT 64

/* Attributes with a value that are read on each directory, at once. */
#define RW_READERS 4
/* Directories of which is known whether they carry one; what was not asked for long is forgotten.
 */
#define RW_KNOWN (1U << 16)

/**
 * struct rw_label - a rule that hangs on each directory with this extended attribute that is
 * @under, or beneath it in its filesystem; or anywhere.
 * @under:  its `domain` is whose the label is; 0: nobody's
 * @reader: 0; or the number of the programs that read it, wherever it is: @under is then nothing
 * @later:  directories that carry it since after it was loaded
 * @value_len, @name, @value: the attribute; the rest is zero
 * @set_tasks: of the tasks that the policy is for, those that may set the attribute and remove it
 */
struct rw_label {
	struct rw_ident under;
	__s32 later;
	__u32 value_len;
	__u32 n_set;
	__u32 layer;
	__u32 tree;
	__u32 reader;
	char name[RW_LABEL_TEXT];
	char value[RW_LABEL_TEXT];
	struct rw_task_is set_tasks[RW_TASKS_ARE];
	struct rw_rule rule;
};

/**
 * enum rw_labelled - what the map `labelled` says of a directory.  The room is taken before its
 * attribute is set, and counts for nothing until it is.
 */
enum rw_labelled {
	RW_LABELLED_ON = 1U << 0,     /* it carries the label */
	RW_LABELLED_COUNTS = 1U << 1, /* in rw_label.later */
};

/** struct rw_known_key - a directory in memory, by its inode's address, and rw_label.reader. */
struct rw_known_key {
	__u64 inode;
	__u64 ino;
	__u32 dev;
	__u32 generation;
	__u32 reader;
	__u32 zero;
};

/**
 * struct rw_known - what was read there.
 * @word: a ticket, which is one more each time (of rw_shared.tickets), and enum rw_known_flags
 * @ino:  the key's: whoever looks at an element may meet another one in its memory
 */
struct rw_known {
	__u64 word;
	__u64 ino;
};

enum rw_known_flags {
	RW_KNOWN_READ = 1U << 0, /* else somebody is about to */
	RW_KNOWN_CARRIES = 1U << 1,
	RW_KNOWN_TICKET = 1U << 2, /* one more */
};

/** struct rw_reading - a task's room for a value; longer ones are no label's. */
struct rw_reading {
	__u64 value[RW_LABEL_TEXT / 8];
};

#endif
