/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From an object to its way: by the program in the kernel, or over descriptors. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "cleanup.h"
#include "explain.h"
#include "explain_abi.h"
#include "explain.skel.h"
#include "identity.h"
#include "walk.h"

static int be_silent(enum libbpf_print_level level, const char *format, va_list ap)
{
	return 0;
}

libbpf_print_fn_t walker_silence(void)
{
	return libbpf_set_print(be_silent);
}

static struct explain_bpf *kept;

static int load(struct explain_bpf **walker)
{
	libbpf_print_fn_t printer = walker_silence();
	int r;

	*walker = explain_bpf__open();
	r = *walker ? explain_bpf__load(*walker) : -errno;
	libbpf_set_print(printer);
	if (r < 0) {
		explain_bpf__destroy(*walker);
		*walker = NULL;
	}
	return r;
}

int walker_keep(void)
{
	return kept ? 0 : load(&kept);
}

int walker_load(struct rootward_explainer *x)
{
	int r = 0;

	x->walker = kept;
	if (!kept)
		r = load(&x->walker);
	/* Without room for them, labels are read by path. */
	if (!r)
		x->readers = calloc(1, sizeof(*x->readers));
	x->identity = r ? -1 : bpf_program__fd(x->walker->progs.rw_identity);
	return r;
}

void walker_free(struct rootward_explainer *x)
{
	if (x->walker != kept)
		explain_bpf__destroy(x->walker);
	x->walker = NULL;
	x->identity = -1;
	label_readers_free(x->readers);
	x->readers = NULL;
}

static struct place *place_new(struct way *way)
{
	struct place *bigger;

	if (way->n == way->room) {
		way->room = way->room * 2 + 32;
		bigger = reallocarray(way->places, way->room, sizeof(*bigger));
		if (!bigger)
			return NULL;
		way->places = bigger;
	}
	memset(&way->places[way->n], 0, sizeof(way->places[0]));
	return &way->places[way->n++];
}

static void place_free(struct place *place)
{
	free(place->name);
	free(place->mnt_root);
	free(place->mnt_point);
	while (place->is.n_rules)
		free((char *)place->rules[--place->is.n_rules].origin);
	free(place->rules);
}

void way_free(struct way *way)
{
	while (way->n)
		place_free(&way->places[--way->n]);
	free(way->places);
	*way = (struct way){ 0 };
}

static int place_name(struct place *place, const char *name, size_t len)
{
	place->name = strndup(name, len);
	return place->name ? 0 : -ENOMEM;
}

/* The missing name: the entry that would be made, an object without an inode. */
static int push_missing(struct way *way, const char *name)
{
	struct place *place = place_new(way);

	return place ? place_name(place, name, strlen(name)) : -ENOMEM;
}

/* --- in the kernel */

/* A reader of the program's iterator makes it go through the descriptors. */
int walker_iterate(int program)
{
	union bpf_iter_link_info info = { .task.pid = getpid() };
	LIBBPF_OPTS(bpf_link_create_opts, opts, .iter_info = &info, .iter_info_len = sizeof(info));
	_cleanup_close_ int link = -1, iterator = -1;
	char nothing[64];
	ssize_t n;

	link = bpf_link_create(program, 0, BPF_TRACE_ITER, &opts);
	if (link < 0)
		return -errno;
	iterator = bpf_iter_create(link);
	if (iterator < 0)
		return -errno;
	do
		n = read(iterator, nothing, sizeof(nothing));
	while (n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN)));
	return n < 0 ? -errno : 0;
}

static int kernel_run(struct explain_bpf *walker, int fd, const struct asker *asker)
{
	walker->bss->walk = (struct explain_walk){
		.fd = (uint32_t)fd,
		.uid = asker->uid,
		.gid = asker->gid,
	};
	return walker_iterate(bpf_program__fd(walker->progs.rw_explain));
}

_Static_assert(EXPLAIN_NO_ID == ROOTWARD_NO_ID, "ids are handed on");

static struct rootward_owner owner_walked(const struct explain_ancestor *a)
{
	return (struct rootward_owner){
		.uid = a->uid,
		.gid = a->gid,
		.fs_uid = a->fs_uid,
		.fs_gid = a->fs_gid,
		.idmapped = a->idmapped > 0,
		.known = a->idmapped < 0 ? 0 : ROOTWARD_OWNER_SEEN | ROOTWARD_OWNER_STORED,
	};
}

/* Whom what is made by the mount of @a belongs to: nobody, where it has no place for them. */
static struct rootward_owner owner_making(const struct explain_walk *walk,
					  const struct explain_ancestor *a)
{
	struct rootward_owner owner = owner_walked(a);

	owner.uid = walk->fs_uid == EXPLAIN_NO_ID ? EXPLAIN_NO_ID : walk->uid;
	owner.gid = walk->fs_gid == EXPLAIN_NO_ID ? EXPLAIN_NO_ID : walk->gid;
	owner.fs_uid = walk->fs_uid;
	owner.fs_gid = walk->fs_gid;
	return owner;
}

static int push_walked(struct way *way, const struct explain_ancestor *a, const char *names,
		       uint64_t mount_before)
{
	struct place *place = place_new(way);

	if (!place)
		return -ENOMEM;
	place->dev = a->dev;
	place->child = a->child;
	memcpy(place->type, a->type, sizeof(place->type));
	place->type[sizeof(place->type) - 1] = '\0';
	place->is = (struct rootward_ancestor){
		.mnt_id = a->mnt_id,
		.ino = a->ino,
		.dev_major = a->dev >> 20,
		.dev_minor = a->dev & 0xfffff,
		.generation = a->generation,
		.mode = a->mode,
		.flags = a->flags,
		.exists = 1,
		.owner = owner_walked(a),
	};
	if (mount_before && mount_before != a->mnt_id)
		place->is.flags |= VFS_WALK_COVERED;
	return place_name(place, names + a->name, a->name_len);
}

