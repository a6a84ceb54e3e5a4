/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "bpf_hooks.h"
#include "bpf_labels.h"
#include "bpf_load.h"
#include "bpf_readers.h"
#include "cleanup.h"
#include "label_read.skel.h"

#define LIVE BPF_KERNEL_PINS "/live"
#define PIN "reader_"

static const char *const functions[] = {
	"bpf_iter_path_new",
	"bpf_iter_path_next",
	"bpf_iter_path_destroy",
	"bpf_get_dentry_xattr",
};

bool bpf_readers_work(const struct btf *btf)
{
	size_t i;

	for (i = 0; btf && i < sizeof(functions) / sizeof(functions[0]); i++)
		if (btf__find_by_name_kind(btf, functions[i], BTF_KIND_FUNC) <= 0)
			return false;
	return btf;
}

int bpf_readers_refuse(const struct tree *tree, const struct rootward_opts *opts)
{
	struct btf *btf = bpf_hooks_vmlinux();
	bool work = bpf_readers_work(btf);

	btf__free(btf);
	if (work)
		return 0;
	diag(opts, ROOTWARD_ERROR, &tree->origin,
	     "say with `under` where to look for the directories that carry it",
	     "this kernel lets no program read the attributes of the directories above a file (it "
	     "has no bpf_iter_path): %s cannot be enforced",
	     tree->path);
	return -ENOTSUP;
}

static void cleanup_skeleton(struct label_read_bpf **skeleton)
{
	label_read_bpf__destroy(*skeleton);
}

/* The engine's maps; of what its headers declare besides, nothing is made. */
static int share_maps(struct bpf_kernel *k, struct label_read_bpf *skeleton)
{
	const struct {
		struct bpf_map *map;
		enum bpf_kernel_pin pin;
	} shared[] = {
		{ skeleton->maps.domains, PINNED_DOMAINS },
		{ skeleton->maps.tasks, PINNED_TASKS },
		{ skeleton->maps.data_shared, PINNED_SHARED },
		{ skeleton->maps.whom, PINNED_WHOM },
		{ skeleton->maps.label_known, PINNED_KNOWN },
		{ skeleton->maps.label_readings, PINNED_READINGS },
	};
	struct bpf_map *map;
	size_t i;
	int r = 0;

	bpf_object__for_each_map(map, skeleton->obj) if (map != skeleton->maps.rodata)
		bpf_map__set_autocreate(map, false);
	for (i = 0; i < sizeof(shared) / sizeof(shared[0]) && r == 0; i++) {
		bpf_map__set_autocreate(shared[i].map, true);
		r = bpf_map__reuse_fd(shared[i].map, k->pins[shared[i].pin]);
	}
	return r;
}

static void configure(struct label_read_bpf *skeleton, const struct rw_label *label, __u32 number)
{
	struct label_read_bpf__rodata *to = skeleton->rodata;

	memcpy((char *)to->attribute, label->name, RW_LABEL_TEXT);
	memcpy((char *)to->value, label->value, RW_LABEL_TEXT);
	to->value_len = label->value_len;
	to->reader = number;
	to->labels_are_read = 1;
}

/* What is put on a hook last is asked first (bpf_load.c), so these are asked before a decision. */
static int attach_and_pin(const struct label_read_bpf *skeleton, __u32 number)
{
	struct bpf_program *prog;
	struct bpf_link *link;
	char path[256];
	int r = 0;

	bpf_object__for_each_program(prog, skeleton->obj)
	{
		link = bpf_program__attach(prog);
		if (!link)
			return -errno;
		snprintf(path, sizeof(path), LIVE "/" PIN "%u_%s", number, bpf_program__name(prog));
		r = bpf_link__pin(link, path);
		bpf_link__destroy(link);
		if (r < 0)
			return r;
	}
	return 0;
}

static int reader_load(struct bpf_kernel *k, const struct rw_label *label, __u32 number)
{
	_cleanup_(cleanup_skeleton) struct label_read_bpf *skeleton = label_read_bpf__open();
	int r;

	if (!skeleton)
		return -errno;
	r = share_maps(k, skeleton);
	if (r < 0)
		return r;
	configure(skeleton, label, number);
	r = label_read_bpf__load(skeleton);
	return r < 0 ? r : attach_and_pin(skeleton, number);
}

/* Whether a label is somebody's that has this number, or (0) reads the same as @same. */
static __u32 number_in_use(struct bpf_kernel *k, __u32 number, const struct rw_label *same)
{
	struct rw_label label;
	__u32 i;

	for (i = 1; i <= k->shared->n_labels; i++) {
		if (label_get(k, i, &label) < 0 || !label.under.domain || !label.reader)
			continue;
		if (number ? label.reader == number
			   : !memcmp(label.name, same->name, sizeof(label.name)) &&
				     label.value_len == same->value_len &&
				     !memcmp(label.value, same->value, sizeof(label.value)))
			return label.reader;
	}
	return 0;
}

/* Pins whose number nobody has go.  Return: how many numbers are left. */
static unsigned int tidy(struct bpf_kernel *k)
{
	_cleanup_closedir_ DIR *dir = opendir(LIVE);
	unsigned int kept[RW_LABELS], n = 0, number, i;
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		if (sscanf(e->d_name, PIN "%u_", &number) != 1)
			continue;
		for (i = 0; i < n && kept[i] != number; i++)
			;
		if (i < n)
			continue;
		if (!number_in_use(k, number, NULL))
			unlinkat(dirfd(dir), e->d_name, 0);
		else if (n < RW_LABELS)
			kept[n++] = number;
	}
	return n;
}

void bpf_readers_tidy(struct bpf_kernel *k)
{
	tidy(k);
}

int bpf_reader_get(struct bpf_kernel *k, const struct rw_label *label,
		   const struct rootward_opts *opts)
{
	libbpf_print_fn_t printer;
	__u32 number = number_in_use(k, 0, label);
	int r;

	if (number)
		return number;
	if (tidy(k) >= RW_READERS)
		return -ENOSPC;
	/* Never twice: what is known of those before is not taken for these. */
	number = ++k->shared->readers;
	printer = bpf_quiet();
	r = reader_load(k, label, number);
	libbpf_set_print(printer);
	if (r == 0)
		return number;
	tidy(k);
	diag(opts, ROOTWARD_ERROR, NULL, NULL,
	     "the kernel does not take the programs that read %s: %s%s%s%s", label->name,
	     strerror(-r), *bpf_warning() ? " (" : "", bpf_warning(), *bpf_warning() ? ")" : "");
	return r;
}
