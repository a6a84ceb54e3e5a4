/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* clang-format off */
/* BAD(text, messages): a file that is no policy, and all that is said about it. */

/* not YAML: libfyaml's words, at its place */
BAD("default: [read\n",
    "error p:2:1 not YAML: flow sequence without a closing bracket\n")
BAD("name: a: b\n",
    "error p:1:8 not YAML: invalid nested block mapping on the same line\n")
BAD("name: \"x\n",
    "error p:1:8 not YAML: double-quoted scalar without closing quote\n")
BAD("trees:\n\t- path: x\n",
    "error p:2:1 not YAML: tab character may not be used as indentation\n")
BAD("name: @x\n",
    "error p:1:7 not YAML: plain scalar cannot start with '@'\n")
/* and what is wrong before that, but nothing of what has no end */
BAD("nam: x\ndefault: [raed]\ntrees:\n  - path: a\n    allow: [reda]\n  - allow: [read]\n  - path: b\n    deny: [x\n",
    "error p:9:1 not YAML: flow sequence without a closing bracket\n"
    "error p:1:1 unknown key \"nam\" (did you mean \"name\"?)\n"
    "error p:2:11 unknown operation \"raed\" (did you mean \"read\"?)\n"
    "error p:5:13 unknown operation \"reda\" (did you mean \"read\"?)\n"
    "error p:6:5 \"path\" is missing\n")
BAD("default: [raed]\ntrees:\n  - path: a\n   allow: [read]\n",
    "error p:4:4 not YAML: did not find expected '-' indicator\n"
    "error p:1:11 unknown operation \"raed\" (did you mean \"read\"?)\n")
BAD("{default: [raed], trees: [\n",
    "error p:2:1 not YAML: flow sequence without a closing bracket\n")
BAD("defalt: x\nname: @x\n",
    "error p:2:7 not YAML: plain scalar cannot start with '@'\n"
    "error p:1:1 unknown key \"defalt\" (did you mean \"default\"?)\n")
BAD("trees:\n  - path: a\n    allow: [raed]\nname: \"x\n",
    "error p:4:8 not YAML: double-quoted scalar without closing quote\n"
    "error p:3:13 unknown operation \"raed\" (did you mean \"read\"?)\n")

/* not text */
BAD("name: x\ndef\x01",
    "error p:2:4 byte 0x01 is a control character, which is not text (a policy is YAML, as UTF-8 text)\n")
BAD("name: \xc3\xa9\xff\n",
    "error p:1:8 byte 0xff is not UTF-8 (a policy is YAML, as UTF-8 text)\n")
BAD("name: \xc0\xaf\n",
    "error p:1:7 byte 0xc0 is not UTF-8 (a policy is YAML, as UTF-8 text)\n")
BAD("name: \xe0\x80\xaf\n",
    "error p:1:7 byte 0xe0 is not UTF-8 (a policy is YAML, as UTF-8 text)\n")
BAD("name: \xed\xa0\x80\n",
    "error p:1:7 byte 0xed is not UTF-8 (a policy is YAML, as UTF-8 text)\n")
BAD("name: \xf0\x9f\x98",
    "error p:1:7 byte 0xf0 is not UTF-8 (a policy is YAML, as UTF-8 text)\n")
BAD("\xff\xfen\x00",
    "error p:1:1 byte 0xff is not UTF-8 (a policy is YAML, as UTF-8 text)\n")

/* no policy */
BAD("# only a comment\n",
    "error p:1:1 the policy is empty (a policy that allows nothing is \"default: []\")\n")
BAD("---\n...\n",
    "error p:1:1 the policy is empty (a policy that allows nothing is \"default: []\")\n")
BAD("- path: /\n",
    "error p:1:1 a policy is a map, not a list (it begins with \"name:\", \"default:\" or \"trees:\")\n")
BAD("name: x\n---\nname: y\n",
    "error p:2:1 another document begins after this; a policy is one document (put each policy into a file of its own)\n")

