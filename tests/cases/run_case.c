/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The process of a case, and what is left of it afterwards. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"

#define TIME_LIMIT 60 /* seconds */

static _Noreturn void case_main(const struct run *run, const struct test_case *c, int out,
				struct tally *tally)
{
	FILE *text = fdopen(out, "w");
	enum outcome outcome;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	alarm(TIME_LIMIT);
	outcome = play(run, c, text, tally);
	fflush(text);
	_exit(outcome);
}

/* Empties @at when there was no mount to take everything away. */
static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return ftw->level ? remove(path) : 0;
}

/* A case that failed may not have come to loading them. */
static void take_away(const struct test_case *c, struct result *result, FILE *text)
{
	int r = load_take_away(c);

	if (!r || (r == -ENOENT && result->outcome != PASS))
		return;
	fprintf(text, "rootward_unload: %s\n", answer(-r));
	result->outcome = FAIL;
}

static volatile sig_atomic_t running;

/* A case is in a group of its own: who ends this from a terminal does not reach it there. */
static void ended(int sig)
{
	if (running)
		kill(-running, SIGKILL);
	signal(sig, SIG_DFL);
	raise(sig);
}

static pid_t fork_group(void)
{
	pid_t pid = fork();

	if (pid) {
		setpgid(pid, pid);
		running = pid;
		signal(SIGINT, ended);
		signal(SIGTERM, ended);
		return pid;
	}
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	setpgid(0, 0);
	return 0;
}

void run_case(const struct run *run, const struct test_case *c, struct result *result)
{
	size_t size = 0;
	int fds[2], status;
	struct tally *tally;
	FILE *text;
	char buf[4096];
	ssize_t n;
	pid_t pid;

	*result = (struct result){ .outcome = FAIL };
	tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (tally == MAP_FAILED || pipe2(fds, O_CLOEXEC))
		abort();
	fflush(NULL);
	pid = fork_group();
	if (!pid) {
		close(fds[0]);
		case_main(run, c, fds[1], tally);
	}
	close(fds[1]);
	waitpid(pid, &status, 0);
	/* its whole group: the actor, the bystander */
	kill(-pid, SIGKILL);
	running = 0;
	text = open_memstream(&result->text, &size);
	while ((n = read(fds[0], buf, sizeof(buf))) > 0)
		fwrite(buf, 1, (size_t)n, text);
	close(fds[0]);
	if (!WIFEXITED(status))
		fprintf(text,
			WTERMSIG(status) == SIGALRM ? "no end after %d s\n"
						    : "killed (limit %d s)\n",
			TIME_LIMIT);
	else
		result->outcome = WEXITSTATUS(status);
	result->tally = *tally;
	munmap(tally, sizeof(*tally));
	while (waitpid(-1, NULL, 0) > 0)
		;
	if (run->use == USE_LOAD)
		take_away(c, result, text);
	fclose(text);
	if (geteuid())
		nftw(run->at, remove_one, 32, FTW_PHYS | FTW_DEPTH);
}
