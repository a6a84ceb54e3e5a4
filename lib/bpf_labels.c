/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>

#include "bpf_attach.h"
#include "bpf_hooks.h"
#include "bpf_labels.h"
#include "bpf_readers.h"
#include "bpf_rules.h"
#include "bpf_whom.h"
#include "cleanup.h"
#include "identity.h"
#include "label_abi.h"

_Static_assert(LABEL_TEXT_MAX + 2 == RW_LABEL_TEXT, "longer names are seen to be longer");
_Static_assert(RW_LABELS *RW_LABELLED_LATER <= RW_LABELLED / 4, "others cannot fill the map");

int label_get(struct bpf_kernel *k, __u32 number, struct rw_label *label)
{
	__u32 index = number - 1;

	return bpf_map_lookup_elem(k->pins[PINNED_LABELS], &index, label) < 0 ? -errno : 0;
}

static int label_put(struct bpf_kernel *k, __u32 number, const struct rw_label *label)
{
	__u32 index = number - 1;

	return bpf_map_update_elem(k->pins[PINNED_LABELS], &index, label, BPF_ANY) < 0 ? -errno : 0;
}

/* The first that is nobody's, or 0. */
static __u32 free_number(struct bpf_kernel *k)
{
	struct rw_label label;
	__u32 number;

	for (number = 1; number <= RW_LABELS; number++)
		if (label_get(k, number, &label) == 0 && !label.under.domain)
			return number;
	return 0;
}

static int identify(struct bpf_kernel *k, struct rw_label *label, const struct tree *tree,
		    const struct rootward_opts *opts)
{
	_cleanup_close_ int fd = tree_open(tree, opts);
	struct rw_identity id;
	const char *why;
	int r;

	if (fd < 0)
		return fd;
	r = identity_read(k->pins[PINNED_IDENTITY], &fd, 1, &id);
	if (r < 0)
		return r;
	why = identity_unstable(&id);
	if (why) {
		diag(opts, ROOTWARD_ERROR, &tree->origin, NULL,
		     "a label under %s could stop matching unseen: %s", tree->real, why);
		return -ENOTSUP;
	}
	label->under =
		(struct rw_ident){ .ino = id.ino, .dev = id.dev, .generation = id.generation };
	return 0;
}

static int label_fill(struct bpf_kernel *k, struct rw_label *label, const struct tree *tree,
		      const struct rootward_opts *opts)
{
	int r = 0;

	if (tree->state == TREE_LABEL)
		r = identify(k, label, tree, opts);
	if (r == 0)
		r = whom_tasks(k, NULL, label->set_tasks, &label->n_set, &tree->label->set, opts);
	if (r == 0)
		r = rule_of_tree(&label->rule, tree, label->layer, label->tree);
	label->value_len = strlen(tree->label->value);
	memcpy(label->name, tree->label->xattr, strlen(tree->label->xattr));
	memcpy(label->value, tree->label->value, label->value_len);
	if (r < 0 || tree->state == TREE_LABEL)
		return r;
	/* The rule is on the directory wherever it goes: nothing has to stay where it is. */
	label->rule.flags &= RW_OWNED;
	r = bpf_reader_get(k, label, opts);
	label->reader = r < 0 ? 0 : r;
	return r < 0 ? r : 0;
}

/*
 * All of it before it is somebody's: programs look at what is, and whoever is killed before that
 * leaves a number that is free.
 */
static int label_claim(struct bpf_kernel *k, __u32 domain, struct rw_label *label)
{
	__u32 number = free_number(k);
	struct rw_domain *d = &k->domains[domain];
	size_t i = 0;
	int r;

	while (i < RW_DOMAIN_LABELS && d->labels[i])
		i++;
	if (!number || i == RW_DOMAIN_LABELS)
		return -ENOSPC;
	r = label_put(k, number, label);
	if (r < 0)
		return r;
	d->labels[i] = number;
	if (k->shared->n_labels < number)
		__atomic_store_n(&k->shared->n_labels, number, __ATOMIC_SEQ_CST);
	label->under.domain = domain;
	return label_put(k, number, label);
}

