/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "json_out.h"
#include "message.h"
#include "status.h"

#define WIDTH 80
#define NAME_WIDTH 25

void status_add(void *data, const struct rootward_loaded *loaded)
{
	struct status *status = data;
	struct status_policy *bigger;
	char *name;

	if (status->name && strcmp(status->name, loaded->name))
		return;
	/* who asks by name means what is loaded; those come first */
	if (status->name && loaded->run && status->n && !status->policies[0].is.run)
		return;
	bigger = reallocarray(status->policies, status->n + 1, sizeof(*bigger));
	name = bigger ? strdup(loaded->name) : NULL;
	if (bigger)
		status->policies = bigger;
	if (!name) {
		status->failed = -ENOMEM;
		return;
	}
	bigger[status->n] = (struct status_policy){ .is = *loaded };
	bigger[status->n++].is.name = name;
}

/* Room doubles whenever the number is a power of two. */
static struct status_rule *more_rules(struct status_policy *policy)
{
	struct status_rule *bigger;
	size_t n = policy->n_rules;

	if (n & (n - 1))
		return policy->rules;
	bigger = reallocarray(policy->rules, n ? 2 * n : 1, sizeof(*bigger));
	if (bigger)
		policy->rules = bigger;
	return bigger;
}

void status_add_rule(void *data, const struct rootward_rule_state *rule)
{
	struct status *status = data;
	struct status_policy *policy = &status->policies[status->n - 1];
	struct status_rule *room = more_rules(policy), *added;

	if (!room) {
		status->failed = -ENOMEM;
		return;
	}
	added = &room[policy->n_rules++];
	*added = (struct status_rule){ strdup(rule->path), strdup(rule->origin), rule->moved };
	if (!added->path || !added->origin)
		status->failed = -ENOMEM;
}

void status_done(struct status *status)
{
	for (size_t i = 0; i < status->n; i++) {
		struct status_policy *policy = &status->policies[i];

		for (size_t k = 0; k < policy->n_rules; k++) {
			free(policy->rules[k].path);
			free(policy->rules[k].origin);
		}
		free(policy->rules);
		free((char *)policy->is.name);
	}
	free(status->policies);
	*status = (struct status){};
}

const char *status_mode(enum rootward_mode mode)
{
	static const char *const words[] = { "enforce", "audit", "learn" };

	return mode >= ROOTWARD_MODE_ENFORCE && mode <= ROOTWARD_MODE_LEARN ? words[mode] : "?";
}

/* A number in at most @width columns: all of it, or three digits of it. */
static void print_number(FILE *out, int width, uint64_t number)
{
	static const char units[] = "kMGTPE";
	double rest = (double)number;
	char digits[24];
	int unit = -1;

	snprintf(digits, sizeof(digits), "%" PRIu64, number);
	if ((int)strlen(digits) <= width) {
		fprintf(out, " %*s", width, digits);
		return;
	}
	while (rest >= 999.5 && unit < (int)sizeof(units) - 2) {
		rest /= 1000;
		unit++;
	}
	snprintf(digits, sizeof(digits), "%.*f%c",
		 rest < 10    ? 2
		 : rest < 100 ? 1
			      : 0,
		 rest, units[unit]);
	fprintf(out, " %*s", width, digits);
}

static void print_name(FILE *out, const struct rootward_loaded *is)
{
	_cleanup_free_ char *safe = safe_text(is->name);
	_cleanup_free_ char *shown = NULL;
	int width;

	if (asprintf(&shown, is->run ? "run: %s" : "%s", safe ? safe : "?") < 0)
		return;
	width = text_width(shown);
	fputs(shown, out);
	/* one that is too long has a line for itself */
	if (width > NAME_WIDTH)
		fprintf(out, "\n%*s", NAME_WIDTH, "");
	else
		fprintf(out, "%*s", NAME_WIDTH - width, "");
}

/* What deserves attention, beneath the numbers. */
static char *notes_of(const struct rootward_loaded *is, bool rules)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	if (is->gone && is->engine == ROOTWARD_ENGINE_FANOTIFY)
		fprintf(out, "its processes were killed, and it denies nothing any more: load it "
			     "again; ");
	else if (is->gone)
		fprintf(out, "denies nothing: the kernel calls no programs while "
			     "kernel.ftrace_enabled is 0; set it to 1; ");
	else if (is->engine == ROOTWARD_ENGINE_FANOTIFY)
		fprintf(out, "by fanotify: what is opened and executed; ");
	if (is->restarts)
		fprintf(out,
			"what decides was killed or got stuck %" PRIu32
			" time%s, and was started again; ",
			is->restarts, is->restarts == 1 ? "" : "s");
	if (is->locked)
		fprintf(out, "locked; ");
	if (is->moved)
		fprintf(out,
			"%" PRIu32 " of the rules %s on what %s path named when it was loaded "
			"and no longer does%s; ",
			is->moved, is->moved == 1 ? "is" : "are", is->moved == 1 ? "its" : "their",
			rules ? "" : " (--rules)");
	if (is->held)
		fprintf(out, "%" PRIu32 " filesystem%s held open; ", is->held,
			is->held == 1 ? "" : "s");
	if (is->unstable)
		fprintf(out,
			"%" PRIu64 " denied because the directories above would not hold "
			"still or were too many; ",
			is->unstable);
	if (is->retried)
		fprintf(out, "%" PRIu64 " walk%s met a concurrent change and went again; ",
			is->retried, is->retried == 1 ? "" : "s");
	if (fclose(out) || size < 2) {
		free(text);
		return NULL;
	}
	text[size - 2] = '\0';
	return text;
}

