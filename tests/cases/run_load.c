/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Policies that are loaded for the machine, but only for the actor: for a control group that it is
 * moved into.  What it forks and executes stays there, whoever it becomes.
 *
 *	/sys/fs/cgroup/
 *	`-- rootward-cases.PID/		who is here is under the policies of the case
 *	    `-- second/			and here under its second one besides
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <rootward.h>

#include "run.h"

#define CGROUPS "/sys/fs/cgroup"

static pid_t runner;

static void group_path(char *path, size_t size, bool second, const char *file)
{
	snprintf(path, size, CGROUPS "/rootward-cases.%d%s%s", runner, second ? "/second" : "",
		 file);
}

static void policy_name(char *name, size_t size, bool second, size_t index)
{
	snprintf(name, size, "cases-%d-%s-%zu", runner, second ? "second" : "first", index);
}

/* In a mount namespace of our own, where the machine has it elsewhere or not at all. */
static int mount_cgroups(void)
{
	struct statfs fs;

	if (!statfs(CGROUPS, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC)
		return 0;
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("cases", CGROUPS, "cgroup2", 0, NULL))
		return -errno;
	return 0;
}

int load_begin(void)
{
	char path[128];
	int r, second;

	runner = getpid();
	r = mount_cgroups();
	for (second = 0; !r && second < 2; second++) {
		group_path(path, sizeof(path), second, "");
		r = mkdir(path, 0755) ? -errno : 0;
	}
	return r;
}

void load_end(void)
{
	char path[128];
	int second;

	for (second = 1; second >= 0; second--) {
		group_path(path, sizeof(path), second, "");
		if (rmdir(path))
			perror(path);
	}
}

char *load_text(const char *text, bool second, size_t index)
{
	char path[128], name[64], *whole;

	group_path(path, sizeof(path), second, "");
	policy_name(name, sizeof(name), second, index);
	if (asprintf(&whole, "name: %s\napplies_to:\n- cgroup: %s\n%s", name, path, text) < 0)
		abort();
	return whole;
}

int load_entrance(bool second)
{
	char path[128];
	int fd;

	group_path(path, sizeof(path), second, "/cgroup.procs");
	fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Who opened it may move whoever writes. */
int load_enter(int entrance)
{
	return write(entrance, "0", 1) == 1 ? 0 : -errno;
}

int load_take_away(const struct test_case *c)
{
	const char *texts[MAX_POLICIES];
	int r, first = 0, second;
	char name[64];
	size_t i, n;

	for (second = 0; second < 2; second++) {
		n = case_texts(c, second, texts);
		if (!second && c->last_confines)
			n--;
		for (i = 0; i < n; i++) {
			policy_name(name, sizeof(name), second, i);
			r = rootward_unload(name, NULL);
			first = first ?: r;
		}
	}
	return first;
}
