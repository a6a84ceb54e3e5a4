/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --as: a process or a user in whose place is asked. */
#ifndef TOOL_AS_H
#define TOOL_AS_H

/** struct as - zero: the caller.  @pid, or @user, which as_done() frees. */
struct as {
	int pid;
	char *user;
};

/**
 * as_take() - the word behind --as: a number is a process, `+` and a number the user with it, any
 * other word a user's name.  For a user, HOME becomes that user's home.
 *
 * Return: 0; -EINVAL, -ENOENT, -ENOMEM, complained of.
 */
int as_take(struct as *as, const char *word);
void as_done(struct as *as);

#endif
