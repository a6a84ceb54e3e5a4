/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>

#include "bpf_anchors.h"
#include "bpf_domains.h"
#include "bpf_labels.h"
#include "bpf_rules.h"
#include "cleanup.h"

_Static_assert(RW_GUARDS *RW_DOMAINS <= RW_RULES / 4, "renames cannot fill the map");

/* Read, change, write: under the lock, and what a rename does meanwhile, see bpf_rules_install().
 */
static int rule_get(int map, const void *key, void *value, size_t size)
{
	__u32 i;
	struct rw_rule *rule = value;

	if (bpf_map_lookup_elem(map, key, value) == 0)
		return 0;
	if (errno != ENOENT)
		return -errno;
	memset(value, 0, size);
	for (i = 0; i < RW_LAYERS; i++)
		rule->layer[i].tree = RW_NO_TREE;
	return 0;
}

static int rule_put(int map, const void *key, const void *value)
{
	return bpf_map_update_elem(map, key, value, BPF_ANY) < 0 ? -errno : 0;
}

static __u8 rule_who(struct tree_who who)
{
	static const enum rw_who known[] = {
		[WHO_ANYBODY] = RW_ANYBODY,
		[WHO_SELF] = RW_SELF,
		[WHO_UNMAPPED] = RW_UNMAPPED,
		[WHO_ID] = RW_ID,
	};

	return known[who.kind];
}

/* What of the rule is for some owner only is a part of its own. */
static int rule_add_owned(struct rw_rule *rule, const struct anchor *anchor,
			  const struct tree_part *part)
{
	if (rule->n_owned == RW_OWNED_PARTS)
		return -E2BIG;
	rule->flags |= RW_OWNED;
	rule->owned[rule->n_owned++] = (struct rw_owned){
		.allow = part->allow,
		.deny = part->deny,
		.owner = part->owner.id,
		.group = part->group.id,
		.owner_is = rule_who(part->owner),
		.group_is = rule_who(part->group),
		.layer = anchor->layer,
	};
	return 0;
}

static int rule_add(struct rw_rule *rule, const struct anchor *anchor, __u32 allow, __u32 deny)
{
	struct tree_part parts[TREE_PARTS_MAX];
	size_t n = tree_parts(anchor->tree, parts), i;
	int r = 0;

	rule->layer[anchor->layer].tree = anchor->number;
	for (i = 0; i < n && r == 0; i++) {
		parts[i].allow &= allow;
		parts[i].deny &= deny;
		if (!(parts[i].allow | parts[i].deny))
			continue;
		if (parts[i].owner.kind != WHO_ANYBODY || parts[i].group.kind != WHO_ANYBODY) {
			r = rule_add_owned(rule, anchor, &parts[i]);
			continue;
		}
		rule->layer[anchor->layer].allow |= parts[i].allow;
		rule->layer[anchor->layer].deny |= parts[i].deny;
	}
	return r;
}

static __u32 deny_flags(const struct tree *tree)
{
	if (!tree->deny)
		return 0;
	return S_ISDIR(tree->mode) ? RW_GUARD | RW_DENIES : RW_DENIES;
}

int rule_of_tree(struct rw_rule *rule, const struct tree *tree, __u32 layer, __u32 number)
{
	struct anchor anchor = { .tree = tree, .layer = layer, .number = number };
	__u32 i;

	for (i = 0; i < RW_LAYERS; i++)
		rule->layer[i].tree = RW_NO_TREE;
	rule->flags |= deny_flags(tree);
	return rule_add(rule, &anchor, tree->allow, tree->deny);
}

static struct rw_ident ident_of(const struct anchor *anchor, __u32 domain)
{
	return (struct rw_ident){
		.ino = anchor->identity.ino,
		.dev = anchor->identity.dev,
		.generation = anchor->identity.generation,
		.domain = domain,
	};
}

/* As named_rule() in decide.bpf.h. */
__u64 rule_name_hash_on(__u64 hash, const char *name, size_t len)
{
	__u64 word;
	size_t i, part;

	for (i = 0; i < len; i += 8) {
		word = 0;
		part = len - i < 8 ? len - i : 8;
		memcpy(&word, name + i, part);
		hash = rw_hash_word(hash, word);
	}
	return hash;
}

