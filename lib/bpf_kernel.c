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

#include "bpf_attach.h"
#include "bpf_domains.h"
#include "bpf_load.h"
#include "cleanup.h"

#define BPFFS BPF_KERNEL_FS
#define BPFFS_MAGIC 0xcafe4a11
#define PINS BPF_KERNEL_PINS

static const char *const pin_names[] = {
	[PINNED_DOMAINS] = "domains",	[PINNED_RULES] = "rules",
	[PINNED_NAMES] = "names",	[PINNED_TASKS] = "tasks",
	[PINNED_RINGS] = "rings",	[PINNED_SHARED] = "shared",
	[PINNED_WHOM] = "whom",		[PINNED_TREES] = "trees",
	[PINNED_ALLOWED] = "allowed",	[PINNED_TOLD] = "told",
	[PINNED_COUNTED] = "counted",	[PINNED_LABELS] = "labels",
	[PINNED_LABELLED] = "labelled", [PINNED_KNOWN] = "known",
	[PINNED_READINGS] = "readings", [PINNED_IDENTITY] = "identity",
	[PINNED_ENTER] = "enter",	[PINNED_COUNT] = "count",
	[PINNED_LOADS] = "loads",	[PINNED_MAY_UNLOCK] = "may_unlock",
};

#define N_PINS N_BPF_PINS

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
	if (mkdir(PINS "/new", 0700) < 0) {
		r = -errno;
		diag(opts, ROOTWARD_ERROR, NULL, NULL, "cannot make %s: %s", PINS "/new",
		     strerror(-r));
		return r;
	}
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

static __u32 map_id(int map)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	return map < 0 || bpf_obj_get_info_by_fd(map, &info, &size) < 0 ? 0 : info.id;
}

bool bpf_kernel_is_current(const struct bpf_kernel *k)
{
	_cleanup_close_ int map = bpf_obj_get(PINS "/live/domains");
	__u32 id = map_id(map);

	return id && id == map_id(k->pins[PINNED_DOMAINS]);
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
	diag(opts, ROOTWARD_ERROR, NULL,
	     r == -EPERM
		     ? "a loaded policy that is locked, or names this task in `applies_to`, does "
		       "not let it"
		     : NULL,
	     "cannot use what is pinned in %s: %s", PINS, strerror(-r));
fail:
	bpf_kernel_close(k);
	return r;
}

int bpf_kernel_look(struct bpf_kernel *k)
{
	int r = pins_open(k);

	if (r == 0)
		r = maps_share(k);
	if (r < 0)
		bpf_kernel_close(k);
	return r;
}

/* All but the lock. */
static void pins_close(struct bpf_kernel *k)
{
	int lock = k->lock;
	size_t i;

	if (k->domains)
		munmap(k->domains, sizeof(struct rw_domain) * RW_DOMAINS);
	if (k->shared)
		munmap(k->shared, sizeof(struct rw_shared));
	for (i = 0; i < N_PINS; i++)
		cleanup_close(&k->pins[i]);
	*k = (struct bpf_kernel)BPF_KERNEL_NONE;
	k->lock = lock;
}

void bpf_kernel_close(struct bpf_kernel *k)
{
	pins_close(k);
	bpf_kernel_unlock(k);
}

int bpf_kernel_look_again(struct bpf_kernel *k)
{
	pins_close(k);
	return bpf_kernel_look(k);
}

void bpf_kernel_leave(struct bpf_kernel *k)
{
	if (bpf_domains_collect(k) > 0) {
		bpf_detach(k);
		return;
	}
	/* As it came: all or nothing.  Whoever is killed here leaves what live_make() removes. */
	if (rename(PINS "/live", PINS "/dead") == 0)
		remove_pins(PINS "/dead");
}
