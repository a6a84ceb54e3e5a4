/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What policies say of labels, and where. */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cleanup.h"
#include "loaded_label.h"

/* Rules by path, and by label, on one directory and on names in it. */
static void test_both(void)
{
	label_set(true, "in/later", "secret");
	is_int(load_text(BUT "- {path: in/later, allow: [all]}\n- {" LABEL "}, deny: [read_file]}\n"
			     "- {path: in/some, deny: [read_file]}\n"),
	       0, "a path and a label");
	tap_show("said:", collected_text(&said));
	is_int(opens("in/later/deep/file"), -EACCES, "what either denies is denied");
	label_remove(true, "in/later");
	is_int(opens("in/later/deep/file"), 0, "the path's rule stays when the label goes");
	is_int(load_text(BUT "- {path: in/later, deny: [read_file]}\n- {" LABEL "}, allow: [all]}\n"
			     "- {path: in, deny: [read_file]}\n"),
	       0, "the other way round");
	is_int(label_set(true, "in/later", "secret"), 0, "a label that allows");
	is_int(opens("in/later/deep/file"), -EACCES, "does not where its path denies");
	is_int(label_set(true, "in/some/where", "secret"), 0, "elsewhere");
	is_int(opens("in/some/where/file"), 0, "it allows in what is denied");
	label_remove(true, "in/some/where");
	is_int(opens("in/some/where/file"), -EACCES, "while it is there");
	label_remove(true, "in/later");
}

static int set_in_78(void *data)
{
	gid_t group = 78;

	if (setgroups(1, &group))
		return 255;
	return setxattr("in/later", ATTRIBUTE, "secret", 6, 0) ? 254 : -opens("in/later");
}

static void see_rule(void *data, const struct rootward_rule_state *rule)
{
	*(bool *)data |= !strcmp(rule->path, LABEL_WORDS) && !rule->moved;
}

static void test_set_by(void)
{
	bool seen = false;

	is_int(load_text(BUT "- {" LABEL ", set: [{gid: 78}]}, deny: [all]}\n"), 0,
	       "some may set it");
	tap_show("said:", collected_text(&said));
	is_int(label_set(false, "in/later", "secret"), -EACCES, "others may not");
	is_int(in_child(set_in_78, NULL), EACCES, "they may, and are under it all the same");
	label_remove(true, "in/later");
	rootward_status_rules("t", see_rule, &seen);
	ok(seen, "status calls it " LABEL_WORDS);
}

/* What is mounted over does not hide what carries a label. */
static void test_covered(void)
{
	label_set(true, "in/later/deep", "secret");
	is_int(mount("cover", "in/later", "tmpfs", 0, "") ? errno : 0, 0, "mounted over");
	is_int(load_text(LABELLED), 0, "then loaded");
	umount("in/later");
	is_int(opens("in/later/deep/file"), -EACCES, "it is found all the same");
	label_remove(true, "in/later/deep");
	is_int(load_text(BUT
			 "- {label: {xattr: user.rootward, value: x, under: in/later/deep/file}, "
			 "deny: [all]}\n"),
	       -ENOTDIR, "a file has nothing beneath");
}

static void test_numbers(void)
{
	char text[1024] = BUT;
	unsigned int i;

	for (i = 0; i <= RW_DOMAIN_LABELS; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "- {label: {xattr: user.n%u, value: x, under: in}, deny: [all]}\n", i);
	is_int(load_text(text), -ENOSPC, "more labels than a policy can have");
	is_int(opens("in/first/deep/file"), -EACCES, "what was loaded stays");
}

static int reads_first(void)
{
	return -opens("in/first/deep/file");
}

static int sets_later(void)
{
	return setxattr("in/later", ATTRIBUTE, "secret", 6, 0) ? errno : 0;
}

void test_label_run(void)
{
	struct bpf_state *state;

	if (!is_int(session_begin(&state, "default: [all]\ntrees:\n- {" LABEL "}, deny: [all]}\n"),
		    0, "a command's policy with a label"))
		return;
	is_int(confined(state, reads_first), EACCES, "it is ruled by it");
	is_int(confined(state, sets_later), EACCES, "and sets none");
	is_int(opens("in/first/deep/file"), 0, "others are not");
	session_end(state);
}

void test_label_rules(void)
{
	test_both();
	test_set_by();
	test_covered();
	test_numbers();
}
