/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Labels that are under nothing: where the kernel lets programs read them. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "bpf_hooks.h"
#include "bpf_readers.h"
#include "cleanup.h"
#include "loaded_label.h"

#include <bpf/btf.h>

#define ANY "label: {xattr: user.rootward, value: secret}"
#define ANYWHERE BUT "- {" ANY ", deny: [all]}\n"
#define ANY_WORDS "label user.rootward=secret"

static bool kernel_reads(void)
{
	struct btf *btf = bpf_hooks_vmlinux();
	bool reads = bpf_readers_work(btf);

	btf__free(btf);
	return reads;
}

static void is_denied(struct rootward_explainer *x, const char *path, bool denied, bool unsure)
{
	struct rootward_question question = {
		.size = sizeof(question),
		.path = path,
		.ops = ROOTWARD_OP_READ_FILE,
	};
	const struct rootward_verdict *v;
	struct rootward_explanation *e;

	if (!is_int(rootward_explain(&e, x, &question, NULL), 0, path))
		return;
	v = rootward_explanation_verdict(e, ROOTWARD_OP_READ_FILE);
	is_int(!v->allowed, denied, denied ? "is denied by it" : "is not denied");
	is_int(!!v->unsure, unsure, unsure ? "for all that is seen" : "for sure");
	if (denied)
		is_str(v->tree, ANY_WORDS, "which is the label");
	rootward_explanation_free(e);
}

/* What no path leads to, as something is mounted over it, only the kernel's own walk comes by. */
static void test_explained(bool reads)
{
	_cleanup_close_ int dir = open("in/first", O_PATH | O_DIRECTORY | O_CLOEXEC);
	const char *text = "default: [all]\ntrees:\n- {" ANY ", deny: [all]}\n";
	struct rootward_explainer *x;
	struct rootward_policy *policy;
	char covered[64];

	snprintf(covered, sizeof(covered), "/proc/self/fd/%d/deep/file", dir);
	is_int(rootward_policy_parse(&policy, text, strlen(text), NULL), 0, "a label");
	if (!is_int(rootward_explainer_new(&x, &policy, 1, NULL), 0, "is explained"))
		return;
	is_denied(x, "in/first/deep/file", true, false);
	is_denied(x, "in/later/deep/file", false, false);
	is_int(mount("cover", "in/first", "tmpfs", 0, "") ? errno : 0, 0, "mounted over");
	is_denied(x, covered, reads, !reads);
	umount("in/first");
	rootward_explainer_free(x);
	rootward_policy_free(policy);
}

/* Programs of that many attributes and values are on the hooks. */
static int readers(void)
{
	_cleanup_closedir_ DIR *dir = opendir(BPF_KERNEL_PINS "/live");
	struct dirent *e;
	int n = 0;

	while (dir && (e = readdir(dir)))
		n += !strncmp(e->d_name, "reader_", 7) && strstr(e->d_name, "_rw_read_file_open");
	return n;
}

static void test_refused(void)
{
	is_int(load_text(ANYWHERE), -ENOTSUP, "a label under nothing is refused");
	ok(strstr(collected_text(&said), ":6:3 this kernel lets no program read the attributes"),
	   "with the place and the reason");
	tap_show("said:", collected_text(&said));
}

/* Of what was denied since.  Return: the last one's reason, or -1. */
static int told_last(struct rootward_watch *watch, struct label_told *told)
{
	*told = (struct label_told){ .reason = -1 };
	rootward_watch_read(watch, 500, label_note, told);
	return told->reason;
}

static void test_read(struct rootward_watch *watch)
{
	struct label_told told;

	is_int(readers(), 1, "one set of programs reads it");
	is_int(opens("in/first/deep/file"), -EACCES, "what carried it before is ruled");
	is_int(told_last(watch, &told), ROOTWARD_REASON_RULE, "and told");
	is_str(told.tree, ANY_WORDS, "by the label");
	is_int(opens("in/later/deep/file"), 0, "and nothing else is");
	is_int(opens("in/first"), -EACCES, "the directory itself is");
	is_int(mkdir("in/first/new", 0755) ? errno : 0, EACCES, "nothing is made there");
	is_int(rename("in/first/deep/file", "in/later/f") ? errno : 0, EACCES, "nor moved out");
	is_int(rename("in/later/deep/file", "in/first/f") ? errno : 0, EACCES, "nor in");
	is_int(rmdir("in/first") ? errno : 0, EACCES, "nor is it removed");
	is_int(label_entries(), 0, "none of it was looked for");
}

