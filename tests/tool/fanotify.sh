#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016,SC2034,SC2154 # commands for another shell; what the world reads, and sets
# Policies for the machine without BPF LSM: load --engine fanotify.
# shellcheck source=tests/tool/fanotify-world.sh
. "$(dirname "$0")/fanotify-world.sh"

# --- load, and what it says
ok "load" all ended 0 -- said 'not all is as the policies say: 2 warnings'
ok "a file is not opened" is_shut keys/id
ok "nor a directory" all eval '! lists keys' -- lists other
ok "nor executed" all eval '! runs keys/true' -- runs other/true
ok "nor opened to be written" eval '! timeout 15 sh -c ": >>keys/id" 2>/dev/null'
ok "elsewhere it is" is_open other/id
status keys
ok "it is shown" all ended 0 -- printed '^keys +enforce +all +1 ' -- printed 'by fanotify'
status --json keys
ok "as JSON" all test "$(field engine)" = fanotify -- test "$(field kind)" = load -- at_least denied 4 -- at_least allowed 3 -- test "$(field unstable)" = 0 -- test "$(field held)" = 1
if can_be_nobody; then
	nobody load --engine fanotify "$PWD/keys.yaml"
	ok "only root may" all ended 125 -- said 'only root'
fi
if ! "$rootward" doctor | grep -q '^engine bpf *yes'; then
	try "$rootward" load keys.yaml
	ok "without BPF LSM load says why, and offers it" all ended 125 -- said 'need the bpf engine: .' -- said 'hint: .*--engine fanotify'
fi

# --- which way an object is reached
mkdir bound outer outer/in
mount --bind keys bound
ok "by a bind mount" all is_shut bound/id -- is_shut bound/open/id
umount bound
mount --bind keys/open bound
ok "by one that hides the rule's directory" is_shut bound/id
mv keys outer/in/keys
ok "which was moved meanwhile" all is_shut bound/id -- is_shut outer/in/keys/id
mv outer/in/keys keys
umount bound
mkdir -p top/ruled/open
echo secret >top/ruled/open/id
policy top.yaml 'trees: [{path: top/ruled, deny: [read_file]}]'
load top.yaml
mount --bind top/ruled/open bound
ok "by one whose way in the filesystem" is_shut bound/id
mv top top2
mkdir -p top/ruled/open
ok "is another's by now" is_shut bound/id
umount bound
unload top
rm -r top top2
ok "in another mount namespace" all eval '! unshare -m timeout 15 cat keys/id 2>/dev/null' -- \
	quietly unshare -m timeout 15 cat other/id
ok "by a bind mount of its own there" eval '! unshare -m sh -c "mount --bind keys/open bound && timeout 15 cat bound/id" 2>/dev/null'
mount -t tmpfs new bound
echo new >bound/new
is_open bound/new
ok "another filesystem: nobody is asked" test $? = 0
mount --move bound keys/open
ok "but when it is mounted beneath" wait_for is_shut keys/open/new
umount keys/open
mount --bind other bound
ok "a mount of what no rule is on" is_open bound/id
(cd bound && umount -l "$PWD" && is_open id)
ok "also when it hangs nowhere" test $? = 0
mount --bind keys/open bound
ok "but of what one is on" eval '(cd bound && umount -l "$PWD" && is_shut id)'
mkdir merged over
mount -t tmpfs over over
mkdir over/{upper,work,upper2,work2}
if mount -t overlay overlay -o lowerdir=other,upperdir=over/upper,workdir=over/work merged 2>/dev/null; then
	ok "an overlay of what no rule is on" all is_open merged/id -- runs merged/true
	umount merged
	mount -t overlay overlay -o lowerdir=keys/open,upperdir=over/upper2,workdir=over/work2 merged
	ok "and of what one is on" is_shut merged/id
	umount merged
fi
umount over

# --- while directories are renamed: never let in, and nobody is kept out for good
: >"$work/move"
(while [[ -e $work/move ]]; do mv keys moved; mv moved keys; done) 2>/dev/null &
mover=$!
let_in=0 kept_out=0
for ((i = 0; i < 100; i++)); do
	timeout 15 cat keys/id moved/id >/dev/null 2>&1 && let_in=1
	timeout 15 cat keys/id 2>/dev/null | grep -q secret && let_in=1
	is_open other/id || kept_out=1
done
rm "$work/move"
wait $mover
status --json keys
ok "and nobody got stuck" test "$(field restarts)" = 0
mkdir removed
ok "a directory that was removed" eval '(cd removed && rmdir "$PWD" && lists .)'
ok "while the directory is renamed" all test $let_in = 0 -- test $kept_out = 0

