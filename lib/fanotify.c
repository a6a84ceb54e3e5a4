/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loading: all groups are made, all of them are marked, and only then those of before go. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "cleanup.h"
#include "fanotify.h"

#define GROUPS_MAX 128

static void group_free(struct group *group)
{
	size_t i;

	if (!group)
		return;
	for (i = 0; i < group->n_held; i++)
		cleanup_close(&group->held[i]);
	free(group->held);
	whom_free(&group->whom);
	rootward_explainer_free(group->explainer);
	if (group->counts)
		munmap(group->counts, sizeof(*group->counts));
	cleanup_close(&group->fd);
	cleanup_close(&group->socket);
	cleanup_close(&group->shared);
	cleanup_close(&group->tells);
	cleanup_close(&group->told);
	cleanup_close(&group->go);
	free(group->path);
	free(group);
}

static struct group *group_new(struct rootward_policy *policy)
{
	struct group *group = calloc(1, sizeof(*group));

	if (!group)
		return NULL;
	group->policy = policy;
	group->fd = group->socket = group->go = -1;
	group->shared = group->tells = group->told = -1;
	return group;
}

/* Each counts once: @list has room for all. */
static void count_filesystem(struct group *group, dev_t *list, dev_t dev)
{
	uint32_t i;

	for (i = 0; i < group->filesystems && list[i] != dev; i++)
		;
	if (i == group->filesystems)
		list[group->filesystems++] = dev;
}

/* The object that each anchor is on, and that it is still the one that was looked at. */
static int hold_one(struct group *group, size_t number, dev_t *filesystems,
		    const struct rootward_opts *opts)
{
	const struct anchor *anchor = &group->explainer->plain.list[number];
	struct object now;
	const char *name;
	int fd, reads, r;

	group->held[number] = -1;
	if (anchor->kind == ANCHOR_GUARD)
		return 0;
	fd = anchor->kind == ANCHOR_OBJECT ? tree_open(anchor->tree, opts)
					   : tree_open_parent(anchor->tree, &name, opts);
	if (fd < 0)
		return fd;
	group->held[number] = fd;
	/* What is opened by a handle takes a directory of its filesystem that is open to be read.
	 */
	reads = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (reads >= 0) {
		close(fd);
		fd = group->held[number] = reads;
	}
	if (anchor->kind == ANCHOR_ENTRY && anchor_folds_case(fd)) {
		diag(opts, ROOTWARD_ERROR, &anchor->tree->origin, "rule a directory above it",
		     "a rule on %s could be walked around: its directory compares names without "
		     "case",
		     anchor->tree->real);
		return -ENOTSUP;
	}
	r = object_stat(fd, "", AT_EMPTY_PATH, &now);
	if (r < 0)
		return r;
	count_filesystem(group, filesystems, now.dev);
	return now.ino == anchor->identity.ino ? 0 : -ESTALE;
}

static int hold(struct group *group, const struct rootward_opts *opts)
{
	size_t n = group->explainer->plain.n;
	_cleanup_free_ dev_t *filesystems = calloc(n + 1, sizeof(*filesystems));
	struct rlimit limit;
	int r = 0;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < n + 1024) {
		limit.rlim_cur = n + 1024;
		if (limit.rlim_max < limit.rlim_cur)
			limit.rlim_max = limit.rlim_cur;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	group->held = calloc(n + 1, sizeof(*group->held));
	if (!group->held || !filesystems)
		return -ENOMEM;
	while (!r && group->n_held < n)
		r = hold_one(group, group->n_held++, filesystems, opts);
	return r;
}

static int prepare(struct group *group, const struct rootward_opts *opts)
{
	const struct tree *tree = group->policy->trees;
	int r = group_open(group, opts);

	if (!r)
		r = explainer_by_descriptors(&group->explainer, &group->policy, 1, opts);
	if (!r)
		r = fanotify_cover(group->policy, opts);
	if (!r)
		r = whom_find(&group->whom, group->policy, opts);
	if (!r)
		r = hold(group, opts);
	if (r < 0)
		return r;
	for (; tree < group->policy->trees + group->policy->n_trees; tree++)
		group->owners |= tree_is_owned(tree);
	return tell_open(group);
}

/* --- in the background */

static bool is_own(const struct group *group, int fd)
{
	size_t i;

	if (fd == group->fd || fd == group->socket || fd == group->go || fd == group->shared ||
	    fd == group->tells || fd == group->told)
		return true;
	for (i = 0; i < POLICY_TASKS_MAX; i++)
		if (fd == group->whom.applies_to[i].fd || fd == group->whom.except[i].fd)
			return true;
	for (i = 0; i < group->n_held; i++)
		if (fd == group->held[i])
			return true;
	return false;
}

/* Whoever waits for the end of what the caller has open does not wait for the policy's. */
static void let_go(const struct group *group)
{
	_cleanup_closedir_ DIR *dir = opendir("/proc/self/fd");
	int null = open("/dev/null", O_RDWR);
	struct dirent *entry;
	int fd;

	for (fd = 0; fd < 3; fd++)
		dup2(null, fd);
	while (dir && (entry = readdir(dir))) {
		fd = atoi(entry->d_name);
		if (fd > 2 && fd != dirfd(dir) && !is_own(group, fd))
			close(fd);
	}
}

