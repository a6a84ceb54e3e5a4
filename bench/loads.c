/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a policy adds to work as people do it: commands of a shell, each under no policy, under
 * Landlock's and under rootward's, and the processor time that it and its children take.
 *
 * The policy allows all but making a fifo: by one rule on `/`, or with --default by `default`,
 * which denies `stat` nowhere.  Rootward comes last, as its programs, once loaded, cost every
 * process a little: that is shown, too.  Under an emulator that counts (tests/vm/vm --icount) a
 * nanosecond is an instruction.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rootward.h>

#define POLICY                                                                                     \
	"name: loads\n"                                                                            \
	"keep: [block_devices, raw_memory]\n"                                                      \
	"best_effort: [stat, readlink, getxattr, chmod, chown, utime, setxattr, watch, chroot, "   \
	"connect]\n"

static const char rule_text[] = POLICY;
static const char default_text[] = POLICY
	"default: [read, execute, chroot, connect, write_file, truncate, ioctl_dev, make_reg, "
	"make_dir, make_sym, make_sock, make_char, make_block, remove_file, remove_dir, refer, "
	"chmod, chown, utime, setxattr]\n";

/* BESIDE: in no domain, while rootward has one. */
enum { BARE, LANDLOCK, BPF, BESIDE, KINDS };

static double own_time(void)
{
	struct rusage u;

	getrusage(RUSAGE_CHILDREN, &u);
	return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 +
	       (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3;
}

/* Unconfined, it must not fail to do what the policy forbids, and confined it must. */
static int confine(struct rootward_domain *domain)
{
	char name[] = "loads-XXXXXX";
	int r = domain ? rootward_domain_enter(domain) : 0;

	if (r < 0 || !mkdtemp(name) || chdir(name) < 0)
		return -1;
	r = mkfifo("fifo", 0600) < 0;
	unlink("fifo");
	return chdir("..") < 0 || rmdir(name) < 0 || r != !!domain ? -1 : 0;
}

/* Returns the time in ms, or -1. */
static double run(const char *command, struct rootward_domain *domain)
{
	double begin = own_time();
	int status = -1, null;
	pid_t pid = fork();

	if (pid == 0) {
		null = open("/dev/null", O_WRONLY | O_CLOEXEC);
		if (confine(domain) < 0 || dup2(null, 1) < 0)
			_exit(126);
		execlp("sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status) {
		fprintf(stderr, "bench-loads: %s: status %#x\n", command, status);
		return -1;
	}
	return own_time() - begin;
}

static struct rootward_domain *domain_of(enum rootward_engine engine, bool by_default)
{
	const char *text = by_default ? default_text : rule_text;
	struct rootward_domain *domain = NULL;
	struct rootward_policy *policy = NULL;
	int r;

	r = rootward_policy_parse(&policy, text, strlen(text), NULL);
	if (r == 0 && !by_default)
		r = rootward_policy_add(policy, "/", ROOTWARD_OPS_ALL & ~ROOTWARD_OP_MAKE_FIFO, 0,
					NULL);
	if (r == 0)
		r = rootward_domain_new(&domain, engine, &policy, 1, NULL);
	rootward_policy_free(policy);
	if (r < 0)
		fprintf(stderr, "bench-loads: no domain: %s\n", strerror(-r));
	return domain;
}

/* The least of @rounds; the first round warms up. */
static int measure(int n, char **commands, int rounds, struct rootward_domain *domain, double *best)
{
	int i, round;
	double ms;

	for (round = 0; round <= rounds; round++)
		for (i = 0; i < n; i++) {
			ms = run(commands[i], domain);
			if (ms < 0)
				return -1;
			if (round == 1 || (round > 1 && ms < best[i]))
				best[i] = ms;
		}
	return 0;
}

static double adds(double with, double without)
{
	return (with / without - 1) * 100;
}

int main(int argc, char **argv)
{
	bool by_default = argc > 1 && strcmp(argv[1], "--default") == 0;
	struct rootward_domain *domains[KINDS] = {};
	int n, rounds, kind, i;
	double *best[KINDS];

	argc -= by_default;
	argv += by_default;
	n = argc - 2;
	rounds = argc > 2 ? atoi(argv[1]) : 0;
	if (rounds < 1) {
		printf("usage: bench-loads [--default] ROUNDS COMMAND...\n");
		return 2;
	}
	for (kind = 0; kind < KINDS; kind++) {
		best[kind] = calloc(n, sizeof(double));
		if (kind == LANDLOCK || kind == BPF)
			domains[kind] = domain_of(kind == BPF ? ROOTWARD_ENGINE_BPF
							      : ROOTWARD_ENGINE_LANDLOCK,
						  by_default);
		if (((kind == LANDLOCK || kind == BPF) && !domains[kind]) || !best[kind] ||
		    measure(n, argv + 2, rounds, domains[kind], best[kind]) < 0)
			return 1;
	}
	printf("%12s%12s%12s%14s%12s  ms of processor time\n", "no policy", "bpf adds", "landlock",
	       "bpf/landlock", "bystanders");
	for (i = 0; i < n; i++)
		printf("%12.1f%11.2f%%%11.2f%%%14.2f%11.2f%%  %.60s\n", best[BARE][i],
		       adds(best[BPF][i], best[BARE][i]), adds(best[LANDLOCK][i], best[BARE][i]),
		       (best[BPF][i] - best[BARE][i]) / (best[LANDLOCK][i] - best[BARE][i]),
		       adds(best[BESIDE][i], best[BARE][i]), argv[i + 2]);
	for (kind = 0; kind < KINDS; kind++) {
		rootward_domain_free(domains[kind]);
		free(best[kind]);
	}
	return 0;
}