/* YAML that a policy has no use for */
BAD("default: &a [read]\nbest_effort: *a\n",
    "error p:2:14 an alias (*) stands here; a policy has none, so that each rule is where it is read (write it out)\n")
BAD("trees: [*a, *b]\n",
    "error p:1:9 an alias (*) stands here; a policy has none, so that each rule is where it is read (write it out)\n"
    "error p:1:13 an alias (*) stands here; a policy has none, so that each rule is where it is read (write it out)\n")
BAD("<<: {name: x}\n",
    "error p:1:1 a merge key (<<) has no meaning here (write the keys out)\n")
BAD("name: !!binary aGFsbG8=\n",
    "error p:1:16 a tag (!) has no meaning in a policy\n")
BAD("trees: !x []\n",
    "error p:1:11 a tag (!) has no meaning in a policy\n")
BAD("[a, b]: c\n",
    "error p:1:1 a key must be a word, not a list\n")
BAD("? {a: b}\n: c\n",
    "error p:1:3 a key must be a word, not a map\n")

/* keys */
BAD("nam: x\n",
    "error p:1:1 unknown key \"nam\" (did you mean \"name\"?)\n")
BAD("colour: red\ntree: []\n",
    "error p:1:1 unknown key \"colour\"\n"
    "error p:2:1 unknown key \"tree\" (did you mean \"trees\"?)\n")
BAD("name: x\ndefault: []\nname: y\n",
    "error p:3:1 \"name\" is given twice\nnote p:1:1 it was first given here\n")
BAD("trees:\n  - path: /a\n    alow: [read]\n    deny: [chmod]\n    dney: [all]\n",
    "error p:3:5 unknown key \"alow\" (did you mean \"allow\"?)\n"
    "error p:5:5 unknown key \"dney\" (did you mean \"deny\"?)\n")
BAD("\"na\\0me\": x\n",
    "error p:1:1 unknown key \"na\"\n")
BAD("? default\n",
    "error p:1:3 \"default\" needs a list of operations, not nothing\n")

/* values of the wrong kind */
BAD("name: [x]\n", "error p:1:7 \"name\" needs a name, not a list\n")
BAD("name:\n", "error p:1:1 \"name\" needs a name, not nothing\n")
BAD("name: ''\n", "error p:1:7 a name has 1 to 255 bytes and no control characters\n")
BAD("name: \"a\\tb\"\n", "error p:1:7 a name has 1 to 255 bytes and no control characters\n")
BAD("name: \"a\\0b\"\n", "error p:1:7 \"name\" has a NUL character in it\n")
BAD("default: {read: yes}\n", "error p:1:10 \"default\" needs a list of operations, not a map\n")
BAD("default:\n", "error p:1:1 \"default\" needs a list of operations, not nothing\n")
BAD("default: [read, [write], {all: x}, ]\n",
    "error p:1:17 \"default\" needs words, not a list\n"
    "error p:1:26 \"default\" needs words, not a map\n")
BAD("default:\n  - read\n  -\n", "error p:2:5 \"default\" needs words, not nothing\n")
BAD("keep: {}\n",
    "error p:1:7 \"keep\" needs a list of capabilities and other things to keep, not a map\n")
BAD("trees: /home\n", "error p:1:8 \"trees\" needs a list of trees, not a word\n")
BAD("trees: [/home, [x]]\n",
    "error p:1:9 \"trees\" needs maps with a path, not a word\n"
    "error p:1:16 \"trees\" needs maps with a path, not a list\n")
BAD("trees: [{path: [/a], allow: read}]\n", "error p:1:16 \"path\" needs a path, not a list\n")
BAD("trees: [{path: /a, allow: read, optional: yes}]\n",
    "error p:1:43 \"optional\" needs true or false, not \"yes\"\n")
BAD("trees: [{path: /a, allow: read, optional: []}]\n",
    "error p:1:43 \"optional\" needs true or false, not a list\n")

/* words */
BAD("default: [read, wriet, \"ex\xc3\xa9""c\", moo]\n",
    "error p:1:17 unknown operation \"wriet\" (did you mean \"write\"?)\n"
    "error p:1:24 unknown operation \"ex\xc3\xa9""c\"\n"
    "error p:1:32 unknown operation \"moo\"\n")
