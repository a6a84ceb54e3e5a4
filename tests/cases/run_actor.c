/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The supervisor, which makes the domain, and the actor, who enters it. */
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rootward.h>

#include "asker.h"
#include "cleanup.h"
#include "run.h"

int read_all(int fd, void *buf, size_t size)
{
	size_t done = 0;
	ssize_t n;

	for (; done < size; done += (size_t)n) {
		n = read(fd, (char *)buf + done, size - done);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (!n)
			return -EPIPE;
		if (n < 0)
			n = 0;
	}
	return 0;
}

int write_all(int fd, const void *buf, size_t size)
{
	size_t done = 0;
	ssize_t n;

	for (; done < size; done += (size_t)n) {
		n = send(fd, (const char *)buf + done, size - done, MSG_NOSIGNAL);
		if (n < 0 && errno == ENOTSOCK)
			n = write(fd, (const char *)buf + done, size - done);
		if (n < 0)
			return -errno;
	}
	return 0;
}

int run_verb(const struct check *check)
{
	_cleanup_free_ char *path = path_expand(check->path);
	_cleanup_free_ char *path2 = path_expand(check->path2);

	return verbs[check->verb].run(path, path2);
}

/* --- domains */

static void collect(void *data, const struct rootward_diag *d)
{
	struct report *report = data;
	size_t len = strlen(report->text);

	snprintf(report->text + len, sizeof(report->text) - len, "%u:%u: %s%s%s\n", d->line,
		 d->column, d->message, d->hint ? " - " : "", d->hint ?: "");
}

size_t case_texts(const struct test_case *c, bool second, const char *texts[MAX_POLICIES])
{
	size_t n = 1;

	texts[0] = second ? c->second : c->policy;
	if (second)
		return c->second ? 1 : 0;
	for (; n < MAX_POLICIES && c->more[n - 1]; n++)
		texts[n] = c->more[n - 1];
	return n;
}

/** struct entered - what the actor enters: a domain, or by load_enter(), or both. */
static struct entered {
	struct rootward_domain *domain;
	int entrance;
} first = { NULL, -1 }, second = { NULL, -1 };

static int enter(const struct entered *e)
{
	int r = e->domain ? rootward_domain_enter(e->domain) : 0;

	return !r && e->entrance >= 0 ? load_enter(e->entrance) : r;
}

static int enter_second(void)
{
	return enter(&second);
}

static int load(struct rootward_policy *const *policies, size_t n, const struct rootward_opts *opts,
		struct entered *e)
{
	int r = rootward_load(policies, n, opts);

	if (r)
		return r;
	e->entrance = load_entrance(e == &second);
	return e->entrance < 0 ? e->entrance : 0;
}

static int make_domain(const struct run *run, struct rootward_policy *const *policies, size_t n,
		       const struct rootward_opts *opts, struct entered *e)
{
	enum rootward_engine engine =
		run->use == USE_LANDLOCK ? ROOTWARD_ENGINE_LANDLOCK : ROOTWARD_ENGINE_BPF;

	if (!n || run->use == USE_NONE)
		return 0;
	return rootward_domain_new(&e->domain, engine, policies, n, opts);
}

/* How many of @n policies are loaded for the machine; the others confine. */
static size_t how_many_loaded(const struct run *run, const struct test_case *c, size_t n,
			      const struct entered *e)
{
	if (run->use != USE_LOAD)
		return 0;
	return e == &first && c->last_confines ? n - 1 : n;
}

static int make_entered(const struct run *run, const struct test_case *c, struct report *report,
			struct entered *e)
{
	struct rootward_opts opts = {
		.size = sizeof(opts), .diag = collect, .diag_data = report, .name = "case"
	};
	struct rootward_policy *policies[MAX_POLICIES] = { NULL };
	const char *texts[MAX_POLICIES];
	size_t i, n = case_texts(c, e == &second, texts);
	size_t loads = how_many_loaded(run, c, n, e);
	int r = 0;

	for (i = 0; i < n && !r; i++) {
		_cleanup_free_ char *text =
			i < loads ? load_text(texts[i], e == &second, i) : strdup(texts[i]);

		r = rootward_policy_parse(&policies[i], text, strlen(text), &opts);
	}
	if (!r && loads)
		r = load(policies, loads, &opts, e);
	r = r ?: make_domain(run, policies + loads, n - loads, &opts, e);
	/* as promised, the policies are the caller's and may go */
	while (i--)
		if (!r)
			rootward_policy_free(policies[i]);
	return r;
}

