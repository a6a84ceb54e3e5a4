/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "cleanup.h"
#include "loaded_label.h"

struct change {
	const char *path;
	const char *to;
	const char *value;
	int set_flags;
	unsigned int flags;
	gid_t group;
};

static int change(const struct change *c)
{
	int r;

	if (c->to)
		r = renameat2(AT_FDCWD, c->path, AT_FDCWD, c->to, c->flags);
	else if (c->value)
		r = setxattr(c->path, ATTRIBUTE, c->value, strlen(c->value), c->set_flags);
	else
		r = removexattr(c->path, ATTRIBUTE);
	return r ? errno : 0;
}

static int change_as(void *data)
{
	struct change *c = data;

	return setgroups(1, &c->group) ? 255 : change(c);
}

static int change_by(bool outside, struct change c)
{
	c.group = 77;
	return outside ? -in_child(change_as, &c) : -change(&c);
}

int label_set(bool outside, const char *path, const char *value)
{
	return change_by(outside, (struct change){ .path = path, .value = value });
}

int label_remove(bool outside, const char *path)
{
	return change_by(outside, (struct change){ .path = path });
}

int label_rename(bool outside, const char *from, const char *to, unsigned int flags)
{
	return change_by(outside, (struct change){ .path = from, .to = to, .flags = flags });
}

int label_entries(void)
{
	_cleanup_close_ int map = bpf_obj_get(BPF_KERNEL_PINS "/live/labelled");
	struct rw_ident key, *last = NULL;
	int n = 0;

	while (map >= 0 && bpf_map_get_next_key(map, last, &key) == 0) {
		last = &key;
		n++;
	}
	return n;
}

