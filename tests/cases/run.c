/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The case process: builds the tree, asks the model, has the actor act, compares. */
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "asker.h"
#include "cleanup.h"
#include "model.h"
#include "predict.h"
#include "run.h"

/* One case while it runs. */
struct show {
	const struct run *run;
	const struct test_case *c;
	struct model *model;
	struct predictor *predictors[2]; /* of both domains */
	bool in_second;
	const char *uid; /* that the actor took on by SETUID */
	struct troupe troupe;
	FILE *out;
	bool failed;
	bool only_first;  /* the engine refused to enter the second domain */
	bool only_fenced; /* the check is denied by a confinement alone, and there is none */
	struct tally *tally;
};

__attribute__((format(printf, 2, 3))) static void complain(struct show *show, const char *format,
							   ...)
{
	va_list ap;

	show->failed = true;
	va_start(ap, format);
	vfprintf(show->out, format, ap);
	va_end(ap);
	fputc('\n', show->out);
}

const char *answer(int e)
{
	return e ? strerrorname_np(e) ?: "killed" : "0";
}

static void complain_check(struct show *show, const struct check *check, const char *what,
			   int expected, int got)
{
	complain(show, "check %d: %s%s%s%s%s: expected %s, %s %s",
		 (int)(check - show->c->checks) + 1, verbs[check->verb].name,
		 check->path ? " " : "", check->path ?: "", check->path2 ? " " : "",
		 check->path2 ?: "", answer(expected), what, answer(got));
}

/* --- one check */

/* explain must say beforehand what will happen, in both ways of walking. */
static void ask_explain(struct show *show, const struct check *check, const struct asker *asker,
			int model)
{
	int way, predicted;

	/* explain is about confinements, which fence */
	if (show->run->use == USE_LOAD)
		return;
	/* random cases know how much less landlock allows (model_new()'s by_object); explain tells
	 * what the policy means */
	if ((show->run->use == USE_LANDLOCK && show->run->expect_model) || model_late(show->model))
		return;
	for (way = 0; way < 2; way++) {
		predicted =
			predict_all(show->predictors, show->in_second ? 2 : 1, check, asker, way);
		/* it does not see all: what every mount is asked, and a random one may cover
		 * another */
		if (show->run->expect_model && verbs[check->verb].kind == K_INODE &&
		    predicted == UNSURE)
			continue;
		if (predicted == UNSURE && !way)
			complain(show, "explain is unsure about check %d though it sees all",
				 (int)(check - show->c->checks) + 1);
		if (predicted > 0 && model_in_doubt(show->model))
			continue;
		if (predicted >= 0 && predicted != model)
			complain_check(show, check,
				       way ? "explain, over descriptors, predicts"
					   : "explain predicts",
				       model, predicted);
	}
}

/* Where the kernel says EXDEV before it asks anybody. */
static bool is_between_mounts(const struct check *check)
{
	enum verb_kind kind = verbs[check->verb].kind;

	return (kind == K_RENAME || kind == K_EXCHANGE || kind == K_WHITEOUT || kind == K_LINK) &&
	       mount_above(check->now ?: check->path) != mount_above(check->now2 ?: check->path2);
}

/* Denied by a confinement alone, where there is none. */
static bool is_only_fenced(const struct show *show, const struct check *check, int model)
{
	if (check->by == OUTSIDE || case_confines(show->run, show->c))
		return false;
	return only_confined(check) || (!model && model_left_open(show->model));
}

/* The table against the model.  Sets *expect to what must come out. */
static void ask_model(struct show *show, const struct check *check, int *expect)
{
	int model = -1;
	struct asker asker;

	asker_of(&asker, check, show->c->actor);
	if (show->uid && !check->as)
		asker.uid = (uid_t)atoi(show->uid);
	if (!check->unmodelled && !is_between_mounts(check))
		model = model_check(show->model, check, &asker);
	/* no policy is about those outside, but what is nobody's is to them, too */
	if (check->by == OUTSIDE)
		model = -1;
	if (model >= 0 && !check->unexplained)
		ask_explain(show, check, &asker, model);
	*expect = check->expect;
	show->only_fenced = is_only_fenced(show, check, model);
	if (show->run->expect_model)
		*expect = model < 0 ? 0 : model;
	else if (show->only_fenced)
		*expect = 0;
	else if (show->only_first && model >= 0)
		*expect = model;
	else if (model > 0 && (check->natural || model != check->expect))
		complain_check(show, check, "the model says", check->expect, model);
	else if (!model && check->expect && !check->natural)
		complain_check(show, check, "the model says", check->expect, 0);
}

