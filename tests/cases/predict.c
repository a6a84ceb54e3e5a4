/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asks the library's explain what becomes of a check. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <rootward.h>

#include "cleanup.h"
#include "policy.h"
#include "predict.h"

struct predictor {
	struct rootward_policy *policies[MAX_POLICIES];
	struct rootward_explainer *explainer;
	bool by_descriptors;
	bool unsure;
};

static void leave_out(struct rootward_policy *policy, uint32_t ops)
{
	size_t i;

	policy->default_ops &= ~ops;
	for (i = 0; i < policy->n_trees; i++) {
		policy->trees[i].allow &= ~ops;
		policy->trees[i].deny &= ~ops;
	}
}

struct predictor *predictor_new(const char *const *policies, size_t n, bool best_effort, int *error)
{
	struct predictor *p = calloc(1, sizeof(*p));
	size_t i;

	*error = 0;
	for (i = 0; i < n && !*error; i++) {
		*error = rootward_policy_parse(&p->policies[i], policies[i], strlen(policies[i]),
					       NULL);
		if (!*error && best_effort)
			leave_out(p->policies[i], p->policies[i]->best_effort);
	}
	if (!*error)
		*error = rootward_explainer_new(&p->explainer, p->policies, n, NULL);
	return *error ? NULL : p;
}

/* What is denied of a question's operations; a path that leads nowhere is the kernel's to refuse.
 */
static uint32_t ask(struct predictor *p, struct rootward_question question)
{
	struct rootward_explanation *e;
	const struct rootward_walk *walk;
	uint32_t answer;
	int r;

	question.size = sizeof(question);
	question.flags |= p->by_descriptors ? ROOTWARD_BY_DESCRIPTORS : 0;
	r = rootward_explain(&e, p->explainer, &question, NULL);
	if (r < 0) {
		p->unsure |= r != -ENOENT && r != -ENOTDIR && r != -ELOOP;
		return 0;
	}
	walk = rootward_explanation_walk(e);
	answer = walk->beyond ? 0 : walk->denied;
	p->unsure |= walk->unsure;
	rootward_explanation_free(e);
	return answer;
}

static uint32_t denied(struct predictor *p, const char *path, uint32_t ops, uint32_t flags)
{
	return ask(p, (struct rootward_question){ .path = path, .ops = ops, .flags = flags });
}

/* Of a new nameless object in a directory: as of one with a name that nothing is said of. */
static uint32_t denied_beneath(struct predictor *p, const char *dir, uint32_t ops)
{
	_cleanup_free_ char *path = NULL;

	if (asprintf(&path, "%s/nameless", dir) < 0)
		abort();
	return denied(p, path, ops, 0);
}

#define ENTRY_FLAGS (ROOTWARD_ENTRY | ROOTWARD_NOFOLLOW)

static uint32_t denied_entry(struct predictor *p, const char *path, uint32_t ops)
{
	return denied(p, path, ops, ENTRY_FLAGS);
}

static mode_t mode_of(const char *path)
{
	const char *name;
	_cleanup_close_ int up = at_parent(path, &name);
	struct stat st;

	return fstatat(up, name, &st, AT_SYMLINK_NOFOLLOW) ? 0 : st.st_mode;
}

/* The entry @path gets what is at @from, if there is anything. */
static uint32_t denied_coming(struct predictor *p, const char *path, const char *from, uint32_t ops)
{
	return ask(p, (struct rootward_question){ .path = path,
						  .from = mode_of(from) ? from : NULL,
						  .ops = ops,
						  .flags = ENTRY_FLAGS });
}

/* Whether moving is denied: by either directory if there are two, or for the gain. */
static bool denied_refer(struct predictor *p, const char *from, const char *to, bool apart)
{
	struct rootward_question move = {
		.path = from, .to = to, .ops = OP(REFER), .flags = ENTRY_FLAGS
	};

	return ask(p, move) || (apart && denied_coming(p, to, from, OP(REFER)));
}

static bool is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static uint32_t remove_op(mode_t mode)
{
	return S_ISDIR(mode) ? OP(REMOVE_DIR) : OP(REMOVE_FILE);
}

static uint32_t make_op(mode_t mode)
{
	static const uint32_t ops[16] = {
		[S_IFDIR >> 12] = OP(MAKE_DIR),	 [S_IFLNK >> 12] = OP(MAKE_SYM),
		[S_IFIFO >> 12] = OP(MAKE_FIFO), [S_IFSOCK >> 12] = OP(MAKE_SOCK),
		[S_IFCHR >> 12] = OP(MAKE_CHAR), [S_IFBLK >> 12] = OP(MAKE_BLOCK),
		[S_IFREG >> 12] = OP(MAKE_REG),
	};

	return ops[(mode & S_IFMT) >> 12];
}

/* Return: 0, 1, or -1: one of the directories is not there. */
static int is_apart(const char *a, const char *b)
{
	const char *name;
	_cleanup_close_ int up = at_parent(a, &name), up2 = at_parent(b, &name);
	struct stat st, st2;

	if (fstat(up, &st) || fstat(up2, &st2))
		return -1;
	return st.st_ino != st2.st_ino || st.st_dev != st2.st_dev;
}

