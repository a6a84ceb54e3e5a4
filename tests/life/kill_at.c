/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "life.h"

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define TRACE BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE)
#define IF_EQUAL(value) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1)

/* Calls that change what outlives the process.  Others do not matter, and there are thousands. */
static void stop_at_changes(void)
{
	static struct sock_filter filter[] = {
		LOAD(nr),      IF_EQUAL(SYS_mkdir),
		TRACE,	       IF_EQUAL(SYS_rmdir),
		TRACE,	       IF_EQUAL(SYS_rename),
		TRACE,	       IF_EQUAL(SYS_unlinkat),
		TRACE,	       IF_EQUAL(SYS_flock),
		TRACE,	       IF_EQUAL(SYS_exit_group),
		TRACE,	       BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bpf, 0, 9),
		LOAD(args[0]), IF_EQUAL(BPF_MAP_UPDATE_ELEM),
		TRACE,	       IF_EQUAL(BPF_MAP_DELETE_ELEM),
		TRACE,	       IF_EQUAL(BPF_OBJ_PIN),
		TRACE,	       IF_EQUAL(BPF_PROG_TEST_RUN),
		TRACE,	       BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]), filter };

	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
		_exit(1);
}

static _Noreturn void be_traced(void (*fn)(void *), void *data)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	stop_at_changes();
	fn(data);
	_exit(0);
}

bool kill_at(unsigned int n, void (*fn)(void *), void *data)
{
	int status, signal = 0;
	unsigned int calls = 0;
	bool at_call;
	pid_t pid = fork();

	if (!pid)
		be_traced(fn, data);
	waitpid(pid, &status, __WALL);
	ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL);
	for (;;) {
		ptrace(PTRACE_CONT, pid, NULL, signal);
		if (waitpid(pid, &status, __WALL) < 0 || !WIFSTOPPED(status))
			return false;
		at_call = status >> 8 == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8);
		signal = at_call ? 0 : WSTOPSIG(status);
		/* Killed here, the call is not made. */
		if (at_call && ++calls == n)
			break;
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, __WALL);
	return true;
}
