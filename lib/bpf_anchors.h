/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Anchors: the objects in the filesystem that rules hang on.  A tree has up to three kinds.
 */
#ifndef ROOTWARD_BPF_ANCHORS_H
#define ROOTWARD_BPF_ANCHORS_H

#include "abi.h"
#include "lookup.h"
#include "policy.h"

enum anchor_kind {
	ANCHOR_OBJECT,	 /* the tree itself */
	ANCHOR_ENTRY,	 /* its parent, for the rule on its name: files are replaced by rename, and
			  * what is denied may not exist yet */
	ANCHOR_LABELLED, /* a directory that carries a label */
	ANCHOR_GUARD,	 /* an ancestor of something denied, which must stay where it is */
};

/**
 * struct anchor
 * @name:   for ANCHOR_ENTRY; points into tree->real
 * @object: for ANCHOR_GUARD, without its path
 * @plain:  the identity as stat has it; only to explain
 */
struct anchor {
	enum anchor_kind kind;
	__u32 layer;
	__u32 number; /* of the tree in its policy */
	const struct tree *tree;
	const char *name;
	struct object object;
	struct rw_identity identity;
	struct rw_identity plain;
};

/**
 * struct anchors
 * @explain: nothing is enforced by them: also of objects whose identity does not last, and as stat
 *           has them
 */
struct anchors {
	bool explain;
	struct anchor *list;
	size_t n;
	size_t room;
};

/**
 * anchors_find() - all anchors of all policies, identified by @program (see identity.h).  Without
 * one (below 0) as far as stat() can tell: enough to see where a rule could not hang.
 *
 * What each of them was, it was at some time during the call, not all at one time.  But: call it,
 * make rules of what it finds, call it again.  When both found the same, there was a rule on every
 * ancestor of every denied object, and has been since; as long as renames of guards add guards
 * (guard.bpf.h).  For the second look went up from each object link by link; a link that was moved
 * before it was looked at is seen at its new place, and the one who moves it later meets a guard.
 *
 * Return: 0, or as bpf_rules_install().
 */
int anchors_find(struct anchors *anchors, int program, struct rootward_policy *const *policies,
		 size_t n, const struct rootward_opts *opts);

/** anchors_same() - whether two looks at the same policies found the same. */
bool anchors_same(const struct anchors *a, const struct anchors *b);

/**
 * anchor_folds_case() - whether names in the directory are compared without case: a rule on one
 * could be walked around.
 */
bool anchor_folds_case(int fd);

void anchors_free(struct anchors *anchors);

#endif
