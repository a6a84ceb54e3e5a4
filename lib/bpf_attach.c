/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "bpf_attach.h"
#include "bpf_hooks.h"
#include "bpf_load.h"
#include "cleanup.h"

#define LIVE BPF_KERNEL_PINS "/live"

/* One that was taken off a moment ago may still be on its way. */
static int attach_program(int program)
{
	const struct timespec tick = { .tv_nsec = 10000000 };
	int tries = 500, link;

	while ((link = bpf_attach_program(program)) == -EBUSY && --tries)
		nanosleep(&tick, NULL);
	return link;
}

static int attach_one(const char *name)
{
	_cleanup_close_ int link = -1, program = -1;
	char path[128];

	snprintf(path, sizeof(path), LIVE "/link_%s", name);
	link = bpf_obj_get(path);
	if (link >= 0)
		return 0;
	if (errno != ENOENT)
		return -errno;
	snprintf(path, sizeof(path), LIVE "/prog_%s", name);
	program = bpf_obj_get(path);
	if (program < 0)
		return -errno;
	link = attach_program(program);
	if (link < 0)
		return link;
	snprintf(path, sizeof(path), LIVE "/link_%s", name);
	return bpf_obj_pin(link, path) < 0 ? -errno : 0;
}

int bpf_attach(struct bpf_kernel *k, __u32 needs, const struct rootward_opts *opts)
{
	const struct bpf_hook_on_demand *hook;
	int r = 0;

	for (hook = bpf_hooks_on_demand; r == 0 && hook->program; hook++) {
		if (!(hook->needs & needs))
			continue;
		r = attach_one(hook->program);
		if (r < 0)
			diag(opts, ROOTWARD_ERROR, NULL, NULL, "cannot put %s on its hook: %s",
			     hook->program, strerror(-r));
	}
	return r;
}

static __u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* Whoever is told of what is allowed is told of all of it. */
static __u32 needed(const struct bpf_kernel *k)
{
	const struct rw_domain *domain;
	__u64 now = now_ns();
	__u32 needs = k->shared->n_labels ? BPF_NEED_LABELS : 0;

	for (domain = k->domains + 1; domain < k->domains + RW_DOMAINS; domain++) {
		if (domain->state == RW_DOMAIN_FREE)
			continue;
		needs |= ROOTWARD_OPS_TELL & ~domain->unasked;
		if (__atomic_load_n(&domain->told_until, __ATOMIC_RELAXED) > now)
			needs |= ROOTWARD_OPS_TELL;
	}
	return needs;
}

void bpf_detach(struct bpf_kernel *k)
{
	const struct bpf_hook_on_demand *hook;
	char path[128];
	__u32 needs;

	if (!bpf_kernel_is_current(k))
		return;
	needs = needed(k);
	for (hook = bpf_hooks_on_demand; hook->program; hook++) {
		snprintf(path, sizeof(path), LIVE "/link_%s", hook->program);
		if (!(hook->needs & needs))
			unlink(path);
	}
}
