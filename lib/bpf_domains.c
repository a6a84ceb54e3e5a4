/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <bpf/bpf.h>

#include "bpf_domains.h"
#include "cleanup.h"

static void domain_path(char *buf, size_t size, unsigned int n)
{
	snprintf(buf, size, BPF_KERNEL_PINS "/domain-%u", n);
}

int bpf_domain_claim(struct bpf_kernel *k, int *owner)
{
	char path[128];
	unsigned int n;

	for (n = 1; n < RW_DOMAINS; n++) {
		if (k->domains[n].state != RW_DOMAIN_FREE)
			continue;
		domain_path(path, sizeof(path), n);
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return -errno;
		*owner = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (*owner < 0)
			return -errno;
		if (flock(*owner, LOCK_SH | LOCK_NB) < 0)
			return -errno;
		return n;
	}
	return -ENOSPC;
}

int bpf_domain_enter(struct bpf_kernel *k, __u32 domain)
{
	struct rw_task wanted = { .domain = domain };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &wanted, .ctx_size_in = sizeof(wanted));
	int r, tries = 100;

	do {
		r = bpf_prog_test_run_opts(k->pins[PINNED_ENTER], &opts) < 0 ? -errno
									     : (int)opts.retval;
	} while (r == -EAGAIN && --tries);
	return r;
}

/* The owner's lock goes with its process, whatever ends it.  In doubt it lives. */
static bool owner_lives(unsigned int n)
{
	_cleanup_close_ int fd = -1;
	char path[128];

	domain_path(path, sizeof(path), n);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno != ENOENT;
	return flock(fd, LOCK_EX | LOCK_NB) < 0;
}

/* Deletes what belongs to @domain; the domain's number is at @offset in the key. */
static void delete_keys(int map, void *key, void *next, size_t size, const __u32 *domain_of_next,
			__u32 domain)
{
	bool have = false, doomed = false;

	while (bpf_map_get_next_key(map, have ? key : NULL, next) == 0) {
		/* Behind the iteration, so that it goes on from a key that is still there. */
		if (doomed)
			bpf_map_delete_elem(map, key);
		memcpy(key, next, size);
		doomed = *domain_of_next == domain;
		have = true;
	}
	if (doomed)
		bpf_map_delete_elem(map, key);
}

void bpf_domain_clear(struct bpf_kernel *k, __u32 domain)
{
	struct rw_ident ident, next_ident = {};
	struct rw_name_key name, next_name = {};

	delete_keys(k->pins[PINNED_RULES], &ident, &next_ident, sizeof(ident), &next_ident.domain,
		    domain);
	delete_keys(k->pins[PINNED_NAMES], &name, &next_name, sizeof(name),
		    &next_name.parent.domain, domain);
}

/* The bits that rules need, or'ed into @bits.  Returns false when not all rules could be seen. */
static bool filter_collect(struct bpf_kernel *k, __u64 *bits)
{
	struct rw_ident key, *prev = NULL;
	__u32 bit;

	while (bpf_map_get_next_key(k->pins[PINNED_RULES], prev, &key) == 0) {
		bit = rw_filter_bit(key.ino);
		__atomic_or_fetch(&bits[bit / 64], 1ULL << (bit & 63), __ATOMIC_SEQ_CST);
		prev = &key;
	}
	return errno == ENOENT;
}

/*
 * Clears bits that no rule needs.  A guard that a rename adds meanwhile (guard.bpf.h) sets its bit
 * before and after its rule, so the bit is there, or the second look at the rules brings it back.
 */
static void filter_shrink(struct bpf_kernel *k)
{
	__u64 *fresh = calloc(RW_FILTER_WORDS, sizeof(*fresh));
	__u32 i;

	if (fresh && filter_collect(k, fresh)) {
		for (i = 0; i < RW_FILTER_WORDS; i++)
			__atomic_and_fetch(&k->shared->filter[i], fresh[i], __ATOMIC_SEQ_CST);
		filter_collect(k, k->shared->filter);
	}
	free(fresh);
}

/*
 * Nobody is in it and nobody will be.  Programs that run now may still add a guard for it: when it
 * is LEAVING none begins to, and to take its ring out of an array of maps waits until those that
 * run have ended.  Only then its rules go, and only then it is free: the next to have its number
 * meets nothing of it.  Returns false when it must stay.
 */
static bool domain_collect(struct bpf_kernel *k, __u32 n)
{
	char path[128];

	__atomic_store_n(&k->domains[n].state, RW_DOMAIN_LEAVING, __ATOMIC_SEQ_CST);
	/* None: it was killed before it had rules, or its collector after the wait. */
	if (bpf_map_delete_elem(k->pins[PINNED_RINGS], &n) < 0 && errno != ENOENT)
		return false;
	bpf_domain_clear(k, n);
	__atomic_store_n(&k->domains[n].state, RW_DOMAIN_FREE, __ATOMIC_SEQ_CST);
	domain_path(path, sizeof(path), n);
	rmdir(path);
	return true;
}

/* The owner first: when it has gone, nobody enters any more, and the count is final. */
static bool domain_is_used(struct bpf_kernel *k, unsigned int n)
{
	return owner_lives(n) || __atomic_load_n(&k->domains[n].tasks, __ATOMIC_SEQ_CST) > 0;
}

unsigned int bpf_domains_collect(struct bpf_kernel *k)
{
	unsigned int n, live = 0, gone = 0;

	for (n = 1; n < RW_DOMAINS; n++) {
		if (k->domains[n].state == RW_DOMAIN_FREE)
			continue;
		if (domain_is_used(k, n) || !domain_collect(k, n))
			live++;
		else
			gone++;
	}
	if (live && gone)
		filter_shrink(k);
	return live;
}
