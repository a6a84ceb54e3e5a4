/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <string.h>

#include "cleanup.h"
#include "landlock_abi.h"
#include "landlock_devices.h"

/* Deeper are only symbolic links to what is above, and file systems of their own. */
#define DEPTH_MAX 2

#define DENIED (LANDLOCK_FILE_OPS & ~ROOTWARD_OP_CONNECT)

static bool is_memory(const char *path)
{
	static const char *const paths[] = { "/dev/mem", "/dev/kmem", "/dev/port" };
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (!strcmp(path, paths[i]))
			return true;
	return false;
}

static bool is_denied(const struct rootward_policy *policy, const char *path, mode_t mode)
{
	if (S_ISBLK(mode) ? (policy->keep & KEEP_BLOCK_DEVICES)
			  : !S_ISCHR(mode) || !is_memory(path) || (policy->keep & KEEP_RAW_MEMORY))
		return false;
	/* Most callers cannot open them anyway, and need not lose anything for them. */
	return !faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) ||
	       !faccessat(AT_FDCWD, path, W_OK, AT_EACCESS);
}

/* Takes @path, also on failure.  Room doubles whenever the number added is a power of two. */
static int add_tree(struct rootward_policy *copy, size_t first, char *path, const struct stat *st)
{
	/* nobody wrote it: what is told of it is told of the policy */
	size_t added = copy->n_trees - first;
	struct tree *bigger;

	if (!(added & (added - 1))) {
		bigger = realloc(copy->trees, (first + (added ? 2 * added : 1)) * sizeof(*bigger));
		if (!bigger) {
			free(path);
			return -ENOMEM;
		}
		copy->trees = bigger;
	}
	copy->trees[copy->n_trees++] = (struct tree){
		.path = path,
		.real = path,
		.deny = DENIED,
		.builtin = true,
		.origin = { .file = copy->file },
		.state = TREE_PRESENT,
		.dev = st->st_dev,
		.ino = st->st_ino,
		.mode = st->st_mode,
	};
	return 0;
}

static int scan(struct rootward_policy *copy, const struct rootward_policy *policy,
		const char *path, int depth)
{
	_cleanup_closedir_ DIR *dir = opendir(path);
	struct dirent *entry;
	struct stat st;
	char *child;
	int r = 0;

	while (!r && dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || entry->d_type == DT_LNK)
			continue;
		if (asprintf(&child, "%s/%s", path, entry->d_name) < 0)
			return -ENOMEM;
		if (lstat(child, &st)) {
			free(child);
		} else if (is_denied(policy, child, st.st_mode)) {
			r = add_tree(copy, policy->n_trees, child, &st);
		} else {
			if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX)
				r = scan(copy, policy, child, depth + 1);
			free(child);
		}
	}
	return r;
}

int devices_deny(struct rootward_policy *copy, const struct rootward_policy *policy)
{
	struct stat st;
	int r;

	*copy = *policy;
	copy->trees = malloc((policy->n_trees + 1) * sizeof(*copy->trees));
	if (!copy->trees)
		return -ENOMEM;
	if (policy->n_trees)
		memcpy(copy->trees, policy->trees, policy->n_trees * sizeof(*copy->trees));
	/* A /dev that is a link has its rules at the real place: then nothing here would match. */
	if (lstat("/dev", &st) || !S_ISDIR(st.st_mode))
		return 0;
	r = scan(copy, policy, "/dev", 1);
	if (r)
		devices_free(copy, policy);
	return r;
}

void devices_free(struct rootward_policy *copy, const struct rootward_policy *policy)
{
	size_t i;

	for (i = policy->n_trees; i < copy->n_trees; i++)
		free(copy->trees[i].path);
	free(copy->trees);
	copy->trees = NULL;
	copy->n_trees = 0;
}
