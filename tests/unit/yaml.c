/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every message of the parser, with its place. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collect.h"
#include "policy.h"
#include "tap.h"

static const struct {
	const char *text;
	const char *messages;
} cases[] = {
#define BAD(text, messages) { text, messages },
#include "yaml-cases.h"
#undef BAD
};

static void test_bad(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct collected got = { 0 };
		struct rootward_opts opts = collect_opts(&got);
		struct rootward_policy *policy = NULL;
		int r = rootward_policy_parse(&policy, cases[i].text, strlen(cases[i].text), &opts);

		is_int(r, -EINVAL, "case %zu is refused", i);
		if (!is_str(collected_text(&got), cases[i].messages, "its messages"))
			tap_show("of", cases[i].text);
		ok(!policy, "no policy is returned");
		rootward_policy_free(policy);
		collected_reset(&got);
	}
}

static struct rootward_policy *parse(const char *text)
{
	struct collected got = { 0 };
	struct rootward_opts opts = collect_opts(&got);
	struct rootward_policy *policy = NULL;

	is_int(rootward_policy_parse(&policy, text, strlen(text), &opts), 0, "a valid policy");
	is_str(collected_text(&got), "", "without a word");
	collected_reset(&got);
	return policy;
}

static void test_good(void)
{
	struct rootward_policy *policy =
		parse("# a comment\n"
		      "name: build\n"
		      "default: [read, execute]\n"
		      "best_effort: stat\n"
		      "keep: [sys_ptrace, block_devices, checkpoint_restore]\n"
		      "trees:\n"
		      "  - path: .\n"
		      "    allow: all\n"
		      "  - { path: \"~/.ssh\", deny: [all], optional: true }\n"
		      "  -\n"
		      "    optional: false\n"
		      "    allow:\n"
		      "      - read\n"
		      "    deny: [write_file, make_reg]\n"
		      "    path: '/srv/it''s'\n");
	char buf[64];

	if (!policy)
		return;
	is_str(policy->name, "build", "name");
	is_str(policy->file, "p", "file");
	is_int(policy->default_ops, ROOTWARD_OPS_READ | ROOTWARD_OPS_EXECUTE, "default");
	is_str(origin_format(&policy->default_origin, buf, sizeof(buf)), "p:3:10", "its place");
	is_int(policy->best_effort, ROOTWARD_OP_STAT, "best_effort");
	is_int(policy->keep_caps, 1ULL << 19 | 1ULL << 40, "kept capabilities");
	is_int(policy->keep, KEEP_BLOCK_DEVICES, "other things kept");
	is_int(policy->n_trees, 3, "trees");
	is_str(policy->trees[0].path, ".", "path");
	is_int(policy->trees[0].allow, ROOTWARD_OPS_ALL, "one word in place of a list");
	is_int(policy->trees[1].deny, ROOTWARD_OPS_ALL, "deny");
	ok(policy->trees[1].optional && !policy->trees[0].optional, "optional");
	is_str(policy->trees[2].path, "/srv/it's", "a quoted path");
	is_int(policy->trees[2].deny, ROOTWARD_OP_WRITE_FILE | ROOTWARD_OP_MAKE_REG, "deny of two");
	ok(!policy->trees[2].optional, "optional: false");
	is_str(origin_format(&policy->trees[1].origin, buf, sizeof(buf)), "p:9:5",
	       "a tree's place");
	is_str(origin_format(&policy->trees[2].origin, buf, sizeof(buf)), "p:11:5", "and another");
	rootward_policy_free(policy);
}

static void test_owners(void)
{
	struct rootward_policy *policy =
		parse("trees:\n"
		      "  - {path: /a, allow: read, owner: self, group: unmapped}\n"
		      "  - {path: /b, allow: read, owner: root}\n"
		      "  - {path: /c, allow: read, owner: uid 4294967294, group: gid 0}\n"
		      "  - {path: /d, allow: read}\n");
	struct tree *t = policy->trees;

	ok(t[0].owner.list[0].who.kind == WHO_SELF && t[0].group.list[0].who.kind == WHO_UNMAPPED,
	   "self, unmapped");
	ok(t[1].owner.list[0].who.kind == WHO_ID && t[1].owner.list[0].who.id == 0,
	   "a user by name");
	ok(!t[1].group.n, "and any group");
	ok(t[2].owner.list[0].who.kind == WHO_ID && t[2].owner.list[0].who.id == 4294967294,
	   "the last number");
	ok(t[2].group.list[0].who.kind == WHO_ID && t[2].group.list[0].who.id == 0, "gid 0");
	ok(tree_is_owned(&t[0]) && tree_is_owned(&t[1]) && !tree_is_owned(&t[3]), "or nothing");
	is_int(rootward_policy_add(policy, "/b", ROOTWARD_OPS_WRITE, 0, NULL), -EINVAL,
	       "what is narrowed cannot be widened by its path");
	rootward_policy_free(policy);
}

