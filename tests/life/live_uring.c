/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * io_uring acts in threads of its own and with credentials that were stored with it: all of it is
 * as confined as the task whose ring it is.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cleanup.h"
#include "life.h"
#include "ring.h"

static struct ring before;
static int personality;

/* What came of opening the denied file, if the allowed one could be opened, too; else 203. */
static int try_ring(struct ring *r, unsigned int flags)
{
	if (ring_openat(r, "uring/open/f", 0, flags) < 0)
		return 203;
	return ring_openat(r, "uring/secret/f", 0, flags) < 0 ? EACCES : 0;
}

static int in_a_ring(void)
{
	struct ring r;

	return ring_open(&r, 0) < 0 ? 204 : try_ring(&r, 0);
}

/* Handed to a worker thread from the start. */
static int in_a_worker(void)
{
	struct ring r;

	return ring_open(&r, 0) < 0 ? 204 : try_ring(&r, IOSQE_ASYNC);
}

static int in_a_polling_thread(void)
{
	struct ring r;

	return ring_open(&r, IORING_SETUP_SQPOLL) < 0 ? 204 : try_ring(&r, 0);
}

static int in_a_ring_from_before(void)
{
	return try_ring(&before, 0);
}

/* The credentials of who made the ring, unconfined: not even for what is allowed. */
static int with_stored_credentials(void)
{
	if (ring_openat(&before, "uring/secret/f", personality, 0) >= 0)
		return 0;
	return ring_openat(&before, "uring/open/f", personality, 0) < 0 ? EACCES : EPERM;
}

static void make_file_in(const char *dir, const char *path)
{
	_cleanup_close_ int fd = -1;

	mkdir(dir, 0755);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
}

void test_uring(void)
{
	static const struct {
		int (*fn)(void);
		const char *what;
	} ways[] = {
		{ in_a_ring, "io_uring in the task itself" },
		{ in_a_worker, "io_uring in a worker thread" },
		{ in_a_polling_thread, "io_uring in a polling thread" },
		{ in_a_ring_from_before, "io_uring on a ring from before" },
		{ with_stored_credentials, "io_uring with stored credentials" },
	};
	struct bpf_state *state;
	size_t i;

	mkdir("uring", 0755);
	make_file_in("uring/open", "uring/open/f");
	make_file_in("uring/secret", "uring/secret/f");
	if (!ok(ring_open(&before, 0) == 0, "a ring"))
		return;
	personality = (int)syscall(SYS_io_uring_register, before.fd, IORING_REGISTER_PERSONALITY,
				   NULL, 0);
	ok(personality > 0, "with credentials");
	ok(ring_openat(&before, "uring/secret/f", personality, 0) >= 0, "which serve outside");
	if (!ok(session_begin(&state,
			      "default: [all]\ntrees:\n- {path: uring/secret, deny: [all]}\n") == 0,
		"a domain"))
		return;
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		is_int(confined(state, ways[i].fn), EACCES, "%s", ways[i].what);
	session_end(state);
}
