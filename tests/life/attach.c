/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Programs that are on their hooks only while they are needed: by whom, from when and until when.
 * What is pinned is looked at; live_attach.c sees that it does what it says.
 */
#include <errno.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bpf_attach.h"
#include "life.h"

#define LIVE BPF_KERNEL_PINS "/live/"
#define DENY(ops) "default: [all]\ntrees:\n- {path: attach/secret, deny: [" ops "]}\n"

#define LABELLED                                                                                   \
	"default: [all]\ntrees:\n"                                                                 \
	"- {label: {xattr: trusted.rw, value: x, under: attach}, deny: [write]}\n"

/* A letter for each that is on its hook. */
static const char *on_hooks(void)
{
	static const struct {
		const char *path;
		char letter;
	} links[] = { { LIVE "link_rw_inode_getattr", 's' },
		      { LIVE "link_rw_inode_readlink", 'r' },
		      { LIVE "link_rw_inode_getxattr", 'x' },
		      { LIVE "link_rw_inode_listxattr", 'l' },
		      { LIVE "link_rw_label_inode_free_security", 'f' } };
	static char letters[8];
	size_t i, n = 0;

	for (i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (access(links[i].path, F_OK) == 0)
			letters[n++] = links[i].letter;
	letters[n] = '\0';
	return letters;
}

static void by_policy(void)
{
	static const struct {
		const char *what, *policy, *on;
	} cases[] = {
		{ "one that denies everything", DENY("all"), "srxl" },
		{ "one that denies reading", DENY("read"), "srxl" },
		{ "one that denies stat", DENY("stat"), "s" },
		{ "one that denies readlink, to nobody but one owner",
		  "default: [all]\ntrees:\n- {path: attach/secret, deny: [readlink], owner: self}\n",
		  "r" },
		{ "one that denies getxattr", DENY("getxattr"), "xl" },
		{ "one that denies writing", DENY("write"), "" },
		{ "one that denies what is not there yet",
		  "default: [all]\ntrees:\n- {path: attach/later, deny: [stat]}\n", "s" },
		{ "one that allows what its default does not",
		  "default: [read_file, readlink, getxattr]\ntrees:\n- {path: /, allow: [all]}\n",
		  "s" },
		{ "one that denies stat in a tree, and allows it in one beneath",
		  DENY("stat") "- {path: attach/secret/d, allow: [stat]}\n", "s" },
		{ "one that allows nothing", "trees:\n- {path: attach, allow: [read_file]}\n",
		  "srxl" },
		{ "one that allows less by its trees than by default",
		  "default: [all]\ntrees:\n- {path: attach, allow: [read_file]}\n", "" },
		{ "one that is audited", "mode: audit\n" DENY("stat"), "s" },
		{ "one that has a label", LABELLED, "f" },
	};
	struct bpf_state *state;
	size_t i;

	is_str(on_hooks(), "", "with one that denies nothing, none is on its hook");
	ok(is_pinned("live/prog_rw_inode_getattr"), "but it waits");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (!ok(session_begin(&state, cases[i].policy) == 0, "%s", cases[i].what)) {
			tap_show("said", collected_text(&said));
			continue;
		}
		is_str(on_hooks(), cases[i].on, "puts on their hooks what it needs");
		session_end(state);
		is_str(on_hooks(), "", "and when it goes they do");
	}
}

static void layers(void)
{
	static const char *const texts[] = { DENY("stat"), "default: [all]\n", DENY("getxattr") };
	struct rootward_policy *policies[3] = {};
	struct bpf_state *state = NULL;
	const struct rw_domain *d;
	int i, r = 0;

	for (i = 0; i < 3 && !r; i++)
		r = rootward_policy_parse(&policies[i], texts[i], strlen(texts[i]), NULL)
			    ?: policy_resolve(policies[i], NULL);
	r = r ?: engine_bpf.create((void **)&state, policies, 3, NULL);
	for (i = 0; i < 3; i++)
		rootward_policy_free(policies[i]);
	if (!ok(!r, "three policies on one domain"))
		return;
	d = &state->kernel.domains[state->made.domain];
	is_str(on_hooks(), "sxl", "each is asked what it denies");
	is_int(d->unasked, ROOTWARD_OP_READLINK, "what none denies is not asked");
	is_int(d->unasked_by[0], ROOTWARD_OP_READLINK | ROOTWARD_OP_GETXATTR, "nor the first");
	is_int(d->unasked_by[1], ROOTWARD_OPS_TELL, "the second nothing");
	is_int(d->unasked_by[2], ROOTWARD_OP_READLINK | ROOTWARD_OP_STAT, "nor the third");
	is_int(d->unasked_by[3], 0, "and there is no fourth");
	session_end(state);
}

static void several(void)
{
	struct bpf_state *first, *second, *third;

	if (!ok(!session_begin(&first, DENY("stat")) && !session_begin(&second, DENY("read")) &&
			!session_begin(&third, DENY("readlink")),
		"three that deny"))
		return;
	is_str(on_hooks(), "srxl", "all they need is there");
	session_end(second);
	is_str(on_hooks(), "sr", "what the others need stays");
	session_abandon(third);
	session_begin(&second, "default: [all]\n");
	session_end(second);
	is_str(on_hooks(), "s", "what one needed that was killed goes with the next");
	session_end(first);
	is_str(on_hooks(), "", "none is needed any more");
	if (!ok(!session_begin(&first, LABELLED) && !session_begin(&second, DENY("stat")),
		"one with a label, and one that denies"))
		return;
	is_str(on_hooks(), "sf", "both have what they need");
	session_end(second);
	is_str(on_hooks(), "f", "what the label needs stays");
	session_end(first);
}

