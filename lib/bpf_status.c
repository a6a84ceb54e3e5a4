/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the engine has at work, to look at. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bpf_kernel.h"
#include "bpf_load.h"
#include "bpf_loaded.h"
#include "cleanup.h"
#include "fanotify.h"
#include "identity.h"

static void cleanup_kernel(struct bpf_kernel *k)
{
	bpf_kernel_close(k);
}

static enum rootward_mode mode_of(__u32 mode)
{
	switch (mode) {
	case RW_AUDIT:
		return ROOTWARD_MODE_AUDIT;
	case RW_LEARN:
		return ROOTWARD_MODE_LEARN;
	default:
		return ROOTWARD_MODE_ENFORCE;
	}
}

/* The program counts as it is read, and writes nothing. */
static int run_count(int program)
{
	_cleanup_close_ int link = bpf_link_create(program, 0, BPF_TRACE_ITER, NULL), it = -1;
	char nothing[64];
	ssize_t n;

	if (link < 0)
		return -errno;
	it = bpf_iter_create(link);
	if (it < 0)
		return -errno;
	do
		n = read(it, nothing, sizeof(nothing));
	while (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)));
	return n < 0 ? -errno : 0;
}

/* How many tasks each loaded policy is for, by its place. */
static int count_tasks(struct bpf_kernel *k, __u64 *tasks)
{
	__u64 zero = 0;
	__u32 i;
	int r;

	r = bpf_kernel_lock(k);
	for (i = 0; r == 0 && i < RW_LOADED; i++)
		if (bpf_map_update_elem(k->pins[PINNED_COUNTED], &i, &zero, BPF_ANY) < 0)
			r = -errno;
	if (r == 0)
		r = run_count(k->pins[PINNED_COUNT]);
	for (i = 0; r == 0 && i < RW_LOADED; i++)
		if (bpf_map_lookup_elem(k->pins[PINNED_COUNTED], &i, &tasks[i]) < 0)
			r = -errno;
	bpf_kernel_unlock(k);
	return r;
}

static int count_allowed(struct bpf_kernel *k, __u32 domain, uint64_t *sum)
{
	int cpus = libbpf_num_possible_cpus(), i;
	_cleanup_free_ __u64 *counts = NULL;

	*sum = 0;
	if (cpus < 0)
		return cpus;
	counts = calloc(cpus, sizeof(*counts));
	if (!counts)
		return -ENOMEM;
	if (bpf_map_lookup_elem(k->pins[PINNED_ALLOWED], &domain, counts) < 0)
		return -errno;
	for (i = 0; i < cpus; i++)
		*sum += counts[i];
	return 0;
}

#define BATCH 64

/** struct rules_look - the rules of one domain, some at a time: what their paths are now. */
struct rules_look {
	struct bpf_kernel *kernel;
	rootward_rule_state_fn fn;
	void *data;
	uint32_t trees;
	uint32_t moved;
	struct rw_tree list[BATCH];
	bool is_exe[BATCH];
	size_t n;
};

static bool same_object(const struct rw_tree *tree, const struct rw_identity *now)
{
	return tree->ino == now->ino && tree->dev == now->dev &&
	       tree->generation == now->generation;
}

