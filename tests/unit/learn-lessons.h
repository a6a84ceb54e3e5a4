/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What commands did, and what is learned from it, for somebody at home in /home/me; see kind() in
 * learn.c for what there is.  At home in /srv/people/bo is somebody else, in /var/www a service.
 */
#ifndef ROOTWARD_TESTS_LEARN_LESSONS_H
#define ROOTWARD_TESTS_LEARN_LESSONS_H

/**
 * struct lesson
 * @cwd:  or NULL
 * @does: "operation path" each
 * @want: the policy without its first line, or with it if it begins with `default`
 */
struct lesson {
	const char *text;
	const char *cwd;
	const char *does[12];
	const char *want;
};

static const struct lesson lessons[] = {
	{ "nothing at all", NULL, { NULL }, "default: []\n" },
	{ "a file",
	  NULL,
	  { "read_file /srv/a.txt" },
	  "trees:\n  # the system\n  - path: /srv/a.txt\n    allow: [read]\n" },
	{ "asking for attributes alone is allowed everywhere",
	  NULL,
	  { "stat /", "stat /home", "readlink /srv/link" },
	  "default: [stat, readlink]\n" },
	{ "and then need not be said elsewhere",
	  NULL,
	  { "stat /home", "write_file,stat /srv/a.txt" },
	  "default: [stat]\ntrees:\n  # the system\n  - path: /srv/a.txt\n    allow: [write_file]\n" },
	{ "the system is read and executed as a whole",
	  NULL,
	  { "execute /usr/bin/make.x", "read_file /usr/lib/libc.so", "read_file /etc/ld.so.cache" },
	  "trees:\n  # the system\n  - path: /etc/ld.so.cache\n    allow: [read]\n"
	  "  - path: /usr                                  # 2 files\n    allow: [read, execute]\n" },
	{ "but it is written only where it was",
	  NULL,
	  { "execute /usr/bin/make.x", "write_file /usr/share/x/db.1" },
	  "trees:\n  # the system\n  - path: /usr\n    allow: [read, execute]\n"
	  "  - path: /usr/share/x/db.1\n    allow: [write_file]\n" },
	{ "the working directory is read as a whole",
	  "/home/me/p",
	  { "read_file /home/me/p/a.c", "read_file /home/me/p/s/b.c", "read_dir /home/me/p/s" },
	  "trees:\n  # the working directory\n"
	  "  - path: .                                     # 3 files\n    allow: [read]\n" },
	{ "what is made belongs to its directory",
	  "/home/me/p",
	  { "make_dir /home/me/p/o", "make_reg,write_file /home/me/p/o/a.o",
	    "remove_file /home/me/p/o/a.o" },
	  "trees:\n  # the working directory\n"
	  "  - path: .\n    allow: [write]\n" },
	{ "temporary files",
	  NULL,
	  { "make_reg,write_file /tmp/tmp.Xy12", "read_file /tmp/tmp.Xy12" },
	  "trees:\n  # the system\n"
	  "  - path: /tmp\n    allow: [read, write_file, truncate, make_reg]\n" },
	{ "processes",
	  NULL,
	  { "read_file /proc/4711/status", "read_file /proc/meminfo.x", "read_dir /proc/4712/fd" },
	  "trees:\n  # the system\n  - path: /proc                                 # 3 files\n    allow: [read]\n" },
	{ "many beside each other",
	  NULL,
	  { "read_file /var/lib/x/a.1", "read_file /var/lib/x/a.2", "read_file /var/lib/x/a.3",
	    "read_file /var/lib/x/a.4", "write_file /var/lib/x/a.4" },
	  "trees:\n  # the system\n  - path: /var/lib/x                            # 4 files\n    allow: [read]\n"
	  "  - path: /var/lib/x/a.4\n    allow: [write_file]\n" },
	{ "few beside each other",
	  NULL,
	  { "read_file /var/lib/x/a.1", "read_file /var/lib/x/a.2", "read_file /var/lib/x/a.3" },
	  "trees:\n  # the system\n  - path: /var/lib/x/a.1\n    allow: [read]\n"
	  "  - path: /var/lib/x/a.2\n    allow: [read]\n  - path: /var/lib/x/a.3\n    allow: [read]\n" },
	{ "never across a place of secrets",
	  NULL,
	  { "read_file /home/me/a.1", "read_file /home/me/a.2", "read_file /home/me/a.3",
	    "read_file /home/me/a.4" },
	  "trees:\n  # the home directory\n  - path: ~/a.1\n    allow: [read]\n  - path: ~/a.2\n    allow: [read]\n"
	  "  - path: ~/a.3\n    allow: [read]\n  - path: ~/a.4\n    allow: [read]\n" },
	{ "not where it is the working directory",
	  "/home/me",
	  { "read_file /home/me/a.1", "read_file /home/me/b/c.1" },
	  "trees:\n  # the home directory\n  - path: ~/a.1\n    allow: [read]\n  - path: ~/b/c.1\n    allow: [read]\n" },
	{ "what must be allowed around one is denied on it",
	  NULL,
	  { "make_reg,write_file /home/me/tmp.x" },
	  "trees:\n  # the home directory\n  - path: \"~\"\n"
	  "    allow: [write_file, truncate, make_reg]\n"
	  "  # places of secrets, which the trees above would open\n"
	  "  - {path: ~/.netrc.x, deny: [all], optional: true}\n"
	  "  - {path: ~/.ssh, deny: [all], optional: true}\n" },
	{ "what was used of one, and no more",
	  NULL,
	  { "read_file /home/me/.ssh/known.x", "make_reg,write_file /home/me/tmp.x" },
	  "trees:\n  # the home directory\n  - path: \"~\"\n"
	  "    allow: [write_file, truncate, make_reg]\n"
	  "  # PLACES OF SECRETS, which the command used: does it have to?\n"
	  "  - path: ~/.ssh/known.x\n    allow: [read_file]\n"
	  "  # places of secrets, which the trees above would open\n"
	  "  - {path: ~/.netrc.x, deny: [all], optional: true}\n"
	  "  - {path: ~/.ssh, deny: [all], optional: true}\n" },
	{ "a secret that was read, where one may write",
	  NULL,
	  { "read_file /home/me/.netrc.x", "make_reg,write_file /home/me/tmp.x" },
	  "trees:\n  # the home directory\n  - path: \"~\"\n"
	  "    allow: [write_file, truncate, make_reg]\n"
	  "  # PLACES OF SECRETS, which the command used: does it have to?\n"
	  "  - path: ~/.netrc.x\n    allow: [read_file]\n    deny: [write_file, truncate, make_reg]\n"
	  "  # places of secrets, which the trees above would open\n"
	  "  - {path: ~/.ssh, deny: [all], optional: true}\n" },
	{ "what is in the root itself is for no rule",
	  NULL,
	  { "read_dir,stat /", "make_reg,write_file /tmp.x", "remove_file /tmp.x",
	    "refer,make_dir /2", "refer,remove_file /srv/d/tmp.x" },
	  "default: [stat]\ntrees:\n  # the system\n  - path: /srv/d\n"
	  "    allow: [remove_file, refer]\n" },
	{ "what was made in it and stays has its own",
	  NULL,
	  { "make_dir /data", "make_reg,write_file /data/tmp.x" },
	  "trees:\n  # the system\n  - path: /data\n"
	  "    allow: [write_file, truncate, make_reg]\n" },
	{ "so has what was made at home",
	  NULL,
	  { "make_dir /home/me/.npm", "make_reg,write_file /home/me/.npm/tmp.x",
	    "make_reg,write_file /home/me/.a.rc", "read_file /home/me/.a.rc" },
	  "trees:\n  # the home directory\n  - path: ~/.a.rc\n"
	  "    allow: [read, write_file, truncate]\n"
	  "  - path: ~/.npm\n    allow: [write_file, truncate, make_reg]\n" },
	{ "at anybody's home",
	  NULL,
	  { "make_dir /home/al/.npm", "read_dir /home/al/.npm", "make_dir /srv/people/bo/.npm",
	    "read_dir /srv/people/bo/.npm" },
	  "trees:\n  # the system\n  - path: /home/al/.npm\n    allow: [read_dir]\n"
	  "  - path: /srv/people/bo/.npm\n    allow: [read_dir]\n" },
	{ "but not what something may have been renamed to",
	  NULL,
	  { "make_reg,write_file /home/me/tmp.x", "remove_file /home/me/tmp.x",
	    "make_reg /home/me/.a.rc", "read_file /home/me/.a.rc", "make_dir /home/me/.npm",
	    "read_dir /home/me/.npm" },
	  "trees:\n  # the home directory\n"
	  "  - path: \"~\"                                   # 2 files\n"
	  "    allow: [read_file, write_file, truncate, make_reg, remove_file]\n"
	  "  - path: ~/.npm\n    allow: [read_dir]\n"
	  "  # places of secrets, which the trees above would open\n"
	  "  - {path: ~/.netrc.x, deny: [all], optional: true}\n"
	  "  - {path: ~/.ssh, deny: [all], optional: true}\n" },
	{ "never drawn together into a home",
	  NULL,
	  { "read_file /home/al/a.1", "read_file /home/al/a.2", "read_file /home/al/a.3",
	    "read_file /home/al/a.4" },
	  "trees:\n  # the system\n  - path: /home/al/a.1\n    allow: [read]\n"
	  "  - path: /home/al/a.2\n    allow: [read]\n  - path: /home/al/a.3\n    allow: [read]\n"
	  "  - path: /home/al/a.4\n    allow: [read]\n" },
	{ "nor into what holds one",
	  NULL,
	  { "read_file /srv/people/bo/a.1", "read_file /srv/people/b.1",
	    "read_file /srv/people/b.2", "read_file /srv/people/b.3" },
	  "trees:\n  # the system\n  - path: /srv/people/b.1\n    allow: [read]\n"
	  "  - path: /srv/people/b.2\n    allow: [read]\n  - path: /srv/people/b.3\n    allow: [read]\n"
	  "  - path: /srv/people/bo/a.1\n    allow: [read]\n" },
	{ "nor into what is a service's, but it is for making and removing things",
	  NULL,
	  { "write_file /var/www/a.1", "write_file /var/www/a.2", "write_file /var/www/a.3",
	    "write_file /var/www/a.4", "make_reg /var/www/a.5" },
	  "trees:\n  # the system\n  - path: /var/www\n    allow: [make_reg]\n"
	  "  - path: /var/www/a.1\n    allow: [write_file]\n"
	  "  - path: /var/www/a.2\n    allow: [write_file]\n"
	  "  - path: /var/www/a.3\n    allow: [write_file]\n"
	  "  - path: /var/www/a.4\n    allow: [write_file]\n" },
	{ "not where one is the working directory",
	  "/home/al",
	  { "read_file /home/al/a.1", "read_file /home/al/b.1" },
	  "trees:\n  # the working directory\n  - path: a.1\n    allow: [read]\n"
	  "  - path: b.1\n    allow: [read]\n" },
	{ "what is replaced in a place of secrets",
	  NULL,
	  { "make_reg,write_file /home/me/.ssh/tmp.x", "remove_file /home/me/.ssh/tmp.x",
	    "make_reg,remove_file /home/me/.ssh/known.x", "read_file /home/me/.ssh/known.x" },
	  "trees:\n  # PLACES OF SECRETS, which the command used: does it have to?\n"
	  "  - path: ~/.ssh\n    allow: [write_file, truncate, make_reg, remove_file]\n"
	  "  - path: ~/.ssh/known.x\n    allow: [read_file]\n" },
	{ "moving gives no more to a place of secrets",
	  NULL,
	  { "refer,remove_file /home/me/.ssh/tmp.x", "refer,make_reg /srv/d/a.x",
	    "read_file /srv/d/a.x", "refer,make_reg /home/me/.ssh/tmp.y" },
	  "trees:\n  # the system\n  - path: /srv/d\n    allow: [read, make_reg, refer]\n"
	  "  # PLACES OF SECRETS, which the command used: does it have to?\n"
	  "  - path: ~/.ssh\n    allow: [make_reg, remove_file, refer]\n" },
	{ "a secret that was only asked for, where one may write",
	  NULL,
	  { "stat /home/me/.ssh/config.x", "make_reg,write_file /home/me/tmp.x",
	    "stat,write_file /home/me/.netrc.x", "make_reg,remove_file /home/me/.netrc.x" },
	  "default: [stat]\ntrees:\n  # the home directory\n  - path: \"~\"\n"
	  "    allow: [write_file, truncate, make_reg, remove_file]\n"
	  "  # PLACES OF SECRETS, which the command used: does it have to?\n"
	  "  - path: ~/.netrc.x\n    allow: [write_file, truncate]\n"
	  "  # places of secrets, which the trees above would open\n"
	  "  - {path: ~/.ssh, deny: [write, execute, read_file, read_dir, readlink, getxattr, "
	  "chroot, watch, connect], optional: true}\n" },
	{ "no UTF-8 in the name of the working directory",
	  "/srv/d\xff/e\xff",
	  { "write_file /srv/d\xff/e\xff/a.x", "read_file /srv/d\xff/b.x",
	    "read_file /srv/d\xff/f/c.x", "remove_file /srv/d\xff/e\xff/tmp.x" },
	  "trees:\n  # the working directory\n  - path: .\n    allow: [remove_file]\n"
	  "  - path: a.x\n    allow: [write_file]\n"
	  "  # the system\n  - path: /srv                                  # 2 files\n"
	  "    allow: [read]\n" },
	{ "moving: the same on both sides",
	  "/home/me/p",
	  { "remove_file,refer /var/x/tmp.1", "make_reg,refer /home/me/p/a.c",
	    "read_file /home/me/p/b.c" },
	  "trees:\n  # the working directory\n  - path: .\n"
	  "    allow: [read, make_reg, remove_file, refer]\n"
	  "  # the system\n  - path: /var/x\n    allow: [read, make_reg, remove_file, refer]\n" },
	{ "a file that is replaced",
	  NULL,
	  { "make_reg,write_file /srv/d/a.new", "remove_file /srv/d/a.new",
	    "make_reg,remove_file /srv/d/a.txt", "read_file /srv/d/a.txt" },
	  "trees:\n  # the system\n  - path: /srv/d                                # 2 files\n    allow: [read, write]\n" },
	{ "a name that begins with a tilde",
	  "/srv",
	  { "write_file /srv/~a.1", "write_file /srv/-" },
	  "trees:\n  # the working directory\n  - path: \"-\"\n    allow: [write_file]\n"
	  "  - path: ./~a.1\n    allow: [write_file]\n" },
	{ "no UTF-8: on the directory",
	  NULL,
	  { "write_file /srv/d/a.\xff" },
	  "trees:\n  # the system\n  - path: /srv/d\n    allow: [write_file]\n" },
};

#endif
