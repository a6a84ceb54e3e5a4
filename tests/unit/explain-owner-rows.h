/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What explain_owner.c asks, and what is to come out; the files are drawn there. */
#ifndef ROOTWARD_TESTS_EXPLAIN_OWNER_ROWS_H
#define ROOTWARD_TESTS_EXPLAIN_OWNER_ROWS_H

#include <stdbool.h>
#include <sys/types.h>

#include <rootward.h>

#define MAY "default: [read, refer]\ntrees: [{path: plain/box, allow: [write], "
#define NOT "default: [all]\ntrees: [{path: plain/box, deny: [write], "
#define OP(name) ROOTWARD_OP_##name
#define MOVED ROOTWARD_ENTRY | ROOTWARD_NOFOLLOW

/* For whom: as setresuid() and setgroups() make it; then setfsuid(). */
struct who {
	uid_t uid;
	gid_t gid, group;
	uid_t fsuid;
};

#define ALICE                                                                                      \
	{                                                                                          \
		1005, 7, 7, 1005                                                                   \
	}
#define MAPPED_ALICE                                                                               \
	{                                                                                          \
		1000005, 7, 7, 1000005                                                             \
	}
#define BOB                                                                                        \
	{                                                                                          \
		7, 7, 7, 7                                                                         \
	}

/**
 * struct row
 * @unsure: what descriptors see only where the kernel tells a mount's maps decides
 */
