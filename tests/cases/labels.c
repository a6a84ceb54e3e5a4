/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules on what carries an extended attribute: `label:`.  Whoever runs the cases sets them. */
#include "case.h"

#define BY_LABEL REFUSED("landlock does not see extended attributes")
#define SINCE .unexplained = "explain knows what carried it when the policy was looked up"

#define SRV                                                                                        \
	"srv/\n"                                                                                   \
	"|-- a/\n"                                                                                 \
	"|   |-- f\n"                                                                              \
	"|   `-- deep/\n"                                                                          \
	"|       `-- f\n"                                                                          \
	"`-- b/\n"                                                                                 \
	"    |-- f\n"                                                                              \
	"    `-- deep/\n"                                                                          \
	"        `-- f\n"                                                                          \
	"out/\n"                                                                                   \
	"`-- c/\n"                                                                                 \
	"    `-- f\n"

#define SECRET "label: {xattr: trusted.rootward, value: secret, under: srv}"

static const struct test_case cases[] = {
	{
		.name = "what carries it is denied, and all beneath",
		.tree = SRV,
		.before = { { LABEL, "srv/a", "secret" }, { LABEL, "out/c", "secret" } },
		.policy = BASIC "default: [all]\n"
				"trees:\n- {" SECRET ", deny: [read_file, make_reg]}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "srv/a/f", .expect = EACCES },
			{ READ, "srv/a/deep/f", .expect = EACCES },
			{ MKREG, "srv/a/new", .expect = EACCES },
			{ WRITE, "srv/a/deep/f" },
			{ LIST, "srv/a" },
			{ READ, "srv/b/deep/f" },
			/* not beneath what the label is under */
			{ READ, "out/c/f" },
		},
		.landlock = BY_LABEL,
	},
	{
		.name = "it comes to be carried, and goes, is another, and comes again",
		.tree = SRV,
		.policy = BASIC "default: [all]\ntrees:\n- {" SECRET ", deny: [read_file]}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "srv/b/deep/f" },
			{ LABEL, "srv/b", "secret", .by = OUTSIDE },
			{ READ, "srv/b/f", .expect = EACCES, SINCE },
			{ READ, "srv/b/deep/f", .expect = EACCES, SINCE },
			{ READ, "srv/a/f" },
			{ UNLABEL, "srv/b", .by = OUTSIDE },
			{ READ, "srv/b/deep/f" },
			{ LABEL, "srv/b/deep", "secret", .by = OUTSIDE },
			{ READ, "srv/b/deep/f", .expect = EACCES, SINCE },
			{ READ, "srv/b/f" },
			{ LABEL, "srv/b/deep", "open", .by = OUTSIDE },
			{ READ, "srv/b/deep/f" },
			{ LABEL, "srv/b/f", "secret", .by = OUTSIDE },
			{ READ, "srv/b/f" },
			{ MKDIR, "srv/n", .by = OUTSIDE },
			{ LABEL, "srv/n", "secret", .by = OUTSIDE },
			{ MKREG, "srv/n/f", .by = OUTSIDE },
			{ READ, "srv/n/f", .expect = EACCES, SINCE },
		},
		.landlock = BY_LABEL,
	},
	{
		.name = "among rules on paths the nearest decides, on one directory what denies",
		.tree = SRV,
		.before = { { LABEL, "srv/a", "secret" },
			    { LABEL, "srv/b/deep", "secret" } },
		.policy = BASIC "default: [all]\n"
				"trees:\n- {" SECRET ", deny: [read_file]}\n"
				"- {path: srv/a, allow: [read_file]}\n"
				"- {path: srv/a/deep, allow: [read_file]}\n"
				"- {path: srv/b, deny: [write_file]}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "srv/a/f", .expect = EACCES },
			{ READ, "srv/a/deep/f" },
			{ READ, "srv/b/f" },
			{ WRITE, "srv/b/f", .expect = EACCES },
			{ READ, "srv/b/deep/f", .expect = EACCES },
			{ WRITE, "srv/b/deep/f", .expect = EACCES },
		},
		.landlock = BY_LABEL,
	},
	{
		.name = "it allows in what is denied, where it is carried",
		.tree = SRV,
		.before = { { LABEL, "srv/a/deep", "secret" } },
		.policy = BASIC "default: [read]\ntrees:\n- {" SECRET ", allow: [all]}\n"
				"- {path: srv/b, deny: [read_file]}\n",
		.actor = ROOT,
		.checks = {
			{ WRITE, "srv/a/deep/f" },
			{ MKREG, "srv/a/deep/new" },
			{ WRITE, "srv/a/f", .expect = EACCES },
			{ LABEL, "srv/b/deep", "secret", .by = OUTSIDE },
			{ WRITE, "srv/b/deep/f", SINCE },
			{ READ, "srv/b/f", .expect = EACCES },
			{ UNLABEL, "srv/b/deep", .by = OUTSIDE },
			{ READ, "srv/b/deep/f", .expect = EACCES },
		},
		.landlock = BY_LABEL,
	},
	{
		.name = "what carries it stays denied where it is moved, and what is above stays",
		.tree = SRV,
		.before = { { LABEL, "srv/a/deep", "secret" } },
		.policy = BASIC "default: [all]\ntrees:\n- {" SECRET ", deny: [read_file]}\n",
		.actor = ROOT,
		.checks = {
			{ RENAME, "srv/a/deep", "srv/d", .expect = EACCES },
			{ RENAME, "srv/a", "srv/d", .expect = EACCES },
			{ RENAME, "srv/b", "srv/d" },
			{ RENAME, "srv/a/deep/f", "srv/g", .expect = EXDEV },
			{ RENAME, "srv/a/deep", "out/d", .by = OUTSIDE },
			{ READ, "out/d/f", .expect = EACCES },
			{ UNLABEL, "out/d", .by = OUTSIDE },
			{ READ, "out/d/f", SINCE },
		},
		.landlock = BY_LABEL,
	},
	{
		.name = "by every mount that shows it; what is mounted beneath has its own",
		.tree = SRV "view/\n",
		.before = { { LABEL, "srv/a", "secret" },
			    { LABEL, "srv/b/deep", "secret" },
			    { MOUNT_BIND, "srv/a/deep", "view" },
			    { MOUNT_TMPFS, "srv/b/deep" },
			    { PUT, "srv/b/deep/g" } },
		.policy = BASIC "default: [all]\ntrees:\n- {" SECRET ", deny: [read_file]}\n",
		.actor = ROOT,
		.checks = {
			{ READ, "view/f", .expect = EACCES },
			{ READ, "srv/a/deep/f", .expect = EACCES },
			{ READ, "srv/b/deep/g", .expect = EACCES },
			{ READ, "srv/b/f" },
		},
		.landlock = BY_LABEL,
	},
};

GROUP(labels, cases);
