/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The model's answer to a check: which chains an operation asks, and about what. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "model.h"
#include "policy.h"

struct model {
	struct world world;
	struct layer layers[MAX_POLICIES + 1];
	size_t n;
	uint32_t keep; /* what every layer keeps */
	bool best_effort, by_object;
	enum fences fences;
	/* of the check that is asked about */
	const struct asker *asker;
	bool in_doubt, nobodys, late, left_open;
};

struct model *model_new(bool best_effort, bool by_object, enum fences fences)
{
	struct model *model = calloc(1, sizeof(*model));

	if (!model)
		abort();
	model->best_effort = best_effort;
	model->keep = UINT32_MAX;
	model->by_object = by_object;
	model->fences = fences;
	world_start(&model->world);
	return model;
}

struct world *model_world(struct model *model)
{
	return &model->world;
}

static int add_rule(struct rule *rule, const struct tree *tree, uint32_t ops)
{
	_cleanup_free_ char *real = realpath(tree->path, NULL);
	const char *path = real ?: tree->path, *name;
	struct stat st;

	*rule = (struct rule){ .allow = tree->allow & ops,
			       .deny = tree->deny & ops,
			       .up = -1,
			       .dir = -1,
			       .owner = tree->owner,
			       .group = tree->group };
	if (tree->label) {
		rule->label = label_new(tree->label);
		return 0;
	}
	if (!real && (errno != ENOENT || (tree->allow && !tree->optional)))
		return -errno;
	if (strcmp(path, "/")) {
		rule->up = at_parent(path, &name);
		if (rule->up < 0)
			return -errno;
		rule->parent = fd_id(rule->up);
		snprintf(rule->name, sizeof(rule->name), "%s", name);
	}
	rule->follows = tree->follows_path;
	if (!real || rule->follows)
		return 0;
	if (lstat(real, &st))
		return -errno;
	rule->id = (struct id){ st.st_dev, st.st_ino };
	rule->is_dir = S_ISDIR(st.st_mode);
	if (rule->is_dir)
		rule->dir = open(real, O_PATH | O_CLOEXEC);
	return 0;
}

/* What carries a label may be another than when it was looked last. */
static void look_for_labels(struct model *model, struct layer *layer, bool late)
{
	size_t i;

	for (i = 0; i < layer->n_rules; i++)
		if (layer->rules[i].label)
			label_look(layer->rules[i].label);
	guards_find(&model->world, layer, late);
}

int model_add(struct model *model, const char *text)
{
	struct layer *layer = &model->layers[model->n];
	struct rootward_policy *policy;
	uint32_t ops;
	size_t i;
	int r;

	r = rootward_policy_parse(&policy, text, strlen(text), NULL);
	if (r)
		return r;
	ops = model->best_effort ? ~policy->best_effort : ROOTWARD_OPS_ALL;
	model->keep &= policy->keep;
	layer->by_object = model->by_object;
	layer->default_ops = policy->default_ops & ops;
	layer->rules = calloc(policy->n_trees + 1, sizeof(*layer->rules));
	layer->n_rules = policy->n_trees;
	for (i = 0; i < policy->n_trees && !r; i++)
		r = add_rule(&layer->rules[i], &policy->trees[i], ops);
	rootward_policy_free(policy);
	if (!r)
		look_for_labels(model, layer, false);
	model->n++;
	return r;
}

void model_free(struct model *model)
{
	size_t i, k;

	for (i = 0; i < model->n; i++) {
		for (k = 0; k < model->layers[i].n_rules; k++) {
			label_free(model->layers[i].rules[k].label);
			close(model->layers[i].rules[k].up);
			close(model->layers[i].rules[k].dir);
		}
		free(model->layers[i].rules);
		free(model->layers[i].guards);
	}
	for (i = 0; i < model->world.n_fs; i++)
		close(model->world.fs[i].root);
	for (i = 0; i < model->world.n_views; i++)
		close(model->world.views[i].root);
	free(model->world.mounts);
	free(model);
}

#define OPS_OF_GOING (OP(REMOVE_FILE) | OP(REMOVE_DIR))

/*
 * An entry that is made or goes away: the directory decides, its own rule may deny.  @owner: of the
 * object that comes or goes.
 */
static int ask_entry(struct model *model, const struct layer *layer, const struct place *place,
		     uint32_t ops, struct owner owner)
{
	struct whose whose = { owner, model->asker };
	bool goes = ops & OPS_OF_GOING;

	if (denied_at(layer, &place->above, ops, &whose) ||
	    entry_denies(layer, &place->entry, ops, &whose))
		return EACCES;
	return goes && place->is_dir && is_guard(layer, place->entry.id, &model->late) ? EACCES : 0;
}