static int walk_in_kernel(struct way *way, struct explain_bpf *walker, int fd,
			  const struct asker *asker)
{
	const struct explain_walk *walk = &walker->bss->walk;
	const struct explain_ancestor *ancestors = walker->bss->ancestors;
	uint64_t mount = 0;
	uint32_t i;
	int r;

	r = kernel_run(walker, fd, asker);
	if (!r && !walk->found)
		r = -EBADF;
	if (!r && walk->overflow)
		r = -E2BIG;
	if (!r && walk->end < 0)
		r = walk->end;
	for (i = 0; !r && i < walk->n; i++) {
		r = push_walked(way, &ancestors[i], walker->bss->names, mount);
		mount = ancestors[i].mnt_id;
	}
	if (!r && walk->n)
		way->made = owner_making(walk, &ancestors[0]);
	way->end = walk->end;
	way->in_kernel = true;
	return r;
}

/* --- over descriptors */

/** struct descent - what the walk tells to. */
struct descent {
	struct way *way;
	const struct asker *asker;
};

static int push_visited(const struct vfs_ancestor *a, void *data)
{
	const struct descent *descent = data;
	struct way *way = descent->way;
	struct place *place = place_new(way);

	if (!place)
		return -ENOMEM;
	place->dev = a->dev_major << 20 | a->dev_minor;
	place->child = way->n > 1 && !(a->flags & VFS_WALK_COVERED);
	place->is = (struct rootward_ancestor){
		.mnt_id = a->mnt_id,
		.ino = a->ino,
		.dev_major = a->dev_major,
		.dev_minor = a->dev_minor,
		.mode = a->mode,
		.flags = a->flags,
		.exists = 1,
		.owner = owner_of_visit(a, descent->asker),
	};
	if (a->depth == 0)
		way->made = owner_of_new(a, descent->asker);
	if (a->flags & VFS_WALK_UNSEEN && a->flags & VFS_WALK_HIDDEN)
		way->blind = true;
	return a->name && place_name(place, a->name, strlen(a->name)) < 0 ? -ENOMEM : 1;
}

static int walk_by_descriptors(struct way *way, const struct located *l, const struct asker *asker,
			       bool quiet)
{
	struct walk_start start = {
		.fd = l->fd,
		.up = l->up,
		.name = l->in,
		.info = &asker->mounts,
		.elsewhere = asker->top >= 0 ? asker->elsewhere : NULL,
		.top = asker->top,
		.quiet = quiet,
	};
	struct descent descent = { way, asker };

	way->end = walk_ancestors(&start, -1, push_visited, &descent, VFS_WALK_HIDDEN);
	return way->end < 0 ? way->end : 0;
}

static int way_once(struct way *way, const struct rootward_explainer *x, const struct located *l,
		    const struct asker *asker, bool in_kernel)
{
	int r = l->missing ? push_missing(way, l->missing) : 0;

	if (r < 0)
		return r;
	if (in_kernel)
		r = walk_in_kernel(way, x->walker, l->fd, asker);
	else
		r = walk_by_descriptors(way, l, asker, x->quiet);
	/* The directory is where the missing name would be an entry. */
	if (!r && l->missing && way->n > 1)
		way->places[1].child = true;
	return r;
}

static bool same_way(const struct way *a, const struct way *b)
{
	size_t i;

	for (i = 0; i < a->n && i < b->n; i++)
		if (a->places[i].is.ino != b->places[i].is.ino ||
		    a->places[i].is.mnt_id != b->places[i].is.mnt_id)
			return false;
	return a->n == b->n && a->end == b->end;
}

/* What mountinfo knows of a mount goes to its root. */
static int tell_mounts(struct way *way, const struct mountinfo *info)
{
	const struct mount_entry *m;
	struct place *place;

	for (place = way->places; place < way->places + way->n; place++) {
		m = place->is.exists ? mountinfo_find(info, place->is.mnt_id) : NULL;
		if (m && m->type && !*place->type)
			snprintf(place->type, sizeof(place->type), "%s", m->type);
		if (m && place->is.flags & VFS_WALK_MNT_ROOT) {
			place->mnt_root = m->root ? strdup(m->root) : NULL;
			place->mnt_point = strdup(m->point);
			if (!place->mnt_point || (m->root && !place->mnt_root))
				return -ENOMEM;
		}
		place->is.name = place->name;
		place->is.filesystem = *place->type ? place->type : NULL;
		place->is.mnt_root = place->mnt_root;
		place->is.mnt_point = place->mnt_point;
	}
	return 0;
}

int way_walk(struct way *way, const struct rootward_explainer *x, const struct located *l,
	     const struct asker *asker, bool by_descriptors)
{
	bool in_kernel = x->walker && !by_descriptors;
	struct way again;
	bool same;
	int r, tries;

	*way = (struct way){ .fd = l->fd };
	r = way_once(way, x, l, asker, in_kernel);
	/* The kernel's is a snapshot; the other must be the same twice. */
	for (same = in_kernel, tries = 0; !r && !same && tries < VFS_WALK_MAX_TRIES; tries++) {
		again = (struct way){ .fd = l->fd };
		r = way_once(&again, x, l, asker, false);
		same = !r && same_way(way, &again);
		way_free(way);
		*way = again;
	}
	if (!r && !same)
		r = -EAGAIN;
	if (!r)
		r = tell_mounts(way, &asker->mounts);
	if (r < 0)
		way_free(way);
	return r;
}
