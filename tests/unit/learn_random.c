/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whatever a command does, the policy learned from it allows it, as the library decides; and a
 * secret that it did not touch stays shut.  Random commands in a small world:
 *
 *	home/.ssh/id, .netrc          secrets; never used
 *	home/.kept/, .keptrc          made by the command, and there the next time
 *	home/work/  (the working directory)  and  out/, which is elsewhere
 *	    a/ .. d/                  directories, each with
 *	        a/ .. d/              directories of files f0 .. f3
 */
#include <errno.h>

#include <rootward.h>

#include "cleanup.h"
#include "learn.h"
#include "policy.h"
#include "tap.h"
#include "tempdir.h"

#define ROUNDS 300
#define STEPS_MAX 24
#define ROOM (PATH_MAX + 64)

/* struct deed - one access; @to: it is moved there; @once: it is not done again. */
struct deed {
	char path[ROOM + 16];
	char to[ROOM + 16];
	uint32_t ops;
	bool once;
};

static unsigned long long seed;

static unsigned int pick(unsigned int n)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned int)(seed >> 33) % n;
}

static void make_world(void)
{
	static const char *const tops[] = { "home/work", "out" };
	char path[64];

	make_dir("home");
	make_dir("home/.ssh");
	make_file("home/.ssh/id");
	make_file("home/.netrc");
	make_dir("home/.kept");
	make_file("home/.keptrc");
	for (size_t t = 0; t < 2; t++) {
		make_dir(tops[t]);
		for (int i = 0; i < 16; i++) {
			snprintf(path, sizeof(path), "%s/%c", tops[t], 'a' + i / 4);
			if (i % 4 == 0)
				make_dir(path);
			snprintf(path, sizeof(path), "%s/%c/%c", tops[t], 'a' + i / 4, 'a' + i % 4);
			make_dir(path);
			for (int f = 0; f < 4; f++) {
				snprintf(path, sizeof(path), "%s/%c/%c/f%d", tops[t], 'a' + i / 4,
					 'a' + i % 4, f);
				make_file(path);
			}
		}
	}
}

/* A directory of the world; sometimes one that holds a secret. */
static void some_directory(char buf[ROOM])
{
	unsigned int depth = pick(3);
	const char *top = pick(2) ? "home/work" : "out";

	if (pick(12) == 0)
		snprintf(buf, ROOM, "%s/home", tempdir);
	else if (depth == 0)
		snprintf(buf, ROOM, "%s/%s", tempdir, top);
	else if (depth == 1)
		snprintf(buf, ROOM, "%s/%s/%c", tempdir, top, 'a' + pick(4));
	else
		snprintf(buf, ROOM, "%s/%s/%c/%c", tempdir, top, 'a' + pick(4), 'a' + pick(4));
}

static void some_file(char buf[ROOM])
{
	snprintf(buf, ROOM, "%s/%s/%c/%c/f%u", tempdir, pick(2) ? "home/work" : "out",
		 'a' + pick(4), 'a' + pick(4), pick(4));
}

static void some_deed(struct deed *deed)
{
	static const uint32_t on_files[] = {
		ROOTWARD_OP_READ_FILE,
		ROOTWARD_OP_STAT,
		ROOTWARD_OP_WRITE_FILE | ROOTWARD_OP_READ_FILE,
		ROOTWARD_OP_EXECUTE,
		ROOTWARD_OP_TRUNCATE,
		ROOTWARD_OP_CHMOD,
	};
	char directory[ROOM];

	*deed = (struct deed){};
	some_directory(directory);
	snprintf(deed->path, sizeof(deed->path), "%s/new%u", directory, pick(3));
	switch (pick(10)) {
	case 0:
		deed->ops = ROOTWARD_OP_MAKE_REG | ROOTWARD_OP_WRITE_FILE;
		break;
	case 1:
		deed->ops = ROOTWARD_OP_REMOVE_FILE;
		break;
	case 2:
		deed->ops = ROOTWARD_OP_REMOVE_FILE | ROOTWARD_OP_REFER;
		some_directory(directory);
		snprintf(deed->to, sizeof(deed->to), "%s/new%u", directory, pick(3));
		break;
	case 3:
		snprintf(deed->path, sizeof(deed->path), "%s", directory);
		deed->ops = ROOTWARD_OP_READ_DIR | ROOTWARD_OP_STAT;
		break;
	case 4:
		deed->once = pick(2);
		snprintf(deed->path, sizeof(deed->path), "%s/home/.kept%s", tempdir,
			 deed->once ? "" : "/new");
		deed->ops = deed->once ? ROOTWARD_OP_MAKE_DIR
				       : ROOTWARD_OP_MAKE_REG | ROOTWARD_OP_WRITE_FILE;
		break;
	case 5:
		deed->once = pick(2);
		snprintf(deed->path, sizeof(deed->path), "%s/home/.keptrc", tempdir);
		deed->ops = deed->once ? ROOTWARD_OP_MAKE_REG | ROOTWARD_OP_WRITE_FILE
				       : ROOTWARD_OP_WRITE_FILE | ROOTWARD_OP_READ_FILE;
		break;
	default:
		some_file(deed->path);
		deed->ops = on_files[pick(sizeof(on_files) / sizeof(on_files[0]))];
	}
}

