/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* User namespaces and idmapped mounts, tried in children that have their own of everything. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "child.h"
#include "cleanup.h"
#include "doctor.h"

#define NOBODY 65534

/* The same numbers on every architecture (but alpha). */
#ifndef __NR_open_tree
#define __NR_open_tree 428
#endif
#ifndef __NR_mount_setattr
#define __NR_mount_setattr 442
#endif
#define TREE_CLONE 1
#define ATTR_IDMAP 0x00100000

struct attr {
	uint64_t set;
	uint64_t clear;
	uint64_t propagation;
	uint64_t userns_fd;
};

/** struct userns_result - errno of making one, and of using it; 0 is success. */
struct userns_result {
	int make;
	int use;
};

/* As somebody without privilege, also when root asks. */
static void try_userns(void *data)
{
	struct userns_result *result = data;

	/* fails where only root has a number, in a namespace: then as the root of that */
	if (geteuid() == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0 &&
	    setresuid(NOBODY, NOBODY, NOBODY) < 0)
		_exit(1);
	result->make = unshare(CLONE_NEWUSER) ? errno : 0;
	/* a capability in it that is good for nothing, as AppArmor arranges it */
	result->use = !result->make && unshare(CLONE_NEWNS) ? errno : 0;
}

static bool setting_is(const char *path, const char *value)
{
	char text[32];

	return doctor_read(path, text, sizeof(text)) == 0 && !strcmp(text, value);
}

static void explain_userns(int error, struct rootward_ability *ability, char *why)
{
	if (setting_is("/proc/sys/user/max_user_namespaces", "0")) {
		ability->why = "user.max_user_namespaces is 0";
		ability->change = "sysctl user.max_user_namespaces=10000";
	} else if (setting_is("/proc/sys/kernel/unprivileged_userns_clone", "0")) {
		ability->why = "they are for root";
		ability->change = "sysctl kernel.unprivileged_userns_clone=1";
	} else if (setting_is("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1")) {
		ability->why = "AppArmor lets only programs with a profile use them";
		ability->change = "a profile for the program, or "
				  "sysctl kernel.apparmor_restrict_unprivileged_userns=0";
	} else {
		snprintf(why, DOCTOR_TEXT_MAX, "making one: %s", strerror(error));
		ability->why = why;
		ability->change =
			error == EINVAL || error == ENOSYS
				? "a kernel built with CONFIG_USER_NS"
				: "a filter of system calls or a chroot is in the way: run it "
				  "outside";
	}
}

static void tell_userns(struct doctor *doctor)
{
	struct rootward_ability ability = { .name = "user_namespaces", .title = "user namespaces" };
	struct userns_result result = {};
	char why[DOCTOR_TEXT_MAX];
	int r = in_child(try_userns, &result, sizeof(result));

	if (r < 0) {
		ability.works = -1;
		ability.why = "no process could be started to try";
	} else {
		ability.works = !result.make && !result.use;
		ability.value = ability.works ? "without privilege" : NULL;
		if (!ability.works)
			explain_userns(result.make ? result.make : result.use, &ability, why);
	}
	doctor_tell(doctor, &ability, false);
}

/**
 * struct idmap_result - errno, 0 is success.
 * @privileged: told to the child
 * @prepare: of getting to where it can be tried
 * @root, @tmpfs: of an idmapped clone of `/`, and of a tmpfs of our own
 */
struct idmap_result {
	bool privileged;
	int prepare;
	int root;
	int tmpfs;
};

static int write_text(const char *path, const char *text)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return errno;
	return write(fd, text, strlen(text)) < 0 ? errno : 0;
}

