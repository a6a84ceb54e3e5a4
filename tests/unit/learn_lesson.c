/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What becomes of events on this machine, where other people live, too: the linker leads what asks
 * for accounts by way of here.
 *
 *	home/          HOME
 *	people/al/     of uid 4001
 *	people/bo/     of who owns the working directory: who runs the test, but says uid 4000
 *	service/       of an account that is not a person's
 */
#include <errno.h>
#include <pwd.h>

#include <rootward.h>

#include "cleanup.h"
#include "learn_lesson.h"
#include "policy.h"
#include "tap.h"
#include "tempdir.h"

static struct account {
	uid_t uid;
	const char *home;
} accounts[] = { { 4001, "people/al" }, { 0, "people/bo" }, { 33, "service" } };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char homes[COUNT(accounts)][PATH_MAX + 16];
static size_t at;

uid_t __wrap_getuid(void);
int __wrap_getpwuid_r(uid_t uid, struct passwd *user, char *buf, size_t size, struct passwd **ret);
void __wrap_setpwent(void);
struct passwd *__wrap_getpwent(void);

uid_t __wrap_getuid(void)
{
	return 4000;
}

int __wrap_getpwuid_r(uid_t uid, struct passwd *user, char *buf, size_t size, struct passwd **ret)
{
	*ret = NULL;
	for (size_t i = 0; i < COUNT(accounts); i++)
		if (accounts[i].uid == uid) {
			*user = (struct passwd){ .pw_uid = uid, .pw_dir = homes[i] };
			*ret = user;
		}
	return 0;
}

void __wrap_setpwent(void)
{
	at = 0;
}

struct passwd *__wrap_getpwent(void)
{
	static struct passwd user;

	if (at == COUNT(accounts))
		return NULL;
	user = (struct passwd){ .pw_uid = accounts[at].uid, .pw_dir = homes[at] };
	at++;
	return &user;
}

static bool denies(const struct rootward_policy *policy, const char *path)
{
	_cleanup_free_ char *full = NULL;
	const struct tree *tree;

	if (asprintf(&full, "%s/%s", tempdir, path) < 0)
		exit(99);
	tree = policy_find(policy, full);
	return tree && tree->deny == ROOTWARD_OPS_ALL && tree->optional && tree->builtin;
}

static void test_secrets_of_others(void)
{
	static const char *const none[] = { "",	   "x",		 "4001x",
					    "-1",  "4294967295", "99999999999999",
					    "4003" };
	struct rootward_policy *policy = NULL;
	char uid[16];

	unsetenv("SUDO_UID");
	is_int(rootward_policy_default(&policy), 0, "without sudo");
	ok(policy_find(policy, "~/.ssh"), "the caller's secrets");
	ok(denies(policy, "people/bo/.ssh"), "those of whose the working directory is");
	ok(!denies(policy, "people/al/.ssh"), "and of nobody else");
	is_int(policy_resolve(policy, NULL), 0, "that can be");
	rootward_policy_free(policy);
	setenv("SUDO_UID", "4001", 1);
	is_int(rootward_policy_default(&policy), 0, "with sudo");
	ok(denies(policy, "people/al/.ssh"), "of who called it");
	ok(denies(policy, "people/bo/.ssh"), "and of whose the working directory is");
	rootward_policy_free(policy);
	snprintf(uid, sizeof(uid), "%u", geteuid());
	setenv("SUDO_UID", uid, 1);
	is_int(rootward_policy_default(&policy), 0, "who may be the same");
	rootward_policy_free(policy);
	for (size_t i = 0; i < COUNT(none); i++) {
		setenv("SUDO_UID", none[i], 1);
		is_int(rootward_policy_default(&policy), 0, "nobody: \"%s\"", none[i]);
		ok(!denies(policy, "people/al/.ssh"), "has no secrets");
		rootward_policy_free(policy);
	}
	unsetenv("SUDO_UID");
}

static void tell(struct lesson *lesson, const char *path, uint32_t ops)
{
	_cleanup_free_ char *full = NULL;
	struct rootward_event event = { .outcome = ROOTWARD_DENIED,
					.reason = ROOTWARD_REASON_DEFAULT,
					.whole = true,
					.denied = ops };

	if (asprintf(&full, "%s/%s", tempdir, path) < 0)
		exit(99);
	event.object = path[0] == '/' ? path : full;
	lesson_event(lesson, &event);
}