static bool is_denial(int e)
{
	return e == EACCES || e == EXDEV || e == EPERM;
}

static bool is_mountpoint(const char *path)
{
	const char *name;
	_cleanup_close_ int up = at_parent(path, &name);
	_cleanup_close_ int fd = at_open(path, O_PATH | O_NOFOLLOW, 0);

	return up >= 0 && fd >= 0 && fd_mount(up) != fd_mount(fd);
}

/* Linux moves none; who else denies it, and how, is of no matter. */
static bool moves_mountpoint(const struct check *check)
{
	enum verb_kind kind = verbs[check->verb].kind;

	return (kind == K_RENAME || kind == K_EXCHANGE) &&
	       (is_mountpoint(check->path) || is_mountpoint(check->path2));
}

static bool as_expected(const struct show *show, const struct check *check, int expect, int got)
{
	if (got == expect || (check->or_else && got == check->or_else))
		return true;
	/* then the kernel's own answer, whatever it is */
	if (show->only_fenced)
		return got != EACCES && got != EXDEV;
	/* random operations also fail for reasons of their own, first or instead */
	if (!show->run->expect_model)
		return false;
	return (got && !is_denial(got)) || (got == EXDEV && is_between_mounts(check)) ||
	       moves_mountpoint(check);
}

static void judge(struct show *show, const struct check *check, int expect, int got)
{
	if (as_expected(show, check, expect, got))
		return;
	if (show->run->use == USE_LANDLOCK && show->c->landlock.how == LOSES_SOME &&
	    is_denial(got) &&
	    /* as for random checks, it may also be less that stands in the way first */
	    ((check->less && !expect) || show->run->expect_model)) {
		show->tally->denied_more++;
		return;
	}
	if (show->run->expect_model && is_denial(got) &&
	    (model_in_doubt(show->model) || model_nobodys(show->model))) {
		show->tally->denied_more++;
		return;
	}
	complain_check(show, check, "got", expect, got);
}

/* May be done without a confinement to stop what goes beyond the case. */
static bool is_harmless(enum verb_id verb)
{
	return verbs[verb].kind != K_NONE || verb == CHDIR || verb == ENTER_SECOND;
}

/* What may be done with what is open and should not be: to look, and change nothing. */
static bool is_looking(enum verb_id verb)
{
	return verb == READ || verb == RDWR || verb == OPEN_WRITE;
}

/* What the model must know of what happened; and the actor itself may be another from now on. */
static void note_change(struct show *show, const struct check *check, int got)
{
	model_moved(show->model, check, got);
	if (check->in != ITSELF)
		return;
	if (check->verb == SETUID && !got)
		show->uid = check->path;
	show->only_first |= check->verb == ENTER_SECOND && got;
	if (check->verb == ENTER_SECOND && !got) {
		show->in_second = true;
		if (model_add(show->model, show->c->second))
			complain(show, "the model cannot take the second policy");
	}
}

static int do_check(struct show *show, int index)
{
	const struct check *check = &show->c->checks[index];
	int expect, got = 0, r = 0;

	if (check->bpf_only && show->run->use == USE_LANDLOCK)
		return 0;
	ask_model(show, check, &expect);
	if (check->by == OUTSIDE) {
		got = run_verb(check);
		world_refresh(model_world(show->model));
	} else if (show->run->use == USE_NONE &&
		   (expect || check->unmodelled || check->bpf_only || !is_harmless(check->verb))) {
		note_change(show, check, expect);
		return 0;
	} else if (show->only_fenced && !is_looking(check->verb)) {
		show->tally->left_out++;
		return 0;
	} else {
		show->tally->made++;
		r = troupe_act(&show->troupe, index, &got);
	}
	if (r) {
		complain(show, "check %d: %s: the actor is gone", index + 1,
			 verbs[check->verb].name);
		return r;
	}
	judge(show, check, expect, -got);
	note_change(show, check, -got);
	return 0;
}

