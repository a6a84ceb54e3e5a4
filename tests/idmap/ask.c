/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "ask.h"

static struct idmap_bpf *program;

int ask_init(void)
{
	program = idmap_bpf__open_and_load();
	return program ? 0 : -errno;
}

static int run(struct bpf_program *which, int fd)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	program->bss->question.fd = fd;
	return bpf_prog_test_run_opts(bpf_program__fd(which), &opts);
}

struct idmap_answer ask(int fd)
{
	struct idmap_answer nothing = { .result = run(program->progs.idmap_ask, fd) };

	return nothing.result ? nothing : program->bss->answer;
}

struct idmap_chain ask_chain(int fd)
{
	struct idmap_chain nothing = { .end = run(program->progs.idmap_ancestors, fd) };

	return nothing.end ? nothing : program->bss->chain;
}

static uint32_t overflow_id(void)
{
	static uint32_t id;
	FILE *file = id ? NULL : fopen("/proc/sys/kernel/overflowuid", "re");

	if (file && fscanf(file, "%u", &id) != 1)
		id = 0;
	if (file)
		fclose(file);
	return id;
}

/* One of the two ids: as it shall be, as stat told it, as the program said. */
static bool same(uint64_t wanted, uint32_t told, uint64_t said)
{
	if (wanted == NO_ID)
		return told == overflow_id() && said == IDMAP_INVALID;
	return told == wanted && said == wanted;
}

bool agrees(int fd, uint64_t uid, uint64_t gid)
{
	struct idmap_answer a = ask(fd);
	struct stat st = { 0 };

	if (fstat(fd, &st) == 0 && a.result == 0 && same(uid, st.st_uid, a.uid) &&
	    same(gid, st.st_gid, a.gid) && a.eq_self == (uid != NO_ID) && !a.is_raw)
		return true;
	printf("# wanted %llu:%llu, stat %u:%u, program %llu:%llu, result %d, equal %u, -1 %u\n",
	       (unsigned long long)uid, (unsigned long long)gid, st.st_uid, st.st_gid,
	       (unsigned long long)a.uid, (unsigned long long)a.gid, a.result, a.eq_self, a.is_raw);
	return false;
}
