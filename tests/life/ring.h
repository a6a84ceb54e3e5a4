/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening files by io_uring, without liburing. */
#ifndef RING_H
#define RING_H

#include <linux/io_uring.h>

struct ring {
	int fd;
	struct io_uring_params params;
	unsigned char *sq, *cq;
	struct io_uring_sqe *sqes;
};

/** ring_open() - make a ring, with IORING_SETUP_... flags.  Return: 0 or -errno. */
int ring_open(struct ring *ring, unsigned int flags);

/**
 * ring_openat() - open @path for reading by the ring, and wait.
 * @personality: stored credentials, 0: none
 * @flags: IOSQE_...: with IOSQE_ASYNC a worker thread does it
 *
 * Return: its result, a descriptor or -errno.
 */
int ring_openat(struct ring *ring, const char *path, unsigned int personality, unsigned int flags);

#endif
