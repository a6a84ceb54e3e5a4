/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include <bpf/bpf.h>

#include "bpf_rules.h"
#include "bpf_whom.h"
#include "cleanup.h"
#include "identity.h"

static int cannot(const struct policy_task *task, const char *path, int r,
		  const struct rootward_opts *opts)
{
	diag(opts, ROOTWARD_ERROR, &task->origin, NULL, "%s: %s", path, strerror(-r));
	return r;
}

/* As task_in_cgroup() in whom.bpf.h does it.  It need not be there yet. */
static int take_cgroup(struct rw_task_is *is, const struct policy_task *task,
		       const struct rootward_opts *opts)
{
	const char *at = task->cgroup;
	size_t len;

	for (;;) {
		at += strspn(at, "/");
		len = strcspn(at, "/");
		if (!len)
			break;
		is->cgroup = rw_hash_word(rule_name_hash_on(is->cgroup, at, len), '/');
		is->cgroup_level++;
		at += len;
	}
	if (is->cgroup_level <= RW_CGROUP_DEPTH)
		return 0;
	return cannot(task, task->cgroup, -ELOOP, opts);
}

/* For status: when another directory has its name, what is there now is not found. */
static int describe_exe(struct bpf_kernel *k, const struct rw_tree_key *key, const char *path,
			const struct rw_identity *dir, const struct policy_task *task)
{
	struct rw_tree tree = {
		.ino = dir->ino,
		.dev = dir->dev,
		.generation = dir->generation,
		.follows_path = 1,
	};
	size_t len = strlen(path), most = sizeof(tree.path) - 1;
	char origin[512];

	snprintf(tree.path, sizeof(tree.path), "%s", path + (len > most ? len - most : 0));
	origin_format(&task->origin, origin, sizeof(origin));
	len = strlen(origin);
	most = sizeof(tree.origin) - 1;
	snprintf(tree.origin, sizeof(tree.origin), "%s", origin + (len > most ? len - most : 0));
	return bpf_map_update_elem(k->pins[PINNED_TREES], key, &tree, BPF_ANY) < 0 ? -errno : 0;
}

/* The file, and the directory that it is in, both as the kernel knows them. */
static int take_exe(struct bpf_kernel *k, const struct rw_tree_key *key, struct rw_task_is *is,
		    const struct policy_task *task, const struct rootward_opts *opts)
{
	_cleanup_free_ char *real = realpath(task->exe, NULL);
	_cleanup_close_ int file = -1, dir = -1;
	struct rw_identity ids[2];
	const char *why;
	char *name;
	int fds[2], r;

	if (!real)
		return cannot(task, task->exe, -errno, opts);
	file = open(real, O_PATH | O_CLOEXEC);
	name = strrchr(real, '/');
	*name = 0;
	dir = open(*real ? real : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	*name++ = '/';
	if (file < 0 || dir < 0)
		return cannot(task, task->exe, -errno, opts);
	fds[0] = file;
	fds[1] = dir;
	r = identity_read(k->pins[PINNED_IDENTITY], fds, 2, ids);
	if (r < 0)
		return cannot(task, task->exe, r, opts);
	why = identity_unstable(&ids[0]);
	if (!S_ISREG(ids[0].mode))
		why = "it is not a regular file";
	if (why) {
		diag(opts, ROOTWARD_ERROR, &task->origin, NULL, "%s: %s", task->exe, why);
		return -ENOTSUP;
	}
	is->exe = ids[0].ino;
	is->exe_dev = ids[0].dev;
	is->exe_generation = ids[0].generation;
	is->exe_dir = ids[1].ino;
	is->exe_name = rule_name_hash(name, strlen(name));
	return key ? describe_exe(k, key, real, &ids[1], task) : 0;
}

static int take_task(struct bpf_kernel *k, const struct rw_tree_key *key, struct rw_task_is *is,
		     const struct policy_task *task, const struct rootward_opts *opts)
{
	static const struct {
		uint32_t policy, map;
	} by[] = {
		{ TASK_BY_UID, RW_BY_UID },	  { TASK_BY_GID, RW_BY_GID },
		{ TASK_BY_CGROUP, RW_BY_CGROUP }, { TASK_BY_RUN, RW_BY_RUN },
		{ TASK_BY_EXE, RW_BY_EXE },
	};
	size_t i;
	int r = 0;

	*is = (struct rw_task_is){ .uid = task->uid, .gid = task->gid };
	for (i = 0; i < sizeof(by) / sizeof(by[0]); i++)
		if (task->by & by[i].policy)
			is->by |= by[i].map;
	if (task->by & TASK_BY_RUN)
		is->run = rule_name_hash(task->run, strlen(task->run));
	if (task->by & TASK_BY_CGROUP)
		r = take_cgroup(is, task, opts);
	if (r == 0 && task->by & TASK_BY_EXE)
		r = take_exe(k, key, is, task, opts);
	return r;
}

_Static_assert(POLICY_TASKS_MAX == RW_TASKS_ARE, "what a policy may say fits");

int whom_tasks(struct bpf_kernel *k, const struct rw_tree_key *first_key, struct rw_task_is *list,
	       __u32 *n, const struct policy_tasks *tasks, const struct rootward_opts *opts)
{
	struct rw_tree_key key = first_key ? *first_key : (struct rw_tree_key){};
	int first = 0, r;

	for (*n = 0; *n < tasks->n; ++*n, key.tree++) {
		r = take_task(k, first_key ? &key : NULL, &list[*n], &tasks->list[*n], opts);
		if (r < 0 && !first)
			first = r;
	}
	return first;
}

int whom_install(struct bpf_kernel *k, __u32 domain, const struct rootward_policy *policy,
		 const struct rootward_opts *opts)
{
	struct rw_tree_key key = { .domain = domain, .layer = RW_TREE_EXE };
	struct rw_whom whom = {};
	int r;

	r = whom_tasks(k, &key, whom.for_tasks, &whom.n_for, &policy->applies_to, opts);
	key.tree += RW_TASKS_ARE;
	if (r == 0)
		r = whom_tasks(k, &key, whom.but_tasks, &whom.n_but, &policy->except, opts);
	key.tree += RW_TASKS_ARE;
	if (r == 0)
		r = whom_tasks(k, &key, whom.unlock_tasks, &whom.n_unlock, &policy->unlock, opts);
	if (r < 0)
		return r;
	return bpf_map_update_elem(k->pins[PINNED_WHOM], &domain, &whom, BPF_ANY) < 0 ? -errno : 0;
}
