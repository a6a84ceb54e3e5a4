/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Directories above something denied, renamed while a domain is made:
 *
 *	guards/
 *	|-- a/
 *	|   `-- b/
 *	|       `-- secret/	denied
 *	`-- other/
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "cleanup.h"
#include "identity.h"
#include "life.h"

#define POLICY "default: [all]\ntrees:\n- {path: guards/a/b/secret, deny: [all]}\n"
#define RENAME_EXCHANGE (1 << 1)

static unsigned int looks;

static void exchange(const char *a, const char *b)
{
	if (syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE))
		perror(a);
}

/* Whether a rule of the domain keeps the directory where it is. */
static bool is_guard(const struct bpf_state *state, const char *path)
{
	_cleanup_close_ int fd = open(path, O_PATH | O_CLOEXEC);
	struct rw_identity id;
	struct rw_ident key = { .domain = state->made.domain };
	struct rw_rule rule;

	before_identities = NULL;
	if (fd < 0 || identity_read(state->kernel.pins[PINNED_IDENTITY], &fd, 1, &id) < 0)
		return false;
	key.ino = id.ino;
	key.dev = id.dev;
	key.generation = id.generation;
	return bpf_map_lookup_elem(state->kernel.pins[PINNED_RULES], &key, &rule) == 0 &&
	       rule.flags & RW_GUARD;
}

static bool all_guards(const struct bpf_state *state)
{
	return is_guard(state, "/") && is_guard(state, "/tmp") && is_guard(state, "guards") &&
	       is_guard(state, "guards/a") && is_guard(state, "guards/a/b") &&
	       is_guard(state, "guards/a/b/secret");
}

static void make_world(void)
{
	const char *const dirs[] = { "guards", "guards/a", "guards/a/b", "guards/a/b/secret",
				     "guards/other" };
	size_t i;

	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		mkdir(dirs[i], 0755);
}

static void at_rest(void)
{
	struct bpf_state *state;

	if (!ok(session_begin(&state, POLICY) == 0, "a domain"))
		return;
	ok(all_guards(state), "all directories above a denied one are guards");
	ok(!is_guard(state, "guards/other"), "others are not");
	session_end(state);
}

/* A domain, while @fn changes something after each look. */
static int begin_while(struct bpf_state **state, void (*fn)(void))
{
	int r;

	looks = 0;
	before_identities = fn;
	r = session_begin(state, POLICY);
	before_identities = NULL;
	return r;
}

/* The path stays, and so does what is denied, but one directory in between is another by then. */
static void other_ancestor(void)
{
	if (++looks > 1)
		return;
	rename("guards/a/b", "guards/other/b");
	exchange("guards/a", "guards/other");
}

static void between_looks(void)
{
	struct bpf_state *state;
	int r = begin_while(&state, other_ancestor);

	is_int(r, 0, "a directory is replaced by another after the first look: a domain");
	if (r)
		return;
	is_int(looks, 3, "looked until two looks agreed");
	ok(all_guards(state), "the directory that is in its place is a guard");
	ok(!is_guard(state, "guards/other"), "the one that was is not");
	session_end(state);
}

/* a and other change places all the time, b always beneath the one that is called a. */
static void never_the_same(void)
{
	looks++;
	rename("guards/a/b", "guards/other/b");
	exchange("guards/a", "guards/other");
}

static void without_end(void)
{
	struct bpf_state *state;

	is_int(begin_while(&state, never_the_same), -EAGAIN, "renamed without end: refused");
	ok(looks > 4 && looks < 100, "after %u looks", looks);
	ok(strstr(collected_text(&said), "renamed again and again"), "and that is said");
	is_int(pinned(), 0, "nothing is left of it");
}

static void moved_away(void)
{
	if (++looks == 1)
		rename("guards/a", "guards/moved");
}

static void link_instead(void)
{
	if (++looks > 1)
		return;
	rename("guards/a", "guards/moved");
	if (symlink("moved", "guards/a"))
		perror("guards/a");
}

static void refused(void (*fn)(void), const char *what)
{
	struct bpf_state *state;

	is_int(begin_while(&state, fn), -ESTALE, "%s: refused", what);
	ok(strstr(collected_text(&said), "changed while the policy was prepared"),
	   "and that is said");
	unlink("guards/a");
	rename("guards/moved", "guards/a");
}

void test_guards(void)
{
	make_world();
	at_rest();
	between_looks();
	without_end();
	make_world();
	refused(moved_away, "a directory is moved away after the first look");
	refused(link_instead, "a symbolic link takes a directory's place");
}
