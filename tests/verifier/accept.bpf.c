// SPDX-License-Identifier: GPL-2.0-only
/* The walk in every kind of program that does not sleep. */
#include "count.bpf.h"

static __always_inline int walk_from_pwd(void)
{
	WALK(PWD(), visit);
	return end < 0 || count.visits > 1000000;
}

SEC("raw_tp/sys_enter")
int in_raw_tp(void *ctx)
{
	return walk_from_pwd();
}

SEC("tp_btf/sys_enter")
int in_tp_btf(void *ctx)
{
	return walk_from_pwd();
}

SEC("kprobe")
int in_kprobe(void *ctx)
{
	return walk_from_pwd();
}

SEC("perf_event")
int in_perf_event(void *ctx)
{
	return walk_from_pwd();
}

SEC("iter/task_file")
int in_iter(struct bpf_iter__task_file *ctx)
{
	struct file *file = ctx->file;

	if (!file)
		return 0;
	WALK(&file->f_path, visit);
	bpf_seq_write(ctx->meta->seq, &count, sizeof(count));
	return end > 1000;
}

SEC("lsm/file_open")
int BPF_PROG(in_lsm, struct file *file)
{
	WALK(&file->f_path, visit);
	return 0;
}

SEC("fentry/security_file_open")
int BPF_PROG(in_fentry, struct file *file)
{
	WALK(&file->f_path, visit);
	return 0;
}
