/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is denied whatever the trees say: behind fences, as bpf/fence.bpf.h has them; and
 * directories that must stay where they are.
 */
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cleanup.h"
#include "explain_verdict.h"
#include "fence.h"
#include "walk.h"

/* Nothing opens it. */
#define KEEP_NOTHING 0x80000000U

#define FENCES 4

/** struct fenced - operations that are denied whatever the trees say; @keep: see the verdict's. */
struct fenced {
	uint32_t ops;
	int reason;
	const char *keep;
};

static uint32_t device_fence(int fd)
{
	struct statx st;

	if (walk_stat(fd, &st) < 0)
		return KEEP_NOTHING;
	if (S_ISBLK(st.stx_mode))
		return KEEP_BLOCK_DEVICES;
	return S_ISCHR(st.stx_mode) ? char_device_fence(st.stx_rdev_major << 20 | st.stx_rdev_minor)
				    : 0;
}

/* Whoever would be confined finds itself in its domain; all that are there now are others. */
static bool is_outside(const struct rootward_explanation *e, int pid)
{
	if (e->explainer->domain)
		return !domain_has(e->explainer, pid);
	return pid != getpid() && pid != e->question.pid;
}

/* Where the object is in /proc: in the directory of the process returned, as *name; 0: in none. */
static int process_of(const char *place, const char **name)
{
	char *end;
	int pid = place ? (int)strtol(place + 1, &end, 10) : 0;

	if (pid <= 0 || (*end && *end != '/'))
		return 0;
	*name = *end ? end + 1 : "";
	if (!strncmp(*name, "task/", 5) && strchr(*name + 5, '/'))
		*name = strchr(*name + 5, '/') + 1;
	return pid;
}

/* Changes of a process' files in /proc are open to its own domain. */
static uint32_t proc_fence(const struct rootward_explanation *e)
{
	_cleanup_free_ char *place = way_place(&e->way);
	const char *name;
	int pid = process_of(place, &name);

	if (!pid)
		return KEEP_KERNEL_SETTINGS;
	return is_outside(e, pid) ? KEEP_NOTHING : 0;
}

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/* What the kernel shows only to who may trace the process. */
static uint32_t ops_of_tracers(const char *name)
{
	static const char *const files[] = { "auxv",  "environ",      "io",	 "maps",
					     "mem",   "numa_maps",    "pagemap", "personality",
					     "smaps", "smaps_rollup", "stack",	 "syscall" };
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (!strcmp(name, files[i]))
			return ROOTWARD_OP_READ_FILE | ROOTWARD_OP_WRITE_FILE;
	if (!strcmp(name, "cwd") || !strcmp(name, "exe") || !strcmp(name, "root") ||
	    begins(name, "fd/") || begins(name, "ns/"))
		return ROOTWARD_OP_READLINK;
	if (begins(name, "map_files/"))
		return ROOTWARD_OPS_ALL;
	if (!strcmp(name, "map_files") || !strcmp(name, "fdinfo"))
		return ROOTWARD_OP_READ_DIR;
	return begins(name, "fdinfo/") ? ROOTWARD_OP_READ_FILE : 0;
}

/* Tracing ends where the confinement does, and so do the links of /proc that need it. */
static uint32_t trace_fence(const struct rootward_explanation *e, const struct located *l)
{
	_cleanup_free_ char *place = NULL;
	const char *name;
	int pid;

	if (l->through && is_outside(e, l->through))
		return ROOTWARD_OPS_ALL;
	if (strcmp(e->way.places[0].type, "proc"))
		return 0;
	place = way_place(&e->way);
	pid = process_of(place, &name);
	return pid && is_outside(e, pid) ? ops_of_tracers(name) : 0;
}

/* Also of what is missing: of the directory that it is missing in.  0: not known. */
static unsigned long magic_of(const struct located *l)
{
	struct statfs fs;

	return fstatfs(l->fd, &fs) < 0 ? 0 : (unsigned long)fs.f_type;
}

