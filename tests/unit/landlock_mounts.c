/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where mounts show things, and what follows from it for rules: all from text, no kernel. */
#include <sys/sysmacros.h>

#include "landlock_abi.h"
#include "landlock_help.h"
#include "landlock_trie.h"
#include "tap.h"

/*
 *	/            8:1 /
 *	/srv         8:2 /
 *	/data        8:2 /pub/data    (bind)
 *	/mirror      8:2 /            (the whole of /srv again)
 *	/mirror/pub  0:9 /            (hides /mirror/pub, and with it /mirror/pub/data)
 *	/over        8:3 / then 8:4 / (stacked)
 *	/over/low    8:5 /            (on the lower one: not seen)
 *	/a b         8:6 /x\y
 *	/gone        8:2 /old//deleted
 *	/ns          0:4 net:[1]
 */
static const char table[] = "20 1 8:1 / / rw - ext4 /dev/a rw\n"
			    "21 20 8:2 / /srv rw shared:1 - ext4 /dev/b rw\n"
			    "22 20 8:2 /pub/data /data rw - ext4 /dev/b rw\n"
			    "23 20 8:2 / /mirror rw - ext4 /dev/b rw\n"
			    "24 23 0:9 / /mirror/pub rw - tmpfs none rw\n"
			    "25 20 8:3 / /over rw - ext4 /dev/c rw\n"
			    "26 25 8:4 / /over rw - ext4 /dev/d rw\n"
			    "27 25 8:5 / /over/low rw - ext4 /dev/e rw\n"
			    "28 20 8:6 /x\\134y /a\\040b rw - ext4 /dev/f rw\n"
			    "29 20 8:2 /old//deleted /gone rw - ext4 /dev/b rw\n"
			    "30 20 0:4 net:[1] /ns rw - nsfs nsfs rw\n"
			    "31 1 8:7 / / rw - ext4 /dev/g rw\n";

static void parse(struct mounts *mounts, const char *text, int root_id)
{
	char *copy = strdup(text);

	*mounts = (struct mounts){ 0 };
	is_int(mounts_parse(mounts, copy, root_id, makedev(8, 1)), 0, "mountinfo is understood");
	free(copy);
}

static void check_find(const struct mounts *mounts, const char *path, int id)
{
	const struct mount_entry *mount = mounts_find(mounts, path);

	is_int(mount ? mount->id : 0, id, "%s is on mount %d", path, id);
}

static void test_find(const struct mounts *mounts)
{
	check_find(mounts, "/", 20);
	check_find(mounts, "/etc/x", 20);
	check_find(mounts, "/srv", 21);
	check_find(mounts, "/srv/pub/data/x", 21);
	check_find(mounts, "/srvx", 20);
	check_find(mounts, "/data/x", 22);
	check_find(mounts, "/mirror/pub/data", 24);
	check_find(mounts, "/mirror/pubx", 23);
	check_find(mounts, "/over/low/x", 26);
	check_find(mounts, "/a b/x", 28);
}

static void check_show(const struct mounts *mounts, const char *path, const char *at,
		       const char *wanted)
{
	const struct mount_entry *from = mounts_find(mounts, path), *to = mounts_find(mounts, at);
	char *place = mount_place(from, path), *shown;

	is_int(mounts_show(mounts, to, place, &shown), 0, "%s on the mount of %s", path, at);
	is_str(shown, wanted, "is seen at %s", wanted ? wanted : "no path");
	free(shown);
	free(place);
}

static void test_show(const struct mounts *mounts)
{
	check_show(mounts, "/srv/pub/data/x", "/data", "/data/x");
	check_show(mounts, "/srv/pub/data", "/data", "/data");
	check_show(mounts, "/data/x", "/srv", "/srv/pub/data/x");
	check_show(mounts, "/data", "/mirror", NULL);
	check_show(mounts, "/srv/other", "/data", NULL);
	check_show(mounts, "/srv", "/mirror", "/mirror");
	check_show(mounts, "/srv/x", "/mirror", "/mirror/x");
}

static void test_odd(void)
{
	char with_same[] = "40 39 8:1 /sub /mnt rw - ext4 /dev/a rw\n";
	char with_other[] = "40 39 8:2 / /mnt rw - ext4 /dev/a rw\n";
	char broken[] = "40 39 8:1\n";
	char none[] = "";
	struct mounts mounts = { 0 };

	is_int(mounts_parse(&mounts, with_same, 39, makedev(8, 1)), -EXDEV,
	       "a plain directory as root, its file system shown elsewhere: refused");
	mounts_free(&mounts);
	is_int(mounts_parse(&mounts, with_other, 39, makedev(8, 1)), 0,
	       "a plain directory as root, alone: fine");
	check_find(&mounts, "/x", 39);
	ok(!mount_place(mounts_find(&mounts, "/x"), "/x"), "but places in it are unknown");
	mounts_free(&mounts);
	ok(mounts_parse(&mounts, broken, MOUNTS_NO_ID, 0) < 0, "a cut line is an error");
	mounts_free(&mounts);
	ok(mounts_parse(&mounts, none, MOUNTS_NO_ID, 0) < 0, "no mounts at all is an error");
	mounts_free(&mounts);
}

