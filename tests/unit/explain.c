/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rootward_explain() as a C program meets it: questions, what comes back, what is refused. */
#include <errno.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <rootward.h>

#include "policy.h"
#include "../tap.h"
#include "tempdir.h"

static struct rootward_explainer *explainer;

static int ask(struct rootward_explanation **e, const struct rootward_question *question)
{
	struct rootward_question q = *question;

	if (!q.size)
		q.size = sizeof(q);
	*e = NULL;
	return rootward_explain(e, explainer, &q, NULL);
}

#define ASK(e, ...) ask(e, &(struct rootward_question){ __VA_ARGS__ })

static void test_bad(void)
{
	struct {
		struct rootward_question question;
		uint64_t newer;
	} newer = { { .size = sizeof(newer), .path = "work" }, 0 };
	struct rootward_explanation *e;

	is_int(ASK(&e, .path = "work", .size = 8), -EINVAL, "a question of an impossible size");
	is_int(rootward_explain(&e, explainer, &newer.question, NULL), 0, "a newer program's");
	rootward_explanation_free(e);
	newer.newer = 1;
	is_int(rootward_explain(&e, explainer, &newer.question, NULL), -EINVAL,
	       "which asks what this library does not know");
	is_int(ASK(&e, .path = NULL), -EINVAL, "no path");
	is_int(ASK(&e, .path = ""), -EINVAL, "an empty path");
	is_int(ASK(&e, .path = "work", .ops = 1U << 31), -EINVAL, "an unknown operation");
	is_int(ASK(&e, .path = "work", .flags = 1U << 31), -EINVAL, "an unknown flag");
	is_int(ASK(&e, .path = "work", .pid = -1), -EINVAL, "a process below 0");
	is_int(ASK(&e, .path = "work", .pid = 1, .user = "root"), -EINVAL, "a process and a user");
	is_int(ASK(&e, .path = "work", .user = "no such user"), -ESRCH, "a user that there is not");
	is_int(ASK(&e, .path = "work", .to = "x", .from = "y"), -EINVAL, "to and from at once");
	is_int(ASK(&e, .path = "work", .from = "no/such"), -ENOENT, "nothing to be brought there");
	is_int(ASK(&e, .path = "work", .pid = 4194305), -ESRCH, "a process that there is not");
	is_int(ASK(&e, .path = "work/file/x"), -ENOTDIR, "a file where a directory should be");
	ok(!e, "nothing comes back");
	rootward_explanation_free(NULL);
	rootward_explainer_free(NULL);
}

/* What carries a label is known by its label. */
static void test_label(const char *under)
{
	char text[256], words[64];
	struct rootward_explainer *before = explainer;
	const struct rootward_verdict *v;
	struct rootward_policy *policy;
	struct rootward_explanation *e;

	snprintf(text, sizeof(text),
		 "default: [all]\ntrees:\n- {label: {xattr: user.rootward, value: secret%s%s}, "
		 "deny: [read_file]}\n",
		 under ? ", under: " : "", under ?: "");
	snprintf(words, sizeof(words), "label user.rootward=secret%s%s", under ? " under " : "",
		 under ?: "");
	mkdir("carries", 0755);
	mkdir("carries/not", 0755);
	if (setxattr("carries", "user.rootward", "secret", 6, 0)) {
		skip("no attributes of users on this filesystem", "labels are explained");
		return;
	}
	is_int(rootward_policy_parse(&policy, text, strlen(text), NULL), 0,
	       "a policy with a label");
	is_int(rootward_explainer_new(&explainer, &policy, 1, NULL), 0, "is explained");
	is_int(ASK(&e, .path = "carries/not", .ops = ROOTWARD_OP_READ_FILE), 0,
	       "beneath what carries it");
	v = rootward_explanation_verdict(e, ROOTWARD_OP_READ_FILE);
	ok(!v->allowed && v->reason == ROOTWARD_REASON_RULE, "is denied by a rule");
	is_str(v->tree, words, "which is the label");
	rootward_explanation_free(e);
	is_int(ASK(&e, .path = "work", .ops = ROOTWARD_OP_READ_FILE), 0, "elsewhere");
	ok(rootward_explanation_verdict(e, ROOTWARD_OP_READ_FILE)->allowed, "it is allowed");
	rootward_explanation_free(e);
	rootward_explainer_free(explainer);
	rootward_policy_free(policy);
	explainer = before;
}

