/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "variant.h"

static const char policy_text[] = "name: bench\n"
				  "keep: [block_devices, raw_memory]\n"
				  "best_effort: [stat, readlink, getxattr, chmod, chown, utime, "
				  "setxattr, watch, chroot, connect]\n";

/* On `/`: the last policy's, and the others', so that it shows whether the last is there. */
#define ON_ROOT (ROOTWARD_OPS_ALL & ~ROOTWARD_OP_MAKE_FIFO)
#define ON_ROOT_BEFORE ROOTWARD_OPS_ALL
#define ON_RULED (ROOTWARD_OPS_READ | ROOTWARD_OP_MAKE_FIFO)

struct order {
	unsigned int depth;
	unsigned int times;
};

struct answer {
	int result;
	uint64_t ns;
};

/** struct policies - @n of them. */
struct policies {
	struct rootward_policy *list[VARIANT_LAYERS];
	size_t n;
};

static void policies_free(struct policies *policies)
{
	size_t i;

	for (i = 0; i < policies->n; i++)
		rootward_policy_free(policies->list[i]);
}

static int add_policy(struct policies *policies, const struct variant *v, const struct place *place,
		      const struct rootward_opts *opts)
{
	bool last = policies->n + 1 == v->layers;
	struct rootward_policy **policy = &policies->list[policies->n];
	char path[PATH_MAX];
	size_t i;
	int r;

	r = rootward_policy_parse(policy, policy_text, strlen(policy_text), opts);
	if (r < 0)
		return r;
	policies->n++;
	r = rootward_policy_add(*policy, "/", last ? ON_ROOT : ON_ROOT_BEFORE, 0, NULL);
	for (i = 0; r == 0 && i + 1 < v->rules; i++) {
		place_ruled(place, i, path);
		r = rootward_policy_add(*policy, path, ON_RULED, 0, NULL);
	}
	return r;
}

static int make_domain(struct variant *v, const struct place *place,
		       const struct rootward_opts *opts)
{
	_cleanup_(policies_free) struct policies policies = {};
	int r = v->layers > VARIANT_LAYERS ? -E2BIG : 0;

	while (r == 0 && policies.n < v->layers)
		r = add_policy(&policies, v, place, opts);
	return r < 0 ? r
		     : rootward_domain_new(&v->domain, v->engine, policies.list, policies.n, opts);
}

/* What becomes of making a fifo in @dir is @expected: 0 or an errno. */
static int check_fifo(const char *dir, int expected, const struct rootward_opts *opts)
{
	char path[PATH_MAX + 8], message[sizeof(path) + 128];
	int r;

	snprintf(path, sizeof(path), "%s/fifo", dir);
	r = mkfifo(path, 0600) < 0 ? errno : 0;
	if (r == 0)
		unlink(path);
	if (r == expected)
		return 0;
	snprintf(message, sizeof(message),
		 "making %s should be answered by \"%s\", and is by \"%s\"", path,
		 strerror(expected), strerror(r));
	opts->diag(opts->diag_data, &(struct rootward_diag){ ROOTWARD_ERROR, .message = message });
	return -EBADE;
}

static int check_confined(const struct variant *v, const struct place *place,
			  const struct rootward_opts *opts)
{
	char path[PATH_MAX];
	int r = check_fifo(place->base, v->confined ? EACCES : 0, opts);
	size_t i;

	/* The first of the ruled ones and the last, and one that never is. */
	for (i = 0; r == 0 && i < place->n_ruled; i += i ? 1 : place->n_ruled - 2) {
		place_ruled(place, i, path);
		r = check_fifo(path, v->confined && i + 1 >= v->rules ? EACCES : 0, opts);
	}
	return r;
}

static int measure(const char *path, unsigned int times, clockid_t clock, uint64_t *ns)
{
	struct timespec begin, end;
	unsigned int i;
	int fd;

	clock_gettime(clock, &begin);
	for (i = 0; i < times; i++) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return -errno;
		close(fd);
	}
	clock_gettime(clock, &end);
	*ns = (end.tv_sec - begin.tv_sec) * 1000000000ULL + end.tv_nsec - begin.tv_nsec;
	return 0;
}

static void serve(struct variant *v, const struct place *place, const struct rootward_opts *opts,
		  int socket, pid_t parent)
{
	struct answer answer = {};
	struct order order;
	char path[PATH_MAX];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent) /* it was too late for that */
		return;
	if (v->confined)
		answer.result = rootward_domain_enter(v->domain);
	if (answer.result == 0)
		answer.result = check_confined(v, place, opts);
	while (send(socket, &answer, sizeof(answer), MSG_NOSIGNAL) == sizeof(answer) &&
	       read(socket, &order, sizeof(order)) == sizeof(order)) {
		place_file(place, order.depth, path);
		/* Others have run meanwhile: the first ones find no cache of theirs warm. */
		answer.result = measure(path, 1 + order.times / 8, v->clock, &answer.ns);
		if (answer.result == 0)
			answer.result = measure(path, order.times, v->clock, &answer.ns);
	}
}

static int hear(const struct variant *v, struct answer *answer)
{
	ssize_t got = read(v->socket, answer, sizeof(*answer));

	if (got == sizeof(*answer))
		return answer->result;
	return got < 0 ? -errno : -ESRCH;
}

int variant_start(struct variant *v, const struct place *place, const struct rootward_opts *opts)
{
	pid_t parent = getpid();
	struct answer answer;
	int pair[2], r;

	v->socket = -1;
	r = v->confined ? make_domain(v, place, opts) : 0;
	if (r < 0)
		return r;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	v->pid = fork();
	if (v->pid == 0) {
		serve(v, place, opts, pair[1], parent);
		_exit(1);
	}
	r = v->pid < 0 ? -errno : 0;
	close(pair[1]);
	v->socket = pair[0];
	return r < 0 ? r : hear(v, &answer);
}

int variant_round(const struct variant *v, unsigned int depth, unsigned int times, double *ns)
{
	struct order order = { .depth = depth, .times = times };
	struct answer answer;
	int r;

	if (send(v->socket, &order, sizeof(order), MSG_NOSIGNAL) != sizeof(order))
		return -errno;
	r = hear(v, &answer);
	if (r == 0)
		*ns = (double)answer.ns / times;
	return r;
}

void variant_end(struct variant *v)
{
	if (v->pid <= 0)
		return;
	kill(v->pid, SIGKILL);
	waitpid(v->pid, NULL, 0);
	cleanup_close(&v->socket);
	v->pid = 0;
}

void variant_free(struct variant *v)
{
	rootward_domain_free(v->domain);
	v->domain = NULL;
}
