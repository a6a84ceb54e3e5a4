/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which tasks a policy is for, by what /proc says of a thread that waits for an answer.
 *
 * The thread's number cannot become another's meanwhile: it waits, and if it is killed its question
 * is withdrawn, and the answer reaches nobody.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "cleanup.h"
#include "fanotify.h"

#define PF_IO_WORKER 0x10
/* The initial control group namespace's file has this number everywhere. */
#define CGROUP_NS_INO 4026531835U

enum how { FOR, BUT };

/**
 * struct seen - a thread.
 * @strange: it may act for somebody else: its user namespace has numbers of its own, or it is a
 *           worker of io_uring, which borrows the ids of who asked
 */
struct seen {
	pid_t tid;
	struct asker ids;
	uint32_t uids[4], gids[4];
	bool strange, traced;
};

static int find_exe(struct whom_exe *exe, const struct policy_task *task,
		    const struct rootward_opts *opts)
{
	const char *why = NULL;
	int r;

	exe->fd = -1;
	if (task->by & TASK_BY_RUN)
		return diag(opts, ROOTWARD_ERROR, &task->origin, "use the bpf engine",
			    "only the bpf engine knows what rootward run has confined");
	if (!(task->by & TASK_BY_EXE))
		return 0;
	exe->fd = open(task->exe, O_PATH | O_CLOEXEC);
	r = exe->fd < 0 ? -errno : lookup_object(&exe->is, task->exe, &why);
	if (r == 0 && !S_ISREG(exe->is.mode)) {
		why = "it is not a regular file";
		r = -ENOTSUP;
	}
	if (r < 0)
		diag(opts, ROOTWARD_ERROR, &task->origin, NULL, "%s: %s", task->exe,
		     why ? why : strerror(-r));
	return r;
}

static int find_tasks(struct whom_exe *exes, const struct policy_tasks *tasks,
		      const struct rootward_opts *opts)
{
	struct object ns;
	int first = 0, r = 0;
	uint32_t i;

	for (i = 0; i < tasks->n; i++) {
		const struct policy_task *task = &tasks->list[i];

		r = find_exe(&exes[i], task, opts);
		if (!r && task->by & TASK_BY_CGROUP &&
		    (object_stat(AT_FDCWD, "/proc/self/ns/cgroup", 0, &ns) < 0 ||
		     ns.ino != CGROUP_NS_INO))
			r = diag(opts, ROOTWARD_ERROR, &task->origin, NULL,
				 "the control groups of the machine cannot be seen from here");
		first = first ? first : r;
	}
	return first;
}

int whom_find(struct whom *whom, const struct rootward_policy *policy,
	      const struct rootward_opts *opts)
{
	uint32_t i;
	int r;

	whom->policy = policy;
	for (i = 0; i < POLICY_TASKS_MAX; i++)
		whom->applies_to[i].fd = whom->except[i].fd = -1;
	r = object_stat(AT_FDCWD, "/proc/self/ns/user", 0, &whom->user_ns);
	if (!r)
		r = find_tasks(whom->applies_to, &policy->applies_to, opts);
	return r ? r : find_tasks(whom->except, &policy->except, opts);
}

void whom_free(struct whom *whom)
{
	uint32_t i;

	for (i = 0; whom->policy && i < POLICY_TASKS_MAX; i++) {
		cleanup_close(&whom->applies_to[i].fd);
		cleanup_close(&whom->except[i].fd);
		free(whom->applies_to[i].is.real);
		free(whom->except[i].is.real);
	}
}

/* --- one thread */

static char *proc_text(pid_t tid, const char *file)
{
	char path[64], *text = NULL;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)tid, file);
	return mountinfo_text(&text, path) < 0 ? NULL : text;
}

static bool is_worker(pid_t tid)
{
	_cleanup_free_ char *text = proc_text(tid, "stat");
	char *end = text ? strrchr(text, ')') : NULL;
	unsigned int flags;

	return !end || sscanf(end, ") %*c %*d %*d %*d %*d %*d %u", &flags) != 1 ||
	       flags & PF_IO_WORKER;
}

static bool four(const char *text, const char *key, uint32_t ids[4])
{
	const char *line = strstr(text, key);

	return line &&
	       sscanf(line + strlen(key), "%u %u %u %u", &ids[0], &ids[1], &ids[2], &ids[3]) == 4;
}

