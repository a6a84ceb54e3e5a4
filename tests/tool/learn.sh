#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016,SC2034 # commands for another shell; what lib.sh reads
# A policy that is learned from a command lets it run again, and nothing else. Needs the bpf engine.
# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/tool/learned.sh
. "$(dirname "$0")/learned.sh"

mkdir src
echo 'int a;' >src/a.c
echo 'int b;' >src/b.c
cat >build.sh <<'END_OF_BUILD'
#!/bin/sh
set -e
[ -z "$STEAL" ] || cat "$HOME/.ssh/id_rsa" || exit 9
mkdir -p out
temporary=$(mktemp)
cat src/a.c src/b.c >"$temporary"
mv -f "$temporary" out/all.c
cp out/all.c out/copy.c
chmod 755 out/copy.c
ln -sf copy.c out/link
cat out/link >out/log
rm -rf out/sub out/hard
mkdir out/sub
echo x >out/sub/x
mv out/sub/x out/x
ln out/copy.c out/hard
grep -q Name /proc/self/status
cat /etc/passwd >/dev/null
ls . >/dev/null
END_OF_BUILD
chmod 755 build.sh
fresh() {
	rm -rf out
}
learned ./build.sh
rm -rf out
export STEAL=yes
again ./build.sh
unset STEAL
ok "a read of a secret that was planted in it" all ended 9 -- eval '! printed secret'

# an update
cp "$work/p.yaml" "$work/first.yaml"
sed -i '1i # mine' "$work/p.yaml"
echo 'set -e; ./build.sh; echo new >"$HOME/other/new"' >more.sh
again sh more.sh
ok "what it does not do it may not" eval '! ended 0'
learn --update "$work/p.yaml" -- sh more.sh
ok "--update shows the difference" all ended 0 -- printed '^@@ ' -- printed '^\+ +- path: ~/other' -- said 'not changed'
ok "and changes nothing unasked" eval '! grep -q other "$work/p.yaml"'
if type script >/dev/null 2>&1; then
	mkfifo "$work/answers"
	for answer in n y; do
		rm -f "$HOME/other/new"
		cp "$work/p.yaml" "$work/asked.yaml"
		script -qefc "$(printf '%q ' "$rootward" learn --update "$work/asked.yaml" -- sh more.sh)" \
			/dev/null <"$work/answers" >"$work/out" 2>"$work/err" &
		exec 9>"$work/answers"
		wait_for has_line "$work/out" '\[y/N\]'
		echo $answer >&9
		wait_for eval '! kill -0 $!'
		exec 9>&-
		wait $!
		ok "on a terminal it asks, and is told $answer" all printed 'change .*asked.yaml\? \[y/N\]' -- \
			test "$(grep -c other "$work/asked.yaml")" = "$(case $answer in y) echo 1 ;; *) echo 0 ;; esac)"
	done
fi
cp "$work/p.yaml" "$work/raced.yaml"
learn --yes --update "$work/raced.yaml" -- sh -c 'sh more.sh; echo "# meanwhile" >>"$0"' "$work/raced.yaml"
ok "what was changed meanwhile stays" all ended 125 -- said 'changed meanwhile' -- \
	eval '! grep -q other "$work/raced.yaml"' -- grep -q '^# meanwhile' "$work/raced.yaml"
rm -f "$HOME/other/new"
learn --yes --update "$work/p.yaml" -- sh more.sh
ok "--yes changes it" all ended 0 -- grep -q other "$work/p.yaml"
ok "but only adds" all eval 'head -n 1 "$work/p.yaml" | grep -q "# mine"' -- \
	eval '! diff "$work/first.yaml" "$work/p.yaml" | grep -q "^<"'
show
try "$rootward" check "$work/p.yaml"
ok "check passes" ended 0
rm -f "$HOME/other/new"
again sh more.sh
ok "it runs" all ended 0 -- said '^rootward: 0 accesses denied'
learn --update "$work/p.yaml" -- sh more.sh
ok "then it lacks nothing" all ended 0 -- said 'lacks nothing' -- eval '! printed "^@@"'
printf 'default: [all]\ntrees:\n  - path: %s\n    deny: [read]\n' "$HOME/.ssh" >"$work/deny.yaml"
learn --yes --update "$work/deny.yaml" -- cat "$HOME/.ssh/id_rsa"
ok "what a rule denies stays denied, and is told" all said 'denied by a rule' -- said 'lacks nothing' -- printed secret

# the rest
learn -- sh -c 'cat file; exit 3'
ok "the status is the command's; without -o the policy is printed" all ended 3 -- printed '^file$' -- printed '^default: ' -- said 'ended with status 3'
learn -o "$work/none.yaml" -- ./no-such-command
ok "no such command" ended 127
learn -o "$work/no/such/place.yaml" -- touch marker
ok "what cannot be written is refused before" all ended 125 -- test ! -e marker
learn --update "$work/none-such.yaml" -- touch marker
ok "so is what cannot be read" all ended 125 -- test ! -e marker
"$rootward" learn -o "$work/killed.yaml" -- sh -c 'echo $$ >pid; cat file; exec sleep 1000' >/dev/null 2>&1 &
wait_for has_line pid '[0-9]'
kill -TERM $!
wait $!
ok "a command that is ended teaches what it did till then" all test $? = 143 -- grep -q '^default:' "$work/killed.yaml"

# what is as wide as can be
cat >tool.sh <<'END_OF_TOOL'
set -e
mkdir -p "$HOME/.tool"
echo x >"$HOME/.tool/state"
cat "$HOME/.tool/state"
echo y >"$HOME/.toolrc"
END_OF_TOOL
learn -o "$work/p.yaml" -- sh tool.sh
ok "what was made at home has rules of its own" all ended 0 -- grep -q 'path: ~/.tool$' "$work/p.yaml" -- \
	grep -q 'path: ~/.toolrc$' "$work/p.yaml" -- eval '! grep -q "path: \"~\"" "$work/p.yaml"' -- eval '! said "opened as a whole"'
show
again sh tool.sh
ok "with which it runs again" all ended 0 -- said '^rootward: 0 accesses denied'
learn -o "$work/p.yaml" -- sh -c 'echo x >"$HOME/passing"; rm "$HOME/passing"'
ok "what is gone opens it, and is told" all ended 0 -- grep -q 'path: "~"' "$work/p.yaml" -- said 'opened as a whole.*because of ~/passing'
learn -o "$work/p.yaml" -- sh -c 'echo x >"/learn.$$"; rm "/learn.$$"'
ok "what is in the root opens nothing, and is told" all ended 0 -- eval '! grep -q write "$work/p.yaml"' -- said 'in / itself is left out'

finish
