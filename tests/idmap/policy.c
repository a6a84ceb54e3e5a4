/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * `owner:` and `group:` in a policy, by the bpf engine, and what explain says will become of it:
 * the same files, seen by two mounts.
 *
 *	plain/box	1005:1006	mapped/box	1000005:2000006
 *	  own		1005:1006			1000005:2000006
 *	  out		5:5				unmapped
 *	  in/		1005:1006			1000005:2000006
 *	    sub/, file
 *	  team/		1005:1007, setgid		1000005:2000007
 *	bind/		is plain/box/in
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

#include "explain.h"
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
	/* With the group of a directory that says so. */
	{ MAY_WRITE "group: self}]", 7, 7, MAKE, "plain/box/new", 0 },
	{ MAY_WRITE "group: self}]", 7, 7, MAKE, "plain/box/team/new", EACCES },
	{ MAY_WRITE "group: self}]", 7, 1007, MAKE, "plain/box/team/new", 0 },
	{ MAY_WRITE "group: gid 1007}]", 7, 7, MAKE, "plain/box/team/new", 0 },
	{ MAY_WRITE "group: gid 2000007}]", 1000005, 2000006, MAKE, "mapped/box/team/new", 0 },
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
	/* By a mount that hides the rule. */
	{ MAY_NOT_WRITE "owner: uid 1005}]", 7, 0, WRITE, "bind/file", EACCES },
	{ MAY_NOT_WRITE "owner: uid 5}]", 7, 0, WRITE, "bind/file", 0 },
	{ MAY_WRITE "owner: uid 1005}]", 7, 0, WRITE, "bind/file", EACCES },
	/* A file keeps its owner when it moves; beneath one rule a directory's things do, too. */
	{ MAY_WRITE "owner: self}]", 1005, 0, MOVE, "plain/box", 0 },
	{ MAY_WRITE "owner: uid 5}]", 1005, 0, MOVE, "plain/box", EACCES },
	{ MAY_WRITE "owner: uid 1005}]", 7, 0, MOVE, "plain/box", 0 },
	{ MAY_WRITE "owner: {make_reg: uid 7}}]", 7, 0, MOVE, "plain/box", EACCES },
	{ MAY_WRITE "owner: {refer: uid 7}}]", 7, 0, MOVE, "plain/box", EXDEV },
	{ "default: [all]\ntrees: [{path: plain/box, deny: [chmod], owner: uid 5}, "
	  "{path: plain/box/in, allow: [chmod]}]",
	  1005, 0, MOVE, "plain/box", 0 },
	{ "default: [all]\ntrees: [{path: plain/box, deny: [chmod], owner: uid 1005}, "
	  "{path: plain/box/in, allow: [chmod]}]",
	  1005, 0, MOVE, "plain/box", EXDEV },
	{ MAY_WRITE "owner: self}]", 1005, 0, MOVE_DIRECTORY, "plain/box", 0 },
	{ MAY_WRITE "owner: self}, {path: plain/box/in, allow: [read], owner: self}]", 1005, 0,
	  MOVE_DIRECTORY, "plain/box", EXDEV },
};

struct ends {
	char from[64], to[64];
};

static struct ends ends_of(const struct row *row)
{
	bool file = row->what == MOVE;
	struct ends ends;

	snprintf(ends.from, sizeof(ends.from), "%s/%s", row->path, file ? "own" : "in/sub");
	snprintf(ends.to, sizeof(ends.to), "%s/%s", row->path, file ? "in/own" : "sub");
	return ends;
}

static int act(const struct row *row)
{
	struct ends ends = ends_of(row);
	int fd;

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
		return rename(ends.from, ends.to) < 0 ? errno : 0;
	}
}

/* --- what explain says of it */

/** struct predictor - @failed: it could not be told, or not for sure. */
struct predictor {
	struct rootward_explainer *explainer;
	pid_t pid;
	bool failed;
};

static bool is_denied(struct predictor *p, struct rootward_question question)
{
	struct rootward_explanation *e = NULL;
	bool denied = true;

	question.size = sizeof(question);
	question.pid = p->pid;
	if (rootward_explain(&e, p->explainer, &question, NULL) < 0) {
		p->failed = true;
	} else {
		denied = rootward_explanation_walk(e)->denied;
		p->failed |= rootward_explanation_walk(e)->unsure;
	}
	rootward_explanation_free(e);
	return denied;
}

#define ASK(p, ...) is_denied(p, (struct rootward_question){ __VA_ARGS__ })
#define ENTRY ROOTWARD_ENTRY | ROOTWARD_NOFOLLOW

static int predict_move(struct predictor *p, const struct row *row)
{
	bool file = row->what == MOVE;
	uint32_t leaves = file ? ROOTWARD_OP_REMOVE_FILE : ROOTWARD_OP_REMOVE_DIR;
	uint32_t comes = file ? ROOTWARD_OP_MAKE_REG : ROOTWARD_OP_MAKE_DIR;
	uint32_t refer = ROOTWARD_OP_REFER;
	struct ends ends = ends_of(row);

	if (ASK(p, .path = ends.from, .ops = leaves, .flags = ENTRY) ||
	    ASK(p, .path = ends.to, .ops = comes, .flags = ENTRY, .from = ends.from))
		return EACCES;
	return ASK(p, .path = ends.from, .ops = refer, .flags = ENTRY, .to = ends.to) ||
			       ASK(p, .path = ends.to, .ops = refer, .flags = ENTRY,
				   .from = ends.from)
		       ? EXDEV
		       : 0;
}

