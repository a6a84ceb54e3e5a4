/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands about loaded policies that meet: one comes while another is about to lock. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

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

static void take_moved(void *data, const struct rootward_loaded *loaded)
{
	struct rootward_loaded *found = data;

	*found = *loaded;
}

/* What status tells of it, now. */
static struct rootward_loaded now(void)
{
	struct rootward_loaded found = {};

	is_int(rootward_status(take_moved, &found), 0, "status");
	return found;
}

/* A package's upgrade replaces its program, or the whole directory. */
static void test_executable(void)
{
	struct rootward_loaded found;

	mkdir("/tmp/opt", 0755);
	close(open("/tmp/opt/program", O_CREAT | O_WRONLY, 0755));
	is_int(load_text("applies_to: [{executable: /tmp/opt/program}]\n" POLICY), 0,
	       "a policy for an executable");
	tap_show("said:", collected_text(&said));
	found = now();
	is_int(found.trees, 1, "which is no rule");
	is_int(found.moved, 0, "and is where it was");
	close(open("/tmp/opt/new", O_CREAT | O_WRONLY, 0755));
	rename("/tmp/opt/new", "/tmp/opt/program");
	found = now();
	is_int(found.moved, 0, "also when another has its name in its directory");
	rename("/tmp/opt", "/tmp/opt.old");
	mkdir("/tmp/opt", 0755);
	close(open("/tmp/opt/program", O_CREAT | O_WRONLY, 0755));
	found = now();
	is_int(found.moved, 1, "but of another directory it is told");
	rootward_unload("t", NULL);
}

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
	test_executable();
}
