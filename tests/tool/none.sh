#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016,SC2034 # commands for another shell; what lib.sh reads
# A kernel with neither BPF LSM nor Landlock, as booted by tests/check.
# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"

run "${mark[@]}"
ok "no engine: refused" refused '^rootward: no engine works here'
ok "and what each of them lacks" all said 'bpf: ' -- said 'landlock: '
run --best-effort "${mark[@]}"
ok "best effort is more than nothing" refused '^rootward: no engine works here'
run --engine landlock "${mark[@]}"
ok "no Landlock" refused '^rootward: the landlock engine does not work here: .*(Landlock|landlock)'
run --engine bpf "${mark[@]}"
ok "no BPF LSM" refused '^rootward: the bpf engine does not work here: .*(BPF|bpf)'
echo 'default: [all]' >all.yaml
try "$rootward" load all.yaml
ok "nothing is loaded for the machine, and why" all ended 125 -- said '^rootward: .*need the bpf engine: .*(BPF|bpf)' -- said 'hint: rootward doctor'
try "$rootward" learn -o learned.yaml -- "${mark[@]}"
ok "nothing is learned, and why" all refused '^rootward: the bpf engine does not work here' -- test ! -e learned.yaml
try "$rootward" bench
ok "nothing to measure" all ended 125 -- said 'nothing can be measured' -- said ' bpf: ' -- said ' landlock: '
ok "no temporary directory is left" test -z "$(ls -A "$TMPDIR")"

finish