/* Whoever set or removed it, and however often it was allowed before. */
static void test_changes(void)
{
	int i, denied = 0;

	is_int(label_set(false, "in/later", "secret"), -EACCES, "who is under it sets none");
	is_int(label_set(false, "out", "x"), -EACCES, "anywhere, whatever the value");
	is_int(label_remove(false, "in/first"), -EACCES, "and none is removed");
	for (i = 0; i < 20; i++)
		denied += opens("out/side/deep/file") != 0;
	is_int(denied, 0, "allowed, again and again");
	is_int(label_set(true, "out/side", "secret"), 0, "who is not under it sets it");
	is_int(opens("out/side/deep/file"), -EACCES, "which is denied at once");
	label_set(true, "out/side", "secre");
	is_int(opens("out/side/deep/file"), 0, "a shorter value is another");
	label_set(true, "out/side", "secret\n");
	is_int(opens("out/side/deep/file"), 0, "a longer one, too");
	label_set(true, "out/side",
		  "0123456789012345678901234567890123456789012345678901234567890123"
		  "456789");
	is_int(opens("out/side/deep/file"), 0, "and one that is longer than any");
	label_set(true, "out/side", "secret");
	is_int(opens("out/side/deep/file"), -EACCES, "it counts again");
	is_int(label_rename(true, "out/side", "in/side", 0), 0, "it is moved");
	is_int(opens("in/side/deep/file"), -EACCES, "and the rule goes along");
	is_int(label_rename(true, "in/side", "out/side", 0), 0, "and back");
	label_remove(true, "out/side");
	is_int(opens("out/side/deep/file"), 0, "until it is removed");
	label_set(true, "in/some/where/file", "secret");
	is_int(opens("in/some/where/file"), 0, "on a file it means nothing");
	label_remove(true, "in/some/where/file");
}

/* Nearest first, rules by path and labels mixed, whichever is above. */
static void test_nearest(void)
{
	label_set(true, "out/side", "open");
	is_int(load_text(BUT "- {path: out, deny: [read_file]}\n"
			     "- {label: {xattr: user.rootward, value: open}, allow: [all]}\n"
			     "- {" ANY ", deny: [all]}\n"
			     "- {path: in/first/deep, allow: [all]}\n"),
	       0, "paths and two labels");
	tap_show("said:", collected_text(&said));
	is_int(readers(), 2, "two sets of programs read them");
	is_int(opens("out/side/deep/file"), 0, "a label allows in what a path denies");
	is_int(opens("in/first/deep/file"), 0, "a path allows in what a label denies");
	label_make("in/later/other");
	label_set(true, "in", "secret");
	is_int(opens("in/later/other"), -EACCES, "a label above");
	label_set(true, "in/later", "open");
	is_int(opens("in/later/other"), 0, "one beneath it");
	label_set(true, "in/later/deep", "secret");
	is_int(opens("in/later/deep/file"), -EACCES, "one beneath that");
	label_remove(true, "in/later/deep");
	label_remove(true, "in/later");
	label_remove(true, "in");
	label_remove(true, "out/side");
	is_int(opens("out/side/deep/file"), -EACCES, "and without any the path denies");
	is_int(load_text(ANYWHERE), 0, "one label again");
	is_int(readers(), 1, "the other's programs have gone");
}

static void test_mounts(struct rootward_watch *watch)
{
	struct label_told told;

	label_make("bound/x");
	is_int(mount("in/first/deep", "bound", NULL, MS_BIND, NULL) ? errno : 0, 0,
	       "what is beneath it, mounted elsewhere");
	is_int(opens("bound/file"), -EACCES, "is ruled there, too");
	umount("bound");
	mkdir("never", 0755);
	mkdir("never/seen", 0755);
	close(open("never/seen/file", O_CREAT | O_WRONLY, 0644));
	is_int(mount("never/seen", "bound", NULL, MS_BIND, NULL) ? errno : 0, 0, "another");
	is_int(opens("bound/file"), 0, "is not: what is above it is known");
	umount("bound");
	is_int(mount("in/first", "in/later", NULL, MS_BIND, NULL) ? errno : 0, 0, "itself");
	is_int(opens("in/later/deep/file"), -EACCES, "is where it is mounted");
	umount("in/later");
	is_int(mount("cover", "in/first", "tmpfs", 0, "") ? errno : 0, 0, "mounted over");
	close(open("in/first/file", O_CREAT | O_WRONLY, 0644));
	is_int(opens("in/first/file"), 0, "what covers it is not ruled by it");
	label_set(true, "in/first", "secret");
	is_int(opens("in/first/file"), -EACCES, "but by a label of its own");
	umount("in/first");
	told_last(watch, &told);
}

