/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What paths turn out to be.  In the working directory:
 *
 *	dir/            dir/sub/file          a directory and a file in it
 *	link -> dir     abs -> (…)/dir/sub    symbolic links, relative and absolute
 *	chain -> link                         a link to a link
 *	dangling -> dir/later                 its target is missing, the target's directory not
 *	lost -> no/where                      its target's directory is missing
 *	loop -> loop
 *	"gone (deleted)"                      a file that looks like a removed one
 */
#include <errno.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "collect.h"
#include "policy.h"
#include "tap.h"
#include "tempdir.h"

static struct collected got;

static const char *in_tempdir(const char *format)
{
	static char buf[2][PATH_MAX * 2];
	static int turn;

	turn = !turn;
	snprintf(buf[turn], sizeof(buf[turn]), format, tempdir, tempdir);
	return buf[turn];
}

/* Resolves a policy of one tree; the caller frees it. */
static struct rootward_policy *resolve(const char *path, uint32_t allow, uint32_t deny,
				       bool optional, int wanted)
{
	struct tree tree = { .path = (char *)path,
			     .allow = allow,
			     .deny = deny,
			     .optional = optional,
			     .origin = { "p", 2, 5 } };
	struct rootward_opts opts = collect_opts(&got);
	struct rootward_policy *policy;

	collected_reset(&got);
	rootward_policy_new(&policy, "one");
	policy_append(policy, &tree);
	is_int(policy_resolve(policy, &opts), wanted, "%.60s%s%s", path, allow ? "" : " (deny)",
	       optional ? " (optional)" : "");
	return policy;
}

static void check(const char *path, uint32_t allow, bool optional, enum tree_state state,
		  const char *real)
{
	struct rootward_policy *policy = resolve(path, allow, allow ? 0 : 1, optional, 0);

	is_int(policy->trees[0].state, state, "its state");
	is_str(policy->trees[0].real, real ? in_tempdir(real) : NULL, "its real path");
	is_str(collected_text(&got), "", "without a word");
	rootward_policy_free(policy);
}

static void check_error(const char *path, uint32_t allow, int error, const char *message)
{
	struct rootward_policy *policy = resolve(path, allow, allow ? 0 : 1, false, error);

	is_str(collected_text(&got), in_tempdir(message), "its message");
	rootward_policy_free(policy);
}

static void test_present(void)
{
	check("dir", 1, false, TREE_PRESENT, "%s/dir");
	check("dir/", 1, false, TREE_PRESENT, "%s/dir");
	check("./dir//sub/../sub/file", 1, false, TREE_PRESENT, "%s/dir/sub/file");
	check(".", 1, false, TREE_PRESENT, "%s");
	check("..", 1, false, TREE_PRESENT, "/tmp");
	check("/", 1, false, TREE_PRESENT, "/");
	check("link", 1, false, TREE_PRESENT, "%s/dir");
	check("chain/sub", 0, false, TREE_PRESENT, "%s/dir/sub");
	check("abs", 1, false, TREE_PRESENT, "%s/dir/sub");
	check("dir/sub/file", 0, true, TREE_PRESENT, "%s/dir/sub/file");
	check("gone (deleted)", 1, false, TREE_PRESENT, "%s/gone (deleted)");
	check("/dev/null", 1, false, TREE_PRESENT, "/dev/null");
}

static void test_missing(void)
{
	check("dir/later", 0, false, TREE_NAME_ONLY, "%s/dir/later");
	check("later/", 0, true, TREE_NAME_ONLY, "%s/later");
	check("link/later", 0, false, TREE_NAME_ONLY, "%s/dir/later");
	check("/later-in-root", 0, true, TREE_NAME_ONLY, "/later-in-root");
	check("dangling", 0, false, TREE_NAME_ONLY, "%s/dir/later");
	check("no/later", 0, true, TREE_SKIPPED, NULL);
	check("lost", 0, true, TREE_SKIPPED, NULL);
	check("dir/sub/file/x", 0, true, TREE_SKIPPED, NULL);
	check("later", 1, true, TREE_SKIPPED, NULL);
	check("dangling", 1, true, TREE_SKIPPED, NULL);
	check("no/..", 0, true, TREE_SKIPPED, NULL);
	check("~no-such-user-at-all/x", 0, true, TREE_SKIPPED, NULL);
}

