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
	{ "trees", KEY_TREES, false, 0, "The rules." },
	{ NULL },
};

const struct policy_key tree_keys[] = {
	{ "path", KEY_PATH, true, offsetof(struct tree, path),
	  "A file or directory; the rule is on what it is, behind symbolic links. `~` is the home "
	  "directory, relative paths start at the working directory." },
	{ "allow", KEY_OPS, false, offsetof(struct tree, allow), "What is allowed beneath." },
	{ "deny", KEY_OPS, false, offsetof(struct tree, deny), "What is denied beneath." },
	{ "optional", KEY_BOOL, false, offsetof(struct tree, optional),
	  "true: the path may be missing; the rule is then skipped, but for a deny on a missing "
	  "name in a directory that exists." },
	{ "owner", KEY_OWNER, false, offsetof(struct tree, owner),
	  "The rule is only for what belongs, as seen through the mount, to this user: a name, "
	  "`uid N`, `self`, or `unmapped`: nobody." },
	{ "group", KEY_GROUP, false, offsetof(struct tree, group),
	  "Likewise: a group's name, `gid N`, `self`, `unmapped`." },
	{ NULL },
};

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
	case KEY_TREES:
		return "a list of trees";
	}
	return "something else";
}
