/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rootward waits for the command it started and for nothing else: what the command leaves in the
 * background stays confined without it.
 *
 * Signals.  All are blocked and read from a signalfd.  A signal somebody sends to rootward is
 * meant for the command and passed on.  One that the terminal sends (ctrl-C, ctrl-\, hanging up)
 * goes to the whole foreground group, the command included, so it is not: the kernel marks it
 * SI_KERNEL.  When the command is stopped, rootward stops too, for the shell to notice, and on
 * waking wakes the command: programs that stop "their" group on ctrl-Z cannot reach rootward,
 * which is outside their domain.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "cleanup.h"
#include "command.h"
#include "message.h"
#include "supervise.h"

/* How often events are fetched: the engine's buffer must not fill up in between. */
#define EVENTS_INTERVAL_MS 100

static const int forwarded[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH };

#define N_FORWARDED (sizeof(forwarded) / sizeof(forwarded[0]))

/* What the child tells when the command did not start. */
enum stage { STAGE_ENTER, STAGE_EXEC };

struct failure {
	enum stage stage;
	int error;
};

int supervisor_init(struct supervisor *supervisor)
{
	/* with SIGCHLD ignored, as some callers leave it, there would be no status to wait for */
	struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (size_t i = 0; i < N_FORWARDED; i++)
		sigaddset(&set, forwarded[i]);

	supervisor->interrupt = 0;
	supervisor->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (supervisor->fd < 0)
		return -errno;
	if (sigaction(SIGCHLD, &action, &supervisor->child_action) < 0 ||
	    sigprocmask(SIG_BLOCK, &set, &supervisor->mask) < 0)
		return -errno;
	return 0;
}

int supervisor_pending(struct supervisor *supervisor)
{
	struct signalfd_siginfo info;

	while (read(supervisor->fd, &info, sizeof(info)) == sizeof(info)) {
		int signal = (int)info.ssi_signo;

		if (signal != SIGHUP && signal != SIGINT && signal != SIGQUIT && signal != SIGTERM)
			continue;
		if (info.ssi_code == SI_KERNEL && (signal == SIGINT || signal == SIGQUIT))
			supervisor->interrupt = signal;
		return signal;
	}
	return 0;
}

void supervisor_drain(struct supervisor *supervisor)
{
	while (supervisor_pending(supervisor))
		;
}

static void __attribute__((noreturn))
run_child(struct supervisor *supervisor, struct rootward_domain *domain, char **argv, int report)
{
	struct failure failure = { .stage = STAGE_ENTER };
	int r;

	sigaction(SIGCHLD, &supervisor->child_action, NULL);
	sigprocmask(SIG_SETMASK, &supervisor->mask, NULL);

	r = rootward_domain_enter(domain);
	if (r == 0) {
		execvp(argv[0], argv);
		r = -errno;
		failure.stage = STAGE_EXEC;
	}
	failure.error = -r;
	/* a pipe takes so few bytes at once; and should it fail, the status tells the most */
	r = (int)write(report, &failure, sizeof(failure));
	if (failure.stage == STAGE_ENTER)
		_exit(EXIT_ROOTWARD);
	_exit(failure.error == ENOENT || failure.error == ENOTDIR ? EXIT_NOT_FOUND
								  : EXIT_CANNOT_EXECUTE);
}

static void explain_failure(const struct failure *failure, const char *name)
{
	if (failure->stage == STAGE_ENTER) {
		complain("cannot enter the domain: %s", strerror(failure->error));
		hint("%s was not started", name);
		return;
	}
	if (failure->error == ENOENT && !strchr(name, '/')) {
		complain("%s: not found in PATH", name);
		return;
	}
	complain("cannot execute %s: %s", name, strerror(failure->error));
	if (failure->error == ENOENT && access(name, F_OK) == 0)
		hint("the file is there: what is missing is the interpreter it names");
	else if (failure->error == EACCES)
		hint("it is not marked executable, or a policy does not allow to execute it "
		     "or its interpreter");
}

/* Read all signals; pass on what is not for us. */
static void forward_signals(struct supervisor *supervisor, pid_t child)
{
	struct signalfd_siginfo info;

	while (read(supervisor->fd, &info, sizeof(info)) == sizeof(info)) {
		int signal = (int)info.ssi_signo;

		if (signal == SIGCHLD)
			continue;
		if (info.ssi_code != SI_KERNEL)
			kill(child, signal);
		else if (signal == SIGINT || signal == SIGQUIT)
			supervisor->interrupt = signal;
	}
}

/*
 * Has the child ended?  If it was stopped, stop as well until somebody wakes us.  The child is
 * not reaped before its status is here, so kill() above never meets a stranger.
 */
static bool child_ended(pid_t child, int *status)
{
	siginfo_t info = {};

	if (waitid(P_PID, (id_t)child, &info, WEXITED | WSTOPPED | WNOHANG) < 0) {
		*status = EXIT_ROOTWARD;
		return errno != EINTR;
	}
	if (info.si_pid != child)
		return false;
	if (info.si_code == CLD_STOPPED) {
		raise(SIGSTOP);
		kill(child, SIGCONT);
		return false;
	}
	*status = info.si_code == CLD_EXITED ? info.si_status : EXIT_BY_SIGNAL + info.si_status;
	return true;
}

static int wait_for(struct supervisor *supervisor, struct rootward_domain *domain, pid_t child,
		    rootward_event_fn fn, void *data)
{
	bool tells = rootward_domain_events(domain, fn, data) == 0;
	struct pollfd poll_fd = { .fd = supervisor->fd, .events = POLLIN };
	int status = 0;

	do {
		poll(&poll_fd, 1, tells ? EVENTS_INTERVAL_MS : -1);
		forward_signals(supervisor, child);
		if (tells)
			rootward_domain_events(domain, fn, data);
	} while (!child_ended(child, &status));
	return status;
}

int supervise(struct supervisor *supervisor, struct rootward_domain *domain, char **argv,
	      rootward_event_fn fn, void *data)
{
	_cleanup_close_ int report = -1, child_report = -1;
	struct failure failure;
	int fds[2], status;
	pid_t child;

	if (pipe2(fds, O_CLOEXEC) < 0) {
		complain("cannot make a pipe: %s", strerror(errno));
		return EXIT_ROOTWARD;
	}
	report = fds[0];
	child_report = fds[1];

	fflush(NULL);
	child = fork();
	if (child < 0) {
		complain("cannot start a process: %s", strerror(errno));
		return EXIT_ROOTWARD;
	}
	if (child == 0)
		run_child(supervisor, domain, argv, child_report);
	close(steal_fd(&child_report));

	status = wait_for(supervisor, domain, child, fn, data);
	/* the other end closed at exec or at the end: this does not block */
	if (read(report, &failure, sizeof(failure)) == sizeof(failure))
		explain_failure(&failure, argv[0]);
	return status;
}

void supervisor_done(struct supervisor *supervisor, int status)
{
	struct rlimit no_core = {};
	int signal = supervisor->interrupt;

	sigprocmask(SIG_SETMASK, &supervisor->mask, NULL);
	close(steal_fd(&supervisor->fd));
	if (signal && status == EXIT_BY_SIGNAL + signal) {
		setrlimit(RLIMIT_CORE, &no_core);
		fflush(NULL);
		raise(signal);
	}
}
