#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016,SC2034,SC2317 # commands for another shell; what lib.sh reads and calls
# rootward check: rules that can never apply for what `keep` does not open; the order of findings.
# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"

# with POLICY [ARGUMENT...]: check that text
with() {
	printf '%b' "$1" >p.yaml
	try "$rootward" check "${@:2}" p.yaml
}
tree() {
	printf '  - path: %s\n    allow: [%s]\n' "$1" "$2"
}
begin='default: [execute]\ntrees:\n'

for path in /proc/sys /proc/sys/net/ipv4 /sys /sys/kernel; do
	[[ -d $path ]] || continue
	with "$begin$(tree "$path" write)\n"
	ok "$path: settings, which nothing opens" all printed "^p\.yaml:3:5: warning: \"$path\" holds settings of the kernel: to allow write there means nothing\$" -- \
		printed '^  hint: keep: \[kernel_settings\] leaves it to the trees$'
	with "keep: [kernel_settings]\n$begin$(tree "$path" write)\n"
	ok "$path: but with keep" eval '! printed "holds settings"'
	with "$begin$(tree "$path" read)\n"
	ok "$path: reading is free" eval '! printed "holds settings"'
done
for path in /proc /proc/self /proc/$$; do
	with "$begin$(tree "$path" write)\n"
	ok "${path/$$/PID}: processes are no settings" eval '! printed "holds settings"'
done
device() {
	local what=$1 word=$2 path=$PWD/device
	if ((EUID != 0)) || ! mknod "$path" "${@:3}" 2>/dev/null; then
		skips "not root" "$what" "$what, kept"
		return
	fi
	with "$begin$(tree "$path" 'read, write')\n"
	ok "$what" all printed "^p\.yaml:3:5: warning: \"$path\" is a device .*: to allow read_file, write_file there means nothing" -- \
		printed "^  hint: keep: \[$word\] leaves it to the trees\$"
	with "keep: [$word]\n$begin$(tree "$path" 'read, write')\n"
	ok "$what, kept" eval '! printed "is a device"'
	rm "$path"
}
device "a block device" block_devices b 7 0
device "memory" raw_memory c 1 1
with "$begin$(tree /dev/null 'read, write')\n"
ok "a device that is nobody's disk" eval '! printed "is a device"'

# what landlock denies of its own is no file's
with 'default: [all]\n' --engine landlock
ok "findings are the policy's" eval '! printed "raw devices"'
with 'default: [read, execute]\ntrees:\n  - path: /usr\n    allow: [raed]\n  - path: /no/such\n    allow: [wriet]\n'
ok "in the order of lines" test "$(grep -o -E '^p\.yaml:[0-9]+' "$work/out" | tr '\n' ' ')" = 'p.yaml:4 p.yaml:5 p.yaml:6 '
with 'default: [read, execute]\ntrees:\n  - path: /usr\n    allow: [raed]\n  - path: /no/such\n    allow: [wriet]\n' --json
ok "in JSON, too" test "$(sed -n 's/.*"line": \(.*\),/\1/p' "$work/out" | tr '\n' ' ')" = '4 5 6 '
with 'default: [execute]\ntrees:\n  - path: /usr/lib\n    allow: [read]\n  - path: /usr\n    allow: [read]\n  - path: /\n    deny: [write]\n'
ok "a note stays with what it is a note to" eval 'grep -A1 "^p.yaml:3:5: warning: the rule on" "$work/out" | grep -q "^p.yaml:5:5: note: by the rule"'
with 'trees:\n  - path: /\n    allow: [read]\n    owner: selff\n'
ok "an owner that is nearly a word" all ended 1 -- printed '^p\.yaml:4:12: error: unknown user "selff"' -- printed 'hint: did you mean "self"'
with 'trees:\n  - path: /\n    allow: [read]\n    group: unmaped\n'
ok "or a group" printed 'hint: did you mean "unmapped"'
with 'trees:\n  - path: /\n    allow: [read]\n    owner: no-such-user\n'
ok "not one that is near to none" eval '! printed hint'

finish
