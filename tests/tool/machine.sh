#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016,SC2034 # commands for another shell; what lib.sh reads
# Policies for the whole machine: what is refused before anything is loaded. load.sh has the rest.
# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"

load() {
	try "$rootward" load "$@"
}

printf 'default: [read]\n' >stop.yaml
printf 'trees:\n  - {path: ., allow: [all]}\n' >stop2.yaml
load stop.yaml stop2.yaml
ok "a policy that would stop the machine: refused" all ended 125 -- said '^rootward: stop\.yaml:1:10: .*every task.* lacks write, execute, chroot, connect: the machine would stop' -- said 'hint: .*applies_to'
ok "one without a default too" said '^rootward: stop2\.yaml: .*lacks everything'
ok "none of them is loaded" said 'no policy was loaded'
printf 'default: [all]\nexcept: []\n' >wrong.yaml
load wrong.yaml stop.yaml
ok "mistakes have their place, of all files" all ended 125 -- said '^rootward: wrong\.yaml:2:9: ' -- said '^rootward: stop\.yaml:1:10: '
load
ok "no policy" all ended 125 -- said 'no policy'
load none.yaml
ok "no such file" all ended 125 -- said '^rootward: none\.yaml: cannot be read: No such file'
load --boot none
ok "no such directory" all ended 125 -- said '^rootward: none: No such file'
load --boot . .
ok "two directories" all ended 125 -- said 'one directory'
mkdir empty boot
: >empty/README
load --boot empty
ok "a directory without policies" all ended 0 -- said 'has no policy'
cp stop.yaml boot/a.yaml
cp wrong.yaml boot/b.yaml
cp wrong.yaml boot/.hidden.yaml
cp wrong.yaml boot/c.yml
load --boot boot
ok "--boot: each is told" all ended 1 -- said "not loaded: $PWD/boot/a\.yaml" -- said "not loaded: $PWD/boot/b\.yaml"
ok "hidden files and others are none" test "$(grep -c 'not loaded' "$work/err")" = 2
try "$rootward" unload
ok "no name" all ended 125 -- said 'no name'
try "$rootward" status --json --prometheus
ok "one form" all ended 125 -- said 'not both'
try "$rootward" status a b
ok "one name" all ended 125 -- said 'one name'

if [[ ${ROOTWARD_ENGINE-} != bpf ]]; then
	# on a machine where bpf works these would be at work
	printf 'default: [all]\nmode: audit\napplies_to: [{uid: 4294967294}]\n' >fine.yaml
	if can_be_nobody; then
		chmod 755 "$HOME" "$HOME/project"
		nobody load fine.yaml
		ok "without privilege: refused, and why" all ended 125 -- said '^rootward: .*(privilege|root|permi|bpf)' -- said 'hint: '
	else
		skip "without privilege: refused, and why" "not root"
	fi
fi

unit=$source/systemd/rootward.service.in
if type systemd-analyze >/dev/null 2>&1; then
	# what it starts must exist to be verified
	sed -E 's#^(Exec[A-Za-z]*=).*#\1/bin/true#; s#@bindir@#/bin#' "$unit" >rootward.service
	try systemd-analyze verify ./rootward.service
	ok "the unit is one" all ended 0 -- quiet
else
	skip "the unit is one" "no systemd-analyze"
fi

finish
