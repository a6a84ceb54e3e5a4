/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "abi.h"
#include "bpf_hooks.h"
#include "bpf_kernel.h"
#include "bpf_load.h"
#include "bpf_readers.h"
#include "cleanup.h"
#include "identity.h"
#include "walk.h"
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

static int pin_program(struct bpf_program *prog, const char *dir)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/prog_%s", dir, bpf_program__name(prog));
	return bpf_obj_pin(bpf_program__fd(prog), path) < 0 ? -errno : 0;
}

static int attach_and_pin_one(struct bpf_program *prog, const char *dir)
{
	struct bpf_link *link = bpf_program__attach(prog);
	char path[256];
	int r;

	if (!link)
		return -errno;
	snprintf(path, sizeof(path), "%s/link_%s", dir, bpf_program__name(prog));
	r = bpf_link__pin(link, path);
	bpf_link__destroy(link);
	return r;
}

/*
 * The kernel asks the programs on one hook in the opposite order of their being attached, and the
 * first no ends it.  From the last to the first, then, so that they are asked as they are written.
 * Those that may not be needed are put on their hooks later (bpf_attach.h).
 */
static int attach_and_pin(struct rootward_bpf *skeleton, const char *dir)
{
	struct bpf_program *prog = NULL;
	int r = 0;

	while (r == 0 && (prog = bpf_object__prev_program(skeleton->obj, prog))) {
		if (!bpf_on_a_hook(prog) || !bpf_program__autoload(prog))
			continue;
		r = bpf_is_on_demand(prog) ? pin_program(prog, dir) : attach_and_pin_one(prog, dir);
	}
	return r;
}

void bpf_pins_of(const struct rootward_bpf *skeleton, int identity, int fds[N_BPF_PINS])
{
	const int all[N_BPF_PINS] = {
		[PINNED_DOMAINS] = bpf_map__fd(skeleton->maps.domains),
		[PINNED_RULES] = bpf_map__fd(skeleton->maps.rules),
		[PINNED_NAMES] = bpf_map__fd(skeleton->maps.names),
		[PINNED_TASKS] = bpf_map__fd(skeleton->maps.tasks),
		[PINNED_RINGS] = bpf_map__fd(skeleton->maps.rings),
		[PINNED_SHARED] = bpf_map__fd(skeleton->maps.data_shared),
		[PINNED_WHOM] = bpf_map__fd(skeleton->maps.whom),
		[PINNED_TREES] = bpf_map__fd(skeleton->maps.trees),
		[PINNED_ALLOWED] = bpf_map__fd(skeleton->maps.allowed),
		[PINNED_TOLD] = bpf_map__fd(skeleton->maps.told),
		[PINNED_COUNTED] = bpf_map__fd(skeleton->maps.counted),
		[PINNED_LABELS] = bpf_map__fd(skeleton->maps.labels),
		[PINNED_LABELLED] = bpf_map__fd(skeleton->maps.labelled),
		[PINNED_KNOWN] = bpf_map__fd(skeleton->maps.label_known),
		[PINNED_READINGS] = bpf_map__fd(skeleton->maps.label_readings),
		[PINNED_IDENTITY] = identity,
		[PINNED_ENTER] = bpf_program__fd(skeleton->progs.rw_enter),
		[PINNED_COUNT] = bpf_program__fd(skeleton->progs.rw_count),
		[PINNED_LOADS] = bpf_program__fd(skeleton->progs.rw_loads),
		[PINNED_MAY_UNLOCK] = bpf_program__fd(skeleton->progs.rw_may_unlock),
	};

	memcpy(fds, all, sizeof(all));
}

static int pin_shared(const struct rootward_bpf *skeleton, int identity, const char *dir,
		      const char *const *names, size_t n)
{
	int fds[N_BPF_PINS], r = 0;
	char path[256];
	size_t i;

	bpf_pins_of(skeleton, identity, fds);
	for (i = 0; i < n && r == 0; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		r = bpf_obj_pin(fds[i], path) < 0 ? -errno : 0;
	}
	return r;
}

static int map_id(const struct bpf_map *map, __u32 *id)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(bpf_map__fd(map), &info, &size) < 0)
		return -errno;
	*id = info.id;
	return 0;
}

/* What the programs need to know of themselves. */
static int tell_what_is_ours(struct rootward_bpf *skeleton)
{
	struct rw_shared *shared = &skeleton->data_shared->shared;
	_cleanup_close_ int pins = -1;
	struct bpf_map *map;
	struct statx st;
	size_t n = 0;
	int r = map_id(skeleton->maps.tasks, &shared->tasks_map_id);

	bpf_object__for_each_map(map, skeleton->obj)
	{
		if (r == 0 && n == RW_OWN_MAPS)
			r = -E2BIG;
		if (r == 0)
			r = map_id(map, &shared->own_maps[n++]);
	}
	if (r < 0)
		return r;
	/* The pins are made in a directory of the one that they stay in. */
	pins = open(BPF_KERNEL_PINS, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (pins < 0)
		return -errno;
	r = walk_stat(pins, &st);
	if (r < 0)
		return r;
	shared->pins_ino = st.stx_ino;
	shared->pins_dev = walk_dev(&st);
	return 0;
}

/* Where nothing reads labels, none are known. */
static void choose_reading(struct rootward_bpf *skeleton, const struct btf *btf)
{
	skeleton->rodata->labels_are_read = bpf_readers_work(btf);
	if (!skeleton->rodata->labels_are_read)
		bpf_map__set_max_entries(skeleton->maps.label_known, 1);
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
		choose_reading(skeleton, btf);
	if (r == 0)
		r = rootward_bpf__load(skeleton);
	if (r == 0)
		r = tell_what_is_ours(skeleton);
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

int bpf_attach_program(int program)
{
	int link = bpf_link_create(program, 0, BPF_LSM_MAC, NULL);

	return link < 0 ? -errno : link;
}

int bpf_identity_load(void)
{
	libbpf_print_fn_t printer = libbpf_set_print(keep_warning);
	int r = identity_load();

	libbpf_set_print(printer);
	return r;
}

libbpf_print_fn_t bpf_quiet(void)
{
	warned_of[0] = 0;
	return libbpf_set_print(keep_warning);
}

const char *bpf_warning(void)
{
	return warned_of;
}

int bpf_calls_switched(void)
{
	_cleanup_close_ int fd = open("/proc/sys/kernel/ftrace_enabled", O_RDONLY | O_CLOEXEC);
	char first;

	if (fd < 0)
		return -errno;
	return read(fd, &first, 1) == 1 ? first != '0' : -EIO;
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
