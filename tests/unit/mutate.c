/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A valid policy with a few bytes changed, thousands of times: whatever comes of it, the parser
 * ends with a policy or with messages that have a place.  The same seed gives the same run; say
 * `unit-mutate SEED ROUNDS` for others.
 */
#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include "policy.h"
#include "tap.h"

static const char original[] =
	"# builds\n"
	"name: build\n"
	"default: [read, execute]\n"
	"best_effort: [stat, \"watch\"]\n"
	"keep:\n"
	"  - sys_ptrace\n"
	"  - block_devices\n"
	"mode: audit\n"
	"locked: true\n"
	"applies_to: [{executable: /bin/cat, uid: 0}, {cgroup: /a/b, run: build}]\n"
	"except:\n"
	"  - gid: root\n"
	"unlock: [{uid: 5}]\n"
	"trees:\n"
	"  - path: .\n"
	"    allow: [all]\n"
	"  - path: '~/.ssh'\n"
	"    deny: all\n"
	"    optional: true\n"
	"  - { path: \"/srv/\\u00e9\", allow: [read], deny: [chmod, chown] }\n"
	"  - path: |\n"
	"      /block\n"
	"    allow: read\n";

/* What YAML has a meaning for, and what it has not. */
static const char *const pieces[] = {
	"[",
	"]",
	"{",
	"}",
	",",
	":",
	": ",
	"- ",
	"? ",
	"\n",
	"\n\n",
	" ",
	"\t",
	"#",
	" #",
	"&a ",
	"*a",
	"!",
	"!!str ",
	"|",
	">",
	"|+2\n",
	"'",
	"\"",
	"\\",
	"%",
	"%YAML 1.2\n",
	"---\n",
	"...\n",
	"@",
	"`",
	"<<: ",
	"~",
	"\r",
	"\r\n",
	"\\x00",
	"\\u0000",
	"\xc3",
	"\xa9",
	"\xef\xbb\xbf",
	"\xe2\x80\xa8",
	"\xc2\x85",
	"read",
	"path: ",
	"trees:\n",
	"all",
	"uid: ",
	"audit",
	"0",
	"a",
};

static uint64_t state;

static uint32_t draw(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 16) % below;
}

/* One change: a piece in, some bytes out, one byte different, or a part again elsewhere. */
static size_t change(char *text, size_t len, size_t size)
{
	const char *piece = pieces[draw(sizeof(pieces) / sizeof(pieces[0]))];
	size_t at = draw(len + 1), n = strlen(piece);
	char part[64];

	switch (draw(4)) {
	case 0:
		n = draw(12) < len - at ? draw(12) : len - at;
		n = n > len - at ? len - at : n;
		memmove(text + at, text + at + n, len - at - n);
		return len - n;
	case 1:
		if (at < len)
			text[at] = draw(8) ? ' ' + draw(95) : draw(256);
		return len;
	case 2:
		n = draw(sizeof(part)) % (len - at + 1);
		memcpy(part, text + at, n);
		piece = part;
		at = draw(len + 1);
		break;
	}
	if (len + n > size)
		return len;
	memmove(text + at + n, text + at, len - at);
	memcpy(text + at, piece, n);
	return len + n;
}

struct seen {
	int errors;
	int without_place;
};

static void look(void *data, const struct rootward_diag *diag)
{
	struct seen *seen = data;

	seen->errors += diag->severity == ROOTWARD_ERROR;
	seen->without_place += !diag->file || !diag->line || !diag->column || !diag->message[0] ||
			       strchr(diag->message, '\n');
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	long rounds = argc > 2 ? atol(argv[2]) : 20000, i, valid = 0, silent = 0, wrong = 0;
	struct seen seen = { 0 };
	struct rootward_opts opts = { sizeof(opts), look, &seen, 0, "mutated" };

	state = seed * 0x9e3779b97f4a7c15ULL + 1;
	for (i = 0; i < rounds; i++) {
		char text[2048];
		size_t len = sizeof(original) - 1;
		struct rootward_policy *policy = NULL;
		uint32_t changes = 1 + draw(3);
		int r;

		memcpy(text, original, len);
		while (changes--)
			len = change(text, len, sizeof(text));
		seen.errors = 0;
		r = rootward_policy_parse(&policy, text, len, &opts);
		valid += !r;
		silent += (r != 0) != (seen.errors != 0);
		wrong += (r && r != -EINVAL) || !r != !!policy;
		rootward_policy_free(policy);
	}
	printf("# seed %llu, %ld rounds, %ld still valid\n", (unsigned long long)seed, rounds,
	       valid);
	is_int(wrong, 0, "a policy or -EINVAL");
	is_int(silent, 0, "an error is reported when there is one, and only then");
	is_int(seen.without_place, 0, "every message has a place");
	ok(valid > rounds / 100 && valid < rounds, "some are valid, some are not");
	return done_testing();
}