# --- nearest rule, and names
policy keys.yaml 'trees:' '  - {path: keys, deny: [read_file, read_dir, execute]}' \
	'  - {path: keys/open, allow: [read, execute]}' '  - {path: keys/open/shut, deny: [read_file]}' \
	'  - {path: other/later, deny: [read_file]}'
load keys.yaml
ok "an allow in a deny" all ended 0 -- is_shut keys/id -- is_open keys/open/id -- lists keys/open -- runs keys/open/true
ok "a deny in that" all is_shut keys/open/shut/id -- lists keys/open/shut
ok "a name that was not there" all eval 'echo later >other/later.new && mv other/later.new other/later' -- is_shut other/later
ok "and is another by now" all eval 'echo new >other/later.new && mv other/later.new other/later' -- is_shut other/later
rm other/later
mkdir bound/deep
mount --bind keys/open/shut bound/deep
ok "a hidden allow lifts no visible deny" is_shut bound/deep/id
umount bound/deep
policy keys.yaml 'trees: [{path: other, deny: [execute]}]'
load keys.yaml
ok "execute alone" all is_open other/id -- is_open other/true -- eval '! runs other/true' -- is_open keys/id
policy keys.yaml 'trees: [{path: other, deny: [read_file], owner: {read_file: uid 65534}}]'
load keys.yaml
chown 65534 other/true
ok "by owner" all is_open other/id -- is_shut other/true
chown 0 other/true
policy keys.yaml 'trees: [{path: other, deny: [read_file], owner: self}]'
load keys.yaml
ok "by whose it is" all is_shut other/id -- quietly setpriv --reuid 65534 --regid 65534 --clear-groups timeout 15 cat other/id
mount -t tmpfs gone bound
mkdir -p bound/ruled/open over
echo secret >bound/ruled/open/id
mount --bind bound/ruled/open over
policy keys.yaml 'trees: [{path: bound/ruled, deny: [read_file]}, {path: keys, deny: [read_file]}]'
load keys.yaml
status --prometheus keys
ok "filesystems that are held open" printed '^rootward_policy_filesystems_held\{policy="keys",.*\} 2$'
umount -l bound
ok "by what hides the rule's directory, when no mount shows it any more" is_shut over/id
umount over

long=$(printf 'd%.0s' {1..200})
mkdir deep
(cd deep && for ((i = 0; i < 25; i++)); do mkdir "$long" && cd "$long" || exit; done && echo deep >id) 2>/dev/null
policy keys.yaml 'trees: [{path: keys, deny: [read_file, read_dir]}]'
load keys.yaml
below() { (cd deep && for ((i = 0; i < 25; i++)); do cd "$long" || exit; done && "$@") 2>/dev/null; }
ok "deeper than a path can tell" all below is_shut id -- eval '! below lists .'
status --json keys
ok "nor does that hold up who decides" all test "$(field restarts)" = 0 -- at_least unstable 2
unload keys
rm -r deep

# --- one of that name takes its place, or nothing changes
policy keys.yaml 'trees: [{path: keys, deny: [read_file]}, {path: other, deny: [read_file]}]'
load keys.yaml
(while :; do cat keys/id 2>/dev/null; done) >"$work/read" &
reader=$!
for ((i = 0; i < 5; i++)); do
	load keys.yaml
done
ok "replaced: one is left" test "$(decider | wc -l)" = 1
for i in 0.005 0.01 0.02 0.03 0.05 0.08; do
	bash -c 'timeout -s KILL "$@"; true' bash $i "$rootward" load --engine fanotify keys.yaml >/dev/null 2>&1
	is_shut keys/id || echo "after $i" >>"$work/read"
done
load keys.yaml
ok "load was killed in between: one is left after the next" wait_for eval 'test "$(decider | wc -l)" = 1'
kill $reader
wait $reader 2>/dev/null
ok "and at no instant none" test ! -s "$work/read"
policy wrong.yaml 'name: keys' 'trees: [{path: nowhere, deny: [read_file], allow: [stat]}]'
load wrong.yaml
ok "one that cannot be" all ended 125 -- said '^rootward: wrong\.yaml:3:' -- is_shut keys/id
policy two.yaml 'trees: [{path: keys/open, deny: [read_file]}]'
load two.yaml wrong.yaml
ok "with another: none" all ended 125 -- test "$(decider | wc -l)" = 1
policy keys.yaml 'trees: [{path: keys/open, deny: [read_file]}]'
load keys.yaml
ok "one with other rules" all ended 0 -- is_shut keys/open/id -- is_open keys/id -- is_open other/id
policy two.yaml 'trees: [{path: other, deny: [read_file]}]'
load two.yaml
ok "two: both must allow" all is_shut keys/open/id -- is_shut other/id -- is_open keys/id
unload two
ok "one goes" all ended 0 -- is_open other/id -- is_shut keys/open/id
unload two
ok "it is no more" all ended 125 -- said 'no policy'

