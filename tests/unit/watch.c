/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rootward watch: what it shows of made-up decisions. */
#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "tool/event.h"
#include "tool/watch.h"

#define SECOND 1000000000LL

static const struct rootward_event events[] = {
	{ .ops = ROOTWARD_OP_READ_FILE | ROOTWARD_OP_STAT,
	  .denied = ROOTWARD_OP_READ_FILE,
	  .reason = ROOTWARD_REASON_RULE,
	  .pid = 12,
	  .policy = "keys",
	  .origin = "k.yaml:4:5",
	  .tree = "/srv/keys",
	  .object = "/srv/keys/id",
	  .comm = "cat",
	  .exe = "busybox",
	  .when = 5 * SECOND + 7000000,
	  .whole = 1,
	  .owned = 1,
	  .uid = 1000,
	  .gid = ROOTWARD_NO_ID },
	{ .ops = ROOTWARD_OP_WRITE_FILE,
	  .denied = ROOTWARD_OP_WRITE_FILE,
	  .reason = ROOTWARD_REASON_DEFAULT,
	  .outcome = ROOTWARD_PASSED,
	  .pid = 13,
	  .policy = "usr",
	  .object = "b\xff/\x1b[2J",
	  .comm = "a\nb",
	  .exe = "",
	  .when = 6 * SECOND },
	{ .ops = ROOTWARD_OP_EXECUTE,
	  .reason = ROOTWARD_REASON_DEFAULT,
	  .outcome = ROOTWARD_ALLOWED,
	  .pid = 14,
	  .policy = "usr",
	  .object = "/bin/true",
	  .comm = "true",
	  .exe = "true",
	  .whole = 1 },
	{ .reason = ROOTWARD_REASON_CAPABILITY,
	  .arg = 21,
	  .pid = 15,
	  .object = "",
	  .comm = "mount",
	  .exe = "" },
};

static char *line_of(const struct rootward_event *event)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	event_line(out, event, 10 * SECOND);
	fclose(out);
	return text;
}

static void is_line(size_t number, const char *wanted, const char *what)
{
	char *text = line_of(&events[number]);

	is_str(text, wanted, "%s", what);
	free(text);
}

static void test_lines(void)
{
	is_line(0,
		"00:00:15.007  denied    read_file  /srv/keys/id  by cat[12] running busybox  "
		"rule /srv/keys (policy keys, k.yaml:4:5)  owner 1000:unmapped\n",
		"all that is known");
	is_line(1,
		"00:00:16.000  let pass  write_file  .../b\\xff/\\x1b[2J  by a\\x0ab[13]  "
		"not in default (policy usr)\n",
		"bytes that a terminal obeys, a path's end");
	is_line(2,
		"00:00:10.000  allowed   execute  /bin/true  by true[14]  default (policy usr)\n",
		"allowed by default");
	is_line(3,
		"00:00:10.000  denied    sys_admin  by mount[15]  "
		"a confined task does not have this capability\n",
		"no file at all");
}

static void test_json(void)
{
	json_t *object = event_json(&events[0], 10 * SECOND);

	is_str(json_string_value(json_object_get(object, "time")), "1970-01-01T00:00:15.007000Z",
	       "the time");
	is_str(json_string_value(json_object_get(object, "outcome")), "denied", "the outcome");
	is_int(json_array_size(json_object_get(object, "asked")), 2, "what was asked");
	is_int(json_array_size(json_object_get(object, "denied")), 1, "what was denied");
	is_str(json_string_value(json_object_get(object, "reason")), "rule", "the reason");
	is_str(json_string_value(json_object_get(object, "executable")), "busybox", "who");
	is_str(json_string_value(json_object_get(json_object_get(object, "owner"), "gid")),
	       "unmapped", "nobody's");
	is_int(json_integer_value(json_object_get(json_object_get(object, "owner"), "uid")), 1000,
	       "somebody's");
	json_decref(object);
	object = event_json(&events[3], 0);
	is_str(json_string_value(json_object_get(object, "what")), "sys_admin", "no operation");
	ok(json_is_null(json_object_get(object, "object")) &&
		   json_is_null(json_object_get(object, "executable")) &&
		   json_is_null(json_object_get(object, "policy")) &&
		   !json_object_get(object, "owner"),
	   "what is not known");
	json_decref(object);
}

static char *picture(struct view *view, int width, int height)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	view_draw(out, view, width, height, false, "\n");
	fclose(out);
	return text;
}

/* Each so often: 8, 4, 2, 1. */
static struct view watched(void)
{
	struct view view = { .name = "keys" };

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		for (int times = 8 >> i; times > 0; times--)
			view_take(&view, &events[i]);
	return view;
}

