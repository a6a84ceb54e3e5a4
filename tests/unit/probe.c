/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Does the bpf engine work, on kernels that lack something?  This kernel's types, with a hook
 * renamed, are another kernel's; the linker leads the library's questions here (--wrap).
 */
#include <errno.h>

#include <bpf/btf.h>

#include "bpf_hooks.h"
#include "bpf_load.h"
#include "capabilities.h"
#include "collect.h"
#include "engine.h"
#include "tap.h"

static const char *missing; /* a hook; "": the types */
static int called;	    /* what calling a program on a hook says */

bool __wrap_have_capabilities(uint64_t caps);
bool __wrap_bpf_kernel_is_live(void);
int __wrap_bpf_probe_stage(enum bpf_stage *stage);
struct btf *__real_bpf_hooks_vmlinux(void);
struct btf *__wrap_bpf_hooks_vmlinux(void);

bool __wrap_have_capabilities(uint64_t caps)
{
	return true;
}

bool __wrap_bpf_kernel_is_live(void)
{
	return false;
}

int __wrap_bpf_probe_stage(enum bpf_stage *stage)
{
	*stage = BPF_STAGE_CALL;
	return called;
}

/* The names are in the types one after the other, each with its zero. */
static struct btf *without_hook(const struct btf *btf, const char *hook)
{
	unsigned int size;
	const void *types = btf__raw_data(btf, &size);
	char name[128], *copy = malloc(size), *found;
	struct btf *ret = NULL;
	int len = snprintf(name, sizeof(name), "%cbpf_lsm_%s", 0, hook) + 1;

	memcpy(copy, types, size);
	found = memmem(copy, size, name, (size_t)len);
	if (found) {
		found[1] = 'B';
		ret = btf__new(copy, size);
	}
	free(copy);
	return ret;
}

struct btf *__wrap_bpf_hooks_vmlinux(void)
{
	struct btf *btf, *less;

	if (missing && !*missing)
		return NULL;
	btf = __real_bpf_hooks_vmlinux();
	if (!missing || !btf)
		return btf;
	less = without_hook(btf, missing);
	ok(less, "the kernel has the hook %s, and can be taken for one without", missing);
	btf__free(btf);
	return less;
}

static void probe(const char *hook, int call, int wanted, const char *reason)
{
	const char *why = "nothing";

	missing = hook;
	called = call;
	is_int(rootward_engine_probe(ROOTWARD_ENGINE_BPF, &why), wanted, "without %s, a call %s",
	       hook ? *hook ? hook : "types" : "nothing", call ? strerror(-call) : "succeeds");
	ok(reason ? why && strstr(why, reason) : !why, "and why: %s", why ? why : "-");
}

/* Which engine is taken by itself, for a policy that landlock can enforce or not. */
static void choose(const char *text, const char *hook, int wanted, const char *words)
{
	struct collected collected = {};
	struct rootward_opts opts = collect_opts(&collected);
	struct rootward_policy *policy = NULL;
	struct rootward_domain *domain = NULL;
	int r;

	missing = hook;
	called = 0;
	rootward_policy_parse(&policy, text, strlen(text), &opts);
	r = rootward_domain_new(&domain, ROOTWARD_ENGINE_AUTO, &policy, 1, &opts);
	is_int(r, wanted, "auto without %s, %s", hook,
	       wanted ? "and landlock cannot enforce the policy" : "landlock can");
	if (r == 0)
		is_int(rootward_domain_engine(domain), ROOTWARD_ENGINE_LANDLOCK, "is landlock");
	if (words && !ok(strstr(collected_text(&collected), words), "and that is said"))
		tap_show("said", collected_text(&collected));
	rootward_domain_free(domain);
	rootward_policy_free(policy);
	collected_reset(&collected);
}

/* Where no engine works, each one's reason is told, and the two do not share a place. */
static void explicit_engine(void)
{
	struct collected collected = {};
	struct rootward_opts opts = collect_opts(&collected);
	struct rootward_policy *policy = NULL;
	struct rootward_domain *domain = NULL;

	missing = "path_chmod";
	rootward_policy_new(&policy, NULL);
	is_int(rootward_domain_new(&domain, ROOTWARD_ENGINE_BPF, &policy, 1, &opts), -ENOTSUP,
	       "bpf by name, without a hook: refused");
	ok(strstr(collected_text(&collected),
		  "the bpf engine does not work here: this kernel has no "
		  "hook path_chmod"),
	   "for the reason");
	rootward_policy_free(policy);
	collected_reset(&collected);
}

int main(void)
{
	const char *why;

	probe(NULL, 0, 0, NULL);
	probe("path_chmod", 0, -ENOTSUP, "no hook path_chmod, which the bpf engine needs");
	probe("file_open", 0, -ENOTSUP, "no hook file_open");
	probe("inode_setattr", 0, -ENOTSUP, "no hook inode_setattr");
	probe("file_truncate", 0, 0, NULL);
	probe("", 0, -ENOSYS, "type information");
	probe("path_chmod", -EPERM, -ENOTSUP, "no hook path_chmod");
	probe(NULL, -ENOSYS, -ENOSYS, "lsm= list");
	probe(NULL, -EPERM, -EPERM, "refuses BPF programs");

	missing = "path_chmod";
	is_int(rootward_engine_probe(ROOTWARD_ENGINE_BPF, NULL), -ENOTSUP, "nobody asks why");
	explicit_engine();
	if (engine_landlock.probe(&why) == 0) {
		choose("default: [read, execute]\nbest_effort: [all]", "path_chmod", 0, NULL);
		choose("default: [all]\ntrees: [{path: /usr, deny: [stat]}]", "path_chmod",
		       -ENOTSUP, "landlock");
	}
	return done_testing();
}