static void print_rule(FILE *out, const struct status_rule *rule, bool colour)
{
	fprintf(out, "    ");
	print_safe(out, rule->path);
	fprintf(out, "  ");
	print_safe(out, rule->origin);
	if (rule->moved)
		fprintf(out, "  %sno longer what the path names%s", colour ? YELLOW : "",
			colour ? PLAIN : "");
	fprintf(out, "\n");
}

static void print_policy(FILE *out, const struct status *status, const struct status_policy *policy,
			 bool colour)
{
	const struct rootward_loaded *is = &policy->is;
	_cleanup_free_ char *notes = notes_of(is, status->rules);
	bool attention = colour && (is->moved || is->unstable || is->gone || is->restarts);

	print_name(out, is);
	fprintf(out, " %-7s", status_mode(is->mode));
	if (is->run || is->selects)
		print_number(out, 6, is->tasks);
	else
		fprintf(out, " %6s", "all");
	print_number(out, 6, is->trees);
	if (is->run)
		fprintf(out, " %10s", "-");
	else
		print_number(out, 10, is->allowed);
	print_number(out, 10, is->denied);
	print_number(out, 8, is->lost);
	fprintf(out, "\n");
	if (notes) {
		fprintf(out, "  %s", attention ? YELLOW : "");
		print_folded(out, 2, WIDTH, notes);
		fprintf(out, "%s\n", attention ? PLAIN : "");
	}
	for (size_t i = 0; i < policy->n_rules; i++)
		print_rule(out, &policy->rules[i], colour);
}

void status_text(FILE *out, const struct status *status, bool colour)
{
	if (!status->n) {
		fprintf(out, "no policy is loaded, and nothing runs confined by bpf\n");
		return;
	}
	fprintf(out, "%-*s %-7s %6s %6s %10s %10s %8s\n", NAME_WIDTH, "POLICY", "MODE", "TASKS",
		"RULES", "ALLOWED", "DENIED", "LOST");
	for (size_t i = 0; i < status->n; i++)
		print_policy(out, status, &status->policies[i], colour);
}

static json_t *rules_json(const struct status_policy *policy)
{
	json_t *list = json_array();

	for (size_t i = 0; i < policy->n_rules; i++)
		json_array_append_new(list, json_pack("{s:o,s:o,s:b}", "path",
						      json_text(policy->rules[i].path), "origin",
						      json_text(policy->rules[i].origin), "moved",
						      policy->rules[i].moved));
	return list;
}

static json_t *policy_json(const struct status_policy *policy, bool rules)
{
	const struct rootward_loaded *is = &policy->is;
	json_t *object = json_pack("{s:o,s:s,s:s,s:b,s:b,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "name",
				   json_text(is->name), "kind", is->run ? "run" : "load", "mode",
				   status_mode(is->mode), "every_task", !is->run && !is->selects,
				   "locked", is->locked, "tasks", (json_int_t)is->tasks, "trees",
				   (json_int_t)is->trees, "denied", (json_int_t)is->denied, "lost",
				   (json_int_t)is->lost, "retried", (json_int_t)is->retried,
				   "unstable", (json_int_t)is->unstable, "moved",
				   (json_int_t)is->moved, "held", (json_int_t)is->held);

	if (object)
		json_object_set_new(
			object, "engine",
			json_string(is->engine == ROOTWARD_ENGINE_FANOTIFY ? "fanotify" : "bpf"));
	if (object)
		json_object_set_new(object, "gone", json_boolean(is->gone));
	if (object && is->engine == ROOTWARD_ENGINE_FANOTIFY)
		json_object_set_new(object, "restarts", json_integer(is->restarts));
	if (object && !is->run)
		json_object_set_new(object, "allowed", json_integer((json_int_t)is->allowed));
	if (object && rules && !is->run)
		json_object_set_new(object, "rules", rules_json(policy));
	return object;
}

json_t *status_json(const struct status *status)
{
	json_t *list = json_array();

	for (size_t i = 0; i < status->n; i++)
		if (json_array_append_new(list, policy_json(&status->policies[i], status->rules)))
			return json_decref(list), NULL;
	return json_pack("{s:o}", "policies", list);
}
