#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016,SC2034 # commands for another shell; what lib.sh reads
# Policies for the whole machine: load, status, watch, unload. Needs the bpf engine, and that something
# runs confined by it all the while: else each load begins with the programs, which takes long.
# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"

load() { try "$rootward" load "$@"; }
unload() { try "$rootward" unload "$@"; }
status() { try "$rootward" status "$@"; }
is_open() { (: <"$1") 2>/dev/null; }
is_shut() { ! is_open "$1"; }
# field NAME: of the first policy that status --json told
field() { sed -n -E "s/^ *\"$1\": \"?([^\",]*)\"?,?\$/\1/p" "$work/out" | head -n 1; }
at_least() { (($(field "$1") >= $2)); }
# policy FILE LINE...: what it says after the line on whom it is for
whom='# every task there is'
policy() {
	local file=$1
	shift
	printf 'default: [all]\n' >"$file"
	printf '%s\n' "$whom" "$@" >>"$file"
}

mkdir keys other boot
echo secret >keys/id
echo secret >other/id

status --json
ok "nothing is loaded" all ended 0 -- eval '! printed "\"load\""'
status keys
ok "nor by that name" all ended 1 -- said 'no policy of the name keys is loaded'
try "$rootward" watch --lines
ok "nothing to watch" all ended 125 -- said 'no policy is loaded'

# --- load, and what every task is then
echo 'default: [all]' >every.yaml
load every.yaml
status every
ok "one for every task" printed '^every +enforce +all +0 '
unload every
ok "is unloaded by any root" ended 0
policy keys.yaml 'trees: [{path: keys, deny: [read, write]}]'
load -v keys.yaml
ok "load" all ended 0 -- said 'loaded keys.yaml: keys, 1 rule'
ok "this shell is under it, too" all is_shut keys/id -- is_open other/id
status
try "$rootward" explain other
ok "explain names it" printed '^not shown: keys, which is loaded for the machine'
status
ok "it is shown" all ended 0 -- printed '^keys +enforce +all +1 '
ok "in 80 columns" eval '! awk "length > 80" "$work/out" | grep .'
status --json keys
ok "as JSON" all ended 0 -- test "$(field kind)" = load -- at_least denied 1 -- at_least allowed 1 -- at_least tasks 2
status --prometheus
ok "as Prometheus reads it" all printed '^# TYPE rootward_accesses_total counter$' -- printed '^rootward_accesses_total\{policy="keys",kind="load",mode="enforce",outcome="denied"\} [1-9]'
status --rules keys
ok "its rules" printed "^    $PWD/keys  keys\.yaml:3:9\$"
unload kesy
ok "unload another: which was meant" all ended 125 -- said 'did you mean keys' -- test "$(grep -c hint: "$work/err")" = 1 -- is_shut keys/id

# --- one of that name takes its place; or nothing changes
policy keys.yaml 'trees: [{path: other, deny: [read]}]'
load keys.yaml
ok "another takes its place" all ended 0 -- is_open keys/id -- is_shut other/id
policy two.yaml 'trees: [{path: nowhere, deny: [read, write], allow: [stat]}]'
policy three.yaml 'name: keys' 'trees: [{path: keys, deny: [read]}]'
load three.yaml two.yaml
ok "one that cannot be: none is loaded" all ended 125 -- said '^rootward: two\.yaml:3:' -- is_open keys/id -- is_shut other/id
policy same.yaml 'name: keys' 'trees: [{path: keys, deny: [read]}]'
load three.yaml same.yaml
ok "two of one name: none" all ended 125 -- said 'name keys' -- is_open keys/id
unload keys
ok "unload" all ended 0 -- is_open keys/id -- is_open other/id
unload keys
ok "it is no more" all ended 125 -- said 'no policy'

