/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <bpf/bpf.h>

#include "bpf_kernel.h"
#include "bpf_load.h"
#include "cleanup.h"

#define BPFFS "/sys/fs/bpf"
#define BPFFS_MAGIC 0xcafe4a11
#define STRING_(x) #x
#define STRING(x) STRING_(x)
#define PINS BPFFS "/rootward-" STRING(RW_ABI)

static const char *const pin_names[] = {
	[PINNED_DOMAINS] = "domains", [PINNED_RULES] = "rules", [PINNED_NAMES] = "names",
	[PINNED_TASKS] = "tasks",     [PINNED_RINGS] = "rings", [PINNED_SHARED] = "shared",
	[PINNED_IDENTITY] = "identity",
};

#define N_PINS (sizeof(pin_names) / sizeof(pin_names[0]))

/* As bpftool and libbpf's users do: the place is fixed, a mount there is what it is for. */
static int bpffs_ready(const struct rootward_opts *opts)
{
	struct statfs fs;
	int r;

	if (statfs(BPFFS, &fs) == 0 && (unsigned long)fs.f_type == BPFFS_MAGIC)
		return 0;
	if (mount("bpf", BPFFS, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700") == 0)
		return 0;
	r = -errno;
	diag(opts, ROOTWARD_ERROR, NULL, "mount -t bpf bpf " BPFFS, "no BPF filesystem at %s: %s",
	     BPFFS, strerror(-r));
	return r;
}

int bpf_kernel_lock(struct bpf_kernel *k)
{
	if (k->lock >= 0)
		return 0;
	if (mkdir(PINS, 0700) < 0 && errno != EEXIST)
		return -errno;
	k->lock = open(PINS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (k->lock < 0)
		return -errno;
	while (flock(k->lock, LOCK_EX) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

void bpf_kernel_unlock(struct bpf_kernel *k)
{
	cleanup_close(&k->lock);
	k->lock = -1;
}

static int pins_open(struct bpf_kernel *k)
{
	char path[128];
	size_t i;

	for (i = 0; i < N_PINS; i++) {
		snprintf(path, sizeof(path), PINS "/live/%s", pin_names[i]);
		k->pins[i] = bpf_obj_get(path);
		if (k->pins[i] < 0)
			return -errno;
	}
	return 0;
}

static int maps_share(struct bpf_kernel *k)
{
	void *p;

	p = mmap(NULL, sizeof(struct rw_domain) * RW_DOMAINS, PROT_READ | PROT_WRITE, MAP_SHARED,
		 k->pins[PINNED_DOMAINS], 0);
	if (p == MAP_FAILED)
		return -errno;
	k->domains = p;
	p = mmap(NULL, sizeof(struct rw_shared), PROT_READ | PROT_WRITE, MAP_SHARED,
		 k->pins[PINNED_SHARED], 0);
	if (p == MAP_FAILED)
		return -errno;
	k->shared = p;
	return 0;
}

static void remove_pins(const char *dir)
{
	_cleanup_closedir_ DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.')
			unlinkat(dirfd(d), e->d_name, 0);
	rmdir(dir);
}

/* What an interrupted load left goes first: nobody uses what is not in `live`. */
static int live_make(const struct rootward_opts *opts)
{
	int r;

	remove_pins(PINS "/dead");
	remove_pins(PINS "/new");
	if (mkdir(PINS "/new", 0700) < 0)
		return -errno;
	r = bpf_load(PINS "/new", pin_names, N_PINS, opts);
	if (r == 0 && rename(PINS "/new", PINS "/live") < 0)
		r = -errno;
	if (r < 0)
		remove_pins(PINS "/new");
	return r;
}

bool bpf_kernel_is_live(void)
{
	_cleanup_close_ int map = bpf_obj_get(PINS "/live/domains");

	return map >= 0;
}

int bpf_kernel_open(struct bpf_kernel *k, const struct rootward_opts *opts)
{
	int r;

	r = bpffs_ready(opts);
	if (r < 0)
		return r;
	r = bpf_kernel_lock(k);
	if (r == 0 && access(PINS "/live", F_OK) < 0)
		r = live_make(opts);
	else if (r < 0)
		diag(opts, ROOTWARD_ERROR, NULL, NULL, "cannot lock %s: %s", PINS, strerror(-r));
	if (r < 0)
		goto fail;
	r = pins_open(k);
	if (r == 0)
		r = maps_share(k);
	if (r == 0)
		return 0;
	diag(opts, ROOTWARD_ERROR, NULL, NULL, "cannot use what is pinned in %s: %s", PINS,
	     strerror(-r));
fail:
	bpf_kernel_close(k);
	return r;
}

void bpf_kernel_close(struct bpf_kernel *k)
{
	size_t i;

	if (k->domains)
		munmap(k->domains, sizeof(struct rw_domain) * RW_DOMAINS);
	if (k->shared)
		munmap(k->shared, sizeof(struct rw_shared));
	for (i = 0; i < N_PINS; i++)
		cleanup_close(&k->pins[i]);
	cleanup_close(&k->lock);
	*k = (struct bpf_kernel)BPF_KERNEL_NONE;
}

static void domain_path(char *buf, size_t size, unsigned int n)
{
	snprintf(buf, size, PINS "/domain-%u", n);
}

int bpf_kernel_claim(struct bpf_kernel *k, int *owner)
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

static void delete_rules(struct bpf_kernel *k, __u32 domain)
{
	struct rw_ident ident, next_ident = {};
	struct rw_name_key name, next_name = {};

	delete_keys(k->pins[PINNED_RULES], &ident, &next_ident, sizeof(ident), &next_ident.domain,
		    domain);
	delete_keys(k->pins[PINNED_NAMES], &name, &next_name, sizeof(name), &next_name.parent.domain,
		    domain);
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

/* Returns how many domains are still in use. */
static unsigned int collect_domains(struct bpf_kernel *k)
{
	unsigned int n, live = 0, gone = 0;
	char path[128];

	for (n = 1; n < RW_DOMAINS; n++) {
		if (k->domains[n].state == RW_DOMAIN_FREE)
			continue;
		/* The owner first: when it has gone, nobody enters any more, and the count is final. */
		if (owner_lives(n) || __atomic_load_n(&k->domains[n].tasks, __ATOMIC_SEQ_CST) > 0) {
			live++;
			continue;
		}
		delete_rules(k, n);
		bpf_map_delete_elem(k->pins[PINNED_RINGS], &n);
		k->domains[n].state = RW_DOMAIN_FREE;
		domain_path(path, sizeof(path), n);
		rmdir(path);
		gone++;
	}
	if (live && gone)
		filter_shrink(k);
	return live;
}

void bpf_kernel_collect(struct bpf_kernel *k)
{
	collect_domains(k);
}

void bpf_kernel_leave(struct bpf_kernel *k)
{
	if (collect_domains(k) > 0)
		return;
	/* As it came: all or nothing.  Whoever is killed here leaves what live_make() removes. */
	if (rename(PINS "/live", PINS "/dead") == 0)
		remove_pins(PINS "/dead");
}
