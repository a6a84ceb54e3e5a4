/* SPDX-License-Identifier: GPL-2.0-only */
/* A task's open files, as far as a benchmark takes one of them by its number. */
#ifndef BENCH_FILES_BPF_H
#define BENCH_FILES_BPF_H

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct fdtable {
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct task_struct___files {
	struct files_struct *files;
};

#pragma clang attribute pop

#endif