static int predict(struct predictor *p, const struct row *row)
{
	static const uint32_t ops[] = {
		[READ] = ROOTWARD_OP_READ_FILE,
		[WRITE] = ROOTWARD_OP_WRITE_FILE,
		[MAKE] = ROOTWARD_OP_MAKE_DIR,
		[REMOVE] = ROOTWARD_OP_REMOVE_FILE,
	};
	uint32_t flags = row->what == MAKE || row->what == REMOVE ? ENTRY : 0;
	int answer;

	if (row->what == MOVE || row->what == MOVE_DIRECTORY)
		answer = predict_move(p, row);
	else
		answer = ASK(p, .path = row->path, .ops = ops[row->what], .flags = flags) ? EACCES
											  : 0;
	return p->failed ? -1 : answer;
}

/* By the policy, and by what the engine holds for the process. */
static void explain(struct rootward_policy *policy, pid_t pid, const struct row *row)
{
	struct predictor p = { .pid = pid };

	if (ok(rootward_explainer_new(&p.explainer, &policy, 1, NULL) == 0, "explained"))
		is_int(predict(&p, row), row->error, "by the policy");
	rootward_explainer_free(p.explainer);
	p = (struct predictor){ .pid = pid };
	if (ok(rootward_explainer_of(&p.explainer, pid, NULL) == 0, "by the confinement"))
		is_int(predict(&p, row), row->error, "it comes to the same");
	rootward_explainer_free(p.explainer);
}

/* --- and what happens */

/** struct actor - confined, it waits for a byte, and acts. */
struct actor {
	pid_t pid;
	int go, ready;
};

static _Noreturn void be_actor(struct rootward_domain *domain, const struct row *row, int go,
			       int ready)
{
	gid_t gid = row->what == MAKE ? row->group : 7;
	char byte;

	if (rootward_domain_enter(domain) < 0 || setgroups(1, &row->group) < 0 ||
	    setresgid(gid, gid, gid) < 0 || setresuid(row->uid, row->uid, row->uid) < 0 ||
	    write(ready, "", 1) != 1 || read(go, &byte, 1) != 1)
		_exit(255);
	_exit(act(row));
}

static bool actor_start(struct actor *actor, struct rootward_domain *domain, const struct row *row)
{
	int go[2], ready[2];
	char byte;

	if (pipe2(go, O_CLOEXEC) < 0 || pipe2(ready, O_CLOEXEC) < 0)
		return false;
	actor->pid = fork();
	if (actor->pid == 0) {
		close(go[1]);
		be_actor(domain, row, go[0], ready[1]);
	}
	close(go[0]);
	close(ready[1]);
	*actor = (struct actor){ actor->pid, go[1], ready[0] };
	return actor->pid > 0 && read(actor->ready, &byte, 1) == 1;
}

/* Returns what became of it: an errno, or 255. */
static int actor_act(struct actor *actor)
{
	int status = 0;

	if (write(actor->go, "", 1) != 1)
		status = -1;
	close(actor->go);
	close(actor->ready);
	if (actor->pid <= 0 || waitpid(actor->pid, &status, 0) != actor->pid || !WIFEXITED(status))
		return 255;
	return WEXITSTATUS(status);
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
	rmdir("plain/box/team/new");
	return !(make("plain/box", true, 1005, 1006) | make("plain/box/own", false, 1005, 1006) |
		 make("plain/box/out", false, 5, 5) | make("plain/box/in", true, 1005, 1006) |
		 make("plain/box/in/sub", true, 1005, 1006) |
		 make("plain/box/in/file", false, 1005, 1006) |
		 make("plain/box/team", true, 1005, 1007) | chmod("plain/box/team", 02777));
}

static void tell(void *data, const struct rootward_diag *diag)
{
	printf("# %s\n", diag->message);
}

static struct rootward_policy *policy_of(const char *text)
{
	struct rootward_opts opts = { .size = sizeof(opts), .diag = tell };
	struct rootward_policy *policy = NULL;

	rootward_policy_parse(&policy, text, strlen(text), &opts);
	return policy;
}

static struct rootward_domain *domain_of(struct rootward_policy *policy)
{
	struct rootward_opts opts = { .size = sizeof(opts), .diag = tell };
	struct rootward_domain *domain = NULL;

	if (policy)
		rootward_domain_new(&domain, ROOTWARD_ENGINE_BPF, &policy, 1, &opts);
	return domain;
}

static void try_row(const struct row *row)
{
	struct rootward_policy *policy = policy_of(row->policy);
	struct rootward_domain *domain = NULL;
	struct actor actor = { -1, -1, -1 };

	if (ok(tidy() && (domain = domain_of(policy)), "%s", strstr(row->policy, "box,"))) {
		if (ok(actor_start(&actor, domain, row), "confined"))
			explain(policy, actor.pid, row);
		is_int(actor_act(&actor), row->error, "%u, %u: %s", row->uid, row->group,
		       row->path);
	}
	rootward_domain_free(domain);
	rootward_policy_free(policy);
}

int main(void)
{
	const char *ext4 = getenv("ROOTWARD_EXT4");
	char scratch[] = "/tmp/rootward-owner-XXXXXX";
	struct rootward_policy *all = policy_of("default: [all]");
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
		   mount_attach(mount_clone(ext4, userns), "mapped") == 0 && tidy() &&
		   mount_attach(mount_clone("plain/box/in", -1), "bind") == 0,
	   "a filesystem by two mounts");
	/* The programs stay in the kernel, and are verified once, as long as there is a domain. */
	hold = domain_of(all);
	if (ok(hold && walker_keep() == 0, "the bpf engine, and the walk to explain by"))
		for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			try_row(&rows[i]);
	rootward_domain_free(hold);
	rootward_policy_free(all);
	ok(chdir("/") == 0 && umount2(scratch, MNT_DETACH) == 0 && rmdir(scratch) == 0,
	   "cleaned up");
	return done_testing();
}
