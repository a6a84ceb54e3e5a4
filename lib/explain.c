/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The public functions, and how an explanation is put together. */
#include <fcntl.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "cleanup.h"
#include "explain_verdict.h"
#include "opts.h"

static void free_anchors(struct rootward_explainer *x)
{
	free(x->plain.list);
	anchors_free(&x->anchors);
}

void rootward_explainer_free(struct rootward_explainer *x)
{
	if (!x)
		return;
	walker_free(x);
	free_anchors(x);
	domain_detach(x);
	free(x);
}

static void cleanup_explainer(struct rootward_explainer **x)
{
	rootward_explainer_free(*x);
}

/* The same anchors by the other kind of identity. */
static int copy_plain(struct rootward_explainer *x)
{
	size_t i;

	x->plain.n = x->anchors.n;
	x->plain.list = calloc(x->plain.n + 1, sizeof(*x->plain.list));
	if (!x->plain.list)
		return -ENOMEM;
	for (i = 0; i < x->plain.n; i++) {
		x->plain.list[i] = x->anchors.list[i];
		x->plain.list[i].identity = x->anchors.list[i].plain;
	}
	return 0;
}

static int find_anchors(struct rootward_explainer *x, const struct rootward_opts *opts)
{
	size_t i;
	int r, failed = 0;

	for (i = 0; i < x->n; i++) {
		r = policy_resolve(x->policies[i], opts);
		failed = failed ? failed : r;
	}
	if (failed)
		return failed;
	x->anchors.explain = true;
	r = anchors_find(&x->anchors, x->identity, x->policies, x->n, opts);
	if (!r)
		r = copy_plain(x);
	rules_sort(&x->anchors);
	rules_sort(&x->plain);
	return r;
}

static struct rootward_explainer *explainer_alloc(void)
{
	struct rootward_explainer *x = calloc(1, sizeof(*x));

	if (x) {
		x->kernel = (struct bpf_kernel)BPF_KERNEL_NONE;
		x->identity = -1;
	}
	return x;
}

static int explainer_make(struct rootward_explainer **ret, struct rootward_policy *const *policies,
			  size_t n, bool quiet, const struct rootward_opts *opts)
{
	_cleanup_(cleanup_explainer) struct rootward_explainer *x = NULL;
	struct rootward_opts copy;
	int r;

	r = opts_take(&copy, opts);
	if (r < 0)
		return r;
	if (n > MAX_LAYERS)
		return -E2BIG;
	x = explainer_alloc();
	if (!x)
		return -ENOMEM;
	x->policies = policies;
	x->n = n;
	x->quiet = quiet;
	if (!quiet)
		x->why_not = walker_load(x);
	r = find_anchors(x, &copy);
	if (r < 0)
		return r;
	*ret = steal_ptr(x);
	return 0;
}

int rootward_explainer_new(struct rootward_explainer **ret, struct rootward_policy *const *policies,
			   size_t n, const struct rootward_opts *opts)
{
	return explainer_make(ret, policies, n, false, opts);
}

int explainer_by_descriptors(struct rootward_explainer **ret,
			     struct rootward_policy *const *policies, size_t n,
			     const struct rootward_opts *opts)
{
	return explainer_make(ret, policies, n, true, opts);
}

int rootward_explainer_of(struct rootward_explainer **ret, int pid,
			  const struct rootward_opts *opts)
{
	_cleanup_(cleanup_explainer) struct rootward_explainer *x = explainer_alloc();
	struct rootward_opts copy;
	int r;

	if (!x)
		return -ENOMEM;
	r = opts_take(&copy, opts);
	if (!r)
		r = domain_attach(x, pid);
	if (!r)
		r = walker_load(x);
	if (r < 0)
		return r;
	*ret = steal_ptr(x);
	return 0;
}

