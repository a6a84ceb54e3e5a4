/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The walk over descriptors: what it visits, how it ends, and that it is what the kernel's is. */
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rootward.h>

#include "cleanup.h"
#include "../tap.h"
#include "tempdir.h"

#define MAX 64

/* What was visited, and what the callback does meanwhile. */
struct seen {
	unsigned int n;
	unsigned int restarts;
	char names[MAX][256];
	unsigned int flags[MAX];
	unsigned int stop_at;
	int error;
	const char *move_from, *move_to;
};

static int see(const struct vfs_ancestor *a, void *data)
{
	struct seen *seen = data;

	if (!a) {
		seen->n = 0;
		seen->restarts++;
		return 1;
	}
	if (seen->move_from && renameat(AT_FDCWD, seen->move_from, AT_FDCWD, seen->move_to) == 0)
		seen->move_from = NULL;
	if (seen->n < MAX) {
		snprintf(seen->names[seen->n], 256, "%s", a->name ?: "?");
		seen->flags[seen->n] = a->flags;
	}
	seen->n++;
	if (seen->error)
		return seen->error;
	return seen->n != seen->stop_at;
}

static int walk(const char *path, int root, struct seen *seen, unsigned int flags)
{
	_cleanup_close_ int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	return vfs_walk_ancestors(fd, root, see, seen, flags);
}

static void test_ends(void)
{
	_cleanup_close_ int root = open("top", O_PATH | O_CLOEXEC);
	struct seen seen = { 0 };
	int pipes[2];

	is_int(walk("top/a/m/file", -1, &seen, 0), VFS_WALK_ROOT, "ends at the root");
	is_str(seen.names[0], "file", "the object first");
	is_str(seen.names[1], "m", "then the directory it is in");
	is_str(seen.names[3], "top", "and so on");
	seen = (struct seen){ 0 };
	is_int(walk("top/a/m", root, &seen, 0), VFS_WALK_ROOT, "ends at the root that is given");
	is_int(seen.n, 3, "which is visited");
	seen = (struct seen){ .stop_at = 2 };
	is_int(walk("top/a/m", -1, &seen, 0), VFS_WALK_STOPPED, "ends where the callback says so");
	is_int(seen.n, 2, "right there");
	seen = (struct seen){ .error = -ENODATA };
	is_int(walk("top/a/m", -1, &seen, 0), -ENODATA, "hands on a callback's error");
	seen = (struct seen){ .error = 2 };
	is_int(walk("top/a/m", -1, &seen, 0), -EINVAL, "takes no other answer for one to go on");
	is_int(seen.n, 1, "but ends there");
	if (pipe2(pipes, O_CLOEXEC) == 0)
		is_int(vfs_walk_ancestors(pipes[0], -1, see, &seen, 0), VFS_WALK_INTERNAL,
		       "a pipe is in no tree");
}

static void test_bad(void)
{
	struct seen seen = { 0 };

	is_int(walk("top", -1, &seen, 1U << 30), -EINVAL, "an unknown flag");
	is_int(walk("top", -1, &seen, VFS_WALK_CACHED | VFS_WALK_HIDDEN), -EINVAL,
	       "what is hidden cannot be found without waiting");
	is_int(vfs_walk_ancestors(-1, -1, see, &seen, 0), -EBADF, "no descriptor");
	is_int(vfs_walk_ancestors(0, -1, NULL, &seen, 0), -EINVAL, "no callback");
	is_int(seen.n, 0, "nothing is visited for any of them");
}

static void test_cached(void)
{
	struct seen seen = { 0 };
	int end = walk("top/a/m", -1, &seen, VFS_WALK_CACHED);

	/* Somebody may hold a lock for an instant; that is what -EAGAIN is for. */
	ok(end == VFS_WALK_ROOT || end == -EAGAIN, "without waiting: %d", end);
	if (end == VFS_WALK_ROOT)
		is_str(seen.names[0], "?", "nothing is named, for directories are not read");
}