static void make_domains(const struct run *run, const struct test_case *c, struct report *report)
{
	report->r = make_entered(run, c, report, &first);
	if (!report->r && c->second)
		report->r = make_entered(run, c, report, &second);
}

/* --- the actor */

static void *thread_main(void *data)
{
	const struct check *check = data;

	return (void *)(long)run_verb(check);
}

static int in_thread(const struct check *check)
{
	pthread_t thread;
	void *result;
	int r;

	r = pthread_create(&thread, NULL, thread_main, (void *)check);
	if (r)
		return -r;
	pthread_join(thread, &result);
	return (int)(long)result;
}

static int run_in_child(void *data)
{
	return run_verb(data);
}

/* By a process whose parent is gone: it tells through a pipe. */
static int in_grandchild(const struct check *check)
{
	int fds[2], r = -ECHILD;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (!pid) {
		if (fork())
			_exit(0);
		r = run_verb(check);
		_exit(write(fds[1], &r, sizeof(r)) < 0);
	}
	waitpid(pid, NULL, 0);
	close(fds[1]);
	if (read_all(fds[0], &r, sizeof(r)))
		r = -ECHILD;
	close(fds[0]);
	return r;
}

static int run_as(void *data)
{
	const struct check *check = data;
	struct asker asker;

	asker_of(&asker, check, ROOT);
	return asker_become(&asker) ?: run_verb(check);
}

static int act(const struct check *check)
{
	if (check->as)
		return child_errno(run_as, (void *)check);
	switch (check->in) {
	case IN_CHILD:
		return child_errno(run_in_child, (void *)check);
	case IN_GRANDCHILD:
		return in_grandchild(check);
	case IN_THREAD:
		return in_thread(check);
	default:
		return run_verb(check);
	}
}

static int become_alice(void)
{
	if (setgroups(0, NULL) || setresgid(1000, 1000, 1000) || setresuid(1000, 1000, 1000))
		return -errno;
	/* as a program started by exec would be: others of alice's may look at it */
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) ? -errno : 0;
}

static int prepare(const struct test_case *c)
{
	const struct check *step;
	int r = 0;

	for (step = c->prelude; !r && step->verb; step++)
		r = run_verb(step);
	r = r ?: enter(&first);
	if (!r && c->actor == ALICE)
		r = become_alice();
	return r;
}

static _Noreturn void actor_main(const struct test_case *c, int control)
{
	int index, r = prepare(c);

	for (;;) {
		if (write_all(control, &r, sizeof(r)) || read_all(control, &index, sizeof(index)))
			_exit(0);
		r = act(&c->checks[index]);
	}
}

static _Noreturn void supervisor_main(const struct run *run, const struct test_case *c, int control,
				      int out)
{
	static struct report report;
	pid_t pid;

	cast.supervisor = getpid();
	make_domains(run, c, &report);
	write_all(out, &report, sizeof(report));
	if (report.r)
		_exit(1);
	cast.enter_second = enter_second;
	pid = fork();
	if (!pid) {
		close(out);
		actor_main(c, control);
	}
	close(control);
	waitpid(pid, NULL, 0);
	rootward_domain_free(first.domain);
	rootward_domain_free(second.domain);
	_exit(0);
}

int troupe_start(const struct run *run, const struct test_case *c, struct troupe *troupe)
{
	int control[2], out[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) || pipe2(out, O_CLOEXEC))
		return -errno;
	cast.supervisor = fork();
	if (cast.supervisor < 0)
		return -errno;
	if (!cast.supervisor) {
		close(control[0]);
		close(out[0]);
		supervisor_main(run, c, control[1], out[1]);
	}
	close(control[1]);
	close(out[1]);
	*troupe = (struct troupe){ .to_actor = control[0], .from_super = out[0] };
	return 0;
}

int troupe_act(const struct troupe *troupe, int index, int *result)
{
	if (index >= 0 && write_all(troupe->to_actor, &index, sizeof(index)))
		return -ENOLINK;
	return read_all(troupe->to_actor, result, sizeof(*result)) ? -ENOLINK : 0;
}
