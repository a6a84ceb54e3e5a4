/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The supervisor: it sees that there is a decider, marks what is mounted, and answers requests.
 * What a decider was asked when it died or got stuck is denied; what was not read yet waits for the
 * next one.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "cleanup.h"
#include "fanotify.h"

/* Milliseconds: between looks, and without an answer until a decider counts as stuck. */
#define TICK 1000
#define TICK_ENDING 20
#define STUCK 5000

static struct counts *told_to_stop;

/* Nobody ends a policy by a signal, but the machine's first process when the machine goes down. */
static void on_term(int number, siginfo_t *info, void *context)
{
	if (info->si_pid == 1 && told_to_stop)
		told_to_stop->stop = 1;
}

static void take_signals(struct group *group)
{
	struct sigaction on = { .sa_sigaction = on_term, .sa_flags = SA_SIGINFO };
	sigset_t most;

	told_to_stop = group->counts;
	sigaction(SIGTERM, &on, NULL);
	signal(SIGCHLD, SIG_DFL);
	sigfillset(&most);
	sigdelset(&most, SIGTERM);
	sigprocmask(SIG_SETMASK, &most, NULL);
}

static void deny_unanswered(struct group *group)
{
	struct fanotify_response response = { .response = FAN_DENY };
	ssize_t n;

	/* its descriptor has gone with the decider, and the kernel still waits under its number */
	response.fd = group->counts->event_fd;
	if (response.fd < 0)
		return;
	do
		n = write(group->fd, &response, sizeof(response));
	while (n < 0 && errno == EINTR);
	if (n != sizeof(response))
		return;
	group->counts->denied++;
	tell_end_denied(group, group->counts->tid, group->counts->ops);
}

/**
 * struct helm - the supervisor's state.
 * @self:    a descriptor of this process, by which the decider sees it end
 * @decider: one of the decider, or -1: there is none
 * @mounts:  readable when they change
 * @client:  who waits for the end, or -1; @ending: nothing more is asked, and what was is answered
 * @turns:   the decider's when it was looked at last; @since when there have been no more
 */
struct helm {
	int self, decider, mounts, client;
	pid_t pid;
	bool ending;
	uint64_t turns, since;
};

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int pidfd_of(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

/* Return: in the decider, when it has become the supervisor. */
static void start_decider(struct group *group, struct helm *helm)
{
	prctl(PR_SET_NAME, "rootward/guard");
	cleanup_close(&helm->self);
	helm->self = pidfd_of(getpid());
	helm->pid = helm->self < 0 ? -1 : fork();
	if (helm->pid == 0) {
		prctl(PR_SET_NAME, "rootward/decide");
		group->counts->decider = getpid();
		cleanup_close(&helm->mounts);
		helm->mounts = -1;
		decider_run(group, helm->self);
		if (group->counts->stop)
			_exit(0);
		helm->pid = helm->decider = -1;
		helm->turns = 0;
		group->counts->restarts++;
		return;
	}
	helm->decider = helm->pid < 0 ? -1 : pidfd_of(helm->pid);
	helm->since = now_ms();
}

static void end_decider(struct helm *helm)
{
	if (helm->decider >= 0)
		syscall(SYS_pidfd_send_signal, helm->decider, SIGKILL, NULL, 0);
	cleanup_close(&helm->decider);
	helm->decider = -1;
}

/* Also one that was told to go and has not gone yet: it may wait for a disk. */
static void replace_decider(struct group *group, struct helm *helm)
{
	end_decider(helm);
	deny_unanswered(group);
	group->counts->busy = 0;
	group->counts->restarts++;
}

/* In this order: a decider is busy before it takes a question off the queue. */
static bool is_idle(const struct group *group)
{
	struct pollfd waiting = { .fd = group->fd, .events = POLLIN };

	return poll(&waiting, 1, 0) == 0 && !group->counts->busy;
}

static void watch_decider(struct group *group, struct helm *helm)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	if (is_idle(group) || helm->turns != group->counts->turns) {
		helm->since = now_ms();
		helm->turns = group->counts->turns;
	} else if (now_ms() - helm->since > STUCK) {
		replace_decider(group, helm);
	}
}