/* What makes sense to ask of it. */
static uint32_t sensible_ops(const struct place *object)
{
	uint32_t any = ROOTWARD_OP_STAT | ROOTWARD_OP_CHMOD | ROOTWARD_OP_CHOWN |
		       ROOTWARD_OP_UTIME | ROOTWARD_OP_SETXATTR | ROOTWARD_OP_GETXATTR |
		       ROOTWARD_OP_WATCH | ROOTWARD_OP_REFER;
	uint32_t makes = ROOTWARD_OPS_ENTRY & ~(ROOTWARD_OP_REMOVE_FILE | ROOTWARD_OP_REMOVE_DIR);
	uint32_t file = any | ROOTWARD_OP_REMOVE_FILE;
	uint32_t open = ROOTWARD_OP_READ_FILE | ROOTWARD_OP_WRITE_FILE;

	if (!object->is.exists)
		return makes | open;
	switch (object->is.mode & S_IFMT) {
	case S_IFDIR:
		return any | makes | ROOTWARD_OP_REMOVE_DIR | ROOTWARD_OP_READ_DIR |
		       ROOTWARD_OP_CHROOT;
	case S_IFLNK:
		return file | ROOTWARD_OP_READLINK;
	case S_IFSOCK:
		return file | ROOTWARD_OP_CONNECT;
	case S_IFCHR:
	case S_IFBLK:
		return file | open | ROOTWARD_OP_IOCTL_DEV;
	case S_IFREG:
		return file | open | ROOTWARD_OP_TRUNCATE | ROOTWARD_OP_EXECUTE;
	default:
		return file | open;
	}
}

static int check_question(struct rootward_question *copy, const struct rootward_question *q)
{
	uint32_t known = ROOTWARD_NOFOLLOW | ROOTWARD_BY_DESCRIPTORS | ROOTWARD_ENTRY;

	const unsigned char *bytes = (const unsigned char *)q;
	size_t i;

	/* As options are taken (opts.h): a field that this library does not know must be unset. */
	if (q->size < sizeof(*q))
		return -EINVAL;
	for (i = sizeof(*q); i < q->size; i++)
		if (bytes[i])
			return -EINVAL;
	*copy = *q;
	if (!q->path || !*q->path || q->ops & ~ROOTWARD_OPS_ALL || q->flags & ~known ||
	    q->pid < 0 || (q->pid && q->user) || (q->to && q->from))
		return -EINVAL;
	return 0;
}

static int fill_walk(struct rootward_explanation *e, struct located *l)
{
	e->walk.path = e->path = strdup(e->question.path);
	/* a pipe, a namespace: what it is called there is no path */
	if (e->way.end != VFS_WALK_INTERNAL) {
		e->walk.real = e->real = way_path(&e->way, l->missing ? 1 : 0);
		if (!e->real)
			return -ENOMEM;
	}
	e->walk.missing = e->missing = steal_ptr(l->missing);
	e->walk.beyond = e->beyond = steal_ptr(l->beyond);
	e->walk.end = e->way.end;
	e->walk.in_kernel = e->way.in_kernel;
	e->walk.why_not = e->way.in_kernel ? 0 : e->explainer->why_not;
	e->walk.ancestors = e->way.n;
	e->walk.ops = e->question.ops;
	e->walk.uid = e->asker.uid;
	e->walk.gid = e->asker.gid;
	return e->path ? 0 : -ENOMEM;
}

/* The entry that a rename or link would make, or replace. */
static int walk_there(struct rootward_explanation *e, const struct rootward_opts *opts)
{
	_cleanup_(located_free) struct located l = LOCATED_NONE;
	struct rootward_question entry = e->question;
	int r;

	if (!entry.to)
		return 0;
	entry.flags |= ROOTWARD_NOFOLLOW;
	r = locate(&l, &entry, entry.to, opts);
	if (!r)
		r = way_walk(&e->there, e->explainer, &l, &e->asker, !e->way.in_kernel);
	return r ? r : rules_attach(&e->there, e->explainer);
}

/* What a rename or link brings keeps its owner; what is made anew is its maker's. */
static int own_made(struct rootward_explanation *e, const struct rootward_opts *opts)
{
	_cleanup_(located_free) struct located l = LOCATED_NONE;
	_cleanup_(way_free) struct way brought = { 0 };
	struct rootward_question from = e->question;
	int r;

	e->made = owner_of_made(&e->way, ops_within(e));
	e->ops_of_made = OPS_MAKE;
	if (from.from) {
		from.flags |= ROOTWARD_NOFOLLOW;
		r = locate(&l, &from, from.from, opts);
		if (!r && l.missing)
			r = -ENOENT;
		if (!r)
			r = way_walk(&brought, e->explainer, &l, &e->asker, !e->way.in_kernel);
		if (r < 0)
			return r;
		e->made = brought.places[0].is.owner;
		e->ops_of_made |= ROOTWARD_OP_REFER;
	}
	if (!e->way.places[0].is.exists)
		e->way.places[0].is.owner = e->made;
	return 0;
}

