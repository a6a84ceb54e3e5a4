/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owners as the mount shows them that the access comes by. */
#include "owned.h"

/* Who they are by a mount that is mapped. */
#define MAPPED_AL .as = "1000000:2000000"
#define MAPPED_BO .as = "1000001:2000001"

/* One directory by two mounts: Al's 1000 is 1000000 by the other; root's and 5's are nobody's. */
#define TWO_MOUNTS(verb)                                                                           \
	{ verb, "plain" }, { PUT, "plain/al" }, { GIVE, "plain/al", "1000:1000" },                 \
		{ PUT, "plain/bo" }, { GIVE, "plain/bo", "1001:1001" }, { PUT, "plain/five" },     \
		{ GIVE, "plain/five", "5:5" }, { GIVE, "plain", "1000:1000" },                     \
	{                                                                                          \
		MOUNT_IDMAPPED, "plain", "mapped"                                                  \
	}

static const struct test_case cases[] = {
	{
		.name = "the caller's by one mount and not by the other",
		.tree = "plain/\nmapped/\n",
		.before = { TWO_MOUNTS(MOUNT_EXT4) },
		.policy =
			BASIC "default: [read, execute]\n"
			"trees:\n"
			"- {path: plain, allow: [write], owner: self}\n",
		.actor = ROOT,
		.checks = {
			{ WRITE, "plain/al", AL },
			{ WRITE, "mapped/al", AL, .expect = EACCES },
			{ WRITE, "plain/al", MAPPED_AL, .expect = EACCES },
			{ WRITE, "mapped/al", MAPPED_AL },
			{ WRITE, "mapped/bo", MAPPED_AL, .expect = EACCES },
			{ WRITE, "mapped/bo", MAPPED_BO },
			{ CHMOD, "mapped/al", AL, .expect = EACCES },
			{ CHMOD, "mapped/al", MAPPED_AL },
			{ UNLINK, "mapped/bo", BO, .expect = EACCES },
			{ UNLINK, "mapped/bo", MAPPED_BO },
			{ MKREG, "mapped/new", AL, .expect = EACCES },
			{ MKREG, "mapped/new", MAPPED_AL },
			{ WRITE, "plain/new", AL },
			{ RENAME, "mapped/new", "mapped/newer", AL, .expect = EACCES },
			{ RENAME, "mapped/new", "mapped/newer", MAPPED_AL },
			{ WRITE, "plain/newer", MAPPED_AL, .expect = EACCES },
		},
		.landlock = BY_OWNER,
	},
	{
		.name = "what is nobody's by a mount",
		.tree = "plain/\nmapped/\n",
		.before = { TWO_MOUNTS(MOUNT_EXT4), { PUT, "plain/last" },
			    { GIVE, "plain/last", "65534:65534" } },
		.policy =
			BASIC "default: [all]\n"
			"trees:\n"
			"- {path: plain, deny: [read_file], owner: unmapped}\n"
			"- {path: plain/last, deny: [stat], owner: uid 65534}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "mapped/five", AL, .expect = EACCES },
			{ READ, "plain/five", AL },
			{ READ, "mapped/al", AL },
			/* nor does it belong to whoever is called what stat() shows */
			{ READ, "mapped/five", .as = "65534:65534", .expect = EACCES },
			{ READ, "mapped/last", .as = "65534:65534", .expect = EACCES },
			{ READ, "plain/last", .as = "65534:65534" },
			{ STAT, "plain/last", AL, .expect = EACCES },
			{ STAT, "mapped/last", AL },
		},
		.landlock = BY_OWNER,
	},
	{
		.name = "nobody's is not the caller's, and is not made",
		.tree = "plain/\nmapped/\n",
		.before = { TWO_MOUNTS(MOUNT_EXT4) },
		.policy =
			BASIC "default: [read_dir, execute]\n"
			"trees:\n"
			"- {path: plain, allow: [read, write], owner: unmapped}\n"
			"- {path: plain/five, allow: [stat], owner: self}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "mapped/five", AL },
			{ READ, "plain/five", AL, .expect = EACCES },
			{ STAT, "plain/five", .as = "5:5" },
			{ STAT, "plain/five", AL, .expect = EACCES },
			/* allowed, but Linux does not write what it cannot name an owner for */
			{ WRITE, "mapped/five", .expect = EACCES, .natural = true },
			{ TRUNCATE, "mapped/five", .expect = EACCES, .natural = true },
			{ CHMOD, "mapped/five", .expect = EOVERFLOW, .natural = true },
			{ UNLINK, "mapped/five", .expect = EOVERFLOW, .natural = true },
			{ RENAME, "mapped/five", "mapped/six", .expect = EOVERFLOW,
			  .natural = true },
			{ LINK, "mapped/five", "mapped/six", .expect = EOVERFLOW,
			  .natural = true },
			{ MKREG, "mapped/new", AL, .expect = EOVERFLOW, .natural = true },
			{ MKREG, "mapped/new", MAPPED_AL, .expect = EACCES },
			{ MKREG, "plain/new", AL, .expect = EACCES },
		},
		.landlock = BY_OWNER,
	},
	{
		.name = "where the kernel does not say by which mount, all of them are asked",
		.tree = "plain/\nmapped/\n",
		.before = { TWO_MOUNTS(MOUNT_TMPFS), { MKSYM, "plain/link" },
			    { GIVE, "plain/link", "1000:1000" } },
		.policy =
			BASIC "default: [read, execute]\n"
			"trees:\n"
			"- {path: plain, allow: [utime], deny: [readlink], owner: uid 1000}\n"
			"- {path: plain/bo, allow: [utime], owner: uid 1001}\n"
			"- {path: plain/five, deny: [getxattr], owner: unmapped}\n",
		.more = {
			BASIC "default: [all]\n"
			"trees:\n"
			"- {path: plain/bo, deny: [utime], owner: uid 5}\n",
		},
		.actor = ROOT,
		.checks = {
			/* by the other it is 1000000's, for whom nothing allows it */
			{ UTIME, "plain/al", AL, .expect = EACCES },
			{ UTIME, "mapped/al", AL, .expect = EACCES },
			{ UTIME, "plain/bo", BO, .expect = EACCES },
			{ READLINK, "plain/link", AL, .expect = EACCES },
			{ READLINK, "mapped/link", AL, .expect = EACCES },
			{ LISTXATTR, "plain/five", AL, .expect = EACCES },
			{ LISTXATTR, "plain/al", AL },
			{ UMOUNT_LAZY, "mapped", .by = OUTSIDE },
			{ UTIME, "plain/al", AL },
			{ UTIME, "plain/bo", BO },
			{ LISTXATTR, "plain/five", AL },
			{ READLINK, "plain/link", AL, .expect = EACCES },
		},
		.landlock = BY_OWNER,
	},
	{
		.name = "hidden ancestors behind a mount that is mapped",
		.tree =
			"vault/\n"
			"work/\n"
			"`-- mnt/\n",
		.before = {
			{ MOUNT_EXT4, "vault" },
			{ PUT_BELOW, "vault/sub/al" }, { GIVE, "vault/sub/al", "1000:1000" },
			{ PUT, "vault/sub/bo" }, { GIVE, "vault/sub/bo", "1001:1001" },
			{ PUT, "vault/sub/five" }, { GIVE, "vault/sub/five", "5:5" },
			{ MOUNT_IDMAPPED, "vault/sub", "work/mnt" },
		},
		.policy =
			BASIC "trees:\n"
			"- {path: work, allow: [read], deny: [write]}\n"
			"- {path: vault, deny: [read_file], owner: uid 1000000}\n",
		.more = {
			BASIC "default: [all]\n"
			"trees:\n"
			"- {path: vault, deny: [stat], owner: unmapped}\n",
		},
		.actor = ROOT,
		.checks = {
			{ READ, "work/mnt/al", .expect = EACCES },
			{ READ, "work/mnt/bo" },
			{ STAT, "work/mnt/al" },
			{ STAT, "work/mnt/five", .expect = EACCES },
			{ READ, "vault/sub/al", .expect = EACCES },
		},
		.landlock = BY_OWNER,
	},
	{
		.name = "an overlay's own owners",
		.tree =
			"layers/\n"
			"|-- lower/\n"
			"|   |-- al\n"
			"|   `-- bo\n"
			"|-- upper/\n"
			"`-- work/\n"
			"merged/\n",
		.before = {
			{ GIVE, "layers/lower/al", "1000:1000" },
			{ GIVE, "layers/lower/bo", "1001:1001" },
			{ MOUNT_OVERLAY, "layers", "merged" },
		},
		.policy =
			BASIC "default: [read, execute]\n"
			"trees:\n"
			"- {path: merged, allow: [write], owner: self}\n",
		.actor = ROOT,
		.checks = {
			{ WRITE, "merged/bo", AL, .expect = EACCES },
			{ WRITE, "merged/al", AL }, /* copied up */
			{ WRITE, "merged/al", AL },
			{ UNLINK, "merged/bo", AL, .expect = EACCES },
			{ UNLINK, "merged/bo", BO },
			{ MKREG, "merged/bo", AL },
			{ WRITE, "merged/bo", BO, .expect = EACCES },
		},
		.landlock = BY_OWNER,
	},
};

GROUP(mapped, cases);
