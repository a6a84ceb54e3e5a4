/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What becomes of each operation: every policy must allow it, on the path's own mount, and for
 * operations whose hook gets no mount on every mount that shows the object; and what is denied
 * whatever the policies say.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "cleanup.h"
#include "explain_verdict.h"
#include "walk.h"

/* Their hooks get a dentry and no mount (hooks_inode.bpf.h). */
#define OPS_BY_EACH_MOUNT                                                                          \
	(ROOTWARD_OP_UTIME | ROOTWARD_OP_READLINK | ROOTWARD_OP_SETXATTR | ROOTWARD_OP_GETXATTR)
#define OPS_OF_DIRECTORIES (ROOTWARD_OPS_ENTRY | ROOTWARD_OP_READ_DIR | ROOTWARD_OP_CHROOT)

static bool is_denied(const struct rootward_verdict *v)
{
	return !v->allowed;
}

/* One policy's ruling becomes the verdict's: the first that denies stays. */
static void take(struct rootward_explanation *e, struct rootward_verdict *v,
		 const struct decision *d, const struct ruling *ruling, uint64_t mount)
{
	size_t layer = d->layer;

	if (is_denied(v))
		return;
	if (ruling->unsure)
		verdict_unsure(e, v->op);
	v->allowed = ruling->reason < 0;
	v->reason = ruling->reason < 0 ? 0 : ruling->reason;
	/* What another mount allows tells nothing new. */
	if (mount && v->allowed)
		return;
	v->layer = layer;
	v->mount = mount;
	v->by_owner |= ruling->by_owner;
	v->owner = d->ops_of_made & v->op ? d->made : d->object;
	v->uncounted = ruling->uncounted;
	v->rule = ruling->rule;
	v->tree = ruling->rule ? ruling->rule->tree : NULL;
	v->ancestor = mount ? ROOTWARD_NO_ANCESTOR : ruling->place;
	v->policy = e->explainer->policies[layer]->name;
	v->origin = ruling->rule					 ? ruling->rule->origin
		    : v->allowed || v->reason == ROOTWARD_REASON_DEFAULT ? e->origins[layer]
									 : NULL;
}

static uint32_t layer_unasked(const struct rootward_explainer *x, size_t layer)
{
	return x->domain ? domain_unasked(x, layer) : policy_unasked(x->policies[layer]);
}

/* What no layer is asked. */
static uint32_t all_unasked(const struct rootward_explainer *x)
{
	uint32_t ops = ROOTWARD_OPS_TELL;
	size_t i;

	for (i = 0; i < x->n; i++)
		ops &= layer_unasked(x, i);
	return ops;
}

static void ask_layers(struct rootward_explanation *e, const struct way *way, uint32_t ops,
		       enum decide_mode mode, uint64_t mount)
{
	struct decision d = {
		.ops = ops,
		.mode = mode,
		.asker = &e->asker,
		.object = way->places[0].is.exists ? way->places[0].is.owner : e->made,
		.made = e->made,
		.ops_of_made = e->ops_of_made,
	};
	unsigned int bit;

	for (; ops && d.layer < e->explainer->n; d.layer++) {
		d.unasked = layer_unasked(e->explainer, d.layer);
		decide(way, e->explainer->policies[d.layer], &d);
		for (bit = 0; bit < ROOTWARD_OP_COUNT; bit++)
			if (ops >> bit & 1)
				take(e, &e->verdicts[bit], &d, &d.rulings[bit], mount);
	}
}

void verdict_deny(struct rootward_explanation *e, uint32_t ops,
		  const struct rootward_verdict *cause)
{
	struct rootward_verdict *v = e->verdicts;

	for (; v < e->verdicts + ROOTWARD_OP_COUNT; v++) {
		if (!(ops & v->op))
			continue;
		*v = (struct rootward_verdict){
			.op = v->op,
			.reason = cause->reason,
			.ancestor = ROOTWARD_NO_ANCESTOR,
			.layer = cause->layer,
			.policy = cause->policy,
			.origin = cause->origin,
			.rule = cause->rule,
			.tree = cause->tree,
			.keep = cause->keep,
		};
	}
}

static void deny(struct rootward_explanation *e, uint32_t ops, int reason)
{
	uint32_t allowed = 0;
	unsigned int bit;

	for (bit = 0; bit < ROOTWARD_OP_COUNT; bit++)
		allowed |= is_denied(&e->verdicts[bit]) ? 0 : 1U << bit;
	verdict_deny(e, ops & allowed, &(struct rootward_verdict){ .reason = reason });
}

/* --- moving */

