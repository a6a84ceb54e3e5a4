#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016,SC2034 # commands for another shell; what lib.sh reads
# rootward explain asks the bpf engine what a process is confined by. Needs the engine.
# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"

cat >"$work/p.yaml" <<'END'
default: [read, execute]
trees:
  - path: .
    allow: [all]
  - path: secret
    deny: [read]
  - path: notyet
    deny: [all]
  - path: /dev/null
    allow: [all]
END
echo 'default: [all]' >"$work/second.yaml"
mkdir -p secret/in
echo x >secret/in/file
"$rootward" run --engine bpf -p "$work/p.yaml" -p "$work/second.yaml" -- \
	sh -c 'echo $$ >pid; exec sleep 1000' >/dev/null 2>&1 &
wait_for has_line pid '[0-9]'
pid=$(<pid)

explain --as "$pid" --op read_file secret/in/file
ok "what a process is confined by, from the engine" all ended 1 -- printed 'as the bpf engine has it' -- printed '^  denied +read_file'
ok "by number" printed 'deny read - confinement [0-9]+, policy 1, tree 2'
explain --as "$pid" --op write_file secret/in/file
ok "what it may do" all ended 0 -- printed 'allow all - confinement [0-9]+, policy 1, tree 1|default - confinement'
explain --as "$pid" --op make_dir notyet
ok "a name" all ended 1 -- printed 'deny all \(by name\)'
explain --as "$pid" --op remove_dir "$HOME"
ok "the way to what is denied must stay" all ended 1 -- printed 'on the way to a denied one'
explain --as "$pid" --op write_file /etc/hostname
ok "default" all ended 1 -- printed 'not in default - confinement [0-9]+, policy 1'
explain --as "$pid" --descriptors secret
ok "not over descriptors: the engine has the kernel's identities" ended 125
explain secret
ok "a caller that is not confined is told so" all ended 0 -- printed 'built-in policy.*does not confine it'
"$rootward" run --engine bpf -p "$work/second.yaml" -- "$rootward" explain secret >"$work/out" 2>"$work/err"
ok "inside, by what the environment says" printed 'applied by the bpf engine, as the environment says'
"$rootward" run --engine bpf -p "$work/second.yaml" -- env -u ROOTWARD_CONFINED_BY "$rootward" explain secret \
	>"$work/out" 2>"$work/err"
ok "and without it the engine cannot be asked" printed 'cannot be asked without privilege'

printf 'default: [read, execute]\ntrees: [{path: secret, allow: [write], owner: self}, {path: ., allow: [write_file, make_reg]}]\n' >"$work/own.yaml"
echo x >secret/other
chown 5:5 secret/other
"$rootward" run --engine bpf -p "$work/own.yaml" -- sh -c 'echo $$ >pid2; exec sleep 1000' >/dev/null 2>&1 &
wait_for has_line pid2 '[0-9]'
explain --as "$(<pid2)" --op chmod secret/in/file
ok "a rule for what the process owns" all ended 0 -- printed 'secret: allow write; owner: self - confinement [0-9]+, policy 1, tree 1'
explain --as "$(<pid2)" --op chmod secret/other
ok "and for what it does not" all ended 1 -- printed 'not counted: secret: .*; owner: self - confinement .*: owner 5 is not self \(0\)'
kill "$pid" "$(<pid2)"
wait

finish