BAD("best_effort: red_file\n",
    "error p:1:14 unknown operation \"red_file\" (did you mean \"read_file\"?)\n")
BAD("default: [\"read\\0\"]\n", "error p:1:11 unknown operation \"read\" (did you mean \"read\"?)\n")
BAD("keep: [cap_sys_admin, block_device, SYS_PTRACE, moo]\n",
    "error p:1:8 unknown capability or thing to keep \"cap_sys_admin\" (did you mean \"sys_admin\"?)\n"
    "error p:1:23 unknown capability or thing to keep \"block_device\" (did you mean \"block_devices\"?)\n"
    "error p:1:37 unknown capability or thing to keep \"SYS_PTRACE\" (did you mean \"sys_ptrace\"?)\n"
    "error p:1:49 unknown capability or thing to keep \"moo\"\n")

/* trees */
BAD("trees:\n  - allow: [read]\n", "error p:2:5 \"path\" is missing\n")
BAD("trees:\n  - path: ''\n    allow: [read]\n",
    "error p:2:11 the path is empty (the working directory is \".\")\n")
BAD("trees:\n  - path: \"/a\\0b\"\n    allow: [read]\n",
    "error p:2:11 \"path\" has a NUL character in it\n")
BAD("trees:\n  - path: /a\n", "error p:2:5 this tree neither allows nor denies anything\n")
BAD("trees:\n  - path: /a\n    allow: []\n    optional: true\n",
    "error p:2:5 this tree neither allows nor denies anything\n")
BAD("trees:\n  - path: /a\n    allow: [read, make_reg]\n    deny: [write]\n",
    "error p:4:12 \"write\" denies what \"make_reg\" allows in the same tree: make_reg\n"
    "note p:3:19 \"make_reg\" is here\n")
BAD("trees:\n  - {path: /a, deny: stat, allow: read}\n",
    "error p:2:22 \"stat\" denies what \"read\" allows in the same tree: stat\n"
    "note p:2:35 \"read\" is here\n")
BAD("trees:\n  - path: /a\n    allow: [read]\n  - path: /b\n    allow: [read]\n  - path: /a\n    deny: [all]\n",
    "error p:6:5 a second tree with the path \"/a\"\nnote p:2:5 the first is here\n")

/* owners */
BAD("trees:\n  - path: /a\n    allow: [read]\n    owner: no-such-user\n",
    "error p:4:12 unknown user \"no-such-user\"\n")
BAD("trees:\n  - path: /a\n    allow: [read]\n    group: no-such-group\n",
    "error p:4:12 unknown group \"no-such-group\"\n")
BAD("trees: [{path: /a, allow: read, owner: 1000}]\n",
    "error p:1:40 unknown user \"1000\" (a number is written \"uid 1000\")\n")
BAD("trees: [{path: /a, allow: read, owner: root uid 0}]\n",
    "error p:1:40 one user is needed, not \"root uid 0\"\n")
BAD("trees: [{path: /a, allow: read, owner: uid 0 root}]\n",
    "error p:1:40 \"uid\" needs one number, not \"0 root\"\n")
BAD("trees: [{path: /a, allow: read, owner: self unmapped}]\n",
    "error p:1:40 one user is needed, not \"self unmapped\"\n")
BAD("trees: [{path: /a, allow: write, owner: {wriet: self}}]\n",
    "error p:1:42 unknown operation \"wriet\"\n")
BAD("trees: [{path: /a, allow: write, owner: {write: self, make_reg: root}}]\n",
    "error p:1:55 \"make_reg\" names what is named before: one owner for each operation\n")
BAD("trees: [{path: /a, allow: read, owner: [self, root]}]\n",
    "error p:1:40 \"owner\" needs a user, \"uid N\", self or unmapped, not a list\n")
BAD("trees: [{path: /a, allow: read, owner: uid root}]\n",
    "error p:1:40 \"uid\" needs a number, not \"root\" (a name stands alone)\n")
