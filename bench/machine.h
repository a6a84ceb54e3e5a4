/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where and when it was measured: what figures mean nothing without. */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include <stdbool.h>
#include <sys/utsname.h>

/**
 * struct machine
 * @processor:  as it calls itself, or ""
 * @processors: that are online
 * @is_virtual: it says that it is a virtual machine's; not all do
 * @date:       of today, UTC
 */
struct machine {
	struct utsname system;
	char processor[128];
	long processors;
	bool is_virtual;
	char date[16];
};

/** machine_read() - what is not to be known stays empty. */
void machine_read(struct machine *machine);

#endif
