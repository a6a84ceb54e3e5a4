/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is there when a case begins: its tree, mounts and owners. */
#include <ftw.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drawing.h"
#include "model.h"
#include "run.h"

static int give_to_alice(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return lchown(path, 1000, 1000);
}

/* An empty directory, on a filesystem of its own if we may mount one, as working directory. */
static int enter_scene(const struct run *run)
{
	umask(0);
	if (!geteuid() &&
	    (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	     mount("cases", run->at, "tmpfs", 0, "mode=755,size=256m")))
		return -errno;
	return chdir(run->at) ? -errno : 0;
}

/* What a machine may lack, or NULL. */
static const char *cannot_be_had(enum verb_id verb, int r)
{
	if (verb == MOUNT_EXT4 && r == -ENODEV)
		return "no ext4: ROOTWARD_EXT4 names no directory";
	if (verb == MOUNT_OVERLAY && r == -ENODEV)
		return "no overlay in this kernel";
	if (verb == MOUNT_IDMAPPED && r == -ENXIO)
		return "this kernel's tmpfs cannot be idmapped";
	return NULL;
}

enum outcome scene_set(const struct run *run, const struct test_case *c, struct model **model,
		       FILE *out)
{
	bool landlock = run->use == USE_LANDLOCK;
	enum fences fences = FENCES_ALL;
	const struct check *step;
	int r;

	r = enter_scene(run) ?: drawing_build(c->tree);
	if (r) {
		fprintf(out, "building the tree: %s\n", answer(-r));
		return FAIL;
	}
	/* the table says itself where less is allowed than the policy means */
	if (landlock)
		fences = FENCES_TRACING;
	else if (!case_confines(run, c))
		fences = FENCES_ATTACHING;
	*model = model_new(landlock, landlock && run->expect_model, fences);
	for (step = c->before; step->verb; step++) {
		r = run_verb(step);
		if (cannot_be_had(step->verb, r)) {
			fprintf(out, "%s\n", cannot_be_had(step->verb, r));
			return SKIP;
		}
		if (r) {
			fprintf(out, "before: %s %s: %s\n", verbs[step->verb].name, step->path,
				answer(-r));
			return FAIL;
		}
		world_refresh(model_world(*model));
	}
	if (c->actor == ALICE)
		nftw(".", give_to_alice, 32, FTW_PHYS);
	return PASS;
}
