/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Questions that a case cannot ask: marks on an open, and mounts that come and go meanwhile. */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "life.h"

/* --- the kernel's mark for an open on behalf of execve(), set by the caller */

#define EXEC_MARK 0x20

static int open_queue(void)
{
	mqd_t q = mq_open("/rootward-live", O_RDONLY | EXEC_MARK);

	return q < 0 ? errno : 0;
}

static int master = -1;

static int open_peer(void)
{
	return ioctl(master, TIOCGPTPEER, O_RDONLY | O_NOCTTY | EXEC_MARK) < 0 ? errno : 0;
}

static int under(const char *policy, int (*fn)(void))
{
	struct bpf_state *state;
	int r;

	if (session_begin(&state, policy) < 0)
		return 202;
	r = confined(state, fn);
	session_end(state);
	return r;
}

/* A queue is opened by a mount that hangs nowhere: only a rule on its filesystem allows. */
static void exec_mark(void)
{
	mqd_t q = mq_open("/rootward-live", O_RDWR | O_CREAT, 0666, NULL);

	mkdir("queues", 0755);
	master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (!ok(q >= 0 && master >= 0 && unlockpt(master) == 0 &&
			mount("live", "queues", "mqueue", 0, NULL) == 0,
		"a queue and a terminal"))
		return;
	is_int(under("trees:\n- {path: queues, allow: [execute]}\n", open_queue), EACCES,
	       "a queue opened as if to execute it: to read");
	is_int(under("trees:\n- {path: queues, allow: [read]}\n", open_queue), 0,
	       "which is allowed where reading is");
	is_int(under("default: [execute, ioctl_dev]\n", open_peer), EACCES,
	       "a terminal opened as if to execute it: to read");
	is_int(under("default: [read, ioctl_dev]\n", open_peer), 0,
	       "which is allowed where reading is");
	umount2("queues", MNT_DETACH);
	close(master);
	mq_close(q);
	mq_unlink("/rootward-live");
}

/* --- hooks without a mount ask all mounts, which change meanwhile */

static atomic_bool stop;
static atomic_ulong changes;

static void *change_mounts(void *data)
{
	while (!stop) {
		if (mount("storm/fs/d", "storm/here", NULL, MS_BIND, NULL) == 0)
			umount2("storm/here", MNT_DETACH);
		changes++;
	}
	return NULL;
}

#define ASKED 2000

/* How often readlink() was let through: 0 never, 100 always. */
static int ask(void)
{
	unsigned int i, allowed = 0;
	char buf[16];

	for (i = 0; i < ASKED; i++)
		allowed += readlink("storm/fs/d/link", buf, sizeof(buf)) > 0;
	return allowed ? 1 + allowed * 99 / ASKED : 0;
}

static int in_storm(const char *policy, struct rootward_stats *stats)
{
	struct bpf_state *state;
	pthread_t thread;
	int r;

	*stats = (struct rootward_stats){};
	if (session_begin(&state, policy) < 0)
		return 202;
	stop = false;
	changes = 0;
	pthread_create(&thread, NULL, change_mounts, NULL);
	r = confined(state, ask);
	stop = true;
	pthread_join(thread, NULL);
	engine_bpf.stats(state, stats);
	session_end(state);
	return r;
}

#define DENIED_MOUNT "default: [all]\ntrees:\n- {path: storm/denied, deny: [all]}\n"

static void mounts_change(void)
{
	const char *const dirs[] = { "storm", "storm/fs", "storm/here", "storm/denied",
				     "storm/denied/there" };
	struct rootward_stats stats;
	size_t i;
	int r;

	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		mkdir(dirs[i], 0755);
	if (!ok(mount("storm", "storm/fs", "tmpfs", 0, NULL) == 0 && !mkdir("storm/fs/d", 0755) &&
			!symlink("x", "storm/fs/d/link"),
		"a filesystem of its own"))
		return;
	r = in_storm(DENIED_MOUNT, &stats);
	ok(r > 0 && r <= 100 && changes > 0,
	   "mounts come and go where all is allowed: mostly yes (%d, %lu changes)", r, changes);
	is_int(stats.denied, stats.unstable, "and a no only when no answer could be had (%llu)",
	       (unsigned long long)stats.unstable);
	if (!ok(mount("storm/fs/d", "storm/denied/there", NULL, MS_BIND, NULL) == 0,
		"one more mount, in a denied place"))
		return;
	is_int(in_storm(DENIED_MOUNT, &stats), 0,
	       "mounts come and go beside it: always no (%lu changes)", changes);
	ok(changes > 0 && stats.denied == ASKED, "each time with an event");
	umount2("storm/denied/there", MNT_DETACH);
	umount2("storm/fs", MNT_DETACH);
}

void test_hooks(void)
{
	exec_mark();
	mounts_change();
}