static enum learn_kind kind(void *data, const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0 || S_ISLNK(st.st_mode))
		return LEARN_NOTHING;
	return S_ISDIR(st.st_mode) ? LEARN_DIRECTORY : LEARN_FILE;
}

static struct rootward_policy *learn(const struct deed *deeds, size_t n, char **text)
{
	char home[ROOM], cwd[ROOM], secret[ROOM];
	struct rootward_policy *policy = NULL;
	struct learn learn;
	size_t size;
	FILE *out;

	snprintf(home, sizeof(home), "%s/home", tempdir);
	snprintf(cwd, sizeof(cwd), "%s/home/work", tempdir);
	learn_init(&learn, home, cwd);
	snprintf(secret, sizeof(secret), "%s/home/.ssh", tempdir);
	learn_secret(&learn, secret);
	snprintf(secret, sizeof(secret), "%s/home/.netrc", tempdir);
	learn_secret(&learn, secret);
	for (size_t i = 0; i < n; i++) {
		learn_add(&learn, deeds[i].path, deeds[i].ops);
		if (deeds[i].to[0])
			learn_add(&learn, deeds[i].to, ROOTWARD_OP_MAKE_REG | ROOTWARD_OP_REFER);
	}
	learn_fold(&learn, kind, NULL);
	out = open_memstream(text, &size);
	learn_write(out, &learn, "");
	fclose(out);
	learn_done(&learn);
	rootward_policy_parse(&policy, *text, strlen(*text), NULL);
	return policy;
}

/* What the policy denies of it. */
static uint32_t denied(struct rootward_explainer *explainer, const char *path, const char *to,
		       uint32_t ops)
{
	struct rootward_question q = { .size = sizeof(q),
				       .path = path,
				       .ops = ops,
				       .flags = ROOTWARD_BY_DESCRIPTORS |
						(ops & ROOTWARD_OPS_ENTRY ? ROOTWARD_ENTRY : 0),
				       .to = to && to[0] ? to : NULL };
	struct rootward_explanation *e = NULL;
	uint32_t ret = UINT32_MAX;

	if (rootward_explain(&e, explainer, &q, NULL) == 0)
		ret = rootward_explanation_walk(e)->denied;
	rootward_explanation_free(e);
	return ret;
}

/* Returns how many deeds are denied; prints what it is about. */
static size_t count_denied(struct rootward_explainer *explainer, const struct deed *deeds, size_t n)
{
	size_t bad = 0;

	for (size_t i = 0; i < n; i++) {
		const struct deed *d = &deeds[i];
		uint32_t ops = d->ops & ~(d->once ? ROOTWARD_OPS_ENTRY : 0);
		uint32_t no = ops ? denied(explainer, d->path, d->to, ops) : 0;

		if (!no && d->to[0])
			no = denied(explainer, d->to, NULL,
				    ROOTWARD_OP_MAKE_REG | ROOTWARD_OP_REFER);
		if (no)
			printf("# denied %#x of %#x: %s %s\n", no, d->ops, d->path, d->to);
		bad += !!no;
	}
	return bad;
}

static bool is_shut(struct rootward_explainer *explainer)
{
	uint32_t all = ROOTWARD_OP_READ_FILE | ROOTWARD_OP_WRITE_FILE | ROOTWARD_OP_EXECUTE;

	return denied(explainer, "home/.ssh/id", NULL, all) == all &&
	       denied(explainer, "home/.netrc", NULL, all) == all &&
	       denied(explainer, "home/.ssh", NULL, ROOTWARD_OP_READ_DIR) == ROOTWARD_OP_READ_DIR &&
	       denied(explainer, "home/.ssh/id", NULL, ROOTWARD_OP_REMOVE_FILE);
}

int main(void)
{
	static struct deed deeds[STEPS_MAX];
	char home[ROOM];
	size_t moves = 0, open = 0, bad = 0, unusable = 0;

	enter_tempdir();
	make_world();
	snprintf(home, sizeof(home), "%s/home", tempdir);
	setenv("HOME", home, 1);
	for (int round = 0; round < ROUNDS; round++) {
		struct rootward_explainer *explainer = NULL;
		_cleanup_free_ char *text = NULL;
		struct rootward_policy *policy;
		size_t n = 1 + pick(STEPS_MAX), wrong;

		for (size_t i = 0; i < n; i++) {
			some_deed(&deeds[i]);
			moves += !!deeds[i].to[0];
		}
		policy = learn(deeds, n, &text);
		/* `.` is the working directory */
		if (chdir("home/work") || !policy ||
		    rootward_explainer_new(&explainer, &policy, 1, NULL) < 0 || chdir(tempdir)) {
			unusable++;
			tap_show("cannot be used:", text);
			if (chdir(tempdir))
				exit(99);
			rootward_policy_free(policy);
			continue;
		}
		wrong = count_denied(explainer, deeds, n);
		if (wrong)
			tap_show("by", text);
		bad += wrong;
		if (!is_shut(explainer)) {
			open++;
			tap_show("secrets are open:", text);
		}
		rootward_explainer_free(explainer);
		rootward_policy_free(policy);
	}
	ok(moves > ROUNDS / 2, "things were moved");
	is_int(unusable, 0, "%d learned policies can be used", ROUNDS);
	is_int(bad, 0, "each allows what it was learned from");
	is_int(open, 0, "none opens a secret");
	return done_testing();
}