/* What the rule is on: an object, or a name in a directory. */
static int open_ruled(struct rw_tree *tree)
{
	char *name = tree->follows_path ? strrchr(tree->path, '/') : NULL, path[sizeof(tree->path)];

	snprintf(path, sizeof(path), "%.*s", name ? (int)(name - tree->path) : -1, tree->path);
	return open(*path ? path : "/", O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

static int look_at_batch(struct rules_look *look)
{
	struct rw_identity now[BATCH] = {};
	int fds[BATCH], places[BATCH], r = 0;
	size_t i, open_fds = 0;

	for (i = 0; i < look->n; i++) {
		places[i] = -1;
		fds[open_fds] = open_ruled(&look->list[i]);
		if (fds[open_fds] >= 0)
			places[i] = open_fds++;
	}
	if (open_fds)
		r = identity_read(look->kernel->pins[PINNED_IDENTITY], fds, open_fds, now);
	for (i = 0; i < look->n && r == 0; i++) {
		const struct rw_tree *tree = &look->list[i];
		struct rootward_rule_state rule = { .path = tree->path, .origin = tree->origin };

		/* A rule on a name alone has nothing that could move. */
		rule.moved = tree->ino && tree->path[0] == '/' &&
			     (places[i] < 0 || !same_object(tree, &now[places[i]]));
		look->trees += !look->is_exe[i];
		look->moved += rule.moved;
		if (look->fn)
			look->fn(look->data, &rule);
	}
	while (open_fds)
		cleanup_close(&fds[--open_fds]);
	look->n = 0;
	return r;
}

static int look_at_rules(struct rules_look *look, __u32 domain)
{
	struct bpf_kernel *k = look->kernel;
	struct rw_tree_key key, *last = NULL;
	int r = 0;

	while (r == 0 && bpf_map_get_next_key(k->pins[PINNED_TREES], last, &key) == 0) {
		last = &key;
		if (key.domain != domain)
			continue;
		look->is_exe[look->n] = key.layer == RW_TREE_EXE;
		if (bpf_map_lookup_elem(k->pins[PINNED_TREES], &key, &look->list[look->n]) == 0 &&
		    ++look->n == BATCH)
			r = look_at_batch(look);
	}
	return r == 0 && look->n ? look_at_batch(look) : r;
}

/* A look costs little, and a program of its own tells for sure. */
static bool none_is_called(void)
{
	enum bpf_stage stage;

	return bpf_calls_switched() <= 0 && bpf_probe_stage(&stage) < 0 && stage == BPF_STAGE_CALL;
}

static int tell(struct bpf_kernel *k, __u32 domain, __u64 tasks, rootward_loaded_fn fn, void *data)
{
	const struct rw_domain *d = &k->domains[domain];
	struct rules_look look = { .kernel = k };
	struct rootward_loaded loaded = {
		.name = d->name,
		.run = !d->loaded,
		.engine = ROOTWARD_ENGINE_BPF,
		.mode = mode_of(d->mode),
		.selects = d->select,
		.locked = d->locked,
		.tasks = d->loaded ? tasks : (__u64)d->tasks,
		.denied = d->denied,
		.lost = d->lost,
		.retried = d->retried,
		.unstable = d->unstable,
		.gone = none_is_called(),
	};
	int r;

	r = d->loaded ? count_allowed(k, domain, &loaded.allowed) : 0;
	if (r == 0)
		r = look_at_rules(&look, domain);
	if (r < 0)
		return r;
	loaded.trees = look.trees;
	loaded.moved = look.moved;
	fn(data, &loaded);
	return 0;
}

static int bpf_status(rootward_loaded_fn fn, void *data)
{
	_cleanup_(cleanup_kernel) struct bpf_kernel kernel = BPF_KERNEL_NONE;
	__u64 tasks[RW_LOADED];
	__u32 i, domain;
	int r;

	r = loaded_look(&kernel);
	if (r == -ENOENT)
		return 0;
	if (r == 0)
		r = count_tasks(&kernel, tasks);
	for (i = 0; i < RW_LOADED && r == 0; i++) {
		domain = kernel.shared->loaded[i];
		if (domain)
			r = tell(&kernel, domain, tasks[i], fn, data);
	}
	for (domain = 1; domain < RW_DOMAINS && r == 0; domain++)
		if (kernel.domains[domain].state == RW_DOMAIN_LIVE &&
		    !kernel.domains[domain].loaded)
			r = tell(&kernel, domain, 0, fn, data);
	return r;
}

int rootward_status(rootward_loaded_fn fn, void *data)
{
	int r = fanotify_status(fn, data);

	return r < 0 ? r : bpf_status(fn, data);
}

int rootward_status_rules(const char *name, rootward_rule_state_fn fn, void *data)
{
	_cleanup_(cleanup_kernel) struct bpf_kernel kernel = BPF_KERNEL_NONE;
	struct rules_look look = { .kernel = &kernel, .fn = fn, .data = data };
	__u32 place;
	int r;

	r = loaded_look(&kernel);
	if (r < 0)
		return r;
	place = loaded_place(&kernel, name);
	if (place == RW_LOADED)
		return -ENOENT;
	return look_at_rules(&look, kernel.shared->loaded[place]);
}