policy keys.yaml 'trees: [{path: keys, deny: [read_file]}]'
load keys.yaml
kills -STOP "$(decider)"
cat keys/id >"$work/held" 2>&1 &
held=$!
sleep 0.5
load keys.yaml
wait $held
ok "who waits for an answer gets it of one or the other" all test $? = 1 -- grep -q 'not permitted' "$work/held"

# --- for whom
policy keys.yaml 'applies_to: [{uid: 65534}]' 'trees: [{path: keys, deny: [read_file]}]'
load keys.yaml
ok "for one user: not for another" is_open keys/id
try setpriv --reuid 65534 --regid 65534 --clear-groups timeout 15 cat keys/id
ok "but for that one" all ended 1 -- said 'not permitted'
try unshare --user --map-root-user timeout 15 cat keys/id
ok "who made a user namespace may be anybody" all ended 1 -- said 'not permitted'
policy keys.yaml "except: [{executable: $(type -P cat), uid: 0}]" 'trees: [{path: keys, deny: [read_file]}]'
load keys.yaml
ok "except for an executable" is_open keys/id
try timeout 15 head keys/id
ok "not for others" ended 1
try setpriv --reuid 65534 --regid 65534 --clear-groups timeout 15 cat keys/id
ok "nor for other users" ended 1
policy keys.yaml 'applies_to: [{run: web}]' 'trees: [{path: keys, deny: [read_file]}]'
load keys.yaml
ok "what only bpf knows" all ended 125 -- said 'keys\.yaml:2:.*only the bpf engine knows'
policy keys.yaml 'applies_to: [{executable: /usr}]' 'trees: [{path: keys, deny: [read_file]}]'
load keys.yaml
ok "an executable that is none" all ended 125 -- said 'keys\.yaml:2:.*/usr: it is not a regular file'
policy keys.yaml 'mode: audit' 'trees: [{path: keys, deny: [read_file]}]'
load keys.yaml
is_open keys/id
ok "audit lets pass" test $? = 0
status --json
ok "and counts" all test "$(field mode)" = audit -- at_least denied 1
unload keys
ok "unload" all ended 0 -- is_open keys/id
status
ok "nothing is left" all ended 0 -- printed 'no policy is loaded' -- eval '! decider'

mkdir boot
policy boot/a.yaml "trees: [{path: $PWD/keys, deny: [read_file]}]"
policy boot/b.yaml "trees: [{path: $PWD/keys, deny: [stat]}]"
policy boot/c.yaml "trees: [{path: $PWD/other, deny: [read_file]}]"
load --boot boot
ok "--boot: what can be loaded is" all ended 1 -- is_shut keys/id -- is_shut other/id -- said 'not loaded: .*/boot/b\.yaml'
first=$(decider)
rm boot/b.yaml
load --boot boot
ok "again: all of it, in the place of what was there" all ended 0 -- is_shut keys/id -- is_shut other/id -- \
	wait_for eval 'test "$(decider | wc -l)" = 2' -- another "$(decider)" "$first"
unload a
unload c

# --- what it cannot do
policy all.yaml 'trees: [{path: keys, deny: [all]}, {path: other, deny: [stat]}]'
load all.yaml
ok "what is not asked about is refused, by each rule" all ended 125 -- said 'all\.yaml:2:9: .*about write, stat, .*denied in keys' -- said 'all\.yaml:2:[0-9]+: .*about stat: .*in other' -- said 'hint: .*--best-effort' -- is_open keys/id
load -v --best-effort all.yaml
ok "with best effort told, and the rest is done" all ended 0 -- said 'warning: .*about stat: .*in other' -- is_shut keys/id -- test -s keys/id
unload all
policy all.yaml 'best_effort: [write, stat, readlink, getxattr, watch, chroot, connect]' 'trees: [{path: keys, deny: [all]}]'
load all.yaml
ok "what the policy agrees to" all ended 0 -- is_shut keys/id
unload all
try "$rootward" load --best-effort all.yaml
ok "which is not for the bpf engine" all ended 125 -- said 'for --engine fanotify'
policy locked.yaml 'locked: true' 'trees: [{path: keys, deny: [read_file]}]'
load --best-effort locked.yaml
ok "locked" all ended 125 -- said 'locked\.yaml:2:.*can be killed'

