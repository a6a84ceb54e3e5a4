/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* usage: loaded	(as root, where the bpf engine works and has nothing to do) */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "cleanup.h"
#define TAP_COUNTERS
#include "loaded.h"

static void cleanup_policy(struct rootward_policy **policy)
{
	rootward_policy_free(*policy);
}

int load_text(const char *text)
{
	_cleanup_(cleanup_policy) struct rootward_policy *policy = NULL;
	struct rootward_opts opts = collect_opts(&said);
	int r;

	collected_reset(&said);
	r = rootward_policy_parse(&policy, text, strlen(text), &opts);
	return r < 0 ? r : rootward_load(&policy, 1, &opts);
}

int opens(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : 0;
}

static int writes(const char *path)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -errno : 0;
}

int in_child(int (*fn)(void *), void *data)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(fn(data) & 0xff);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256;
}

int as_user(void *data)
{
	return setgroups(0, NULL) || setresgid(100, 100, 100) || setresuid(1000, 1000, 1000)
		       ? 255
		       : -opens(data);
}

/* --- status */

struct found {
	struct rootward_loaded loaded;
	char name[64];
	int n;
};

static void find(void *data, const struct rootward_loaded *loaded)
{
	struct found *found = data;

	if (loaded->run || (found->name[0] && strcmp(loaded->name, found->name) != 0))
		return;
	found->loaded = *loaded;
	found->n++;
}

static struct found status_of(const char *name)
{
	struct found found = {};

	snprintf(found.name, sizeof(found.name), "%s", name);
	if (rootward_status(find, &found) < 0)
		found.n = -1;
	return found;
}

static void test_everybody(void)
{
	struct found found;

	is_int(opens("/tmp/loaded/secret"), 0, "nothing is loaded");
	is_int(load_text("name: t\n" TREES), 0, "a policy is loaded");
	tap_show("said:", collected_text(&said));
	is_int(opens("/tmp/loaded/secret"), -EACCES, "who loaded it is under it, too");
	is_int(in_child(as_user, "/tmp/loaded/secret"), EACCES, "and any other");
	is_int(opens("/tmp/loaded/open"), 0, "what no tree names is as it was");
	is_int(writes("/proc/sys/kernel/ftrace_enabled"), -EACCES,
	       "what would take the programs off their hooks is not to be written");
	is_int(rename("/tmp/loaded", "/tmp/elsewhere") ? errno : 0, EACCES,
	       "a directory above what is denied stays");
	found = status_of("t");
	ok(found.n == 1 && found.loaded.trees == 1 && found.loaded.denied >= 3 &&
		   found.loaded.allowed >= 1 && !found.loaded.moved,
	   "status knows it: %llu allowed, %llu denied", (unsigned long long)found.loaded.allowed,
	   (unsigned long long)found.loaded.denied);
	ok(found.loaded.tasks > 1, "it is for %llu tasks", (unsigned long long)found.loaded.tasks);
	is_int(rootward_unload("u", NULL), -ENOENT, "no other can be unloaded");
	is_int(rootward_unload("t", NULL), 0, "it can");
	is_int(opens("/tmp/loaded/secret"), 0, "and says nothing any more");
}

static void test_moved(void)
{
	struct found found;

	load_text("name: t\n" TREES);
	rename("/tmp/loaded/open", "/tmp/loaded/open2");
	found = status_of("t");
	is_int(found.loaded.moved, 0, "what is not ruled may move");
	rootward_unload("t", NULL);
	load_text("name: t\ndefault: [all]\ntrees:\n- {path: /tmp/loaded/open2, allow: [all]}\n");
	rename("/tmp/loaded/open2", "/tmp/loaded/open");
	found = status_of("t");
	is_int(found.loaded.moved, 1, "a ruled path that names nothing any more is told");
	rootward_unload("t", NULL);
}

/* --- told */

struct told {
	unsigned int n, passed, allowed, denied;
	char object[256], tree[256], policy[64], exe[64];
	int owned;
	uint32_t uid;
};