static bool look(const struct whom *whom, struct seen *seen, pid_t tid)
{
	_cleanup_free_ char *status = proc_text(tid, "status");
	const char *tracer = status ? strstr(status, "\nTracerPid:") : NULL;
	struct object ns;
	char path[64];

	seen->tid = tid;
	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)tid);
	if (!tracer || !four(status, "\nUid:", seen->uids) || !four(status, "\nGid:", seen->gids) ||
	    object_stat(AT_FDCWD, path, 0, &ns) < 0 || asker_of_process(&seen->ids, tid) < 0)
		return false;
	seen->traced = atoi(tracer + strlen("\nTracerPid:"));
	seen->strange = !object_same(&ns, &whom->user_ns) || is_worker(tid);
	return true;
}

/* Of the last, which is for files, for who is let off; any of them for others. */
static bool has_id(const uint32_t ids[4], uint32_t id, enum how how)
{
	return ids[3] == id || (how == FOR && (ids[0] == id || ids[1] == id || ids[2] == id));
}

static bool has_gid(const struct seen *seen, uint32_t gid, enum how how)
{
	int i;

	for (i = 0; i < seen->ids.n_groups; i++)
		if (seen->ids.groups[i] == gid)
			return true;
	return has_id(seen->gids, gid, how);
}

static bool in_cgroup(pid_t tid, const char *cgroup, enum how how)
{
	_cleanup_free_ char *text = proc_text(tid, "cgroup");
	size_t len = strcmp(cgroup, "/") ? strlen(cgroup) : 0;
	char *line = text ? strstr(text, "0::/") : NULL;

	if (!line)
		return how == FOR;
	line += strlen("0::");
	line[strcspn(line, "\n")] = '\0';
	return !strncmp(line, cgroup, len) && (!line[len] || line[len] == '/');
}

/* To be under a policy its name will do: the file may have been replaced. */
static bool runs(pid_t tid, const struct whom_exe *exe, enum how how)
{
	char path[64], name[PATH_MAX];
	struct object is;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)tid);
	if (object_stat(AT_FDCWD, path, 0, &is) < 0)
		return how == FOR;
	if (object_same(&is, &exe->is) || how == BUT)
		return object_same(&is, &exe->is);
	n = readlink(path, name, sizeof(name) - 1);
	name[n < 0 ? 0 : n] = '\0';
	return n < 0 || (!strncmp(name, exe->is.real, strlen(exe->is.real)) &&
			 (!name[strlen(exe->is.real)] ||
			  !strcmp(name + strlen(exe->is.real), " (deleted)")));
}

static bool is_named(const struct seen *seen, const struct policy_task *task,
		     const struct whom_exe *exe, enum how how)
{
	bool by_ids = seen->strange && how == FOR;

	if (task->by & TASK_BY_UID && !by_ids && !has_id(seen->uids, task->uid, how))
		return false;
	if (task->by & TASK_BY_GID && !by_ids && !has_gid(seen, task->gid, how))
		return false;
	if (task->by & TASK_BY_CGROUP && !in_cgroup(seen->tid, task->cgroup, how))
		return false;
	return !(task->by & TASK_BY_EXE) || runs(seen->tid, exe, how);
}

static bool any_names(const struct seen *seen, const struct policy_tasks *tasks,
		      const struct whom_exe *exes, enum how how)
{
	uint32_t i;

	for (i = 0; i < tasks->n; i++)
		if (is_named(seen, &tasks->list[i], &exes[i], how))
			return true;
	return false;
}

bool whom_is_under(const struct whom *whom, pid_t tid)
{
	const struct rootward_policy *policy = whom->policy;
	struct seen seen = { .ids = { .top = -1 } };
	bool under = true;

	if (!policy->applies_to.n && !policy->except.n)
		return true;
	if (look(whom, &seen, tid)) {
		if (policy->applies_to.n)
			under = any_names(&seen, &policy->applies_to, whom->applies_to, FOR);
		if (under && !seen.strange && !seen.traced)
			under = !any_names(&seen, &policy->except, whom->except, BUT);
	}
	asker_free(&seen.ids);
	return under;
}

uint64_t whom_count(const struct whom *whom)
{
	_cleanup_closedir_ DIR *all = opendir("/proc");
	struct dirent *process, *thread;
	uint64_t n = 0;
	char path[300];

	while (all && (process = readdir(all))) {
		_cleanup_closedir_ DIR *threads = NULL;

		if (atoi(process->d_name) <= 0)
			continue;
		snprintf(path, sizeof(path), "/proc/%s/task", process->d_name);
		threads = opendir(path);
		while (threads && (thread = readdir(threads)))
			if (atoi(thread->d_name) > 0 && whom_is_under(whom, atoi(thread->d_name)))
				n++;
	}
	return n;
}
