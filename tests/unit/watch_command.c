/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rootward watch as a program: signals, terminals, readers that do not read.  The linker leads what
 * it asks of the library here, so that no engine is needed.
 */
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <rootward.h>

#include "../tap.h"
#include "tool/options.h"

#define ENTER "\033[?1049h\033[?25l"
#define LEAVE "\033[?25h\033[?1049l"
#define PATIENCE 10000 /* milliseconds; what goes well needs fewer than 500 */

/* Set before the watch is started, which is another process. */
static bool flood;
static uint64_t losses[] = { 0, 0, 0 };

static int dummy;

int __wrap_rootward_watch_new(struct rootward_watch **ret, const char *name,
			      enum rootward_watch_what what, const struct rootward_opts *opts);
int __wrap_rootward_watch_read(struct rootward_watch *watch, int timeout, rootward_event_fn fn,
			       void *data);
uint64_t __wrap_rootward_watch_lost(struct rootward_watch *watch);
void __wrap_rootward_watch_free(struct rootward_watch *watch);

int __wrap_rootward_watch_new(struct rootward_watch **ret, const char *name,
			      enum rootward_watch_what what, const struct rootward_opts *opts)
{
	*ret = (struct rootward_watch *)&dummy;
	return 0;
}

int __wrap_rootward_watch_read(struct rootward_watch *watch, int timeout, rootward_event_fn fn,
			       void *data)
{
	static const char *const trees[] = { "/a", "/b", "/c" };
	struct rootward_event event = {
		.ops = ROOTWARD_OP_STAT,
		.denied = ROOTWARD_OP_STAT,
		.reason = ROOTWARD_REASON_RULE,
		.policy = "keys",
		.object = "/srv/keys/id",
		.comm = "cat",
		.whole = 1,
	};

	for (int i = 0; i < (flood ? 1000 : 3); i++) {
		event.tree = trees[i % 3];
		fn(data, &event);
	}
	return poll(NULL, 0, flood ? 0 : 20) < 0 ? -errno : 0;
}

uint64_t __wrap_rootward_watch_lost(struct rootward_watch *watch)
{
	static size_t asked;
	size_t i = asked < 2 ? asked++ : 2;

	return losses[i];
}

void __wrap_rootward_watch_free(struct rootward_watch *watch)
{
}

/**
 * struct watched - a watch, and what it wrote so far.
 * @fd:  to read that
 * @err: what it said
 */
struct watched {
	pid_t pid;
	int fd;
	FILE *err;
	char text[1 << 16];
	size_t used;
};

/* As main() does it: output that did not arrive is a failure. */
static void run_watch(char **argv)
{
	int argc = 0, status;

	/* a job of its own: the kernel stops none that nobody could continue */
	setpgid(0, 0);
	setenv("TERM", "xterm", 1);
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	while (argv[argc])
		argc++;
	status = command_watch.main(&command_watch, argc, argv);
	if (fflush(stdout) || ferror(stdout))
		status = EXIT_ROOTWARD;
	_exit(status);
}

static struct watched *start(int out, int fd, char **argv)
{
	struct watched *w = calloc(1, sizeof(*w));

	w->fd = fd;
	w->err = tmpfile();
	fflush(stdout);
	w->pid = fork();
	if (w->pid == 0) {
		dup2(out, STDOUT_FILENO);
		dup2(fileno(w->err), STDERR_FILENO);
		close(out);
		close(fd);
		run_watch(argv);
	}
	close(out);
	return w;
}

static struct watched *start_on_terminal(int rows)
{
	struct winsize size = { .ws_row = rows, .ws_col = 40 };
	char *argv[] = { "watch", NULL };
	int master, slave;

	if (openpty(&master, &slave, NULL, NULL, &size) < 0) {
		printf("Bail out! no pseudo terminal: %s\n", strerror(errno));
		exit(1);
	}
	return start(slave, master, argv);
}

/* Reads until @word has come so often.  Return: whether it has. */
static bool wait_for(struct watched *w, const char *word, int times)
{
	struct pollfd in = { .fd = w->fd, .events = POLLIN };

	for (int left = PATIENCE; left > 0; left -= 10) {
		int n = 0;
		ssize_t got;

		for (char *s = w->text; (s = strstr(s, word)); s += strlen(word))
			n++;
		if (n >= times)
			return true;
		if (poll(&in, 1, 10) <= 0)
			continue;
		got = read(w->fd, w->text + w->used, sizeof(w->text) - 1 - w->used);
		if (got <= 0)
			return false;
		w->used += got;
	}
	return false;
}

/* Return: as waitpid() tells it; -1 if it did not come to that, and now it is no more. */
static int wait_status(struct watched *w, int flags)
{
	int status = -1;

	for (int left = PATIENCE; left > 0; left -= 10) {
		if (waitpid(w->pid, &status, WNOHANG | flags) == w->pid)
			return status;
		poll(NULL, 0, 10);
	}
	kill(w->pid, SIGKILL);
	waitpid(w->pid, &status, 0);
	return -1;
}

static bool said_nothing(struct watched *w)
{
	char text[200];

	rewind(w->err);
	if (!fgets(text, sizeof(text), w->err))
		return true;
	tap_show("said", text);
	return false;
}

static void finish(struct watched *w)
{
	close(w->fd);
	fclose(w->err);
	free(w);
}

