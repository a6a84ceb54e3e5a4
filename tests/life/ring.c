/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ring.h"

#define ENTRIES 8

int ring_open(struct ring *r, unsigned int flags)
{
	const int prot = PROT_READ | PROT_WRITE, share = MAP_SHARED | MAP_POPULATE;
	size_t size = 4096;

	*r = (struct ring){ .params.flags = flags, .params.sq_thread_idle = 1000 };
	r->fd = (int)syscall(SYS_io_uring_setup, ENTRIES, &r->params);
	if (r->fd < 0)
		return -errno;
	r->sq = mmap(NULL, size, prot, share, r->fd, IORING_OFF_SQ_RING);
	r->cq = mmap(NULL, size, prot, share, r->fd, IORING_OFF_CQ_RING);
	r->sqes = mmap(NULL, size, prot, share, r->fd, IORING_OFF_SQES);
	return r->sq == MAP_FAILED || r->cq == MAP_FAILED || r->sqes == MAP_FAILED ? -ENOMEM : 0;
}

#define FIELD(base, offset) ((unsigned int *)((base) + (offset)))

int ring_openat(struct ring *r, const char *path, unsigned int personality, unsigned int flags)
{
	unsigned int *tail = FIELD(r->sq, r->params.sq_off.tail), index, head;
	unsigned int mask = *FIELD(r->sq, r->params.sq_off.ring_mask),
		     enter = IORING_ENTER_GETEVENTS;
	struct io_uring_cqe *cqes = (void *)(r->cq + r->params.cq_off.cqes);

	index = *tail & mask;
	r->sqes[index] = (struct io_uring_sqe){
		.opcode = IORING_OP_OPENAT,
		.flags = flags,
		.fd = AT_FDCWD,
		.addr = (unsigned long)path,
		.open_flags = O_RDONLY,
		.personality = personality,
	};
	FIELD(r->sq, r->params.sq_off.array)[index] = index;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if (r->params.flags & IORING_SETUP_SQPOLL)
		enter |= IORING_ENTER_SQ_WAKEUP;
	if (syscall(SYS_io_uring_enter, r->fd, 1, 1, enter, NULL, 0) < 0)
		return -errno;
	head = *FIELD(r->cq, r->params.cq_off.head);
	if (head == __atomic_load_n(FIELD(r->cq, r->params.cq_off.tail), __ATOMIC_ACQUIRE))
		return -ETIME;
	index = head & *FIELD(r->cq, r->params.cq_off.ring_mask);
	__atomic_store_n(FIELD(r->cq, r->params.cq_off.head), head + 1, __ATOMIC_RELEASE);
	return cqes[index].res;
}
