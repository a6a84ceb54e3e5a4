/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is the same for all engines, with two that only take notes. */
#include <errno.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <linux/capability.h>
#include <unistd.h>

#include "collect.h"
#include "engine.h"
#include "tap.h"

static int bpf_probe_result, landlock_probe_result, create_result, enter_result;
static int created, freed;
static struct rootward_opts create_opts;

static int bpf_probe(const char **why)
{
	*why = "no bpf in a test";
	return bpf_probe_result;
}

static int landlock_probe(const char **why)
{
	return landlock_probe_result;
}

static int create(void **ret, struct rootward_policy *const *policies, size_t n,
		  const struct rootward_opts *opts)
{
	create_opts = *opts;
	if (create_result)
		return create_result;
	created++;
	*ret = &created;
	return 0;
}

/* Fails when the capabilities have gone before the engine was done. */
static int enter(void *state)
{
	if (state != &created)
		return -EBADF;
	if (!getuid() && prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN, 0, 0, 0) != 1)
		return -EPERM;
	return enter_result;
}

static int stats(void *state, struct rootward_stats *ret)
{
	*ret = (struct rootward_stats){ .denied = 7 };
	return 0;
}

static void release(void *state)
{
	freed++;
}

const struct engine engine_bpf = { "bpf", bpf_probe, create, enter, NULL, stats, release };
const struct engine engine_landlock = {
	"landlock", landlock_probe, create, enter, NULL, NULL, release,
};

static struct collected got;

static int make(struct rootward_domain **domain, enum rootward_engine engine, size_t n)
{
	struct rootward_opts opts = collect_opts(&got);
	struct rootward_policy *policies[MAX_LAYERS + 1] = { NULL };
	size_t i;
	int r;

	collected_reset(&got);
	opts.best_effort = 1;
	for (i = 0; i < n; i++) {
		rootward_policy_new(&policies[i], "layer");
		policies[i]->keep_caps =
			i ? 1ULL << CAP_MKNOD : 1ULL << CAP_MKNOD | 1ULL << CAP_SYS_PTRACE;
	}
	*domain = NULL;
	r = rootward_domain_new(domain, engine, policies, n, &opts);
	for (i = 0; i < n; i++)
		rootward_policy_free(policies[i]);
	return r;
}

static void expect(const char *what, enum rootward_engine engine, size_t n, int error,
		   const char *messages)
{
	struct rootward_domain *domain;

	is_int(make(&domain, engine, n), error, "%s", what);
	is_str(collected_text(&got), messages, "the messages");
	ok(!domain == !!error, "a domain, or none");
	rootward_domain_free(domain);
}

static void expect_engine(enum rootward_engine asked, enum rootward_engine chosen)
{
	struct rootward_domain *domain;

	if (!is_int(make(&domain, asked, 1), 0, "make a domain"))
		return;
	is_int(rootward_domain_engine(domain), chosen, "the engine");
	is_str(collected_text(&got), "", "chosen silently");
	rootward_domain_free(domain);
}

static void test_choice(void)
{
	expect_engine(ROOTWARD_ENGINE_AUTO, ROOTWARD_ENGINE_BPF);
	expect_engine(ROOTWARD_ENGINE_LANDLOCK, ROOTWARD_ENGINE_LANDLOCK);
	bpf_probe_result = -EPERM;
	expect_engine(ROOTWARD_ENGINE_AUTO, ROOTWARD_ENGINE_LANDLOCK);
	expect("bpf that does not work", ROOTWARD_ENGINE_BPF, 1, -EPERM,
	       "error - the bpf engine does not work here: no bpf in a test (rootward doctor says what "
	       "would change that)\n");
	is_int(rootward_engine_probe(ROOTWARD_ENGINE_AUTO, NULL), 0, "one of them works");
	landlock_probe_result = -ENOSYS;
	expect("nothing works", ROOTWARD_ENGINE_AUTO, 1, -ENOSYS,
	       "error - no engine works here\nnote - bpf: no bpf in a test\n"
	       "note - landlock: it does not say why\n");
	is_int(rootward_engine_probe(ROOTWARD_ENGINE_AUTO, NULL), -ENOSYS, "none works");
	is_int(rootward_engine_probe(ROOTWARD_ENGINE_BPF, NULL), -EPERM, "this one does not");
	is_int(rootward_engine_probe((enum rootward_engine)9, NULL), -EINVAL, "there is no such");
	expect("an engine that is none", (enum rootward_engine)9, 1, -EINVAL,
	       "error - there is no engine 9\n");
	bpf_probe_result = landlock_probe_result = 0;
}

static void test_limits(void)
{
	expect("no policy", ROOTWARD_ENGINE_AUTO, 0, -EINVAL, "error - a domain needs a policy\n");
	expect("16 policies", ROOTWARD_ENGINE_AUTO, 16, 0, "");
	ok(create_opts.best_effort, "best_effort reaches the engine");
	expect("17 policies", ROOTWARD_ENGINE_AUTO, 17, -E2BIG,
	       "error - 17 policies; a domain has at most 16\n");
	create_result = -ENOTSUP;
	expect("an engine that refuses", ROOTWARD_ENGINE_AUTO, 1, -ENOTSUP, "");
	create_result = 0;
	is_int(created, freed, "every state was freed");
	rootward_domain_free(NULL);
}

static void test_resolve(void)
{
	struct rootward_policy *policies[2];
	struct rootward_domain *domain = NULL;
	struct rootward_opts opts = collect_opts(&got);

	collected_reset(&got);
	rootward_policy_new(&policies[0], "one");
	rootward_policy_new(&policies[1], "two");
	rootward_policy_add(policies[0], "/nowhere/1", 1, 0, "--ro");
	rootward_policy_add(policies[1], "/nowhere/2", 1, 0, "--ro");
	is_int(rootward_domain_new(&domain, ROOTWARD_ENGINE_AUTO, policies, 2, &opts), -ENOENT,
	       "paths that do not exist");
	is_int(got.count, 2, "both policies are looked at");
	rootward_policy_free(policies[0]);
	rootward_policy_free(policies[1]);
}

static int enter_in_child(struct rootward_domain *domain)
{
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		int r = rootward_domain_enter(domain);

		if (r)
			_exit(-r);
		/* Only what both layers keep is left. */
		if (!getuid() && (prctl(PR_CAPBSET_READ, CAP_SYS_PTRACE, 0, 0, 0) != 0 ||
				  prctl(PR_CAPBSET_READ, CAP_MKNOD, 0, 0, 0) != 1))
			_exit(200);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_forward(void)
{
	struct rootward_stats counted = { 0 };
	struct rootward_domain *domain;

	make(&domain, ROOTWARD_ENGINE_BPF, 2);
	is_int(enter_in_child(domain), 0, "enter");
	enter_result = -EIO;
	is_int(enter_in_child(domain), EIO, "enter fails");
	enter_result = 0;
	is_int(rootward_domain_stats(domain, &counted), 0, "stats");
	is_int(counted.denied, 7, "of the engine");
	is_int(rootward_domain_events(domain, NULL, NULL), -ENOTSUP, "events it has not");
	rootward_domain_free(domain);
	make(&domain, ROOTWARD_ENGINE_LANDLOCK, 1);
	is_int(rootward_domain_stats(domain, &counted), -ENOTSUP, "stats it has not");
	rootward_domain_free(domain);
}

int main(void)
{
	test_choice();
	test_limits();
	test_resolve();
	test_forward();
	collected_reset(&got);
	return done_testing();
}
