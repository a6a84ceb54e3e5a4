/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a machine can do, found by trying: each file tries some of it and tells.
 */
#ifndef ROOTWARD_DOCTOR_H
#define ROOTWARD_DOCTOR_H

#include <stdbool.h>

#include <rootward.h>

#define DOCTOR_TEXT_MAX 512

/** struct doctor - who is told, and what later tries need to know of earlier ones. */
struct doctor {
	rootward_ability_fn fn;
	void *data;
	bool privileged; /* the capabilities that the bpf engine needs, in the first user namespace
			  */
	bool iterators;	 /* a program that no trampoline is needed for was loaded */
	bool bpf_works;	 /* so far; of what is needed for it, @bpf_why is the first that is missing
			  */
	char bpf_why[DOCTOR_TEXT_MAX];
};

/** doctor_tell() - hand over one ability; notes it if the bpf engine @needs it and it is missing.
 */
void doctor_tell(struct doctor *doctor, const struct rootward_ability *ability, bool needs);

/** doctor_lsm() - the kernel's list of security modules, and Landlock's ABI. */
void doctor_lsm(struct doctor *doctor);

/** doctor_bpf() - what BPF programs may do. */
void doctor_bpf(struct doctor *doctor);

/** doctor_mounts() - user namespaces, idmapped mounts; tried in a child. */
void doctor_mounts(struct doctor *doctor);

/** doctor_unmounted() - what to mount before more is asked of the kernel, in words; or NULL. */
const char *doctor_unmounted(void);

/** doctor_read() - the first line of a small file of the system.  Return: 0 or -errno. */
int doctor_read(const char *path, char *buf, size_t size);

#endif
