/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From what a command did to a policy: tables of both, for somebody at home in /home/me. */
#include <ctype.h>
#include <errno.h>

#include <rootward.h>

#include "cleanup.h"
#include "learn-lessons.h"
#include "learn.h"
#include "ops.h"
#include "policy.h"
#include "tap.h"

/*
 * What there is, by the name: tmp... and numbers are gone, link... are symbolic links, a name with
 * a dot within is a file, so is what begins with a dash, all else are directories.
 */
static enum learn_kind kind(void *data, const char *path)
{
	const char *name = strrchr(path, '/') + 1;

	if (!strncmp(name, "tmp.", 4) || !strncmp(name, "link", 4) || isdigit(name[0]))
		return LEARN_NOTHING;
	return name[0] && (strchr(name + 1, '.') || name[0] == '-') ? LEARN_FILE : LEARN_DIRECTORY;
}

static const char *const secrets[] = { "/home/me/.ssh", "/home/me/.netrc.x", "/etc/shadow.x",
				       "/etc/ssl/private" };

static int play(struct learn *learn, const struct lesson *lesson)
{
	int r = learn_init(learn, "/home/me", lesson->cwd);

	for (size_t i = 0; r == 0 && i < sizeof(secrets) / sizeof(secrets[0]); i++)
		r = learn_secret(learn, secrets[i]);
	if (r == 0)
		r = learn_home(learn, "/srv/people/bo", true)
			    ?: learn_home(learn, "/var/www", false);
	for (size_t i = 0; r == 0 && lesson->does[i]; i++) {
		_cleanup_free_ char *line = strdup(lesson->does[i]);
		char *path = line;
		char *word = strsep(&path, " ");
		uint32_t ops = 0;

		for (char *w; (w = strsep(&word, ","));)
			ops |= ops_from_word(w);
		r = learn_add(learn, path, ops);
	}
	if (r == 0)
		r = learn_fold(learn, kind, NULL);
	return r;
}

static char *write_text(const struct learn *learn, const char *intro)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	learn_write(out, learn, intro);
	fclose(out);
	return text;
}

static void test_lessons(void)
{
	for (size_t i = 0; i < sizeof(lessons) / sizeof(lessons[0]); i++) {
		const struct lesson *lesson = &lessons[i];
		_cleanup_free_ char *text = NULL;
		struct rootward_policy *policy = NULL;
		const char *got;
		struct learn learn;

		is_int(play(&learn, lesson), 0, "%s", lesson->text);
		text = write_text(&learn, "");
		got = text;
		if (strncmp(lesson->want, "default", 7) && !strncmp(got, "default: []\n", 12))
			got += 12;
		is_str(got, lesson->want, "the policy");
		is_int(rootward_policy_parse(&policy, text, strlen(text), NULL), 0, "is one");
		rootward_policy_free(policy);
		learn_done(&learn);
	}
}

static void test_names(void)
{
	static const char *const names[] = {
		"a",	  "~",	    "~/x",	  ".",	  "-",	  "null",   "No",	"0",
		"a b",	  "a: b",   "#",	  "a #b", "[x]",  "{",	    "*",	"&a",
		"!t",	  "|",	    ">",	  "@a",	  "`",	  "\"",	    "'",	"\\",
		"\\n",	  "a\nb",   "\t",	  "\x01", "\x7f", "\u00e9", "\xc2\x85", "\u2028",
		"\u2066", "\ufeff", "\U0001f600", " a",	  "a ",	  "a,b",    "%a",	"?",
		"? a",	  "---",    "...",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		_cleanup_free_ char *quoted = learn_quoted(names[i]), *text = NULL, *flow = NULL;
		struct rootward_policy *policy = NULL;

		if (asprintf(&text, "trees:\n  - path: %s    # 2\n    allow: [read]\n", quoted) <
			    0 ||
		    asprintf(&flow, "trees:\n  - {path: %s, deny: [all]}\n", quoted) < 0)
			exit(99);
		ok(learn_can_quote(names[i]), "%s can be said", quoted);
		rootward_policy_parse(&policy, text, strlen(text), NULL);
		is_str(policy ? policy->trees[0].path : NULL, names[i], "and reads back");
		rootward_policy_free(policy);
		policy = NULL;
		rootward_policy_parse(&policy, flow, strlen(flow), NULL);
		is_str(policy ? policy->trees[0].path : NULL, names[i], "in brackets too");
		rootward_policy_free(policy);
	}
	ok(!learn_can_quote("\xff") && !learn_can_quote("a\xc3"), "bytes that are no text cannot");
}