static void test_ends(void)
{
	static const int ends[] = { SIGINT, SIGQUIT, SIGTERM };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct watched *w = start_on_terminal(24);

		ok(wait_for(w, ENTER, 1) && wait_for(w, "/c: a rule", 1), "a view");
		kill(w->pid, ends[i]);
		ok(wait_for(w, LEAVE, 1), "SIG%s: the screen is as it was", sigabbrev_np(ends[i]));
		is_int(wait_status(w, 0), 0, "it is an end like any other");
		finish(w);
	}
}

static void test_suspend(void)
{
	struct watched *w = start_on_terminal(24);

	wait_for(w, ENTER, 1);
	kill(w->pid, SIGTSTP);
	ok(WIFSTOPPED(wait_status(w, WUNTRACED)), "SIGTSTP stops it");
	ok(wait_for(w, LEAVE, 1), "the screen is the shell's");
	kill(w->pid, SIGCONT);
	ok(wait_for(w, ENTER, 2), "and again the view's");
	kill(w->pid, SIGSTOP);
	wait_status(w, WUNTRACED);
	kill(w->pid, SIGCONT);
	ok(wait_for(w, ENTER, 3), "also when nothing told it before");
	kill(w->pid, SIGTSTP);
	ok(WIFSTOPPED(wait_status(w, WUNTRACED)), "SIGTSTP stops it again");
	kill(w->pid, SIGCONT);
	kill(w->pid, SIGINT);
	ok(wait_for(w, LEAVE, 2), "the end");
	is_int(wait_status(w, 0), 0, "is one like any other");
	finish(w);
}

static void test_one_row(void)
{
	struct watched *w = start_on_terminal(1);
	char *end;

	ok(wait_for(w, "all policies,", 3), "a terminal of one row has the head");
	kill(w->pid, SIGINT);
	ok(wait_for(w, LEAVE, 1), "until the end");
	end = strstr(w->text, LEAVE);
	ok(end && !memchr(w->text, '\n', end - w->text), "nothing pushes it out");
	is_int(wait_status(w, 0), 0, "and it ends well");
	finish(w);
}

static struct watched *start_in_pipe(char **argv, int *write_end)
{
	struct watched *w;
	int fds[2];

	if (pipe(fds) < 0)
		exit(1);
	*write_end = dup(fds[1]);
	w = start(fds[1], fds[0], argv);
	return w;
}

/* Nobody reads, and nobody is gone either. */
static void test_blocked(char *form)
{
	struct watched *w;
	struct pollfd out = { .events = POLLOUT };
	int left = PATIENCE;

	flood = true;
	w = start_in_pipe((char *[]){ "watch", form, NULL }, &out.fd);
	flood = false;
	while (poll(&out, 1, 0) > 0 && (left -= 10) > 0)
		poll(NULL, 0, 10);
	ok(left > 0, "%s: there is no room", form);
	poll(NULL, 0, 100);
	kill(w->pid, SIGINT);
	is_int(wait_status(w, 0), 0, "%s: what cannot be written does not hold up the end", form);
	ok(said_nothing(w), "%s: nor is it a failure", form);
	close(out.fd);
	finish(w);
}

/* Reads all there is.  Return: whether the last of it has @word. */
static bool ends_with(struct watched *w, const char *word)
{
	ssize_t got;

	while ((got = read(w->fd, w->text + w->used, sizeof(w->text) - 1 - w->used)) > 0) {
		w->used += got;
		if (w->used > sizeof(w->text) / 2) {
			memmove(w->text, w->text + w->used - 200, 200);
			w->used = 200;
		}
	}
	w->text[w->used] = '\0';
	return strstr(w->text, word);
}

static void test_slow(void)
{
	struct pollfd out = { .events = POLLOUT };
	struct watched *w;

	flood = true;
	w = start_in_pipe((char *[]){ "watch", "--json", NULL }, &out.fd);
	flood = false;
	for (int left = PATIENCE; poll(&out, 1, 0) > 0 && left > 0; left -= 10)
		poll(NULL, 0, 10);
	close(out.fd);
	kill(w->pid, SIGINT);
	poll(NULL, 0, 50);
	ok(ends_with(w, "{\"end\":true,"), "who reads on, slowly, gets all of it");
	is_int(wait_status(w, 0), 0, "and it ends well");
	finish(w);
}

static void test_lost(void)
{
	struct watched *w;
	int write_end;

	memcpy(losses, (uint64_t[]){ 5, 3, 6 }, sizeof(losses));
	w = start_in_pipe((char *[]){ "watch", "--json", NULL }, &write_end);
	memset(losses, 0, sizeof(losses));
	ok(wait_for(w, "{\"lost\":5,\"lost_so_far\":5}\n", 1), "what was lost is told");
	ok(wait_for(w, "{\"lost\":1,\"lost_so_far\":6}\n", 1),
	   "and what came to it, when it is more");
	kill(w->pid, SIGINT);
	ok(wait_for(w, "\"lost_so_far\":6}\n", 2), "and at the end");
	is_int(wait_status(w, 0), 0, "which is one like any other");
	close(write_end);
	finish(w);
}

int main(void)
{
	test_ends();
	test_suspend();
	test_one_row();
	test_blocked("--json");
	test_blocked("--lines");
	test_slow();
	test_lost();
	return done_testing();
}