static int report_walk(const struct rootward_explanation *e, int error,
		       const struct rootward_opts *opts)
{
	const char *why = strerror(-error), *hint = NULL;

	if (error == -EAGAIN)
		why = "it would not hold still";
	else if (error == -E2BIG)
		why = "too many ancestors";
	if (error == -EXDEV) {
		why = e->asker.top >= 0
			      ? "descriptors do not show where another mount namespace ends"
			      : "something is mounted over the way there";
		hint = e->explainer->walker ? "the walk in the kernel shows it"
					    : "the walk in the kernel shows it, as root";
	}
	diag(opts, ROOTWARD_ERROR, NULL, hint, "cannot walk from \"%s\" to the root: %s",
	     e->question.path, why);
	return error;
}

static int explain(struct rootward_explanation *e, struct located *l,
		   const struct rootward_opts *opts)
{
	bool by_descriptors = e->question.flags & ROOTWARD_BY_DESCRIPTORS || !e->explainer->walker;
	int r = by_descriptors && e->asker.top >= 0 ? -EXDEV : 0;

	if (!r)
		r = way_walk(&e->way, e->explainer, l, &e->asker, by_descriptors);
	if (!r)
		r = rules_attach(&e->way, e->explainer);
	if (!r)
		r = walk_there(e, opts);
	if (!r)
		r = own_made(e, opts);
	if (r < 0)
		return report_walk(e, r, opts);
	if (!e->question.ops)
		e->question.ops = sensible_ops(&e->way.places[0]);
	r = fill_walk(e, l);
	if (!r)
		r = verdicts_fill(e, l);
	return r < 0 ? r : user_refused(e, l, opts);
}

static void cleanup_explanation(struct rootward_explanation **e)
{
	rootward_explanation_free(*e);
}

int rootward_explain(struct rootward_explanation **ret, struct rootward_explainer *x,
		     const struct rootward_question *question, const struct rootward_opts *opts)
{
	_cleanup_(cleanup_explanation) struct rootward_explanation *e = NULL;
	_cleanup_(located_free) struct located l = LOCATED_NONE;
	struct rootward_opts copy;
	int r;

	r = opts_take(&copy, opts);
	if (r < 0)
		return r;
	e = calloc(1, sizeof(*e));
	if (!e)
		return -ENOMEM;
	r = check_question(&e->question, question);
	if (!r)
		r = locate(&l, &e->question, e->question.path, &copy);
	if (!r)
		r = asker_find(&e->asker, &e->question, &copy);
	if (r < 0)
		return r;
	/* The engine's rules are known by the kernel's identities. */
	if (x->domain && question->flags & ROOTWARD_BY_DESCRIPTORS)
		return -EINVAL;
	e->explainer = x;
	r = explain(e, &l, &copy);
	if (r < 0)
		return r;
	e->question.path = e->question.to = e->question.from = e->question.user = NULL;
	*ret = steal_ptr(e);
	return 0;
}

const struct rootward_walk *rootward_explanation_walk(const struct rootward_explanation *e)
{
	return &e->walk;
}

const struct rootward_ancestor *rootward_explanation_ancestor(const struct rootward_explanation *e,
							      size_t number)
{
	return number < e->way.n ? &e->way.places[number].is : NULL;
}

const struct rootward_rule *rootward_explanation_rule(const struct rootward_explanation *e,
						      size_t ancestor, size_t number)
{
	if (ancestor >= e->way.n || number >= e->way.places[ancestor].is.n_rules)
		return NULL;
	return &e->way.places[ancestor].rules[number];
}

const struct rootward_verdict *rootward_explanation_verdict(const struct rootward_explanation *e,
							    enum rootward_op op)
{
	unsigned int bit;

	for (bit = 0; bit < ROOTWARD_OP_COUNT; bit++)
		if (op == 1U << bit)
			return e->walk.ops & op ? &e->verdicts[bit] : NULL;
	return NULL;
}

void rootward_explanation_free(struct rootward_explanation *e)
{
	size_t i;

	if (!e)
		return;
	way_free(&e->way);
	way_free(&e->there);
	for (i = 0; i < e->n_others; i++)
		way_free(&e->others[i]);
	free(e->others);
	for (i = 0; i < e->n_origins; i++)
		free(e->origins[i]);
	asker_free(&e->asker);
	free(e->path);
	free(e->real);
	free(e->missing);
	free(e->beyond);
	free(e->asked_as);
	free(e->no_search);
	free(e->guard);
	free(e);
}
