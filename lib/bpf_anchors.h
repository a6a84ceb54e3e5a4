/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Anchors: the objects in the filesystem that rules hang on.  A tree has up to three kinds.
 */
#ifndef ROOTWARD_BPF_ANCHORS_H
#define ROOTWARD_BPF_ANCHORS_H

#include "abi.h"
#include "policy.h"

enum anchor_kind {
	ANCHOR_OBJECT, /* the tree itself */
	ANCHOR_ENTRY,  /* its parent, for the rule on its name: files are replaced by rename, and
			* what is denied may not exist yet */
	ANCHOR_GUARD,  /* an ancestor of something denied, which must stay where it is */
};

/**
 * struct anchor
 * @path: for ANCHOR_GUARD; owned
 * @name: for ANCHOR_ENTRY; points into tree->real
 */
struct anchor {
	enum anchor_kind kind;
	__u32 layer;
	__u32 number; /* of the tree in its policy */
	const struct tree *tree;
	char *path;
	const char *name;
	struct rw_identity identity;
};

struct anchors {
	struct anchor *list;
	size_t n;
	size_t room;
};

/**
 * anchors_find() - all anchors of all policies, identified by @program (see identity.h).  Without
 * one (below 0) as far as stat() can tell: enough to see where a rule could not hang.
 * Return: 0, or as bpf_rules_install().
 */
int anchors_find(struct anchors *anchors, int program, struct rootward_policy *const *policies, size_t n,
		 const struct rootward_opts *opts);

void anchors_free(struct anchors *anchors);

#endif
