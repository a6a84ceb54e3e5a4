/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "policy.h"
#include "policy_keys.h"

const struct policy_key policy_keys[] = {
	{ "name", KEY_NAME, false, 0,
	  "What messages and events call the policy; without it, the file's name." },
	{ "default", KEY_OPS, false, offsetof(struct rootward_policy, default_ops),
	  "What is allowed where no tree decides; without it, nothing." },
	{ "best_effort", KEY_OPS, false, offsetof(struct rootward_policy, best_effort),
	  "Operations that may stay unenforced where the engine cannot enforce them." },
	{ "keep", KEY_KEEP, false, 0,
	  "What a confined process keeps though it could undo the confinement with it: "
	  "capabilities, block_devices, raw_memory, user_namespaces, kernel_settings." },
	{ "mode", KEY_MODE, false, offsetof(struct rootward_policy, mode),
	  "enforce, or audit: what is not allowed is told and let pass." },
	{ "applies_to", KEY_TASKS, false, offsetof(struct rootward_policy, applies_to),
	  "For rootward load: the tasks that it is for; without it, all." },
	{ "except", KEY_TASKS, false, offsetof(struct rootward_policy, except),
	  "For rootward load: but for these." },
	{ "locked", KEY_BOOL, false, offsetof(struct rootward_policy, locked),
	  "true: once loaded it is neither unloaded nor replaced until the machine goes down." },
	{ "unlock", KEY_TASKS, false, offsetof(struct rootward_policy, unlock),
	  "But by these tasks." },
	{ "trees", KEY_TREES, false, 0, "The rules." },
	{ NULL },
};

const struct policy_key task_keys[] = {
	{ "executable", KEY_TASK, false, TASK_BY_EXE, "What runs this file." },
	{ "uid", KEY_TASK, false, TASK_BY_UID, "A user's, by name or number." },
	{ "gid", KEY_TASK, false, TASK_BY_GID, "A group's, by name or number." },
	{ "cgroup", KEY_TASK, false, TASK_BY_CGROUP,
	  "What is in this control group (version 2) or beneath: its path from the hierarchy's "
	  "root." },
	{ "run", KEY_TASK, false, TASK_BY_RUN,
	  "What rootward run has confined by the policy of this name." },
	{ NULL },
};

const struct policy_key tree_keys[] = {
	{ "path", KEY_PATH, false, offsetof(struct tree, path),
	  "A file or directory; the rule is on what it is, behind symbolic links. `~` is the home "
	  "directory, relative paths start at the working directory." },
	{ "label", KEY_LABEL, false, offsetof(struct tree, label),
	  "In place of a path: each directory that carries this extended attribute." },
	{ "allow", KEY_OPS, false, offsetof(struct tree, allow), "What is allowed beneath." },
	{ "deny", KEY_OPS, false, offsetof(struct tree, deny), "What is denied beneath." },
	{ "optional", KEY_BOOL, false, offsetof(struct tree, optional),
	  "true: the path may be missing; the rule is then skipped, but for a deny on a missing "
	  "name in a directory that exists." },
	{ "owner", KEY_OWNER, false, offsetof(struct tree, owner),
	  "The rule is only for what belongs, as seen through the mount, to this user: a name, "
	  "`uid N`, `self`, or `unmapped`: nobody." },
	{ "follow", KEY_FOLLOW, false, offsetof(struct tree, follows_path),
	  "inode, or path: the rule is on whatever is at the path, when that is removed and made "
	  "anew, replaced, or mounted over." },
	{ "group", KEY_GROUP, false, offsetof(struct tree, group),
	  "Likewise: a group's name, `gid N`, `self`, `unmapped`." },
	{ NULL },
};

const struct policy_key label_keys[] = {
	{ "xattr", KEY_XATTR, true, offsetof(struct tree_label, xattr),
	  "The attribute's name: user.*, trusted.* or security.bpf.*." },
	{ "value", KEY_VALUE, true, offsetof(struct tree_label, value), "Its value." },
	{ "under", KEY_PATH, false, offsetof(struct tree_label, under),
	  "The directory that, with what is beneath it in its filesystem, the label counts in; "
	  "without it everywhere, where the kernel lets it be read." },
	{ "set", KEY_TASKS, false, offsetof(struct tree_label, set),
	  "Of the tasks that the policy is for, those that may set and remove the attribute "
	  "there." },
	{ NULL },
};

#define FITS(keys) _Static_assert(sizeof(keys) / sizeof((keys)[0]) <= KEYS_MAX, "KEYS_MAX")

FITS(policy_keys);
FITS(task_keys);
FITS(tree_keys);
FITS(label_keys);

const char *key_type_text(enum key_type type)
{
	switch (type) {
	case KEY_NAME:
		return "a name";
	case KEY_PATH:
		return "a path";
	case KEY_OPS:
		return "a list of operations";
	case KEY_KEEP:
		return "a list of capabilities and other things to keep";
	case KEY_BOOL:
		return "true or false";
	case KEY_OWNER:
		return "a user, \"uid N\", self or unmapped";
	case KEY_GROUP:
		return "a group, \"gid N\", self or unmapped";
	case KEY_FOLLOW:
		return "inode or path";
	case KEY_MODE:
		return "enforce or audit";
	case KEY_TASKS:
		return "a list of tasks";
	case KEY_TASK:
		return "a word";
	case KEY_LABEL:
		return "a map with xattr, value and perhaps under";
	case KEY_XATTR:
		return "an extended attribute's name";
	case KEY_VALUE:
		return "a value";
	case KEY_TREES:
		return "a list of trees";
	}
	return "something else";
}
