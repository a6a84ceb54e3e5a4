/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The variable holds a JSON array, a run for each confinement, the outermost first:
 * {"engine", "cwd", "home", "policies": [{"file", "stamp"}], "trees": [{"option", "path"}],
 * "tempdir"}.  What could not be put down is `null`, and then nothing is known.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <jansson.h>

#include "cleanup.h"
#include "diag.h"
#include "handed.h"
#include "policy.h"

#define VARIABLE "ROOTWARD_CONFINED_BY"

/* A string of the environment cannot be longer than 128 KiB. */
#define TEXT_MAX (120 * 1024)

static void cleanup_json(json_t **json)
{
	json_decref(*json);
}

/* Tells whether a file is what it was; NULL: it is not there. */
static json_t *stamp_of(const char *file)
{
	struct stat st;

	if (stat(file, &st))
		return NULL;
	return json_sprintf("%llu %lld %lld.%09ld", (unsigned long long)st.st_ino,
			    (long long)st.st_size, (long long)st.st_mtim.tv_sec,
			    st.st_mtim.tv_nsec);
}

static json_t *policies_of(const struct handed *run)
{
	json_t *policies = json_array();

	for (size_t i = 0; i < run->n_files; i++) {
		_cleanup_free_ char *real = realpath(run->files[i], NULL);
		json_t *stamp = real ? stamp_of(real) : NULL;

		json_array_append_new(policies,
				      stamp ? json_pack("{s:s,s:o}", "file", real, "stamp", stamp)
					    : json_null());
	}
	return policies;
}

static json_t *json_of(const struct handed *run)
{
	_cleanup_free_ char *cwd = getcwd(NULL, 0);
	const char *home = getenv("HOME");
	json_t *trees = json_array();

	for (size_t i = 0; i < run->n_trees; i++)
		json_array_append_new(trees, json_pack("{s:s,s:s}", "option", run->trees[i].option,
						       "path", run->trees[i].path));
	return json_pack("{s:s,s:s,s:s,s:o,s:o,s:s*}", "engine", run->engine, "cwd", cwd ? cwd : "",
			 "home", home ? home : "", "policies", policies_of(run), "trees", trees,
			 "tempdir", run->tempdir);
}

void handed_set(const struct handed *run)
{
	const char *before = getenv(VARIABLE);
	_cleanup_(cleanup_json) json_t *runs = before ? json_loads(before, 0, NULL) : json_array();
	json_t *this = json_of(run);
	_cleanup_free_ char *text = NULL;

	if (!json_is_array(runs)) {
		json_decref(runs);
		runs = json_pack("[n]");
	}
	json_array_append_new(runs, this ? this : json_null());
	text = json_dumps(runs, JSON_COMPACT);
	setenv(VARIABLE, text && strlen(text) < TEXT_MAX ? text : "[null]", true);
}

/* --- and back */

/* What a process was started with, to free; NULL: the variable was not there. */
static char *variable_of(int pid)
{
	_cleanup_fclose_ FILE *file = NULL;
	_cleanup_free_ char *entry = NULL;
	const char *own = pid ? NULL : getenv(VARIABLE);
	char path[64];
	size_t size = 0;

	if (!pid)
		return own ? strdup(own) : NULL;
	snprintf(path, sizeof(path), "/proc/%d/environ", pid);
	file = fopen(path, "re");
	while (file && getdelim(&entry, &size, '\0', file) > 0)
		if (!strncmp(entry, VARIABLE "=", sizeof(VARIABLE)))
			return strdup(entry + sizeof(VARIABLE));
	return NULL;
}

static int unknown(const struct rootward_opts *opts, const char *why)
{
	diag(opts, ROOTWARD_ERROR, NULL, "with -p a policy can be asked about all the same",
	     "the environment says that rootward confines the process, but not by what: %s", why);
	return -ENODATA;
}

