/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * explain and owners: rules for some owner's objects, and whom it says that things belong to.  The
 * same files by two mounts, one of which maps ids from 1000 on (shift_maps):
 *
 *	plain/box/		1005:1006	mapped/box/	1000005:2000006
 *	      own, new name	1005:1006			1000005:2000006
 *	      out		5:5				unmapped
 *	      no-user		5:1006				unmapped:2000006
 *	      no-group		1005:5				1000005:unmapped
 *	      team/		1005:1007, setgid		1000005:2000007
 *	      in/ file, sub/	1005:1006			1000005:2000006
 *	bind/			is plain/box/in
 */
#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include <rootward.h>

#include "cleanup.h"
#include "explain.h"
#include "../idmap/maps.h"
#include "../tap.h"
#include "tempdir.h"
#include "explain-owner-rows.h"

/* A process that is @who and waits. */
static pid_t start(const struct who *who)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		if (setgroups(1, &who->group) == 0 &&
		    setresgid(who->gid, who->gid, who->gid) == 0 &&
		    setresuid(who->uid, who->uid, 0) == 0 && seteuid(0) == 0) {
			setfsuid(who->fsuid);
			if (write(ready[1], "", 1) == 1)
				pause();
		}
		_exit(1);
	}
	close(ready[1]);
	if (pid > 0 && read(ready[0], &byte, 1) != 1)
		pid = -1;
	close(ready[0]);
	return pid;
}

static void stop(pid_t pid)
{
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
}

static struct rootward_explainer *explainer_for(const char *text, struct rootward_policy **policy)
{
	struct rootward_explainer *x = NULL;

	*policy = NULL;
	if (rootward_policy_parse(policy, text, strlen(text), NULL) == 0)
		rootward_explainer_new(&x, policy, 1, NULL);
	return x;
}

static void try_way(struct rootward_explainer *x, const struct row *row, pid_t pid,
		    bool by_descriptors)
{
	struct rootward_question q = {
		.size = sizeof(q),
		.path = row->path,
		.to = row->to,
		.from = row->from,
		.ops = row->op,
		.flags = row->flags | (by_descriptors ? ROOTWARD_BY_DESCRIPTORS : 0),
		.pid = pid,
	};
	struct rootward_explanation *e = NULL;
	const struct rootward_verdict *v;
	bool unsure = by_descriptors && row->unsure && !kernel_tells_maps();

	if (!is_int(rootward_explain(&e, x, &q, NULL), 0, "%s %s%s", strstr(row->policy, "box"),
		    row->path, by_descriptors ? ", over descriptors" : ""))
		return;
	v = rootward_explanation_verdict(e, (enum rootward_op)row->op);
	is_int(!!v->unsure, unsure, "is it sure?");
	if (!unsure)
		is_int(!v->allowed, row->denied, "is it denied?");
	rootward_explanation_free(e);
}

static void test_rows(void)
{
	struct rootward_explainer *x;
	struct rootward_policy *policy;
	const struct row *row;
	pid_t pid;

	for (row = rows; row < rows + sizeof(rows) / sizeof(rows[0]); row++) {
		x = explainer_for(row->policy, &policy);
		pid = start(&row->who);
		if (ok(x && pid > 0, "an explainer, and for whom")) {
			try_way(x, row, pid, false);
			try_way(x, row, pid, true);
		}
		stop(pid);
		rootward_explainer_free(x);
		rootward_policy_free(policy);
	}
}

/* --- what is told */

static struct rootward_explanation *ask(struct rootward_explainer *x, const char *path, uint32_t op)
{
	struct rootward_question q = { .size = sizeof(q), .path = path, .ops = op };
	struct rootward_explanation *e = NULL;

	rootward_explain(&e, x, &q, NULL);
	return e;
}

