/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kernel's verifier takes and what it refuses, and by which message: the walk in every
 * kind of program, and misuses of it.  Rootward's own programs are loaded all or none, by every
 * other test that uses them.
 *
 * usage: verifier [all]
 *
 * A kernel may refuse all programs of a kind to anybody (lsm and fentry here and there); such are
 * left out, and named.  With `all` there must be none.
 *
 * MISUSES THAT ARE TAKEN.  The verifier cannot know that a pointer read from a dentry, or a
 * number that was made one, outlives its object.  Such a pointer it lets a program only read, by
 * loads that cannot fault, so a dentry kept beyond the walk yields what the memory holds by then:
 * wrong, but harmless to the kernel.  In Linux 6.1 every such read is a helper's, and what is
 * kept is a plain number.  Likewise, before 6.4, for a program that sleeps and forgets
 * bpf_rcu_read_lock(): what is read may be freed memory, but then a link was changed under the
 * walk, and that is found: a start that is referenced keeps each ancestor in place for as long as
 * it is one.
 */
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <rootward/vfs_walk.h>

#include "accept.skel.h"
#include "answer.skel.h"
#include "misuse.skel.h"
#include "probe.skel.h"
#include "sleepable.skel.h"
#include "unlocked.skel.h"
#include "../tap.h"

#define TAKEN NULL
#define NOT_UNDER_RCU "R1 type=untrusted_ptr_ expected="
#define NO_RCU_LOCK "'bpf_rcu_read_lock': not found in kernel"

/**
 * struct expectation
 * @message: an extended regular expression that the log must match, or TAKEN
 * @before_6_2: the same where the kernel has no bpf_rdonly_cast() and no bpf_rcu_read_lock()
 */
struct expectation {
	const char *program;
	const char *message;
	const char *before_6_2;
};

static const struct expectation accept[] = {
	{ "in_raw_tp", TAKEN, TAKEN }, { "in_tp_btf", TAKEN, TAKEN },
	{ "in_kprobe", TAKEN, TAKEN }, { "in_perf_event", TAKEN, TAKEN },
	{ "in_iter", TAKEN, TAKEN },   { "in_lsm", TAKEN, TAKEN },
	{ "in_fentry", TAKEN, TAKEN }, { NULL },
};

static const struct expectation sleepable[] = {
	{ "in_lsm_s", TAKEN, NO_RCU_LOCK },
	{ "in_syscall", TAKEN, NO_RCU_LOCK },
	{ "in_lsm_s_sleeps", "sleepable helper bpf_copy_from_user", NO_RCU_LOCK },
	{ "in_syscall_sleeps", "sleepable helper bpf_copy_from_user", NO_RCU_LOCK },
	{ NULL },
};

static const struct expectation unlocked[] = {
	{ "in_lsm_s_unlocked", NOT_UNDER_RCU, TAKEN },
	{ "in_syscall_unlocked", NOT_UNDER_RCU, TAKEN },
	{ "in_syscall_unlocked_before", NOT_UNDER_RCU, TAKEN },
	{ "in_syscall_locked_by_caller", NOT_UNDER_RCU, TAKEN },
	{ NULL },
};

static const struct expectation misuse[] = {
	{ "behaves", TAKEN, TAKEN },
	{ "sleeps",
	  "might sleep in a non-sleepable prog|"
	  "sleepable helper bpf_copy_from_user#[0-9]+ in non-sleepable prog|"
	  "unknown func bpf_copy_from_user",
	  "unknown func bpf_copy_from_user" },
	{ "writes_ancestor", "only read is supported", "invalid mem access 'scalar'" },
	{ "writes_beyond_data", "invalid write to stack", "invalid write to stack" },
	{ "keeps_in_map", "invalid mem access 'scalar'", "invalid mem access 'scalar'" },
	{ "keeps_on_stack", TAKEN, TAKEN },
	{ "hands_to_helper", "R1 type=|R1 is of type|R1 must be", "R1 type=scalar expected" },
	{ "never_ends", "infinite loop|too large", "infinite loop|too large" },
	{ "reads_unchecked", "invalid mem access 'scalar'", "invalid mem access 'scalar'" },
	{ NULL },
};

/* The verifier's, which begins with its messages; libbpf's, which names what it cannot resolve. */
static char kernel_log[1 << 16];
static char libbpf_log[1 << 12];

static int keep_log(enum libbpf_print_level level, const char *format, va_list ap)
{
	size_t len = strlen(libbpf_log);

	if (level != LIBBPF_DEBUG)
		vsnprintf(libbpf_log + len, sizeof(libbpf_log) - len, format, ap);
	return 0;
}

/* Loads @name alone.  Return: 0 or -errno, with the reasons in the logs. */
static int load_one(const void *elf, size_t size, const char *name)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .kernel_log_buf = kernel_log,
		    .kernel_log_size = sizeof(kernel_log), .kernel_log_level = 4);
	struct bpf_object *object = bpf_object__open_mem(elf, size, &opts);
	struct bpf_program *program;
	int r;

	*kernel_log = *libbpf_log = '\0';
	if (!object)
		return -errno;
	bpf_object__for_each_program(program, object)
		bpf_program__set_autoload(program, !strcmp(bpf_program__name(program), name));
	r = bpf_object__load(object);
	bpf_object__close(object);
	return r;
}

static bool matches(const char *pattern)
{
	regex_t regex;
	bool found;

	if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB))
		return false;
	found = !regexec(&regex, kernel_log, 0, NULL, 0) ||
		!regexec(&regex, libbpf_log, 0, NULL, 0);
	regfree(&regex);
	return found;
}

