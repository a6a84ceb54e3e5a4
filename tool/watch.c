/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rootward watch: decisions as they are made. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <rootward.h>

#include "event.h"
#include "json_out.h"
#include "loaded.h"
#include "message.h"
#include "options.h"
#include "watch.h"

#define TICK 250 /* milliseconds */
#define SECOND 1000000000LL

/* The screen that editors use, without a cursor; and back to what was there. */
#define SCREEN_ENTER "\033[?1049h\033[?25l"
#define SCREEN_LEAVE "\033[?25h\033[?1049l"
#define SCREEN_TOP "\033[H"
#define LINE_REST "\033[K"
#define LINE_END LINE_REST "\n"
#define REST_EMPTY "\033[J"

enum {
	EXIT_UNLOADED = 1,
};

enum {
	KEY_DENIED = OPTION_LONG_ONLY,
	KEY_JSON,
	KEY_LINES,
};

static const struct option_spec options[] = {
	{ KEY_DENIED, "denied", OPTION_FLAG, NULL, false, "What is shown",
	  "only what is not allowed, let pass or not; without\n"
	  "it the policies also tell what they allow, which\n"
	  "makes every access slower" },
	{ KEY_JSON, "json", OPTION_FLAG, NULL, false, "What is said",
	  "for programs, a line of JSON for each" },
	{ KEY_LINES, "lines", OPTION_FLAG, NULL, false, NULL,
	  "a line for each on a terminal, too" },
	{ 'h', "help", OPTION_FLAG, NULL, false, NULL, "this text" },
	{},
};

static const struct example examples[] = {
	{ "rootward watch", "all policies, live" },
	{ "rootward watch keys --denied | tee denied.log", "one of them, as lines" },
	{ "rootward watch --json | jq -r 'select(.outcome == \"denied\") | .object'",
	  "for a program" },
	{},
};

/**
 * struct show - the command line, and what has been shown.
 * @live:   redraw a view, rather than to print lines
 * @drawn:  when, of CLOCK_MONOTONIC
 * @told:   of the events lost
 * @gone:   nobody reads what is written; or it cannot be
 */
struct show {
	const char *name;
	bool denied;
	bool json;
	bool lines;
	bool help;
	bool live;
	bool gone;
	struct view view;
	int64_t drawn;
	uint64_t told;
	uint64_t events;
	int64_t offset;
};

/**
 * What signals asked for.
 * @stop:    the end
 * @suspend: to be stopped by the shell
 * @resumed: whoever had the screen meanwhile may have left something there
 * @nowhere: /dev/null, or -1: what is written must arrive
 */
static volatile sig_atomic_t stop, suspend, resumed;
static int nowhere = -1;

/*
 * Who reads may be slow, or have ceased to without going away, as a pager does.  A write that waits
 * for the latter is begun anew (SA_RESTART) and then finds another file behind its descriptor.
 */
static void take_end(int number)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };
	int saved = errno;

	stop = 1;
	if (nowhere >= 0 && poll(&out, 1, TICK) == 0)
		dup2(nowhere, STDOUT_FILENO);
	errno = saved;
}

static void take_suspend(int number)
{
	suspend = 1;
}

static void take_resumed(int number)
{
	resumed = 1;
}

static void on_signal(int number, void (*handler)(int))
{
	sigaction(number, &(struct sigaction){ .sa_handler = handler, .sa_flags = SA_RESTART },
		  NULL);
}

static int take_option(void *data, const struct option_spec *spec, const char *value)
{
	struct show *show = data;

	switch (spec->key) {
	case KEY_DENIED:
		show->denied = true;
		break;
	case KEY_JSON:
		show->json = true;
		break;
	case KEY_LINES:
		show->lines = true;
		break;
	case 'h':
		show->help = true;
		break;
	}
	return 0;
}

static int64_t now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec * SECOND + time.tv_nsec;
}

static void print_json_line(json_t *object)
{
	if (object && json_dumpf(object, stdout, JSON_COMPACT) == 0)
		putchar('\n');
	json_decref(object);
}

static void take_event(void *data, const struct rootward_event *event)
{
	struct show *show = data;

	show->events++;
	if (show->live)
		view_take(&show->view, event);
	else if (show->json)
		print_json_line(event_json(event, show->offset));
	else
		event_line(stdout, event, show->offset);
}

/* In JSON among the events, for whoever reads those must know; else beside them. */
static void tell_lost(struct show *show, uint64_t lost)
{
	uint64_t more;

	/* one that was unloaded while it was looked at takes its number along */
	if (lost <= show->told)
		return;
	more = lost - show->told;
	show->view.lost = lost;
	show->told = lost;
	if (show->live)
		return;
	if (show->json)
		print_json_line(json_pack("{s:I,s:I}", "lost", (json_int_t)more, "lost_so_far",
					  (json_int_t)lost));
	else
		say("%" PRIu64 " event%s lost: they came faster than they were read", more,
		    more == 1 ? "" : "s");
}

static void draw(struct show *show)
{
	int64_t time = now(CLOCK_MONOTONIC);
	struct winsize size = {};

	if (time - show->drawn < TICK * (SECOND / 1000))
		return;
	view_tick(&show->view, (double)(time - show->drawn) / SECOND);
	show->drawn = time;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col || !size.ws_row)
		size = (struct winsize){ .ws_row = 24, .ws_col = 80 };
	fputs(SCREEN_TOP, stdout);
	/* one line less: a newline on the last would push the first out */
	if (size.ws_row > 1)
		view_draw(stdout, &show->view, size.ws_col, size.ws_row - 1, has_colour(stdout),
			  LINE_END);
	else
		view_draw(stdout, &show->view, size.ws_col, 1, has_colour(stdout), LINE_REST);
	fputs(REST_EMPTY, stdout);
}

