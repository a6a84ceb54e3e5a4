/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Labels that count wherever they are: read by a program in the kernel, on its way from the object
 * to the root, where it takes one for that; else by the path of each ancestor.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

#include <bpf/libbpf.h>

#include "cleanup.h"
#include "explain.h"
#include "explain_abi.h"
#include "explain_label.skel.h"
#include "walk.h"

_Static_assert(LABEL_TEXT_MAX + 2 == EXPLAIN_LABEL_TEXT, "longer values are seen to be longer");

/**
 * struct label_reader - what reads one attribute.
 * @program: NULL: the kernel does not take it
 * @ready:   it was run for the way that is looked at
 */
struct label_reader {
	struct label_reader *next;
	struct explain_label_bpf *program;
	bool ready;
	char attribute[EXPLAIN_LABEL_TEXT];
};

static struct label_reader *reader_load(const char *attribute)
{
	struct label_reader *reader = calloc(1, sizeof(*reader));
	libbpf_print_fn_t printer;

	if (!reader)
		return NULL;
	snprintf(reader->attribute, sizeof(reader->attribute), "%s", attribute);
	printer = walker_silence();
	reader->program = explain_label_bpf__open();
	if (reader->program) {
		memcpy((char *)reader->program->rodata->attribute, reader->attribute,
		       sizeof(reader->attribute));
		if (explain_label_bpf__load(reader->program) < 0) {
			explain_label_bpf__destroy(reader->program);
			reader->program = NULL;
		}
	}
	libbpf_set_print(printer);
	return reader;
}

void label_readers_free(struct label_readers *readers)
{
	struct label_reader *reader;

	while (readers && (reader = readers->first)) {
		readers->first = reader->next;
		explain_label_bpf__destroy(reader->program);
		free(reader);
	}
	free(readers);
}

void label_readers_forget(struct label_readers *readers)
{
	struct label_reader *reader;

	for (reader = readers ? readers->first : NULL; reader; reader = reader->next)
		reader->ready = false;
}

/* NULL: out of memory. */
static struct label_reader *reader_of(struct label_readers *readers, const char *attribute)
{
	struct label_reader *reader;

	for (reader = readers->first; reader; reader = reader->next)
		if (!strcmp(reader->attribute, attribute))
			return reader;
	reader = reader_load(attribute);
	if (reader) {
		reader->next = readers->first;
		readers->first = reader;
	}
	return reader;
}

/* What the kernel read on @place; NULL: it did not come by, or reads nothing for us. */
static const struct explain_read *read_in_kernel(struct label_readers *readers,
						 const struct way *way, const struct place *place,
						 const char *attribute)
{
	struct label_reader *reader = readers ? reader_of(readers, attribute) : NULL;
	const struct explain_read *at, *end;
	struct explain_reading *reading;

	if (!reader || !reader->program || !way->in_kernel)
		return NULL;
	reading = &reader->program->bss->reading;
	if (!reader->ready) {
		*reading = (struct explain_reading){ .fd = (uint32_t)way->fd };
		if (walker_iterate(bpf_program__fd(reader->program->progs.rw_explain_label)) < 0)
			reading->n = 0;
		reader->ready = true;
	}
	at = reader->program->bss->read_from;
	for (end = at + reading->n; at < end; at++)
		if (at->ino == place->is.ino && at->dev == place->dev &&
		    at->generation == place->is.generation)
			return at;
	return NULL;
}

/* 1, 0, or a negative errno: it cannot be seen. */
static int read_label_at(const char *path, uint64_t ino, const char *name, const char *value)
{
	_cleanup_close_ int fd = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	char by_fd[32], found[LABEL_TEXT_MAX + 1];
	struct statx st;
	ssize_t len;
	int r;

	if (fd < 0)
		return -errno;
	r = walk_stat(fd, &st);
	if (r < 0)
		return r;
	/* Another mount namespace, or another root, has something else there. */
	if (st.stx_ino != ino)
		return -ESTALE;
	snprintf(by_fd, sizeof(by_fd), "/proc/self/fd/%d", fd);
	len = getxattr(by_fd, name, found, sizeof(found));
	if (len < 0)
		return errno == ENODATA || errno == EOPNOTSUPP || errno == ERANGE ? 0 : -errno;
	return (size_t)len == strlen(value) && !memcmp(found, value, len);
}

static int read_label(const struct way *way, const struct place *place, const char *name,
		      const char *value)
{
	_cleanup_free_ char *path = NULL;

	if (!(place->is.flags & (VFS_WALK_HIDDEN | VFS_WALK_DELETED | VFS_WALK_UNSEEN)))
		path = way_path(way, place - way->places);
	return path ? read_label_at(path, place->is.ino, name, value) : -ENOENT;
}

bool place_carries(const struct rootward_explainer *x, struct way *way, const struct place *place,
		   const char *name, const char *value)
{
	const struct explain_read *is;
	int r;

	/* What a mount covers does not count. */
	if (!place->is.exists || !S_ISDIR(place->is.mode) || place->is.flags & VFS_WALK_COVERED)
		return false;
	is = read_in_kernel(x->readers, way, place, name);
	if (!is)
		r = read_label(way, place, name, value);
	else if (is->len < 0)
		r = is->len;
	else
		r = (size_t)is->len == strlen(value) && !memcmp(is->value, value, is->len);
	if (r < 0)
		way->blind = true;
	return r > 0;
}
