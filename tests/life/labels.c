/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Directories that carry a label, looked for while a domain is made:
 *
 *	labels/			what the label is under
 *	|-- a/b/c/		carries it
 *	|-- other/
 *	`-- z/			carries another value, as labels/a does
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "cleanup.h"
#include "identity.h"
#include "label_abi.h"
#include "life.h"

#define LABEL(under) "- {label: {xattr: trusted.rw, value: x, under: " under "}, deny: [all]}\n"
#define POLICY "default: [all]\ntrees:\n" LABEL("labels")

static unsigned int looks;

static void label(const char *path)
{
	if (setxattr(path, "trusted.rw", "x", 1, 0))
		perror(path);
}

static bool key_of(const struct bpf_state *state, const char *path, struct rw_ident *key)
{
	_cleanup_close_ int fd = open(path, O_PATH | O_CLOEXEC);
	struct rw_identity id;

	before_identities = NULL;
	if (fd < 0 || identity_read(state->kernel.pins[PINNED_IDENTITY], &fd, 1, &id) < 0)
		return false;
	*key = (struct rw_ident){ .ino = id.ino,
				  .dev = id.dev,
				  .generation = id.generation,
				  .domain = state->made.domain };
	return true;
}

static bool is_labelled(const struct bpf_state *state, const char *path)
{
	struct rw_ident key;
	__u32 value = 0;

	if (!key_of(state, path, &key))
		return false;
	key.name_len = state->kernel.domains[state->made.domain].labels[0];
	return bpf_map_lookup_elem(state->kernel.pins[PINNED_LABELLED], &key, &value) == 0 &&
	       value & RW_LABELLED_ON;
}

static bool is_guard(const struct bpf_state *state, const char *path)
{
	struct rw_ident key;
	struct rw_rule rule;

	return key_of(state, path, &key) &&
	       bpf_map_lookup_elem(state->kernel.pins[PINNED_RULES], &key, &rule) == 0 &&
	       rule.flags & RW_GUARD;
}

static unsigned int labelled(const struct bpf_state *state)
{
	struct rw_ident key, *last = NULL;
	unsigned int n = 0;

	while (bpf_map_get_next_key(state->kernel.pins[PINNED_LABELLED], last, &key) == 0) {
		last = &key;
		n++;
	}
	return n;
}

static int begin_while(struct bpf_state **state, const char *policy, void (*fn)(void))
{
	int r;

	looks = 0;
	before_identities = fn;
	r = session_begin(state, policy);
	before_identities = NULL;
	return r;
}

static void at_rest(void)
{
	struct bpf_state *state;

	if (!is_int(session_begin(&state, POLICY), 0, "a domain with a label"))
		return;
	ok(is_labelled(state, "labels/a/b/c"), "what carries it is found");
	is_int(labelled(state), 1, "and nothing else");
	ok(is_guard(state, "/tmp") && is_guard(state, "labels") && is_guard(state, "labels/a") &&
		   is_guard(state, "labels/a/b"),
	   "what is above stays in place");
	ok(!is_guard(state, "labels/other"), "nothing else does");
	session_end(state);
}

/* The filter passes what carries a label, also when another domain has gone and it was cleared. */
static void filtered(void)
{
	struct bpf_state *state, *other;
	struct rw_ident key;
	__u32 bit;

	if (!is_int(session_begin(&state, "default: [all]\ntrees:\n- {label: {xattr: trusted.rw, "
					  "value: x, under: labels}, allow: [all]}\n"),
		    0, "a label that allows"))
		return;
	if (session_begin(&other, POLICY) == 0)
		session_end(other);
	ok(key_of(state, "labels/a/b/c", &key), "what carries it");
	bit = rw_filter_bit(key.ino);
	ok(state->kernel.shared->filter[bit / 64] >> (bit & 63) & 1, "is looked at");
	session_end(state);
}

/* The label comes when the first look is over: each look sees what the one before did not. */
static void comes(void)
{
	if (++looks == 2)
		label("labels/other");
}

static void goes(void)
{
	if (++looks == 2)
		removexattr("labels/other", "trusted.rw");
}

static void meanwhile(void)
{
	struct bpf_state *state;

	if (!is_int(begin_while(&state, POLICY, comes), 0, "a label comes"))
		return;
	ok(is_labelled(state, "labels/other") && labelled(state) == 2, "it counts");
	session_end(state);
	if (!is_int(begin_while(&state, POLICY, goes), 0, "and goes"))
		return;
	ok(!is_labelled(state, "labels/other") && labelled(state) == 1, "it does not");
	session_end(state);
}

/* As the program on the hook counts it: the domain is the only one that is being loaded. */
static void told_of_move(void)
{
	struct bpf_kernel kernel = BPF_KERNEL_NONE;
	__u32 n;

	if (++looks > 3 || bpf_kernel_look(&kernel) < 0)
		return;
	for (n = 1; n < RW_DOMAINS; n++)
		if (kernel.domains[n].state == RW_DOMAIN_LOADING)
			kernel.domains[n].moves++;
	bpf_kernel_close(&kernel);
}

static void always_moved(void)
{
	looks = 0;
	told_of_move();
}

static void moved(void)
{
	struct bpf_state *state;

	if (is_int(begin_while(&state, POLICY, told_of_move), 0, "directories are moved")) {
		ok(looks > 3, "it is looked for again");
		ok(is_labelled(state, "labels/a/b/c"), "and found");
		session_end(state);
	}
	is_int(begin_while(&state, POLICY, always_moved), -EAGAIN,
	       "moved all the time: not loaded");
}

static void covered(void)
{
	struct bpf_state *state;

	mount("cover", "labels/a", "tmpfs", 0, "");
	mkdir("labels/a/in", 0755);
	label("labels/a/in");
	if (is_int(session_begin(&state, POLICY), 0, "something is mounted over it")) {
		is_int(labelled(state), 1, "what is in another filesystem does not count");
		umount("labels/a");
		ok(is_labelled(state, "labels/a/b/c"), "what is covered does");
		session_end(state);
	}
}

static void begin(void *data)
{
	struct bpf_state *state;

	session_begin(&state, POLICY);
	_exit(0);
}

/* Whoever comes next finds what was left, wherever its maker was killed. */
static void killed(void)
{
	unsigned int n, wrong = 0;
	struct bpf_state *keeper;
	struct rw_label first;
	__u32 index = 0;

	if (session_begin(&keeper, "default: [all]\n") < 0)
		return;
	for (n = 1; kill_at(n, begin, NULL); n++) {
		bpf_kernel_lock(&keeper->kernel);
		bpf_domains_collect(&keeper->kernel);
		bpf_kernel_unlock(&keeper->kernel);
		wrong += labelled(keeper) || keeper->kernel.shared->n_labels ||
			 bpf_map_lookup_elem(keeper->kernel.pins[PINNED_LABELS], &index, &first) ||
			 first.under.domain;
	}
	ok(n > 10, "killed at each of %u system calls", n - 1);
	is_int(wrong, 0, "no label is left, and none's number");
	session_end(keeper);
}

#define DEEP 3000

/* Deeper than there are descriptors, and than a path can be long. */
static void deep(void)
{
	int home = open(".", O_PATH | O_CLOEXEC), i;
	struct bpf_state *state;

	is_int(chdir("labels/z"), 0, "deep down");
	for (i = 0; i < DEEP; i++)
		if (mkdir("deeper", 0755) || chdir("deeper"))
			break;
	label(".");
	is_int(fchdir(home), 0, "and back, %d directories", i);
	if (is_int(session_begin(&state, "default: [all]\ntrees:\n- {label: {xattr: trusted.rw, "
					 "value: x, under: labels}, allow: [all]}\n"),
		   0, "a label deep down")) {
		is_int(labelled(state), 2, "is found");
		session_end(state);
	}
	close(home);
}

static void too_many(void)
{
	char text[2048] = "default: [all]\ntrees:\n";
	struct bpf_state *state, *keeper, *states[RW_LABELS / RW_DOMAIN_LABELS + 1];
	unsigned int i, n = 0;

	/* so that the maps stay */
	is_int(session_begin(&keeper, "default: [all]\n"), 0, "a domain without labels");

	for (i = 0; i < RW_DOMAIN_LABELS; i++)
		snprintf(
			text + strlen(text), sizeof(text) - strlen(text),
			"- {label: {xattr: trusted.rw%u, value: x, under: labels/a}, allow: [all]}\n",
			i);
	while (n < RW_LABELS / RW_DOMAIN_LABELS && session_begin(&states[n], text) == 0)
		n++;
	is_int(n, RW_LABELS / RW_DOMAIN_LABELS, "all the labels that there can be");
	is_int(session_begin(&state, POLICY), -ENOSPC, "one more");
	while (n)
		session_end(states[--n]);
	is_int(session_begin(&state, POLICY), 0, "there is room again");
	session_end(state);
	snprintf(text + strlen(text), sizeof(text) - strlen(text), LABEL("labels"));
	is_int(session_begin(&state, text), -ENOSPC, "more than one confinement can have");
	is_int(labelled(keeper), 0, "nothing is left behind");
	is_int(keeper->kernel.shared->n_labels, 0, "and there is nothing to look at");
	session_end(keeper);
}

void test_label_looks(void)
{
	static const char *const dirs[] = { "labels",	    "labels/a",	    "labels/a/b",
					    "labels/a/b/c", "labels/other", "labels/z" };
	size_t i;

	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		mkdir(dirs[i], 0755);
	label("labels/a/b/c");
	setxattr("labels/a", "trusted.rw", "x\0", 2, 0);
	setxattr("labels/z", "trusted.rw", "", 0, 0);
	at_rest();
	filtered();
	meanwhile();
	moved();
	covered();
	too_many();
	killed();
	deep();
}