static uint32_t remove_op(const struct place *place)
{
	return place->is_dir ? OP(REMOVE_DIR) : OP(REMOVE_FILE);
}

static uint32_t make_op(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return OP(MAKE_DIR);
	case S_IFLNK:
		return OP(MAKE_SYM);
	case S_IFIFO:
		return OP(MAKE_FIFO);
	case S_IFSOCK:
		return OP(MAKE_SOCK);
	case S_IFCHR:
		return OP(MAKE_CHAR);
	case S_IFBLK:
		return OP(MAKE_BLOCK);
	default:
		return OP(MAKE_REG);
	}
}

/* One direction of a rename or a link, by one layer. */
static int ask_move(struct model *model, const struct layer *layer, enum verb_kind kind,
		    const struct place *from, const struct place *to)
{
	bool apart = !same_id(from->entry.parent, to->entry.parent);
	int r = 0;

	if (kind != K_LINK)
		r = ask_entry(model, layer, from, remove_op(from), from->owner);
	r = r ?: ask_entry(model, layer, to, make_op(from->mode), from->owner);
	if (kind == K_WHITEOUT)
		r = r ?: ask_entry(model, layer, from, OP(MAKE_CHAR), from->made);
	if (to->exists && kind != K_LINK)
		r = r ?: ask_entry(model, layer, to, remove_op(to), to->owner);
	if (r)
		return r;
	if (apart && (ask_entry(model, layer, from, OP(REFER), from->owner) ||
		      ask_entry(model, layer, to, OP(REFER), from->owner)))
		return EXDEV;
	/* mv(1) takes EXDEV for `copy it`, which is of no use within one directory */
	if (!gains(layer, from, to, model->asker, &model->in_doubt))
		return 0;
	return apart ? EXDEV : EACCES;
}

/* The graver of two answers. */
static int worse(int a, int b)
{
	if (a == EACCES || b == EACCES)
		return EACCES;
	return a ?: b;
}

/* What is denied whatever the trees say. */
static bool is_fenced(struct model *model, const struct place *place, const char *path,
		      uint32_t ops)
{
	if (fence_denies(model->fences, place, path, ops, model->keep))
		return true;
	model->left_open |= fence_denies(FENCES_ALL, place, path, ops, model->keep);
	return false;
}

static int ask_layers(struct model *model, enum verb_kind kind, const struct place *from,
		      const struct place *to)
{
	int answer = 0;
	size_t i;

	for (i = 0; i < model->n; i++) {
		answer = worse(answer, ask_move(model, &model->layers[i], kind, from, to));
		if (kind == K_EXCHANGE)
			answer = worse(answer, ask_move(model, &model->layers[i], kind, to, from));
	}
	return answer;
}

static int check_move(struct model *model, enum verb_kind kind, const char *path, const char *path2)
{
	struct place from = { 0 }, to = { 0 };
	int answer;

	if (place_find(&model->world, model->asker, path, false, &from) ||
	    place_find(&model->world, model->asker, path2, false, &to) || !from.exists ||
	    (kind == K_EXCHANGE && !to.exists))
		answer = NOT_ASKED;
	else if (is_fenced(model, &from, path, OP(REFER)) ||
		 is_fenced(model, &to, path2, OP(REFER)))
		answer = EACCES;
	else
		answer = ask_layers(model, kind, &from, &to);
	model->nobodys |= from.nobodys || to.nobodys;
	place_free(&from);
	place_free(&to);
	return answer;
}

static int ask_object(struct model *model, const struct layer *layer, const struct place *place,
		      enum verb_kind kind, uint32_t ops)
{
	struct whose whose = { place->owner, model->asker };

	switch (kind) {
	case K_ENTRY:
		return ask_entry(model, layer, place, ops,
				 ops & OPS_OF_GOING ? place->owner : place->made);
	case K_INODE:
		return denied_inside(&model->world, layer, place, ops, model->asker) ? EACCES : 0;
	case K_BENEATH:
		whose.owner = place->made_in;
		break;
	default:
		/* what opens a file to read it opens a directory to list it */
		if (kind == K_OBJECT && place->is_dir && ops & OP(READ_FILE))
			ops ^= OP(READ_FILE) | OP(READ_DIR);
	}
	return denied_at(layer, &place->chain, ops, &whose) ? EACCES : 0;
}

