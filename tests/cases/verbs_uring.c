/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verbs by io_uring, each done by one of its worker threads. */
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cleanup.h"
#include "verbs.h"

#define RING_SIZE 4096 /* more than a ring of one entry needs; what is beyond is not touched */

static void *ring_map(int fd, off_t what)
{
	void *p =
		mmap(NULL, RING_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, what);

	return p == MAP_FAILED ? NULL : p;
}

static uint32_t *at(void *ring, uint32_t offset)
{
	return (uint32_t *)((char *)ring + offset);
}

/* Submits @sqe alone, and waits for it.  Return: its result, or why there is none. */
static int uring_do(const struct io_uring_sqe *sqe)
{
	struct io_uring_params p = { 0 };
	_cleanup_close_ int fd = (int)syscall(SYS_io_uring_setup, 1, &p);
	struct io_uring_cqe *cqe;
	struct io_uring_sqe *slot;
	void *sq, *cq;

	if (fd < 0)
		return -errno;
	sq = ring_map(fd, IORING_OFF_SQ_RING);
	cq = ring_map(fd, IORING_OFF_CQ_RING);
	slot = ring_map(fd, IORING_OFF_SQES);
	if (!sq || !cq || !slot)
		return -ENOMEM;
	*slot = *sqe;
	slot->flags |= IOSQE_ASYNC;
	*at(sq, p.sq_off.array) = 0;
	__atomic_store_n(at(sq, p.sq_off.tail), 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
		return -errno;
	cqe = (struct io_uring_cqe *)at(cq, p.cq_off.cqes);
	return cqe->res;
}

int do_uring_read(const char *path, const char *path2)
{
	int fd = uring_do(&(struct io_uring_sqe){ .opcode = IORING_OP_OPENAT,
						  .fd = AT_FDCWD,
						  .addr = (uintptr_t)path,
						  .open_flags = O_RDONLY | O_CLOEXEC });

	return fd < 0 ? fd : close(fd);
}

int do_uring_unlink(const char *path, const char *path2)
{
	return uring_do(&(struct io_uring_sqe){
		.opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD, .addr = (uintptr_t)path });
}

int do_uring_mkdir(const char *path, const char *path2)
{
	return uring_do(&(struct io_uring_sqe){ .opcode = IORING_OP_MKDIRAT,
						.fd = AT_FDCWD,
						.addr = (uintptr_t)path,
						.len = 0755 });
}

int do_uring_rename(const char *path, const char *path2)
{
	return uring_do(&(struct io_uring_sqe){ .opcode = IORING_OP_RENAMEAT,
						.fd = AT_FDCWD,
						.addr = (uintptr_t)path,
						.len = (uint32_t)AT_FDCWD,
						.addr2 = (uintptr_t)path2 });
}

/* /dev/null takes any command. */
int do_uring_cmd(const char *path, const char *path2)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return uring_do(&(struct io_uring_sqe){ .opcode = IORING_OP_URING_CMD, .fd = fd });
}
