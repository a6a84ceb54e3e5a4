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
#define OPS_MAKE                                                                                   \
	(ROOTWARD_OPS_ENTRY &                                                                      \
	 ~(ROOTWARD_OP_REMOVE_FILE | ROOTWARD_OP_REMOVE_DIR | ROOTWARD_OP_REFER))
#define BPF_FS "bpf"

static bool is_denied(const struct rootward_verdict *v)
{
	return !v->allowed;
}

/* One policy's ruling becomes the verdict's: the first that denies stays. */
static void take(struct rootward_explanation *e, struct rootward_verdict *v, size_t layer,
		 const struct ruling *ruling, uint64_t mount)
{
	if (is_denied(v))
		return;
	v->allowed = ruling->reason < 0;
	v->reason = ruling->reason < 0 ? 0 : ruling->reason;
	/* What another mount allows tells nothing new. */
	if (mount && v->allowed)
		return;
	v->layer = layer;
	v->mount = mount;
	v->rule = ruling->rule;
	v->ancestor = mount ? ROOTWARD_NO_ANCESTOR : ruling->place;
	v->policy = e->explainer->policies[layer]->name;
	v->origin = ruling->rule					 ? ruling->rule->origin
		    : v->allowed || v->reason == ROOTWARD_REASON_DEFAULT ? e->origins[layer]
									 : NULL;
}

static void ask_layers(struct rootward_explanation *e, const struct chain *chain, uint32_t ops,
		       bool within, uint64_t mount)
{
	struct ruling rulings[ROOTWARD_OP_COUNT];
	unsigned int bit;
	size_t layer;

	for (layer = 0; ops && layer < e->explainer->n; layer++) {
		decide(chain, e->explainer->policies[layer], layer, ops, within, rulings);
		for (bit = 0; bit < ROOTWARD_OP_COUNT; bit++)
			if (ops >> bit & 1)
				take(e, &e->verdicts[bit], layer, &rulings[bit], mount);
	}
}

static void deny(struct rootward_explanation *e, uint32_t ops, int reason)
{
	unsigned int bit;

	for (bit = 0; bit < ROOTWARD_OP_COUNT; bit++) {
		struct rootward_verdict *v = &e->verdicts[bit];

		if (!(ops >> bit & 1) || (is_denied(v) && reason != ROOTWARD_REASON_GUARD))
			continue;
		*v = (struct rootward_verdict){
			.op = 1U << bit,
			.reason = reason,
			.ancestor = ROOTWARD_NO_ANCESTOR,
		};
	}
}

/* --- whatever the policies say */

static uint32_t kept(const struct rootward_explainer *x)
{
	uint32_t keep = UINT32_MAX;
	size_t i;

	for (i = 0; i < x->n; i++)
		keep &= x->policies[i]->keep;
	return keep;
}

/* As device_refused() in hooks_file.bpf.h. */
static bool is_refused_device(const struct rootward_explainer *x, int fd)
{
	struct statx st;
	uint32_t keep = kept(x);

	if (walk_stat(fd, &st) < 0)
		return true;
	if (S_ISBLK(st.stx_mode))
		return !(keep & KEEP_BLOCK_DEVICES);
	if (!S_ISCHR(st.stx_mode))
		return false;
	if (st.stx_rdev_major == 21 || st.stx_rdev_major == 90)
		return !(keep & KEEP_BLOCK_DEVICES);
	return st.stx_rdev_major == 1 && !(keep & KEEP_RAW_MEMORY) &&
	       (st.stx_rdev_minor == 1 || st.stx_rdev_minor == 2 || st.stx_rdev_minor == 4);
}

static void deny_always(struct rootward_explanation *e, const struct located *l)
{
	const struct place *object = &e->chain.places[0];

	if (!strcmp(object->type, BPF_FS))
		deny(e, ROOTWARD_OPS_ALL & ~(ROOTWARD_OP_STAT | ROOTWARD_OP_READ_DIR),
		     ROOTWARD_REASON_SYSTEM);
	if (!object->is.exists)
		return;
	if (is_refused_device(e->explainer, l->fd))
		deny(e, ROOTWARD_OP_READ_FILE | ROOTWARD_OP_WRITE_FILE, ROOTWARD_REASON_DEVICE);
	if (rules_guard(e->explainer, &e->chain, object))
		deny(e, ROOTWARD_OP_REMOVE_DIR, ROOTWARD_REASON_GUARD);
}