/* The kernel must not choose it when memory runs out. */
static void spare(void)
{
	_cleanup_close_ int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, "-1000", 5) < 0)
		return;
}

/* Twice: so it is nobody's child that waits for it. */
static int start(struct group *group)
{
	int ends[2], status = -1;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	group->go = ends[0];
	pid = fork();
	if (pid == 0) {
		setsid();
		pid = fork();
		if (pid)
			_exit(pid < 0);
		let_go(group);
		spare();
		if (chdir("/") < 0)
			_exit(1);
		group_supervise(group);
	}
	close(ends[0]);
	group->go = ends[1];
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status)
		unlink(group->path);
	group->started = !status;
	return status ? -EAGAIN : 0;
}

/* --- all of them */

struct groups {
	struct group *list[GROUPS_MAX];
	size_t n;
};

static void groups_done(struct groups *groups)
{
	size_t i;

	for (i = 0; i < groups->n; i++)
		group_free(groups->list[i]);
}

static bool is_new(const struct groups *groups, const char *path)
{
	size_t i;

	for (i = 0; i < groups->n; i++)
		if (!strcmp(groups->list[i]->path, path))
			return true;
	return false;
}

/* What the new ones take the place of, and what is left of those that were killed. */
static int end_old(void *data, const char *path, const struct told *told)
{
	const struct groups *groups = data;
	size_t i;

	for (i = 0; i < groups->n && !is_new(groups, path); i++)
		if (!strncmp(groups->list[i]->policy->name, told->name, FANOTIFY_NAME_MAX))
			return talk_end(path);
	return 0;
}

static int refuse_twice(const struct groups *groups, const char *name,
			const struct rootward_opts *opts)
{
	size_t i;

	for (i = 0; i < groups->n; i++)
		if (!strncmp(groups->list[i]->policy->name, name, FANOTIFY_NAME_MAX))
			return diag(opts, ROOTWARD_ERROR, NULL, "give each a name: of its own",
				    "two of the policies have the name %s", name);
	return 0;
}

static int prepare_all(struct groups *groups, struct rootward_policy *const *policies, size_t n,
		       const struct rootward_opts *opts)
{
	int first = 0, r;
	size_t i;

	for (i = 0; i < n; i++) {
		struct group *group = group_new(policies[i]);

		r = refuse_twice(groups, policies[i]->name, opts);
		if (!group)
			return -ENOMEM;
		groups->list[groups->n++] = group;
		if (!r)
			r = prepare(group, opts);
		first = first ? first : r;
	}
	return first;
}

/*
 * Whoever is killed in here leaves each policy as it was, or the new one beside it, or the new one:
 * the groups of which nobody wrote that they stay end by themselves.
 */
static int start_all(struct groups *groups, const struct rootward_opts *opts)
{
	int first = 0, r;
	size_t i;

	for (i = 0; i < groups->n && !first; i++) {
		first = talk_listen(groups->list[i]);
		if (!first)
			first = start(groups->list[i]);
	}
	for (i = 0; i < groups->n && !first; i++) {
		r = marks_set(groups->list[i], opts);
		first = first ? first : r;
	}
	for (i = 0; i < groups->n && !first; i++)
		if (write(groups->list[i]->go, "g", 1) != 1)
			first = -EPIPE;
	for (i = 0; i < groups->n && first; i++)
		if (groups->list[i]->started)
			talk_end(groups->list[i]->path);
	return first ? first : talk_all(end_old, groups);
}

int fanotify_load(struct rootward_policy *const *policies, size_t n,
		  const struct rootward_opts *opts)
{
	_cleanup_(groups_done) struct groups groups = {};
	_cleanup_close_ int lock = -1;
	int r;

	if (n > GROUPS_MAX)
		return -ENOSPC;
	r = prepare_all(&groups, policies, n, opts);
	if (r < 0)
		return r;
	lock = talk_lock();
	return lock < 0 ? lock : start_all(&groups, opts);
}

struct unloading {
	const char *name;
	int n;
};

static int end_named(void *data, const char *path, const struct told *told)
{
	struct unloading *unloading = data;

	if (strncmp(told->name, unloading->name, FANOTIFY_NAME_MAX))
		return 0;
	unloading->n++;
	return talk_end(path);
}

int fanotify_unload(const char *name)
{
	struct unloading unloading = { .name = name };
	int r = talk_all(end_named, &unloading);

	return r < 0 ? r : unloading.n;
}

struct showing {
	rootward_loaded_fn fn;
	void *data;
};

static int show(void *data, const char *path, const struct told *told)
{
	const struct showing *showing = data;
	struct rootward_loaded loaded = {
		.name = told->name,
		.mode = (int)told->mode,
		.selects = (int)told->selects,
		.trees = told->trees,
		.tasks = told->tasks,
		.allowed = told->allowed,
		.denied = told->denied,
		.retried = told->retried,
		.unstable = told->unstable,
		.lost = told->lost,
		.moved = told->moved,
		.held = told->held,
		.engine = ROOTWARD_ENGINE_FANOTIFY,
		.gone = (int)told->gone,
		.restarts = (uint32_t)told->restarts,
	};

	showing->fn(showing->data, &loaded);
	return 0;
}

int fanotify_status(rootward_loaded_fn fn, void *data)
{
	struct showing showing = { fn, data };
	int r = talk_all(show, &showing);

	return r == -EACCES ? -EPERM : r;
}
