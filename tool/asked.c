/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "asked.h"
#include "cleanup.h"
#include "handed.h"

int asked_failed(struct asked *a, const char *what, int r)
{
	_cleanup_free_ char *message = NULL;

	if (a->json ? json_array_size(a->diagnostics) : a->report.errors)
		return r;
	if (asprintf(&message, "%s: %s", what, strerror(-r)) < 0)
		message = NULL;
	a->opts.diag(a->opts.diag_data,
		     &(struct rootward_diag){ .message = message ? message : "out of memory" });
	return r;
}

static int load_built_in(struct asked *a, const char *by)
{
	int r = rootward_policy_default(&a->policies[0]);

	if (r < 0)
		return asked_failed(a, "the built-in policy", r);
	a->n_policies = 1;
	a->source = "built_in";
	a->by = strdup(by);
	return a->by ? 0 : -ENOMEM;
}

static int load_confinement(struct asked *a)
{
	int r = rootward_explainer_of(&a->explainer, a->as.pid, &a->opts);

	if (r < 0)
		return r;
	a->source = "confinement";
	a->by = strdup("the confinement that it is in, as the bpf engine has it");
	return a->by ? 0 : -ENOMEM;
}

/*
 * Without a policy: what the process is confined by, if that can be asked; else what its
 * environment says, for a policy that is not in force would be no answer; else the built-in one.
 */
static int load_what_applies(struct asked *a)
{
	int r, handed;

	if (a->as.user)
		return load_built_in(a, "the built-in policy of `rootward run`, in that user's "
					"hands");
	r = load_confinement(a);
	if (r != -ENOENT && r != -EPERM)
		return r ? asked_failed(a, "the confinement of the process", r) : 0;
	a->source = "environment";
	handed = handed_load(a->policies, MAX_LAYERS, &a->n_policies, &a->by, a->as.pid, &a->opts);
	if (handed != -ENOENT)
		return handed ? asked_failed(a, "what confines the process", handed) : 0;
	return load_built_in(
		a,
		r == -ENOENT
			? "the built-in policy of `rootward run`: the bpf engine does not "
			  "confine it"
			: "the built-in policy of `rootward run`; whether the bpf engine confines "
			  "it cannot be asked without privilege");
}

static void add_name(void *data, const struct rootward_loaded *loaded)
{
	json_t *names = data;

	if (!loaded->run)
		json_array_append_new(names, json_string(loaded->name));
}

/* Their text is not in the kernel, so they can be named and no more.  Who may not ask is told none.
 */
static void name_loaded(struct asked *a)
{
	a->loaded = json_array();
	rootward_status(add_name, a->loaded);
}

int asked_load(struct asked *a)
{
	int r = 0;

	if (!a->n_files) {
		name_loaded(a);
		return load_what_applies(a);
	}
	for (size_t i = 0; i < a->n_files; i++) {
		r = rootward_policy_load(&a->policies[i], a->files[i], &a->opts);
		if (r < 0)
			return asked_failed(a, a->files[i], r);
		a->n_policies++;
	}
	return 0;
}