BAD("trees: [{path: /a, allow: read, group: gid}]\n",
    "error p:1:40 \"gid\" needs a number, not \"\" (a name stands alone)\n")
BAD("trees: [{path: /a, allow: read, owner: uid 4294967295}]\n",
    "error p:1:40 the user number 4294967295 is out of range (ids are from 0 to 4294967294)\n")
BAD("trees: [{path: /a, allow: read, group: gid 99999999999999999999999}]\n",
    "error p:1:40 the group number 99999999999999999999999 is out of range (ids are from 0 to 4294967294)\n")
BAD("trees: [{path: /a, allow: read, owner: uid -1}]\n",
    "error p:1:40 \"uid\" needs a number, not \"-1\" (a name stands alone)\n")
BAD("trees: [{path: /a, allow: read, owner: self, owner: self}]\n",
    "error p:1:46 \"owner\" is given twice\nnote p:1:33 it was first given here\n")
BAD("trees: [{path: /a, allow: write, owner: self, owner: {write: self}}]\n",
    "error p:1:47 \"owner\" is given twice\nnote p:1:34 it was first given here\n")
BAD("trees: [{path: /a, allow: write, owner: {write: self, write: root}}]\n",
    "error p:1:55 \"write\" names what is named before: one owner for each operation\n")
BAD("trees: [{path: /a, allow: write, owner: {write: [self]}}]\n",
    "error p:1:49 \"owner\" needs a user, \"uid N\", self or unmapped, not a list\n")
BAD("trees: [{path: /a, allow: read, owner: {read_file: self, stat: self, read_dir: self, watch: self, getxattr: self}}]\n",
    "error p:1:99 more than 4 lines in one \"owner\"\n")
BAD("trees: [{path: /a, allow: write, group: {write: gid 4294967295}}]\n",
    "error p:1:49 the group number 4294967295 is out of range (ids are from 0 to 4294967294)\n")
BAD("trees: [{path: /a, allow: read, owner: uid 4294967296}]\n",
    "error p:1:40 the user number 4294967296 is out of range (ids are from 0 to 4294967294)\n")
BAD("trees: [{path: /a, allow: read, owner: uid 18446744073709551616}]\n",
    "error p:1:40 the user number 18446744073709551616 is out of range (ids are from 0 to 4294967294)\n")
BAD("trees: [{path: /a, allow: read, owner: uid 10000000000000000000000000000000000000000000000000000000000000000}]\n",
    "error p:1:40 the user number 100000000000000000000000000000000000000000000000000000000000... is out of range (ids are from 0 to 4294967294)\n")
BAD("trees: [{path: /a, allow: read, group: gid -1}]\n",
    "error p:1:40 \"gid\" needs a number, not \"-1\" (a name stands alone)\n")
BAD("trees: [{path: /a, allow: read, owner: -1}]\n",
    "error p:1:40 unknown user \"-1\"\n")
BAD("trees: [{path: /a, allow: read, owner: uid 0x0}]\n",
    "error p:1:40 \"uid\" needs a number, not \"0x0\" (a name stands alone)\n")
BAD("trees: [{path: /a, allow: read, owner: gid 0}]\n",
    "error p:1:40 one user is needed, not \"gid 0\"\n")
BAD("trees: [{path: /a, allow: read, owner: \"self\\0\"}]\n",
    "error p:1:40 \"owner\" has a NUL character in it\n")

/* what a rule follows */
BAD("trees: [{path: /a, deny: read, follow: pth}]\n",
    "error p:1:40 \"follow\" needs inode or path, not \"pth\" (did you mean \"path\"?)\n")
BAD("trees:\n- path: /a\n  deny: read\n  follow: name\n",
    "error p:4:11 \"follow\" needs inode or path, not \"name\"\n")
BAD("trees: [{path: /a, deny: read, follow: [path]}]\n",
    "error p:1:40 \"follow\" needs inode or path, not a list\n")
