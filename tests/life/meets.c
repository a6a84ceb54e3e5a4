/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands about loaded policies that meet: one comes while another is about to lock. */
#include <errno.h>

#include "life.h"

static int load_text(const char *text)
{
	struct rootward_policy *policy = NULL;
	struct rootward_opts opts = collect_opts(&said);
	int r;

	collected_reset(&said);
	r = rootward_policy_parse(&policy, text, strlen(text), &opts);
	if (r == 0)
		r = rootward_load(&policy, 1, &opts);
	rootward_policy_free(policy);
	return r;
}

#define POLICY "name: t\ndefault: [all]\ntrees:\n- {path: /tmp, allow: [all]}\n"

static struct rootward_watch *other;
static int other_r;

static void watch_too(void)
{
	other_r = rootward_watch_new(&other, "t", ROOTWARD_WATCH_DENIED, NULL);
}

static void unload_and_load(void)
{
	other_r = rootward_unload("t", NULL);
	if (other_r == 0)
		other_r = load_text(POLICY);
}

static void unload_too(void)
{
	other_r = rootward_unload("t", NULL);
}

void test_meets(void)
{
	struct rootward_watch *watch = NULL;

	is_int(load_text(POLICY), 0, "a policy is loaded");
	tap_show("said:", collected_text(&said));
	before_lock = watch_too;
	other_r = 1;
	is_int(rootward_watch_new(&watch, "t", ROOTWARD_WATCH_DENIED, NULL), -EBUSY,
	       "two watches begin at once: one does not");
	is_int(other_r, 0, "the other does");
	rootward_watch_free(other_r == 0 ? other : NULL);
	is_int(rootward_watch_new(&watch, "t", ROOTWARD_WATCH_DENIED, NULL), 0,
	       "when that has ended, anybody can");
	rootward_watch_free(watch);

	before_lock = unload_and_load;
	other_r = 1;
	is_int(rootward_unload("t", NULL), 0,
	       "unloaded while another unloads and loads it: the one that is there goes");
	is_int(other_r, 0, "the other did that");
	is_int(rootward_unload("t", NULL), -ENOENT, "and is it no more");

	load_text(POLICY);
	before_lock = unload_too;
	other_r = 1;
	is_int(rootward_unload("t", NULL), -ENOENT, "two unload it at once: one finds none");
	is_int(other_r, 0, "the other did it");
	is_int((int)pinned(), 0, "nothing is left");
}
