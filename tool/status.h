/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the bpf engine has at work, and the three forms that `rootward status` shows it in. */
#ifndef TOOL_STATUS_H
#define TOOL_STATUS_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>
#include <rootward.h>

/** struct status_rule - as struct rootward_rule_state; its texts are owned. */
struct status_rule {
	char *path;
	char *origin;
	bool moved;
};

/**
 * struct status_policy - a loaded policy or a confinement.
 * @is:    its name is owned; of a confinement nobody counts what is allowed, and no form tells it
 * @rules: @n_rules of them, if they were asked for
 */
struct status_policy {
	struct rootward_loaded is;
	struct status_rule *rules;
	size_t n_rules;
};

/**
 * struct status - zero to begin with.
 * @name:  only those of this name, confinements only if no loaded policy has it; NULL: all
 * @rules: show the rules, too
 * @failed: 0, or -ENOMEM
 */
struct status {
	const char *name;
	bool rules;
	struct status_policy *policies;
	size_t n;
	int failed;
};

/** status_add() - a rootward_loaded_fn; @data is a struct status. */
void status_add(void *data, const struct rootward_loaded *loaded);

/** status_add_rule() - a rootward_rule_state_fn: to the last policy of the struct status @data. */
void status_add_rule(void *data, const struct rootward_rule_state *rule);

void status_done(struct status *status);

/** status_mode() - "enforce", "audit", "learn". */
const char *status_mode(enum rootward_mode mode);

/** status_text() - for people: a table of at most 80 columns, and what deserves attention. */
void status_text(FILE *out, const struct status *status, bool colour);

/** status_json() - for programs: docs/load.md has the keys.  NULL: out of memory. */
json_t *status_json(const struct status *status);

/**
 * status_prometheus() - the exposition format, for a textfile collector.  Confinements of one name
 * and mode are one series.
 */
void status_prometheus(FILE *out, const struct status *status);

#endif
