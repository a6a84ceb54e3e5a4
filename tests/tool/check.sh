#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016,SC2034 # commands for another shell; what lib.sh reads
# rootward check: what it finds, where, and how it ends. It changes nothing.
# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"

# check ARGUMENT...: keeping status, out and err
check() {
	try "$rootward" check "$@"
}

# with POLICY: check that text
with() {
	printf '%b' "$1" >p.yaml
	check p.yaml
}

# is it JSON? Where there is no python3 (in the machines), as far as one sees.
json() {
	if type python3 >/dev/null 2>&1; then
		python3 -c 'import json, sys; json.load(sys.stdin)' <"$work/out"
	else
		[[ $(head -n 1 "$work/out") == "{" && $(tail -n 1 "$work/out") == "}" ]]
	fi
}

with 'default: [all]\n'
ok "no mistakes: 0" all ended 0 -- quiet -- printed '^p\.yaml: (no mistakes|[0-9]+ warnings?)$'
ok "each engine is asked" all printed '^  bpf would' -- printed '^  landlock would'
with 'defualt: [read]\ntrees:\n  - path: /no/such/place\n    allow: [raed]\n  - path: /\n    optional: maybe\n    alow: [read]\n'
ok "mistakes: 1, on standard output" all ended 1 -- quiet
ok "an unknown key, and the nearest" all printed '^p\.yaml:1:1: error: .*defualt' -- printed 'hint: .*"default"'
ok "an unknown operation" all printed '^p\.yaml:4:13: error: .*raed' -- printed 'hint: .*"read"'
ok "a wrong value" printed '^p\.yaml:6:15: error: '
ok "another key" printed '^p\.yaml:7:5: error: .*alow'
ok "and still the paths" printed '^p\.yaml:3:5: error: "/no/such/place"'
ok "how many" printed '^p\.yaml: 5 mistakes'
ok "no engine is asked" eval '! printed "landlock"'
with 'default: [read, execute]\ntrees:\n  - path: /usr\n    allow: [read]\n'
ok "a rule that changes nothing: a warning, 0" all ended 0 -- printed '^p\.yaml:3:5: warning: the rule on "/usr" gives nothing'
ln -s "$HOME/other" link
with 'default: [read, execute]\ntrees:\n  - path: link\n    allow: [all]\n'
ok "a symbolic link" all ended 0 -- printed '^p\.yaml:3:5: note: "link" is a symbolic link: the rule is on .*/home/other$'

printf 'default: [read, execute]\ntrees:\n  - path: .\n    deny: [stat]\n' >stat.yaml
check stat.yaml
ok "what landlock cannot: a warning as long as bpf can" all ended 0 -- printed '^stat\.yaml:3:5: warning: landlock .*stat' -- printed '^  landlock would refuse it'
check --engine landlock stat.yaml
ok "a mistake when it is asked for" all ended 1 -- printed '^stat\.yaml:3:5: error: landlock .*stat' -- eval '! printed "^  bpf"'
check --engine bpf stat.yaml
ok "not when the other is" all ended 0 -- eval '! printed "landlock"'
printf 'default: [read, execute]\ntrees:\n  - path: .\n    allow: [write]\n    owner: {write_file: self, stat: self}\n' >owner.yaml
check owner.yaml
ok "an owner of nothing" all ended 0 -- printed '^owner\.yaml:5:31: warning: "owner" is about stat, which'
ok "landlock knows no owners, and names the rule" all printed '^owner\.yaml:3:5: warning: landlock does not ask who owns' -- printed '^  landlock would refuse it'
check --engine landlock owner.yaml
ok "when it is asked for, it is a mistake" all ended 1 -- printed '^owner\.yaml:3:5: error: landlock does not ask who owns'
printf 'default: [read, execute]\ntrees:\n  - path: .\n    deny: [write]\n    follow: path\n' >follow.yaml
check --engine landlock follow.yaml
ok "landlock follows no path, and names the rule" all ended 1 -- printed '^follow\.yaml:3:5: error: landlock binds a rule to what is there, not to its name'
check --engine bpf follow.yaml
ok "bpf does" ended 0
with 'default: [all]\nexcept:\n  - executable: /no/such\n    uid: 0\n  - executable: /usr\n'
ok "an executable that is missing, which load refuses" all ended 0 -- \
	printed '^p\.yaml:3:5: warning: rootward load would refuse it: "/no/such": No such file'
