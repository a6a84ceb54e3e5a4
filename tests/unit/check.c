/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is said of policies that are not wrong, and of engines that are only asked. */
#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "collect.h"
#include "engine.h"
#include "tap.h"
#include "tempdir.h"

static struct collected said;

static void write_policy(const char *text)
{
	FILE *file = fopen("p.yaml", "w");

	if (!file || fputs(text, file) == EOF || fclose(file))
		exit(99);
}

/* The policy, or NULL; what was said is in said. */
static struct rootward_policy *check(const char *text, int wanted, const char *what)
{
	struct rootward_policy *policy = NULL;
	struct rootward_opts opts;

	collected_reset(&said);
	opts = collect_opts(&said);
	write_policy(text);
	is_int(rootward_policy_check(&policy, "p.yaml", &opts), wanted, "%s", what);
	return policy;
}

/* The whole of what is said about a policy that is no mistake. */
static void says(const char *text, const char *wanted, const char *what)
{
	rootward_policy_free(check(text, 0, what));
	is_str(collected_text(&said), wanted, "%s: what is said", what);
}

#define BASE "default: [execute]\ntrees:\n  - path: dir\n    allow: [read]\n"
#define OTHER(path) "  - path: " path "\n    "

#define LABELLED(under)                                                                            \
	"default: [all]\ntrees:\n"                                                                 \
	"  - label: {xattr: user.rootward, value: secret, under: " under "}\n    deny: [read]\n"

static void test_labels(void)
{
	struct rootward_policy *policy;
	struct rootward_opts opts;

	policy = check(LABELLED("dir"), 0, "a label");
	is_str(collected_text(&said),
	       "note p.yaml labels can come to be anywhere, so rules that change nothing are not "
	       "looked for\n",
	       "a label: what is said");
	collected_reset(&said);
	opts = collect_opts(&said);
	is_int(rootward_engine_check(ROOTWARD_ENGINE_LANDLOCK, policy, &opts), -ENOTSUP,
	       "landlock refuses it");
	ok(strstr(collected_text(&said),
		  "error p.yaml:3:5 landlock does not see extended attributes: "
		  "label user.rootward=secret under dir cannot be enforced (use the bpf engine)\n"),
	   "and says where: %s", collected_text(&said));
	opts.best_effort = true;
	is_int(rootward_engine_check(ROOTWARD_ENGINE_LANDLOCK, policy, &opts), -ENOTSUP,
	       "at its best, too");
	rootward_policy_free(policy);
	check(LABELLED("missing"), -EINVAL, "under what does not exist");
	check(LABELLED("dir/file"), -EINVAL, "under a file");
	is_str(collected_text(&said),
	       "error p.yaml:3:5 \"label user.rootward=secret under dir/file\" is not under a "
	       "directory\n"
	       "note p.yaml labels can come to be anywhere, so rules that change nothing are not "
	       "looked for\n",
	       "under a file: what is said");
	rootward_policy_free(check(LABELLED("missing") "    optional: true\n", 0, "if it exists"));
}

#define ANYWHERE                                                                                   \
	"default: [all]\ntrees:\n  - label: {xattr: user.rootward, value: secret}\n    deny: [read]\n"

/* Only a kernel with its own walk for programs lets them be read; no other is tested here. */
static void test_labels_anywhere(void)
{
	struct rootward_policy *policy = check(ANYWHERE, 0, "a label under nothing");
	struct rootward_opts opts;

	collected_reset(&said);
	opts = collect_opts(&said);
	is_int(rootward_engine_check(ROOTWARD_ENGINE_LANDLOCK, policy, &opts), -ENOTSUP,
	       "landlock refuses it");
	collected_reset(&said);
	is_int(rootward_engine_check(ROOTWARD_ENGINE_BPF, policy, &opts), -ENOTSUP,
	       "and so does bpf");
	ok(strstr(collected_text(&said), "error p.yaml:3:5 this kernel lets no program read the "
					 "attributes of the directories above a file"),
	   "and says why: %s", collected_text(&said));
	rootward_policy_free(policy);
}