#define OPTIONAL " (\"optional: true\" skips a tree that is missing)\n"

static void test_errors(void)
{
	struct rootward_policy *policy;
	char text[PATH_MAX + 2];

	check_error("later", 1, -ENOENT,
		    "error p:2:5 \"later\" cannot be looked up: \"later\" does not exist" OPTIONAL);
	check_error("dir/no/where/else", 1, -ENOENT,
		    "error p:2:5 \"dir/no/where/else\" cannot be looked up: \"dir/no\" does not "
		    "exist" OPTIONAL);
	check_error("no/later", 0, -ENOENT,
		    "error p:2:5 \"no/later\" cannot be looked up: \"no\" does not exist" OPTIONAL);
	check_error("dangling", 1, -ENOENT,
		    "error p:2:5 \"dangling\" cannot be looked up: \"dangling\" is a symbolic link "
		    "to \"dir/later\", which does not exist" OPTIONAL);
	check_error("lost", 0, -ENOENT,
		    "error p:2:5 \"lost\" cannot be looked up: \"lost\" is a symbolic link to "
		    "\"no/where\", which does not exist" OPTIONAL);
	check_error("dir/sub/file/x", 0, -ENOTDIR,
		    "error p:2:5 \"dir/sub/file/x\" cannot be looked up: \"dir/sub/file\" is not a "
		    "directory" OPTIONAL);
	check_error("loop/x", 1, -ELOOP,
		    "error p:2:5 \"loop/x\" cannot be looked up: \"loop\": Too many levels of "
		    "symbolic links\n");
	check_error(
		"~no-such-user-at-all/x", 0, -ENOENT,
		"error p:2:5 \"~no-such-user-at-all/x\" names a user that does not exist or has "
		"no home directory\n");

	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	policy = resolve(text, 1, 0, false, -ENAMETOOLONG);
	ok(strstr(collected_text(&got), "longer than the system can use"),
	   "a path that is too long");
	ok(strlen(collected_text(&got)) < 400, "in a message that is not");
	rootward_policy_free(policy);
	text[300] = '\0';
	policy = resolve(text, 0, 1, true, -ENAMETOOLONG);
	rootward_policy_free(policy);
}

static void test_without_path(void)
{
	struct rootward_policy *policy;
	char path[64];
	int fds[2];

	ok(!pipe(fds), "a pipe");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[0]);
	policy = resolve(path, 1, 0, false, -EINVAL);
	ok(strstr(collected_text(&got), "no file or directory that a path leads to"), "no path");
	rootward_policy_free(policy);
	close(fds[0]);
	close(fds[1]);

	make_file("gone");
	fds[0] = open("gone", O_RDONLY | O_CLOEXEC);
	unlink("gone");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[0]);
	policy = resolve(path, 1, 0, false, -ESTALE);
	ok(strstr(collected_text(&got), "has been removed"), "a removed file");
	rootward_policy_free(policy);
	close(fds[0]);
}

static void test_home(void)
{
	struct passwd *pwd = getpwuid(getuid());
	char path[128];

	setenv("HOME", tempdir, 1);
	check("~", 1, false, TREE_PRESENT, "%s");
	check("~/dir", 1, false, TREE_PRESENT, "%s/dir");
	check("~/.ssh", 0, true, TREE_NAME_ONLY, "%s/.ssh");
	if (!pwd || access(pwd->pw_dir, F_OK)) {
		skip("the caller has no home directory", "the user database");
		return;
	}
	snprintf(path, sizeof(path), "~%s", pwd->pw_name);
	rootward_policy_free(resolve(path, 1, 0, false, 0));
	setenv("HOME", "relative", 1);
	rootward_policy_free(resolve("~", 1, 0, false, 0));
	unsetenv("HOME");
	rootward_policy_free(resolve("~", 1, 0, false, 0));
	setenv("HOME", tempdir, 1);
}

