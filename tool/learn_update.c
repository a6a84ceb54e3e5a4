/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "learn_edit.h"
#include "learn_update.h"
#include "message.h"
#include "yaml.h"

static int read_text(struct update *update)
{
	_cleanup_fclose_ FILE *in = fopen(update->file, "re");
	_cleanup_fclose_ FILE *out = open_memstream(&update->text, &update->len);
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

	r = read_text(update);
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

int update_text(const struct update *update, const struct learn *learn, char **text)
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
	edit_diff(stdout, &edit, update->file);
	fflush(stdout);
	return 0;
}

bool update_accepted(const struct update *update, const sigset_t *mask)
{
	char answer[16] = "";
	sigset_t before;

	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
		say("%s was not changed", update->file);
		hint("--yes changes it");
		return false;
	}
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

static int write_all(int fd, const char *text)
{
	size_t len = strlen(text);

	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		len -= (size_t)n;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

/* A new file in its place, of the same owner and mode.  @file: no symbolic link. */
static int replace(const char *file, const char *text)
{
	_cleanup_free_ char *name = NULL;
	_cleanup_close_ int fd = -1;
	struct stat st;
	int r;

	if (stat(file, &st) < 0)
		return -errno;
	if (asprintf(&name, "%s.XXXXXX", file) < 0)
		return -ENOMEM;
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = fchown(fd, st.st_uid, st.st_gid) < 0 || fchmod(fd, st.st_mode & 07777) < 0
		    ? -errno
		    : write_all(fd, text);
	if (r == 0 && rename(name, file) < 0)
		r = -errno;
	if (r < 0)
		unlink(name);
	return r;
}

int update_write(const struct update *update, const char *text)
{
	_cleanup_free_ char *file = realpath(update->file, NULL);
	int r;

	r = file ? replace(file, text) : -errno;
	if (r < 0)
		complain("cannot write %s: %s", update->file, strerror(-r));
	return r;
}

void update_done(struct update *update)
{
	rootward_policy_free(update->policy);
	free(update->text);
	*update = (struct update){};
}