# --- for whom
whom='applies_to: [{uid: 65534}]'
policy some.yaml 'trees: [{path: keys, deny: [read]}]'
load some.yaml
chmod 755 "$HOME" "$HOME/project"
ok "for one user: not for another" is_open keys/id
try setpriv --reuid 65534 --regid 65534 --clear-groups cat keys/id
ok "but for that one" all ended 1 -- said 'Permission denied'
whom="except: [{executable: $(type -P bash)}, {executable: $rootward}]"
policy some.yaml 'trees: [{path: keys, deny: [read]}]'
load some.yaml
ok "except for an executable" is_open keys/id
try "$(type -P cat)" keys/id
ok "not for others" ended 1
whom='applies_to: [{cgroup: /sys/fs/cgroup/load.test}]'
policy some.yaml 'trees: [{path: keys, deny: [read]}]'
load some.yaml
mkdir /sys/fs/cgroup/load.test
ok "for a cgroup that comes later: not outside" all ended 0 -- is_open keys/id
ok "but in it" eval '! (echo $BASHPID >/sys/fs/cgroup/load.test/cgroup.procs && : <keys/id) 2>/dev/null'
unload some
rmdir /sys/fs/cgroup/load.test

# --- a rule's path leads elsewhere
whom='applies_to: [{uid: 65534}]'
policy moved.yaml 'trees: [{path: keys, deny: [read]}]'
load moved.yaml
mv keys keys.old
mkdir keys
status moved
ok "a path that names another directory: 2" all ended 2 -- printed 'no longer does'
status --rules moved
ok "the rule that it is" printed 'keys  moved\.yaml:3:9  no longer what the path names'
rmdir keys
mv keys.old keys
status moved
ok "and again itself: 0" ended 0
unload moved

# --- audit, watch
whom='# every task there is'
policy keys.yaml 'mode: audit' 'trees: [{path: keys, deny: [read_file]}]'
load keys.yaml
"$rootward" watch --json keys >told 2>watch.err &
watch=$!
wait_for eval 'is_open other/id; has_line told /other/id'
ok "audit lets pass" is_open keys/id
ok "and tells" wait_for has_line told '"outcome":"passed".*"object":"[^"]*/keys/id"'
ok "what, by whom, by which rule" has_line told '"denied":\["read_file"\].*"task":"[^"]+".*"reason":"rule","policy":"keys","tree":"[^"]*/keys","origin":"keys.yaml:4:9"'
ok "and what was allowed" has_line told '"outcome":"allowed"'
try "$rootward" watch --lines keys
ok "it has one watch at a time" all ended 125 -- said 'watches keys already'
kill -INT "$watch"
wait "$watch"
ok "interrupted: it ends well" all test $? = 0 -- has_line told '^\{"end":'
ok "it said nothing else" test ! -s watch.err
status --json keys
ok "what was let pass counts as denied" all test "$(field mode)" = audit -- at_least denied 1

"$rootward" watch --lines --denied keys >told 2>watch.err &
watch=$!
wait_for eval 'is_open keys/id; has_line told keys/id'
ok "lines" has_line told '^[0-9:.]{12}  let pass  read_file  /.*/keys/id  by .*\[[0-9]+\].*  rule /.*/keys \(policy keys, keys\.yaml:4:9\)  owner 0:0$'
is_open other/id
ok "of what is denied alone" eval '! has_line told allowed'
unload keys
wait "$watch"
ok "unloaded: 1" all test $? = 1 -- has_line watch.err 'has been unloaded'

# --- faster than it is read: not one too few, not one too many
policy keys.yaml 'trees: [{path: keys, deny: [read_file]}]'
load keys.yaml
"$rootward" watch --json --denied keys >told 2>watch.err &
watch=$!
wait_for eval 'is_open keys/id; has_line told keys/id'
sleep 1
status --json keys
before=$(field denied) told=$(grep -c '"outcome"' told)
kill -STOP "$watch"
for ((i = 0; i < 12000; i++)); do : <keys/id; done 2>/dev/null
kill -CONT "$watch"
wait_for has_line told '"lost":'
kill -INT "$watch"
wait "$watch"
status --json keys
lost=$(sed -n -E 's/.*"end".*"lost_so_far":([0-9]+).*/\1/p' told)
ok "some were lost" test "${lost:-0}" -gt 0
ok "told and lost are all there were" test $((told + $(field denied) - before)) = $(($(grep -c '"outcome"' told) + lost))

