#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016,SC2034 # commands for another shell; what lib.sh reads
# Bad input: a clear message, status 125, and the command not started.
# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"

# with POLICY: `mark` under that text. The message names file, line and column where it can.
with() {
	printf '%b' "$1" >"$work/p.yaml"
	run -p "$work/p.yaml" --best-effort -- "${mark[@]}"
}
at='^rootward: [^ ]*p\.yaml'

good='trees:\n  - path: /\n    allow: [all]\n'
with "$good"
ok "a good policy: the command starts" all ended 0 -- test -e marker

with 'trees: [\n'
ok "malformed YAML" refused "$at:[0-9]+:[0-9]+: "
with '\x00\x01\xff\xfe\x80\x02'
ok "binary" refused "$at.*: "
with ''
ok "an empty file" refused "$at"
with 'just words\n'
ok "not a map" refused "$at:1"
with "${good}colour: red\n"
ok "an unknown key" refused "$at:4:1: .*colour"
with 'trees:\n  - path: /\n    allow: [raed]\n'
ok "an unknown operation" refused "$at:3:[0-9]+: .*raed"
ok "and the nearest one" said 'hint: .*read'
with 'trees:\n  - path: /\n    alow: [read]\n'
ok "an unknown key of a tree, and the nearest" all refused "$at:3:5: .*alow" -- said 'hint: .*allow'
with 'trees:\n  - allow: [read]\n'
ok "a tree without a path" refused "$at:2"
with 'trees:\n  - path: /\n    allow: [read]\n    deny: [read]\n'
ok "allowed and denied at once" refused "$at:"
with 'trees:\n  - path: /\n    allow: [raed]\n  - path: /tmp\n    deny: [wriet]\n'
ok "two mistakes are both told" all refused "$at:3" -- said "$at:5"
with 'trees:\n  - path: /\n    allow: [read]\n    owner: no-such-user\n'
ok "an unknown owner" refused "$at:4:12: .*no-such-user"
with 'trees:\n  - path: /no/such/place\n    allow: [read]\n'
ok "a path that does not exist" refused "$at:2.*/no/such/place"
with 'trees:\n  - path: /usr\n    allow: [read]\n  - path: /usr\n    allow: [execute]\n'
ok "a path named twice" refused "$at:4"
with 'trees:\n  - path: /usr\n    allow: [read]\n  - path: /usr/../usr/\n    allow: [execute]\n'
ok "a directory named twice in other words" refused "$at:4"

head -c 1000000 /dev/urandom >"$work/p.yaml"
run -p "$work/p.yaml" -- "${mark[@]}"
ok "a megabyte of noise" refused "$at"
ok "is answered briefly" test "$(wc -c <"$work/err")" -lt 10000
yes -- '- [' | head -c 1000000 >"$work/p.yaml"
run -p "$work/p.yaml" -- "${mark[@]}"
ok "a megabyte of open brackets" refused "$at"
yes 'x: y' | head -c 1000000 >"$work/p.yaml"
run -p "$work/p.yaml" -- "${mark[@]}"
ok "a megabyte of unknown keys" all refused "$at:1:1" -- test "$(wc -l <"$work/err")" -lt 100
printf 'a: &a [x,x,x,x,x,x,x,x,x]\n' >"$work/p.yaml"
for c in b:a c:b d:c e:d f:e g:f h:g i:h; do
	printf '%s: &%s [*%s,*%s,*%s,*%s,*%s,*%s,*%s,*%s,*%s]\n' ${c%:*} ${c%:*} ${c#*:}{,,,,,,,,}
done >>"$work/p.yaml"
run -p "$work/p.yaml" -- "${mark[@]}"
ok "a billion laughs" refused "$at"

mkdir -p many && (cd many && seq 10000 | xargs mkdir)
{
	printf 'best_effort: [all]\ntrees:\n  - path: /\n    allow: [read, execute]\n'
	for ((i = 1; i <= 10000; i++)); do
		printf '  - path: many/%d\n    allow: [all]\n' $i
	done
} >"$work/p.yaml"
run -p "$work/p.yaml" -- touch many/9999/there
ok "10 000 trees" all ended 0 -- test -e many/9999/there
run -p "$work/p.yaml" -- touch there
ok "and outside of them" all ended 1 -- test ! -e there
rm -rf many

run -p "$work/none.yaml" -- "${mark[@]}"
ok "no such policy" refused 'none\.yaml: .*No such file'
run -p "$HOME" -- "${mark[@]}"
ok "a directory for a policy" refused "$HOME: .*directory"
printf '%b' "$good" >"$work/p.yaml"
policies=()
for ((i = 0; i < 17; i++)); do policies+=(-p "$work/p.yaml"); done
run "${policies[@]}" -- "${mark[@]}"
ok "too many policies" refused 'more than 16'
run -p - --best-effort -- "${mark[@]}" <"$work/p.yaml"
ok "a policy from stdin" all ended 0 -- test -e marker

run --ro /no/such/place "${mark[@]}"
ok "--ro with a path that does not exist" refused '^rootward: --ro: .*/no/such/place'
run --rw '' "${mark[@]}"
ok "--rw with an empty path" refused '^rootward: --rw: '
run --rw file --deny file "${mark[@]}"
ok "a path in two options" refused '"file" is given twice'
run --rw file --deny "$PWD/file" "${mark[@]}"
ok "in other words" refused 'rootward: --'
TMPDIR=/no/such/place run "${mark[@]}"
ok "no place for temporary files" all refused 'temporary directory in /no/such/place' -- said 'hint: set TMPDIR'

printf 'default: [all]\nexcept: [{uid: 5}]\nlocked: true\n' >loaded.yaml
run -v --best-effort -p loaded.yaml "${mark[@]}"
ok "keys that are for load: a warning, and it is confined" all ended 0 -- test -e marker -- said '^rootward: loaded\.yaml:2:9: warning: for rootward load only: except, locked;'
if [[ ${ROOTWARD_ENGINE-} != bpf ]]; then
	printf 'default: [all]\nmode: audit\n' >audit.yaml
	run --engine landlock --best-effort -p audit.yaml "${mark[@]}"
	ok "landlock refuses to deny what is to be let pass" refused '^rootward: audit\.yaml:2:7: landlock cannot let pass'

	run --engine bpf "${mark[@]}"
	ok "no BPF: an engine that does not work says why, and who knows more" all refused '^rootward: .*bpf' -- said 'hint: rootward doctor'
fi
if can_be_nobody; then
	as_nobody --engine bpf "${mark[@]}"
	ok "no privilege for BPF" refused '^rootward: .*(privilege|root|permi|bpf)'
	as_nobody -- "${mark[@]}"
	ok "without privilege the default works" all ended 0 -- test -e marker
	mkdir -m 700 shut && mkdir -m 777 shut/in
	cd shut/in
	as_nobody -- "${mark[@]}"
	ok "in a directory that no path leads to for the caller" refused '"\." is beneath a directory that the caller may not search'
	cd ../..
else
	skip "no privilege for BPF" "not root"
	skip "without privilege the default works" "not root"
	skip "in a directory that no path leads to for the caller" "not root"
fi

finish
