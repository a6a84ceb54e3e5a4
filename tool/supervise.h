/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Start a command in a domain, pass signals on, wait for it. */
#ifndef TOOL_SUPERVISE_H
#define TOOL_SUPERVISE_H

#include <signal.h>

#include <rootward.h>

/**
 * struct supervisor
 * @fd:       signals of ours arrive here once supervisor_init() has blocked them
 * @mask, @child_action: what the caller of rootward had, for the command
 * @interrupt: SIGINT or SIGQUIT came from the terminal, which sent it to the command too
 */
struct supervisor {
	int fd;
	sigset_t mask;
	struct sigaction child_action;
	int interrupt;
};

/** supervisor_init() - from here on no signal ends rootward. Return: 0 or -errno. */
int supervisor_init(struct supervisor *supervisor);

/** supervisor_pending() - a signal that asks to end and arrived meanwhile, or 0. */
int supervisor_pending(struct supervisor *supervisor);

/** supervisor_drain() - take what arrived for the command after its end. */
void supervisor_drain(struct supervisor *supervisor);

/**
 * supervise() - run @argv in @domain to its end; says why when it does not start.
 * @fn: gets the domain's events, with @data, while the command runs; those of the end are left
 * Return: the exit status to end with.
 */
int supervise(struct supervisor *supervisor, struct rootward_domain *domain, char **argv,
	      rootward_event_fn fn, void *data);

/**
 * supervisor_done() - give signals back.  Where the terminal interrupted the command, and it ended
 * by that, rootward ends by it too: a shell script that called it then stops, as users expect.
 */
void supervisor_done(struct supervisor *supervisor, int status);

#endif