static const char *text(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

static int load_one(struct rootward_policy **ret, const json_t *policy,
		    const struct rootward_opts *opts)
{
	_cleanup_(cleanup_json) json_t *stamp = NULL;
	const char *file = text(policy, "file");

	if (!*file)
		return unknown(opts, "the policy came from standard input, or was too long");
	stamp = stamp_of(file);
	if (stamp && !json_equal(stamp, json_object_get(policy, "stamp")))
		return unknown(opts, "the policy has been changed since");
	return rootward_policy_load(ret, file, opts);
}

static int load_built_in(struct rootward_policy **ret, const char *tempdir)
{
	int r = rootward_policy_default(ret);

	if (!r && *tempdir)
		r = rootward_policy_add(*ret, tempdir, ROOTWARD_OPS_ALL, 0,
					"the private temporary directory");
	return r;
}

static int add_trees(struct rootward_policy *policy, const json_t *run,
		     const struct rootward_opts *opts)
{
	const json_t *list = json_object_get(run, "trees");
	size_t n = json_array_size(list), i;
	_cleanup_free_ struct user_tree *trees = calloc(n + 1, sizeof(*trees));

	if (!trees)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		const json_t *tree = json_array_get(list, i);

		if (!user_tree_of(text(tree, "option"), &trees[i]))
			return unknown(opts, "it says nothing of sense");
		trees[i].path = text(tree, "path");
	}
	return user_trees_add(policy, trees, n, opts);
}

/* Paths as they are from there, whatever the working directory will be. */
static int fix_paths(struct rootward_policy *policy, const char *cwd,
		     const struct rootward_opts *opts)
{
	struct tree *tree;
	char *path;
	int r = policy_resolve(policy, opts);

	for (tree = policy->trees; !r && tree < policy->trees + policy->n_trees; tree++) {
		if (tree->label && tree->real) {
			path = strdup(tree->real);
			if (!path)
				return -ENOMEM;
			free(tree->label->under);
			tree->label->under = path;
		}
		if (tree->label || *tree->path == '/')
			continue;
		if (tree->real)
			path = strdup(tree->real);
		else if (*tree->path == '~' || asprintf(&path, "%s/%s", cwd, tree->path) < 0)
			continue;
		if (!path)
			return -ENOMEM;
		free(tree->path);
		tree->path = path;
	}
	return r;
}

static int load_run(struct rootward_policy **policies, size_t room, size_t *n, const json_t *run,
		    const struct rootward_opts *opts)
{
	const json_t *list = json_object_get(run, "policies");
	size_t files = json_array_size(list), i, wanted = files ? files : 1;
	int r = 0;

	if (setenv("HOME", text(run, "home"), true) || chdir(text(run, "cwd")))
		return unknown(opts, "where it was started is out of reach");
	if (*n + wanted > room)
		return unknown(opts, "there are too many policies");
	for (i = 0; !r && i < wanted; i++) {
		r = files ? load_one(&policies[*n], json_array_get(list, i), opts)
			  : load_built_in(&policies[*n], text(run, "tempdir"));
		*n += policies[*n] != NULL;
		if (!r)
			r = add_trees(policies[*n - 1], run, opts);
		if (!r)
			r = fix_paths(policies[*n - 1], text(run, "cwd"), opts);
	}
	return r;
}

static int describe(char **by, const json_t *runs)
{
	const char *engine = text(json_array_get(runs, json_array_size(runs) - 1), "engine");
	const char *more = json_array_size(runs) > 1 ? ", and what is around that" : "";
	const char *but = strcmp(engine, "landlock")
				  ? ""
				  : "; what landlock cannot deny is told as the policy "
				    "says";

	if (asprintf(by, "what rootward run applied by the %s engine%s, as the environment says%s",
		     engine, more, but) < 0)
		return *by = NULL, -ENOMEM;
	return 0;
}

int handed_load(struct rootward_policy **policies, size_t room, size_t *n, char **by, int pid,
		const struct rootward_opts *opts)
{
	_cleanup_free_ char *said = variable_of(pid), *home = NULL;
	_cleanup_(cleanup_json) json_t *runs = said ? json_loads(said, 0, NULL) : NULL;
	_cleanup_close_ int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	const char *own = getenv("HOME");
	size_t i;
	int r = 0;

	if (!said)
		return -ENOENT;
	if (!json_array_size(runs))
		return unknown(opts, "it says nothing of sense");
	home = own ? strdup(own) : NULL;
	for (i = 0; !r && i < json_array_size(runs); i++)
		r = load_run(policies, room, n, json_array_get(runs, i), opts);
	if (home)
		setenv("HOME", home, true);
	else
		unsetenv("HOME");
	if (fchdir(here) && !r)
		r = unknown(opts, "the working directory is out of reach");
	return r ? r : describe(by, runs);
}