/* --- by each mount */

static void be_unsure(struct rootward_explanation *e, uint32_t ops)
{
	e->walk.unsure |= ops;
}

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
	return locate_path(e->question.pid, path, O_NOFOLLOW);
}

static int ask_mount(struct rootward_explanation *e, const struct mount_entry *m, const char *place,
		     uint32_t ops)
{
	_cleanup_(located_free) struct located l = LOCATED_NONE;
	struct statx st;
	struct chain *chain;
	int r;

	l.fd = open_by_mount(e, m, place);
	/* Another mount covers the way there, or it went away. */
	if (l.fd < 0 || walk_stat(l.fd, &st) < 0 || st.stx_mnt_id != (uint64_t)m->id) {
		be_unsure(e, ops);
		return l.fd == -ENOMEM ? -ENOMEM : 0;
	}
	chain = reallocarray(e->others, e->n_others + 1, sizeof(*chain));
	if (!chain)
		return -ENOMEM;
	e->others = chain;
	chain = &e->others[e->n_others];
	r = chain_walk(chain, e->explainer, &l, &e->mounts, !e->chain.in_kernel);
	if (r < 0)
		return r;
	e->n_others++;
	r = rules_attach(chain, e->explainer);
	ask_layers(e, chain, ops, false, (uint64_t)m->id);
	return r;
}

/* By the path's own mount was asked already, if it is one of the namespace's. */
static int ask_by_each_mount(struct rootward_explanation *e, uint32_t ops)
{
	const struct place *object = &e->chain.places[0];
	_cleanup_free_ char *place = chain_place(&e->chain);
	const struct mount_entry *m, *own;
	dev_t dev = makedev(object->dev >> 20, object->dev & 0xfffff);
	bool shown;
	int r = 0;

	ops &= OPS_BY_EACH_MOUNT;
	if (!ops || !object->is.exists || !e->explainer->n || e->chain.end == VFS_WALK_INTERNAL)
		return 0;
	own = mountinfo_find(&e->mounts, object->is.mnt_id);
	if (!place) {
		be_unsure(e, ops);
		return 0;
	}
	shown = own;
	for (m = e->mounts.entries; m < e->mounts.entries + e->mounts.n && !r; m++) {
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

int verdicts_fill(struct rootward_explanation *e, const struct located *l)
{
	uint32_t ops = e->question.ops, within = 0, by_path;
	unsigned int bit;
	int r;

	e->walk.ops = ops;
	for (bit = 0; bit < ROOTWARD_OP_COUNT; bit++)
		e->verdicts[bit] = (struct rootward_verdict){
			.op = 1U << bit,
			.allowed = 1,
			.ancestor = ROOTWARD_NO_ANCESTOR,
		};
	if (S_ISDIR(e->chain.places[0].is.mode) && !(e->question.flags & ROOTWARD_ENTRY))
		within = ops & OPS_MAKE;
	by_path = ops & ~within;
	r = format_origins(e);
	if (r < 0)
		return r;
	if (!mountinfo_find(&e->mounts, e->chain.places[0].is.mnt_id) &&
	    e->chain.end != VFS_WALK_INTERNAL && e->chain.places[0].is.exists)
		by_path &= ~OPS_BY_EACH_MOUNT;
	ask_layers(e, &e->chain, by_path, false, 0);
	ask_layers(e, &e->chain, within, true, 0);
	if (e->chain.blind || e->chain.end == VFS_WALK_OUTSIDE)
		be_unsure(e, ops);
	r = ask_by_each_mount(e, ops);
	if (e->explainer->n)
		deny_always(e, l);
	for (bit = 0; bit < ROOTWARD_OP_COUNT; bit++) {
		e->verdicts[bit].unsure = e->walk.unsure >> bit & 1;
		if (ops >> bit & 1 && is_denied(&e->verdicts[bit]))
			e->walk.denied |= 1U << bit;
	}
	return r;
}