static void test_answer(void)
{
	const struct rootward_verdict *v;
	const struct rootward_walk *walk;
	struct rootward_explanation *e;

	is_int(ASK(&e, .path = "work/secret/key",
		   .ops = ROOTWARD_OP_READ_FILE | ROOTWARD_OP_WRITE_FILE),
	       0, "an answer");
	walk = rootward_explanation_walk(e);
	is_int(walk->ops, ROOTWARD_OP_READ_FILE | ROOTWARD_OP_WRITE_FILE, "to what was asked");
	is_int(walk->denied, ROOTWARD_OP_READ_FILE, "what is denied");
	v = rootward_explanation_verdict(e, ROOTWARD_OP_READ_FILE);
	is_int(v->reason, ROOTWARD_REASON_RULE, "by a rule");
	is_int(v->ancestor, 1, "on its directory");
	is_str(v->rule->tree, "work/secret", "which is this one");
	is_str(v->origin, "--deny", "written here");
	is_str(rootward_explanation_ancestor(e, v->ancestor)->name, "secret", "the directory");
	v = rootward_explanation_verdict(e, ROOTWARD_OP_WRITE_FILE);
	ok(v->allowed && v->ancestor == 2, "the other by the next one up");
	ok(!rootward_explanation_verdict(e, ROOTWARD_OP_STAT), "no verdict that was not asked for");
	ok(!rootward_explanation_ancestor(e, walk->ancestors), "no ancestor beyond the last");
	ok(!rootward_explanation_rule(e, 1, 2), "no rule beyond the last");
	rootward_explanation_free(e);
}

/* A surprise EXDEV, explained beforehand. */
static void test_move(void)
{
	struct rootward_question q = { .size = sizeof(q),
				       .path = "work/secret/key",
				       .ops = ROOTWARD_OP_REFER,
				       .flags = ROOTWARD_ENTRY };
	struct rootward_explanation *e;

	is_int(ask(&e, &q), 0, "to move it somewhere");
	is_int(rootward_explanation_walk(e)->denied, 0, "is not forbidden");
	rootward_explanation_free(e);
	q.to = "work/key";
	is_int(ask(&e, &q), 0, "to where more is allowed");
	is_int(rootward_explanation_verdict(e, ROOTWARD_OP_REFER)->reason, ROOTWARD_REASON_GAIN,
	       "is, and for that");
	rootward_explanation_free(e);
	q.to = "work/secret/other";
	is_int(ask(&e, &q), 0, "to where no more is");
	is_int(rootward_explanation_walk(e)->denied, 0, "is not");
	rootward_explanation_free(e);
}

int main(void)
{
	struct rootward_policy *policy;

	enter_tempdir();
	make_dir("work");
	make_dir("work/secret");
	make_file("work/file");
	make_file("work/secret/key");
	rootward_policy_new(&policy, "test");
	rootward_policy_add(policy, "work", ROOTWARD_OPS_ALL, 0, "--rw");
	rootward_policy_add(policy, "work/secret", 0, ROOTWARD_OP_READ_FILE, "--deny");
	is_int(rootward_explainer_new(&explainer, &policy, 1, NULL), 0, "an explainer");
	test_bad();
	test_answer();
	test_label(".");
	test_label(NULL);
	test_move();
	rootward_explainer_free(explainer);
	is_int(rootward_explainer_new(&explainer, &policy, 17, NULL), -E2BIG, "too many policies");
	rootward_policy_add(policy, "no/such", ROOTWARD_OPS_ALL, 0, "--rw");
	is_int(rootward_explainer_new(&explainer, &policy, 1, NULL), -ENOENT, "a tree is missing");
	rootward_policy_free(policy);
	return done_testing();
}
