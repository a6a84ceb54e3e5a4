/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Prometheus' exposition format.  Two lines with the same labels make a reader refuse the whole
 * text, and runs of one name may be many: they are summed up.
 */
#include <inttypes.h>
#include <string.h>

#include "json_out.h"
#include "status.h"

enum metric {
	TASKS,
	RULES,
	MOVED,
	HELD,
	LOCKED,
	GONE,
	ALLOWED,
	DENIED,
	LOST,
	RETRIED,
	UNSTABLE,
	N_METRICS,
};

/* @outcome: a label, and lines that share a name follow each other. */
static const struct {
	const char *name;
	const char *type;
	const char *outcome;
	const char *help;
} metrics[N_METRICS] = {
	[TASKS] = { "rootward_policy_tasks", "gauge", NULL, "Tasks that the policy is for." },
	[RULES] = { "rootward_policy_rules", "gauge", NULL, "Rules of the policy." },
	[MOVED] = { "rootward_policy_rules_moved", "gauge", NULL,
		    "Rules on what their path no longer names." },
	[HELD] = { "rootward_policy_filesystems_held", "gauge", NULL,
		   "Filesystems where what rules are on is held open." },
	[LOCKED] = { "rootward_policy_locked", "gauge", NULL,
		     "Whether the policy stays until the machine goes down." },
	[GONE] = { "rootward_policy_gone", "gauge", NULL,
		   "Whether nobody is asked any more, and nothing is denied." },
	[ALLOWED] = { "rootward_accesses_total", "counter", "allowed",
		      "Accesses that the policy decided about." },
	[DENIED] = { "rootward_accesses_total", "counter", "denied", NULL },
	[LOST] = { "rootward_events_lost_total", "counter", NULL,
		   "Events that somebody watched for and that could not be kept." },
	[RETRIED] = { "rootward_walks_retried_total", "counter", NULL,
		      "Walks that met a concurrent change and went again." },
	[UNSTABLE] = { "rootward_accesses_unstable_total", "counter", NULL,
		       "Accesses denied because a walk stayed unstable or passed a bound." },
};

static uint64_t value_of(const struct rootward_loaded *is, enum metric metric)
{
	switch (metric) {
	case TASKS:
		return is->tasks;
	case RULES:
		return is->trees;
	case MOVED:
		return is->moved;
	case HELD:
		return is->held;
	case LOCKED:
		return is->locked != 0;
	case GONE:
		return is->gone != 0;
	case ALLOWED:
		return is->allowed;
	case DENIED:
		return is->denied;
	case LOST:
		return is->lost;
	case RETRIED:
		return is->retried;
	case UNSTABLE:
	case N_METRICS:
		break;
	}
	return is->unstable;
}

static bool same_series(const struct rootward_loaded *x, const struct rootward_loaded *y)
{
	return !x->run == !y->run && x->mode == y->mode && !strcmp(x->name, y->name);
}

static void print_label(FILE *out, const char *text)
{
	json_t *unicode = json_text(text);
	const char *s = unicode ? json_string_value(unicode) : "";

	for (; *s; s++) {
		if (*s == '\n')
			fputs("\\n", out);
		else if (*s == '\\' || *s == '"')
			fprintf(out, "\\%c", *s);
		else
			putc(*s, out);
	}
	json_decref(unicode);
}

/* One line for @number and all like it; nothing if an earlier one had it, or it is not counted. */
static void print_series(FILE *out, const struct status *status, size_t number, enum metric metric)
{
	const struct rootward_loaded *is = &status->policies[number].is;
	uint64_t sum = 0;

	if (metric == ALLOWED && is->run)
		return;
	for (size_t i = 0; i < status->n; i++) {
		if (!same_series(&status->policies[i].is, is))
			continue;
		if (i < number)
			return;
		sum += value_of(&status->policies[i].is, metric);
	}
	fprintf(out, "%s{policy=\"", metrics[metric].name);
	print_label(out, is->name);
	fprintf(out, "\",kind=\"%s\",mode=\"%s\"", is->run ? "run" : "load", status_mode(is->mode));
	if (metrics[metric].outcome)
		fprintf(out, ",outcome=\"%s\"", metrics[metric].outcome);
	fprintf(out, "} %" PRIu64 "\n", sum);
}

void status_prometheus(FILE *out, const struct status *status)
{
	for (enum metric metric = 0; metric < N_METRICS; metric++) {
		if (metrics[metric].help)
			fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", metrics[metric].name,
				metrics[metric].help, metrics[metric].name, metrics[metric].type);
		for (size_t i = 0; i < status->n; i++)
			print_series(out, status, i, metric);
	}
}