static uint32_t settings_fence(const struct rootward_explanation *e, unsigned long magic)
{
	if (!magic)
		return KEEP_NOTHING;
	if (magic == PROC_MAGIC)
		return proc_fence(e);
	return magic_is_settings(magic) ? KEEP_KERNEL_SETTINGS : 0;
}

static bool is_kept(const struct rootward_explainer *x, uint32_t fenced)
{
	uint32_t keep = ~KEEP_NOTHING;
	size_t i;

	for (i = 0; i < x->n; i++)
		keep &= x->policies[i]->keep;
	return !fenced || keep & fenced;
}

static void find_fences(const struct rootward_explanation *e, const struct located *l,
			struct fenced fenced[FENCES])
{
	unsigned long magic = magic_of(l);
	uint32_t fences[] = { device_fence(l->fd), settings_fence(e, magic) };

	memset(fenced, 0, FENCES * sizeof(*fenced));
	if (magic == BPF_FS_MAGIC)
		fenced[0] = (struct fenced){
			ROOTWARD_OPS_ALL & ~(ROOTWARD_OPS_TELL | ROOTWARD_OP_READ_DIR),
			ROOTWARD_REASON_SYSTEM,
		};
	if (!l->missing && !is_kept(e->explainer, fences[0]))
		fenced[1] = (struct fenced){ ROOTWARD_OP_READ_FILE | ROOTWARD_OP_WRITE_FILE,
					     ROOTWARD_REASON_DEVICE, policy_keep_word(fences[0]) };
	if (!is_kept(e->explainer, fences[1]))
		fenced[2] = (struct fenced){
			ROOTWARD_OPS_WRITE,
			fences[1] == KEEP_NOTHING ? ROOTWARD_REASON_TASK : ROOTWARD_REASON_SYSTEM,
			policy_keep_word(fences[1]),
		};
	fenced[3] = (struct fenced){ trace_fence(e, l), ROOTWARD_REASON_TASK, NULL };
}

/* What a rule denies stays denied by it; where only `default` does, a rule would not help. */
static uint32_t not_ruled(const struct rootward_explanation *e)
{
	uint32_t ops = 0;
	unsigned int bit;

	for (bit = 0; bit < ROOTWARD_OP_COUNT; bit++)
		if (e->verdicts[bit].allowed || e->verdicts[bit].reason == ROOTWARD_REASON_DEFAULT)
			ops |= 1U << bit;
	return ops;
}

/* The first rule on @place that denies something, by which it must stay. */
static const struct rootward_rule *own_deny(const struct place *place)
{
	size_t i;

	for (i = 0; i < place->is.n_rules; i++)
		if (place->rules[i].deny && !place->rules[i].by_name)
			return &place->rules[i];
	return NULL;
}

static int deny_leaving(struct rootward_explanation *e)
{
	const struct place *object = &e->way.places[0];
	struct rootward_verdict cause = { .reason = ROOTWARD_REASON_GUARD };
	const struct rootward_rule *own = own_deny(object);
	const struct tree *tree;
	char origin[4096];

	if (!object->is.exists || !rules_guard(e->explainer, &e->way, object, &tree))
		return 0;
	if (tree) {
		e->guard = strdup(origin_format(&tree->origin, origin, sizeof(origin)));
		if (!e->guard)
			return -ENOMEM;
		cause.tree = tree->path;
		cause.origin = e->guard;
	} else if (own) {
		cause.rule = own;
		cause.tree = own->tree;
		cause.origin = own->origin;
	}
	verdict_deny(e, ROOTWARD_OP_REMOVE_DIR & not_ruled(e), &cause);
	return 0;
}

int fences_deny(struct rootward_explanation *e, const struct located *l)
{
	struct fenced fenced[FENCES];
	size_t i;

	if (l->through == UNKNOWN_PROCESS)
		verdict_unsure(e, e->question.ops);
	find_fences(e, l, fenced);
	for (i = 0; i < FENCES; i++)
		verdict_deny(e, fenced[i].ops & not_ruled(e),
			     &(struct rootward_verdict){ .reason = fenced[i].reason,
							 .keep = fenced[i].keep });
	return deny_leaving(e);
}
