/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "capabilities.h"
#include "cleanup.h"
#include "doctor.h"
#include "engine.h"
#include "fanotify.h"

void doctor_tell(struct doctor *doctor, const struct rootward_ability *ability, bool needs)
{
	if (needs && ability->works != 1 && doctor->bpf_works) {
		doctor->bpf_works = false;
		snprintf(doctor->bpf_why, sizeof(doctor->bpf_why), "%s", ability->why);
	}
	doctor->fn(doctor->data, ability);
}

int doctor_read(const char *path, char *buf, size_t size)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, buf, size - 1);
	if (n < 0)
		return -errno;
	buf[n] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	return 0;
}

/* Root of a namespace of its own has all capabilities, and none that count here. */
static bool in_user_namespace(void)
{
	char map[256];
	unsigned int inside, outside, count;

	if (doctor_read("/proc/self/uid_map", map, sizeof(map)) < 0)
		return false;
	return sscanf(map, "%u %u %u", &inside, &outside, &count) == 3 && count != UINT32_MAX;
}

static void tell_privileges(struct doctor *doctor)
{
	static const struct {
		int number;
		const char *name;
	} needed[] = {
		{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN" },
		{ CAP_BPF, "CAP_BPF" },
		{ CAP_PERFMON, "CAP_PERFMON" },
	};
	struct rootward_ability ability = { .name = "privileges", .title = "privileges" };
	bool inside = in_user_namespace();
	char why[DOCTOR_TEXT_MAX] = "";

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (have_capabilities(1ULL << needed[i].number))
			continue;
		snprintf(why + strlen(why), sizeof(why) - strlen(why), "%s%s",
			 why[0] ? ", " : "the bpf engine needs ", needed[i].name);
	}
	if (!why[0] && inside)
		snprintf(why, sizeof(why),
			 "root of a user namespace only, which gives none over BPF");
	doctor->privileged = !why[0];
	ability.works = doctor->privileged;
	ability.value = ability.works ? "CAP_SYS_ADMIN, CAP_BPF, CAP_PERFMON" : NULL;
	ability.why = ability.works ? NULL : why;
	ability.change = ability.works ? NULL
			 : inside      ? "be root outside of the container or namespace"
				       : "be root (sudo); the landlock engine needs no privilege";
	doctor_tell(doctor, &ability, true);
}

const char *doctor_unmounted(void)
{
	if (access("/proc/self", F_OK) < 0)
		return "mount -t proc proc /proc";
	if (access("/sys/kernel", F_OK) < 0)
		return "mount -t sysfs sysfs /sys";
	return NULL;
}

static void tell_engines(struct doctor *doctor)
{
	struct rootward_ability bpf = { .name = "bpf",
					.title = "engine bpf",
					.engine = ROOTWARD_ENGINE_BPF };
	struct rootward_ability landlock = { .name = "landlock",
					     .title = "engine landlock",
					     .engine = ROOTWARD_ENGINE_LANDLOCK };
	struct rootward_ability fanotify = { .name = "fanotify",
					     .title = "engine fanotify",
					     .engine = ROOTWARD_ENGINE_FANOTIFY,
					     .value = "for rootward load alone: what is opened and "
						      "executed" };

	bpf.works = doctor->bpf_works && engine_bpf.probe(&bpf.why) == 0;
	if (!doctor->bpf_works)
		bpf.why = doctor->bpf_why;
	landlock.works = engine_landlock.probe(&landlock.why) == 0;
	doctor_tell(doctor, &bpf, false);
	doctor_tell(doctor, &landlock, false);
	fanotify.works = fanotify_probe(&fanotify.why) == 0;
	doctor_tell(doctor, &fanotify, false);
}

int rootward_machine_probe(rootward_ability_fn fn, void *data)
{
	struct doctor doctor = { .fn = fn, .data = data, .bpf_works = true };
	/* libbpf would write to stderr of what is missing */
	libbpf_print_fn_t printer = libbpf_set_print(NULL);

	tell_privileges(&doctor);
	doctor_lsm(&doctor);
	doctor_bpf(&doctor);
	doctor_mounts(&doctor);
	tell_engines(&doctor);
	libbpf_set_print(printer);
	return 0;
}