/* What the two entries must allow; @mode, @mode2: of what is at @from, and at @to or 0. */
static bool denied_entries(struct predictor *p, enum verb_kind kind, const char *from,
			   const char *to, mode_t mode, mode_t mode2)
{
	/* what is not there is asked about as a file, like a name to be made */
	if (denied_coming(p, to, from,
			  make_op(mode) | (mode2 && kind != K_LINK ? remove_op(mode2) : 0)))
		return true;
	if (kind != K_LINK && denied_entry(p, from, remove_op(mode)))
		return true;
	if (kind == K_WHITEOUT && denied_entry(p, from, OP(MAKE_CHAR)))
		return true;
	return kind == K_EXCHANGE && denied_coming(p, from, to, make_op(mode2 ?: S_IFREG));
}

static int predict_move(struct predictor *p, enum verb_kind kind, const char *from, const char *to)
{
	mode_t mode = mode_of(from) ?: S_IFREG, mode2 = mode_of(to);
	bool both = kind == K_EXCHANGE;
	int apart = is_apart(from, to);

	if (apart < 0)
		return 0;
	if (denied_entries(p, kind, from, to, mode, mode2))
		return EACCES;
	if (!denied_refer(p, from, to, apart) && !(both && denied_refer(p, to, from, apart)))
		return 0;
	/* mv(1) takes EXDEV for `copy it`, which is of no use within one directory */
	return apart ? EXDEV : EACCES;
}

static int predict_verb(struct predictor *p, const struct verb *verb, const char *path,
			const char *path2)
{
	uint32_t ops = verb->ops, object = 0, entry = 0;

	switch (verb->kind) {
	case K_RENAME:
	case K_EXCHANGE:
	case K_WHITEOUT:
	case K_LINK:
		return predict_move(p, verb->kind, path, path2);
	case K_EXEC_READ:
		object = denied(p, path, OP(EXECUTE), 0) | denied(p, path2, OP(READ_FILE), 0);
		break;
	case K_CREATE:
		entry = denied_entry(p, path, OP(MAKE_REG));
		object = denied(p, path, ops, 0);
		break;
	case K_TMPLINK:
		entry = denied_entry(p, path2, OP(MAKE_REG));
		object = denied_beneath(p, path, ops);
		break;
	case K_ENTRY:
		entry = denied_entry(p, path, ops);
		break;
	case K_NOFOLLOW:
		object = denied(p, path, ops, ROOTWARD_NOFOLLOW);
		break;
	case K_OBJECT:
		/* what opens a file to read it opens a directory to list it */
		if (ops & OP(READ_FILE) && is_dir(path))
			ops ^= OP(READ_FILE) | OP(READ_DIR);
		object = denied(p, path, ops, ops == OP(READLINK) ? ROOTWARD_NOFOLLOW : 0);
		break;
	case K_BENEATH:
		object = denied_beneath(p, path, ops);
		break;
	case K_INODE:
		object = denied(p, path, ops, ops == OP(READLINK) ? ROOTWARD_NOFOLLOW : 0);
		break;
	default: /* a kind that nobody has taught this: not to be answered by chance */
		abort();
	}
	return object || entry ? EACCES : 0;
}

static int predict(struct predictor *p, const struct check *check, bool by_descriptors)
{
	_cleanup_free_ char *path = path_expand(check->now ?: check->path);
	_cleanup_free_ char *path2 = path_expand(check->now2 ?: check->path2);
	const struct verb *verb = &verbs[check->verb];
	int answer;

	if (verb->kind == K_NONE || !path)
		return NOT_PREDICTED;
	p->by_descriptors = by_descriptors;
	p->unsure = false;
	answer = predict_verb(p, verb, path, path2);
	return p->unsure ? UNSURE : answer;
}

bool predictor_in_kernel(struct predictor *p)
{
	struct rootward_question question = { .size = sizeof(question), .path = "/" };
	struct rootward_explanation *e;
	bool answer;

	if (rootward_explain(&e, p->explainer, &question, NULL))
		return false;
	answer = rootward_explanation_walk(e)->in_kernel;
	rootward_explanation_free(e);
	return answer;
}

struct prediction {
	struct predictor *const *predictors;
	size_t n;
	const struct check *check;
	const struct asker *asker;
	bool by_descriptors;
};

static int predict_here(const struct prediction *all)
{
	int predicted, answer = NOT_PREDICTED;
	struct predictor *p;
	size_t i;

	for (i = 0; i < all->n; i++) {
		p = all->predictors[i];
		if (!p || (!all->by_descriptors && !predictor_in_kernel(p)))
			return NOT_PREDICTED;
		predicted = predict(p, all->check, all->by_descriptors);
		if (predicted < 0)
			return predicted;
		if (answer <= 0 || predicted == EACCES)
			answer = predicted;
	}
	return answer;
}

#define STATUS_FROM 2 /* an exit status has no sign */

static int predict_as(void *data)
{
	const struct prediction *all = data;

	if (asker_become(all->asker))
		abort();
	return -(STATUS_FROM + predict_here(all));
}

/* explain answers for its caller, who becomes whom the check is done for. */
int predict_all(struct predictor *const *predictors, size_t n, const struct check *check,
		const struct asker *asker, bool by_descriptors)
{
	struct prediction all = { predictors, n, check, asker, by_descriptors };

	if (!check->as && asker->uid == geteuid())
		return predict_here(&all);
	return -child_errno(predict_as, &all) - STATUS_FROM;
}
