#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016,SC2034 # commands for another shell; what lib.sh reads
# What the command may do, as seen from a shell; the cases in tests/cases go into the depth.
# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"

kept() {
	[[ $(cat "$HOME/.ssh/id_rsa") == secret && $(cat "$HOME/.bashrc") == rc && $(cat "$HOME/other/file") == other ]]
}
temp_gone() {
	[[ -z $(ls -A "$TMPDIR") ]]
}

run -- sh -c 'echo new >made && cat made file /etc/passwd >/dev/null && rm made && mkdir -p d/e && rm -r d'
ok "the built-in policy: works in the working directory" all ended 0 -- silent
run -- "${steal[@]}"
ok "no secrets" all ended 1 -- eval ! printed secret
run -- sh -c 'echo x >>"$HOME/.bashrc"; echo x >"$HOME/other/file"; rm "$HOME/other/file"; ln -s x "$HOME/new"; mv file "$HOME/"'
ok "no writing elsewhere" all kept -- test ! -e "$HOME/new" -- test -e file
ln -s "$HOME/.ssh/id_rsa" link
run -- cat link
ok "no way round by a symbolic link" all ended 1 -- eval ! printed secret
run -- sh -c '(setsid sh -c "cat $HOME/.ssh/id_rsa >stolen 2>/dev/null; : >finished" &) '
ok "what it leaves in the background is confined" all wait_for test -e finished -- test ! -s stolen
rm -f finished stolen

run -- sh -c 'stat -c %a "$TMPDIR"; for v in TMPDIR TMP TEMP TEMPDIR; do eval echo \$$v; done | sort -u | wc -l; mktemp'
ok "a private temporary directory" all ended 0 -- printed '^700$' -- printed '^1$' -- printed "^$TMPDIR/rootward-....../"
ok "is gone afterwards" temp_gone
files=$(ulimit -Sn)
ulimit -Sn 250
run -- sh -c 'cd "$TMPDIR" && mkdir a && cd a && for i in $(seq 300); do mkdir d && cd d || exit; : >f; done
	mkdir -m 0 "$TMPDIR/closed" && mkdir -p "$TMPDIR/ro/x" && chmod 500 "$TMPDIR/ro"
	ln -s "$HOME" "$TMPDIR/home"; ln -s "$HOME/other" "$TMPDIR/ro/x/other" '
ulimit -Sn "$files"
ok "however deep, closed, or linked to elsewhere" all ended 0 -- temp_gone -- kept
ok "nothing is said about it" silent
if can_be_nobody; then
	as_nobody -- sh -c 'cd "$TMPDIR" && mkdir -p a/b/c && chmod 0 a/b/c a/b && mkdir -p ro/x && : >ro/x/f && chmod 500 ro/x ro && chmod 0 .'
	ok "without privilege too" all ended 0 -- temp_gone
else
	skip "without privilege too" "not root"
fi
run -p /dev/stdin --best-effort -- sh -c 'echo "$TMPDIR"' <<<$'trees:\n  - path: /\n    allow: [all]'
ok "a policy of one's own leaves TMPDIR alone" printed "^$TMPDIR\$"

mkdir -p vendor out
echo v >vendor/file
run --best-effort --rw "$HOME/other" -- sh -c 'echo x >"$HOME/other/new" && rm "$HOME/other/new"'
ok "--rw" all ended 0
run --best-effort --ro vendor -- sh -c 'cat vendor/file; echo x >>vendor/file; rm -f vendor/file; : >vendor/new; mv vendor gone'
ok "--ro inside a writable directory" all printed '^v$' -- test "$(ls vendor)" = file -- test -s vendor/file
run --best-effort --deny "$HOME/other" -- cat "$HOME/other/file"
ok "--deny" all ended 1 -- eval ! printed other
run --best-effort --deny vendor -- cat vendor/file
ok "--deny inside the working directory" all ended 1 -- eval ! printed v
printf 'default: [read, execute]\ntrees: [{path: vendor, deny: [read], owner: unmapped}]\n' >owner.yaml
run --best-effort -p owner.yaml --deny vendor -- cat vendor/file
ok "--deny is for every owner, whatever the policy said" all ended 1 -- eval ! printed v
run --rw . -- touch made
ok "--rw of a directory that the policy has is no mistake" all ended 0 -- test -e made
rm -f made
run --ro . -- sh -c 'cat file; touch made'
ok "--ro . takes writing away" all ended 1 -- printed '^file$' -- test ! -e made
run --ro "$HOME/.ssh" -- "${steal[@]}"
ok "--ro of a secret gives it" all ended 0 -- printed secret

all_of='best_effort: [all]\ntrees:\n  - path: /\n    allow: [all]\n'
printf '%b' "$all_of" >"$work/all.yaml"
printf 'best_effort: [all]\ntrees:\n  - path: /\n    allow: [read, execute]\n' >"$work/read.yaml"
run -p "$work/all.yaml" -- touch made
ok "a policy: allowed" all ended 0 -- test -e made
rm -f made
run -p "$work/all.yaml" -p "$work/read.yaml" -- touch made
ok "two policies: both must allow" all ended 1 -- test ! -e made
run -p "$work/read.yaml" -p "$work/all.yaml" -- touch made
ok "in either order" all ended 1 -- test ! -e made
run -p "$work/read.yaml" --rw . -- touch made
ok "--rw is added to a policy" all ended 0 -- test -e made
rm -f made
run -p "$work/all.yaml" -p "$work/read.yaml" --rw . -- touch made
ok "to each of them" all ended 0 -- test -e made
rm -f made

run -p "$work/read.yaml" -- "$rootward" run -p "$work/all.yaml" -- touch made
ok "a run in a run: the outer one holds" all ended 1 -- test ! -e made
run -- "$rootward" run -- sh -c 'touch made && touch "$TMPDIR/x" && cat "$HOME/.ssh/id_rsa"'
ok "the built-in policy in itself" all test -e made -- eval ! printed secret -- temp_gone
rm -f made

# kill -9
rm -f ready go finished
"$rootward" run -- sh -c ': >ready; while [ ! -e go ]; do sleep 0.05; done
	cat "$HOME/.ssh/id_rsa" >stolen 2>/dev/null; : >finished' 2>/dev/null &
wait_for test -e ready
kill -9 $!
wait $! 2>/dev/null
: >go
ok "confined when rootward is killed" all wait_for test -e finished -- test -e stolen -- test ! -s stolen
rm -rf "$TMPDIR"/rootward-*

if [[ ${ROOTWARD_ENGINE-} == bpf ]]; then
	run -- sh -c 'for i in 1 2 3; do cat "$HOME/.ssh/id_rsa"; done'
	ok "the closing line counts" said '^rootward: 3 accesses denied; --explain-denials'
	run --explain-denials -- sh -c 'for i in 1 2 3; do cat "$HOME/.ssh/id_rsa"; done; echo >"$HOME/.bashrc"'
	ok "--explain-denials lists by tree and rule" all said '\.ssh' -- said '3 +read_file .*id_rsa' -- said 'write_file.*\.bashrc'
	run --explain-denials true
	ok "and says when there was none" said '^rootward: 0 accesses denied'
else
	run --explain-denials -- "${steal[@]}"
	ok "--explain-denials says what landlock does not tell" all ended 1 -- said 'not known: the landlock engine'
fi

finish
