/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cleanup.h"
#include "learn_edit.h"
#include "learn_update.h"
#include "message.h"
#include "outfile.h"
#include "yaml.h"

static int read_text(const char *file, char **text, size_t *len)
{
	_cleanup_fclose_ FILE *in = fopen(file, "re");
	_cleanup_fclose_ FILE *out = open_memstream(text, len);
	char buf[4096];
	size_t n, sum = 0;

	if (!in)
		return -errno;
	if (!out)
		return -ENOMEM;
	/* up to what is too large, which is then seen to be */
	while ((n = fread(buf, 1, sizeof(buf), in)) && (sum += n) <= YAML_SIZE_MAX + sizeof(buf))
		fwrite(buf, 1, n, out);
	if (ferror(in))
		return -EIO;
	return fflush(out) ? -ENOMEM : 0;
}

int update_load(struct update *update, const struct rootward_opts *opts)
{
	struct rootward_opts named = *opts;
	int r;

	r = read_text(update->file, &update->text, &update->len);
	if (r < 0)
		return r;
	named.name = update->file;
	return rootward_policy_parse(&update->policy, update->text, update->len, &named);
}

static int cannot(const struct update *update, const struct learn *learn, int r)
{
	if (r == -ENOMEM) {
		complain("out of memory");
		return r;
	}
	complain("%s is written in a way that cannot be added to here", update->file);
	hint("this is what it lacks");
	learn_write(stdout, learn, "to be added by hand");
	return r;
}

int update_text(const struct update *update, const struct learn *learn, FILE *show, char **text)
{
	_cleanup_(edit_done) struct edit edit = {};
	int r;

	*text = NULL;
	r = edit_make(&edit, update->text, update->len, update->policy, learn);
	if (r < 0)
		return cannot(update, learn, r);
	if (!edit.n)
		return 0;
	*text = edit_apply(&edit);
	if (!*text)
		return cannot(update, learn, -ENOMEM);
	edit_diff(show, &edit, update->file);
	fflush(show);
	return 0;
}

static bool can_ask(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

FILE *update_shows(void)
{
	return can_ask() && !isatty(STDOUT_FILENO) ? stderr : stdout;
}

bool update_accepted(const struct update *update, const sigset_t *mask)
{
	char answer[16] = "";
	sigset_t before;

	if (!can_ask()) {
		say("%s was not changed", update->file);
		hint("--yes changes it");
		return false;
	}
	/* what was typed before, to the command perhaps, is no answer */
	tcflush(STDIN_FILENO, TCIFLUSH);
	fprintf(stderr, "change ");
	print_safe(stderr, update->file);
	fprintf(stderr, "? [y/N] ");
	fflush(stderr);
	/* ctrl-C is an answer, too */
	sigprocmask(SIG_SETMASK, mask, &before);
	if (!fgets(answer, sizeof(answer), stdin))
		fprintf(stderr, "\n");
	sigprocmask(SIG_SETMASK, &before, NULL);
	return answer[0] == 'y' || answer[0] == 'Y';
}

static bool is_as_it_was(const void *data)
{
	const struct update *update = data;
	_cleanup_free_ char *text = NULL;
	size_t len;

	return read_text(update->file, &text, &len) == 0 && len == update->len &&
	       !memcmp(text, update->text, len);
}

int update_write(const struct update *update, const char *text)
{
	struct outfile out;
	int r;

	r = outfile_open(&out, update->file);
	if (r < 0)
		return r;
	fputs(text, outfile_start(&out));
	return outfile_finish_if(&out, is_as_it_was, update);
}

void update_done(struct update *update)
{
	rootward_policy_free(update->policy);
	free(update->text);
	*update = (struct update){};
}