static void test_told(void)
{
	struct rootward_policy *policy;
	struct rootward_explainer *x = explainer_for(MAY "owner: self}]", &policy);
	struct rootward_explanation *e = ask(x, "plain/box/own", OP(WRITE_FILE) | OP(READ_FILE));
	const struct rootward_verdict *v = rootward_explanation_verdict(e, OP(WRITE_FILE));
	const struct rootward_walk *walk = rootward_explanation_walk(e);

	ok(walk->uid == 0 && walk->gid == 0, "self is the caller");
	ok(!v->allowed && v->by_owner && v->reason == ROOTWARD_REASON_DEFAULT,
	   "a rule by owner was met");
	ok(v->owner.uid == 1005 && v->owner.gid == 1006, "whom the object belongs to");
	ok(v->uncounted == rootward_explanation_rule(e, 1, 0) &&
		   v->uncounted->owner.whose == ROOTWARD_OWN,
	   "which rule did not count for that");
	v = rootward_explanation_verdict(e, OP(READ_FILE));
	ok(v->allowed && !v->by_owner && !v->uncounted, "none about reading was met");
	rootward_explanation_free(e);

	e = ask(x, "plain/box", OP(MAKE_REG) | OP(CHMOD));
	v = rootward_explanation_verdict(e, OP(MAKE_REG));
	ok(v->allowed && v->by_owner && v->owner.uid == 0 && !v->uncounted,
	   "what is made is the caller's");
	v = rootward_explanation_verdict(e, OP(CHMOD));
	ok(!v->allowed && v->owner.uid == 1005 && v->uncounted, "its directory is not");
	rootward_explanation_free(e);
	rootward_explainer_free(x);
	rootward_policy_free(policy);
}

static const struct rootward_owner *owner_of(const struct rootward_explanation *e, size_t number)
{
	return &rootward_explanation_ancestor(e, number)->owner;
}

static bool is_owner(const struct rootward_owner *o, uint64_t uid, uint64_t gid, uint64_t fs_uid,
		     uint64_t fs_gid, bool idmapped)
{
	return o->known == (ROOTWARD_OWNER_SEEN | ROOTWARD_OWNER_STORED) && o->uid == uid &&
	       o->gid == gid && o->fs_uid == fs_uid && o->fs_gid == fs_gid &&
	       o->idmapped == idmapped;
}

static int take_owner(const struct vfs_ancestor *a, void *data)
{
	if (a)
		*(struct vfs_ancestor *)data = *a;
	return 0;
}

static void test_chain(void)
{
	_cleanup_close_ int fd = -1;
	struct vfs_ancestor visit = { 0 };
	struct rootward_explainer *x = NULL;
	struct rootward_question q = { .size = sizeof(q),
				       .path = "mapped/box/out",
				       .flags = ROOTWARD_BY_DESCRIPTORS };
	struct rootward_explanation *e;

	rootward_explainer_new(&x, NULL, 0, NULL);
	e = ask(x, "mapped/box/out", 0);
	ok(is_owner(owner_of(e, 0), ROOTWARD_NO_ID, ROOTWARD_NO_ID, 5, 5, true),
	   "the object's owner is unmapped");
	ok(is_owner(owner_of(e, 1), 1000005, 2000006, 1005, 1006, true), "its directory's mapped");
	ok(is_owner(owner_of(e, 2), ROOTWARD_NO_ID, ROOTWARD_NO_ID, 0, 0, true),
	   "the mount's root is root's, who is nobody there");
	ok(is_owner(owner_of(e, 5), 0, 0, 0, 0, false),
	   "beneath is another mount, which maps none");
	rootward_explanation_free(e);
	e = ask(x, "mapped/box/new", 0);
	ok(is_owner(owner_of(e, 0), ROOTWARD_NO_ID, ROOTWARD_NO_ID, ROOTWARD_NO_ID, ROOTWARD_NO_ID,
		    true),
	   "what root would make there has no place");
	rootward_explanation_free(e);
	e = NULL;
	is_int(rootward_explain(&e, x, &q, NULL), 0, "over descriptors");
	if (kernel_tells_maps())
		ok(owner_of(e, 0)->known == ROOTWARD_OWNER_SEEN &&
			   owner_of(e, 0)->uid == ROOTWARD_NO_ID,
		   "what is shown as nobody's has no id");
	else
		is_int(owner_of(e, 0)->known, 0, "what is shown as nobody's is not known");
	is_int(owner_of(e, 1)->known, ROOTWARD_OWNER_SEEN,
	       "else all but what a filesystem in memory has");
	is_int(owner_of(e, 1)->uid, 1000005, "which is as seen");
	is_int(owner_of(e, 5)->known, ROOTWARD_OWNER_SEEN | ROOTWARD_OWNER_STORED,
	       "and where no mount maps, that too");
	rootward_explanation_free(e);
	rootward_explainer_free(x);
	fd = open("mapped/box/own", O_PATH | O_CLOEXEC);
	is_int(vfs_walk_ancestors(fd, -1, take_owner, &visit, 0), VFS_WALK_STOPPED, "a walk");
	ok(visit.uid == 1000005 && visit.gid == 2000006, "tells owners as stat does");
}

