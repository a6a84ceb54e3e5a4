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

/* What the program is called where it measures. */
#define CONFINED "bench-loads-confined"
#define FREE "bench-loads-free"

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
static bool is_confined_as(bool confined)
{
	char name[] = "loads-XXXXXX";
	bool failed;

	if (!mkdtemp(name) || chdir(name) < 0)
		return false;
	failed = mkfifo("fifo", 0600) < 0;
	unlink("fifo");
	return chdir("..") == 0 && rmdir(name) == 0 && failed == confined;
}

/* Returns the time in ms, or -1. */
static double run(const char *command)
{
	double begin = own_time();
	int status = -1, null;
	pid_t pid = fork();

	if (pid == 0) {
		null = open("/dev/null", O_WRONLY | O_CLOEXEC);
		if (dup2(null, 1) < 0)
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

/*
 * Where it is measured: in a program of its own, so that a fork copies as much whatever a domain
 * takes of its owner's memory.  Prints the least of some rounds; the first warms up.
 */
static int measure_here(bool confined, int rounds, char **commands)
{
	double best, ms;
	int round;

	if (!is_confined_as(confined)) {
		fprintf(stderr, "bench-loads: %s here\n",
			confined ? "the policy has no effect" : "something else confines");
		return 1;
	}
	for (; *commands; commands++) {
		for (best = 0, round = 0; round <= rounds; round++) {
			ms = run(*commands);
			if (ms < 0)
				return 1;
			if (round == 1 || (round > 1 && ms < best))
				best = ms;
		}
		printf("%.6f\n", best);
	}
	return fflush(stdout) ? 1 : 0;
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

/* Within @domain, or in none for NULL. */
static int measure(char **arguments, struct rootward_domain *domain, int n, double *best)
{
	int ends[2], status = -1, i = 0;
	FILE *results;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		if ((domain && rootward_domain_enter(domain) < 0) || dup2(ends[1], 1) < 0)
			_exit(126);
		arguments[0] = domain ? CONFINED : FREE;
		execv("/proc/self/exe", arguments);
		_exit(127);
	}
	close(ends[1]);
	results = fdopen(ends[0], "r");
	while (results && i < n && fscanf(results, "%lf", &best[i]) == 1)
		i++;
	if (results)
		fclose(results);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return status || i < n ? -1 : 0;
}

static double adds(double with, double without)
{
	return (with / without - 1) * 100;
}

int main(int argc, char **argv)
{
	bool by_default = argc > 1 && strcmp(argv[1], "--default") == 0;
	struct rootward_domain *domains[KINDS] = {};
	double *best[KINDS];
	int n, kind, i;

	if (argc > 2 && (strcmp(argv[0], CONFINED) == 0 || strcmp(argv[0], FREE) == 0))
		return measure_here(strcmp(argv[0], CONFINED) == 0, atoi(argv[1]), argv + 2);
	argc -= by_default;
	argv += by_default;
	n = argc - 2;
	if (n < 1 || atoi(argv[1]) < 1) {
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
		    measure(argv, domains[kind], n, best[kind]) < 0)
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
