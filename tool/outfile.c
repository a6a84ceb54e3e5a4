/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "message.h"
#include "outfile.h"

static int cannot_write(const struct outfile *out, int r)
{
	if (r == -ESTALE)
		complain("%s was changed meanwhile: it stays as it is", out->name);
	else
		complain("cannot write %s: %s", out->name, strerror(-r));
	return r;
}

/* What can be replaced: the file that a link leads to, not the link.  @out->target: or NULL. */
static int find_target(struct outfile *out)
{
	_cleanup_free_ char *directory = NULL;
	struct stat st;

	if (fstat(out->fd, &st) < 0)
		return -errno;
	if (out->fresh || !S_ISREG(st.st_mode))
		return 0;
	out->target = realpath(out->name, NULL);
	directory = out->target ? strdup(out->target) : NULL;
	if (!directory)
		return -errno;
	strrchr(directory, '/')[1] = '\0';
	return faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS) < 0 ? -errno : 0;
}

int outfile_open(struct outfile *out, const char *name)
{
	int r;

	*out = (struct outfile){ .name = name };
	if (!name)
		return 0;
	out->fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	out->fresh = out->fd >= 0;
	if (out->fd < 0 && errno == EEXIST) /* a link that leads to no file, too */
		out->fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (out->fd < 0)
		return cannot_write(out, -errno);
	out->file = open_memstream(&out->text, &out->size);
	if (!out->file) {
		close(out->fd);
		return cannot_write(out, -ENOMEM);
	}
	r = find_target(out);
	if (r == 0)
		return 0;
	cannot_write(out, r);
	outfile_drop(out);
	return r;
}

FILE *outfile_start(struct outfile *out)
{
	return out->file;
}

static int write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

/* A new file in its place, of the same owner and mode. */
static int replace(const struct outfile *out, bool (*is_as_it_was)(const void *), const void *data)
{
	_cleanup_free_ char *name = NULL;
	_cleanup_close_ int fd = -1;
	struct stat st;
	int r;

	if (fstat(out->fd, &st) < 0)
		return -errno;
	if (asprintf(&name, "%s.XXXXXX", out->target) < 0)
		return -ENOMEM;
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = fchown(fd, st.st_uid, st.st_gid) < 0 || fchmod(fd, st.st_mode & 07777) < 0
		    ? -errno
		    : write_all(fd, out->text, out->size);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (r == 0 && is_as_it_was && !is_as_it_was(data))
		r = -ESTALE;
	if (r == 0 && rename(name, out->target) < 0)
		r = -errno;
	if (r < 0)
		unlink(name);
	return r;
}

static void release(struct outfile *out)
{
	free(out->target);
	free(out->text);
	*out = (struct outfile){ .name = out->name };
}

int outfile_finish_if(struct outfile *out, bool (*is_as_it_was)(const void *data), const void *data)
{
	FILE *file = steal_ptr(out->file);
	int r;

	if (!file)
		return 0;
	r = fclose(file) == 0 ? 0 : -ENOMEM;
	if (r == 0 && out->target)
		r = replace(out, is_as_it_was, data);
	else if (r == 0)
		r = is_as_it_was && !is_as_it_was(data) ? -ESTALE
							: write_all(out->fd, out->text, out->size);
	/* some filesystems tell only now that there is no room */
	if (close(out->fd) < 0 && r == 0 && !out->target)
		r = -errno;
	if (r < 0) {
		cannot_write(out, r);
		if (out->fresh)
			unlink(out->name);
	}
	release(out);
	return r;
}

int outfile_finish(struct outfile *out)
{
	return outfile_finish_if(out, NULL, NULL);
}

void outfile_drop(struct outfile *out)
{
	if (!out->file)
		return;
	fclose(steal_ptr(out->file));
	close(out->fd);
	if (out->fresh)
		unlink(out->name);
	release(out);
}