__u64 rule_name_hash(const char *name, size_t len)
{
	return rule_name_hash_on(0, name, len);
}

static int install_name(struct bpf_kernel *k, const struct anchor *anchor,
			const struct rw_ident *parent, const struct rootward_opts *opts)
{
	size_t len = strlen(anchor->name);
	struct rw_name_key key = { .parent = *parent };
	struct rw_named_rule named;
	uint32_t allow = tree_allows_by_name(anchor->tree);
	int r;

	if (len >= RW_NAME_MAX)
		return -ENAMETOOLONG;
	key.parent.name_len = len;
	key.hash = rule_name_hash(anchor->name, len);
	r = rule_get(k->pins[PINNED_NAMES], &key, &named, sizeof(named));
	if (r < 0)
		return r;
	if (named.name[0] && strncmp(named.name, anchor->name, RW_NAME_MAX) != 0) {
		diag(opts, ROOTWARD_ERROR, &anchor->tree->origin, "rename one of them",
		     "the names %s and %s cannot be told apart", named.name, anchor->name);
		return -EEXIST;
	}
	memcpy(named.name, anchor->name, len);
	named.rule.flags |= RW_BY_NAME;
	r = rule_add(&named.rule, anchor, allow, anchor->tree->deny);
	return r < 0 ? r : rule_put(k->pins[PINNED_NAMES], &key, &named);
}

static int install_anchor(struct bpf_kernel *k, __u32 domain, const struct anchor *anchor,
			  const struct rootward_opts *opts)
{
	struct rw_ident ident = ident_of(anchor, domain);
	__u32 bit = rw_filter_bit(ident.ino);
	struct rw_rule rule;
	int r;

	r = rule_get(k->pins[PINNED_RULES], &ident, &rule, sizeof(rule));
	if (r < 0)
		return r;
	switch (anchor->kind) {
	case ANCHOR_OBJECT:
		r = rule_add(&rule, anchor, anchor->tree->allow, anchor->tree->deny);
		rule.flags |= deny_flags(anchor->tree);
		break;
	case ANCHOR_ENTRY:
		rule.flags |= RW_NAMED;
		r = install_name(k, anchor, &ident, opts);
		break;
	case ANCHOR_GUARD:
		rule.flags |= RW_GUARD;
		break;
	case ANCHOR_LABELLED:
		return bpf_labels_add(k, domain, anchor);
	}
	if (r == 0)
		r = rule_put(k->pins[PINNED_RULES], &ident, &rule);
	__atomic_or_fetch(&k->shared->filter[bit / 64], 1ULL << (bit & 63), __ATOMIC_SEQ_CST);
	return r;
}

static int install_all(struct bpf_kernel *k, __u32 domain, const struct anchors *anchors,
		       const struct rootward_opts *opts)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < anchors->n; i++) {
		r = install_anchor(k, domain, &anchors->list[i], opts);
		if (r < 0 && r != -EEXIST)
			diag(opts, ROOTWARD_ERROR, &anchors->list[i].tree->origin, NULL,
			     "the kernel does not take the rule: %s", strerror(-r));
	}
	return r;
}

/* The end of @text, with a NUL. */
static void end_of(char *buf, size_t size, const char *text)
{
	size_t len = strlen(text);

	memcpy(buf, len < size ? text : text + len - (size - 1), len < size ? len + 1 : size);
}

static int describe(struct bpf_kernel *k, __u32 domain, const struct anchor *anchor)
{
	struct rw_tree_key key = {
		.domain = domain,
		.layer = anchor->layer,
		.tree = anchor->number,
	};
	struct rw_tree tree = { .follows_path = anchor->tree->follows_path };
	char origin[512];

	if (anchor->kind == ANCHOR_OBJECT || tree.follows_path) {
		tree.ino = anchor->identity.ino;
		tree.dev = anchor->identity.dev;
		tree.generation = anchor->identity.generation;
	}
	end_of(tree.path, sizeof(tree.path),
	       anchor->tree->label ? anchor->tree->path : anchor->tree->real);
	end_of(tree.origin, sizeof(tree.origin),
	       origin_format(&anchor->tree->origin, origin, sizeof(origin)));
	/* An object's description is not replaced by that of its name. */
	return bpf_map_update_elem(k->pins[PINNED_TREES], &key, &tree,
				   anchor->kind == ANCHOR_OBJECT ? BPF_ANY : BPF_NOEXIST) < 0 &&
			       errno != EEXIST
		       ? -errno
		       : 0;
}