(sleep 1; for ((i = 0; i < 20; i++)); do is_open keys/id; sleep 0.2; done) &
"$rootward" watch --lines --denied keys 2>watch.err | head -n 1 >told
ok "nobody reads on: it ends well" all test "${PIPESTATUS[0]}" = 0 -- has_line told read_file -- test ! -s watch.err
kill $! 2>/dev/null
wait
if type script >/dev/null 2>&1; then
	(sleep 2; for ((i = 0; i < 5; i++)); do is_open keys/id; done; sleep 2; pkill -INT -f "^$rootward watch --denied keys") &
	try env TERM=xterm script -qec "$(printf '%q ' "$rootward" watch --denied keys)" /dev/null
	wait
	ok "on a terminal: a view" all ended 0 -- printed '/keys: a rule \(policy keys, keys.yaml:3:9\)' -- printed '  [0-9]+ .*denied.*read_file.*keys/id  by '
	ok "that leaves the screen as it was" printed $'\033\\[\\?1049l'
else
	skips "no script(1)" "on a terminal: a view" "that leaves the screen as it was"
fi
unload keys

# --- at the machine's start
policy boot/a.yaml "trees: [{path: $PWD/keys, deny: [read]}]"
echo 'trees: {' >boot/b.yaml
policy boot/c.yaml "trees: [{path: $PWD/other, deny: [read]}]"
policy boot/d.yaml 'name: a' 'trees: [{path: /dev, deny: [read]}]'
load --boot boot
ok "--boot: those that can be are loaded" all ended 1 -- is_shut keys/id -- is_shut other/id
ok "the others are told" all said '^rootward: .*/boot/b\.yaml:[0-9]+:[0-9]+: ' -- said 'not loaded: .*/boot/b.yaml'
ok "also a second of a name" said 'boot/d\.yaml: another file here has a policy of the name a'
unload a c x
ok "unload: some" all ended 1 -- said 'x' -- is_open keys/id -- is_open other/id

# --- when no program is called
cp "$(type -P tee)" "$work/switch"
switch() { echo "$1" | "$work/switch" /proc/sys/kernel/ftrace_enabled >"$work/out"; }
policy off.yaml "except: [{executable: $work/switch}]" 'trees: [{path: keys, deny: [read]}]'
load off.yaml
ok "shut" is_shut keys/id
switch 0
status off
ok "kernel.ftrace_enabled=0 takes the programs off, which status says" all ended 2 -- is_open keys/id -- \
	printed 'denies nothing: .*ftrace_enabled'
status --prometheus
ok "to Prometheus, too" printed '^rootward_policy_gone\{policy="off",.*\} 1$'
load keys.yaml
ok "then none is loaded" all ended 125 -- said 'ftrace_enabled'
run --engine bpf -p off.yaml -- "${mark[@]}"
ok "nor is anything run by it" refused 'ftrace_enabled'
try "$rootward" doctor
ok "and doctor knows why" printed 'sysctl kernel.ftrace_enabled=1'
switch 1
status off
ok "with 1 it denies again" all ended 0 -- is_shut keys/id
unload off

# --- locked
cp "$rootward" "$work/unlocker"
policy lock.yaml 'locked: true' "unlock: [{executable: $work/unlocker}]" 'trees: [{path: keys, deny: [read]}]'
load lock.yaml
unload lock
ok "locked: it stays" all ended 125 -- said '^rootward: ' -- is_shut keys/id
status lock
ok "nor looked at, which is said" all ended 125 -- said 'a loaded policy is locked' -- said 'hint: .*unlock'
policy lock.yaml 'trees: []'
load lock.yaml
ok "nor is it replaced" all ended 125 -- said '^rootward: ' -- is_shut keys/id
try "$work/unlocker" status lock
ok "which is shown to who may unlock it" printed 'locked'
try "$work/unlocker" unload lock
ok "but by who may" all ended 0 -- is_open keys/id

# --- run, with a mode
policy audit.yaml 'mode: audit' 'trees: [{path: keys, deny: [read_file]}]'
run --engine bpf --explain-denials -p audit.yaml -- cat keys/id
ok "run in audit mode: it is done, and told" all ended 0 -- printed secret -- said '1 access not allowed, and let pass' -- said 'read_file +let pass, .*keys/id'
status --json
ok "nothing is left" all ended 0 -- eval '! printed "\"load\""'

finish
