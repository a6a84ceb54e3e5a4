/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The engine as a whole, against the running kernel: what random policies do not reach. */
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>

#include "engine.h"
#include "landlock_abi.h"
#include "landlock_help.h"
#include "tap.h"

#define RX (ROOTWARD_OPS_READ | ROOTWARD_OPS_EXECUTE)
#define ALL ROOTWARD_OPS_ALL

static char work[256];
static int abi;

/* What a child is to do: enter, then answer with a bit for each attempt that is allowed. */
struct attempt {
	void *state;
	uid_t uid;
	int (*fn)(void);
};

static int run_attempt(void *data)
{
	const struct attempt *attempt = data;

	if (attempt->uid && (setgid(attempt->uid) || setuid(attempt->uid)))
		return 254;
	return engine_landlock.enter(attempt->state) ? 253 : attempt->fn();
}

/* Creates with best effort, enters, tries, frees.  Return: what @fn returns. */
static int under(struct rootward_policy *policy, int (*fn)(void))
{
	struct attempt attempt = { .fn = fn };
	struct said said;
	int r = create(&attempt.state, policy, &said, 1);

	rootward_policy_free(policy);
	if (!ok(!r, "a domain is made"))
		return 252;
	r = in_child(run_attempt, &attempt);
	engine_landlock.free(attempt.state);
	return r;
}

static int readable(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0 || errno != EACCES;
}

/* ---- bind mounts ---- */

static int try_mounts(void)
{
	return readable("t/secret/sub/f") | readable("mirror/secret/sub/f") << 1 |
	       readable("other/f") << 2 | readable("mirror/open") << 3 | readable("t/open") << 4 |
	       readable("allowed/f") << 5 | readable("t/secret/hole/f") << 6;
}

static int in_namespace(void *data)
{
	struct rootward_policy *policy = new_policy(RX, ALL);

	/* The parent's stream has this child's answer in its own line. */
	if (!freopen("/dev/null", "w", stdout) || unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("t", "mirror", NULL, MS_BIND, NULL) ||
	    mount("t/secret/sub", "other", NULL, MS_BIND, NULL) ||
	    mount("t/secret/hole", "allowed", NULL, MS_BIND, NULL))
		return 255;
	rule(policy, "t/secret", 0, ALL, false);
	rule(policy, "allowed", RX, 0, false);
	return under(policy, try_mounts);
}

static void test_mounts(void)
{
	make_dir("t");
	make_dir("t/secret");
	make_dir("t/secret/sub");
	make_dir("t/secret/hole");
	make_dir("mirror");
	make_dir("other");
	make_dir("allowed");
	make_file("t/open");
	make_file("t/secret/sub/f");
	make_file("t/secret/hole/f");
	if (getuid()) {
		skip("needs root", "bind mounts");
		return;
	}
	is_int(in_child(in_namespace, NULL), 0x78,
	       "denied by every mount that shows it, allowed where a nearer rule says so");
}

/* ---- names ---- */

static int try_link(void)
{
	return readable("names/g") | readable("names/other") << 1;
}

static void test_hard_link(void)
{
	struct rootward_policy *policy = new_policy(RX, ALL);

	make_dir("names");
	make_file("names/f");
	make_file("names/other");
	if (link("names/f", "names/g"))
		abort();
	rule(policy, "names/f", 0, ALL, false);
	is_int(under(policy, try_link), 2, "the sibling that is a hard link to a denied file");
}

static int try_plant(void)
{
	int done = 0;

	done += !rename("plant/a/x/f", "plant/a/none");
	done += !link("plant/a/x/f", "plant/a/none");
	done += !rename("plant/a/g", "plant/a/none");
	done += !link("plant/a/g", "plant/a/none");
	done += !mkdir("plant/a/none", 0700);
	done += !rename("plant/a/g", "plant/a/key");
	done += !renameat2(AT_FDCWD, "plant/a/g", AT_FDCWD, "plant/a/key", RENAME_EXCHANGE);
	done += !rename("plant/a", "plant/b");
	return done;
}