/* Only now: nobody may find the policy gone while it still denies. */
static __attribute__((noreturn)) void end(struct group *group, struct helm *helm)
{
	end_decider(helm);
	if (helm->pid > 0)
		waitpid(helm->pid, NULL, 0);
	close(group->fd);
	unlink(group->path);
	_exit(0);
}

/*
 * With the group goes what waits for its answer, and it is let pass: so first nobody is sent here
 * any more, then those that are here get their answer.  Not seen is who is on the way, held up by
 * another policy for as long as that takes.
 */
static void begin_end(struct group *group, struct helm *helm, int client)
{
	fanotify_mark(group->fd, FAN_MARK_FLUSH | FAN_MARK_FILESYSTEM, 0, AT_FDCWD, "/");
	helm->ending = true;
	cleanup_close(&helm->client);
	helm->client = client;
}

static uint32_t count_moved(const struct rootward_policy *policy)
{
	const struct tree *tree = policy->trees;
	struct object now;
	uint32_t n = 0;

	for (; tree < policy->trees + policy->n_trees; tree++)
		if (tree->state == TREE_PRESENT)
			n += object_stat(AT_FDCWD, tree->real, AT_SYMLINK_NOFOLLOW, &now) < 0 ||
			     now.dev != tree->dev || now.ino != tree->ino;
	return n;
}

static void tell(const struct group *group, int client)
{
	const struct rootward_policy *policy = group->policy;
	struct told told = {
		.mode = policy->mode,
		.selects = policy->applies_to.n || policy->except.n,
		.trees = policy->n_trees,
		.moved = count_moved(policy),
		.held = group->filesystems,
		.supervisor = getpid(),
		.decider = group->counts->decider,
		.restarts = group->counts->restarts,
		.tasks = whom_count(&group->whom),
		.allowed = group->counts->allowed,
		.denied = group->counts->denied,
		.retried = group->counts->retried,
		.unstable = group->counts->unstable,
		.lost = group->counts->lost,
	};

	snprintf(told.name, sizeof(told.name), "%s", policy->name);
	send(client, &told, sizeof(told), MSG_NOSIGNAL);
}

static void answer_request(struct group *group, struct helm *helm)
{
	const struct timeval patience = { .tv_sec = 1 };
	_cleanup_close_ int client = accept4(group->socket, NULL, NULL, SOCK_CLOEXEC);
	char request = 0;

	if (client < 0)
		return;
	setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (recv(client, &request, 1, 0) != 1)
		return;
	if (request == REQUEST_TELL)
		tell(group, client);
	else if (request == REQUEST_WATCH)
		talk_hand_over(group, client);
	else if (request == REQUEST_END)
		begin_end(group, helm, steal_fd(&client));
}

static void mounts_changed(struct group *group)
{
	const struct rootward_opts silent = { .size = sizeof(silent), .best_effort = 1 };

	marks_set(group, &silent);
}

/* Who loads has written, or has died: then this was never in force, and what was before is. */
static void take_word(struct group *group, struct helm *helm)
{
	char word;
	bool stays = read(group->go, &word, 1) == 1;

	group->counts->settled = 1;
	if (stays)
		mounts_changed(group);
	else
		begin_end(group, helm, -1);
}

void group_supervise(struct group *group)
{
	struct helm helm = { .self = -1, .decider = -1, .mounts = -1, .client = -1 };

	take_signals(group);
	while (!group->counts->stop) {
		struct pollfd fds[] = {
			{ .fd = group->socket, .events = POLLIN },
			{ .fd = helm.decider, .events = POLLIN },
			{ .fd = helm.mounts, .events = POLLPRI },
			{ .fd = group->counts->settled ? -1 : group->go, .events = POLLIN },
		};

		if (helm.mounts < 0)
			helm.mounts = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
		if (helm.decider < 0) {
			start_decider(group, &helm);
			if (helm.pid < 0)
				poll(NULL, 0, TICK);
			continue;
		}
		if (poll(fds, 4, helm.ending ? TICK_ENDING : TICK) < 0)
			continue;
		if (fds[1].revents) {
			replace_decider(group, &helm);
			continue;
		}
		if (fds[2].revents && !helm.ending)
			mounts_changed(group);
		if (fds[0].revents)
			answer_request(group, &helm);
		if (fds[3].revents)
			take_word(group, &helm);
		watch_decider(group, &helm);
		if (helm.ending && is_idle(group))
			break;
	}
	end(group, &helm);
}