/* The shell finds the screen as it was, and so does this when it goes on. */
static void mind_screen(void)
{
	if (suspend) {
		suspend = 0;
		fputs(SCREEN_LEAVE, stdout);
		fflush(stdout);
		on_signal(SIGTSTP, SIG_DFL);
		raise(SIGTSTP);
		on_signal(SIGTSTP, take_suspend);
		/* where there is no shell that could go on with it, the kernel does not stop it */
		resumed = 1;
	}
	if (resumed)
		fputs(SCREEN_ENTER, stdout);
	resumed = 0;
}

/* Whoever reads has gone: found out also while there is nothing to write. */
static bool is_closed(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO };

	return poll(&out, 1, 0) == 1 && out.revents & (POLLERR | POLLNVAL);
}

static void flush(struct show *show)
{
	bool failed = fflush(stdout) != 0 || ferror(stdout);

	if (!failed && !is_closed())
		return;
	show->gone = true;
	/* that is no failure of ours, unlike a full disk */
	if (!failed || errno == EPIPE)
		stdout = freopen("/dev/null", "w", stdout) ?: stdout;
}

/* Return: 0: asked to end; -ENOENT: unloaded; -errno. */
static int read_on(struct show *show, struct rootward_watch *watch)
{
	int r = 0;

	while (!stop && !show->gone && (r >= 0 || r == -EINTR)) {
		/* wall clocks are set while one watches */
		show->offset = now(CLOCK_REALTIME) - now(CLOCK_BOOTTIME);
		r = rootward_watch_read(watch, TICK, take_event, show);
		tell_lost(show, rootward_watch_lost(watch));
		if (show->live && !stop) {
			mind_screen();
			draw(show);
		}
		flush(show);
	}
	return r >= 0 || r == -EINTR ? 0 : r;
}

static void sum_up(struct show *show)
{
	if (show->live)
		view_draw(stdout, &show->view, 0, 0, has_colour(stdout), "\n");
	else if (show->json)
		print_json_line(json_pack("{s:b,s:I,s:I}", "end", true, "events",
					  (json_int_t)show->events, "lost_so_far",
					  (json_int_t)show->told));
	else if (show->told)
		say("%" PRIu64 " events told, %" PRIu64 " lost", show->events, show->told);
}

static int watch_on(struct show *show, struct rootward_watch *watch)
{
	int r;

	show->live = !show->json && !show->lines && is_terminal(stdout);
	show->view.name = show->name;
	show->drawn = now(CLOCK_MONOTONIC);
	if (show->live) {
		on_signal(SIGTSTP, take_suspend);
		on_signal(SIGCONT, take_resumed);
		fputs(SCREEN_ENTER, stdout);
	} else {
		nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	}
	r = read_on(show, watch);
	if (show->live)
		fputs(SCREEN_LEAVE, stdout);
	sum_up(show);
	if (r == -ENOENT) {
		say("what was watched has been unloaded");
		return EXIT_UNLOADED;
	}
	if (r < 0) {
		complain("watching: %s", strerror(-r));
		return EXIT_ROOTWARD;
	}
	return 0;
}

static int start(struct show *show, struct rootward_watch **watch)
{
	struct report report = { .verbose = true };
	struct rootward_opts opts = report_opts(&report);
	enum rootward_watch_what what = show->denied ? ROOTWARD_WATCH_DENIED : ROOTWARD_WATCH_ALL;
	int r = rootward_watch_new(watch, show->name, what, &opts);

	if (r == 0 || report.errors)
		return r;
	if (r == -ENOENT && show->name) {
		loaded_none(show->name);
	} else if (r == -ENOENT) {
		complain("no policy is loaded");
		hint("rootward load keys.yaml");
	} else if (r == -EBUSY) {
		complain("somebody watches %s already; a policy has one watch at a time",
			 show->name ? show->name : "one of the policies");
	} else {
		loaded_failed("decisions cannot be watched", r);
	}
	return r;
}

static void take_signals(void)
{
	static const int ends[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		on_signal(ends[i], take_end);
	signal(SIGPIPE, SIG_IGN);
}

static int watch_main(const struct command *command, int argc, char **argv)
{
	struct rootward_watch *watch = NULL;
	struct show show = {};
	int first, status;

	first = options_parse(command, argc, argv, take_option, &show);
	if (first < 0)
		return EXIT_ROOTWARD;
	if (show.help) {
		options_help(stdout, command);
		return 0;
	}
	if (argc - first > 1) {
		complain("one name at most");
		hint("without a name all policies are watched");
		return EXIT_ROOTWARD;
	}
	if (first < argc)
		show.name = argv[first];
	take_signals();
	if (start(&show, &watch) < 0)
		return EXIT_ROOTWARD;
	status = watch_on(&show, watch);
	view_done(&show.view);
	rootward_watch_free(watch);
	return status;
}

const struct command command_watch = {
	.name = "watch",
	.summary = "show decisions as they are made",
	.operands = "[--] [NAME]",
	.intro =
		"Of one loaded policy, or of all. On a terminal a view by tree and rule; else a line\n"
		"for each decision: the time, what became of it, operations, the object's path\n"
		"(... where only its end is known), the task, the rule that decided, the owner\n"
		"seen. Accesses never wait for who reads: when decisions come faster than they\n"
		"are read, the number lost is told. Ctrl-C ends it. Needs root.",
	.outro =
		"Status: 0 it was ended, or nobody reads on; 1 what was watched has been unloaded;\n"
		"125 it cannot be watched.",
	.options = options,
	.examples = examples,
	.main = watch_main,
};
