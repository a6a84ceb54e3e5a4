/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bpf_hooks.h"
#include "bpf_load.h"
#include "cleanup.h"
#include "identity.h"
#include "life.h"
#include "rootward.skel.h"

/* --- in place of the programs on hooks: a map pinned for each link, and each that waits for one */

static int pin_instead(struct rootward_bpf *skeleton, const char *dir)
{
	struct bpf_program *prog;
	char path[256];

	bpf_object__for_each_program(prog, skeleton->obj)
	{
		if (!bpf_on_a_hook(prog))
			continue;
		snprintf(path, sizeof(path), "%s/%s_%s", dir,
			 bpf_is_on_demand(prog) ? "prog" : "link", bpf_program__name(prog));
		if (bpf_obj_pin(bpf_map__fd(skeleton->maps.domains), path) < 0)
			return -errno;
	}
	return 0;
}

static int load_without_hooks(struct rootward_bpf *skeleton)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, skeleton->obj)
		bpf_program__set_autoload(prog, !bpf_on_a_hook(prog));
	return rootward_bpf__load(skeleton);
}

int __wrap_bpf_load(const char *dir, const char *const *names, size_t n,
		    const struct rootward_opts *opts);
int __wrap_bpf_probe(const char **why);
int __wrap_bpf_attach_program(int program);

int attach_fails, attach_fails_times;

int __wrap_bpf_load(const char *dir, const char *const *names, size_t n,
		    const struct rootward_opts *opts)
{
	struct rootward_bpf *skeleton = rootward_bpf__open();
	_cleanup_close_ int identity = -1;
	int i = 0, r = skeleton ? load_without_hooks(skeleton) : -errno;
	char path[256];

	if (r == 0)
		r = identity = identity_load();
	if (r >= 0) {
		int fds[N_BPF_PINS];

		bpf_pins_of(skeleton, identity, fds);
		for (r = 0; r == 0 && i < (int)n; i++) {
			snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
			r = bpf_obj_pin(fds[i], path) < 0 ? -errno : 0;
		}
	}
	if (r == 0)
		r = pin_instead(skeleton, dir);
	rootward_bpf__destroy(skeleton);
	return r;
}

int __wrap_bpf_probe(const char **why)
{
	return 0;
}

int __wrap_bpf_attach_program(int program)
{
	int link = attach_fails ? -attach_fails : fcntl(program, F_DUPFD_CLOEXEC, 0);

	if (attach_fails_times && !--attach_fails_times)
		attach_fails = 0;
	return link;
}

/* --- where the library may be raced with; the linker leads its calls here (--wrap) */

void (*before_identities)(void);
void (*before_lock)(void);

int __real_identity_read(int program, const int *fds, size_t n, struct rw_identity *identities);
int __wrap_identity_read(int program, const int *fds, size_t n, struct rw_identity *identities);
int __real_bpf_kernel_lock(struct bpf_kernel *kernel);
int __wrap_bpf_kernel_lock(struct bpf_kernel *kernel);

int __wrap_identity_read(int program, const int *fds, size_t n, struct rw_identity *identities)
{
	int r = __real_identity_read(program, fds, n, identities);

	if (before_identities)
		before_identities();
	return r;
}

int __wrap_bpf_kernel_lock(struct bpf_kernel *kernel)
{
	void (*fn)(void) = before_lock;

	before_lock = NULL;
	if (fn)
		fn();
	return __real_bpf_kernel_lock(kernel);
}

int stage_set(void)
{
	struct rlimit files;

	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &files) || unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("life", "/tmp", "tmpfs", 0, "mode=1777") || chdir("/tmp"))
		return -errno;
	if (mount("bpf", BPF_KERNEL_FS, "bpf", 0, "mode=0700"))
		return -errno;
	return 0;
}
