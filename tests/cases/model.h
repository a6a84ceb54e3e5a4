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

#include "asker.h"
#include "case.h"
#include "policy.h"

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
 * @ours: mounted by the case: small enough to be searched
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
	bool idmapped;
};

/** struct view - a mount of the case's, by a private copy with nothing mounted on it. */
struct view {
	uint64_t mount;
	int root;
};

#define MAX_FS 128
#define MAX_VIEWS 128
#define MAX_MOUNTS 512

struct world {
	struct fs fs[MAX_FS];
	size_t n_fs;
	struct view views[MAX_VIEWS];
	size_t n_views;
	struct mount_line *mounts;
	size_t n_mounts;
	char scene[512];
};

/* --- model_world.c: mounts and filesystems */

/** world_start() - in the case's root. */
void world_start(struct world *world);
/**
 * world_refresh() - after every change of mounts.  A filesystem must be seen once uncovered, and
 * a mount by which owners are asked for.
 */
void world_refresh(struct world *world);
const struct fs *world_fs(const struct world *world, dev_t dev);
const struct mount_line *world_mount(const struct world *world, uint64_t id);
/** world_view() - the root of what mount @id shows, or -1. */
int world_view(const struct world *world, uint64_t id);
/**
 * world_find() - the chain of @id inside its filesystem (itself first, the filesystem's root
 * last), by searching what the case shows of it.  Return: 0, -ENOENT.
 */
int world_find(const struct world *world, struct id id, struct chain *chain);

/* --- model_chain.c */

struct id fd_id(int fd);
uint64_t fd_mount(int fd);
/** mount_above() - of the directory of @path's last component, as the checks write paths. */
uint64_t mount_above(const char *path);
void chain_push(struct chain *chain, const struct node *node);
void chain_free(struct chain *chain);

/** chain_dir() - append the directory @fd and all that is rootward of it. */
void chain_dir(const struct world *world, int fd, struct chain *chain);

/** chain_mounted_file() - the file @fd on which a mount was made, reached in directory @up. */
void chain_mounted_file(const struct world *world, int fd, int up, struct chain *chain);

/** chain_above() - append what is rootward of mount @m, its mountpoint first. */
void chain_above(const struct world *world, const struct mount_line *m, struct chain *chain);

/* --- model_owner.c */

#define NOBODY ((int64_t)-1)

/** struct owner - of an object, as a process sees it; NOBODY: the mount has no id for it. */
struct owner {
	int64_t uid, gid;
};

/** struct whose - whose object is asked about, and who asks. */
struct whose {
	struct owner owner;
	const struct asker *asker;
};

/** owner_seen() - of @fd's object.  @idmapped: whether the mount that it was opened by is. */
struct owner owner_seen(int fd, bool idmapped);

/** owner_made() - of what the asker would make in the directory @dir. */
struct owner owner_made(int dir, bool idmapped, const struct asker *asker);

/**
 * struct place - an object as a path leads to it.
 * @entry: id is NO_ID when there is nothing
 * @mode, @rdev: as stat() has them
 * @mount: that shows the object, or would show it; NULL: one that is no longer listed
 * @owner: the object's, or if there is none, whose it will be
 * @made:  whose a new one will be in its place, and @made_in: in it, if it is a directory
 * @nobodys: the mount has no id for the object or its directory: Linux does not write there
 * @chain: with the object; without it (its directory first) in @above
 */
struct place {
	struct node entry;
	mode_t mode;
	dev_t rdev;
	const struct mount_line *mount;
	bool is_dir, exists, nobodys;
	struct owner owner, made, made_in;
	struct chain chain;
	struct chain above;
};

/** place_find() - @follow: a last symbolic link.  Return: 0 or -errno of the path's lookup. */
int place_find(const struct world *world, const struct asker *asker, const char *path, bool follow,
	       struct place *place);
void place_free(struct place *place);

/* --- model_fence.c */

/** enum fences - what an engine denies whatever the trees say. */
enum fences {
	FENCES_ALL,
	FENCES_TRACING,	  /* only to trace who is outside */
	FENCES_ATTACHING, /* only to act through who is outside, not to look at it */
};

/**
 * fence_denies() - whether some of @ops on @place, @path, is behind a fence that @keep leaves
 * shut.
 */
bool fence_denies(enum fences fences, const struct place *place, const char *path, uint32_t ops,
		  uint32_t keep);

/**
 * leads_elsewhere() - whether @path leads through another process, to a mount tree that the model
 * does not see: it knows the fence before it, and nothing of the rules there.
 */
bool leads_elsewhere(const char *path);

/**
 * only_confined() - whether the table tells what a confinement answers, and a policy that is loaded
 * for the machine does not: EPERM to what is no operation on a file.  (Trees say EACCES or EXDEV.)
 */
bool only_confined(const struct check *check);

/* --- model.c */

struct model;

/**
 * model_new() - a model with no layer, which allows everything.
 * @best_effort: leave out of every policy what it lists as `best_effort`, for an engine that
 *               cannot enforce it
 * @by_object:   what a rule on a file allows it allows for the object that was there, not for
 *               another that takes its name: the documented difference of the landlock engine
 */
