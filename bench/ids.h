/* SPDX-License-Identifier: LGPL-2.1-or-later OR GPL-2.0-only */
/* What bench-ids and its program in the kernel share. */
#ifndef ROOTWARD_BENCH_IDS_H
#define ROOTWARD_BENCH_IDS_H

#define IDS_FILES 64
#define IDS_TIMES (1U << 14)

#endif