static void test_all_errors(void)
{
	struct rootward_opts opts = collect_opts(&got);
	struct rootward_policy *policy;

	collected_reset(&got);
	rootward_policy_new(&policy, "several");
	rootward_policy_add(policy, "loop", 1, 0, "--ro");
	rootward_policy_add(policy, "no/1", 1, 0, "--ro");
	rootward_policy_add(policy, "no/2", 1, 0, "--rw");
	is_int(policy_resolve(policy, &opts), -ELOOP, "three wrong paths: the first errno");
	is_int(got.count, 3, "and all the messages");
	is_int(policy_resolve(policy, NULL), -ELOOP, "the same without anybody to tell");
	rootward_policy_free(policy);
}

static void test_same_object(const char *one, const char *two, uint32_t deny, const char *messages)
{
	struct rootward_opts opts = collect_opts(&got);
	struct rootward_policy *policy;

	collected_reset(&got);
	rootward_policy_new(&policy, "two");
	rootward_policy_add(policy, one, deny ? 0 : 1, deny, "--one");
	rootward_policy_add(policy, two, deny ? 0 : 1, deny, "--two");
	is_int(policy_resolve(policy, &opts), messages ? -EINVAL : 0, "%s and %s", one, two);
	is_str(collected_text(&got), messages ? in_tempdir(messages) : "", "the messages");
	rootward_policy_free(policy);
}

static void test_same(void)
{
	test_same_object("dir", "link", 0,
			 "error --two \"dir\" and \"link\" are the same object, %s/dir (leave one "
			 "rule for it)\nnote --one \"dir\" is here\n");
	test_same_object(
		"dir/later", "dangling", 1,
		"error --two \"dir/later\" and \"dangling\" are the same object, "
		"%s/dir/later (leave one rule for it)\nnote --one \"dir/later\" is here\n");
	test_same_object("later", "later2", 1, NULL);
	test_same_object("dir", "dir/later", 1, NULL);
}

static void test_open(void)
{
	struct rootward_opts opts = collect_opts(&got);
	struct rootward_policy *policy = resolve("dir/sub", 1, 0, false, 0);
	const struct tree *tree = policy->trees;
	const char *name = NULL;
	struct stat st;
	int fd;

	fd = tree_open(tree, &opts);
	ok(fd >= 0 && !fstat(fd, &st) && st.st_ino == tree->ino && st.st_dev == tree->dev, "open");
	ok(fd >= 0 && fcntl(fd, F_GETFD) & FD_CLOEXEC, "close on exec");
	close(fd);
	fd = tree_open_parent(tree, &name, &opts);
	ok(fd >= 0 && !fstatat(fd, "sub", &st, 0) && st.st_ino == tree->ino, "open the parent");
	is_str(name, "sub", "the entry's name");
	close(fd);

	ok(!rename("dir/sub", "dir/aside"), "the directory is moved away");
	is_int(tree_open(tree, &opts), -ESTALE, "missing now");
	is_int(tree_open_parent(tree, &name, &opts), -ESTALE, "its entry, too");
	make_dir("dir/sub");
	is_int(tree_open(tree, &opts), -ESTALE, "another one in its place");
	is_int(tree_open_parent(tree, &name, &opts), -ESTALE, "in the entry, too");
	rmdir("dir/sub");
	make_link("aside", "dir/sub");
	is_int(tree_open(tree, &opts), -ESTALE, "a symbolic link in its place, to the same");
	is_int(got.count, 5, "each with a message");
	ok(strstr(collected_text(&got), "changed while the policy was prepared"), "that says so");
	unlink("dir/sub");
	ok(!rename("dir/aside", "dir/sub"), "the directory is back");
	fd = tree_open(tree, &opts);
	ok(fd >= 0, "and can be opened");
	close(fd);
	rootward_policy_free(policy);
}

