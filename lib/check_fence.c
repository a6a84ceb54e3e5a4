/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rules that can never apply, because what they allow is behind a fence (bpf/fence.bpf.h) that the
 * policy does not open with `keep`.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "check.h"
#include "fence.h"
#include "ops.h"
#include "words.h"

#define PROC_ROOT_INO 1

static void report(const struct tree *tree, uint32_t ops, uint32_t keep, const char *what,
		   const struct rootward_opts *opts)
{
	char words[OPS_FORMAT_MAX], cut[WORD_CUT_MAX], hint[64];

	snprintf(hint, sizeof(hint), "keep: [%s] leaves it to the trees", policy_keep_word(keep));
	diag(opts, ROOTWARD_WARNING, &tree->origin, hint,
	     "\"%s\" %s: to allow %s there means nothing", word_cut(tree->path, cut, sizeof(cut)),
	     what, ops_format(ops, words, sizeof(words)));
}

static void check_device(const struct rootward_policy *policy, const struct tree *tree,
			 const struct rootward_opts *opts)
{
	uint32_t ops = tree->allow & (ROOTWARD_OP_READ_FILE | ROOTWARD_OP_WRITE_FILE), keep = 0;
	struct stat st;

	if (!ops || stat(tree->real, &st))
		return;
	if (S_ISBLK(st.st_mode))
		keep = KEEP_BLOCK_DEVICES;
	else if (S_ISCHR(st.st_mode))
		keep = char_device_fence(major(st.st_rdev) << 20 | minor(st.st_rdev));
	if (keep & ~policy->keep)
		report(tree, ops, keep, "is a device that shows what lies beneath files", opts);
}

/* A process's directory is called by its number, and `self` is a link. */
static bool is_in_process(const char *path)
{
	size_t len;

	for (; *path; path += len) {
		path += strspn(path, "/");
		len = strcspn(path, "/");
		if (len && strspn(path, "0123456789") == len)
			return true;
	}
	return false;
}

static bool is_setting(const char *path)
{
	struct statfs fs;
	struct stat st;

	if (statfs(path, &fs) || stat(path, &st))
		return false;
	if (fs.f_type != PROC_MAGIC)
		return magic_is_settings((unsigned long)fs.f_type);
	return st.st_ino != PROC_ROOT_INO && !is_in_process(path);
}

static void check_settings(const struct rootward_policy *policy, const struct tree *tree,
			   const struct rootward_opts *opts)
{
	uint32_t ops = tree->allow & ROOTWARD_OPS_WRITE;

	/* Whoever writes `all` does not mean each of them, and reading does apply. */
	if (!ops || tree->allow == ROOTWARD_OPS_ALL || policy->keep & KEEP_KERNEL_SETTINGS)
		return;
	if (is_setting(tree->real))
		report(tree, ops, KEEP_KERNEL_SETTINGS, "holds settings of the kernel", opts);
}

void check_fence(const struct rootward_policy *policy, const struct tree *tree,
		 const struct rootward_opts *opts)
{
	if (tree->state != TREE_PRESENT)
		return;
	check_device(policy, tree, opts);
	check_settings(policy, tree, opts);
}