static int try_harmless(void)
{
	int done = 0;

	done += !rename("plant/a/x/f", "plant/a/x/f2");
	done += !mkdir("plant/a/x/d", 0700);
	done += !rename("plant/a/x/f2", "plant/a/x/d/f");
	return done;
}

static int try_ancestor(void)
{
	return !rmdir("empty/a") + !rename("empty/a", "empty/b");
}

static void test_ancestor(void)
{
	struct rootward_policy *policy = new_policy(RX, ALL);

	make_dir("empty");
	make_dir("empty/a");
	rule(policy, "empty", ALL, 0, false);
	rule(policy, "empty/a/none", 0, ROOTWARD_OP_READ_FILE, false);
	is_int(under(policy, try_ancestor), 0, "an empty directory that leads to a deny stays");
}

static struct rootward_policy *plant_policy(void)
{
	struct rootward_policy *policy = new_policy(RX, ALL);

	rule(policy, "plant", ALL, 0, false);
	rule(policy, "plant/a/none", 0, ROOTWARD_OP_READ_FILE, false);
	rule(policy, "plant/a/key", 0, ROOTWARD_OP_READ_FILE, false);
	return policy;
}

static void test_plant(void)
{
	make_dir("plant");
	make_dir("plant/a");
	make_dir("plant/a/x");
	make_file("plant/a/x/f");
	make_file("plant/a/g");
	make_file("plant/a/key");
	is_int(under(plant_policy(), try_plant), 0,
	       "nothing can be put at a denied name, nor its directory moved away");
	is_int(under(plant_policy(), try_harmless), 3, "beside it all goes on");
}

/* ---- layers ---- */

static void test_layers(void)
{
	struct rootward_policy *policy[MAX_LAYERS + 1];
	struct said said;
	struct rootward_opts opts = said_opts(&said);
	struct attempt attempt = { .fn = try_link };
	size_t i;

	for (i = 0; i <= MAX_LAYERS; i++)
		policy[i] = new_policy(RX, ALL);
	rule(policy[3], "names/other", 0, RX, false);
	rule(policy[5], "names/g", 0, RX, false);
	for (i = 0; i <= MAX_LAYERS; i++)
		policy_resolve(policy[i], &opts);
	is_int(engine_landlock.create(&attempt.state, policy, MAX_LAYERS + 1, &opts), -E2BIG,
	       "17 policies are too many");
	is_int(engine_landlock.create(&attempt.state, policy, MAX_LAYERS, &opts), 0, "16 are not");
	is_int(in_child(run_attempt, &attempt), 0, "every one must allow");
	engine_landlock.free(attempt.state);
	for (i = 0; i <= MAX_LAYERS; i++)
		rootward_policy_free(policy[i]);
}

/* ---- devices, signals, sockets, privilege ---- */

static int try_ioctl(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct termios t;

	if (fd < 0)
		return 9;
	return ioctl(fd, TCGETS, &t) < 0 && errno != EACCES;
}

static void test_ioctl(void)
{
	struct rootward_policy *policy;

	if (abi < 5) {
		skip("ABI 5", "ioctl_dev");
		return;
	}
	policy = new_policy(RX, ALL);
	rule(policy, "/dev/null", ROOTWARD_OP_WRITE_FILE, 0, false);
	is_int(under(policy, try_ioctl), 0, "no ioctl on a device");
	policy = new_policy(RX, ALL);
	rule(policy, "/dev/null", ROOTWARD_OP_WRITE_FILE | ROOTWARD_OP_IOCTL_DEV, 0, false);
	is_int(under(policy, try_ioctl), 1, "unless allowed");
}

/* A block device as everybody has it: a loop device that nothing is attached to, or a disk. */
static const char *block_device(void)
{
	static const char *const paths[] = { "/dev/vda", "/dev/sda", "/dev/nvme0n1", "/dev/loop0" };
	struct stat st;
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (!stat(paths[i], &st) && S_ISBLK(st.st_mode) && !access(paths[i], R_OK))
			return paths[i];
	return NULL;
}