static uint32_t allowed(struct lesson *lesson, const char *path)
{
	_cleanup_free_ char *full = NULL;
	const struct learn_node *node;
	int r;

	if (asprintf(&full, "%s/%s", tempdir, path) < 0)
		exit(99);
	node = learn_find(&lesson->learn, full, &r);
	return node ? node->allow : UINT32_MAX;
}

/* What lesson_tell() says, to free. */
static char *told(const struct lesson *lesson, uint64_t lost)
{
	int before = dup(STDERR_FILENO);
	char *text = calloc(1, 4096);
	FILE *file = tmpfile();

	if (before < 0 || !text || !file || dup2(fileno(file), STDERR_FILENO) < 0)
		exit(99);
	lesson_tell(lesson, lost, "do it again");
	fflush(stderr);
	dup2(before, STDERR_FILENO);
	close(before);
	rewind(file);
	if (fread(text, 1, 4095, file) == 0)
		text[0] = '\0';
	fclose(file);
	return text;
}

static void test_homes(void)
{
	_cleanup_free_ char *text = NULL;
	struct lesson lesson;
	char path[64];

	is_int(lesson_begin(&lesson), 0, "a lesson");
	for (int i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "people/al/%d", i);
		make_file(path);
		tell(&lesson, path, ROOTWARD_OP_READ_FILE);
		snprintf(path, sizeof(path), "service/%d", i);
		make_file(path);
		tell(&lesson, path, ROOTWARD_OP_READ_FILE);
	}
	tell(&lesson, "people/al/made", ROOTWARD_OP_MAKE_DIR);
	make_dir("people/al/made");
	tell(&lesson, "service/made", ROOTWARD_OP_MAKE_REG);
	make_file("service/made");
	tell(&lesson, "people/bo/gone", ROOTWARD_OP_MAKE_REG);
	is_int(lesson_end(&lesson, NULL), 0, "its end");
	is_int(allowed(&lesson, "people/al"), 0, "somebody's home is not opened");
	ok(allowed(&lesson, "people/al/0") & ROOTWARD_OP_READ_FILE, "but what was used");
	is_int(allowed(&lesson, "service"), ROOTWARD_OP_MAKE_REG, "a service's to make things");
	is_int(allowed(&lesson, "people/bo"), ROOTWARD_OP_MAKE_REG, "where there is no other way");
	text = told(&lesson, 0);
	ok(strstr(text, "people/bo, a home directory, is opened as a whole") &&
		   strstr(text, "[make_reg], because of ") && strstr(text, "bo/gone\n"),
	   "it is told, and why");
	ok(!strstr(text, "people/al") && !strstr(text, "service"), "nothing else is");
	lesson_done(&lesson);
}

static void test_told(void)
{
	_cleanup_free_ char *nothing = NULL, *lost = NULL, *cut = NULL, *root = NULL;
	struct lesson lesson;

	is_int(lesson_begin(&lesson), 0, "a lesson");
	nothing = told(&lesson, 0);
	is_str(nothing, "", "nothing to be told");
	lost = told(&lesson, 2);
	is_str(lost,
	       "rootward: 2 accesses came too fast to be recorded: the policy may lack something\n"
	       "  hint: do it again\n",
	       "what was lost");
	lesson.cut = 1;
	cut = told(&lesson, 0);
	is_str(cut, "rootward: 1 access had no path that is known, so no rule can be for it\n",
	       "what has no path: again would be no use");
	lesson.cut = 0;
	tell(&lesson, "/no-such.x", ROOTWARD_OP_MAKE_REG | ROOTWARD_OP_WRITE_FILE);
	is_int(lesson_end(&lesson, NULL), 0, "its end");
	root = told(&lesson, 0);
	is_str(root,
	       "rootward: what was done to 1 name in / itself is left out, for a rule there is "
	       "about everything: [write_file, make_reg]\n",
	       "what is in the root");
	lesson_done(&lesson);
}

int main(void)
{
	char home[PATH_MAX + 16];

	enter_tempdir();
	accounts[1].uid = geteuid();
	make_dir("home");
	make_dir("people");
	for (size_t i = 0; i < COUNT(accounts); i++) {
		snprintf(homes[i], sizeof(homes[i]), "%s/%s", tempdir, accounts[i].home);
		make_dir(accounts[i].home);
	}
	snprintf(home, sizeof(home), "%s/home", tempdir);
	setenv("HOME", home, 1);
	test_secrets_of_others();
	test_homes();
	test_told();
	return done_testing();
}
