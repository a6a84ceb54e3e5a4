/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `applies_to:`, `except:` and `unlock:`: the tasks that a loaded policy is for. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy_reader.h"
#include "words.h"

#define CGROUP_MOUNT "/sys/fs/cgroup"

static char *copy(struct reader *r, const char *text, size_t length)
{
	char *made = strndup(text, length);

	if (!made)
		r->failed = -ENOMEM;
	return made;
}

/* One spelling for one group: its path is compared and never looked up, for it may come later. */
static bool cgroup_is_plain(const char *path, size_t length)
{
	const char *end = path + length, *name = path;
	size_t n;

	for (; name < end; name += n) {
		n = 1 + strcspn(name + 1, "/");
		if (n == 1 || (n == 2 && name[1] == '.') ||
		    (n == 3 && name[1] == '.' && name[2] == '.'))
			return false;
	}
	return true;
}

static void read_cgroup(struct reader *r, const struct yaml_node *node, const char *path,
			struct policy_task *task)
{
	size_t mount = strlen(CGROUP_MOUNT), length;
	char cut[WORD_CUT_MAX];

	if (path[0] != '/') {
		mistake(r, node, "\"/system.slice\" is one; so is " CGROUP_MOUNT "/system.slice",
			"a cgroup is named from the root of the hierarchy, with a leading /, not "
			"\"%s\"",
			word_cut(path, cut, sizeof(cut)));
		return;
	}
	if (!strncmp(path, CGROUP_MOUNT, mount) && (!path[mount] || path[mount] == '/'))
		path += mount;
	length = strlen(path);
	while (length && path[length - 1] == '/')
		length--;
	if (!cgroup_is_plain(path, length))
		mistake(r, node, NULL, "a cgroup's path has no empty names, and no . or .. in it");
	else
		task->cgroup = length ? copy(r, path, length) : copy(r, "/", 1);
}

static void read_executable(struct reader *r, const struct yaml_node *node, const char *path,
			    struct policy_task *task)
{
	if (path[0])
		task->exe = copy(r, path, strlen(path));
	else
		mistake(r, node, NULL, "the path is empty");
}

static void read_run(struct reader *r, const struct yaml_node *node, const char *name,
		     struct policy_task *task)
{
	if (policy_name_is_valid(name))
		task->run = copy(r, name, strlen(name));
	else
		mistake(r, node, NULL, POLICY_NAME_RULE, POLICY_NAME_MAX);
}

void read_task_key(struct reader *r, const struct policy_key *key, const struct yaml_node *node,
		   void *object)
{
	struct policy_task *task = object;
	const char *word = word_of(r, key, node);

	task->by |= key->offset;
	if (!word)
		return;
	switch ((enum policy_task_by)key->offset) {
	case TASK_BY_EXE:
		read_executable(r, node, word, task);
		break;
	case TASK_BY_UID:
		read_id(r, key, node, &task->uid);
		break;
	case TASK_BY_GID:
		read_id(r, key, node, &task->gid);
		break;
	case TASK_BY_CGROUP:
		read_cgroup(r, node, word, task);
		break;
	case TASK_BY_RUN:
		read_run(r, node, word, task);
		break;
	}
}

/* What could be made out stays in the list though it is a mistake: it is freed from there. */
static void read_task(struct reader *r, const struct policy_key *key, const struct yaml_node *node,
		      struct policy_tasks *tasks)
{
	const struct yaml_node *seen[KEYS_MAX] = { NULL };
	struct policy_task *task = &tasks->list[tasks->n++];
	size_t before = r->mistakes;

	task->origin = place(r, node);
	read_map(r, task_keys, node, task, seen);
	if (!task->by && r->mistakes == before)
		mistake(r, node, NULL, "this names no task: it is empty");
}

void read_tasks(struct reader *r, const struct policy_key *key, const struct yaml_node *node,
		void *object)
{
	struct policy_tasks *tasks = (struct policy_tasks *)((char *)object + key->offset);
	const struct yaml_node *task;

	if (node->kind != YAML_LIST) {
		wrong_kind(r, key->name, node, key_type_text(key->type));
		return;
	}
	tasks->origin = place(r, node);
	if (!node->child)
		mistake(r, node, "leave the key out", "\"%s\" is empty", key->name);
	for (task = node->child; task && !r->failed; task = task->next) {
		if (task->kind != YAML_MAP) {
			wrong_kind(r, key->name, task, "maps that tell tasks");
		} else if (tasks->n == POLICY_TASKS_MAX) {
			mistake(r, task, NULL, "more than %d in \"%s\"", POLICY_TASKS_MAX,
				key->name);
			return;
		} else {
			read_task(r, key, task, tasks);
		}
	}
}

void policy_tasks_free(struct policy_tasks *tasks)
{
	uint32_t i;

	for (i = 0; i < tasks->n; i++) {
		free(tasks->list[i].cgroup);
		free(tasks->list[i].run);
		free(tasks->list[i].exe);
	}
}

void policy_warn_confining(const struct rootward_policy *policy, const struct rootward_opts *opts)
{
	const struct origin *first = NULL;
	char keys[64] = "";
	size_t i, used = 0;
	const struct {
		const char *key;
		bool given;
		const struct origin *origin;
	} known[] = {
		{ "applies_to", policy->applies_to.n, &policy->applies_to.origin },
		{ "except", policy->except.n, &policy->except.origin },
		{ "locked", policy->locked, &policy->locked_origin },
	};

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!known[i].given)
			continue;
		used += snprintf(keys + used, sizeof(keys) - used, "%s%s", used ? ", " : "",
				 known[i].key);
		if (!first)
			first = known[i].origin;
	}
	if (first)
		diag(opts, ROOTWARD_WARNING, first, NULL,
		     "for rootward load only: %s; what is run is confined whatever they say", keys);
}