BAD("trees: [{path: /a, deny: read, follow: path, follow: path}]\n",
    "error p:1:46 \"follow\" is given twice\nnote p:1:32 it was first given here\n")
BAD("follow: path\n", "error p:1:1 unknown key \"follow\"\n")

/* what becomes of what is not allowed, and for whom */
BAD("mode: audti\n", "error p:1:7 \"mode\" needs enforce or audit, not \"audti\" (did you mean \"audit\"?)\n")
BAD("mode: learn\n", "error p:1:7 \"mode\" needs enforce or audit, not \"learn\"\n")
BAD("mode: [audit]\n", "error p:1:7 \"mode\" needs enforce or audit, not a list\n")
BAD("mode: \"audit\\0\"\n", "error p:1:7 \"mode\" has a NUL character in it\n")
BAD("locked: yes\n", "error p:1:9 \"locked\" needs true or false, not \"yes\"\n")
BAD("unlock: [{uid: 0}]\n", "error p:1:1 \"unlock\" without \"locked\" (locked: true)\n")
BAD("locked: false\nunlock: [{uid: 0}]\n", "error p:2:1 \"unlock\" without \"locked\" (locked: true)\n")
BAD("applies_to: []\n", "error p:1:13 \"applies_to\" is empty (leave the key out)\n")
BAD("except:\n", "error p:1:1 \"except\" needs a list of tasks, not nothing\n")
BAD("except: {uid: 0}\n", "error p:1:9 \"except\" needs a list of tasks, not a map\n")
BAD("except: [uid, [uid]]\n",
    "error p:1:10 \"except\" needs maps that tell tasks, not a word\n"
    "error p:1:15 \"except\" needs maps that tell tasks, not a list\n")
BAD("except: [{}]\n", "error p:1:10 this names no task: it is empty\n")
BAD("except: [{gidd: 0}]\n", "error p:1:11 unknown key \"gidd\" (did you mean \"gid\"?)\n")
BAD("except: [{exe: /a}, {pid: 1}]\n",
    "error p:1:11 unknown key \"exe\"\n"
    "error p:1:22 unknown key \"pid\" (did you mean \"uid\"?)\n")
BAD("except: [{uid: 0, run: x, uid: 1}]\n",
    "error p:1:27 \"uid\" is given twice\nnote p:1:11 it was first given here\n")
BAD("except: [{uid: no-such-user, gid: no-such-group}]\n",
    "error p:1:16 unknown user \"no-such-user\"\n"
    "error p:1:35 unknown group \"no-such-group\"\n")
BAD("except: [{uid: 4294967295}, {gid: -1}, {uid: [0]}, {uid: ''}]\n",
    "error p:1:16 the user number 4294967295 is out of range (ids are from 0 to 4294967294)\n"
    "error p:1:35 unknown group \"-1\"\n"
    "error p:1:46 \"uid\" needs a word, not a list\n"
    "error p:1:58 unknown user \"\"\n")
BAD("except: [{uid: \"0\\0\"}, {executable: ''}, {run: \"a\\tb\"}, {run: }]\n",
    "error p:1:16 \"uid\" has a NUL character in it\n"
    "error p:1:37 the path is empty\n"
    "error p:1:48 a name has 1 to 255 bytes and no control characters\n"
    "error p:1:58 \"run\" needs a word, not nothing\n")
BAD("except: [{cgroup: a.slice}, {cgroup: ''}]\n",
    "error p:1:19 a cgroup is named from the root of the hierarchy, with a leading /, not \"a.slice\" (\"/system.slice\" is one; so is /sys/fs/cgroup/system.slice)\n"
    "error p:1:38 a cgroup is named from the root of the hierarchy, with a leading /, not \"\" (\"/system.slice\" is one; so is /sys/fs/cgroup/system.slice)\n")
BAD("except: [{cgroup: /a/../b}, {cgroup: /./a}, {cgroup: /a//b}]\n",
    "error p:1:19 a cgroup's path has no empty names, and no . or .. in it\n"
    "error p:1:38 a cgroup's path has no empty names, and no . or .. in it\n"
    "error p:1:54 a cgroup's path has no empty names, and no . or .. in it\n")