static void note(void *data, const struct rootward_event *event)
{
	struct told *told = data;

	told->n++;
	told->passed += event->outcome == ROOTWARD_PASSED;
	told->denied += event->outcome == ROOTWARD_DENIED;
	if (event->outcome == ROOTWARD_ALLOWED) {
		told->allowed += strcmp(event->object, "/tmp/loaded/open") == 0;
		return;
	}
	snprintf(told->object, sizeof(told->object), "%s", event->object);
	snprintf(told->tree, sizeof(told->tree), "%s", event->tree ? event->tree : "");
	snprintf(told->policy, sizeof(told->policy), "%s", event->policy ? event->policy : "");
	snprintf(told->exe, sizeof(told->exe), "%s", event->exe);
	told->owned = event->owned;
	told->uid = event->uid;
}

#define MANY 3000

static void test_watched(void)
{
	struct rootward_watch *watch = NULL, *other;
	struct told told = {};
	struct found before, after;
	int i;

	is_int(load_text("name: t\nmode: audit\n" TREES), 0, "audited");
	is_int(rootward_watch_new(&watch, "u", ROOTWARD_WATCH_DENIED, NULL), -ENOENT, "no such");
	if (!is_int(rootward_watch_new(&watch, "t", ROOTWARD_WATCH_DENIED, NULL), 0, "and watched"))
		return;
	is_int(rootward_watch_new(&other, "t", ROOTWARD_WATCH_DENIED, NULL), -EBUSY, "by one");
	is_int(opens("/tmp/loaded/secret"), 0, "what is denied is let pass");
	opens("/tmp/loaded/open");
	is_int(rootward_watch_read(watch, 1000, note, &told), 1, "and told, nothing else is");
	is_int(told.passed, 1, "as what was let pass");
	is_str(told.object, "/tmp/loaded/secret", "its path");
	is_str(told.tree, "/tmp/loaded/secret", "the rule");
	is_str(told.policy, "t", "the policy");
	is_str(told.exe, "loaded", "the executable");
	ok(told.owned && told.uid == 0, "the owner");
	is_int(rootward_watch_read(watch, 100, note, &told), 0, "no more");

	before = status_of("t");
	for (i = 0; i < MANY; i++)
		opens("/tmp/loaded/secret");
	told = (struct told){};
	while (rootward_watch_read(watch, 0, note, &told) > 0)
		;
	after = status_of("t");
	ok(told.n < MANY, "more than there is room for: %u of %u are told", told.n, MANY);
	is_int(rootward_watch_lost(watch), MANY - told.n, "and how many are lost, exactly");
	is_int(after.loaded.denied - before.loaded.denied, MANY, "all are counted");

	is_int(load_text("name: t\n" TREES), 0, "replaced, while it is watched");
	opens("/tmp/loaded/secret");
	sleep(1);
	told = (struct told){};
	rootward_watch_read(watch, 1000, note, &told);
	opens("/tmp/loaded/secret");
	rootward_watch_read(watch, 1000, note, &told);
	ok(told.denied, "its successor is watched");
	rootward_watch_free(watch);

	is_int(rootward_watch_new(&watch, NULL, ROOTWARD_WATCH_ALL, NULL), 0, "all is watched");
	opens("/tmp/loaded/open");
	told = (struct told){};
	rootward_watch_read(watch, 1000, note, &told);
	ok(told.allowed, "what is allowed, too");
	rootward_watch_free(watch);
	rootward_unload("t", NULL);
}

/* --- held */

static int unlock(void *data)
{
	gid_t group = 77;

	return setgroups(1, &group) ? 255 : -rootward_unload("t", NULL);
}

static int attach(void *pid)
{
	return ptrace(PTRACE_ATTACH, *(pid_t *)pid, NULL, NULL) ? errno : 0;
}

static int get_map(void)
{
	_cleanup_close_ int map = bpf_obj_get(BPF_KERNEL_PINS "/live/rules");

	return map < 0 ? errno : 0;
}

static int pin_over(const char *pin)
{
	_cleanup_close_ int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "x", 4, 4, 1, NULL);
	int r;

	if (bpf_obj_pin(map, "/sys/fs/bpf/x"))
		return -errno;
	r = rename("/sys/fs/bpf/x", pin) ? errno : 0;
	unlink("/sys/fs/bpf/x");
	return r;
}

