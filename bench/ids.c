/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What asking for the owner through a mount costs, by the size of the mount's map.  Needs the right
 * to load BPF programs, not BPF LSM, so it runs on the host's processor.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "cleanup.h"
#include "ids.h"
#include "ids.skel.h"
#include "../tests/idmap/maps.h"

#define ROUNDS 500

static double run_once(struct bpf_program *program)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	struct timespec begin, end;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	if (bpf_prog_test_run_opts(bpf_program__fd(program), &opts) < 0)
		return 1e9;
	clock_gettime(CLOCK_MONOTONIC, &end);
	return ((end.tv_sec - begin.tv_sec) * 1e9 + (end.tv_nsec - begin.tv_nsec)) / IDS_TIMES;
}

/* The quickest of the rounds: whatever else runs only ever adds. */
static double run(struct bpf_program *program)
{
	double best = 1e9, once;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		once = run_once(program);
		best = once < best ? once : best;
	}
	return best;
}

/* 64 files in @base, seen through @mount, of owners that the maps have. */
static int prepare(struct ids_bpf *ids, int base, int mount, const struct maps *maps, int *fds)
{
	uint64_t seed = 1;
	char name[16];
	int i, fd;

	for (i = 0; i < IDS_FILES; i++) {
		snprintf(name, sizeof(name), "%d", i);
		fd = openat(base, name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0 || fchown(fd, maps->uid.extents[random_below(&seed, maps->uid.n)].first,
				     maps->gid.extents[random_below(&seed, maps->gid.n)].first) < 0)
			return -errno;
		close(fd);
		fds[i] = openat(mount, name, O_PATH | O_CLOEXEC);
		if (fds[i] < 0)
			return -errno;
		ids->bss->fds[i] = fds[i];
	}
	return bpf_prog_test_run_opts(bpf_program__fd(ids->progs.ids_find), NULL);
}

static int measure(struct ids_bpf *ids, const char *at, size_t extents)
{
	_cleanup_close_ int userns = -1, mount = -1, base = open(at, O_PATH | O_CLOEXEC);
	int fds[IDS_FILES], i, r;
	struct maps maps;
	uint64_t seed = extents + 1;
	double nothing;

	map_draw(&maps.uid, extents ?: 1, &seed);
	map_draw(&maps.gid, extents ?: 1, &seed);
	if (extents)
		userns = userns_new(&maps);
	mount = mount_clone(at, userns);
	r = mount < 0 ? mount : prepare(ids, base, mount, &maps, fds);
	if (r < 0)
		return r;
	nothing = run(ids->progs.ids_nothing);
	printf("%8zu  %12.1f  %12.1f\n", extents, run(ids->progs.ids_ask) - nothing,
	       run(ids->progs.ids_match) - nothing);
	for (i = 0; i < IDS_FILES; i++)
		close(fds[i]);
	return ids->bss->failed ? -EIO : 0;
}

int main(int argc, char **argv)
{
	static const size_t extents[] = { 0, 1, 5, 6, 340 };
	char at[] = "/tmp/rootward-bench-XXXXXX";
	struct ids_bpf *ids = ids_bpf__open_and_load();
	size_t i;
	int r = 0;

	if (argc > 1) {
		printf("usage: bench-ids\n");
		return 2;
	}
	if (!ids || !mkdtemp(at) || unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("bench", at, "tmpfs", 0, NULL) < 0) {
		fprintf(stderr, "bench-ids: %s\n", strerror(errno));
		return 1;
	}
	printf(" extents   ids of file   and whether mine   (the quickest of %d rounds)\n", ROUNDS);
	for (i = 0; i < sizeof(extents) / sizeof(extents[0]) && r == 0; i++)
		r = measure(ids, at, extents[i]);
	umount2(at, MNT_DETACH);
	rmdir(at);
	if (r < 0)
		fprintf(stderr, "bench-ids: %s\n", strerror(-r));
	return r < 0;
}
