/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of the landlock engine share: a place to work in, policies, diagnostics. */
#ifndef LANDLOCK_HELP_H
#define LANDLOCK_HELP_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine.h"

#define UNPRIVILEGED 12345

/** struct said - the diagnostics of one call. */
struct said {
	int n[3];
	char text[32768];
};

static inline void said_add(void *data, const struct rootward_diag *diag)
{
	struct said *said = data;
	size_t used = strlen(said->text);

	said->n[diag->severity]++;
	snprintf(said->text + used, sizeof(said->text) - used, "%s:%u: %s\n",
		 diag->file ? diag->file : "-", diag->line, diag->message);
}

static inline struct rootward_opts said_opts(struct said *said)
{
	memset(said, 0, sizeof(*said));
	return (struct rootward_opts){ .size = sizeof(struct rootward_opts),
				       .diag = said_add,
				       .diag_data = said };
}

static inline int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	return remove(path);
}

static inline void remove_tree(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/** work_enter() - a new directory, and go there.  Everybody may look into it. */
static inline void work_enter(char *dir, size_t size)
{
	char path[] = "/tmp/rootward-landlock-XXXXXX";

	if (!mkdtemp(path) || chmod(path, 0755) || chdir(path) || !realpath(".", dir))
		abort();
	(void)size;
}

static inline void make_dir(const char *path)
{
	if (mkdir(path, 0755))
		abort();
}

static inline void make_file(const char *path)
{
	int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0755);

	if (fd < 0 || write(fd, "?\n", 2) != 2 || close(fd))
		abort();
}

/** rule() - a tree with its number as line, so that messages can be told apart. */
static inline void rule(struct rootward_policy *policy, const char *path, uint32_t allow,
			uint32_t deny, bool optional)
{
	struct tree tree = { .path = (char *)path,
			     .allow = allow,
			     .deny = deny,
			     .optional = optional,
			     .origin = { "p.yaml", 0, 1 } };

	tree.origin.line = policy->n_trees + 1;
	if (policy_append(policy, &tree))
		abort();
}

static inline struct rootward_policy *new_policy(uint32_t default_ops, uint32_t best_effort)
{
	struct rootward_policy *policy;

	if (rootward_policy_new(&policy, "test"))
		abort();
	policy->default_ops = default_ops;
	policy->default_origin = (struct origin){ "p.yaml", 99, 1 };
	policy->best_effort = best_effort;
	return policy;
}

/** create() - look up and prepare one policy.  Return: as the engine's create(). */
static inline int create(void **state, struct rootward_policy *policy, struct said *said,
			 int best_effort)
{
	struct rootward_opts opts = said_opts(said);

	opts.best_effort = best_effort;
	if (policy_resolve(policy, &opts))
		return -EIO;
	return engine_landlock.create(state, &policy, 1, &opts);
}

/** in_child() - run @fn in a process of its own.  Return: what it returns, or 255. */
static inline int in_child(int (*fn)(void *data), void *data)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(fn(data));
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return 255;
	return WEXITSTATUS(status);
}

#endif
