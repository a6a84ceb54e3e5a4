/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For whom it is asked: a process, a user, or the caller. */
#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/fsuid.h>

#include "cleanup.h"
#include "diag.h"
#include "explain.h"
#include "lookup.h"
#include "owner.h"

#define GROUPS_MAX 65536

/* The line of /proc/PID/status that begins with @key, behind it; or NULL. */
static char *status_line(char *text, const char *key)
{
	char *line = strstr(text, key);

	return line ? line + strlen(key) : NULL;
}

/* Numbers up to the end of the line. */
static int take_numbers(const char *line, gid_t *numbers, size_t room)
{
	size_t n = 0;
	char *end;

	for (; n < room; n++, line = end) {
		line += strspn(line, " \t");
		if (*line < '0' || *line > '9')
			break;
		numbers[n] = (gid_t)strtoul(line, &end, 10);
	}
	return (int)n;
}

/* Of a process: the last of four ids is that for files. */
int asker_of_process(struct asker *asker, int pid)
{
	_cleanup_free_ char *text = NULL;
	char path[64], *uids, *gids, *groups;
	uint32_t ids[4], group_ids[4];
	int r;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	r = mountinfo_text(&text, path);
	if (r < 0)
		return r == -ENOENT ? -ESRCH : r;
	uids = status_line(text, "\nUid:");
	gids = status_line(text, "\nGid:");
	groups = status_line(text, "\nGroups:");
	asker->groups = calloc(GROUPS_MAX, sizeof(*asker->groups));
	if (!asker->groups)
		return -ENOMEM;
	if (!uids || !gids || !groups || take_numbers(uids, ids, 4) < 4 ||
	    take_numbers(gids, group_ids, 4) < 4)
		return -EINVAL;
	asker->uid = ids[3];
	asker->gid = group_ids[3];
	asker->n_groups = take_numbers(groups, asker->groups, GROUPS_MAX);
	return 0;
}

/* Of a user: all that a log-in would give. */
static int ids_of_user(struct asker *asker, const char *name)
{
	_cleanup_free_ char *buf = NULL;
	struct passwd user;
	int room, r;

	r = lookup_user(name, &user, &buf);
	if (r < 0)
		return r == -ENOENT ? -ESRCH : r;
	asker->uid = user.pw_uid;
	asker->gid = user.pw_gid;
	for (room = asker->n_groups = 32; room <= GROUPS_MAX;) {
		free(asker->groups);
		asker->groups = calloc((size_t)room, sizeof(*asker->groups));
		if (!asker->groups)
			return -ENOMEM;
		if (getgrouplist(name, asker->gid, asker->groups, &asker->n_groups) >= 0)
			return 0;
		room = asker->n_groups = asker->n_groups > room ? asker->n_groups : 2 * room;
	}
	return -E2BIG;
}

/* An id that cannot be set makes these tell and change nothing. */
static int ids_of_caller(struct asker *asker)
{
	int n = getgroups(0, NULL);

	asker->uid = (uint32_t)setfsuid((uid_t)-1);
	asker->gid = (uint32_t)setfsgid((gid_t)-1);
	asker->groups = n < 0 ? NULL : calloc((size_t)n + 1, sizeof(*asker->groups));
	if (!asker->groups)
		return -ENOMEM;
	asker->n_groups = getgroups(n, asker->groups);
	return asker->n_groups < 0 ? -errno : 0;
}

void asker_prepare(struct asker *asker)
{
	asker->abroad = !ids_are_initial();
	asker->no_uid = overflow_uid();
	asker->no_gid = overflow_gid();
}

int asker_find(struct asker *asker, const struct rootward_question *q,
	       const struct rootward_opts *opts)
{
	int r;

	asker->top = -1;
	if (q->user)
		r = ids_of_user(asker, q->user);
	else
		r = q->pid ? asker_of_process(asker, q->pid) : ids_of_caller(asker);
	if (r == -ESRCH && q->user)
		diag(opts, ROOTWARD_ERROR, NULL, NULL, "there is no user \"%s\"", q->user);
	else if (r == -ESRCH)
		diag(opts, ROOTWARD_ERROR, NULL, NULL, "there is no process %d", q->pid);
	if (r < 0)
		return r;
	asker_prepare(asker);
	r = process_mounts(&asker->mounts, q->pid, &asker->top);
	if (r < 0 && q->pid)
		diag(opts, ROOTWARD_ERROR, NULL, NULL, "the mounts of process %d are not known: %s",
		     q->pid, strerror(-r));
	else if (r < 0)
		diag(opts, ROOTWARD_ERROR, NULL, "mount /proc",
		     "what is mounted cannot be read from /proc/self/mountinfo: %s", strerror(-r));
	return r;
}

void asker_free(struct asker *asker)
{
	mountinfo_free(&asker->mounts);
	cleanup_close(&asker->top);
	free(asker->groups);
	asker->groups = NULL;
}
