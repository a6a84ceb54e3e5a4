/* SPDX-License-Identifier: LGPL-2.1-or-later OR GPL-2.0-only */
/* The numbers by which fences are known: shared by the programs and by explain. */
#ifndef ROOTWARD_FENCE_H
#define ROOTWARD_FENCE_H

#ifndef __bpf__
#include <stdbool.h>
#include <linux/types.h>

#include "policy.h"
#else
/* enum policy_keep of lib/policy.h */
#define KEEP_BLOCK_DEVICES 1U
#define KEEP_RAW_MEMORY 2U
#define KEEP_USER_NAMESPACES 4U
#define KEEP_KERNEL_SETTINGS 8U
#endif

/*
 * Which word keeps a character device; 0 for those that anybody may have.  Numbers as the kernel's
 * list of devices gives them away for good.  A number that was given out at run time says nothing:
 * nvme's and bsg's are such, which are disks without their block device, so all of them are taken
 * for one.
 */
static inline __attribute__((always_inline)) __u32 char_device_fence(__u32 rdev)
{
	__u32 major = rdev >> 20, minor = rdev & 0xfffff;

	switch (major) {
	case 1: /* mem, kmem, port, oldmem */
		return minor == 1 || minor == 2 || minor == 4 || minor == 12 ? KEEP_RAW_MEMORY : 0;
	case 10: /* nvram; disk controllers */
		if (minor == 144)
			return KEEP_RAW_MEMORY;
		return minor == 221 || minor == 222 ? KEEP_BLOCK_DEVICES : 0;
	case 202: /* processors' registers */
		return KEEP_RAW_MEMORY;
	case 9:	  /* tapes */
	case 21:  /* sg */
	case 86:  /* changers */
	case 90:  /* mtd */
	case 96:  /* tapes */
	case 97:  /* sg's predecessor */
	case 162: /* raw */
	case 180: /* usb */
	case 189: /* usb, whole */
	case 206: /* tapes */
		return KEEP_BLOCK_DEVICES;
	}
	return (major >= 234 && major <= 254) || major >= 384 ? KEEP_BLOCK_DEVICES : 0;
}

#define PROC_MAGIC 0x9fa0

/* Of a superblock, which no user's filesystem can have. */
static inline __attribute__((always_inline)) bool magic_is_settings(__u64 magic)
{
	switch (magic) {
	case 0x62656572: /* sysfs */
	case 0x63677270: /* cgroup2 */
	case 0x27e0eb:	 /* cgroup */
	case 0x74726163: /* tracefs */
	case 0x64626720: /* debugfs */
	case 0x73636673: /* securityfs */
	case 0x5a3c69f0: /* AppArmor's */
	case 0xf97cff8c: /* SELinux's */
	case 0x43415d53: /* Smack's */
	case 0x62656570: /* configfs */
	case 0xde5e81e4: /* efivarfs */
	case 0x6165676c: /* pstore */
	case 0x42494e4d: /* binfmt_misc */
	case 0x65735543: /* fusectl */
	case 0x6e667364: /* nfsd's */
	case 0x67596969: /* rpc_pipefs */
	case 0x7655821:	 /* resctrl */
	case 0xabba1974: /* xenfs */
	case 0x9fa1:	 /* openprom */
		return true;
	}
	return false;
}

#endif