ok "one that is none" printed '^p\.yaml:5:5: warning: rootward load would refuse it: "/usr": it is not a regular file'
with 'default: [all]\napplies_to: [{executable: /no/a}]\nlocked: true\nunlock: [{executable: /no/b}]\n'
ok "of whatever list" all printed '"/no/a"' -- printed '"/no/b"'
with "default: [all]\\nexcept: [{executable: $(type -P true)}]\\n"
ok "one that is there" eval '! printed executable && ! printed "load would refuse"'
printf 'default: [all]\nmode: audit\n' >audit.yaml
check --engine landlock audit.yaml
ok "landlock cannot let pass and tell, and names the key" all ended 1 -- printed '^audit\.yaml:2:7: error: landlock cannot let pass'
check --engine bpf audit.yaml
ok "bpf can" ended 0
printf 'default: [read, execute]\ntrees:\n  - path: /proc/self\n    deny: [all]\n' >self.yaml
check --engine bpf self.yaml
ok "what bpf cannot: a rule on a process" all ended 1 -- printed '^self\.yaml:3:5: error: bpf: a rule on /proc/'
check self.yaml
ok "when no engine can, it is a mistake" all ended 1 -- printed '^self\.yaml: error: no engine would take it'

check
ok "no policy: 125" all ended 125 -- said 'no policy'
check none.yaml
ok "one that is not there: 125" all ended 125 -- printed '^none\.yaml: error: .*No such file'
check .
ok "a directory: 125" all ended 125 -- printed 'Is a directory'
check /dev/null
ok "an empty file: 1" all ended 1 -- printed '^/dev/null:1:1: error: the policy is empty'
check stat.yaml none.yaml self.yaml
ok "several: each is looked at, the worst counts" all ended 125 -- printed '^stat\.yaml: ' -- printed '^self\.yaml: '
check - <stat.yaml
ok "from standard input" all ended 0 -- printed '^<stdin>:3:5: '
check <(cat stat.yaml)
ok "from a pipe" ended 0
mkfifo fifo
(cat stat.yaml >fifo &)
check fifo
ok "from a named one" ended 0
mapfile -t many < <(yes stat.yaml | head -n 9)
check "${many[@]}"
ok "more than fit in one run: that is noted" all ended 0 -- printed '^note: bpf takes at most 8'

head -c 1000000 /dev/urandom >noise
check noise
ok "a megabyte of noise" all ended 1 -- printed '^noise:[0-9]+:[0-9]+: error: ' -- test "$(wc -c <"$work/out")" -lt 10000
yes 'x: y' | head -c 1000000 >noise
check noise
ok "a megabyte of mistakes: many are shown" all ended 1 -- printed '^noise:900:1: error' -- printed 'and 199000 more' -- printed '^noise: 200000 mistakes'
printf 'trees:\n  - path: "/no\\e[31m"\n    allow: [read]\n' >escape.yaml
check escape.yaml
ok "bytes that a terminal obeys are not sent" all ended 1 -- eval '! printed $'"'\\033'"

if can_be_nobody; then
	chmod 755 "$HOME" "$HOME/project"
	nobody check stat.yaml
	ok "without privilege" all ended 0 -- quiet -- printed '^  bpf would enforce it; here it does not work: .*root'
	nobody check self.yaml
	ok "with the same findings" all ended 1 -- printed '^self\.yaml:3:5: warning: bpf: a rule on /proc/'
	chmod 600 stat.yaml
	nobody check stat.yaml
	ok "a policy that may not be read: 125" all ended 125 -- printed '^stat\.yaml: error: .*Permission denied'
else
	skips "not root" "without privilege" "with the same findings" "a policy that may not be read: 125"
fi

check --json self.yaml none.yaml
ok "--json is JSON, and nothing else is said" all ended 125 -- quiet -- json
ok "each policy" all printed '"policy": "self.yaml"' -- printed '"policy": "none.yaml"'
ok "each engine" test "$(grep -c '"enforces": "refused"' "$work/out")" = 2
ok "each finding with its place" all printed '"line": 3' -- printed '"column": 5' -- printed '"engine": "bpf"'
colours 'error: ' check self.yaml

mkdir -p many && (cd many && seq 10000 | xargs mkdir)
{
	printf 'default: [execute]\nbest_effort: [all]\ntrees:\n'
	for ((i = 1; i <= 10000; i++)); do
		printf '  - path: many/%d\n    allow: [read]\n' $i
	done
} >p.yaml
before=${EPOCHREALTIME/./}
check p.yaml
took=$(((${EPOCHREALTIME/./} - before) / 1000))
echo "# 10 000 trees: $took ms"
ok "10 000 trees" ended 0
# an emulated processor is no measure, nor is one with a sanitizer; this finds only what is quadratic
ok "within a minute" test "$took" -lt 60000
rm -rf many

ok "it makes no temporary directory" test -z "$(ls -A "$TMPDIR")"
ok "and pins nothing of its own" eval '! compgen -G "/sys/fs/bpf/rootward-*/live/link_*" >/dev/null || [[ ${ROOTWARD_ENGINE-} ]]'

finish