static int try_devices(void)
{
	return readable(block_device()) | readable("/dev/null") << 1;
}

static void test_devices(void)
{
	struct rootward_policy *policy;

	if (getuid() || !block_device()) {
		skip("needs root and a block device", "raw devices");
		return;
	}
	is_int(under(new_policy(RX, ALL), try_devices), 2, "root cannot read the disk");
	policy = new_policy(RX, ALL);
	policy->keep = KEEP_BLOCK_DEVICES;
	is_int(under(policy, try_devices), 3, "unless the policy keeps block devices");
}

static struct sockaddr_un abstract = { .sun_family = AF_UNIX };
static socklen_t abstract_len;

static int try_outside(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int done = 0;

	done |= kill(getppid(), 0) ? 0 : 1;
	done |= kill(getpid(), 0) ? 0 : 2;
	done |= connect(fd, (struct sockaddr *)&abstract, abstract_len) ? 0 : 4;
	return done;
}

static void test_scopes(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (abi < LANDLOCK_ABI_SCOPES) {
		skip("ABI 6", "signals and abstract sockets");
		return;
	}
	snprintf(abstract.sun_path + 1, sizeof(abstract.sun_path) - 1, "%.64s", work);
	abstract_len = offsetof(struct sockaddr_un, sun_path) + 1 + strlen(abstract.sun_path + 1);
	if (bind(fd, (struct sockaddr *)&abstract, abstract_len) || listen(fd, 4))
		abort();
	is_int(under(new_policy(RX, ALL), try_outside), 2, "no signal, no abstract socket outside");
	is_int(under(new_policy(RX | ROOTWARD_OP_CONNECT, ALL), try_outside), 6,
	       "`connect` in default: abstract sockets too");
	close(fd);
}

static int try_privilege(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) + 1;
}

static void test_privilege(void)
{
	struct attempt attempt = { .fn = try_privilege };
	struct rootward_policy *policy;
	struct said said;

	if (getuid()) {
		skip("needs root", "no_new_privs");
		return;
	}
	policy = new_policy(RX, ALL);
	is_int(create(&attempt.state, policy, &said, 0), 0, "a domain");
	is_int(in_child(run_attempt, &attempt), 1, "root does not need no_new_privs");
	attempt.uid = UNPRIVILEGED;
	is_int(in_child(run_attempt, &attempt), 2, "others do, and get it");
	engine_landlock.free(attempt.state);
	rootward_policy_free(policy);
}

static int many(void *data)
{
	struct rootward_policy *policy = new_policy(RX, ALL);
	struct rlimit limit = { 16, 16 };
	struct said said;
	char path[32];
	void *state;
	int i;

	for (i = 0; i < 500; i++) {
		snprintf(path, sizeof(path), "many/%d", i);
		make_dir(path);
		rule(policy, path, i % 2 ? RX : 0, i % 2 ? 0 : ALL, false);
	}
	setrlimit(RLIMIT_NOFILE, &limit);
	return create(&state, policy, &said, 0) ? 1 : 0;
}

static void test_many(void)
{
	make_dir("many");
	is_int(in_child(many, NULL), 0, "500 trees with 16 descriptors");
}

int main(void)
{
	const char *why = NULL;

	abi = landlock_abi_query();
	if (abi < 1) {
		ok(engine_landlock.probe(&why) == -ENOSYS && why, "no Landlock, and said so");
		skip("no Landlock", "the engine");
		return done_testing();
	}
	is_int(engine_landlock.probe(&why), 0, "Landlock, ABI %d", abi);
	work_enter(work, sizeof(work));
	test_mounts();
	test_hard_link();
	test_plant();
	test_ancestor();
	test_devices();
	test_layers();
	test_ioctl();
	test_scopes();
	test_privilege();
	test_many();
	remove_tree(work);
	return done_testing();
}