/* What people are told of the rules of a loaded policy, whose text may be gone by then. */
static int describe_all(struct bpf_kernel *k, __u32 domain, const struct anchors *anchors)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && k->domains[domain].loaded && i < anchors->n; i++)
		if (anchors->list[i].kind == ANCHOR_OBJECT || anchors->list[i].kind == ANCHOR_ENTRY)
			r = describe(k, domain, &anchors->list[i]);
	return r;
}

/* Of labels, whatever carries them. */
static int describe_labels(struct bpf_kernel *k, __u32 domain, const struct rootward_policy *policy)
{
	struct anchor anchor = { .kind = ANCHOR_LABELLED };
	int r = 0;

	for (; r == 0 && anchor.number < policy->n_trees; anchor.number++) {
		anchor.tree = &policy->trees[anchor.number];
		if (tree_is_label(anchor.tree))
			r = describe(k, domain, &anchor);
	}
	return r;
}

#define MAX_LOOKS 16

/* How often directories were moved where the domain's labels count; always 0 without any. */
static __u32 moves(const struct bpf_kernel *k, __u32 domain)
{
	return __atomic_load_n(&k->domains[domain].moves, __ATOMIC_SEQ_CST);
}

/**
 * struct looks - at the same policies, again and again, until two find the same.
 * @found: by the one before, which began when there had been @before moves
 * @whole: it came to its end
 */
struct looks {
	struct bpf_kernel *kernel;
	__u32 domain;
	struct rootward_policy *const *policies;
	size_t n;
	const struct rootward_opts *opts;
	struct anchors found;
	__u32 before;
	bool whole;
};

/* What is moved while it is looked for ends a look.  @whole: out: it has not been */
static int look(struct looks *l, struct anchors *found, bool *whole)
{
	int r = anchors_find(found, l->kernel->pins[PINNED_IDENTITY], l->policies, l->n, l->opts);

	*whole = r == 0;
	return r == -EAGAIN ? 0 : r;
}

/*
 * Rules are made of what the first look found, and it counts only if a second, with them in place,
 * finds the same (anchors_find()).  What a rename adds in between may be overwritten; then the
 * second look finds something else.  So it does when a label came or went in between.  A directory
 * that is moved may be missed, by both looks if it is moved twice: then it is looked for again.
 */
static int look_again(struct looks *l)
{
	struct anchors again = {};
	__u32 before;
	bool agreed, whole = false;
	int r;

	r = install_all(l->kernel, l->domain, &l->found, l->opts);
	before = moves(l->kernel, l->domain);
	if (r == 0)
		r = look(l, &again, &whole);
	if (r < 0)
		return r;
	agreed = l->whole && whole && anchors_same(&l->found, &again) &&
		 moves(l->kernel, l->domain) == l->before;
	if (agreed) {
		r = describe_all(l->kernel, l->domain, &l->found);
		if (r == 0 && l->kernel->domains[l->domain].loaded)
			r = describe_labels(l->kernel, l->domain, l->policies[0]);
	} else {
		bpf_rules_clear(l->kernel, l->domain);
		bpf_labels_forget(l->kernel, l->domain);
	}
	anchors_free(&l->found);
	l->found = again;
	l->before = before;
	l->whole = whole;
	return r < 0 ? r : agreed;
}

int bpf_rules_install(struct bpf_kernel *k, __u32 domain, struct rootward_policy *const *policies,
		      size_t n, const struct rootward_opts *opts)
{
	struct looks l = {
		.kernel = k, .domain = domain, .policies = policies, .n = n, .opts = opts
	};
	int looks, r;

	r = bpf_labels_claim(k, domain, policies, n, opts);
	if (r < 0)
		return r;
	l.before = moves(k, domain);
	r = look(&l, &l.found, &l.whole);
	for (looks = 1; r == 0 && looks < MAX_LOOKS; looks++)
		r = look_again(&l);
	anchors_free(&l.found);
	if (r)
		return r < 0 ? r : 0;
	diag(opts, ROOTWARD_ERROR, NULL, "try again",
	     "directories above what is denied were renamed again and again");
	return -EAGAIN;
}