/* What stat says by both mounts, for random maps. */
static void test_stat(size_t extents)
{
	struct maps *maps = calloc(1, sizeof(*maps));
	struct rootward_explainer *x = NULL;
	struct rootward_explanation *e;
	uint64_t seed = extents, uid, gid;
	uint32_t id, asked = 0, wrong = 0;
	struct stat seen, stored;
	int userns;
	size_t i;

	map_draw(&maps->uid, extents, &seed);
	map_draw(&maps->gid, extents, &seed);
	userns = userns_new(maps);
	ok(mount_attach(mount_clone("plain/box", userns), "drawn") == 0, "%zu extents", extents);
	rootward_explainer_new(&x, NULL, 0, NULL);
	for (i = 0; map_interesting(&maps->uid, false, i, &seed, &id); i += 1 + extents / 20) {
		if (chown("plain/box/out", id, 1 + id / 2) || stat("drawn/out", &seen) ||
		    stat("plain/box/out", &stored) || !(e = ask(x, "drawn/out", OP(STAT))))
			continue;
		uid = map_down(&maps->uid, id);
		gid = map_down(&maps->gid, 1 + id / 2);
		wrong += !is_owner(owner_of(e, 0), uid == NO_ID ? ROOTWARD_NO_ID : uid,
				   gid == NO_ID ? ROOTWARD_NO_ID : gid, stored.st_uid,
				   stored.st_gid, true) ||
			 seen.st_uid != (uid == NO_ID ? 65534 : uid) ||
			 seen.st_gid != (gid == NO_ID ? 65534 : gid);
		asked++;
		rootward_explanation_free(e);
	}
	ok(asked >= 20 && !wrong, "%u owners are as stat shows them, %u are not", asked, wrong);
	rootward_explainer_free(x);
	ok(umount2("drawn", MNT_DETACH) == 0, "put away");
	close(userns);
	free(maps);
}

static int make(const char *path, mode_t mode, uid_t uid, gid_t gid)
{
	int fd = mode & S_IFDIR ? mkdir(path, 0777) : open(path, O_CREAT | O_CLOEXEC, 0666);

	if (!(mode & S_IFDIR) && fd >= 0)
		close(fd);
	return fd < 0 || chown(path, uid, gid) || chmod(path, mode & 07777) ? -1 : 0;
}

static bool make_world(void)
{
	int userns = userns_new(&shift_maps), mapped;

	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("scratch", tempdir, "tmpfs", 0, NULL) || chdir(tempdir))
		return false;
	mkdir("under", 0755);
	if (make("under/box", S_IFDIR | 0777, 1005, 1006) ||
	    make("under/box/own", 0666, 1005, 1006) || make("under/box/out", 0666, 5, 5) ||
	    make("under/box/no-user", 0666, 5, 1006) || make("under/box/no-group", 0666, 1005, 5) ||
	    make("under/box/team", S_IFDIR | 02777, 1005, 1007) ||
	    make("under/box/in", S_IFDIR | 0777, 1005, 1006) ||
	    make("under/box/in/file", 0666, 1005, 1006) ||
	    make("under/box/in/sub", S_IFDIR | 0777, 1005, 1006))
		return false;
	mapped = mount_clone("under", userns);
	close(userns);
	return mount_attach(mount_clone("under", -1), "plain") == 0 &&
	       mount_attach(mapped, "mapped") == 0 &&
	       mount_attach(mount_clone("plain/box/in", -1), "bind") == 0;
}

int main(void)
{
	enter_tempdir();
	umask(0);
	/* Loaded once for all rows. */
	is_int(walker_keep(), 0, "the kernel takes the walk");
	if (!ok(make_world(), "a filesystem by two mounts"))
		return done_testing();
	test_rows();
	test_told();
	test_chain();
	test_stat(6);
	test_stat(340);
	ok(chdir("/") == 0 && umount2(tempdir, MNT_DETACH) == 0, "put away");
	return done_testing();
}
