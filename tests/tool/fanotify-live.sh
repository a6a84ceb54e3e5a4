#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016,SC2034,SC2154 # commands for another shell; what the world reads, and sets
# What load --engine fanotify leaves running: what it tells, and what becomes of it when it is killed.
# shellcheck source=tests/tool/fanotify-world.sh
. "$(dirname "$0")/fanotify-world.sh"

# --- watch
# watches NAME ARGUMENT...: one that has begun, $watcher; what it tells is $work/NAME
watches() {
	local out=$work/$1
	shift
	bash -c 'exec "$@"' bash "$rootward" watch "$@" >>"$out" 2>"$out.err" &
	watcher=$!
	wait_for begun "$out"
}
# It tells of accesses that are made until it has begun to.
begun() {
	cat keys/id 2>/dev/null
	[[ -s $1 ]]
}
tells() { wait_for has_line "$work/$1" "$2"; }
ends() { kill -INT "$watcher" && wait "$watcher"; }
policy keys.yaml 'trees: [{path: keys, deny: [read_file]}, {path: keys/open, allow: [read_file]}]'
load keys.yaml
watches denied --denied keys
cat keys/id keys/open/id other/id >/dev/null 2>&1
sh -c 'exec 3<keys/true' 2>/dev/null
ok "watch tells what is denied" all tells denied '^[0-9:.]+  denied +read_file  /.*/fs/keys/true  by sh\[[0-9]+\].*  rule /.*/fs/keys \(policy keys, keys\.yaml:2:9\)  owner 0:0$' -- \
	tells denied 'by cat\[[0-9]+\]' -- eval '! grep -q -e open -e other "$work/denied"'
try timeout 10 "$rootward" watch keys
ok "one watch at a time" all ended 125 -- said 'somebody watches keys already'
ends
ok "it ends when it is told to" test $? = 0
watches all --json keys
cat keys/open/id other/id >/dev/null
cp keys/open/true keys/open/cat2 && keys/open/cat2
ok "and what is allowed, if that is asked for" all tells all '"outcome":"allowed","asked":\["read_file"\],"denied":\[\],"object":"/[^"]*/keys/open/id","whole":true,.*"reason":"rule",.*"tree":"/[^"]*/keys/open"' -- \
	tells all '"asked":\["read_file"\].*/other/id".*"executable":"cat","reason":"default","policy":"keys","tree":null,"origin":null' -- \
	tells all '"outcome":"allowed","asked":\["execute"\]'
rm keys/open/cat2
load keys.yaml
: >"$work/all"
ok "what takes its place is watched, too" wait_for begun "$work/all"
first=$(decider)
kills -KILL "$first"
wait_for eval 'another "$(decider)" "$first"'
: >"$work/all"
ok "and so is another decider" wait_for begun "$work/all"
first=$(supervisor)
kills -KILL "$first"
wait_for eval 'another "$(supervisor)" "$first"'
: >"$work/all"
ok "and a decider that became the supervisor" wait_for begun "$work/all"
kills -STOP "$(decider)"
cat keys/open/true >/dev/null 2>&1 &
held=$!
sleep 0.5
kills -KILL "$(decider)"
wait $held
ok "what one that was killed had been asked is decided or told" all tells all '/true"|"denied":.*"object":null.*"reason":"unknown"'
unshare -m sh -c 'cat other/id' >/dev/null
ok "of another mount namespace the path is not the whole" tells all '/id","whole":false'
kills -KILL $watcher
wait $watcher 2>/dev/null
watches after --denied
ok "one that was killed is in nobody's way" tells after denied
# it is stopped, and so much is denied that there is no room for all
kill -STOP $watcher
: >"$work/after"
status --json keys
before=$(field denied) lost=$(field lost)
timeout 400 bash -c 'for ((i = 0; i < 12000; i++)); do : <keys/id; done; exit 0' 2>/dev/null
ok "nobody waits for who does not read" test $? = 0
status --json keys
ok "what there was no room for is counted" all at_least lost $((lost + 1)) -- at_least denied $((before + 12000))
denied=$(field denied) lost=$(($(field lost) - lost))
kill -CONT $watcher
ok "and told" wait_for grep -q " $lost events lost" "$work/after.err"
ends
ok "exactly" test "$(grep -c ' denied .* by bash\[' "$work/after")" = $((denied - before - lost))
watches gone --denied keys
unload keys
wait $watcher
ok "it ends with the policy" all test $? = 1 -- grep -q 'unloaded' "$work/gone.err"

# --- its processes
policy keys.yaml 'trees: [{path: keys, deny: [read_file]}]'
load keys.yaml
kills -TERM "$(decider)"
kills -INT "$(supervisor)"
kills -TERM "$(supervisor)"
ok "signals end nothing" all is_shut keys/id -- is_open other/id
first=$(decider)
kills -STOP "$first"
cat keys/id >shut.out 2>shut.err &
shut=$!
cat other/id >open.out 2>&1 &
opened=$!
sleep 1
ok "nobody decides: accesses wait" all kill -0 $shut $opened -- test ! -s shut.err -- test ! -s open.out
kills -KILL "$first"
wait $shut
ok "another decider: they are decided" all test $? = 1 -- test ! -s shut.out -- wait $opened -- test -s open.out
ok "it is another" eval 'another "$(decider)" "$first"'
status --json keys
ok "which is told" test "$(field restarts)" = 1
kills -STOP "$(decider)"
ok "one that is stuck is replaced" all is_open other/id -- is_shut keys/id
for ((i = 0; i < 4; i++)); do
	(while [[ ! -e $work/enough ]]; do timeout 15 cat other/id >/dev/null 2>&1; (($? != 124)) || echo waits >>"$work/waits"; done) &
	readers[i]=$!
done
for ((i = 0; i < 40; i++)); do
	first=$(decider) && kills -KILL "$first"
	sleep 0.05
done
: >"$work/enough"
wait "${readers[@]}"
ok "killed while it decides: nobody waits for ever" test ! -e "$work/waits"
status --json keys
before=$(field unstable) restarts=$(field restarts)
watches full --denied
: >"$work/full"
prlimit --pid "$(decider)" --nofile=4:1000 2>/dev/null
ok "what cannot be handed over is denied" all is_shut other/id -- tells full '^[0-9:.]+  denied .* by [?]\[0\]'
prlimit --pid "$(decider)" --nofile=1000:1000
ok "until it can be" is_open other/id
ends
status --json keys
ok "it is counted, and no other decider was needed" all at_least unstable $((before + 1)) -- test "$(field restarts)" = "$restarts"
try timeout 15 bash -c '"$1" load --engine fanotify keys.yaml | cat' bash "$rootward"
ok "nothing of the caller's stays open" ended 0
first=$(supervisor)
kills -KILL "$first"
ok "the supervisor is killed: the decider is it" all wait_for eval 'another "$(supervisor)" "$first"' -- is_shut keys/id -- is_open other/id
kills -KILL "$(decider)"
ok "and has a decider again" all is_shut keys/id -- is_open other/id
status --json keys
ok "in the counts" all at_least restarts 2 -- test "$(field gone)" = false
kills -KILL "$(supervisor)" "$(decider)"
wait_for is_open keys/id
status keys
ok "both at once: it is over, and told" all ended 2 -- printed 'processes were killed'
load keys.yaml
status keys
ok "load it again" all ended 0 -- is_shut keys/id

finish