/* By who is not under the policy, so that nothing is read. */
static int make_unread(void *data)
{
	gid_t group = 77;

	if (setgroups(1, &group))
		return 255;
	label_make("shut/deep/file");
	label_make("veil/deep/file");
	return chmod("shut", 0711) ? 254 : 0;
}

static void test_unread(struct rootward_watch *watch)
{
	struct label_told told;

	is_int(in_child(make_unread, NULL), 0, "directories that nobody has read");
	is_int(in_child(as_user, "shut/deep/file"), EACCES,
	       "one that the caller may search and not read");
	is_int(told_last(watch, &told), ROOTWARD_REASON_UNREAD, "is told to be unread");
	is_int(opens("shut/deep/file"), 0, "root may read it");
	is_int(in_child(as_user, "shut/deep/file"), 0, "and then it is known");
	is_int(mount("veil/deep", "bound", NULL, MS_BIND, NULL) ? errno : 0, 0,
	       "behind a bind mount");
	is_int(opens("bound/file"), -EACCES, "another might deny");
	is_int(told_last(watch, &told), ROOTWARD_REASON_UNREAD, "which is told");
	is_int(opens("veil/deep/file"), 0, "by a path that shows it");
	is_int(opens("bound/file"), 0, "it becomes known");
	is_int(label_set(true, "veil", "secret"), 0, "until it gets a label");
	is_int(opens("bound/file"), -EACCES, "then it is not");
	is_int(told_last(watch, &told), ROOTWARD_REASON_UNREAD, "and nothing else is told of it");
	is_int(opens("veil/deep/file"), -EACCES, "read again");
	is_int(opens("bound/file"), -EACCES, "it denies behind the mount");
	is_int(told_last(watch, &told), ROOTWARD_REASON_RULE, "as a rule");
	label_remove(true, "veil");
	umount("bound");
}

static int reads_first(void)
{
	return -opens("in/first/deep/file");
}

static int reads_later(void)
{
	return -opens("in/later/deep/file");
}

static void test_run(void)
{
	struct bpf_state *state;

	if (!is_int(session_begin(&state, "default: [all]\ntrees:\n- {" ANY ", deny: [all]}\n"), 0,
		    "a command's policy with such a label"))
		return;
	is_int(confined(state, reads_first), EACCES, "it is ruled by it");
	is_int(confined(state, reads_later), 0, "and not elsewhere");
	is_int(opens("in/first/deep/file"), 0, "others are not");
	session_end(state);
}

static void test_too_many(void)
{
	char text[1024] = BUT;
	unsigned int i;

	for (i = 0; i <= RW_READERS; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "- {label: {xattr: user.rootward, value: v%u}, deny: [all]}\n", i);
	is_int(load_text(text), -ENOSPC, "more than can be read");
	is_int(readers(), 1, "leaves nothing behind");
	is_int(opens("in/first/deep/file"), -EACCES, "and what was loaded stays");
}

void test_labels_anywhere(void)
{
	struct rootward_watch *watch;

	test_explained(kernel_reads());
	if (!kernel_reads()) {
		test_refused();
		return;
	}
	is_int(load_text(ANYWHERE), 0, "a label under nothing");
	tap_show("said:", collected_text(&said));
	if (!is_int(rootward_watch_new(&watch, "t", ROOTWARD_WATCH_DENIED, NULL), 0, "watched"))
		return;
	test_read(watch);
	test_changes();
	test_mounts(watch);
	test_unread(watch);
	rootward_watch_free(watch);
	test_too_many();
	test_nearest();
	rootward_unload("t", NULL);
	is_int(readers(), 0, "unloaded, its programs have gone");
	is_int(opens("in/first/deep/file"), 0, "and nothing is ruled");
	test_run();
	is_int(readers(), 0, "and so have the command's");
}
