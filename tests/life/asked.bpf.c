// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the hooks of labels do, asked by a program that every kernel takes: about the working
 * directory of who runs it.
 */
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <rootward/vfs_walk.bpf.h>

#include "hooks_label.bpf.h"
#include "asked.h"

char asked_name[RW_LABEL_TEXT];
char asked_value[RW_LABEL_TEXT];
__u32 asked_size;
__u32 asked_domain;
__u32 asked_by;
__u64 asked_places[4];
__s64 answer;

/* The verifier would not have a pointer where there is to be a number. */
static __always_inline __u64 number_of(const void *pointer)
{
	__u64 copy = (__u64)pointer, number = 0;

	bpf_probe_read_kernel(&number, sizeof(number), &copy);
	return number;
}

static __always_inline __s64 ask_label(__u32 what, __u64 dentry)
{
	struct labelling l = { .dentry = dentry, .size = asked_size, .asker = asked_by };

	l.name = number_of(asked_name);
	if (what == ASKED_SET || what == ASKED_WAS_SET)
		l.value = number_of(asked_value);
	if (what == ASKED_SET || what == ASKED_REMOVE)
		bpf_loop(shared.n_labels, label_ask_turn, &l, 0);
	else
		bpf_loop(shared.n_labels, label_done_turn, &l, 0);
	return l.answer;
}

static __always_inline __s64 ask_move(void)
{
	struct label_move m = {
		.moved = asked_places[ASKED_MOVED],
		.from = asked_places[ASKED_FROM],
		.to = asked_places[ASKED_TO],
	};

	bpf_loop(shared.n_labels, label_move_turn, &m, 0);
	return m.answer;
}

static __always_inline __s64 ask_freed(__u64 dentry)
{
	__u64 inode = inode_of(dentry);

	bpf_loop(shared.n_labels, label_free_turn, &inode, 0);
	return 0;
}

SEC("raw_tp/sys_enter")
int BPF_PROG(asked, __u64 what, __u64 of)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u64 dentry = 0, mnt = 0;
	struct fs_struct *fs = 0;

	bpf_core_read(&fs, sizeof(fs), &task->fs);
	bpf_core_read(&dentry, sizeof(dentry), &fs->pwd.dentry);
	bpf_core_read(&mnt, sizeof(mnt), &fs->pwd.mnt);
	switch (what) {
	case ASKED_DECIDE:
		answer = decide(asked_domain, mnt, dentry, of, dentry);
		break;
	case ASKED_GUARDED:
		answer = guarded(asked_domain, dentry);
		break;
	case ASKED_CLOSES:
		answer = own_closes(asked_domain, dentry, 0);
		break;
	case ASKED_PLACE:
		asked_places[of & 3] = dentry;
		break;
	case ASKED_MOVE:
		answer = ask_move();
		break;
	case ASKED_FREED:
		answer = ask_freed(dentry);
		break;
	default:
		answer = ask_label(what, dentry);
	}
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