static void test_labels(void)
{
	struct rootward_policy *policy = parse(
		"trees:\n"
		"  - {label: {xattr: user.a, value: b c, under: /d}, deny: read}\n"
		"  - {label: {xattr: trusted.a, value: x, under: ., set: [{uid: 0}, {gid: 7}]},"
		" allow: read, optional: true}\n"
		"  - {label: {xattr: security.bpf.a, value: x, under: ~}, allow: all}\n"
		"  - {label: {xattr: user.a, value: 12345678901234567890123456789012345678901234567890"
		"123456789012, under: /d}, deny: read}\n"
		"  - {label: {xattr: user.b, value: x}, deny: read}\n");
	struct tree *t = policy->trees;

	is_int(policy->n_trees, 5, "labels");
	is_str(t[0].path, "label user.a=b c under /d", "a label's words stand for its path");
	is_str(t[0].label->xattr, "user.a", "the attribute");
	is_str(t[0].label->value, "b c", "its value");
	is_str(t[0].label->under, "/d", "and where");
	is_int(t[0].label->set.n, 0, "nobody sets it");
	is_int(t[1].label->set.n, 2, "or some");
	ok(t[1].label->set.list[1].by == TASK_BY_GID && t[1].label->set.list[1].gid == 7,
	   "by group");
	ok(!t[4].label->under, "anywhere");
	is_str(t[4].path, "label user.b=x", "in so many words");
	ok(policy_has_labels(policy), "the policy has labels");
	rootward_policy_free(policy);
}

static void test_tasks(void)
{
	struct rootward_policy *policy =
		parse("mode: audit\n"
		      "locked: true\n"
		      "unlock: [{executable: /usr/bin/apt, uid: root}]\n"
		      "applies_to:\n"
		      "  - cgroup: /sys/fs/cgroup/system.slice/a b.service/\n"
		      "    run: build\n"
		      "    gid: root\n"
		      "  - cgroup: /sys/fs/cgroups\n"
		      "  - cgroup: /sys/fs/cgroup\n"
		      "  - cgroup: /\n"
		      "except: [{uid: 4294967294}]\n");
	struct policy_task *task = policy->applies_to.list;
	char buf[64];

	ok(policy->mode == ROOTWARD_MODE_AUDIT && policy->locked, "audit, locked");
	is_str(origin_format(&policy->mode_origin, buf, sizeof(buf)), "p:1:7", "where audit is");
	is_int(policy->unlock.n, 1, "one list");
	is_int(policy->unlock.list[0].by, TASK_BY_EXE | TASK_BY_UID, "by two");
	is_str(policy->unlock.list[0].exe, "/usr/bin/apt", "an executable");
	is_int(policy->unlock.list[0].uid, 0, "a user by name");
	is_int(policy->applies_to.n, 4, "another list");
	is_int(task[0].by, TASK_BY_CGROUP | TASK_BY_RUN | TASK_BY_GID, "by three");
	is_str(task[0].cgroup, "/system.slice/a b.service", "a cgroup, as its mount shows it");
	is_str(task[0].run, "build", "a run");
	is_int(task[0].gid, 0, "a group by name");
	is_str(origin_format(&task[0].origin, buf, sizeof(buf)), "p:5:5", "its place");
	is_str(task[1].cgroup, "/sys/fs/cgroups", "one that only begins alike");
	is_str(task[2].cgroup, "/", "the root by its mount");
	is_str(task[3].cgroup, "/", "the root");
	ok(policy->except.list[0].by == TASK_BY_UID && policy->except.list[0].uid == 4294967294,
	   "a user by number, with or without an account");
	rootward_policy_free(policy);

	policy = parse("mode: enforce\nlocked: false\n");
	ok(policy->mode == ROOTWARD_MODE_ENFORCE && !policy->locked && !policy->applies_to.n,
	   "what it is without these keys");
	rootward_policy_free(policy);
}

static void test_odd_but_good(void)
{
	static const char *const texts[] = {
		"default: []\n",
		"---\ndefault: []\n...\n",
		"{\"name\": \"json\", \"trees\": [{\"path\": \"/\", \"allow\": [\"read\"]}]}",
		"name: &anchor x\r\ndefault: read\r\n",
		"\xef\xbb\xbfname: x\n",
		"trees: []\n",
		"trees:\n- path: ~\n  allow: read\n",
	};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		rootward_policy_free(parse(texts[i]));
}

static void expect(const char *what, const char *text, size_t len, int error, const char *messages)
{
	struct collected got = { 0 };
	struct rootward_opts opts = collect_opts(&got);
	struct rootward_policy *policy = NULL;

	is_int(rootward_policy_parse(&policy, text, len, &opts), error, "%s", what);
	is_str(collected_text(&got), messages, "%s: the message", what);
	collected_reset(&got);
	rootward_policy_free(policy);
}

