/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Cleanup by attribute.  A variable marked _cleanup_(f) has f(&variable) called when it leaves
 * scope; steal_ptr() and steal_fd() hand the value on and leave the variable empty.
 */
#ifndef ROOTWARD_CLEANUP_H
#define ROOTWARD_CLEANUP_H

#include <stdlib.h>
#include <unistd.h>
#include <errno.h>
#include <dirent.h>
#include <stdio.h>

#define _cleanup_(f) __attribute__((cleanup(f)))

#define steal_ptr(p)                                                                               \
	({                                                                                         \
		__typeof__(p) steal_value = (p);                                                   \
		(p) = NULL;                                                                        \
		steal_value;                                                                       \
	})

static inline int steal_fd(int *fd)
{
	int value = *fd;

	*fd = -1;
	return value;
}

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

/* Keeps errno: it runs on the way out of a function that may be about to report it. */
static inline void cleanup_close(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	errno = saved;
}

static inline void cleanup_closedir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static inline void cleanup_fclose(FILE **file)
{
	if (*file)
		fclose(*file);
}

#define _cleanup_free_ _cleanup_(cleanup_free)
#define _cleanup_close_ _cleanup_(cleanup_close)
#define _cleanup_closedir_ _cleanup_(cleanup_closedir)
#define _cleanup_fclose_ _cleanup_(cleanup_fclose)

#endif
