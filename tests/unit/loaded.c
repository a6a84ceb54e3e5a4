/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is said where a policy is not loaded, or must not be looked at.  The linker leads what the
 * commands ask of the library here, so that no engine is needed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <rootward.h>

#include "../tap.h"
#include "diag.h"
#include "tool/options.h"

static int answer;
static const char *there;

int __wrap_rootward_status(rootward_loaded_fn fn, void *data);
int __wrap_rootward_unload(const char *name, const struct rootward_opts *opts);
bool __wrap_have_capabilities(uint64_t all);

int __wrap_rootward_status(rootward_loaded_fn fn, void *data)
{
	if (answer == 0)
		fn(data, &(struct rootward_loaded){ .name = there });
	return answer;
}

int __wrap_rootward_unload(const char *name, const struct rootward_opts *opts)
{
	if (!strncmp(name, there, 63))
		return 0;
	diag(opts, ROOTWARD_ERROR, NULL, "the library's", "no policy %s is loaded", name);
	return -ENOENT;
}

bool __wrap_have_capabilities(uint64_t all)
{
	return true;
}

/* What the command says on standard error, to free. */
static char *said(const struct command *command, const char *name, int *status)
{
	char *argv[] = { (char *)command->name, (char *)name, NULL };
	int saved = dup(STDERR_FILENO);
	FILE *file = tmpfile();
	char *text = NULL;
	size_t size = 0;

	dup2(fileno(file), STDERR_FILENO);
	*status = command->main(command, 2, argv);
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(file);
	if (getdelim(&text, &size, '\0', file) < 0 && text)
		*text = '\0';
	fclose(file);
	return text;
}

static void is_said(const struct command *command, const char *name, int wanted_status,
		    const char *wanted, const char *what)
{
	int status;
	char *text = said(command, name, &status);

	is_str(text, wanted, "%s", what);
	is_int(status, wanted_status, "its status");
	free(text);
}

int main(void)
{
	char cut[64] = "", whole[66] = "";

	setenv("TERM", "dumb", 1);
	there = "keys";
	is_said(&command_unload, "keys", 0, "", "one that is there");
	is_said(&command_unload, "kesy", EXIT_ROOTWARD,
		"rootward: no policy of the name kesy is loaded\n  hint: did you mean keys?\n",
		"another: one hint");
	is_said(&command_unload, "something", EXIT_ROOTWARD,
		"rootward: no policy of the name something is loaded\n"
		"  hint: rootward status lists those that are\n",
		"nothing like it: one hint");
	memset(cut, 'n', 63);
	memset(whole, 'n', 65);
	there = cut;
	is_said(&command_unload, whole, 0, "", "a name that the kernel cut, by all of it");

	answer = -EPERM;
	is_said(&command_status, "keys", EXIT_ROOTWARD,
		"rootward: what is loaded cannot be told: a loaded policy is locked, or names this "
		"task in `applies_to`\n"
		"  hint: ask a task that it is not for, or one of its `unlock`\n",
		"status, where a locked policy is");
	return done_testing();
}
