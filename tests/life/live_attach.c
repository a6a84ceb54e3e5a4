/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Programs that are on their hooks only while they are needed: that they are, and what they say. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "cleanup.h"
#include "life.h"

#define PROGRAM "rw_inode_getattr"
#define DENIES "default: [all]\ntrees:\n- {path: live/secret, deny: [stat]}\n"
#define AGAIN 20

static bool is_program(int link, const char *name)
{
	struct bpf_prog_info prog = {};
	struct bpf_link_info info = {};
	_cleanup_close_ int fd = -1;
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(link, &info, &size) < 0)
		return false;
	fd = bpf_prog_get_fd_by_id(info.prog_id);
	size = sizeof(prog);
	return fd >= 0 && bpf_obj_get_info_by_fd(fd, &prog, &size) == 0 &&
	       strncmp(prog.name, name, sizeof(prog.name) - 1) == 0;
}

/* Whether any link in the kernel has it on a hook, whatever is pinned. */
static bool on_its_hook(void)
{
	__u32 id = 0;
	int link;

	while (bpf_link_get_next_id(id, &id) == 0) {
		link = bpf_link_get_fd_by_id(id);
		if (link >= 0 && is_program(link, PROGRAM)) {
			close(link);
			return true;
		}
		cleanup_close(&link);
	}
	return false;
}

/* The kernel takes it off a little later. */
static bool comes_off(void)
{
	const struct timespec tick = { .tv_nsec = 20000000 };
	int i;

	for (i = 0; i < 500 && on_its_hook(); i++)
		nanosleep(&tick, NULL);
	return !on_its_hook();
}

static int stats(void)
{
	struct stat st;

	return stat("live/secret", &st) ? errno : 0;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

void test_attached(struct bpf_state *keeper)
{
	unsigned int i, wrong = 0;
	struct bpf_state *state;
	double begin, took = 0;

	ok(comes_off(), "where stat is denied nowhere, nothing is on its hook");
	is_int(confined(keeper, stats), 0, "and it is allowed");
	if (!ok(session_begin(&state, DENIES) == 0, "one that denies it somewhere"))
		return;
	ok(on_its_hook(), "has it put on its hook");
	is_int(confined(state, stats), EACCES, "and is asked");
	is_int(confined(keeper, stats), 0, "the other is not");
	is_int(stats(), 0, "nor who is in none");
	session_end(state);
	ok(comes_off(), "with it, it goes");
	is_int(confined(keeper, stats), 0, "where it is denied nowhere it is allowed still");
	for (i = 0; i < AGAIN; i++) {
		begin = now();
		if (session_begin(&state, DENIES) < 0) {
			tap_show("said", collected_text(&said));
			break;
		}
		took += now() - begin;
		wrong += confined(state, stats) != EACCES;
		session_end(state);
	}
	is_int(i, AGAIN, "again and again, %.0f ms each", took * 1e3 / AGAIN);
	is_int(wrong, 0, "asked from the first on");
	ok(comes_off(), "and it goes");
}
