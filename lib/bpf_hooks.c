/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "abi.h"
#include "bpf_hooks.h"
#include "rootward.skel.h"

/* Hooks that not every kernel has; what they cover there comes by another. */
static const char *const optional_hooks[] = {
	"file_truncate",	  "file_ioctl_compat",	"inode_set_acl",
	"inode_remove_acl",	  "inode_get_acl",	"uring_cmd",
	"uring_override_creds",	  "inode_file_getattr", "inode_file_setattr",
	"inode_post_removexattr",
};

/* Programs for one hook whose arguments changed: which number of them each is for. */
static const struct {
	const char *program;
	int arguments;
} variants[] = {
	{ "rw_inode_setattr", 3 },
	{ "rw_inode_setattr_2", 2 },
};

const struct bpf_hook_on_demand bpf_hooks_on_demand[] = {
	{ "rw_inode_getattr", ROOTWARD_OP_STAT },
	{ "rw_inode_readlink", ROOTWARD_OP_READLINK },
	{ "rw_inode_getxattr", ROOTWARD_OP_GETXATTR },
	{ "rw_inode_listxattr", ROOTWARD_OP_GETXATTR },
	{ "rw_label_inode_free_security", BPF_NEED_LABELS },
	{},
};

bool bpf_is_on_demand(const struct bpf_program *program)
{
	const struct bpf_hook_on_demand *hook;

	for (hook = bpf_hooks_on_demand; hook->program; hook++)
		if (strcmp(hook->program, bpf_program__name(program)) == 0)
			return true;
	return false;
}

/* libbpf would write to stderr; what is missing, the caller is told. */
struct btf *bpf_hooks_vmlinux(void)
{
	libbpf_print_fn_t printer = libbpf_set_print(NULL);
	struct btf *btf = btf__load_vmlinux_btf();

	libbpf_set_print(printer);
	return btf;
}

/* Programs on a function of the kernel, where it does not have the hook that tells the same. */
static const struct {
	const char *program;
	const char *hook;
} stand_ins[] = {
	{ "rw_label_removexattr_locked", "inode_post_removexattr" },
};

static bool on_a_function(const struct bpf_program *program)
{
	return bpf_program__expected_attach_type(program) == BPF_TRACE_FEXIT;
}

bool bpf_on_a_hook(const struct bpf_program *program)
{
	return bpf_program__type(program) == BPF_PROG_TYPE_LSM || on_a_function(program);
}

/* The number of arguments of a function, or -1 where the kernel does not have it. */
static int arguments_of(const struct btf *btf, const char *function)
{
	const struct btf_type *type;
	int id = btf__find_by_name_kind(btf, function, BTF_KIND_FUNC);

	if (id <= 0)
		return -1;
	type = btf__type_by_id(btf, id);
	return btf_vlen(btf__type_by_id(btf, type->type));
}

static int hook_arguments(const struct btf *btf, const char *hook)
{
	char name[128];

	snprintf(name, sizeof(name), "bpf_lsm_%s", hook);
	return arguments_of(btf, name);
}

static bool other_variant(const char *program, int arguments)
{
	size_t i;

	for (i = 0; i < sizeof(variants) / sizeof(variants[0]); i++)
		if (strcmp(program, variants[i].program) == 0)
			return arguments != variants[i].arguments;
	return false;
}

static bool hook_is_optional(const char *hook)
{
	size_t i;

	for (i = 0; i < sizeof(optional_hooks) / sizeof(optional_hooks[0]); i++)
		if (strcmp(hook, optional_hooks[i]) == 0)
			return true;
	return false;
}

static int choose_stand_in(struct bpf_program *program, const struct btf *btf, const char *function,
			   const struct rootward_opts *opts)
{
	const char *name = bpf_program__name(program);
	size_t i;

	for (i = 0; i < sizeof(stand_ins) / sizeof(stand_ins[0]); i++)
		if (strcmp(name, stand_ins[i].program) == 0 &&
		    hook_arguments(btf, stand_ins[i].hook) >= 0) {
			bpf_program__set_autoload(program, false);
			return 0;
		}
	if (arguments_of(btf, function) >= 0)
		return 0;
	bpf_program__set_autoload(program, false);
	diag(opts, ROOTWARD_ERROR, NULL, NULL,
	     "this kernel has no function %s, which the bpf engine needs", function);
	return -ENOTSUP;
}

/* A kernel without a hook that matters is refused: it would be a hole that nobody sees. */
static int choose(struct bpf_program *program, const struct btf *btf,
		  const struct rootward_opts *opts)
{
	const char *hook = strchr(bpf_program__section_name(program), '/') + 1;
	int arguments;

	if (on_a_function(program))
		return choose_stand_in(program, btf, hook, opts);
	arguments = hook_arguments(btf, hook);
	if (arguments >= 0 && !other_variant(bpf_program__name(program), arguments))
		return 0;
	bpf_program__set_autoload(program, false);
	if (arguments >= 0 || hook_is_optional(hook))
		return 0;
	diag(opts, ROOTWARD_ERROR, NULL,
	     strncmp(hook, "path_", 5) == 0 ? "it needs CONFIG_SECURITY_PATH" : NULL,
	     "this kernel has no hook %s, which the bpf engine needs", hook);
	return -ENOTSUP;
}

int bpf_hooks_choose(struct bpf_object *object, const struct btf *btf,
		     const struct rootward_opts *opts)
{
	struct bpf_program *program;
	int r = 0;

	if (!btf) {
		diag(opts, ROOTWARD_ERROR, NULL, NULL,
		     "the kernel has no type information (CONFIG_DEBUG_INFO_BTF)");
		return -ENOSYS;
	}
	bpf_object__for_each_program(program, object) if (bpf_on_a_hook(program) &&
							  choose(program, btf, opts) < 0) r =
		-ENOTSUP;
	return r;
}

int bpf_hooks(const struct btf *btf, const struct rootward_opts *opts)
{
	libbpf_print_fn_t printer = libbpf_set_print(NULL);
	struct rootward_bpf *skeleton = rootward_bpf__open();
	int r = skeleton ? bpf_hooks_choose(skeleton->obj, btf, opts) : -errno;

	rootward_bpf__destroy(skeleton);
	libbpf_set_print(printer);
	return r;
}