/* A namespace with one id in it, held by a process that waits. */
static int make_userns(pid_t *holder)
{
	int ready[2], fd, r;
	char path[64], byte;

	if (pipe2(ready, O_CLOEXEC))
		return -errno;
	*holder = fork();
	if (*holder == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWUSER) || write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (*holder < 0 || read(ready[0], &byte, 1) != 1) {
		close(ready[0]);
		return -EPERM;
	}
	close(ready[0]);
	snprintf(path, sizeof(path), "/proc/%d/uid_map", *holder);
	r = write_text(path, "0 0 1");
	snprintf(path, sizeof(path), "/proc/%d/gid_map", *holder);
	if (!r)
		r = write_text(path, "0 0 1");
	if (r)
		return -r;
	snprintf(path, sizeof(path), "/proc/%d/ns/user", *holder);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Without privilege: be root of a namespace, in which at least a tmpfs is one's own. */
static int become_able(bool privileged)
{
	unsigned int uid = geteuid(), gid = getegid();
	char map[64];
	int error;

	if (unshare(CLONE_NEWNS | (privileged ? 0 : CLONE_NEWUSER)))
		return errno;
	if (!privileged) {
		write_text("/proc/self/setgroups", "deny");
		snprintf(map, sizeof(map), "0 %u 1", uid);
		error = write_text("/proc/self/uid_map", map);
		snprintf(map, sizeof(map), "0 %u 1", gid);
		if (error || (error = write_text("/proc/self/gid_map", map)))
			return error;
	}
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ? errno : 0;
}

static int try_clone(const char *path, int userns)
{
	struct attr attr = { .set = ATTR_IDMAP, .userns_fd = (uint64_t)userns };
	_cleanup_close_ int tree =
		(int)syscall(__NR_open_tree, AT_FDCWD, path, TREE_CLONE | O_CLOEXEC);

	if (tree < 0)
		return errno;
	return syscall(__NR_mount_setattr, tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)) ? errno
											 : 0;
}

static void try_idmap(void *data)
{
	struct idmap_result *result = data;
	pid_t holder = -1;
	int userns;

	result->prepare = become_able(result->privileged);
	if (result->prepare)
		return;
	userns = make_userns(&holder);
	if (userns < 0) {
		result->prepare = -userns;
	} else {
		result->root = try_clone("/", userns);
		result->tmpfs = mount("tmpfs", "/tmp", "tmpfs", 0, NULL)
					? errno
					: try_clone("/tmp", userns);
	}
	if (holder > 0) {
		kill(holder, SIGKILL);
		waitpid(holder, NULL, 0);
	}
}

static void explain_idmap(const struct doctor *doctor, const struct idmap_result *result,
			  struct rootward_ability *ability, char *text)
{
	int error = result->prepare ? result->prepare : result->tmpfs;

	ability->works = !result->prepare && (!result->root || !result->tmpfs);
	if (ability->works) {
		snprintf(text, DOCTOR_TEXT_MAX, "of %s%s%s", result->root ? "" : "/",
			 result->root || result->tmpfs ? "" : " and ",
			 result->tmpfs ? "" : "tmpfs");
		ability->value = text;
		return;
	}
	snprintf(text, DOCTOR_TEXT_MAX, "%s: %s",
		 result->prepare ? "no namespace to try it in" : "neither of / nor of a tmpfs",
		 strerror(error));
	ability->why = text;
	if (result->prepare || !doctor->privileged) {
		ability->works = -1;
		ability->change = doctor->privileged ? "/proc, and user namespaces (see above)"
						     : "run rootward doctor as root, unconfined";
	} else {
		ability->change = "a kernel from 5.12 on; of tmpfs from 6.3 on";
	}
}

static void tell_idmap(struct doctor *doctor)
{
	struct rootward_ability ability = { .name = "idmapped_mounts", .title = "idmapped mounts" };
	struct idmap_result result = { .privileged = doctor->privileged };
	char text[DOCTOR_TEXT_MAX];

	if (in_child(try_idmap, &result, sizeof(result)) < 0) {
		ability.works = -1;
		ability.why = "no process could be started to try";
	} else {
		explain_idmap(doctor, &result, &ability, text);
	}
	doctor_tell(doctor, &ability, false);
}

void doctor_mounts(struct doctor *doctor)
{
	tell_userns(doctor);
	tell_idmap(doctor);
}