static void test_open_name(void)
{
	struct rootward_opts opts = collect_opts(&got);
	struct rootward_policy *policy = resolve("dir/later", 0, 1, false, 0);
	const struct tree *tree = policy->trees;
	const char *name = NULL;
	int fd;

	is_int(tree_open(tree, &opts), -EINVAL, "a missing name cannot be opened");
	fd = tree_open_parent(tree, &name, &opts);
	ok(fd >= 0, "its directory can");
	is_str(name, "later", "the missing name");
	close(fd);
	rename("dir", "aside");
	make_dir("dir");
	is_int(tree_open_parent(tree, &name, &opts), -ESTALE, "another directory in its place");
	rmdir("dir");
	rename("aside", "dir");
	rootward_policy_free(policy);

	policy = resolve("/", 1, 0, false, 0);
	is_int(tree_open_parent(policy->trees, &name, &opts), -EINVAL, "the root is no entry");
	rootward_policy_free(policy);
}

static struct rootward_policy *resolve_following(const char *text, int wanted)
{
	struct rootward_opts opts = collect_opts(&got);
	struct rootward_policy *policy;

	collected_reset(&got);
	is_int(rootward_policy_parse(&policy, text, strlen(text), &opts), 0, "a rule on a name");
	is_int(policy_resolve(policy, &opts), wanted, "looked up");
	return policy;
}

static void test_open_following(void)
{
	struct rootward_opts opts = collect_opts(&got);
	struct rootward_policy *policy = resolve_following(
		"trees:\n- {path: dir/sub, allow: read, follow: path}\n"
		"- {path: link, allow: read, follow: inode}\n- {path: abs/file, allow: read}\n",
		0);
	const struct tree *tree = policy->trees;
	const char *name = NULL;
	int fd;

	ok(tree[0].follows_path && !tree[1].follows_path && !tree[2].follows_path,
	   "where it says so, not where it says inode or nothing");
	rename("dir/sub", "dir/aside");
	fd = tree_open_parent(tree, &name, &opts);
	ok(fd >= 0, "what has the name may have gone meanwhile");
	close(fd);
	rename("dir/aside", "dir/sub");
	rootward_policy_free(policy);

	policy = resolve_following("trees:\n- {path: /, allow: read, follow: path}\n", -EINVAL);
	ok(strstr(collected_text(&got), ":2:3 \"/\" has no name that a rule could follow"),
	   "the root is nobody's entry");
	rootward_policy_free(policy);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* More trees than descriptors, and fast. */
static void test_many(void)
{
	struct rlimit limit = { 64, 64 }, before;
	struct rootward_policy *policy = NULL;
	size_t size = 1 << 20, used;
	char *text = malloc(size), path[64];
	double start, parsed, done;
	int i, r;

	make_dir("many");
	used = snprintf(text, size, "trees:\n");
	for (i = 0; i < 10000; i++) {
		snprintf(path, sizeof(path), "many/%d", i);
		make_dir(path);
		used += snprintf(text + used, size - used,
				 "  - path: %s\n    allow: [read, write]\n    deny: [execute]\n",
				 path);
	}
	getrlimit(RLIMIT_NOFILE, &before);
	limit.rlim_max = before.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);

	start = now();
	is_int(rootward_policy_parse(&policy, text, used, NULL), 0, "parse 10000 trees");
	parsed = now();
	r = policy_resolve(policy, NULL);
	done = now();
	is_int(r, 0, "resolve them with 64 descriptors");
	printf("# parse %.0f ms, resolve %.0f ms\n", (parsed - start) * 1e3, (done - parsed) * 1e3);
	ok(done - start < 5, "in seconds at most, sanitizers and a busy machine included");

	setrlimit(RLIMIT_NOFILE, &before);
	rootward_policy_free(policy);
	free(text);
}

int main(void)
{
	enter_tempdir();
	make_dir("dir");
	make_dir("dir/sub");
	make_file("dir/sub/file");
	make_file("gone (deleted)");
	make_link("dir", "link");
	make_link("link", "chain");
	make_link(in_tempdir("%s/dir/sub"), "abs");
	make_link("dir/later", "dangling");
	make_link("no/where", "lost");
	make_link("loop", "loop");

	test_present();
	test_missing();
	test_errors();
	test_without_path();
	test_home();
	test_all_errors();
	test_same();
	test_open();
	test_open_name();
	test_open_following();
	test_many();
	collected_reset(&got);
	return done_testing();
}