static void show_log(void)
{
	kernel_log[1500] = '\0';
	tap_show("the kernel: ", kernel_log);
	tap_show("libbpf: ", libbpf_log);
}

/* Whether this kernel refuses the whole kind to us: then an empty program of it, too. */
static bool kind_is_refused(const char *section)
{
	static bool known, refused;
	struct probe_bpf *probe;

	if (strncmp(section, "lsm", 3) && strncmp(section, "fentry", 6))
		return false;
	if (!known) {
		probe = probe_bpf__open_and_load();
		refused = !probe;
		known = true;
		probe_bpf__destroy(probe);
	}
	return refused;
}

static bool lacks_casts(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	bool lacks = btf__find_by_name_kind(btf, "bpf_rdonly_cast", BTF_KIND_FUNC) < 0;

	btf__free(btf);
	return lacks;
}

struct suite {
	const char *file;
	const void *elf;
	size_t size;
	bool all, old;
};

static void expect(const struct suite *s, const struct expectation *e)
{
	const char *message = s->old ? e->before_6_2 : e->message;
	int r = load_one(s->elf, s->size, e->program);

	if (!ok(message ? r < 0 && matches(message) : r == 0, "%s: %s is %s%s", s->file, e->program,
		message ? "refused: " : "taken", message ?: "")) {
		printf("# got %d\n", r);
		show_log();
	}
}

/* Each program of the table, and no other, is in the file. */
static void expect_table(const struct suite *s, const struct expectation *table)
{
	struct bpf_object *object = bpf_object__open_mem(s->elf, s->size, NULL);
	const struct expectation *e;
	struct bpf_program *program;

	bpf_object__for_each_program(program, object)
	{
		for (e = table; e->program && strcmp(e->program, bpf_program__name(program)); e++)
			;
		if (!ok(e->program, "%s: %s is expected", s->file, bpf_program__name(program)))
			continue;
		if (kind_is_refused(bpf_program__section_name(program)) && !s->all)
			printf("# not here: %s\n", bpf_program__section_name(program));
		else
			expect(s, e);
	}
	bpf_object__close(object);
}

#define SUITE(name)                                                                                \
	s.file = #name ".bpf.c";                                                                   \
	s.elf = name##_bpf__elf_bytes(&s.size)

/* How a walk from the working directory ends whose callback answers so; *visits of it. */
static int end_of_walk(int program, int answer, int *visits)
{
	unsigned long long told[1] = { (unsigned int)answer };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = told, .ctx_size_in = sizeof(told));
	int r = bpf_prog_test_run_opts(program, &opts);

	*visits = opts.retval >> 16;
	return r < 0 ? r : (short)opts.retval;
}

/* Does the kernel show the locks by whose counters a walk's time is told? */
static bool shows_locks(void)
{
	FILE *symbols = fopen("/proc/kallsyms", "re");
	char line[512], name[256];
	int found = 0;

	while (symbols && fgets(line, sizeof(line), symbols))
		found += sscanf(line, "%*x %*c %255s", name) == 1 &&
			 (!strcmp(name, "rename_lock") || !strcmp(name, "mount_lock"));
	if (symbols)
		fclose(symbols);
	return found == 2;
}

/* Others move things, too; but not all the time. */
static void test_when(const struct answer_bpf *programs)
{
	int r, i = 0, visits;

	do {
		r = end_of_walk(bpf_program__fd(programs->progs.still), 0, &visits);
	} while (r != shows_locks() && ++i < 100);
	is_int(r, shows_locks(), "when a walk was, where the kernel shows its locks");
}

static void test_answers(void)
{
	static const struct {
		int answer, end;
	} cases[] = {
		{ 1, VFS_WALK_ROOT }, { 0, VFS_WALK_STOPPED }, { -EACCES, -EACCES }, { -1, -1 },
		{ -EAGAIN, -EAGAIN }, { -127, -127 },	       { -128, -EINVAL },    { 2, -EINVAL },
		{ 256, -EINVAL },     { 257, -EINVAL },	       { -4096, -EINVAL },
	};
	struct answer_bpf *programs = answer_bpf__open_and_load();
	size_t i;
	int end, visits;

	if (!ok(programs, "answer.bpf.c: is taken"))
		return;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		end = end_of_walk(bpf_program__fd(programs->progs.as_told), cases[i].answer,
				  &visits);
		is_int(end, cases[i].end, "a callback answers %d: the walk's end", cases[i].answer);
		ok(cases[i].answer == 1 ? visits > 1 : visits == 1, "after %d visits", visits);
	}
	end = end_of_walk(bpf_program__fd(programs->progs.always_refused), 0, &visits);
	is_int(end, -EACCES, "a callback that is known to have one answer");
	test_when(programs);
	answer_bpf__destroy(programs);
}

int main(int argc, char **argv)
{
	struct suite s = { .all = argc > 1 && !strcmp(argv[1], "all"), .old = lacks_casts() };

	libbpf_set_print(keep_log);
	SUITE(accept);
	expect_table(&s, accept);
	SUITE(sleepable);
	expect_table(&s, sleepable);
	SUITE(unlocked);
	expect_table(&s, unlocked);
	SUITE(misuse);
	expect_table(&s, misuse);
	if (chdir("/proc/self"))
		return EXIT_FAILURE;
	test_answers();
	return done_testing();
}
