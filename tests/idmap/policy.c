/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * `owner:` and `group:` in a policy, by the bpf engine: the same files, seen by two mounts.
 *
 *	plain/box	1005:1006	mapped/box	1000005:2000006
 *	  own		1005:1006			1000005:2000006
 *	  out		5:5				unmapped
 *	  in/		1005:1006			1000005:2000006
 *	    sub/
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <rootward.h>

#include "maps.h"
#include "../tap.h"

#define MAY_NOT_WRITE "default: [all]\ntrees: [{path: plain/box, deny: [write], "
#define MAY_WRITE "default: [read, execute]\ntrees: [{path: plain/box, allow: [write], "

enum { READ, WRITE, MAKE, REMOVE, MOVE, MOVE_DIRECTORY };

static const struct row {
	const char *policy;
	uid_t uid;
	gid_t group; /* a supplementary one */
	int what;
	const char *path;
	int error;
} rows[] = {
	/* The caller's through one mount, and not through the other. */
	{ MAY_WRITE "owner: self}]", 1005, 0, WRITE, "plain/box/own", 0 },
	{ MAY_WRITE "owner: self}]", 1005, 0, WRITE, "mapped/box/own", EACCES },
	{ MAY_WRITE "owner: self}]", 1000005, 0, WRITE, "plain/box/own", EACCES },
	{ MAY_WRITE "owner: self}]", 1000005, 0, WRITE, "mapped/box/own", 0 },
	{ MAY_NOT_WRITE "owner: self}]", 1005, 0, WRITE, "plain/box/own", EACCES },
	{ MAY_NOT_WRITE "owner: self}]", 1005, 0, WRITE, "mapped/box/own", 0 },
	{ MAY_NOT_WRITE "owner: self}]", 1000005, 0, WRITE, "plain/box/own", 0 },
	{ MAY_NOT_WRITE "owner: self}]", 1000005, 0, WRITE, "mapped/box/own", EACCES },
	{ MAY_NOT_WRITE "owner: self}]", 1000005, 0, READ, "mapped/box/own", 0 },
	{ MAY_WRITE "owner: uid 1000005}]", 7, 0, WRITE, "mapped/box/own", 0 },
	{ MAY_WRITE "owner: uid 1000005}]", 7, 0, WRITE, "plain/box/own", EACCES },
	{ MAY_WRITE "owner: uid 1005}]", 7, 0, WRITE, "plain/box/own", 0 },
	{ MAY_WRITE "owner: uid 5}]", 7, 0, READ, "plain/box/out", 0 },
	/* Unmapped is nobody's, not that of the overflow id. */
	{ "default: [all]\ntrees: [{path: plain/box, deny: [all], owner: unmapped}]", 7, 0, READ,
	  "mapped/box/out", EACCES },
	{ "default: [all]\ntrees: [{path: plain/box, deny: [all], owner: unmapped}]", 7, 0, READ,
	  "plain/box/out", 0 },
	{ "default: [all]\ntrees: [{path: plain/box, deny: [all], owner: uid 65534}]", 7, 0, READ,
	  "mapped/box/out", 0 },
	{ "default: [all]\ntrees: [{path: plain/box, deny: [all], owner: self}]", 65534, 0, READ,
	  "mapped/box/out", 0 },
	/* Groups; both; the nearest rule. */
	{ MAY_WRITE "group: self}]", 7, 1006, WRITE, "plain/box/own", 0 },
	{ MAY_WRITE "group: self}]", 7, 1006, WRITE, "mapped/box/own", EACCES },
	{ MAY_WRITE "group: self}]", 7, 2000006, WRITE, "mapped/box/own", 0 },
	{ MAY_WRITE "group: gid 2000006}]", 7, 0, WRITE, "mapped/box/own", 0 },
	{ MAY_WRITE "owner: self, group: gid 1006}]", 1005, 0, WRITE, "plain/box/own", 0 },
	{ MAY_WRITE "owner: self, group: gid 7}]", 1005, 0, WRITE, "plain/box/own", EACCES },
	{ MAY_NOT_WRITE "owner: uid 1005}, {path: plain/box/own, allow: [write_file]}]", 7, 0,
	  WRITE, "plain/box/own", 0 },
	/* What is made belongs to who makes it, if the mount has a place for that. */
	{ MAY_WRITE "owner: self}]", 1005, 1006, MAKE, "plain/box/new", 0 },
	{ MAY_WRITE "owner: self}]", 1005, 1006, MAKE, "mapped/box/new", EACCES },
	{ MAY_WRITE "owner: self}]", 1000005, 2000006, MAKE, "mapped/box/new", 0 },
	{ MAY_WRITE "owner: unmapped}]", 1000005, 2000006, MAKE, "mapped/box/new", EACCES },
	{ MAY_WRITE "owner: uid 1005}]", 7, 7, MAKE, "plain/box/new", EACCES },
	{ MAY_WRITE "owner: self}]", 1005, 0, REMOVE, "plain/box/own", 0 },
	{ MAY_WRITE "owner: self}]", 1005, 0, REMOVE, "plain/box/out", EACCES },
	{ MAY_WRITE "owner: self}]", 1005, 0, REMOVE, "mapped/box/own", EACCES },
	/* For some operations only. */
	{ MAY_WRITE "owner: {make_dir: self}}]", 7, 0, WRITE, "plain/box/own", 0 },
	{ MAY_WRITE "owner: {write_file: self}}]", 7, 0, WRITE, "plain/box/own", EACCES },
	{ MAY_WRITE "owner: {write_file: self}}]", 1005, 0, WRITE, "plain/box/own", 0 },
	{ MAY_WRITE "owner: {write_file: self, remove_file: uid 5}}]", 1005, 0, REMOVE,
	  "plain/box/out", 0 },
	{ MAY_WRITE "owner: {write_file: self, remove_file: uid 5}}]", 1005, 0, REMOVE,
	  "plain/box/own", EACCES },
	/* A file keeps its owner when it moves; beneath one rule a directory's things do, too. */
	{ MAY_WRITE "owner: self}]", 1005, 0, MOVE, "plain/box", 0 },
	{ MAY_WRITE "owner: uid 5}]", 1005, 0, MOVE, "plain/box", EACCES },
	{ MAY_WRITE "owner: self}]", 1005, 0, MOVE_DIRECTORY, "plain/box", 0 },
	{ MAY_WRITE "owner: self}, {path: plain/box/in, allow: [read], owner: self}]", 1005, 0,
	  MOVE_DIRECTORY, "plain/box", EXDEV },
};

