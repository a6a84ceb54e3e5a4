/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rootward status: its three forms, of made-up policies. */
#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "tool/status.h"

static const struct rootward_loaded loaded[] = {
	{ .name = "keys", .trees = 12, .tasks = 213, .allowed = 1234567, .denied = 12 },
	{ .name = "a\"b\\c\xff\x1b[31m, a name that has no end",
	  .mode = ROOTWARD_MODE_AUDIT,
	  .selects = 1,
	  .locked = 1,
	  .trees = 100000,
	  .tasks = 1234567,
	  .allowed = 18446744073709551615ULL,
	  .denied = 12345678901ULL,
	  .lost = 999999999,
	  .retried = 7,
	  .unstable = 3,
	  .moved = 2 },
	{ .name = "make", .run = 1, .trees = 3, .tasks = 4, .allowed = 10 },
	{ .name = "make", .run = 1, .trees = 3, .tasks = 5, .allowed = 20, .denied = 1 },
	{ .name = "keys", .run = 1, .tasks = 1 },
};

static struct status all_of(const char *name)
{
	struct status status = { .name = name };

	for (size_t i = 0; i < sizeof(loaded) / sizeof(loaded[0]); i++)
		status_add(&status, &loaded[i]);
	return status;
}

static char *text_of(const struct status *status)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	status_text(out, status, false);
	fclose(out);
	return text;
}

static void test_text(void)
{
	struct status status = all_of(NULL);
	char *text = text_of(&status);

	is_str(text,
	       "POLICY                    MODE     TASKS  RULES    ALLOWED     DENIED     LOST\n"
	       "keys                      enforce    all     12    1234567         12        0\n"
	       "a\"b\\\\c\\xff\\x1b[31m, a name that has no end\n"
	       "                          audit    1.23M 100000      18.4E      12.3G    1.00G\n"
	       "  locked; 2 of the rules are on what their path named when it was loaded and no\n"
	       "  longer does (--rules); 3 denied because the directories above would not hold\n"
	       "  still or were too many; 7 walks met a concurrent change and went again\n"
	       "run: make                 enforce      4      3          -          0        0\n"
	       "run: make                 enforce      5      3          -          1        0\n"
	       "run: keys                 enforce      1      0          -          0        0\n",
	       "the table");
	free(text);
	status_done(&status);

	text = text_of(&status);
	is_str(text, "no policy is loaded, and nothing runs confined by bpf\n", "nothing");
	free(text);
}

static void test_name(void)
{
	struct status status = all_of("make");

	is_int(status.n, 2, "by name");
	status_done(&status);
	status = all_of("keys");
	ok(status.n == 1 && !status.policies[0].is.run, "a loaded one before one that is run");
	status_done(&status);
	status = all_of("mak");
	is_int(status.n, 0, "not by the beginning of one");
	status_done(&status);
}

static void test_rules(void)
{
	struct status status = all_of("keys");
	char *text;

	status.rules = true;
	status_add_rule(&status, &(struct rootward_rule_state){ "/srv/keys", "k.yaml:3:5", 0 });
	status_add_rule(&status, &(struct rootward_rule_state){ "/srv/\n", "k.yaml:5:5", 1 });
	status_add_rule(&status, &(struct rootward_rule_state){ "/usr", "k.yaml:7:5", 0 });
	text = text_of(&status);
	ok(strstr(text, "\n    /srv/keys  k.yaml:3:5\n"
			"    /srv/\\x0a  k.yaml:5:5  no longer what the path names\n"
			"    /usr  k.yaml:7:5\n"),
	   "rules, and the one that moved");
	free(text);
	status_done(&status);
}

static void test_json(void)
{
	struct status status = all_of(NULL);
	json_t *root, *list, *one;
	char *text;

	status.rules = true;
	status_add_rule(&status, &(struct rootward_rule_state){ "/x", "k.yaml:3:5", 1 });
	root = status_json(&status);
	list = json_object_get(root, "policies");
	is_int(json_array_size(list), 5, "all of them");
	one = json_array_get(list, 0);
	is_int(json_integer_value(json_object_get(one, "allowed")), 1234567, "a number");
	is_str(json_string_value(json_object_get(one, "kind")), "load", "a kind");
	ok(json_is_true(json_object_get(one, "every_task")), "for every task");
	ok(json_is_array(json_object_get(one, "rules")), "rules");
	one = json_array_get(list, 1);
	is_str(json_string_value(json_object_get(one, "mode")), "audit", "a mode");
	ok(json_is_true(json_object_get(one, "locked")), "locked");
	ok(json_is_false(json_object_get(one, "every_task")), "for some tasks");
	one = json_array_get(list, 3);
	is_str(json_string_value(json_object_get(one, "kind")), "run", "a run");
	ok(!json_object_get(one, "rules"), "which does not tell its rules");
	ok(!json_object_get(one, "allowed") && json_object_get(one, "denied"),
	   "nor what it allowed, which is not counted");
	text = json_dumps(root, 0);
	ok(text && strstr(text, "\"name\": \"a\\\"b\\\\c\\\\xff"), "a name that is not UTF-8");
	free(text);
	json_decref(root);
	status_done(&status);
}

