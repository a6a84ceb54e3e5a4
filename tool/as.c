/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "as.h"
#include "message.h"

/* Return: a number of digits alone, at most @most; -1: it is none. */
static long long number_of(const char *word, long long most)
{
	char *end;
	long long number;

	if (!*word || strspn(word, "0123456789") != strlen(word))
		return -1;
	errno = 0;
	number = strtoll(word, &end, 10);
	return errno || number > most ? -1 : number;
}

static int take_user(struct as *as, const struct passwd *user)
{
	as->user = strdup(user->pw_name);
	if (!as->user || setenv("HOME", user->pw_dir, true)) {
		complain("out of memory");
		return -ENOMEM;
	}
	return 0;
}

static int take_uid(struct as *as, const char *word)
{
	long long uid = number_of(word, UINT32_MAX - 1LL);
	const struct passwd *user = uid < 0 ? NULL : getpwuid((uid_t)uid);

	if (user)
		return take_user(as, user);
	if (uid < 0)
		complain("--as: \"+%s\" is not the number of a user", word);
	else
		complain("--as: there is no user with the number %lld", uid);
	return uid < 0 ? -EINVAL : -ENOENT;
}

static bool is_there(long long pid)
{
	return pid > 0 && (kill((pid_t)pid, 0) == 0 || errno == EPERM);
}

/* A number is a process; but people may be called so, and users have numbers, too. */
static int take_number(struct as *as, const char *word, const struct passwd *namesake)
{
	long long pid = number_of(word, INT32_MAX);
	bool there = is_there(pid);

	if (namesake && there) {
		complain("--as: \"%s\" is a process, and a user is called so", word);
		hint("--as +%u is the user, --as 0%s the process", namesake->pw_uid, word);
		return -EINVAL;
	}
	if (namesake)
		return take_user(as, namesake);
	if (pid <= 0) {
		complain("--as: \"%s\" is not the number of a process", word);
		return -EINVAL;
	}
	if (!there) {
		complain("--as: there is no process %lld", pid);
		if (getpwuid((uid_t)pid))
			hint("--as +%lld is the user with that number", pid);
		return -ENOENT;
	}
	as->pid = (int)pid;
	return 0;
}

int as_take(struct as *as, const char *word)
{
	const struct passwd *user = NULL;

	if (*word == '+')
		return take_uid(as, word + 1);
	if (*word)
		user = getpwnam(word);
	if (strspn(word, "0123456789") == strlen(word))
		return take_number(as, word, user);
	if (user)
		return take_user(as, user);
	complain("--as: there is no user \"%s\"", word);
	hint("it takes the number of a process, the name of a user, or + and the number of a user");
	return -ENOENT;
}

void as_done(struct as *as)
{
	free(as->user);
}