static int act(const struct row *row)
{
	char from[64], to[64];
	int fd;

	snprintf(from, sizeof(from), "%s/%s", row->path, row->what == MOVE ? "own" : "in/sub");
	snprintf(to, sizeof(to), "%s/%s", row->path, row->what == MOVE ? "in/own" : "sub");
	switch (row->what) {
	case READ:
	case WRITE:
		fd = open(row->path, row->what == READ ? O_RDONLY : O_WRONLY);
		return fd < 0 ? errno : 0;
	case MAKE:
		return mkdir(row->path, 0700) < 0 ? errno : 0;
	case REMOVE:
		return unlink(row->path) < 0 ? errno : 0;
	default:
		return rename(from, to) < 0 ? errno : 0;
	}
}

static int confined(struct rootward_domain *domain, const struct row *row)
{
	gid_t gid = row->what == MAKE ? row->group : 7;
	pid_t child = fork();
	int status;

	if (child == 0) {
		if (rootward_domain_enter(domain) < 0 || setgroups(1, &row->group) < 0 ||
		    setresgid(gid, gid, gid) < 0 || setresuid(row->uid, row->uid, row->uid) < 0)
			_exit(255);
		_exit(act(row));
	}
	return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status)
		       ? WEXITSTATUS(status)
		       : 255;
}

static int make(const char *path, bool directory, uid_t uid, gid_t gid)
{
	int fd = directory ? mkdir(path, 0777) : open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

	if (!directory && fd >= 0)
		close(fd);
	return chown(path, uid, gid);
}

/* As drawn above; what a row has changed is put right for the next one. */
static bool tidy(void)
{
	rename("plain/box/in/own", "plain/box/own");
	rename("plain/box/sub", "plain/box/in/sub");
	rmdir("plain/box/new");
	return !(make("plain/box", true, 1005, 1006) | make("plain/box/own", false, 1005, 1006) |
		 make("plain/box/out", false, 5, 5) | make("plain/box/in", true, 1005, 1006) |
		 make("plain/box/in/sub", true, 1005, 1006));
}

static void tell(void *data, const struct rootward_diag *diag)
{
	printf("# %s\n", diag->message);
}

static struct rootward_domain *domain_of(const char *text)
{
	struct rootward_opts opts = { .size = sizeof(opts), .diag = tell };
	struct rootward_policy *policy = NULL;
	struct rootward_domain *domain = NULL;
	int r = rootward_policy_parse(&policy, text, strlen(text), &opts);

	if (r == 0)
		r = rootward_domain_new(&domain, ROOTWARD_ENGINE_BPF, &policy, 1, &opts);
	rootward_policy_free(policy);
	return r < 0 ? NULL : domain;
}

static void try_row(const struct row *row)
{
	struct rootward_domain *domain = NULL;

	if (ok(tidy() && (domain = domain_of(row->policy)), "%s", strstr(row->policy, "box,")))
		is_int(confined(domain, row), row->error, "%u, %u: %s", row->uid, row->group,
		       row->path);
	rootward_domain_free(domain);
}

int main(void)
{
	const char *ext4 = getenv("ROOTWARD_EXT4");
	char scratch[] = "/tmp/rootward-owner-XXXXXX";
	struct rootward_domain *hold;
	size_t i;
	int userns = userns_new(&shift_maps);

	umask(0);
	if (!ok(mkdtemp(scratch) && unshare(CLONE_NEWNS) == 0 &&
			mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
			mount("scratch", scratch, "tmpfs", 0, NULL) == 0 && chdir(scratch) == 0,
		"a place of its own"))
		return done_testing();
	if (!ext4)
		ext4 = scratch;
	ok(mount_attach(mount_clone(ext4, -1), "plain") == 0 &&
		   mount_attach(mount_clone(ext4, userns), "mapped") == 0,
	   "a filesystem by two mounts");
	/* The programs stay in the kernel, and are verified once, as long as there is a domain. */
	hold = domain_of("default: [all]");
	if (ok(hold, "the bpf engine"))
		for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			try_row(&rows[i]);
	rootward_domain_free(hold);
	ok(chdir("/") == 0 && umount2(scratch, MNT_DETACH) == 0 && rmdir(scratch) == 0,
	   "cleaned up");
	return done_testing();
}