static void test_locked(void)
{
	is_int(load_text("name: t\nlocked: true\nunlock:\n- gid: 77\n" TREES), 0, "locked");
	tap_show("said:", collected_text(&said));
	is_int(rootward_unload("t", NULL), -EPERM, "nobody unloads it");
	is_int(load_text("name: t\ndefault: [all]\n"), -EPERM, "or replaces it");
	is_int(get_map(), EPERM, "or gets at its maps");
	is_int(unlink(BPF_KERNEL_PINS "/live/link_rw_file_open") ? errno : 0, EPERM, "or pins");
	is_int(rename(BPF_KERNEL_PINS "/live", BPF_KERNEL_PINS "/dead") ? errno : 0, EPERM,
	       "or moves them away");
	is_int(pin_over(BPF_KERNEL_PINS "/live/link_rw_file_open"), EPERM,
	       "or gives their names to others");
	mkdir("/sys/fs/bpf/e", 0700);
	is_int(renameat2(AT_FDCWD, "/sys/fs/bpf/e", AT_FDCWD, BPF_KERNEL_PINS "/live",
			 RENAME_EXCHANGE)
		       ? errno
		       : 0,
	       EPERM, "or takes them in exchange");
	rmdir("/sys/fs/bpf/e");
	is_int(mkdir(BPF_KERNEL_PINS "/new", 0700) ? errno : 0, EPERM, "or puts anything there");
	is_int(umount2("/sys/fs/bpf", MNT_DETACH) ? errno : 0, EPERM, "or takes the filesystem");
	is_int(prctl(PR_SET_MM, 0, 0, 0, 0) ? errno : 0, EPERM, "or becomes another executable");
	is_int(opens("/tmp/loaded/secret"), -EACCES, "it stands");
	is_int(in_child(unlock, NULL), 0, "but one that it names");
	is_int(opens("/tmp/loaded/secret"), 0, "and it is gone");
}

static void test_traced(void)
{
	pid_t pid = fork();

	if (!pid) {
		as_user("/");
		pause();
		_exit(0);
	}
	usleep(100000);
	is_int(in_child(attach, &pid), 0, "root traces a task");
	load_text("name: t\nexcept:\n- uid: 1000\n" TREES);
	is_int(in_child(attach, &pid), EPERM, "not one that is let off what root is under");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	rootward_unload("t", NULL);
}

static void copy_self(const char *path)
{
	char command[256];

	snprintf(command, sizeof(command), "cp /proc/self/exe %s", path);
	snprintf(command, sizeof(command), "cp /t/loaded %s && chmod 755 %s", path, path);
	if (system(command))
		ok(false, "cannot copy");
}

static void make_world(void)
{
	static const char *const names[] = { "open", "secret", "old", "new" };
	char path[64];
	size_t i;

	mkdir("/tmp", 0777);
	mkdir("/tmp/loaded", 0755);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "/tmp/loaded/%s", names[i]);
		close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
	}
	copy_self("/tmp/loaded/reader");
	copy_self("/tmp/loaded/copy");
}

int main(int argc, char **argv)
{
	bool only_labels = argc > 1 && !strcmp(argv[1], "--labels");
	bool only_attach = argc > 1 && !strcmp(argv[1], "--attach");

	/* As the executable of the tests: reads what it is told to. */
	if (argc > 1 && !only_labels && !only_attach)
		return -opens(argv[1]);
	make_world();
	/* Keeps the programs in the kernel, so that they are not verified for each test. */
	is_int(load_text("name: keeper\ndefault: [all]\n"), 0, "one that allows everything");
	if (only_attach)
		test_on_demand();
	else
		test_labels();
	if (only_labels || only_attach) {
		rootward_unload("keeper", NULL);
		return done_testing();
	}
	test_everybody();
	test_on_demand();
	test_moved();
	test_whom();
	test_watched();
	test_locked();
	test_traced();
	test_replacement();
	test_kills();
	test_sizes();
	test_follow();
	is_int(rootward_unload("keeper", NULL), 0, "the last one goes");
	return done_testing();
}