/* --- the domain */

/* Did the engine take the policy as the table says?  Return: 1 go on, 0 the case ends here. */
static int judge_domain(struct show *show, const struct report *report)
{
	const struct engine_says *says = &show->c->landlock;
	bool must_refuse = show->run->use == USE_LANDLOCK && says->how == REFUSES_IT;

	/* -EINVAL: a mount made one object of two trees */
	if (show->run->expect_model && (report->r == -ENOTSUP || report->r == -EINVAL)) {
		fprintf(show->out, "%s", report->text);
		return 0;
	}
	if (!must_refuse && !report->r)
		return 1;
	if (must_refuse && report->r == -ENOTSUP && strstr(report->text, says->text))
		return 0;
	complain(show, "rootward_domain_new: expected %s%s%s, got %s; it says:\n%s",
		 must_refuse ? "ENOTSUP and \"" : "0", must_refuse ? says->text : "",
		 must_refuse ? "\"" : "", answer(-report->r), report->text);
	return 0;
}

static enum outcome perform(struct show *show)
{
	static struct report report;
	int entered, i;

	if (troupe_start(show->run, show->c, &show->troupe) ||
	    read_all(show->troupe.from_super, &report, sizeof(report))) {
		complain(show, "the supervisor died");
		return FAIL;
	}
	if (!judge_domain(show, &report))
		return show->failed ? FAIL : show->run->expect_model ? REFUSED_ALL : PASS;
	if (troupe_act(&show->troupe, -1, &entered) || entered) {
		complain(show, "the actor's prelude or rootward_domain_enter: %s",
			 answer(-entered));
		return FAIL;
	}
	for (i = 0; i < MAX_CHECKS && show->c->checks[i].verb; i++)
		if (do_check(show, i))
			break;
	if (show->failed && *report.text)
		fprintf(show->out, "the engine had said:\n%s", report.text);
	if (show->failed)
		return FAIL;
	if (show->tally->made || !show->tally->left_out)
		return PASS;
	fputs("a loaded policy confines nobody\n", show->out);
	return SKIP;
}

/* --- all of it */

/* For the first domain, or the second. */
static void make_predictor(struct show *show, int domain)
{
	const struct test_case *c = show->c;
	const char *texts[MAX_POLICIES];
	size_t n = case_texts(c, domain, texts);
	int error;

	show->predictors[domain] = predictor_new(texts, n, show->run->use == USE_LANDLOCK, &error);
	/* two trees that a mount made one object: no engine takes it either */
	if (error && error != -EINVAL)
		complain(show, "explain cannot take the policy: %s", answer(-error));
	/* or half of what is to be shown would not be, and nobody see it */
	if (!error && show->run->use == USE_BPF && !predictor_in_kernel(show->predictors[domain]))
		complain(show, "explain cannot walk in the kernel, where the engine can");
}

static enum outcome play_show(struct show *show)
{
	const struct test_case *c = show->c;
	const char *texts[MAX_POLICIES];
	size_t i, n = case_texts(c, false, texts);
	enum outcome outcome;
	int r = 0;

	outcome = scene_set(show->run, c, &show->model, show->out);
	if (outcome != PASS)
		return outcome;
	cast.bystander = fork();
	if (!cast.bystander)
		for (;;)
			pause();
	for (i = 0; i < n; i++)
		r = r ?: model_add(show->model, texts[i]);
	/* a random mount hides a random tree */
	if (r == -ENOENT && show->run->expect_model)
		return REFUSED_ALL;
	if (r) {
		complain(show, "the model cannot take the policy: %s", answer(-r));
		return FAIL;
	}
	if (show->run->use != USE_LOAD)
		make_predictor(show, 0);
	if (show->run->use != USE_LOAD && c->second)
		make_predictor(show, 1);
	return perform(show);
}

enum outcome play(const struct run *run, const struct test_case *c, FILE *out, struct tally *tally)
{
	struct show show = { .run = run, .c = c, .out = out, .tally = tally };

	return play_show(&show);
}