static int claim_tree(struct bpf_kernel *k, __u32 domain, const struct tree *tree, __u32 layer,
		      __u32 number, const struct rootward_opts *opts)
{
	struct rw_label label = { .layer = layer, .tree = number };
	bool anywhere = tree->state == TREE_LABEL_ANYWHERE;
	int r = anywhere ? bpf_readers_refuse(tree, opts) : 0;

	if (r == 0)
		r = label_fill(k, &label, tree, opts);
	if (r == 0 && anywhere)
		k->domains[domain].everywhere |= tree->allow | tree->deny;
	if (r == 0)
		r = label_claim(k, domain, &label);
	if (r == -ENOSPC)
		diag(opts, ROOTWARD_ERROR, &tree->origin, NULL,
		     "no room for another label (%d in one confinement, %d in all, of which %d "
		     "attributes with a value may count anywhere)",
		     RW_DOMAIN_LABELS, RW_LABELS, RW_READERS);
	return r;
}

int bpf_labels_claim(struct bpf_kernel *k, __u32 domain, struct rootward_policy *const *policies,
		     size_t n, const struct rootward_opts *opts)
{
	const struct tree *tree;
	size_t i, j;
	int r = 0;

	for (i = 0; i < n && r == 0; i++)
		for (j = 0; j < policies[i]->n_trees && r == 0; j++) {
			tree = &policies[i]->trees[j];
			if (!tree_is_label(tree))
				continue;
			r = bpf_attach(k, BPF_NEED_LABELS, opts);
			if (r == 0)
				r = claim_tree(k, domain, tree, i, j, opts);
		}
	return r;
}

/* Whoever sets it now has put it in already, and it counts among those that came later. */
int bpf_labels_add(struct bpf_kernel *k, __u32 domain, const struct anchor *anchor)
{
	struct rw_ident ident = {
		.ino = anchor->identity.ino,
		.dev = anchor->identity.dev,
		.generation = anchor->identity.generation,
		.domain = domain,
	};
	__u32 state = RW_LABELLED_ON, i, bit = rw_filter_bit(ident.ino);
	struct rw_label label;
	int map = k->pins[PINNED_LABELLED];

	for (i = 0; i < RW_DOMAIN_LABELS && k->domains[domain].labels[i]; i++) {
		ident.name_len = k->domains[domain].labels[i];
		if (label_get(k, ident.name_len, &label) == 0 && label.layer == anchor->layer &&
		    label.tree == anchor->number)
			break;
	}
	__atomic_or_fetch(&k->shared->filter[bit / 64], 1ULL << (bit & 63), __ATOMIC_SEQ_CST);
	if (bpf_map_update_elem(map, &ident, &state, BPF_NOEXIST) == 0)
		return 0;
	if (errno != EEXIST)
		return -errno;
	state |= RW_LABELLED_COUNTS;
	return bpf_map_update_elem(map, &ident, &state, BPF_ANY) < 0 ? -errno : 0;
}

static void for_each_label(struct bpf_kernel *k, __u32 domain, bool release)
{
	struct rw_label label;
	__u32 number;

	for (number = 1; number <= k->shared->n_labels; number++) {
		if (label_get(k, number, &label) < 0 || label.under.domain != domain)
			continue;
		label.later = 0;
		if (release)
			label.under.domain = 0;
		label_put(k, number, &label);
	}
}

void bpf_labels_forget(struct bpf_kernel *k, __u32 domain)
{
	for_each_label(k, domain, false);
}

void bpf_labels_release(struct bpf_kernel *k, __u32 domain)
{
	struct rw_label label;

	for_each_label(k, domain, true);
	while (k->shared->n_labels && label_get(k, k->shared->n_labels, &label) == 0 &&
	       !label.under.domain)
		k->shared->n_labels--;
	bpf_readers_tidy(k);
}
