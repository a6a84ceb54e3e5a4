/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The model: what a policy means (DESIGN.md section 3, lib/policy.h), computed slowly, from user
 * space, from an unconfined process that looks at the real tree.  It shares nothing with the
 * engines but the parser of policies.
 *
 * An answer is made of a *chain*: every object from the one asked about rootward, across mounts,
 * with those marked hidden that only a mount's filesystem shows (behind a bind mount).
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "case.h"

/** struct id - which object; as statx() reports it. */
struct id {
	dev_t dev;
	ino_t ino;
};

#define NO_ID ((struct id){ 0, 0 })

static inline bool same_id(struct id a, struct id b)
{
	return a.dev == b.dev && a.ino == b.ino;
}

/**
 * struct node - one object of a chain.
 * @parent, @name: the directory entry by which it hangs there; @name is empty when unknown
 */
struct node {
	struct id id;
	struct id parent;
	char name[256];
	bool hidden;
};

/** enum chain_end - how a chain ends. */
enum chain_end {
	END_ROOT,     /* at the real root: `default` decides what is open */
	END_DETACHED, /* at the root of a mount that is attached nowhere: nothing does */
	END_OPEN,     /* not yet: the filesystem's root (see chain_inside()) */
};

struct chain {
	struct node *nodes;
	size_t n, room;
	enum chain_end end;
};

/**
 * struct fs - a filesystem, and its root through a private mount with nothing mounted on it.
 * @ours: mounted by the case: small enough to be searched, and all rules that may be hidden are
 *        in such ones
 */
struct fs {
	dev_t dev;
	int root;
	bool ours;
};

/** struct mount - a line of mountinfo. */
struct mount_line {
	uint64_t id, parent;
	dev_t dev;
	char root[512], point[512], type[32];
};

#define MAX_FS 128
#define MAX_MOUNTS 512

struct world {
	struct fs fs[MAX_FS];
	size_t n_fs;
	struct mount_line *mounts;
	size_t n_mounts;
	char scene[512];
};

/* --- model_world.c: mounts and filesystems */

/** world_start() - in the case's root. */
void world_start(struct world *world);
/** world_refresh() - after every change of mounts.  A filesystem must be seen once uncovered. */
void world_refresh(struct world *world);
const struct fs *world_fs(const struct world *world, dev_t dev);
const struct mount_line *world_mount(const struct world *world, uint64_t id);
/**
 * world_find() - the chain of @id inside its filesystem (itself first, the filesystem's root
 * last), by searching all of it.  Return: 0, -ENOENT (also for one that is not ours).
 */
int world_find(const struct world *world, struct id id, struct chain *chain);

/* --- model_chain.c */

struct id fd_id(int fd);
uint64_t fd_mount(int fd);
void chain_push(struct chain *chain, const struct node *node);
void chain_free(struct chain *chain);

/** chain_dir() - append the directory @fd and all that is rootward of it. */
void chain_dir(const struct world *world, int fd, struct chain *chain);

/** chain_mounted_file() - the file @fd on which a mount was made, reached in directory @up. */
void chain_mounted_file(const struct world *world, int fd, int up, struct chain *chain);

/** chain_above() - append what is rootward of mount @m, its mountpoint first. */
void chain_above(const struct world *world, const struct mount_line *m, struct chain *chain);

/**
 * struct place - an object as a path leads to it.
 * @entry: id is NO_ID when there is nothing
 * @chain: with the object; without it (its directory first) in @above
 */
struct place {
	struct node entry;
	bool is_dir, exists;
	struct chain chain;
	struct chain above;
};

/** place_find() - @follow: a last symbolic link.  Return: 0 or -errno of the path's lookup. */
int place_find(const struct world *world, const char *path, bool follow, struct place *place);
void place_free(struct place *place);

/* --- model_fence.c */

/** fence_denies() - a change of what is at @path is not to be had from any policy. */
bool fence_denies(const struct world *world, const char *path, bool keeps_settings);

/* --- model.c */

struct model;

/**
 * model_new() - a model with no layer, which allows everything.
 * @best_effort: leave out of every policy what it lists as `best_effort`, for an engine that
 *               cannot enforce it
 * @by_object:   what a rule on a file allows it allows for the object that was there, not for
 *               another that takes its name: the documented difference of the landlock engine
 */
struct model *model_new(bool best_effort, bool by_object);
struct world *model_world(struct model *model);

/** model_add() - a layer; the trees are looked up now.  Return: 0 or -errno. */
int model_add(struct model *model, const char *policy);

/**
 * model_check() - what the policies answer to @check now.
 *
 * Return: 0 allowed, EACCES, EXDEV; -1: the verb is none that the model knows.
 */
int model_check(struct model *model, const struct check *check);

void model_free(struct model *model);

/* --- model_decide.c */

/**
 * struct rule - a tree of a policy.
 * @id:      the object's; NO_ID for a name that did not exist
 * @parent, @name: the entry, for the second anchor
 * @up:      a descriptor of @parent, @dir: of a directory itself, or -1
 */
struct rule {
	struct id id;
	struct id parent;
	char name[256];
	uint32_t allow, deny;
	bool is_dir;
	int up, dir;
};

/** struct layer - @by_object: no rule allows anything by name, see model_new(). */
struct layer {
	uint32_t default_ops;
	bool by_object;
	struct rule *rules;
	size_t n_rules;
};

/** denied_at() - those of @ops that @layer denies along @chain. */
uint32_t denied_at(const struct layer *layer, const struct chain *chain, uint32_t ops);

/** entry_denies() - those of @ops that a rule on the entry itself denies. */
uint32_t entry_denies(const struct layer *layer, const struct node *entry, uint32_t ops);

/** is_anchored() - @entry is a denied directory, or rootward of something denied. */
bool is_anchored(const struct world *world, const struct layer *layer, const struct node *entry);

/**
 * denied_inside() - the same for an operation whose hook gets no mount: rules inside the
 * filesystem decide, then each mount of it that shows the object must allow what they left open.
 */
uint32_t denied_inside(const struct world *world, const struct layer *layer,
		       const struct place *place, uint32_t ops);

#endif