/* What a layer allows at a place, whoever lives there; false: that cannot be told. */
static bool survey(const struct way *way, const struct rootward_policy *policy, struct decision *d,
		   uint32_t *granted)
{
	unsigned int bit;

	*granted = 0;
	decide(way, policy, d);
	for (bit = 0; bit < ROOTWARD_OP_COUNT; bit++) {
		if (d->rulings[bit].reason < 0)
			*granted |= 1U << bit;
		else if (d->rulings[bit].reason != ROOTWARD_REASON_RULE &&
			 d->rulings[bit].reason != ROOTWARD_REASON_DEFAULT &&
			 d->rulings[bit].reason != ROOTWARD_REASON_DETACHED)
			return false;
	}
	return true;
}

/* What moving does not change: what its own rule says, and what cannot be asked of it. */
static uint32_t own_closes(const struct place *object, size_t layer)
{
	uint32_t closed = S_ISDIR(object->is.mode) ? 0 : OPS_OF_DIRECTORIES;
	size_t i;

	for (i = 0; i < object->is.n_rules; i++)
		if (object->rules[i].layer == layer && !object->rules[i].by_name &&
		    !rule_is_owned(&object->rules[i]))
			closed |= object->rules[i].allow | object->rules[i].deny;
	return closed;
}

/*
 * As gains() in hooks_path.bpf.h: a directory may hold things of any owner, so the least that may
 * be allowed on them here is compared with the most that will be there.  But what is open at the
 * same rule by owner in both places meets the same from there on.
 */
static bool gains(struct rootward_explanation *e, size_t layer)
{
	const struct rootward_policy *policy = e->explainer->policies[layer];
	const struct place *object = &e->way.places[0];
	bool known = object->is.owner.known & ROOTWARD_OWNER_SEEN;
	bool of_any = S_ISDIR(object->is.mode) || !known;
	struct decision here = {
		.layer = layer,
		.ops = ROOTWARD_OPS_ALL,
		.unasked = layer_unasked(e->explainer, layer),
		.mode = of_any ? DECIDE_LEAST : DECIDE_PLACE,
		.asker = &e->asker,
		.object = object->is.owner,
	};
	struct decision there = here;
	uint32_t before, after, gain;

	there.mode = of_any ? DECIDE_MOST : DECIDE_PLACE;
	if (!survey(&e->way, policy, &here, &before) || !survey(&e->there, policy, &there, &after))
		return true;
	if (!S_ISDIR(object->is.mode) && !known && (here.tree != NO_TREE || there.tree != NO_TREE))
		verdict_unsure(e, ROOTWARD_OP_REFER);
	gain = after & ~(before | own_closes(object, layer));
	if (of_any && here.tree == there.tree)
		gain &= ~(here.open & there.open);
	return gain;
}

/* An entry that gets another name where it is goes to no other directory. */
static bool stays_in_directory(const struct rootward_explanation *e)
{
	const struct place *from = &e->way.places[1], *to = &e->there.places[1];

	return e->way.n > 1 && e->there.n > 1 && from->child && to->child &&
	       from->is.mnt_id == to->is.mnt_id && from->is.ino == to->is.ino &&
	       from->dev == to->dev;
}

static void ask_move(struct rootward_explanation *e)
{
	size_t layer;

	for (layer = 0; e->there.n && layer < e->explainer->n; layer++)
		if (gains(e, layer))
			deny(e, ROOTWARD_OP_REFER, ROOTWARD_REASON_GAIN);
}

/* --- by each mount */

static size_t shown_length(const struct mount_entry *m)
{
	return strcmp(m->root, "/") ? strlen(m->root) : 0;
}

static bool shows(const struct mount_entry *m, dev_t dev, const char *place)
{
	size_t len = m->root ? shown_length(m) : 0;

	return m->dev == dev && m->root && !strncmp(m->root, place, len) &&
	       (!place[len] || place[len] == '/');
}

