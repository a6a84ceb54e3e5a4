/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "message.h"
#include "outfile.h"

static int cannot_write(const struct outfile *out, int error)
{
	complain("cannot write %s: %s", out->name, strerror(error));
	return -error;
}

int outfile_open(struct outfile *out, const char *name)
{
	_cleanup_close_ int fd = -1;

	*out = (struct outfile){ .name = name };
	if (!name)
		return 0;
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	out->fresh = fd >= 0;
	if (fd < 0 && errno == EEXIST) /* a link that leads to no file, too */
		fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return cannot_write(out, errno);
	out->file = fdopen(fd, "w");
	if (!out->file)
		return cannot_write(out, errno);
	fd = -1;
	return 0;
}

FILE *outfile_start(struct outfile *out)
{
	/* what is no regular file has no length, and need not have one */
	if (out->file && ftruncate(fileno(out->file), 0) < 0)
		errno = 0;
	return out->file;
}

int outfile_finish(struct outfile *out)
{
	FILE *file = steal_ptr(out->file);
	bool good;

	if (!file)
		return 0;
	good = !ferror(file);
	good &= fclose(file) == 0;
	if (good)
		return 0;
	if (out->fresh)
		unlink(out->name);
	return cannot_write(out, errno ?: EIO);
}

void outfile_drop(struct outfile *out)
{
	if (!out->file)
		return;
	fclose(steal_ptr(out->file));
	if (out->fresh)
		unlink(out->name);
}
