/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What BPF programs may do here. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/vfs.h>

#include <bpf/btf.h>

#include "bpf_hooks.h"
#include "bpf_load.h"
#include "child.h"
#include "cleanup.h"
#include "doctor.h"

#define BPFFS "/sys/fs/bpf"
#define BPFFS_MAGIC 0xcafe4a11
#define AS_ROOT "run rootward doctor as root"

static void tell_btf(struct doctor *doctor, const struct btf *btf)
{
	struct rootward_ability ability = { .name = "btf", .title = "kernel's types (BTF)" };

	ability.works = btf != NULL;
	ability.value = btf ? "in /sys/kernel/btf/vmlinux" : NULL;
	if (!btf) {
		ability.why = "/sys/kernel/btf/vmlinux cannot be read";
		ability.change = doctor_unmounted() ?: "a kernel built with CONFIG_DEBUG_INFO_BTF";
	}
	doctor_tell(doctor, &ability, true);
}

/* Why the kernel may refuse all BPF programs of a root that has every capability. */
static const char *refusal(const char **change)
{
	char text[256];

	if (doctor_read("/sys/kernel/security/lockdown", text, sizeof(text)) == 0 &&
	    strstr(text, "[confidentiality]")) {
		*change = "boot without lockdown=confidentiality";
		return "the kernel is locked down, confidentiality included";
	}
	*change = "run it outside of the container or sandbox";
	return "bpf() is refused, as a container's filter of system calls does";
}

static void tell_iterators(struct doctor *doctor)
{
	struct rootward_ability ability = { .name = "iterators", .title = "BPF iterators" };
	_cleanup_close_ int program = bpf_identity_load();
	char why[DOCTOR_TEXT_MAX];

	ability.works = program >= 0;
	ability.value = program >= 0 ? "task_file tells what files are in the kernel" : NULL;
	doctor->iterators = program >= 0;
	if (!ability.works && !doctor->privileged) {
		ability.works = -1;
		ability.why = "only root can try";
		ability.change = AS_ROOT;
	} else if (program == -EPERM || program == -EACCES) {
		ability.why = refusal(&ability.change);
	} else if (program < 0) {
		snprintf(why, sizeof(why), "a program for iter/task_file is not taken: %s",
			 strerror(-program));
		ability.why = why;
		ability.change = doctor_unmounted() ?: "a kernel from 6.1 on with BTF";
	}
	doctor_tell(doctor, &ability, true);
}

static void explain_refusal(const struct doctor *doctor, const struct btf *btf, int error,
			    enum bpf_stage stage, struct rootward_ability *ability, char *why)
{
	if (btf && btf__find_by_name_kind(btf, "bpf_lsm_file_open", BTF_KIND_FUNC) <= 0) {
		ability->why = "the kernel was built without it";
		ability->change = "a kernel built with CONFIG_BPF_LSM";
	} else if (stage == BPF_STAGE_CALL) {
		ability->why = "programs on security hooks can be attached, but are not called";
		ability->change = !bpf_calls_switched()
					  ? "sysctl kernel.ftrace_enabled=1: at 0 it takes all "
					    "programs off the kernel's functions"
					  : "bpf in the kernel's lsm= list, see above";
	} else if (error == -EPERM && doctor->iterators) {
		ability->why =
			"the kernel refuses programs on security hooks, though it takes others";
		ability->change =
			"another kernel, in a virtual machine for example: whoever made or "
			"runs this one has decided so";
	} else if (error == -EPERM) {
		ability->why = refusal(&ability->change);
	} else {
		snprintf(why, DOCTOR_TEXT_MAX, "a program on a security hook cannot be %s: %s (%s)",
			 stage == BPF_STAGE_LOAD ? "loaded" : "attached", strerror(-error),
			 bpf_warning());
		ability->why = why;
		ability->change = doctor_unmounted()
					  ?: "a kernel from 6.1 on with BPF trampolines "
					     "(x86-64, arm64)";
	}
}

static void tell_lsm_programs(struct doctor *doctor, const struct btf *btf)
{
	struct rootward_ability ability = { .name = "bpf_lsm", .title = "BPF LSM programs" };
	char why[DOCTOR_TEXT_MAX];
	enum bpf_stage stage;
	int r;

	r = bpf_probe_stage(&stage);
	ability.works = r == 0;
	ability.value = r == 0 ? "loaded, attached, called" : NULL;
	if (r < 0 && !doctor->privileged) {
		ability.works = -1;
		ability.why = "only root can try";
		ability.change = AS_ROOT;
	} else if (r < 0) {
		explain_refusal(doctor, btf, r, stage, &ability, why);
	}
	doctor_tell(doctor, &ability, true);
}

static void add_hook(void *data, const struct rootward_diag *diag)
{
	char *why = data;
	size_t used = strlen(why);

	snprintf(why + used, DOCTOR_TEXT_MAX - used, "%s%s", used ? "; " : "", diag->message);
}

