#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016,SC2034 # commands for another shell; what lib.sh reads
# Policies for the whole machine: what is refused before anything is loaded. load.sh has the rest.
# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"

load() {
	try "$rootward" load "$@"
}

try "$rootward" --help
ok "rootward --help has an example" all ended 0 -- printed '^  rootward load keys\.yaml$'
printf 'default: [read]\n' >stop.yaml
printf 'trees:\n  - {path: ., allow: [all]}\n' >stop2.yaml
load stop.yaml stop2.yaml
ok "a policy that would stop the machine: refused" all ended 125 -- said '^rootward: stop\.yaml:1:10: .*every task.* lacks write, execute, chroot, connect: the machine would stop' -- said 'hint: .*applies_to'
ok "one without a default too" said '^rootward: stop2\.yaml: .*lacks everything'
ok "none of them is loaded" said 'no policy was loaded'
printf 'default: [all]\nexcept: []\n' >wrong.yaml
load wrong.yaml stop.yaml
ok "mistakes have their place, of all files" all ended 125 -- said '^rootward: wrong\.yaml:2:9: ' -- said '^rootward: stop\.yaml:1:10: '
# none of these loads is one: none.yaml does not exist
# tree FILE TREE...: a policy that allows all but for the trees
tree() {
	local file=$1
	shift
	printf 'default: [all]\ntrees:\n' >"$file"
	printf '  - {%s}\n' "$@" >>"$file"
}
tree root.yaml 'path: /, deny: [all]'
tree usr.yaml 'path: /dev, deny: [read]' 'path: /usr/../usr, deny: [read]'
tree bin.yaml 'path: /bin, deny: [execute]' 'path: /lib, deny: [read]'
tree owner.yaml 'path: /usr, deny: [all], owner: root'
load root.yaml usr.yaml bin.yaml owner.yaml none.yaml
ok "a tree on / is a default: refused" said '^rootward: root\.yaml:3:5: .*every task.* everything on /: the machine would stop'
ok "so are reading and executing the system, each rule" all said '^rootward: usr\.yaml:4:5: .* on /usr: the machine' -- said '^rootward: bin\.yaml:3:5: .*execute on /bin: ' -- said '^rootward: bin\.yaml:4:5: .*read_file.* on /lib: '
ok "also by owner" said '^rootward: owner\.yaml:3:5: .*would stop'
load --deny-by-default root.yaml none.yaml
ok "unless that is meant" eval '! said stop'
printf 'trees: [{path: /, allow: [all]}, {path: /srv, deny: [all], optional: true}]\n' >allow.yaml
tree near.yaml 'path: /srv, deny: [all], optional: true' 'path: /usr, deny: [all], owner: unmapped'
tree some.yaml 'path: /, deny: [all]' && echo 'applies_to: [{uid: 65534}]' >>some.yaml
tree audit.yaml 'path: /, deny: [all]' && echo 'mode: audit' >>audit.yaml
load allow.yaml near.yaml some.yaml audit.yaml none.yaml
ok "what leaves the system alone is not refused" all ended 125 -- eval '! said stop'
if [[ -d $source/examples ]]; then
	load "$source"/examples/usr.yaml none.yaml
	ok "nor is examples/usr.yaml" all said 'none\.yaml' -- eval '! said usr\.yaml'
fi
long=$(printf 'n%.0s' {1..64})
printf 'default: [all]\nname: %s\n' "$long" >long.yaml
printf 'default: [all]\nname: %s\n' "${long:1}" >fits.yaml
printf 'default: [all]\n' >"$long.yaml"
load long.yaml fits.yaml "$long.yaml" none.yaml
ok "a name that the kernel would cut: refused" all said '^rootward: long\.yaml:2:7: .*64 bytes.* 63' -- said 'hint: .*shorter' -- eval '! said fits'
ok "a file's too" all said "^rootward: $long\.yaml: .*64 bytes" -- said 'hint: .*name:'
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
mkdir many
{ echo 'default: [all]'; printf 'wrong%d: x\n' {1..30}; } >many/a.yaml
cp wrong.yaml many/b.yaml
mkfifo many/c.yaml
mkdir many/d.yaml
ln -s ../wrong.yaml many/e.yaml
ln -s nowhere many/f.yaml
try timeout 10 "$rootward" load --boot many
ok "--boot: each has a reason, however many mistakes were in another" all ended 1 -- said '/many/a\.yaml:.*wrong1' -- said 'only the first 20' -- said '/many/b\.yaml:2:9: ' -- said '/many/e\.yaml:2:9: ' -- said '/many/f\.yaml: cannot be read: No such file'
ok "a pipe does not hold it up" all said '/many/c\.yaml: not a regular file' -- said '/many/d\.yaml: not a regular file' -- test "$(grep -c 'not loaded' "$work/err")" = 6
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

# unit_words BY OPTIONS: what systemd/meson.build makes of the template; what it starts must exist
# to be verified
unit=$source/systemd/rootward.service.in
unit_words() {
	sed -E "s#@by@#$1#; s#@options@#$2#; s#@unit@#unit#; s#@bindir@/rootward#/bin/true#; s#@bindir@#/bin#" "$unit"
}
ok "the unit has an end" grep -q -E '^TimeoutStartSec=60$' "$unit"
if type systemd-analyze >/dev/null 2>&1; then
	unit_words "" "" >rootward.service
	try systemd-analyze verify ./rootward.service
	ok "the unit is one" all ended 0 -- quiet
	unit_words ", by fanotify" "--engine fanotify " >rootward-fanotify.service
	try systemd-analyze verify ./rootward-fanotify.service
	ok "so is fanotify's" all ended 0 -- quiet -- grep -q '^ExecStart=/bin/true load --engine fanotify --boot$' rootward-fanotify.service
else
	skips "no systemd-analyze" "the unit is one" "so is fanotify's"
fi

finish
