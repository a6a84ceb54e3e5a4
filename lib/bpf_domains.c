/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <bpf/bpf.h>

#include "bpf_domains.h"
#include "bpf_labels.h"
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

void bpf_task_loads(struct bpf_kernel *k, bool loads)
{
	struct rw_task wanted = { .loads = loads };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &wanted, .ctx_size_in = sizeof(wanted));
	int tries = 100;

	while (bpf_prog_test_run_opts(k->pins[PINNED_LOADS], &opts) == 0 &&
	       (int)opts.retval == -EAGAIN && --tries)
		;
}

bool bpf_may_unlock(struct bpf_kernel *k, __u32 domain)
{
	struct rw_task asked = { .domain = domain };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &asked, .ctx_size_in = sizeof(asked));

	return bpf_prog_test_run_opts(k->pins[PINNED_MAY_UNLOCK], &opts) == 0 && opts.retval == 1;
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

/**
 * struct domain_map - a map whose keys say which domain they belong to.
 * @at: where in the key the domain's number is
 */
static const struct domain_map {
	enum bpf_kernel_pin pin;
	size_t key;
	size_t at;
} domain_maps[] = {
	{ PINNED_RULES, sizeof(struct rw_ident), offsetof(struct rw_ident, domain) },
	{ PINNED_NAMES, sizeof(struct rw_name_key), offsetof(struct rw_name_key, parent.domain) },
	{ PINNED_TREES, sizeof(struct rw_tree_key), offsetof(struct rw_tree_key, domain) },
	{ PINNED_LABELLED, sizeof(struct rw_ident), offsetof(struct rw_ident, domain) },
	{ PINNED_TOLD, sizeof(struct rw_told), offsetof(struct rw_told, domain) },
};

#define DOMAIN_KEY_MAX 64

/* Deletes what belongs to @domain. */
static void delete_keys(struct bpf_kernel *k, const struct domain_map *map, __u32 domain)
{
	char key[DOMAIN_KEY_MAX], next[DOMAIN_KEY_MAX];
	bool have = false, doomed = false;
	__u32 found;

	while (bpf_map_get_next_key(k->pins[map->pin], have ? key : NULL, next) == 0) {
		/* Behind the iteration, so that it goes on from a key that is still there. */
		if (doomed)
			bpf_map_delete_elem(k->pins[map->pin], key);
		memcpy(key, next, map->key);
		memcpy(&found, key + map->at, sizeof(found));
		doomed = found == domain;
		have = true;
	}
	if (doomed)
		bpf_map_delete_elem(k->pins[map->pin], key);
}

void bpf_rules_clear(struct bpf_kernel *k, __u32 domain)
{
	size_t i;

	for (i = 0; i < sizeof(domain_maps) / sizeof(domain_maps[0]); i++)
		delete_keys(k, &domain_maps[i], domain);
}

static bool filter_collect_from(int map, __u64 *bits)
{
	struct rw_ident key, *prev = NULL;
	__u32 bit;

	while (bpf_map_get_next_key(map, prev, &key) == 0) {
		bit = rw_filter_bit(key.ino);
		__atomic_or_fetch(&bits[bit / 64], 1ULL << (bit & 63), __ATOMIC_SEQ_CST);
		prev = &key;
	}
	return errno == ENOENT;
}

/* The bits that rules need, or'ed into @bits.  Returns false when not all rules could be seen. */
static bool filter_collect(struct bpf_kernel *k, __u64 *bits)
{
	return filter_collect_from(k->pins[PINNED_RULES], bits) &&
	       filter_collect_from(k->pins[PINNED_LABELLED], bits);
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

int bpf_programs_wait(struct bpf_kernel *k)
{
	_cleanup_close_ int ring =
		bpf_map_create(BPF_MAP_TYPE_RINGBUF, "rootward_wait", 0, 0, getpagesize(), NULL);
	__u32 no_domain = 0;

	if (ring < 0 || bpf_map_update_elem(k->pins[PINNED_RINGS], &no_domain, &ring, BPF_ANY) < 0)
		return -errno;
	return bpf_map_delete_elem(k->pins[PINNED_RINGS], &no_domain) < 0 ? -errno : 0;
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

	/* A program that found it on the list a moment ago must find it alive. */
	if (k->domains[n].loaded && k->domains[n].state == RW_DOMAIN_LIVE &&
	    bpf_programs_wait(k) < 0)
		return false;
	__atomic_store_n(&k->domains[n].state, RW_DOMAIN_LEAVING, __ATOMIC_SEQ_CST);
	/* None: it was killed before it had rules, or its collector after the wait. */
	if (bpf_map_delete_elem(k->pins[PINNED_RINGS], &n) < 0 && errno != ENOENT)
		return false;
	bpf_rules_clear(k, n);
	bpf_labels_release(k, n);
	bpf_map_delete_elem(k->pins[PINNED_WHOM], &n);
	__atomic_store_n(&k->domains[n].state, RW_DOMAIN_FREE, __ATOMIC_SEQ_CST);
	domain_path(path, sizeof(path), n);
	rmdir(path);
	return true;
}

static bool is_loaded(const struct bpf_kernel *k, __u32 n)
{
	size_t i;

	for (i = 0; i < RW_LOADED; i++)
		if (k->shared->loaded[i] == n)
			return true;
	return false;
}

/* The owner first: when it has gone, nobody enters any more, and the count is final. */
static bool domain_is_used(struct bpf_kernel *k, unsigned int n)
{
	return owner_lives(n) || is_loaded(k, n) ||
	       __atomic_load_n(&k->domains[n].tasks, __ATOMIC_SEQ_CST) > 0;
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