policy label.yaml 'trees:' '- {label: {xattr: user.rootward, value: secret, under: keys}, deny: [read_file]}'
load --best-effort label.yaml
ok "a label" all ended 125 -- said 'label\.yaml:3:.*does not see extended attributes: label user\.rootward=secret under keys'
policy label.yaml 'trees:' '- {label: {xattr: user.rootward, value: secret}, deny: [read_file]}'
load --best-effort label.yaml
ok "a label anywhere" all ended 125 -- said 'label\.yaml:3:.*does not see extended attributes: label user\.rootward=secret '
printf 'default: [read]\napplies_to: [{uid: 12345}]\ntrees: [{path: keys, deny: [read_file]}]\n' >default.yaml
load default.yaml
ok "a default" all ended 125 -- said 'default\.yaml:1:.*`default` does not allow write'
ok "nothing is left" eval '! decider && is_open keys/id'

# a user's filesystem, which root may not enter: no server is asked before that
if { exec 7<>/dev/fuse; } 2>/dev/null &&
	mount -i -t fuse -o fd=7,rootmode=40000,user_id=65534,group_id=65534 none bound 2>/dev/null; then
	policy fuse.yaml "trees: [{path: $PWD, deny: [read_file]}]"
	load fuse.yaml
	ok "a filesystem that root may not enter: refused" all ended 125 -- \
		said "does not ask about $PWD/bound \\(fuse\\): Permission denied" -- eval '! decider'
	load -v --best-effort fuse.yaml
	ok "with best effort told" all ended 0 -- said "warning: .*does not ask about $PWD/bound" -- is_shut other/id
	unload fuse
	umount bound
else
	skips "no FUSE here" "a filesystem that root may not enter: refused" "with best effort told"
fi
exec 7>&-

# --- a default is about every filesystem there is: in a world that has none of the machine's
world=$work/fs/world
mkdir world
mount -t tmpfs world "$world"
mkdir -p "$world"/{old,proc,run,tmp,own,etc}
chmod 755 "$world"
cp "$rootward" "$world/own/rootward"
for program in bash cat chmod mount setpriv sleep timeout true umount; do
	program=$(type -P $program)
	cp --parents "$program" "$world"
	[[ $program != */true ]] || cp "$program" "$world/own"
done
ldd "$rootward" "$(type -P bash)" "$(type -P setpriv)" "$(type -P mount)" "$(type -P umount)" |
	sed -n -E 's/^[^\/]*(\/[^ ]+) \(0x.*/\1/p' | sort -u | while read -r library; do
	cp -L --parents "$library" "$world"
done
cat >"$world/run.sh" <<'END'
mount -t proc proc /proc
umount -l /old
printf 'default: [read, write, chroot, connect]\napplies_to: [{uid: 65534}]\ntrees:\n' >/default.yaml
for d in /bin /usr /lib /lib64; do
	[[ ! -d $d || -L $d ]] || printf '  - {path: %s, allow: [execute]}\n' $d
done >>/default.yaml
timeout 20 /own/rootward load --engine fanotify /default.yaml
echo "load $?"
timeout 20 /own/rootward load --engine fanotify --best-effort /default.yaml
echo "best effort $?"
/own/true
echo "root $?"
as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
"${as[@]}" cat /run.sh >/out
echo "allowed $?"
"${as[@]}" timeout 15 /own/true
echo "default $?"
mount -t tmpfs later /tmp
cat /own/true >/tmp/true
chmod 755 /tmp/true
for ((i = 0; i < 50; i++)); do
	sleep 0.1
	"${as[@]}" /tmp/true 2>/err || break
done
echo "later $(</err)"
timeout 20 /own/rootward unload default
END
chmod 755 "$world/own" "$world"/own/* "$world/run.sh"
try timeout 60 unshare --mount bash -c 'cd "$1" && pivot_root . old && exec bash /run.sh' bash "$world"
ok "a default, where procfs is: refused" all printed '^load 125' -- said 'default\.yaml:1:.*does not ask about /proc'
ok "with best effort it is loaded" all printed '^best effort 0' -- printed '^root 0' -- printed '^allowed 0'
ok "where no tree allows it" printed '^default 126'
ok "and on what is mounted later" printed '^later .*not permitted'

finish