BAD("except:\n- uid: 0\n- uid: 1\n- uid: 2\n- uid: 3\n- uid: 4\n- uid: 5\n- uid: 6\n- uid: 7\n- uid: 8\n- uid: 9\n",
    "error p:10:3 more than 8 in \"except\"\n")

/* labels */
#define L(inside) "trees: [{label: " inside ", deny: read}]\n"
BAD(L("secret"), "error p:1:17 \"label\" needs a map with xattr, value and perhaps under, not a word\n")
BAD(L("{}"),
    "error p:1:17 \"xattr\" is missing\n"
    "error p:1:17 \"value\" is missing\n")
BAD(L("{xattr: user.a, value: b, under: /c, mount: d}"), "error p:1:54 unknown key \"mount\"\n")
BAD(L("{xattr: user.a, valeu: b, under: /c}"),
    "error p:1:33 unknown key \"valeu\" (did you mean \"value\"?)\n"
    "error p:1:17 \"value\" is missing\n")
BAD(L("{xattr: user., value: b, under: /c}"),
    "error p:1:25 a label is an attribute in user., trusted. or security.bpf., not \"user.\" (\"user.rootward\" is one)\n")
BAD(L("{xattr: security.selinux, value: b, under: /c}"),
    "error p:1:25 a label is an attribute in user., trusted. or security.bpf., not \"security.selinux\" (\"user.rootward\" is one)\n")
BAD(L("{xattr: [user.a], value: '', under: ''}"),
    "error p:1:25 \"xattr\" needs an extended attribute's name, not a list\n"
    "error p:1:42 \"value\" has 1 to 62 bytes and no control characters\n"
    "error p:1:53 the path is empty (the working directory is \".\")\n")
BAD(L("{xattr: user.a, value: 123456789-123456789-123456789-123456789-123456789-123456789-123, under: /c}"),
    "error p:1:40 \"value\" has 1 to 62 bytes and no control characters\n")
BAD(L("{xattr: user.a, value: \"a\\tb\", under: /c}"),
    "error p:1:40 \"value\" has 1 to 62 bytes and no control characters\n")
BAD(L("{xattr: user.a, value: b, under: /c, set: root}"),
    "error p:1:59 \"set\" needs a list of tasks, not a word\n")
BAD(L("{xattr: user.a, value: b, under: /c, set: [{gidd: 1}]}"),
    "error p:1:61 unknown key \"gidd\" (did you mean \"gid\"?)\n")
BAD("trees: [{path: /a, label: {xattr: user.a, value: b, under: /c}, deny: read}]\n",
    "error p:1:20 \"path\" and \"label\" in one tree (make two trees of it)\n")
BAD("trees:\n- {label: {xattr: user.a, value: b, under: /c}, deny: read}\n- {label: {xattr: user.a, value: b, under: /c}, allow: read}\n",
    "error p:3:3 a second tree with the label user.a=b under /c\n"
    "note p:2:3 the first is here\n")
BAD(L("{xattr: user.a, value: b, under: /c}, allow: read"),
    "error p:1:74 \"read\" denies what \"read\" allows in the same tree: read\n"
    "note p:1:62 \"read\" is here\n")
#undef L

/* all of them in one go, also behind a tree that is wrong by itself */
BAD("name: []\ndefault: raed\ntrees:\n  - path: /a\n  - path: /a\n    allow: [xx]\n  - path: ''\n    alow: read\n",
    "error p:1:7 \"name\" needs a name, not a list\n"
    "error p:2:10 unknown operation \"raed\" (did you mean \"read\"?)\n"
    "error p:4:5 this tree neither allows nor denies anything\n"
    "error p:6:13 unknown operation \"xx\"\n"
    "error p:5:5 a second tree with the path \"/a\"\n"
    "note p:4:5 the first is here\n"
    "error p:7:11 the path is empty (the working directory is \".\")\n"
    "error p:8:5 unknown key \"alow\" (did you mean \"allow\"?)\n")