/* A domain that nobody owns goes on while it has tasks, and so does what it needs. */
static void by_tasks(struct bpf_state *keeper)
{
	struct bpf_state *state;
	__s64 *tasks;

	if (!ok(session_begin(&state, DENY("stat")) == 0, "one that denies"))
		return;
	tasks = &keeper->kernel.domains[state->made.domain].tasks;
	*tasks = 1;
	session_abandon(state);
	session_begin(&state, "default: [all]\n");
	session_end(state);
	is_str(on_hooks(), "s", "its owner is gone, its task is not: it stays");
	*tasks = 0;
	session_begin(&state, "default: [all]\n");
	session_end(state);
	is_str(on_hooks(), "", "with the task it goes");
}

/* How many domains are live, and deny what no program asks about. */
static unsigned int unguarded(const struct bpf_state *keeper, unsigned int *live)
{
	bool asked = strchr(on_hooks(), 's');
	const struct rw_domain *d;
	unsigned int n = 0;

	*live = 0;
	for (d = keeper->kernel.domains; d < keeper->kernel.domains + RW_DOMAINS; d++) {
		*live += d->state == RW_DOMAIN_LIVE;
		n += d->state == RW_DOMAIN_LIVE && ~d->unasked & ROOTWARD_OP_STAT && !asked;
	}
	return n;
}

static void refused(struct bpf_state *keeper, const char *what, int wanted)
{
	struct bpf_state *state = NULL;
	unsigned int live;

	is_int(session_begin(&state, DENY("stat")), wanted, "%s: refused", what);
	ok(strstr(collected_text(&said), "cannot put rw_inode_getattr on its hook"), "and told");
	is_int(unguarded(keeper, &live), 0, "nothing is at work that nobody asks about");
	is_int(live, 1, "nor anything else");
	is_int(session_begin(&state, DENY("readlink")), 0, "what does not need it begins");
	session_end(state);
}

static void failing(struct bpf_state *keeper)
{
	struct bpf_state *state;

	attach_fails = EPERM;
	is_int(session_begin(&state, DENY("readlink")), -EPERM, "the kernel does not take it");
	is_int(session_begin(&state, DENY("write")), 0, "one that needs none begins");
	session_end(state);
	attach_fails = 0;

	attach_fails = EBUSY;
	attach_fails_times = 3;
	is_int(session_begin(&state, DENY("stat")), 0,
	       "it is on its way off the hook: tried again");
	session_end(state);
	attach_fails = attach_fails_times = 0;

	mkdir(LIVE "link_rw_inode_getattr", 0700);
	refused(keeper, "its link cannot be pinned", -EACCES);
	rmdir(LIVE "link_rw_inode_getattr");
	rename(LIVE "prog_rw_inode_getattr", LIVE "prog_gone");
	refused(keeper, "the program is gone", -ENOENT);
	rename(LIVE "prog_gone", LIVE "prog_rw_inode_getattr");
	is_int(session_begin(&state, DENY("stat")), 0, "else it begins");
	session_end(state);
}

static void begin_denying(void *data)
{
	struct bpf_state *state;

	session_begin(&state, DENY("read"));
}

static void killed(struct bpf_state *keeper)
{
	unsigned int n, live, wrong = 0, went_live = 0, partly = 0;
	struct bpf_state *state;

	for (n = 1; kill_at(n, begin_denying, NULL); n++) {
		wrong += unguarded(keeper, &live);
		went_live += live > 1;
		partly += live == 1 && *on_hooks();
		session_begin(&state, "default: [all]\n");
		session_end(state);
		wrong += !!*on_hooks();
	}
	ok(partly > 2 && went_live > 0,
	   "killed while it put programs on hooks (%u times), and when it was live (%u of %u)",
	   partly, went_live, n - 1);
	is_int(wrong, 0, "it was never live without, and the next takes along what is not needed");
}

static void while_told(struct bpf_state *keeper)
{
	__u64 *until = &keeper->kernel.domains[keeper->made.domain].told_until;
	struct bpf_state *state;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	bpf_kernel_lock(&keeper->kernel);
	is_int(bpf_attach(&keeper->kernel, ROOTWARD_OPS_TELL, NULL), 0, "all for who is told");
	*until = (now.tv_sec + 1000) * 1000000000ULL;
	bpf_kernel_unlock(&keeper->kernel);
	session_begin(&state, DENY("stat"));
	session_end(state);
	is_str(on_hooks(), "srxl", "while somebody is told of what is allowed, all stay");
	*until = 1;
	session_begin(&state, DENY("stat"));
	session_end(state);
	is_str(on_hooks(), "", "and no longer");
}

/* Who still looks at what was at work before takes nothing from what is now. */
static void long_gone(struct bpf_state *keeper)
{
	struct bpf_kernel old = BPF_KERNEL_NONE;
	struct bpf_state *state;

	is_int(bpf_kernel_look(&old), 0, "somebody looks");
	session_end(keeper);
	is_int(pinned(), 0, "all goes");
	is_int(session_begin(&state, DENY("stat")), 0, "another comes");
	bpf_kernel_lock(&old);
	bpf_detach(&old);
	bpf_kernel_close(&old);
	is_str(on_hooks(), "s", "and loses nothing to who looked before");
	session_end(state);
}

void test_attach(void)
{
	struct bpf_state *keeper;

	mkdir("attach", 0755);
	mkdir("attach/secret", 0755);
	mkdir("attach/secret/d", 0755);
	if (!ok(session_begin(&keeper, "default: [all]\n") == 0, "one that denies nothing"))
		return;
	by_policy();
	layers();
	several();
	by_tasks(keeper);
	failing(keeper);
	killed(keeper);
	while_told(keeper);
	long_gone(keeper);
}