struct model *model_new(bool best_effort, bool by_object, enum fences fences);
struct world *model_world(struct model *model);

/** model_add() - a layer; the trees are looked up now.  Return: 0 or -errno. */
int model_add(struct model *model, const char *policy);

/**
 * model_check() - what the policies answer to @check now, of a process with @asker's ids.
 *
 * Return: 0 allowed, EACCES, EXDEV; NOT_ASKED: the verb is none that the model knows, or the kernel
 * finds first that there is no such thing.
 */
#define NOT_ASKED (-1)
int model_check(struct model *model, const struct check *check, const struct asker *asker);

/**
 * model_in_doubt() - whether what the last check allowed may be denied all the same: something
 * would move that has a rule by owner, or a directory between two, and the engine does not find out
 * what exactly could gain.
 */
bool model_in_doubt(const struct model *model);

/**
 * model_moved() - @check was a move, and the kernel answered @got: what is denied has a new way to
 * it, also if the move failed after all were asked.
 */
void model_moved(struct model *model, const struct check *check, int got);

/**
 * model_late() - whether the last check met a directory that must stay since something was moved
 * into it; explain knows what led to what is denied when it looked the policy up.
 */
bool model_late(const struct model *model);

/**
 * model_left_open() - whether the last check met a fence that a confinement has and this engine has
 * not; the trees were asked then.
 */
bool model_left_open(const struct model *model);

/** model_nobodys() - or by Linux: something that the last check was about is nobody's. */
bool model_nobodys(const struct model *model);

void model_free(struct model *model);

/* --- model_label.c */

/**
 * struct label
 * @under: a descriptor of what it is under
 * @on:    of the directories that carry it
 */
struct label {
	char name[64], value[64];
	int under;
	int *on;
	size_t n;
};

struct label *label_new(const struct tree_label *tree);
/** label_look() - see which directories carry it now. */
void label_look(struct label *label);
bool label_is_on(const struct label *label, struct id id);
void label_free(struct label *label);

/* --- model_decide.c */

/**
 * struct rule - a tree of a policy.
 * @label:   or NULL; the rule is on those that carry it, and of what follows @allow and @deny count
 * @id:      the object's; NO_ID for a name that did not exist, and for a rule that @follows it
 * @parent, @name: the entry, for the second anchor
 * @up:      a descriptor of @parent, @dir: of a directory itself, or -1
 * @owner, @group: whose objects it is about, as the policy has them
 */
struct rule {
	struct label *label;
	struct id id;
	struct id parent;
	char name[256];
	uint32_t allow, deny;
	bool is_dir, follows;
	int up, dir;
	struct tree_owners owner, group;
};

/** struct guard - @late: since something was moved there. */
struct guard {
	struct id id;
	bool late;
};

/** struct layer - @by_object: no rule allows anything by name, see model_new(). */
struct layer {
	uint32_t default_ops;
	bool by_object;
	struct rule *rules;
	size_t n_rules;
	struct guard *guards;
	size_t n_guards;
};

/** ops_about() - those operations for which @rule is about such an object. */
uint32_t ops_about(const struct rule *rule, const struct whose *whose);

/** any_owner() - whether @ask says yes for an object of anybody that rules tell from others. */
typedef bool (*owner_question)(const struct layer *layer, const struct whose *whose,
			       const void *data);
bool any_owner(const struct layer *layer, const struct asker *asker, owner_question ask,
	       const void *data);

/** denied_at() - those of @ops that @layer denies along @chain. */
uint32_t denied_at(const struct layer *layer, const struct chain *chain, uint32_t ops,
		   const struct whose *whose);

/** entry_denies() - those of @ops that a rule on the entry itself denies. */
uint32_t entry_denies(const struct layer *layer, const struct node *entry, uint32_t ops,
		      const struct whose *whose);

/** first_owned() - the first rule along @chain that is about some owner's objects, or NULL. */
const struct rule *first_owned(const struct layer *layer, const struct chain *chain);

/**
 * denied_inside() - the same for an operation whose hook gets no mount: every mount that shows the
 * object must allow it.
 */
uint32_t denied_inside(const struct world *world, const struct layer *layer,
		       const struct place *place, uint32_t ops, const struct asker *asker);

/* --- model_guard.c */

/**
 * guards_find() - of a layer: what is denied, and what is rootward of it.
 * @late: it is so since the policy was looked up
 */
void guards_find(const struct world *world, struct layer *layer, bool late);

/** is_guard() - whether @id must stay.  Sets *late if that is since something was moved there. */
bool is_guard(const struct layer *layer, struct id id, bool *late);

/** guards_move() - @moved has come, or was about to come, to where @above is rootward of it. */
void guards_move(struct layer *layer, struct id moved, const struct chain *above);

/* --- model_gain.c */

/**
 * gains() - would what is at @from have more rights when it hangs at @to?  A directory: would
 * anything that may be in it.
 * @in_doubt: set when rules by owner differ there, see model_in_doubt()
 */
bool gains(const struct layer *layer, const struct place *from, const struct place *to,
	   const struct asker *asker, bool *in_doubt);

#endif
