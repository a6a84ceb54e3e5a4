/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of security modules, and what Landlock has. */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>

#include <bpf/btf.h>

#include "cleanup.h"
#include "doctor.h"
#include "landlock_abi.h"
#include "ops.h"

#ifndef __NR_lsm_list_modules
#define __NR_lsm_list_modules 461
#endif

#define LIST "/sys/kernel/security/lsm"

/* The numbers of lsm_list_modules(2), from 100 on. */
static const char *const module_names[] = {
	"capability", "selinux",  "smack", "tomoyo",   "apparmor", "yama", "loadpin",
	"safesetid",  "lockdown", "bpf",   "landlock", "ima",	   "evm",  "ipe",
};

#define FIRST_MODULE 100

/* Where securityfs is not mounted, as in containers, Linux from 6.8 on can be asked directly. */
static int list_by_syscall(char *buf, size_t size)
{
	uint64_t ids[64];
	uint32_t bytes = sizeof(ids);
	long n = syscall(__NR_lsm_list_modules, ids, &bytes, 0);
	size_t used = 0;

	if (n < 0)
		return -errno;
	buf[0] = '\0';
	for (long i = 0; i < n && used < size; i++) {
		uint64_t id = ids[i] - FIRST_MODULE;

		if (id < sizeof(module_names) / sizeof(module_names[0]))
			used += snprintf(buf + used, size - used, "%s%s", used ? "," : "",
					 module_names[id]);
	}
	return 0;
}

static bool has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (; *list; list += strcspn(list, ","), list += *list == ',')
		if (!strncmp(list, word, len) && (list[len] == ',' || !list[len]))
			return true;
	return false;
}

/*
 * One parameter that adds both: a second lsm= would undo the first.  "capability" is always there
 * and has no place in it.
 */
static void boot_parameter(const char *list, char *buf, size_t size)
{
	const char *first = has_word(list, "landlock") ? "" : "landlock,", *comma = "";
	const char *last = has_word(list, "bpf") ? "" : "bpf";
	size_t used = snprintf(buf, size, "add lsm=%s", first), len;

	for (; *list && used < size; list += len + (list[len] == ',')) {
		len = strcspn(list, ",");
		if (len == strlen("capability") && !strncmp(list, "capability", len))
			continue;
		used += snprintf(buf + used, size - used, "%s%.*s", comma, (int)len, list);
		comma = ",";
	}
	if (used < size)
		snprintf(buf + used, size - used, "%s%s to the kernel's command line, and reboot",
			 *last ? comma : "", last);
}

/* Where nothing tells it is taken to be. */
static bool built_with_bpf(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	bool found = !btf || btf__find_by_name_kind(btf, "bpf_lsm_file_open", BTF_KIND_FUNC) > 0;

	btf__free(btf);
	return found;
}

static void tell_member(struct doctor *doctor, const char *list, const char *word, const char *name,
			const char *title, const char *config, bool built)
{
	struct rootward_ability ability = { .name = name, .title = title };
	char why[DOCTOR_TEXT_MAX], change[DOCTOR_TEXT_MAX];

	ability.works = has_word(list, word);
	if (ability.works) {
		ability.value = list;
	} else {
		snprintf(why, sizeof(why), "the active ones are %s", list);
		boot_parameter(list, change, sizeof(change));
		if (!built)
			snprintf(change, sizeof(change), "a kernel built with %s", config);
		ability.why = why;
		ability.change = change;
	}
	doctor_tell(doctor, &ability, false);
}

static void tell_unknown(struct doctor *doctor)
{
	struct rootward_ability ability = {
		.name = "lsm_list",
		.title = "list of lsm=",
		.works = -1,
		.why = LIST " cannot be read, and the kernel does not tell otherwise",
		.change = "mount -t securityfs securityfs /sys/kernel/security",
	};

	doctor_tell(doctor, &ability, false);
}

static void list_lacks(int abi, char *buf, size_t size)
{
	uint32_t never = ROOTWARD_OPS_ALL & ~landlock_abi_ops(LANDLOCK_ABI_KNOWN), missing;
	char words[OPS_FORMAT_MAX];
	size_t used;

	used = snprintf(buf, size, "ABI %d", abi);
	for (int newer = abi + 1; newer <= LANDLOCK_ABI_KNOWN && used < size; newer++) {
		missing = landlock_abi_ops(newer) & ~landlock_abi_ops(newer - 1);
		if (missing)
			used += snprintf(buf + used, size - used, "; no %s (from ABI %d on)",
					 ops_format(missing, words, sizeof(words)), newer);
	}
	if (abi < LANDLOCK_ABI_SCOPES && used < size)
		used += snprintf(buf + used, size - used,
				 "; signals and abstract sockets pass (until ABI %d)",
				 LANDLOCK_ABI_SCOPES);
	if (used < size)
		snprintf(buf + used, size - used, "; no ABI has %s",
			 ops_format(never, words, sizeof(words)));
}

static void tell_landlock(struct doctor *doctor)
{
	struct rootward_ability ability = { .name = "landlock_abi", .title = "Landlock" };
	char value[DOCTOR_TEXT_MAX];
	int abi = landlock_abi_query();

	ability.works = abi > 0;
	if (abi > 0) {
		list_lacks(abi, value, sizeof(value));
		ability.value = value;
	} else if (abi == -EOPNOTSUPP) {
		ability.why = "it is built in, and switched off";
		ability.change = "landlock in the kernel's lsm= list, see above";
	} else if (abi == -EPERM || abi == -EACCES) {
		ability.why = "its system calls are filtered here, as in some containers";
		ability.change = "allow them in the container's seccomp profile";
	} else {
		ability.why = "the kernel does not have it";
		ability.change = "a kernel from 5.13 on, built with CONFIG_SECURITY_LANDLOCK";
	}
	doctor_tell(doctor, &ability, false);
}

void doctor_lsm(struct doctor *doctor)
{
	char list[DOCTOR_TEXT_MAX / 2];

	if (doctor_read(LIST, list, sizeof(list)) < 0 && list_by_syscall(list, sizeof(list)) < 0) {
		tell_unknown(doctor);
	} else {
		tell_member(doctor, list, "bpf", "lsm_bpf", "bpf in lsm=", "CONFIG_BPF_LSM",
			    built_with_bpf());
		tell_member(doctor, list, "landlock", "lsm_landlock",
			    "landlock in lsm=", "CONFIG_SECURITY_LANDLOCK",
			    landlock_abi_query() != -ENOSYS);
	}
	tell_landlock(doctor);
}