/* What is not shown, or turns what is around it, is escaped, and reads back. */
static void test_unseen(void)
{
	static const char *const names[] = {
		"\u00ad", "\u061c", "\u115f", "\u1160", "\u180e", "\u200b", "\u202e",
		"\u2060", "\u2066", "\u2069", "\u206f", "\u3164", "\ufeff", "\uffa0",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		_cleanup_free_ char *quoted = learn_quoted(names[i]);

		ok(!strncmp(quoted, "\"\\u", 3) && strlen(quoted) == 8, "%s is escaped", quoted);
	}
}

static void test_refused(void)
{
	static const char *const paths[] = { "", "a", "//", "/a//b", "/./a", "/a/..", "/.." };
	struct learn learn;

	learn_init(&learn, NULL, NULL);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		is_int(learn_add(&learn, paths[i], ROOTWARD_OP_STAT), -EINVAL, "no path: \"%s\"",
		       paths[i]);
	is_int(learn_add(&learn, "/", ROOTWARD_OP_MAKE_DIR), -EINVAL, "the root is no entry");
	is_int(learn_add(&learn, "/...", ROOTWARD_OP_STAT), 0, "but this is a name");
	learn_done(&learn);
}

/* A policy that is there: it says some of it already, and its places of secrets are its owner's. */
static void test_base(void)
{
	struct learn learn;
	char *text;

	learn_init(&learn, "/home/me", NULL);
	learn.default_base = ROOTWARD_OP_READ_FILE;
	learn_secret(&learn, "/home/me/.ssh");
	learn_secret(&learn, "/home/me/.aws");
	learn_secret(&learn, "/srv/secret");
	learn_base(&learn, "/home/me/.aws", 0);
	learn_base(&learn, "/srv", ROOTWARD_OP_WRITE_FILE | ROOTWARD_OP_MAKE_REG);
	learn_add(&learn, "/srv/a.txt", ROOTWARD_OP_WRITE_FILE);
	learn_add(&learn, "/home/me/tmp.x", ROOTWARD_OP_MAKE_REG);
	learn_fold(&learn, kind, NULL);
	text = write_text(&learn, "");
	is_str(text,
	       "default: []\ntrees:\n  # the home directory\n  - path: \"~\"\n    allow: [make_reg]\n"
	       "  # places of secrets, which the trees above would open\n"
	       "  - {path: ~/.ssh, deny: [write, execute, read_dir, stat, readlink, getxattr, chroot, "
	       "watch, connect], optional: true}\n",
	       "beside what there is: it is not taken away");
	free(text);
	learn_done(&learn);
}

/* Told by name: what has more allowed on it where it comes. */
static void test_moved(void)
{
	struct learn learn;
	char *text;

	learn_init(&learn, NULL, NULL);
	is_int(learn_moved(&learn, "/srv/tmp/tmp.1", ROOTWARD_OP_EXECUTE), 0, "moved");
	is_int(learn_moved(&learn, "/", ROOTWARD_OP_EXECUTE), -EINVAL, "not the root");
	learn_fold(&learn, kind, NULL);
	text = write_text(&learn, "");
	is_str(text,
	       "default: []\ntrees:\n  # the system\n  - path: /srv/tmp\n    allow: [execute]\n",
	       "is allowed as much where it was");
	free(text);
	learn_done(&learn);
}

/* What is as wide as can be is counted, or told with what it is for. */
static void test_told(void)
{
	const struct learn_node *home;
	struct learn learn;

	learn_init(&learn, "/home/me", NULL);
	learn_add(&learn, "/", ROOTWARD_OP_READ_DIR | ROOTWARD_OP_STAT);
	learn_add(&learn, "/tmp.x", ROOTWARD_OP_MAKE_REG | ROOTWARD_OP_WRITE_FILE);
	learn_add(&learn, "/tmp.y", ROOTWARD_OP_STAT);
	learn_add(&learn, "/home/me/tmp.b", ROOTWARD_OP_MAKE_REG);
	learn_add(&learn, "/home/me/tmp.a", ROOTWARD_OP_STAT);
	home = learn.home;
	learn_fold(&learn, kind, NULL);
	is_int(learn.left_names, 2, "of the root two are left out");
	is_int(learn.left_out, ROOTWARD_OP_READ_DIR | ROOTWARD_OP_MAKE_REG | ROOTWARD_OP_WRITE_FILE,
	       "all of it");
	is_str(home->cause ? home->cause->name : NULL, "tmp.b", "why home is opened");
	learn_done(&learn);
}

static void test_intro(void)
{
	struct learn learn;
	char *text;

	learn_init(&learn, NULL, NULL);
	learn_fold(&learn, kind, NULL);
	text = write_text(&learn, "a\ndefault: [all]");
	is_str(text, "# a\n# default: [all]\ndefault: []\n",
	       "what is said in front stays a comment");
	free(text);
	learn_done(&learn);
}

int main(void)
{
	test_lessons();
	test_names();
	test_unseen();
	test_refused();
	test_base();
	test_moved();
	test_told();
	test_intro();
	return done_testing();
}
