/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is denied whatever the trees say, as bpf/fence.bpf.h has it. */
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cleanup.h"
#include "explain_verdict.h"
#include "fence.h"
#include "walk.h"

#define BPF_FS "bpf"
/* Nothing opens it. */
#define KEEP_NOTHING 0x80000000U

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

/*
 * A process' files in /proc are open to its own domain.  Whoever would be confined finds itself
 * there; all that are there now are others.
 */
static uint32_t proc_fence(const struct rootward_explanation *e)
{
	_cleanup_free_ char *place = way_place(&e->way);
	int pid = place ? atoi(place + 1) : 0;

	if (!pid)
		return KEEP_KERNEL_SETTINGS;
	if (e->explainer->domain)
		return domain_has(e->explainer, pid) ? 0 : KEEP_NOTHING;
	return pid == getpid() || pid == e->question.pid ? 0 : KEEP_NOTHING;
}

static uint32_t settings_fence(const struct rootward_explanation *e, int fd)
{
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return KEEP_NOTHING;
	if (fs.f_type == PROC_MAGIC)
		return proc_fence(e);
	return magic_is_settings((unsigned long)fs.f_type) ? KEEP_KERNEL_SETTINGS : 0;
}

static bool is_kept(const struct rootward_explainer *x, uint32_t fenced)
{
	uint32_t keep = ~KEEP_NOTHING;
	size_t i;

	for (i = 0; i < x->n; i++)
		keep &= x->policies[i]->keep;
	return !fenced || keep & fenced;
}

void fence(const struct rootward_explanation *e, int fd, struct fenced fenced[FENCES])
{
	const struct place *object = &e->way.places[0];
	uint32_t fences[] = { device_fence(fd), settings_fence(e, fd) };

	memset(fenced, 0, FENCES * sizeof(*fenced));
	if (!strcmp(object->type, BPF_FS))
		fenced[0] = (struct fenced){
			ROOTWARD_OPS_ALL & ~(ROOTWARD_OP_STAT | ROOTWARD_OP_READ_DIR),
			ROOTWARD_REASON_SYSTEM,
		};
	if (object->is.exists && !is_kept(e->explainer, fences[0]))
		fenced[1] = (struct fenced){ ROOTWARD_OP_READ_FILE | ROOTWARD_OP_WRITE_FILE,
					     ROOTWARD_REASON_DEVICE };
	if (!is_kept(e->explainer, fences[1]))
		fenced[2] = (struct fenced){ ROOTWARD_OPS_WRITE, fences[1] == KEEP_NOTHING
									 ? ROOTWARD_REASON_TASK
									 : ROOTWARD_REASON_SYSTEM };
}