/* Of what is not there, and of an ioctl on what is no device, no policy is asked. */
static bool is_asked(const struct place *place, enum verb_kind kind, uint32_t ops)
{
	if (kind == K_CREATE || (kind == K_ENTRY && !(ops & OPS_OF_GOING)))
		return true;
	if (ops == OP(IOCTL_DEV))
		return S_ISCHR(place->mode) || S_ISBLK(place->mode);
	return place->exists;
}

static int check_object(struct model *model, const char *path, enum verb_kind kind, uint32_t ops)
{
	bool follow = kind != K_NOFOLLOW && kind != K_ENTRY && ops != OP(READLINK);
	struct place place;
	int answer = 0;
	size_t i;

	if (place_find(&model->world, model->asker, path, follow, &place) ||
	    !is_asked(&place, kind, ops))
		answer = NOT_ASKED;
	else if (is_fenced(model, &place, path, ops))
		answer = EACCES;
	for (i = 0; i < model->n && !answer && !leads_elsewhere(path); i++)
		answer = ask_object(model, &model->layers[i], &place, kind, ops);
	model->nobodys |= place.nobodys;
	place_free(&place);
	return answer;
}

/* As new as a file made there: no more than writing here, making it there. */
static int check_tmplink(struct model *model, const char *dir, const char *path, uint32_t ops)
{
	int answer = check_object(model, dir, K_BENEATH, ops);
	struct place from = { 0 }, to = { 0 };
	size_t i;

	if (!place_find(&model->world, model->asker, dir, true, &from) &&
	    !place_find(&model->world, model->asker, path, false, &to))
		for (i = 0; i < model->n && !answer; i++)
			answer = ask_entry(model, &model->layers[i], &to, OP(MAKE_REG),
					   from.made_in);
	place_free(&from);
	place_free(&to);
	return answer;
}

int model_check(struct model *model, const struct check *check, const struct asker *asker)
{
	_cleanup_free_ char *path = path_expand(check->now ?: check->path);
	_cleanup_free_ char *path2 = path_expand(check->now2 ?: check->path2);
	const struct verb *verb = &verbs[check->verb];
	size_t i;

	for (i = 0; i < model->n; i++)
		look_for_labels(model, &model->layers[i], true);
	model->asker = asker;
	model->in_doubt = model->nobodys = model->late = model->left_open = false;
	switch (verb->kind) {
	case K_NONE:
		return NOT_ASKED;
	case K_RENAME:
	case K_EXCHANGE:
	case K_WHITEOUT:
	case K_LINK:
		return check_move(model, verb->kind, path, path2);
	case K_EXEC_READ:
		return worse(check_object(model, path, K_OBJECT, OP(EXECUTE)),
			     check_object(model, path2, K_OBJECT, OP(READ_FILE)));
	case K_CREATE:
		return worse(check_object(model, path, K_ENTRY, OP(MAKE_REG)),
			     check_object(model, path, K_CREATE, verb->ops));
	case K_TMPLINK:
		return check_tmplink(model, path, path2, verb->ops);
	default:
		return check_object(model, path, verb->kind, verb->ops);
	}
}

/* What is, or was to be, at @path now; rootward of it is what is rootward of that. */
static void moved(struct model *model, const char *from, const char *path)
{
	static const struct asker anybody;
	struct place what = { 0 }, place = { 0 };
	size_t i;

	if (!place_find(&model->world, &anybody, from, false, &what) &&
	    !place_find(&model->world, &anybody, path, false, &place))
		for (i = 0; i < model->n; i++)
			guards_move(&model->layers[i], what.entry.id, &place.above);
	place_free(&what);
	place_free(&place);
}

/* What a filesystem and the VFS find wrong after all were asked. */
static bool was_asked(int got)
{
	return !got || got == ENOTEMPTY || got == ENOTDIR || got == EISDIR || got == EBUSY;
}

void model_moved(struct model *model, const struct check *check, int got)
{
	_cleanup_free_ char *path = path_expand(check->now ?: check->path);
	_cleanup_free_ char *path2 = path_expand(check->now2 ?: check->path2);
	enum verb_kind kind = verbs[check->verb].kind;

	if ((kind != K_RENAME && kind != K_EXCHANGE && kind != K_WHITEOUT) || !was_asked(got))
		return;
	moved(model, got ? path : path2, path2);
	if (kind == K_EXCHANGE)
		moved(model, got ? path2 : path, path);
}

bool model_in_doubt(const struct model *model)
{
	return model->in_doubt;
}

bool model_late(const struct model *model)
{
	return model->late;
}

bool model_left_open(const struct model *model)
{
	return model->left_open;
}

bool model_nobodys(const struct model *model)
{
	return model->nobodys;
}