/* @unit again and again, to a megabyte or more. */
static void expect_many(const char *what, const char *begin, const char *unit, size_t size,
			int error, const char *messages)
{
	size_t used = strlen(begin), step = strlen(unit);
	char *text = malloc(used + size + step);

	memcpy(text, begin, used);
	for (; used < size; used += step)
		memcpy(text + used, unit, step);
	expect(what, text, used, error, messages);
	free(text);
}

#define MIB (1U << 20)

static void test_monsters(void)
{
	expect("a NUL", "name: x\nde\0fault: []", 20, -EINVAL,
	       "error p:2:3 a NUL byte: this is not a text file (a policy is YAML, as UTF-8 text)\n");
	expect("nothing", "", 0, -EINVAL,
	       "error p:1:1 the policy is empty (a policy that allows nothing is \"default: []\")\n");
	expect("an ELF file",
	       "\x7f"
	       "ELF\x02\x01\x01",
	       7, -EINVAL,
	       "error p:1:1 byte 0x7f is a control character, which is not text (a policy is YAML, "
	       "as UTF-8 text)\n");
	expect_many("a megabyte of [", "", "[", MIB, -EINVAL,
		    "error p:1:17 lists and maps are nested more than 16 deep\n");
	expect_many("a megabyte of - ", "", "- ", MIB, -EINVAL,
		    "error p:1:33 lists and maps are nested more than 16 deep\n");
	expect_many("a megabyte of ? ", "", "? ", MIB, -EINVAL,
		    "error p:1:33 lists and maps are nested more than 16 deep\n");
	expect_many("a megabyte of words", "", "garbage ", MIB, -EINVAL,
		    "error p:1:1 a policy is a map, not a word (it begins with \"name:\", "
		    "\"default:\" or \"trees:\")\n");
	expect_many("a megabyte in one key", "k", "k", MIB, -EINVAL,
		    "error p:1:1 a policy is a map, not a word (it begins with \"name:\", "
		    "\"default:\" or \"trees:\")\n");
	expect_many("a megabyte in one operation", "default: ", "x", MIB, -EINVAL,
		    "error p:1:10 unknown operation \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxx...\"\n");
	expect_many("a megabyte of documents", "--- {}\n", "--- {}\n", MIB, -EINVAL,
		    "error p:2:1 another document begins after this; a policy is one document (put "
		    "each policy into a file of its own)\n");
	expect_many("17 MiB", "default: [", "read, ", 17 * MIB, -E2BIG,
		    "error p larger than 16 MiB\n");
	expect_many("millions of words", "default: [", "a,", 15 * MIB, -E2BIG,
		    "error p:1:8000005 more than 4000000 words, lists and maps\n");
}

static void test_too_many_trees(void)
{
	size_t size = (POLICY_TREES_MAX + 1) * 40, used = 0;
	char *text = malloc(size);
	int i;

	used = snprintf(text, size, "trees:\n");
	for (i = 0; i <= POLICY_TREES_MAX; i++)
		used += snprintf(text + used, size - used, "- {path: /%d, allow: read}\n", i);
	expect("too many trees", text, used, -E2BIG, "error p:100002:3 more than 100000 trees\n");
	free(text);
}

static void test_load(void)
{
	char directory[] = "/tmp/rootward-yaml-XXXXXX", path[64], wanted[128];
	struct collected got = { 0 };
	struct rootward_opts opts = collect_opts(&got);
	struct rootward_policy *policy = NULL;
	int fd;

	ok(mkdtemp(directory), "a temporary directory");
	snprintf(path, sizeof(path), "%s/my-build.yaml", directory);
	is_int(rootward_policy_load(&policy, path, &opts), -ENOENT, "load what is not there");
	snprintf(wanted, sizeof(wanted), "error %s cannot be read: No such file or directory\n",
		 path);
	is_str(collected_text(&got), wanted, "and the message");
	collected_reset(&got);
	is_int(rootward_policy_load(&policy, directory, &opts), -EISDIR, "load a directory");

	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ok(write(fd, "default: read\n", 14) == 14, "write a policy");
	close(fd);
	if (is_int(rootward_policy_load(&policy, path, NULL), 0, "load it")) {
		is_str(policy->name, "my-build", "named after the file");
		is_str(policy->file, path, "and the file is known");
		rootward_policy_free(policy);
	}
	opts.size = 8;
	is_int(rootward_policy_load(&policy, path, &opts), -EINVAL, "options without their size");
	unlink(path);
	rmdir(directory);
	collected_reset(&got);
}

int main(void)
{
	test_bad();
	test_good();
	test_owners();
	test_tasks();
	test_labels();
	test_odd_but_good();
	test_monsters();
	test_too_many_trees();
	test_load();
	return done_testing();
}