static void test_idle(void)
{
	says(BASE, "", "nothing to say");
	says(BASE OTHER("dir/sub") "allow: [read_file]\n",
	     "warning p.yaml:5:5 the rule on \"dir/sub\" gives nothing: it is allowed there already\n"
	     "note p.yaml:3:5 by the rule on \"dir\"\n",
	     "an allow beneath an allow");
	says(BASE OTHER("dir/sub") "allow: [read_file, write_file]\n", "", "one of two counts");
	says(BASE OTHER("dir/sub") "deny: [read]\n" OTHER("dir/sub/deep") "allow: [read]\n", "",
	     "there and back");
	says(BASE OTHER("dir/sub") "deny: [read]\n" OTHER("dir/sub/deep") "deny: [stat]\n",
	     "warning p.yaml:7:5 the rule on \"dir/sub/deep\" takes nothing away: it is denied there "
	     "already\nnote p.yaml:5:5 by the rule on \"dir/sub\"\n",
	     "a deny beneath a deny");
	says(BASE OTHER("other") "allow: [execute]\n",
	     "warning p.yaml:5:5 the rule on \"other\" gives nothing: `default` allows it\n",
	     "what default allows");
	says(BASE OTHER("other") "deny: [write]\n",
	     "warning p.yaml:5:5 the rule on \"other\" takes nothing away: it is not allowed there "
	     "anyway\n",
	     "a deny of what is nowhere allowed");
	says(BASE OTHER("other") "deny: [write]\n    allow: [execute]\n",
	     "warning p.yaml:5:5 the rule on \"other\" gives and takes nothing: all of it is so without "
	     "it\n",
	     "both");
	says(BASE OTHER("other") "deny: [write]\n    optional: true\n",
	     "note p.yaml:5:5 the rule on \"other\" takes nothing away: it is not allowed there anyway\n",
	     "an optional one may do something elsewhere");
}

#define SELF "\n    owner: self\n"

/* A rule for some owner's may apply or not: it hides nothing, and is idle only for everybody. */
static void test_owners(void)
{
	says(BASE OTHER("dir/sub") "allow: [write]" SELF OTHER(
		     "dir/sub/deep") "allow: [write_file]\n",
	     "", "an allow beneath one for some owner's");
	says(BASE OTHER("dir/sub") "deny: [read]" SELF OTHER("dir/sub/deep") "deny: [stat]\n", "",
	     "a deny beneath one");
	says(BASE OTHER("dir/sub") "deny: [read]" SELF OTHER("dir/sub/deep") "allow: [read]\n", "",
	     "an allow that takes back one");
	says(BASE OTHER("dir/sub") "deny: [stat]" SELF OTHER("dir/sub/deep") "allow: [read_file]\n",
	     "warning p.yaml:8:5 the rule on \"dir/sub/deep\" gives nothing: it is allowed there "
	     "already\nnote p.yaml:3:5 by the rule on \"dir\"\n",
	     "not of what that one does not name");
	says(BASE OTHER("dir/sub") "allow: [read_file]" SELF,
	     "warning p.yaml:5:5 the rule on \"dir/sub\" gives nothing: it is allowed there already\n"
	     "note p.yaml:3:5 by the rule on \"dir\"\n",
	     "what everybody's may");
	says(BASE OTHER("dir/sub") "deny: [write]" SELF,
	     "warning p.yaml:5:5 the rule on \"dir/sub\" takes nothing away: it is not allowed there "
	     "anyway\n",
	     "what nobody's may");
	says(BASE OTHER("dir/sub") "allow: [read_file]" SELF OTHER(
		     "dir/sub/deep") "allow: [read_file]\n",
	     "warning p.yaml:5:5 the rule on \"dir/sub\" gives nothing: it is allowed there already\n"
	     "note p.yaml:3:5 by the rule on \"dir\"\n"
	     "warning p.yaml:8:5 the rule on \"dir/sub/deep\" gives nothing: it is allowed there "
	     "already\nnote p.yaml:3:5 by the rule on \"dir\"\n",
	     "by the one that is for everybody's");
}