void label_make(const char *path)
{
	char copy[128], *slash;

	snprintf(copy, sizeof(copy), "%s", path);
	for (slash = strchr(copy, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		mkdir(copy, 0755);
		*slash = '/';
	}
	close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
}

static void test_found(void)
{
	is_int(load_text(LABELLED), 0, "a policy with a label");
	tap_show("said:", collected_text(&said));
	is_int(opens("in/first/deep/file"), -EACCES, "what carries it already is found");
	is_int(opens("in/later/deep/file"), 0, "and nothing else");
	is_int(label_entries(), 1, "one directory");
}

void label_note(void *data, const struct rootward_event *event)
{
	struct label_told *told = data;

	snprintf(told->tree, sizeof(told->tree), "%s", event->tree ? event->tree : "");
	told->reason = event->reason;
	told->n++;
}

static void test_told(void)
{
	struct rootward_watch *watch;
	struct label_told told = {};

	if (!is_int(rootward_watch_new(&watch, "t", ROOTWARD_WATCH_DENIED, NULL), 0, "watched"))
		return;
	opens("in/first/deep/file");
	rootward_watch_read(watch, 1000, label_note, &told);
	ok(told.n == 1 && told.reason == ROOTWARD_REASON_RULE, "what is denied is told");
	is_str(told.tree, LABEL_WORDS, "by the label");
	label_set(false, "in/later", "secret");
	rootward_watch_read(watch, 1000, label_note, &told);
	ok(told.n == 2 && told.reason == ROOTWARD_REASON_LABEL, "so is one that is not set");
	is_str(told.tree, LABEL_WORDS, "which it is");
	rootward_watch_free(watch);
}

/* Nobody under the policy makes labels, or takes them. */
static void test_who_sets(void)
{
	is_int(label_set(false, "in/later", "secret"), -EACCES, "who is under it sets none");
	is_int(label_set(false, "in/later", "other"), -EACCES, "nor another value");
	is_int(label_set(false, "in/later/deep/file", "other"), -EACCES, "nor on a file");
	is_int(label_set(false, "in", "secret"), -EACCES, "nor on what it is under");
	is_int(setxattr("in/later", "user.rootward2", "x", 1, 0) ? errno : 0, 0,
	       "another attribute is no matter");
	is_int(label_set(false, "out", "secret"), 0, "nor is another place");
	is_int(opens("out/side/deep/file"), 0, "where it means nothing");
	is_int(label_remove(false, "out"), 0, "and goes");
	is_int(label_remove(false, "in/first"), -EACCES, "and none is removed");
	is_int(opens("in/first/deep/file"), -EACCES, "so it stands");
}

/* The answers before it are such as are kept (verdict.bpf.h). */
static void test_set_later(void)
{
	int i, denied = 0;

	for (i = 0; i < 20; i++)
		denied += opens("in/later/deep/file") != 0;
	is_int(denied, 0, "allowed, again and again");
	is_int(label_set(true, "in/later", "secret"), 0, "who is not under it sets it");
	is_int(opens("in/later/deep/file"), -EACCES, "which is denied at once");
	is_int(label_set(true, "in/later", "secret"), 0, "once more");
	is_int(label_set(true, "in/later", "secre"), 0, "another value");
	is_int(opens("in/later/deep/file"), 0, "and it is allowed");
	is_int(label_set(true, "in/later", "secret\n"), 0, "a longer one");
	is_int(opens("in/later/deep/file"), 0, "likewise");
	is_int(label_set(true, "in/later", "secret"), 0, "the label again");
	is_int(opens("in/later/deep/file"), -EACCES, "denied again");
	is_int(label_remove(true, "in/later"), 0, "removed");
	is_int(opens("in/later/deep/file"), 0, "and it is allowed");
	is_int(label_remove(true, "in/later"), -ENODATA, "there is none to remove");
	is_int(change_by(true, (struct change){ .path = "in/later",
						.value = "secret",
						.set_flags = XATTR_REPLACE }),
	       -ENODATA, "one that cannot be set");
	is_int(opens("in/later/deep/file"), 0, "counts for nothing");
	is_int(label_set(true, "in/later", "secret"), 0, "set after that");
	is_int(opens("in/later/deep/file"), -EACCES, "it counts");
	is_int(label_remove(true, "in/later"), 0, "removed");
	is_int(label_set(true, "in/some/where/file", "secret"), 0, "a file may carry it");
	is_int(opens("in/some/where/file"), 0, "which means nothing");
}

static void test_stays(void)
{
	is_int(rename("in/first", "in/moved") ? errno : 0, EACCES, "what carries it stays");
	is_int(rename("in", "im") ? errno : 0, EACCES, "and what is above");
	is_int(label_rename(false, "in/some", "in/same", 0), 0, "others may move");
	is_int(label_rename(false, "in/same", "in/some", 0), 0, "and back");
	label_set(true, "in/some/where", "secret");
	is_int(label_rename(false, "in/some", "in/same", 0), -EACCES,
	       "but not above one that carries it since");
	is_int(label_remove(true, "in/some/where"), 0, "which is removed");
}

static void test_moves(void)
{
	label_set(true, "out/side/deep", "secret");
	is_int(label_rename(true, "out/side", "in/side", 0), -EXDEV,
	       "no directory is moved into the scope, whoever does it");
	is_int(label_rename(true, "out/side", "in/later", RENAME_EXCHANGE), -EXDEV,
	       "or taken in exchange");
	is_int(label_rename(true, "in/later", "out/side", RENAME_EXCHANGE), -EXDEV, "either way");
	label_make("out/plain");
	is_int(label_rename(true, "out/plain", "in/plain", 0), 0, "a file is");
	is_int(label_rename(true, "in/first", "in/some/first", 0), 0, "within it may be moved");
	is_int(opens("in/some/first/deep/file"), -EACCES, "and the rule goes along");
	is_int(rename("in/some", "in/same") ? errno : 0, EACCES, "with guards above it");
	is_int(label_rename(true, "in/some/first", "out/first", 0), 0, "and out of it");
	is_int(opens("out/first/deep/file"), -EACCES, "where it stays ruled");
	is_int(label_remove(false, "out/first"), -EACCES, "and the label is not taken off");
	is_int(label_remove(true, "out/first"), 0, "but by who is outside");
	is_int(opens("out/first/deep/file"), 0, "then it is ruled no more");
	is_int(label_rename(true, "out/first", "in/first", 0), -EXDEV, "it does not come back");
	label_remove(true, "out/side/deep");
}

/* A directory that goes makes room, and the next to have its number is another. */
static int turn_over(void *data)
{
	gid_t group = 77;
	struct stat old, new;
	int i, same = 0;

	if (setgroups(1, &group))
		return 255;
	for (i = 0; i < 20; i++) {
		mkdir("in/number", 0755);
		if (setxattr("in/number", ATTRIBUTE, "secret", 6, 0) || stat("in/number", &old) ||
		    rmdir("in/number") || mkdir("in/number", 0755) || stat("in/number", &new))
			return 254;
		same += old.st_ino == new.st_ino;
		if (i < 19)
			rmdir("in/number");
	}
	return same;
}

static void test_number_again(void)
{
	int before = label_entries(), same = in_child(turn_over, NULL);

	ok(same <= 20, "20 directories go, the next has the number of %d of them", same);
	is_int(opens("in/number"), 0, "and is not ruled");
	is_int(label_entries(), before, "what has gone leaves nothing behind");
	rmdir("in/number");
}

static int fill(void *data)
{
	unsigned int *set = data;
	gid_t group = 77;
	char path[64];
	unsigned int i;

	if (setgroups(1, &group))
		return 255;
	for (i = 0; i < RW_LABELLED_LATER + 20; i++) {
		snprintf(path, sizeof(path), "in/many/%u", i);
		mkdir(path, 0755);
		if (setxattr(path, ATTRIBUTE, "secret", 6, 0) == 0)
			set[0]++;
		else if (errno == EACCES)
			set[1]++;
	}
	return 0;
}

static int clear_away(void *data)
{
	gid_t group = 77;

	return setgroups(1, &group) ? 255 : system("rm -rf in/many") != 0;
}

static void test_no_room(void)
{
	unsigned int *set =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned int before = label_entries();
	char path[64];

	mkdir("in/many", 0755);
	is_int(in_child(fill, set), 0, "labels, one after the other");
	is_int(set[0], RW_LABELLED_LATER, "there is room for so many (%u before)", before);
	is_int(set[1], 20, "and for no more: the attribute is not set");
	snprintf(path, sizeof(path), "in/many/%u", RW_LABELLED_LATER - 1);
	is_int(opens(path), -EACCES, "the last counts");
	is_int(label_set(true, "in/later", "secret"), -EACCES, "nowhere");
	is_int(opens("in/later/deep/file"), 0, "what has it not is not ruled");
	is_int(label_remove(true, "in/many/0"), 0, "where one goes");
	is_int(label_set(true, "in/later", "secret"), 0, "another comes");
	is_int(opens("in/later/deep/file"), -EACCES, "and counts");
	label_remove(true, "in/later");
	munmap(set, 4096);
	is_int(in_child(clear_away, NULL), 0, "cleared away");
	is_int(label_entries(), before, "there is room again");
}

void test_labels(void)
{
	const char *place = getenv("ROOTWARD_EXT4");
	int home = open(".", O_PATH | O_CLOEXEC);
	char command[256];

	if (!place)
		place = "/tmp";
	if (chdir(place) || (mkdir("labelled", 0755) && errno != EEXIST) || chdir("labelled")) {
		ok(false, "a place for labels");
		return;
	}
	label_make("in/first/deep/file");
	label_make("in/later/deep/file");
	label_make("in/some/where/file");
	label_make("out/side/deep/file");
	if (label_set(false, "in/first", "secret") == -EOPNOTSUPP) {
		skip("no attributes of users on this filesystem", "labels");
	} else {
		test_found();
		test_told();
		test_who_sets();
		test_set_later();
		test_stays();
		test_number_again();
		test_no_room();
		test_moves();
		label_make("in/first/deep/file");
		label_set(true, "in/first", "secret");
		test_label_rules();
		test_labels_meanwhile();
		rootward_unload("t", NULL);
		test_label_run();
		test_labels_anywhere();
		is_int(label_entries(), 0, "nothing stays");
	}
	if (fchdir(home) == 0)
		close(home);
	snprintf(command, sizeof(command), "rm -rf %s/labelled", place);
	is_int(system(command), 0, "cleared away");
}