static const struct row {
	const char *policy;
	struct who who;
	uint32_t op;
	const char *path, *to, *from;
	uint32_t flags;
	bool denied, unsure;
} rows[] = {
	/* self: of the object as seen through the mount */
	{ MAY "owner: self}]", ALICE, OP(WRITE_FILE), "plain/box/own" },
	{ MAY "owner: self}]", ALICE, OP(WRITE_FILE), "mapped/box/own", .denied = true },
	{ MAY "owner: self}]", MAPPED_ALICE, OP(WRITE_FILE), "plain/box/own", .denied = true },
	{ MAY "owner: self}]", MAPPED_ALICE, OP(WRITE_FILE), "mapped/box/own" },
	{ NOT "owner: self}]", ALICE, OP(WRITE_FILE), "plain/box/own", .denied = true },
	{ NOT "owner: self}]", ALICE, OP(WRITE_FILE), "mapped/box/own" },
	{ NOT "owner: self}]", BOB, OP(WRITE_FILE), "plain/box/own" },
	{ NOT "owner: self}]", ALICE, OP(READ_FILE), "plain/box/own" },
	/* which is the user id for files */
	{ MAY "owner: self}]", { 7, 7, 7, 1005 }, OP(WRITE_FILE), "plain/box/own" },
	{ MAY "owner: self}]", { 1005, 7, 7, 7 }, OP(WRITE_FILE), "plain/box/own", .denied = true },
	/* numbers, and no number */
	{ MAY "owner: uid 1005}]", BOB, OP(WRITE_FILE), "plain/box/own" },
	{ MAY "owner: uid 1005}]", BOB, OP(WRITE_FILE), "mapped/box/own", .denied = true },
	{ MAY "owner: uid 1000005}]", BOB, OP(WRITE_FILE), "mapped/box/own" },
	{ MAY "owner: unmapped}]", BOB, OP(WRITE_FILE), "mapped/box/out", .unsure = true },
	{ MAY "owner: unmapped}]", BOB, OP(WRITE_FILE), "plain/box/out", .denied = true },
	{ MAY "owner: unmapped}]", BOB, OP(WRITE_FILE), "mapped/box/own", .denied = true },
	{ NOT "owner: uid 65534}]", BOB, OP(WRITE_FILE), "mapped/box/out", .unsure = true },
	{ NOT "owner: self}]",
	  { 65534, 7, 7, 65534 },
	  OP(WRITE_FILE),
	  "mapped/box/out",
	  .unsure = true },
	{ NOT "owner: uid 5}]", BOB, OP(WRITE_FILE), "mapped/box/out", .unsure = true },
	{ NOT "owner: uid 5}]", BOB, OP(READ_FILE), "mapped/box/out" },
	{ MAY "owner: unmapped}]", BOB, OP(WRITE_FILE), "mapped/box/no-user", .unsure = true },
	{ MAY "group: unmapped}]", BOB, OP(WRITE_FILE), "mapped/box/no-group", .unsure = true },
	{ MAY "owner: unmapped}]", BOB, OP(WRITE_FILE), "mapped/box/no-group", .denied = true,
	  .unsure = true },
	/* groups: that for files, and the others; both keys */
	{ MAY "group: self}]", { 7, 1006, 7, 7 }, OP(WRITE_FILE), "plain/box/own" },
	{ MAY "group: self}]", { 7, 7, 1006, 7 }, OP(WRITE_FILE), "plain/box/own" },
	{ MAY "group: self}]",
	  { 7, 7, 1006, 7 },
	  OP(WRITE_FILE),
	  "mapped/box/own",
	  .denied = true },
	{ MAY "group: self}]", { 7, 7, 2000006, 7 }, OP(WRITE_FILE), "mapped/box/own" },
	{ MAY "group: gid 2000006}]", BOB, OP(WRITE_FILE), "mapped/box/own" },
	{ MAY "group: unmapped}]", BOB, OP(WRITE_FILE), "mapped/box/out", .unsure = true },
	{ MAY "owner: self, group: gid 1006}]", ALICE, OP(WRITE_FILE), "plain/box/own" },
	{ MAY "owner: self, group: gid 7}]", ALICE, OP(WRITE_FILE), "plain/box/own",
	  .denied = true },
	/* by operation */
	{ MAY "owner: {make_dir: self}}]", BOB, OP(WRITE_FILE), "plain/box/own" },
	{ MAY "owner: {write_file: self}}]", BOB, OP(WRITE_FILE), "plain/box/own", .denied = true },
	{ MAY "owner: {write_file: self}}]", BOB, OP(TRUNCATE), "plain/box/own" },
	{ MAY "owner: {write_file: self, chmod: uid 5}}]", ALICE, OP(CHMOD), "plain/box/own",
	  .denied = true },
	{ MAY "owner: {write_file: self, chmod: uid 5}}]", ALICE, OP(CHMOD), "plain/box/out" },
	{ MAY "owner: {write_file: self}, group: {chmod: self}}]", ALICE, OP(CHMOD),
	  "plain/box/own", .denied = true },
	/* the nearest rule that counts */
	{ NOT "owner: uid 1005}, {path: plain/box/own, allow: [write_file]}]", BOB, OP(WRITE_FILE),
	  "plain/box/own" },
	{ NOT "owner: uid 1005}, {path: plain/box/in, allow: [write], owner: uid 5}]", BOB,
	  OP(WRITE_FILE), "plain/box/in/file", .denied = true },
	/* what is made is its maker's, if the mount has a place for that */
	{ MAY "owner: self}]", ALICE, OP(MAKE_REG), "plain/box" },
	{ MAY "owner: self}]", BOB, OP(MAKE_REG), "plain/box" },
	{ MAY "owner: self}]", ALICE, OP(MAKE_REG), "plain/box/new" },
	{ MAY "owner: self}]", BOB, OP(WRITE_FILE), "plain/box/new" },
	{ MAY "owner: uid 1005}]", BOB, OP(MAKE_REG), "plain/box/new", .denied = true },
	{ MAY "owner: self}]", ALICE, OP(MAKE_REG), "mapped/box/new", .denied = true,
	  .unsure = true },
	{ MAY "owner: self}]", MAPPED_ALICE, OP(MAKE_REG), "mapped/box/new", .unsure = true },
	{ MAY "owner: unmapped}]", ALICE, OP(MAKE_REG), "mapped/box/new", .unsure = true },
	{ MAY "owner: unmapped}]", MAPPED_ALICE, OP(MAKE_REG), "mapped/box/new", .denied = true,
	  .unsure = true },
	{ MAY "owner: self}]", BOB, OP(MAKE_REG), "plain/box/own", .flags = MOVED },
	{ MAY "owner: self}]", BOB, OP(REMOVE_FILE), "plain/box/own", .denied = true },
	{ MAY "owner: self}]", ALICE, OP(REMOVE_FILE), "plain/box/own" },
	/* with the group of a setgid directory */
	{ MAY "group: gid 7}]", BOB, OP(MAKE_REG), "plain/box" },
	{ MAY "group: gid 7}]", BOB, OP(MAKE_REG), "plain/box/team", .denied = true },
	{ MAY "group: gid 1007}]", BOB, OP(MAKE_REG), "plain/box/team" },
	{ MAY "group: gid 1007}]", BOB, OP(MAKE_REG), "plain/box/team/new" },
	{ MAY "group: gid 2000007}]", MAPPED_ALICE, OP(MAKE_REG), "mapped/box/team/new",
	  .unsure = true },
	{ MAY "group: self}]", { 7, 7, 1007, 7 }, OP(MAKE_REG), "plain/box/team" },
	/* what is brought there keeps its owner */
	{ MAY "owner: uid 1005}]", BOB, OP(MAKE_REG), "plain/box/in/own", .from = "plain/box/own",
	  .flags = MOVED },
	{ MAY "owner: self}]", BOB, OP(MAKE_REG), "plain/box/in/own", .from = "plain/box/own",
	  .flags = MOVED, .denied = true },
	{ MAY "owner: uid 1005}]", BOB, OP(MAKE_REG), "plain/box/out", .from = "plain/box/own",
	  .flags = MOVED },
	{ MAY "owner: uid 1005}]", BOB, OP(REMOVE_FILE), "plain/box/out", .from = "plain/box/own",
	  .flags = MOVED, .denied = true },
	{ NOT "owner: uid 5}]", BOB, OP(REFER), "plain/box/own", .from = "plain/box/out",
	  .flags = MOVED, .denied = true },
	{ NOT "owner: uid 5}]", BOB, OP(REFER), "plain/box/own", .flags = MOVED },
	/* on a name, and what a mount hides */
	{ "default: [all]\ntrees: [{path: plain/box/new, deny: [make_reg], owner: self}]", BOB,
	  OP(MAKE_REG), "plain/box/new", .denied = true },
	{ "default: [all]\ntrees: [{path: plain/box/new, deny: [make_reg], owner: uid 5}]", BOB,
	  OP(MAKE_REG), "plain/box/new" },
	{ NOT "owner: uid 1005}]", BOB, OP(WRITE_FILE), "bind/file", .denied = true },
	{ NOT "owner: uid 5}]", BOB, OP(WRITE_FILE), "bind/file" },
	{ MAY "owner: uid 1005}]", BOB, OP(WRITE_FILE), "bind/file", .denied = true },
	{ NOT "owner: uid 1005}, {path: plain/box/in, allow: [write], owner: uid 1005}]", BOB,
	  OP(WRITE_FILE), "bind/file" },
	/* moving: the gain of a file is its owner's */
	{ MAY "owner: self}, {path: plain/box/in, allow: [write]}]", ALICE, OP(REFER),
	  "plain/box/own", .to = "plain/box/in/own", .flags = MOVED },
	{ MAY "owner: self}, {path: plain/box/in, allow: [write]}]", ALICE, OP(REFER),
	  "plain/box/out", .to = "plain/box/in/out", .flags = MOVED, .denied = true },
	{ MAY "owner: self}, {path: plain/box/in, allow: [write], owner: uid 7}]", ALICE, OP(REFER),
	  "plain/box/out", .to = "plain/box/in/out", .flags = MOVED },
	{ NOT "owner: uid 5}]", BOB, OP(REFER), "plain/box/own", .to = "plain/free",
	  .flags = MOVED },
	/* that of a directory is anybody's */
	{ NOT "owner: {write_file: uid 5}}]", BOB, OP(REFER), "plain/box/in/sub",
	  .to = "plain/free", .flags = MOVED, .denied = true },
	{ MAY "owner: self}]", ALICE, OP(REFER), "plain/box/in/sub", .to = "plain/box/sub",
	  .flags = MOVED },
	{ MAY "owner: self}, {path: plain/box/in, allow: [read], owner: self}]", ALICE, OP(REFER),
	  "plain/box/in/sub", .to = "plain/box/sub", .flags = MOVED, .denied = true },
	{ MAY "owner: uid 1005}]", ALICE, OP(REFER), "plain/box/in/sub", .to = "plain/free",
	  .flags = MOVED },
	{ "default: [read, refer]\ntrees: [{path: plain/box/in/sub, allow: [write], owner: uid 5},"
	  " {path: plain/box/team, allow: [write]}]",
	  BOB, OP(REFER), "plain/box/in/sub", .to = "plain/box/team/sub", .flags = MOVED,
	  .denied = true },
	{ "default: [read, refer]\ntrees: [{path: plain/box/in/sub, allow: [write]},"
	  " {path: plain/box/team, allow: [write]}]",
	  BOB, OP(REFER), "plain/box/in/sub", .to = "plain/box/team/sub", .flags = MOVED },
};

#endif
