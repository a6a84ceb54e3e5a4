/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the programs on hooks make of labels, on the maps that the library has made:
 *
 *	asked/			what the label is under
 *	|-- a/b/c/		b carries it; c has a rule of its own
 *	`-- o/p/q/
 *	away/x/			outside
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "asked.h"
#include "cleanup.h"
#include "label_abi.h"
#include "life.h"
#include "asked.skel.h"

#define POLICY                                                                                     \
	"default: [all]\ntrees:\n"                                                                 \
	"- {label: {xattr: trusted.rw, value: x, under: asked}, deny: [all]}\n"                    \
	"- {path: asked/a/b/c, allow: [stat]}\n"

static struct asked_bpf *program;

/* What the program says of the directory @path; -errno where it did not run. */
static long ask(const char *path, enum asked_what what, __u64 of)
{
	_cleanup_close_ int home = open(".", O_PATH | O_CLOEXEC);
	__u64 arguments[] = { what, of };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = arguments, .ctx_size_in = sizeof(arguments));
	int r = chdir(path) ? -errno : 0;

	program->bss->answer = 0;
	if (r == 0 && bpf_prog_test_run_opts(bpf_program__fd(program->progs.asked), &opts) < 0)
		r = -errno;
	if (fchdir(home) < 0)
		return -errno;
	return r ? r : program->bss->answer;
}

static long reads(const char *path)
{
	return ask(path, ASKED_DECIDE, ROOTWARD_OP_READ_DIR);
}

static void name_is(const char *name)
{
	snprintf(program->bss->asked_name, RW_LABEL_TEXT, "%s", name);
}

static void value_is(const char *value)
{
	memset(program->bss->asked_value, 0, RW_LABEL_TEXT);
	program->bss->asked_size = strlen(value);
	memcpy(program->bss->asked_value, value, strlen(value));
}

/* Both hooks, one after the other, as who is not under the policy. */
static long set(const char *path, const char *value)
{
	long r;

	program->bss->asked_by = 0;
	value_is(value);
	r = ask(path, ASKED_SET, 0);
	return r ? r : ask(path, ASKED_WAS_SET, 0);
}

static int share(const struct bpf_state *state)
{
	const struct {
		struct bpf_map *map;
		enum bpf_kernel_pin pin;
	} shared[] = {
		{ program->maps.domains, PINNED_DOMAINS },
		{ program->maps.rules, PINNED_RULES },
		{ program->maps.names, PINNED_NAMES },
		{ program->maps.tasks, PINNED_TASKS },
		{ program->maps.rings, PINNED_RINGS },
		{ program->maps.data_shared, PINNED_SHARED },
		{ program->maps.whom, PINNED_WHOM },
		{ program->maps.told, PINNED_TOLD },
		{ program->maps.allowed, PINNED_ALLOWED },
		{ program->maps.labels, PINNED_LABELS },
		{ program->maps.labelled, PINNED_LABELLED },
	};
	struct bpf_program *other;
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < sizeof(shared) / sizeof(shared[0]); i++)
		r = bpf_map__reuse_fd(shared[i].map, state->kernel.pins[shared[i].pin]);
	bpf_object__for_each_program(other, program->obj)
		bpf_program__set_autoload(other, other == program->progs.asked);
	return r ? r : asked_bpf__load(program);
}

static void sets(void)
{
	is_int(reads("asked/a/b/c"), -EACCES, "beneath what carries it");
	is_int(reads("asked/a"), 0, "above it");
	is_int(ask("asked/a/b/c", ASKED_DECIDE, ROOTWARD_OP_STAT), 0, "a nearer rule");
	is_int(reads("asked/o/p/q"), 0, "elsewhere");
	value_is("x");
	is_int(ask("asked/o/p", ASKED_SET, 0), 0, "it may be set");
	is_int(reads("asked/o/p/q"), 0, "until it is, nothing is denied");
	ask("asked/o/p", ASKED_WAS_SET, 0);
	is_int(reads("asked/o/p/q"), -EACCES, "then it is");
	is_int(ask("asked/o/p", ASKED_CLOSES, 0), ROOTWARD_OPS_ALL, "by its own rule");
	is_int(ask("asked/o/p", ASKED_GUARDED, 0), -EACCES, "it stays where it is");
	is_int(ask("asked/o", ASKED_GUARDED, 0), -EACCES, "and so does what is above");
	is_int(ask("away", ASKED_GUARDED, 0), 0, "nothing else");
	is_int(set("asked/o/p", "xx"), 0, "another value");
	is_int(reads("asked/o/p/q"), 0, "is none");
	value_is("x");
	program->bss->asked_size = 2;
	ask("asked/o/p", ASKED_SET, 0);
	ask("asked/o/p", ASKED_WAS_SET, 0);
	is_int(reads("asked/o/p/q"), 0, "nor one that is the label's and a NUL");
	is_int(set("asked/o/p", ""), 0, "an empty one");
	is_int(reads("asked/o/p/q"), 0, "likewise");
	is_int(set("asked/o/p", "x"), 0, "the label again");
	is_int(reads("asked/o/p/q"), -EACCES, "is denied");
	is_int(ask("asked/o/p", ASKED_REMOVE, 0), 0, "it may be removed");
	is_int(reads("asked/o/p/q"), -EACCES, "until it is, it counts");
	ask("asked/o/p", ASKED_WAS_REMOVED, 0);
	is_int(reads("asked/o/p/q"), 0, "then it does not");
	is_int(set("away", "x"), 0, "where it does not count");
	is_int(reads("away/x"), 0, "it means nothing");
}

static void may_not(__u32 domain)
{
	value_is("y");
	program->bss->asked_by = domain;
	is_int(ask("asked/o", ASKED_SET, 0), -EACCES, "who is under it sets none");
	is_int(ask("asked", ASKED_SET, 0), -EACCES, "nor on what it is under");
	is_int(ask("asked/a/b", ASKED_REMOVE, 0), -EACCES, "and removes none");
	is_int(ask("away", ASKED_SET, 0), 0, "elsewhere it may");
	name_is("trusted.rw2");
	is_int(ask("asked/o", ASKED_SET, 0), 0, "and with another attribute");
	name_is("trusted.r");
	is_int(ask("asked/o", ASKED_SET, 0), 0, "or a shorter one");
	name_is("trusted.rw");
	program->bss->asked_by = 0;
}

static long move(const char *what, const char *from, const char *to)
{
	ask(what, ASKED_PLACE, ASKED_MOVED);
	ask(from, ASKED_PLACE, ASKED_FROM);
	ask(to, ASKED_PLACE, ASKED_TO);
	return ask(".", ASKED_MOVE, 0);
}

static void moves(__u32 domain)
{
	is_int(move("away/x", "away", "asked"), -EXDEV, "nothing is moved in");
	is_int(move("away/x", "away", "asked/o/p"), -EXDEV, "deeper either");
	is_int(move("asked/o", "asked", "asked/a"), 0, "within it may");
	is_int(move("asked/o", "asked", "away"), 0, "and out");
	is_int(rename("asked/a/b", "away/b") ? errno : 0, 0, "moved out");
	is_int(reads("away/b/c"), -EACCES, "it is ruled still");
	program->bss->asked_by = domain;
	is_int(ask("away/b", ASKED_REMOVE, 0), -EACCES, "and the label is not taken off there");
	program->bss->asked_by = 0;
	ask("away/b", ASKED_FREED, 0);
	is_int(reads("away/b/c"), 0, "one that is gone is not");
}

static void room(void)
{
	unsigned int i, set_ones = 0, refused = 0;
	char path[64];
	long r;

	mkdir("asked/room", 0755);
	for (i = 0; i < RW_LABELLED_LATER + 3; i++) {
		snprintf(path, sizeof(path), "asked/room/%u", i);
		mkdir(path, 0755);
		r = set(path, "x");
		set_ones += r == 0;
		refused += r == -EACCES;
	}
	is_int(set_ones, RW_LABELLED_LATER, "so many may come to carry it");
	is_int(refused, 3, "and no more");
	ask("asked/room/7", ASKED_WAS_REMOVED, 0);
	is_int(set("asked/o", "x"), 0, "but in the place of one that does not any more");
	ask("asked/o", ASKED_WAS_REMOVED, 0);
	/* each in a directory of its own, which must stay in place */
	for (i = refused = 0; i < RW_GUARDS + 3; i++) {
		ask("asked/room/8", ASKED_WAS_REMOVED, 0);
		snprintf(path, sizeof(path), "asked/room/%u/in", 100 + i);
		mkdir(path, 0755);
		refused += set(path, "x") == -EACCES;
		ask(path, ASKED_WAS_REMOVED, 0);
	}
	ok(refused >= 3 && refused < 10, "there is room for so many guards, too (%u refused)",
	   refused);
}

void test_labels_asked(void)
{
	static const char *const dirs[] = { "asked",	   "asked/a", "asked/a/b",
					    "asked/a/b/c", "asked/o", "asked/o/p",
					    "asked/o/p/q", "away",    "away/x" };
	struct bpf_state *state;
	size_t i;

	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		mkdir(dirs[i], 0755);
	setxattr("asked/a/b", "trusted.rw", "x", 1, 0);
	if (!is_int(session_begin(&state, POLICY), 0, "a domain with a label"))
		return;
	program = asked_bpf__open();
	if (is_int(program ? share(state) : -errno, 0, "a program that asks")) {
		program->bss->asked_domain = state->made.domain;
		name_is("trusted.rw");
		sets();
		may_not(state->made.domain);
		moves(state->made.domain);
		room();
	}
	asked_bpf__destroy(program);
	session_end(state);
}
