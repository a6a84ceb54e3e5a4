/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading the kernel's structures on 6.1 and later from one source, and handling their addresses
 * as plain numbers.  Part of vfs_walk.bpf.h; callbacks of a walk read with it too.
 */
#ifndef ROOTWARD_VFS_READ_BPF_H
#define ROOTWARD_VFS_READ_BPF_H

#include <bpf/bpf_core_read.h>

extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym __weak;

/* From 6.2 on a pointer can be given a type again, and then read without a helper's call. */
#define VFS_WALK_PLAIN (!!bpf_rdonly_cast)

#define VFS_WALK_AS(type, pointer)                                                                 \
	((type *)(VFS_WALK_PLAIN                                                                   \
			  ? bpf_rdonly_cast((void *)(pointer), bpf_core_type_id_kernel(type))      \
			  : (void *)(pointer)))

/*
 * The same where VFS_WALK_PLAIN is known to be true.  What is read through it is again a pointer
 * that can be read through.
 */
#define VFS_WALK_PLAIN_AS(type, address)                                                           \
	((type *)bpf_rdonly_cast((void *)(address), bpf_core_type_id_kernel(type)))

/* Read a field through a pointer from VFS_WALK_AS().  The branch not taken is cut out at load. */
#define VFS_WALK_READ(pointer, field)                                                              \
	({                                                                                         \
		__typeof__(pointer) vfs_walk_base = (pointer);                                     \
		__typeof__((pointer)->field) vfs_walk_value;                                       \
		if (VFS_WALK_PLAIN)                                                                \
			vfs_walk_value = vfs_walk_base->field;                                     \
		else                                                                               \
			bpf_core_read(&vfs_walk_value, sizeof(vfs_walk_value),                     \
				      &vfs_walk_base->field);                                      \
		vfs_walk_value;                                                                    \
	})

/* Read a field that is a pointer, as a number; VFS_WALK_AS() makes a pointer of it again. */
#define VFS_WALK_READ_ADDRESS(pointer, field)                                                      \
	({                                                                                         \
		__typeof__(pointer) vfs_walk_base = (pointer);                                     \
		__u64 vfs_walk_value;                                                              \
		if (VFS_WALK_PLAIN)                                                                \
			vfs_walk_value = vfs_walk_address(vfs_walk_base->field);                   \
		else                                                                               \
			bpf_core_read(&vfs_walk_value, sizeof(vfs_walk_value),                     \
				      &vfs_walk_base->field);                                      \
		vfs_walk_value;                                                                    \
	})

/* The difference of two pointers is a number to the verifier, and one of them may be 0. */
static __always_inline __u64 vfs_walk_address(const void *pointer)
{
	void *null = bpf_rdonly_cast(0, bpf_core_type_id_kernel(struct dentry));
	__u64 address = (__u64)pointer;

	asm volatile("%0 -= %1" : "+r"(address) : "r"(null));
	return address;
}

/*
 * The same for @pointer, whose address is @address, and @field a pointer too: without a call, so
 * that nothing needs to be saved around it.  For the one place that is run for every link.
 */
#define VFS_WALK_READ_ADDRESS_NEAR(pointer, address, field)                                        \
	({                                                                                         \
		__typeof__(pointer) vfs_walk_base = (pointer);                                     \
		__u64 vfs_walk_value;                                                              \
		if (VFS_WALK_PLAIN)                                                                \
			vfs_walk_value = vfs_walk_distance(vfs_walk_base->field, vfs_walk_base) +  \
					 (address);                                                \
		else                                                                               \
			bpf_core_read(&vfs_walk_value, sizeof(vfs_walk_value),                     \
				      &vfs_walk_base->field);                                      \
		vfs_walk_value;                                                                    \
	})

static __always_inline __u64 vfs_walk_distance(const void *to, const void *from)
{
	__u64 distance = (__u64)to;

	asm volatile("%0 -= %1" : "+r"(distance) : "r"(from));
	return distance;
}

/* 0, which the verifier does not know: @number must be one that it knows nothing of. */
static __always_inline __u64 vfs_walk_zero(__u64 number)
{
	__u64 same = number;

	asm volatile("%0 ^= %1" : "+r"(same) : "r"(number));
	return same;
}

/* What is loaded after it is loaded after what is loaded before it. */
static __always_inline void vfs_read_barrier(void)
{
#ifdef __TARGET_ARCH_x86
	asm volatile("" ::: "memory");
#else
	__u64 word = 0, before = __sync_fetch_and_add(&word, 1);

	/* Wanted by nobody, the compiler would not fetch it, and such an atomic orders nothing. */
	asm volatile("" ::"r"(before) : "memory");
#endif
}

#endif
