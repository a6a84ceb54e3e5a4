/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "cleanup.h"
#include "life.h"

struct collected said;

static void cleanup_policy(struct rootward_policy **policy)
{
	rootward_policy_free(*policy);
}

int session_begin(struct bpf_state **state, const char *text)
{
	_cleanup_(cleanup_policy) struct rootward_policy *policy = NULL;
	struct rootward_opts opts = collect_opts(&said);
	int r;

	collected_reset(&said);
	r = rootward_policy_parse(&policy, text, strlen(text), &opts);
	if (r == 0)
		r = policy_resolve(policy, &opts);
	return r < 0 ? r : engine_bpf.create((void **)state, &policy, 1, &opts);
}

void session_end(struct bpf_state *state)
{
	engine_bpf.free(state);
}

void session_abandon(struct bpf_state *state)
{
	cleanup_close(&state->made.ring);
	cleanup_close(&state->made.owner);
	bpf_kernel_close(&state->kernel);
	layer_names_free(state->layers, state->n_layers);
	free(state);
}

unsigned int rules_of(const struct bpf_state *state, __u32 domain)
{
	unsigned int n = 0;
	struct rw_name_key name, *last_name = NULL;
	struct rw_ident ident, *last = NULL;

	while (bpf_map_get_next_key(state->kernel.pins[PINNED_RULES], last, &ident) == 0) {
		n += !domain || ident.domain == domain;
		last = &ident;
	}
	while (bpf_map_get_next_key(state->kernel.pins[PINNED_NAMES], last_name, &name) == 0) {
		n += !domain || name.parent.domain == domain;
		last_name = &name;
	}
	return n;
}

bool is_pinned(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", BPF_KERNEL_PINS, name);
	return access(path, F_OK) == 0;
}

unsigned int pinned(void)
{
	_cleanup_closedir_ DIR *d = opendir(BPF_KERNEL_PINS);
	unsigned int n = 0;
	struct dirent *e;

	while (d && (e = readdir(d)))
		n += e->d_name[0] != '.';
	return n;
}

int confined(struct bpf_state *state, int (*fn)(void))
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(engine_bpf.enter(state) < 0 ? 200 : fn());
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 201;
}

char *many_trees(const char *dir, int n)
{
	char *text = NULL, path[64];
	size_t size;
	FILE *f = open_memstream(&text, &size);
	int i;

	mkdir(dir, 0755);
	fprintf(f, "name: many\ndefault: [all]\ntrees:\n");
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%d", dir, i);
		mkdir(path, 0755);
		fprintf(f, "- {path: %s, deny: [write]}\n", path);
	}
	fclose(f);
	return text;
}
