/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the library tells of owners to those who may not load programs (lib/owner.c), compared with
 * what the program in the kernel says: never something else, and as much as the kernel tells.  So
 * does explain over descriptors.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rootward.h>

#include "ask.h"
#include "cleanup.h"
#include "owner.h"
#include "special.h"

#define NR_STATMOUNT 457
#define NOBODY 65534

/**
 * struct tally - @files asked about: of how many what was told.
 * @explained: about how many explain was asked, too; @otherwise: and told more, or less
 */
struct tally {
	unsigned int files, wrong, silent, seen, stored, unmapped;
	unsigned int explained, otherwise;
};

/* A map that gives somebody the number that stands for nobody, and one that gives it to none. */
static const struct map with_nobody = { 2, { { 10, 65530, 10 }, { 100, 5000, 50 } } };
static const struct map without = { 2, { { 10, 1000, 10 }, { 65530, 2000, 10 } } };

static bool kernel_has_statmount(void)
{
	return syscall(NR_STATMOUNT, NULL, NULL, 0, 0) < 0 && errno != ENOSYS;
}

static uint32_t id_of(__u64 seen)
{
	return seen == IDMAP_INVALID ? ROOTWARD_NO_ID : (uint32_t)seen;
}

/* @fd belongs to @uid and @gid in its filesystem. */
static void compare(struct tally *t, int fd, uint32_t uid, uint32_t gid)
{
	struct idmap_answer truth = ask(fd);
	struct rootward_owner o;
	int r = owner_by_statmount(fd, &o);

	t->files++;
	if (truth.result || (r < 0 && r != -EPERM)) {
		t->wrong++;
		return;
	}
	if (r < 0) {
		t->silent++;
		return;
	}
	t->wrong += o.idmapped != truth.idmapped;
	if (o.known & ROOTWARD_OWNER_SEEN) {
		t->seen++;
		t->wrong += o.uid != id_of(truth.uid) || o.gid != id_of(truth.gid);
		t->unmapped += o.uid == ROOTWARD_NO_ID || o.gid == ROOTWARD_NO_ID;
	}
	if (o.known & ROOTWARD_OWNER_STORED) {
		t->stored++;
		t->wrong += o.fs_uid != uid || o.fs_gid != gid;
	}
}

static bool explain(const char *path, struct rootward_owner *owner)
{
	static struct rootward_explainer *explainer;
	struct rootward_question q = { .size = sizeof(q),
				       .path = path,
				       .flags = ROOTWARD_BY_DESCRIPTORS };
	struct rootward_explanation *e;

	if ((!explainer && rootward_explainer_new(&explainer, NULL, 0, NULL) < 0) ||
	    rootward_explain(&e, explainer, &q, NULL) < 0)
		return false;
	*owner = rootward_explanation_ancestor(e, 0)->owner;
	rootward_explanation_free(e);
	return true;
}

/* Where the kernel has no statmount(2), explain still knows mounts that map nothing. */
static void compare_explained(struct tally *t, int fd, const char *path)
{
	struct rootward_owner told, o;

	if (owner_by_statmount(fd, &told) < 0)
		return;
	t->explained++;
	t->otherwise +=
		!explain(path, &o) || o.known != told.known || o.idmapped != told.idmapped ||
		(o.known & ROOTWARD_OWNER_SEEN && (o.uid != told.uid || o.gid != told.gid)) ||
		(o.known & ROOTWARD_OWNER_STORED &&
		 (o.fs_uid != told.fs_uid || o.fs_gid != told.fs_gid));
}

static void count_is(unsigned int got, unsigned int wanted, const char *what)
{
	check(got == wanted, "%s: %u, and %u of them", what, wanted, got);
}

static const uint32_t ids[] = { 0, 9, 10, 19, 20, 99, 100, 149, 150, 1000, 65530, NOBODY, 65539 };
#define N_IDS (sizeof(ids) / sizeof(ids[0]))

/* Files of all owners in @dir, seen at @mapped; @dir may be it. */
static void compare_all(struct tally *t, const char *dir, const char *mapped)
{
	char path[PATH_MAX];
	size_t u, g;
	int fd;

	*t = (struct tally){ 0 };
	for (u = 0; u < N_IDS; u++) {
		for (g = 0; g < N_IDS; g++) {
			snprintf(path, sizeof(path), "%s/told", dir);
			fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
			close(fd);
			t->wrong += chown(path, ids[u], ids[g]) < 0;
			snprintf(path, sizeof(path), "%s/told", mapped);
			fd = open(path, O_PATH | O_CLOEXEC);
			compare(t, fd, ids[u], ids[g]);
			/* each takes longer */
			if ((u + g) % 4 == 0)
				compare_explained(t, fd, path);
			close(fd);
		}
	}
}

/* @mapped: how many of the ids have a place in @map. */
static void compare_mapped(const char *place, const struct map *map, unsigned int mapped,
			   bool ambiguous)
{
	_cleanup_close_ int userns = userns_new(&(struct maps){ *map, *map });
	_cleanup_close_ int mount_fd = mount_clone(place, userns);
	const char *whose = ambiguous ? "somebody" : "nobody";
	bool told = kernel_tells_maps();
	unsigned int seen = told && !ambiguous ? N_IDS * N_IDS : mapped * mapped;
	char at[PATH_MAX];
	struct stat st;
	struct tally t;

	snprintf(at, sizeof(at), "%s/told-at", place);
	if (!check(userns >= 0 && mount_attach(mount_fd, at) == 0, "65534 is %s's", whose))
		return;
	compare_all(&t, place, at);
	check(!t.wrong, "nothing else than the program says (%u of %u)", t.wrong, t.files);
	check(!t.otherwise, "explain over descriptors: as much (%u of %u not)", t.otherwise,
	      t.explained);
	if (t.silent == t.files) {
		check(!kernel_has_statmount(), "nothing at all without statmount()");
	} else {
		count_is(t.seen, seen, "and that where it is not ambiguous");
		count_is(t.unmapped, seen - mapped * mapped, "also that there is no id");
		/* of tmpfs it is not known in whose numbers its owners are */
		told &= stat(place, &st) == 0 && major(st.st_dev);
		count_is(t.stored, told ? mapped * mapped : 0, "and what is stored on a disk");
	}
	umount2(at, MNT_DETACH);
	rmdir(at);
}

void test_statmount(const char *place)
{
	struct tally t;

	compare_all(&t, place, place);
	check(!t.wrong && t.stored == t.seen,
	      "without a program: as it says, on a mount that maps nothing (%u of %u wrong)",
	      t.wrong, t.files);
	check(t.silent == t.files ? !kernel_has_statmount() : t.seen == (N_IDS - 1) * (N_IDS - 1),
	      "all but what may be nobody's (%u)", t.seen);
	compare_mapped(place, &with_nobody, 4, true);
	compare_mapped(place, &without, 5, false);
}