/* Opens what is at @place of the filesystem by mount @m. */
static int open_by_mount(const struct rootward_explanation *e, const struct mount_entry *m,
			 const char *place)
{
	_cleanup_free_ char *path = NULL;

	if (asprintf(&path, "%s/%s", strcmp(m->point, "/") ? m->point : "",
		     place + shown_length(m)) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	while (path[1] && path[strlen(path) - 1] == '/')
		path[strlen(path) - 1] = '\0';
	if (e->asker.top >= 0)
		return resolve_in(e->asker.top, path, O_NOFOLLOW);
	return resolve_as(0, path, O_NOFOLLOW, NULL);
}

static int ask_mount(struct rootward_explanation *e, const struct mount_entry *m, const char *place,
		     uint32_t ops)
{
	_cleanup_(located_free) struct located l = LOCATED_NONE;
	struct statx st;
	struct way *way;
	int r;

	l.fd = open_by_mount(e, m, place);
	/* Another mount covers the way there, or it went away. */
	if (l.fd < 0 || walk_stat(l.fd, &st) < 0 || st.stx_mnt_id != (uint64_t)m->id) {
		verdict_unsure(e, ops);
		return l.fd == -ENOMEM ? -ENOMEM : 0;
	}
	way = reallocarray(e->others, e->n_others + 1, sizeof(*way));
	if (!way)
		return -ENOMEM;
	e->others = way;
	way = &e->others[e->n_others];
	r = way_walk(way, e->explainer, &l, &e->asker, !e->way.in_kernel);
	if (r < 0)
		return r;
	e->n_others++;
	r = rules_attach(way, e->explainer);
	ask_layers(e, way, ops, DECIDE_OBJECT, (uint64_t)m->id);
	return r;
}

/* By the path's own mount was asked already, if it is one of the namespace's. */
static int ask_by_each_mount(struct rootward_explanation *e, uint32_t ops)
{
	const struct place *object = &e->way.places[0];
	_cleanup_free_ char *place = way_place(&e->way);
	const struct mount_entry *m, *own;
	dev_t dev = makedev(object->dev >> 20, object->dev & 0xfffff);
	bool shown;
	int r = 0;

	ops &= OPS_BY_EACH_MOUNT & ~all_unasked(e->explainer);
	if (!ops || !object->is.exists || !e->explainer->n || e->way.end == VFS_WALK_INTERNAL)
		return 0;
	own = mountinfo_find(&e->asker.mounts, object->is.mnt_id);
	if (!place) {
		verdict_unsure(e, ops);
		return 0;
	}
	shown = own;
	for (m = e->asker.mounts.entries; m < e->asker.mounts.entries + e->asker.mounts.n && !r;
	     m++) {
		if (m == own || !shows(m, own ? own->dev : dev, place))
			continue;
		shown = true;
		r = ask_mount(e, m, place, ops);
	}
	if (!shown)
		deny(e, ops, ROOTWARD_REASON_DETACHED);
	return r;
}

static int format_origins(struct rootward_explanation *e)
{
	const struct rootward_explainer *x = e->explainer;
	char origin[4096];

	for (; e->n_origins < x->n; e->n_origins++) {
		const struct origin *o = &x->policies[e->n_origins]->default_origin;

		if (!o->file)
			continue;
		e->origins[e->n_origins] = strdup(origin_format(o, origin, sizeof(origin)));
		if (!e->origins[e->n_origins])
			return -ENOMEM;
	}
	return 0;
}

uint32_t ops_within(const struct rootward_explanation *e)
{
	return S_ISDIR(e->way.places[0].is.mode) && !(e->question.flags & ROOTWARD_ENTRY) ? OPS_MAKE
											  : 0;
}

int verdicts_fill(struct rootward_explanation *e, const struct located *l)
{
	uint32_t ops = e->question.ops, within, by_path;
	unsigned int bit;
	int r;

	e->walk.ops = ops;
	for (bit = 0; bit < ROOTWARD_OP_COUNT; bit++)
		e->verdicts[bit] = (struct rootward_verdict){
			.op = 1U << bit,
			.allowed = 1,
			.ancestor = ROOTWARD_NO_ANCESTOR,
		};
	within = ops & ops_within(e);
	by_path = ops & ~within;
	r = format_origins(e);
	if (r < 0)
		return r;
	if (!mountinfo_find(&e->asker.mounts, e->way.places[0].is.mnt_id) &&
	    e->way.end != VFS_WALK_INTERNAL && e->way.places[0].is.exists)
		by_path &= ~OPS_BY_EACH_MOUNT;
	if (stays_in_directory(e))
		by_path &= ~(uint32_t)ROOTWARD_OP_REFER;
	ask_layers(e, &e->way, by_path, DECIDE_OBJECT, 0);
	ask_layers(e, &e->way, within, DECIDE_WITHIN, 0);
	if (e->way.blind || e->way.end == VFS_WALK_OUTSIDE)
		verdict_unsure(e, ops & ~all_unasked(e->explainer));
	r = ask_by_each_mount(e, ops);
	ask_move(e);
	if (!r && e->explainer->n)
		r = fences_deny(e, l);
	for (bit = 0; bit < ROOTWARD_OP_COUNT; bit++) {
		e->verdicts[bit].unsure = e->walk.unsure >> bit & 1;
		if (ops >> bit & 1 && is_denied(&e->verdicts[bit]))
			e->walk.denied |= 1U << bit;
	}
	return r;
}
