/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether the engine would work.  What bpf_load() needs is looked for here, but for what only
 * loading everything would tell.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/btf.h>

#include "bpf_hooks.h"
#include "bpf_load.h"

#define WHY_MAX 256

static void keep_first(void *data, const struct rootward_diag *diag)
{
	char *first = data;

	if (!*first)
		snprintf(first, WHY_MAX, "%s", diag->message);
}

static int lacks_hooks(const char **why)
{
	static __thread char first[WHY_MAX];
	struct rootward_opts opts = { .diag = keep_first, .diag_data = first };
	struct btf *btf = bpf_hooks_vmlinux();
	int r;

	first[0] = '\0';
	r = bpf_hooks(btf, &opts);
	btf__free(btf);
	*why = *first ? first : strerror(-r);
	return r;
}

static const char *refusal(int error)
{
	switch (error) {
	case -ENOSYS:
		if (!bpf_calls_switched())
			return "programs on security hooks are not called: kernel.ftrace_enabled "
			       "is 0, which takes them off; set it to 1";
		return "programs on security hooks are not called: `bpf` is not in the lsm= list that "
		       "the kernel was started with";
	case -EOPNOTSUPP:
		return "where this kernel preempts a program it skips it for other tasks: start it "
		       "with preempt=voluntary, or take 6.2 or later";
	default:
		return geteuid() ? "BPF LSM needs root"
				 : "the kernel refuses BPF programs on security hooks";
	}
}

int bpf_probe(const char **why)
{
	const char *ignored;
	enum bpf_stage stage;
	int r;

	if (!why)
		why = &ignored;
	r = lacks_hooks(why);
	if (r < 0)
		return r;
	r = bpf_probe_stage(&stage);
	*why = r < 0 ? refusal(r) : NULL;
	return r;
}
