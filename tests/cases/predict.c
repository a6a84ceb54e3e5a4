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

/* What of @ops is denied; a path that leads nowhere is the kernel's to refuse. */
static uint32_t denied(struct predictor *p, const char *path, const char *to, uint32_t ops,
		       uint32_t flags)
{
	struct rootward_question question = {
		.size = sizeof(question),
		.path = path,
		.to = to,
		.ops = ops,
		.flags = flags | (p->by_descriptors ? ROOTWARD_BY_DESCRIPTORS : 0),
	};
	struct rootward_explanation *e;
	const struct rootward_walk *walk;
	uint32_t answer;
	int r;

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

#define ENTRY_FLAGS (ROOTWARD_ENTRY | ROOTWARD_NOFOLLOW)

static uint32_t denied_entry(struct predictor *p, const char *path, uint32_t ops)
{
	return denied(p, path, NULL, ops, ENTRY_FLAGS);
}

static mode_t mode_of(const char *path)
{
	const char *name;
	_cleanup_close_ int up = at_parent(path, &name);
	struct stat st;

	return fstatat(up, name, &st, AT_SYMLINK_NOFOLLOW) ? 0 : st.st_mode;
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

static int predict_move(struct predictor *p, enum verb_kind kind, const char *from, const char *to)
{
	mode_t mode = mode_of(from) ?: S_IFREG, mode2 = mode_of(to);
	uint32_t from_ops = kind == K_LINK ? 0 : remove_op(mode), to_ops = make_op(mode);
	int apart = is_apart(from, to);
	bool gains;

	if (apart < 0)
		return 0;
	/* what is not there is asked about as a file, like a name to be made */
	if (mode2 && kind != K_LINK)
		to_ops |= remove_op(mode2);
	if (kind == K_WHITEOUT)
		from_ops |= OP(MAKE_CHAR);
	if (kind == K_EXCHANGE)
		from_ops |= make_op(mode2 ?: S_IFREG);
	if ((from_ops && denied_entry(p, from, from_ops)) || denied_entry(p, to, to_ops))
		return EACCES;
	if (apart && (denied_entry(p, from, OP(REFER)) || denied_entry(p, to, OP(REFER))))
		return EXDEV;
	/* what `refer` alone does not deny, it denies for the gain */
	gains = denied(p, from, to, OP(REFER), ENTRY_FLAGS) && !denied_entry(p, from, OP(REFER));
	if (kind == K_EXCHANGE)
		gains |= denied(p, to, from, OP(REFER), ENTRY_FLAGS) &&
			 !denied_entry(p, to, OP(REFER));
	return !gains ? 0 : apart ? EXDEV : EACCES;
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
		object = denied(p, path, NULL, OP(EXECUTE), 0) |
			 denied(p, path2, NULL, OP(READ_FILE), 0);
		break;
	case K_CREATE:
		entry = denied_entry(p, path, OP(MAKE_REG));
		object = denied(p, path, NULL, ops, 0);
		break;
	case K_TMPLINK:
		entry = denied_entry(p, path2, OP(MAKE_REG));
		object = denied(p, path, NULL, ops, 0);
		break;
	case K_ENTRY:
		entry = denied_entry(p, path, ops);
		break;
	case K_NOFOLLOW:
		object = denied(p, path, NULL, ops, ROOTWARD_NOFOLLOW);
		break;
	case K_OBJECT:
		/* what opens a file to read it opens a directory to list it */
		if (ops & OP(READ_FILE) && is_dir(path))
			ops ^= OP(READ_FILE) | OP(READ_DIR);
		object = denied(p, path, NULL, ops, ops == OP(READLINK) ? ROOTWARD_NOFOLLOW : 0);
		break;
	case K_BENEATH:
	case K_INODE:
		object = denied(p, path, NULL, ops, ops == OP(READLINK) ? ROOTWARD_NOFOLLOW : 0);
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

int predict_all(struct predictor *const *predictors, size_t n, const struct check *check,
		bool by_descriptors)
{
	int predicted, answer = NOT_PREDICTED;
	size_t i;

	for (i = 0; i < n; i++) {
		if (!predictors[i] || (!by_descriptors && !predictor_in_kernel(predictors[i])))
			return NOT_PREDICTED;
		predicted = predict(predictors[i], check, by_descriptors);
		if (predicted < 0)
			return predicted;
		if (answer <= 0 || predicted == EACCES)
			answer = predicted;
	}
	return answer;
}