static void test_owner_lines(void)
{
	says(BASE "    owner: {read_file: self, write: root, stat: unmapped}\n",
	     "warning p.yaml:5:30 \"owner\" is about write, which this tree neither allows nor "
	     "denies\n",
	     "a line about nothing");
	says(BASE "    group:\n      truncate: self\n      read: self\n",
	     "warning p.yaml:6:7 \"group\" is about truncate, which this tree neither allows nor "
	     "denies\n",
	     "of a group");
	says(BASE "    owner: {all: self}\n", "", "what it is about is among others");
	says(BASE OTHER("other") "allow: [write_file, read]\n    owner: unmapped\n",
	     "warning p.yaml:5:5 to allow write_file where \"owner\" is unmapped means nothing: the "
	     "kernel refuses it\n",
	     "what the kernel does to nothing of nobody's");
	says(BASE OTHER("other") "allow: [make_reg, write]\n    group: {make_reg: unmapped}\n",
	     "warning p.yaml:7:13 to allow make_reg where \"group\" is unmapped means nothing: the "
	     "kernel refuses it\n",
	     "its place");
	says(BASE OTHER("other") "allow: [all]\n    owner: unmapped\n", "",
	     "a group of them is well");
	says(BASE OTHER("other") "allow: [write]\n    deny: [read]\n    owner: unmapped\n", "",
	     "so is a deny");
}

static void test_kinds(void)
{
	says(BASE OTHER("file") "allow: [all]\n", "", "a group on a file is no mistake");
	says("default: [execute, read_file, stat, getxattr, watch]\ntrees:\n" OTHER(
		     "file") "allow: [read]\n",
	     "warning p.yaml:3:5 the rule on \"file\" gives nothing: `default` allows it\n",
	     "nor does it count as work");
	says(BASE OTHER("file") "allow: [write_file, make_reg, chroot]\n",
	     "warning p.yaml:5:5 \"file\" is a file: to allow make_reg, chroot there means nothing "
	     "(making and removing is decided by the directory that holds the entry)\n",
	     "what a file cannot do");
	says(BASE OTHER("file") "allow: [read_dir]\n",
	     "warning p.yaml:5:5 \"file\" is a file: to allow read_dir there means nothing\n",
	     "it is said once");
	says(BASE OTHER("dir/file") "deny: [make_reg, read]\n", "", "a deny is on the name too");
	says(BASE OTHER("socket") "allow: [connect, read_file]\n",
	     "warning p.yaml:5:5 \"socket\" is a socket: to allow read_file there means nothing\n",
	     "a socket");
	says(BASE OTHER("fifo") "allow: [read, write]\n", "", "a named pipe");
	says(BASE OTHER("/dev/null") "allow: [write, connect]\n",
	     "warning p.yaml:5:5 \"/dev/null\" is a device: to allow connect there means nothing\n",
	     "a device");
}

static void test_notes(void)
{
	char wanted[2 * PATH_MAX];

	snprintf(wanted, sizeof(wanted),
		 "note p.yaml:5:5 \"link\" is a symbolic link: the rule is on %s/other/beneath\n",
		 tempdir);
	says(BASE OTHER("link/beneath") "allow: [write]\n", wanted, "a link on the way");
	snprintf(wanted, sizeof(wanted),
		 "note p.yaml:5:5 \"dir/nothing\" does not exist: its name is denied, "
		 "%s/dir/nothing\n",
		 tempdir);
	says(BASE OTHER("dir/nothing") "deny: [stat]\n", wanted, "a name");
	says(BASE OTHER("./other/../other//") "allow: [write]\n", "", "no link, only many words");
	says(BASE OTHER("none") "allow: [write]\n    optional: true\n",
	     "note p.yaml:5:5 \"none\" does not exist, and is optional: no rule\n",
	     "optional and missing");
	snprintf(wanted, sizeof(wanted), "%s/link", tempdir);
	setenv("HOME", wanted, 1);
	says(BASE OTHER("~/beneath") "allow: [write]\n", "", "the home directory's own links");
	says("trees:\n  - path: dir\n    allow: [read]\n",
	     "warning p.yaml nothing is allowed to be executed, so no command can start\n",
	     "nothing can be executed");
	says("default: []\n", "warning p.yaml nothing is allowed anywhere\n", "nothing at all");
}