static size_t count(const char *text, const char *word)
{
	size_t n = 0;

	for (; (text = strstr(text, word)); text += strlen(word))
		n++;
	return n;
}

static char *prometheus_of(const struct status *status)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	status_prometheus(out, status);
	fclose(out);
	return text;
}

static void test_prometheus(void)
{
	struct status status = all_of(NULL);
	char *text = prometheus_of(&status);

	ok(strstr(text, "# TYPE rootward_accesses_total counter\n"
			"rootward_accesses_total{policy=\"keys\",kind=\"load\",mode=\"enforce\","
			"outcome=\"allowed\"} 1234567\n"),
	   "a counter with its type");
	ok(strstr(text,
		  "{policy=\"a\\\"b\\\\c\\\\xff\x1b[31m, a name that has no end\",kind=\"load\","
		  "mode=\"audit\"} 999999999\n"),
	   "a label is escaped");
	is_int(count(text, "policy=\"make\",kind=\"run\""), 10, "runs of one name are one series");
	ok(strstr(text, "make\",kind=\"run\",mode=\"enforce\",outcome=\"denied\"} 1\n") &&
		   strstr(text, "rootward_policy_tasks{policy=\"make\",kind=\"run\","
				"mode=\"enforce\"} 9\n"),
	   "their sum");
	ok(!strstr(text, "kind=\"run\",mode=\"enforce\",outcome=\"allowed\""),
	   "what they allowed is not counted");
	ok(!strstr(text, "Denials"), "lost are events, of what was allowed too");
	is_int(count(text, "# TYPE "), 10, "one type for each metric");
	is_int(count(text, "# HELP "), 10, "one help");
	free(text);
	status_done(&status);
}

/* Of the other engine: processes, which may be gone. */
static void test_fanotify(void)
{
	static const struct rootward_loaded by_fanotify[] = {
		{ .name = "web",
		  .engine = ROOTWARD_ENGINE_FANOTIFY,
		  .trees = 1,
		  .held = 2,
		  .restarts = 2 },
		{ .name = "keys", .engine = ROOTWARD_ENGINE_FANOTIFY, .gone = 1 },
	};
	struct status status = { 0 };
	char *text;
	json_t *root, *one;

	status_add(&status, &by_fanotify[0]);
	status_add(&status, &by_fanotify[1]);
	text = text_of(&status);
	ok(strstr(text,
		  "\n  by fanotify: what is opened and executed; what decides was killed or got "
		  "stuck\n  2 times, and was started again; 2 filesystems held open\n"),
	   "by fanotify, and what became of it");
	ok(strstr(text, "\n  its processes were killed, and it denies nothing any more: load it "
			"again\n"),
	   "killed");
	free(text);
	text = prometheus_of(&status);
	ok(strstr(text, "\nrootward_policy_filesystems_held{policy=\"web\",kind=\"load\","
			"mode=\"enforce\"} 2\n"),
	   "what is held open, for Prometheus");
	free(text);
	root = status_json(&status);
	one = json_array_get(json_object_get(root, "policies"), 0);
	is_int(json_integer_value(json_object_get(one, "held")), 2, "and as JSON");
	one = json_array_get(json_object_get(root, "policies"), 1);
	is_str(json_string_value(json_object_get(one, "engine")), "fanotify", "its engine");
	ok(json_is_true(json_object_get(one, "gone")), "that it is gone");
	json_decref(root);
	status_done(&status);
}

/* By bpf nothing was killed, but no program may be called. */
static void test_uncalled(void)
{
	static const struct rootward_loaded uncalled = { .name = "keys",
							 .engine = ROOTWARD_ENGINE_BPF,
							 .gone = 1 };
	struct status status = { 0 };
	char *text;
	json_t *root;

	status_add(&status, &uncalled);
	text = text_of(&status);
	ok(strstr(text, "\n  denies nothing: the kernel calls no programs while "
			"kernel.ftrace_enabled is 0;\n  set it to 1\n"),
	   "no program is called");
	free(text);
	text = prometheus_of(&status);
	ok(strstr(text,
		  "\nrootward_policy_gone{policy=\"keys\",kind=\"load\",mode=\"enforce\"} 1\n"),
	   "for Prometheus");
	free(text);
	root = status_json(&status);
	ok(json_is_true(
		   json_object_get(json_array_get(json_object_get(root, "policies"), 0), "gone")),
	   "and as JSON");
	json_decref(root);
	status_done(&status);
}

int main(void)
{
	test_fanotify();
	test_uncalled();
	test_text();
	test_name();
	test_rules();
	test_json();
	test_prometheus();
	return done_testing();
}