static void test_removed(void)
{
	_cleanup_close_ int fd = open("top/gone", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct seen seen = { 0 };

	unlink("top/gone");
	is_int(vfs_walk_ancestors(fd, -1, see, &seen, 0), VFS_WALK_ROOT,
	       "a removed file has a place");
	ok(seen.flags[0] & VFS_WALK_DELETED, "and is marked");
	is_str(seen.names[1], "top", "it is where it was");
}

/* Between the passes a directory moves: the walk starts anew and is told the new place. */
static void test_moved(void)
{
	struct seen seen = { .move_from = "top/a/m", .move_to = "top/b/m" };

	is_int(walk("top/a/m", -1, &seen, 0), VFS_WALK_ROOT, "while a directory moves");
	is_int(seen.restarts, 1, "the walk starts anew");
	is_str(seen.names[1], "b", "and tells the new place");
	rename("top/b/m", "top/a/m");
}

static void test_mounts(void)
{
	struct seen seen = { 0 };
	int tree, end;

	if (geteuid() || unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) {
		skip("needs root", "mounts");
		return;
	}
	tree = (int)syscall(SYS_open_tree, AT_FDCWD, "top/a", 1 /* OPEN_TREE_CLONE */);
	end = vfs_walk_ancestors(tree, -1, see, &seen, 0);
	is_int(end, VFS_WALK_DETACHED, "a detached tree");
	ok(mount("top/a/m", "top/b", NULL, MS_BIND, NULL) == 0, "a bind mount");
	seen = (struct seen){ 0 };
	is_int(walk("top/b/file", -1, &seen, VFS_WALK_HIDDEN), VFS_WALK_ROOT, "through it");
	is_str(seen.names[1], "m", "its root by its own name");
	ok(seen.flags[1] == VFS_WALK_MNT_ROOT, "and marked");
	is_str(seen.names[2], "a", "then what it hides");
	ok(seen.flags[2] == VFS_WALK_HIDDEN, "marked and found by another mount");
	seen = (struct seen){ 0 };
	walk("top/b/file", -1, &seen, 0);
	is_str(seen.names[2], "b", "unless it is not asked for: then the mountpoint");
	ok(seen.flags[2] == (VFS_WALK_COVERED | VFS_WALK_UNSEEN), "which no descriptor leads to");
	is_str(seen.names[3], "top", "and on from there");
}

/* Both walks on one path: the same names, inodes and mounts. */
static void test_agrees(const char *path)
{
	struct rootward_question question = { .size = sizeof(question), .path = path };
	struct rootward_explanation *kernel, *plain;
	const struct rootward_ancestor *a, *b;
	struct rootward_explainer *explainer;
	size_t i, differ = 0;

	if (rootward_explainer_new(&explainer, NULL, 0, NULL) ||
	    rootward_explain(&kernel, explainer, &question, NULL)) {
		ok(false, "%s can be explained", path);
		return;
	}
	question.flags = ROOTWARD_BY_DESCRIPTORS;
	is_int(rootward_explain(&plain, explainer, &question, NULL), 0, "%s over descriptors",
	       path);
	ok(rootward_explanation_walk(kernel)->in_kernel ||
		   rootward_explanation_walk(kernel)->why_not < 0,
	   "%s in the kernel, or it says why not", path);
	for (i = 0; (b = rootward_explanation_ancestor(plain, i)); i++) {
		a = rootward_explanation_ancestor(kernel, i);
		if (!a || a->mnt_id != b->mnt_id || strcmp(a->name ?: "?", b->name ?: "?") ||
		    (!(b->flags & VFS_WALK_UNSEEN) && a->ino != b->ino))
			differ++;
	}
	/* Above the caller's root the kernel goes on, to the root of the whole mount tree. */
	ok(i > 1 && !differ && i <= rootward_explanation_walk(kernel)->ancestors,
	   "%s: both walks meet the same", path);
	rootward_explanation_free(kernel);
	rootward_explanation_free(plain);
	rootward_explainer_free(explainer);
}

int main(void)
{
	enter_tempdir();
	make_dir("top");
	make_dir("top/a");
	make_dir("top/b");
	make_dir("top/a/m");
	make_file("top/a/m/file");
	test_ends();
	test_bad();
	test_cached();
	test_removed();
	test_moved();
	test_agrees("top/a/m/file");
	test_agrees("/proc/self/status");
	test_agrees("/dev/null");
	test_agrees("/usr/bin/env");
	test_mounts();
	test_agrees("top/b/file");
	umount2("top/b", MNT_DETACH);
	return done_testing();
}