/* The paths are looked at although the text is wrong. */
static void test_mistakes(void)
{
	struct rootward_policy *policy;

	policy = check("defualt: [read]\ntrees:\n  - path: none\n    allow: [raed]\n", -EINVAL,
		       "mistakes");
	ok(!policy, "no policy");
	is_str(collected_text(&said),
	       "error p.yaml:1:1 unknown key \"defualt\" (did you mean \"default\"?)\n"
	       "error p.yaml:4:13 unknown operation \"raed\" (did you mean \"read\"?)\n"
	       "error p.yaml:3:5 \"none\" cannot be looked up: \"none\" does not exist "
	       "(\"optional: true\" skips a tree that is missing)\n",
	       "all of them are told");
	collected_reset(&said);
	is_int(rootward_policy_check(&policy, "none.yaml", NULL), -ENOENT, "no such policy");
	is_int(rootward_policy_check(&policy, ".", NULL), -EISDIR, "a directory");
}

/* own/secret is not allowed by its path, but by that of the mount. */
static void test_mount(void)
{
	const char *text = "default: [execute]\ntrees:\n  - path: top\n    allow: [read]\n"
			   "  - path: own/secret\n    deny: [read]\n";

	says(text,
	     "warning p.yaml:5:5 the rule on \"own/secret\" takes nothing away: it is not allowed "
	     "there anyway\n",
	     "not reached by another mount");
	if (unshare(CLONE_NEWNS) && unshare(CLONE_NEWUSER | CLONE_NEWNS)) {
		skip("no privilege to mount", "reached by one");
		return;
	}
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("own", "top/shown", NULL, MS_BIND, NULL))
		exit(99);
	says(text, "", "reached by one");
	umount("top/shown");
}

static void test_engines(void)
{
	struct rootward_policy *policy;
	struct rootward_opts opts;

	policy = check("default: [all]\ntrees:\n  - path: dir\n    deny: [stat]\n", 0, "a policy");
	collected_reset(&said);
	opts = collect_opts(&said);
	is_int(rootward_engine_check(ROOTWARD_ENGINE_LANDLOCK, policy, &opts), -ENOTSUP,
	       "what no Landlock can");
	ok(strstr(collected_text(&said), "error p.yaml:3:5 landlock (ABI "), "is told");
	ok(strstr(collected_text(&said), "no changing of entries"), "with all that comes after it");
	policy->best_effort = ROOTWARD_OPS_ALL;
	is_int(rootward_engine_check(ROOTWARD_ENGINE_LANDLOCK, policy, &opts), 0,
	       "with consent: taken");
	is_int(rootward_engine_check(ROOTWARD_ENGINE_BPF, policy, &opts), 0, "bpf can");
	is_int(rootward_engine_check(ROOTWARD_ENGINE_AUTO, policy, &opts), -EINVAL,
	       "which engine?");
	rootward_policy_free(policy);

	policy = check("default: [all]\ntrees:\n  - path: /proc/self\n    deny: [write]\n", 0,
		       "a process's directory");
	collected_reset(&said);
	opts = collect_opts(&said);
	is_int(rootward_engine_check(ROOTWARD_ENGINE_BPF, policy, &opts), -ENOTSUP,
	       "an identity that does not last");
	ok(strstr(collected_text(&said), "error p.yaml:3:5 a rule on /proc/"), "is told");
	/* as for somebody without privilege */
	if (geteuid() == 0 && seteuid(65534) == 0) {
		collected_reset(&said);
		opts = collect_opts(&said);
		is_int(rootward_engine_check(ROOTWARD_ENGINE_BPF, policy, &opts), -ENOTSUP,
		       "that needs no privilege");
		ok(strstr(collected_text(&said), "error p.yaml:3:5 a rule on /proc/"), "is told");
		if (seteuid(0))
			exit(99);
	}
	rootward_policy_free(policy);
}

static void make_world(void)
{
	struct sockaddr_un address = { AF_UNIX, "socket" };
	static const char *const dirs[] = { "dir",	  "dir/sub",	   "dir/sub/deep",
					    "other",	  "other/beneath", "own",
					    "own/secret", "top",	   "top/shown" };

	enter_tempdir();
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		make_dir(dirs[i]);
	make_file("file");
	make_file("dir/file");
	make_link("other", "link");
	if (mkfifo("fifo", 0600) ||
	    bind(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), (void *)&address, sizeof(address)))
		exit(99);
	chmod(tempdir, 0755);
}

int main(void)
{
	make_world();
	test_labels();
	test_labels_anywhere();
	test_idle();
	test_owners();
	test_owner_lines();
	test_kinds();
	test_notes();
	test_mistakes();
	test_engines();
	test_mount();
	return done_testing();
}