/* A tree as policy_resolve() would leave it, on a machine that does not exist. */
static void tree(struct rootward_policy *policy, const char *path, uint32_t allow, uint32_t deny)
{
	struct tree *last;

	rule(policy, path, allow, deny, false);
	last = &policy->trees[policy->n_trees - 1];
	last->state = TREE_PRESENT;
	last->real = strdup(path);
	last->mode = S_IFDIR;
	last->ino = policy->n_trees;
}

#define R ROOTWARD_OP_READ_FILE

static void check_reach(const struct trie *trie, const char *path, bool wanted)
{
	is_int(!!(trie_reach(trie, path) & R), wanted, "%s may %sbe granted", path,
	       wanted ? "" : "not ");
}

static void test_rules(const struct mounts *mounts)
{
	struct rootward_policy *policy = new_policy(R, 0);
	struct trie trie;

	/* Hidden behind /data are /pub, which allows and shields, and the root, which denies. */
	tree(policy, "/srv", 0, R);
	tree(policy, "/srv/pub", R, 0);
	tree(policy, "/srv/pub/data/key", 0, R);
	is_int(trie_build(&trie, policy, mounts, landlock_abi_ops(7)), 0, "rules on many mounts");
	check_reach(&trie, "/srv/pub/data/key", false);
	check_reach(&trie, "/srv/pub/data/else", true);
	check_reach(&trie, "/srv/pub/data", false);
	check_reach(&trie, "/srv/priv", false);
	check_reach(&trie, "/data", false);
	check_reach(&trie, "/data/key", false);
	check_reach(&trie, "/data/else", true);
	check_reach(&trie, "/mirror/priv", false);
	check_reach(&trie, "/gone", false);
	check_reach(&trie, "/etc", true);
	check_reach(&trie, "/", false);
	trie_free(&trie);
	rootward_policy_free(policy);
}

static void test_hidden_allow(const struct mounts *mounts)
{
	struct rootward_policy *policy = new_policy(0, 0);
	struct trie trie;

	tree(policy, "/srv", R, 0);
	is_int(trie_build(&trie, policy, mounts, landlock_abi_ops(7)), 0, "a hidden allow");
	check_reach(&trie, "/srv/pub/data", true);
	check_reach(&trie, "/mirror", true);
	check_reach(&trie, "/data", false);
	trie_free(&trie);
	rootward_policy_free(policy);
}

static void test_order(void)
{
	struct rootward_policy *policy = new_policy(R, 0);
	struct mounts mounts;
	struct trie trie;

	/* Bytes before and after the slash must not come between a directory and what it holds. */
	parse(&mounts, "20 1 8:1 / / rw - ext4 /dev/a rw\n", MOUNTS_NO_ID);
	tree(policy, "/a.b", 0, R);
	tree(policy, "/a/b", 0, R);
	tree(policy, "/a-b/c", 0, R);
	tree(policy, "/a", R, 0);
	tree(policy, "/a\001/d", 0, R);
	is_int(trie_build(&trie, policy, &mounts, landlock_abi_ops(7)), 0, "names like each other");
	is_int(trie.n, 8, "one node for each directory");
	check_reach(&trie, "/a", false);
	check_reach(&trie, "/a/b", false);
	check_reach(&trie, "/a/c", true);
	check_reach(&trie, "/a.b", false);
	check_reach(&trie, "/a-b/x", true);
	check_reach(&trie, "/a\001/d/e", false);
	trie_free(&trie);
	mounts_free(&mounts);
	rootward_policy_free(policy);
}

int main(void)
{
	struct mounts mounts;

	parse(&mounts, table, MOUNTS_NO_ID);
	is_int(mounts.n, 9, "hidden mounts are left out");
	test_find(&mounts);
	test_show(&mounts);
	test_rules(&mounts);
	test_hidden_allow(&mounts);
	mounts_free(&mounts);

	parse(&mounts, table, 31);
	check_find(&mounts, "/srv", 31);
	mounts_free(&mounts);
	test_odd();
	test_order();
	return done_testing();
}
