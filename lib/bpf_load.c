/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "abi.h"
#include "bpf_hooks.h"
#include "bpf_load.h"
#include "cleanup.h"
#include "identity.h"
#include "probe.skel.h"
#include "rootward.skel.h"

static void cleanup_skeleton(struct rootward_bpf **skeleton)
{
	rootward_bpf__destroy(*skeleton);
}

static void cleanup_btf(struct btf **btf)
{
	btf__free(*btf);
}

/*
 * libbpf would write to stderr; a library does not.  The first thing that it warns of is kept, to
 * go with the diagnostic.
 */
static __thread char warned_of[256];

static int keep_warning(enum libbpf_print_level level, const char *format, va_list ap)
{
	if (level == LIBBPF_WARN && !warned_of[0])
		vsnprintf(warned_of, sizeof(warned_of), format, ap);
	warned_of[strcspn(warned_of, "\n")] = 0;
	return 0;
}

/*
 * The kernel asks the programs on one hook in the opposite order of their being attached, and the
 * first no ends it.  From the last to the first, then, so that they are asked as they are written.
 */
static int attach_and_pin(struct rootward_bpf *skeleton, const char *dir)
{
	struct bpf_program *prog = NULL;
	struct bpf_link *link;
	char path[256];
	int r;

	while ((prog = bpf_object__prev_program(skeleton->obj, prog))) {
		if (!bpf_on_a_hook(prog) || !bpf_program__autoload(prog))
			continue;
		link = bpf_program__attach(prog);
		if (!link)
			return -errno;
		snprintf(path, sizeof(path), "%s/link_%s", dir, bpf_program__name(prog));
		r = bpf_link__pin(link, path);
		bpf_link__destroy(link);
		if (r < 0)
			return r;
	}
	return 0;
}

static int pin_shared(struct rootward_bpf *skeleton, int identity, const char *dir,
		      const char *const *names, size_t n)
{
	int fds[] = {
		bpf_map__fd(skeleton->maps.domains),
		bpf_map__fd(skeleton->maps.rules),
		bpf_map__fd(skeleton->maps.names),
		bpf_map__fd(skeleton->maps.tasks),
		bpf_map__fd(skeleton->maps.rings),
		bpf_map__fd(skeleton->maps.data_shared),
		identity,
		bpf_program__fd(skeleton->progs.rw_enter),
	};
	char path[256];
	size_t i;
	int r;

	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		r = bpf_obj_pin(fds[i], path) < 0 ? -errno : 0;
		if (r < 0)
			return r;
	}
	return 0;
}

static int tell_map_id(struct rootward_bpf *skeleton)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(bpf_map__fd(skeleton->maps.tasks), &info, &size) < 0)
		return -errno;
	skeleton->data_shared->shared.tasks_map_id = info.id;
	return 0;
}

int bpf_load(const char *dir, const char *const *names, size_t n, const struct rootward_opts *opts)
{
	_cleanup_(cleanup_skeleton) struct rootward_bpf *skeleton = NULL;
	libbpf_print_fn_t printer = libbpf_set_print(keep_warning);
	_cleanup_(cleanup_btf) struct btf *btf = bpf_hooks_vmlinux();
	_cleanup_close_ int identity = -1;
	int r;

	warned_of[0] = 0;
	skeleton = rootward_bpf__open();
	r = skeleton ? bpf_hooks_choose(skeleton->obj, btf, opts) : -errno;
	if (r == 0)
		r = rootward_bpf__load(skeleton);
	if (r == 0)
		r = tell_map_id(skeleton);
	if (r == 0)
		r = identity = identity_load();
	if (r >= 0)
		r = pin_shared(skeleton, identity, dir, names, n);
	if (r == 0)
		r = attach_and_pin(skeleton, dir);
	libbpf_set_print(printer);
	if (r < 0 && r != -ENOTSUP && r != -ENOSYS)
		diag(opts, ROOTWARD_ERROR, NULL, NULL,
		     "the kernel does not take the programs: %s%s%s%s", strerror(-r),
		     *warned_of ? " (" : "", warned_of, *warned_of ? ")" : "");
	return r;
}

int bpf_identity_load(void)
{
	libbpf_print_fn_t printer = libbpf_set_print(keep_warning);
	int r = identity_load();

	libbpf_set_print(printer);
	return r;
}

const char *bpf_warning(void)
{
	return warned_of;
}

/* A kernel where preemption cannot be chosen says so in its version. */
static bool always_preempted(void)
{
	struct utsname u;

	return uname(&u) == 0 &&
	       (strstr(u.version, " PREEMPT ") || strstr(u.version, "PREEMPT_RT"));
}

static int probe_called(struct probe_bpf *probe, enum bpf_stage *stage)
{
	int r;

	*stage = BPF_STAGE_LOAD;
	r = probe_bpf__load(probe);
	if (r < 0)
		return r;
	*stage = BPF_STAGE_ATTACH;
	r = probe_bpf__attach(probe);
	if (r < 0)
		return r;
	*stage = BPF_STAGE_CALL;
	probe->bss->asked_by = getpid();
	getsid(getpid());
	if (!probe->bss->called)
		return -ENOSYS;
	return probe->bss->skips || (probe->bss->can_skip && always_preempted()) ? -EOPNOTSUPP : 0;
}

int bpf_probe_stage(enum bpf_stage *stage)
{
	libbpf_print_fn_t printer = libbpf_set_print(keep_warning);
	struct probe_bpf *probe = probe_bpf__open();
	int r = probe ? 0 : -errno;

	warned_of[0] = 0;
	*stage = BPF_STAGE_LOAD;
	if (probe)
		r = probe_called(probe, stage);
	probe_bpf__destroy(probe);
	libbpf_set_print(printer);
	return r;
}
