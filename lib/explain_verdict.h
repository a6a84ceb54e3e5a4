/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From what each policy rules to one verdict for each operation. */
#ifndef ROOTWARD_EXPLAIN_VERDICT_H
#define ROOTWARD_EXPLAIN_VERDICT_H

#include "explain.h"

/* What makes a new entry. */
#define OPS_MAKE                                                                                   \
	(ROOTWARD_OPS_ENTRY &                                                                      \
	 ~(ROOTWARD_OP_REMOVE_FILE | ROOTWARD_OP_REMOVE_DIR | ROOTWARD_OP_REFER))

/**
 * struct rootward_explanation
 * @way:   by the path's own mount
 * @there:   from where it is to be moved to
 * @made:    whom what would be made there belongs to, and the operations that are about that
 * @others:  by the other mounts that show the object, for operations that are asked by each
 * @origins: of `default`, by policy
 * The rest is what @walk points to, owned.
 */
struct rootward_explanation {
	struct rootward_explainer *explainer;
	struct rootward_question question;
	struct rootward_walk walk;
	struct rootward_verdict verdicts[ROOTWARD_OP_COUNT];
	struct way way;
	struct way there;
	struct rootward_owner made;
	uint32_t ops_of_made;
	struct way *others;
	size_t n_others;
	struct asker asker;
	char *origins[MAX_LAYERS];
	size_t n_origins;
	char *path, *real, *missing, *beyond, *asked_as, *no_search, *guard;
};

/** verdicts_fill() - decide everything that is asked.  Return: 0 or -errno. */
int verdicts_fill(struct rootward_explanation *e, const struct located *located);

/** ops_within() - the operations that are about a new entry in the object. */
uint32_t ops_within(const struct rootward_explanation *e);

/* --- explain_user.c */

/**
 * user_refused() - what ordinary permissions refuse the question's user, if there is one.
 * Return: 0; -EPERM, reported; -ECHILD, -ENOMEM.
 */
int user_refused(struct rootward_explanation *e, const struct located *located,
		 const struct rootward_opts *opts);

/** verdict_deny() - whatever was found before; of @cause all counts but what it is about. */
void verdict_deny(struct rootward_explanation *e, uint32_t ops,
		  const struct rootward_verdict *cause);

static inline void verdict_unsure(struct rootward_explanation *e, uint32_t ops)
{
	e->walk.unsure |= ops;
}

/* --- explain_fence.c */

/** fences_deny() - what is denied whatever the policies say.  Return: 0, -ENOMEM. */
int fences_deny(struct rootward_explanation *e, const struct located *located);

#endif