static void test_view(void)
{
	struct view view = watched();
	struct rootward_event other = events[0];
	char *text;

	other.denied = ROOTWARD_OP_STAT;
	other.object = "/srv/keys/other";
	view_take(&view, &other);
	other.object = "/srv/keys/newest";
	view_take(&view, &other);
	view_tick(&view, 1);
	view.lost = 3;
	text = picture(&view, 0, 0);
	is_str(text,
	       "keys, 1 s: 11 denied, 4 let pass, 2 allowed, 8.5/s, 3 lost\n"
	       "\n"
	       "a confined task does not have this capability\n"
	       "        1   0.5/s  denied    sys_admin     by mount[15]\n"
	       "/srv/keys: a rule (policy keys, k.yaml:4:5)\n"
	       "        8   4.0/s  denied    read_file     /srv/keys/id  by cat[12]\n"
	       "        2   1.0/s  denied    stat          /srv/keys/newest  by cat[12]\n"
	       "no tree decides, and `default` does not allow it (policy usr)\n"
	       "        4   2.0/s  let pass  write_file    .../b\\xff/\\x1b[2J  by a\\x0ab[13]\n"
	       "default (policy usr)\n"
	       "        2   1.0/s  allowed   execute       /bin/true  by true[14]\n",
	       "rules, and beneath them what they decided");
	free(text);
	view_done(&view);
}

static void test_room(void)
{
	struct view view = watched();
	struct rootward_event other = events[0];
	char *text;

	other.denied = ROOTWARD_OP_STAT;
	view_take(&view, &other);
	view_tick(&view, 4);
	text = picture(&view, 40, 10);
	is_str(text,
	       "keys, 4 s: 10 denied, 4 let pass, 2 allo\n"
	       "\n"
	       "a confined task does not have this capab\n"
	       "        1   0.2/s  denied    sys_admin  \n"
	       "/srv/keys: a rule (policy keys, k.yaml:4\n"
	       "        8   2.0/s  denied    read_file  \n"
	       "no tree decides, and `default` does not \n"
	       "        4   1.0/s  let pass  write_file \n"
	       "default (policy usr)\n"
	       "        2   0.5/s  allowed   execute    \n",
	       "every rule is seen before all of one is");
	free(text);
	text = picture(&view, 40, 7);
	is_str(text,
	       "keys, 4 s: 10 denied, 4 let pass, 2 allo\n"
	       "\n"
	       "a confined task does not have this capab\n"
	       "        1   0.2/s  denied    sys_admin  \n"
	       "/srv/keys: a rule (policy keys, k.yaml:4\n"
	       "        8   2.0/s  denied    read_file  \n"
	       "and 2 more rules\n",
	       "what has no room is counted");
	free(text);
	for (int height = 1; height < 12; height++) {
		int lines = 0;

		text = picture(&view, 20, height);
		for (const char *s = text; *s; s++)
			lines += *s == '\n';
		ok(lines <= height, "%d lines are no more", height);
		free(text);
	}
	view_done(&view);
}

static void test_rates(void)
{
	struct view view = watched();
	char *text;

	view_tick(&view, 0.25);
	ok(view.rate > 7 && view.rate < 8, "a rate rises slowly");
	for (int i = 0; i < 40; i++)
		view_tick(&view, 0.25);
	text = picture(&view, 0, 0);
	ok(strstr(text, " 0/s, 0 lost\n"), "and is forgotten");
	ok(strstr(text, "\n        8          denied    read_file"), "the count stays");
	free(text);
	view_done(&view);
}

static void test_outcomes(void)
{
	struct rootward_event event = events[1];
	struct view view = {};

	view_take(&view, &event);
	event.outcome = ROOTWARD_DENIED;
	view_take(&view, &event);
	view_take(&view, &event);
	is_int(view.tally.n, 2, "what is let pass and what is denied are two rows");
	view_done(&view);
}

static void test_many(void)
{
	struct rootward_event event = events[0];
	struct view view = {};
	char tree[32], *text;

	event.tree = tree;
	for (int i = 0; i < 2000; i++) {
		snprintf(tree, sizeof(tree), "/%d", i);
		view_take(&view, &event);
	}
	text = picture(&view, 0, 0);
	ok(strstr(text, "all policies, 0 s: 2000 denied"), "each is counted");
	ok(strstr(text, "\n      976 by yet other rules\n"), "those beyond the rows, together");
	free(text);
	view_done(&view);
}

int main(void)
{
	setenv("TZ", "UTC", 1);
	test_lines();
	test_json();
	test_view();
	test_room();
	test_rates();
	test_outcomes();
	test_many();
	return done_testing();
}