static void tell_hooks(struct doctor *doctor, const struct btf *btf)
{
	struct rootward_ability ability = { .name = "hooks", .title = "security hooks" };
	char why[DOCTOR_TEXT_MAX] = "";
	struct rootward_opts opts = { .size = sizeof(opts), .diag = add_hook, .diag_data = why };

	ability.works = bpf_hooks(btf, &opts) == 0;
	if (ability.works) {
		ability.value = "all that the bpf engine needs";
	} else {
		ability.why = why;
		ability.change = doctor_unmounted()
					 ?: "a kernel built with CONFIG_SECURITY_PATH "
					    "and BTF";
	}
	doctor_tell(doctor, &ability, true);
}

static bool bpffs_is_there(void)
{
	struct statfs fs;

	return statfs(BPFFS, &fs) == 0 && (unsigned long)fs.f_type == BPFFS_MAGIC;
}

/* In a mount namespace of its own, so that nothing of it stays. */
static void try_bpffs(void *result)
{
	int *error = result;

	*error = unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
				 mount("bpf", BPFFS, "bpf", 0, NULL)
			 ? errno
			 : 0;
}

static void tell_bpffs(struct doctor *doctor)
{
	struct rootward_ability ability = { .name = "bpffs", .title = "BPF filesystem" };
	char why[DOCTOR_TEXT_MAX];
	int error = 0;

	if (bpffs_is_there()) {
		ability.works = 1;
		ability.value = "on " BPFFS;
	} else if (in_child(try_bpffs, &error, sizeof(error)) == 0 && !error) {
		ability.works = 1;
		ability.value = "rootward run will mount it";
	} else {
		snprintf(why, sizeof(why), "none on " BPFFS ", and it cannot be mounted: %s",
			 strerror(error));
		ability.why = why;
		ability.change = doctor_unmounted() ?: "mount -t bpf bpf " BPFFS;
	}
	doctor_tell(doctor, &ability, true);
}

/* How many of the symbols are there, and whether their addresses show. */
static int find_symbols(int *shown)
{
	_cleanup_fclose_ FILE *file = fopen("/proc/kallsyms", "re");
	unsigned long long address;
	char line[512], name[256];
	int found = 0;

	*shown = 0;
	while (file && found < 2 && fgets(line, sizeof(line), file)) {
		/* most lines are not worth the time of sscanf() */
		if (!strstr(line, " rename_lock\n") && !strstr(line, " mount_lock\n"))
			continue;
		if (sscanf(line, "%llx %*c %255s", &address, name) != 2)
			continue;
		found++;
		*shown += address != 0;
	}
	return file ? found : -errno;
}

static void tell_symbols(struct doctor *doctor)
{
	struct rootward_ability ability = { .name = "data_symbols", .title = "data symbols" };
	int shown, found = find_symbols(&shown);

	ability.works = shown == 2;
	if (shown == 2) {
		ability.value = "rename_lock, mount_lock: a walk is validated in one step";
	} else if (found < 0) {
		ability.works = -1;
		ability.why = "/proc/kallsyms cannot be read";
		ability.change = "mount /proc";
	} else if (found == 2 && !doctor->privileged) {
		ability.works = -1;
		ability.why = "addresses are for root to see";
		ability.change = AS_ROOT;
	} else if (found == 2) {
		ability.why = "/proc/kallsyms hides addresses";
		ability.change = "sysctl kernel.kptr_restrict=1";
	} else {
		ability.why = "rename_lock and mount_lock are not in /proc/kallsyms; each walk is "
			      "validated by a second pass, slower and just as right";
		ability.change = "a kernel built with CONFIG_KALLSYMS_ALL";
	}
	doctor_tell(doctor, &ability, false);
}

static void tell_walk(struct doctor *doctor, const struct btf *btf)
{
	static const char *const names[] = { "vfs_walk_ancestors", "bpf_iter_path_new" };
	struct rootward_ability ability = { .name = "kernel_walk", .title = "kernel's own walk" };

	for (size_t i = 0; btf && i < sizeof(names) / sizeof(names[0]) && !ability.works; i++) {
		ability.works = btf__find_by_name_kind(btf, names[i], BTF_KIND_FUNC) > 0;
		ability.value = ability.works ? names[i] : NULL;
	}
	if (!ability.works) {
		ability.why = "the kernel has no function that walks to the root; rootward's own "
			      "programs do it";
		ability.change = "a kernel with the patches for it; nothing is lost without";
	}
	doctor_tell(doctor, &ability, false);
}

void doctor_bpf(struct doctor *doctor)
{
	struct btf *btf = bpf_hooks_vmlinux();

	tell_btf(doctor, btf);
	tell_iterators(doctor);
	tell_lsm_programs(doctor, btf);
	tell_hooks(doctor, btf);
	tell_bpffs(doctor);
	tell_symbols(doctor);
	tell_walk(doctor, btf);
	btf__free(btf);
}
