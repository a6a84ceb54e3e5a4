#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016,SC2034 # commands for another shell; what lib.sh reads
# How `rootward run` ends.
# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"

run true
ok "a command that succeeds: 0, nothing said" all ended 0 -- silent
run -- sh -c 'exit 3'
ok "a command's status is passed on" ended 3
run sh -c 'exit 125'
ok "a command's own 125, without a word of ours" all ended 125 -- silent
run -- sh -c 'echo "$1-$2"' x -- --rw
ok "options after the command are its own" all ended 0 -- printed '^-----rw$'

run -- no-such-command
ok "not found in PATH: 127" all ended 127 -- said 'rootward: no-such-command: not found'
run -- ./no-such-file
ok "no such file: 127" all ended 127 -- said 'cannot execute ./no-such-file: No such file'
run -- ./file/beneath
ok "a file where a directory should be: 127" ended 127
run -- ./file
ok "not executable: 126" all ended 126 -- said 'cannot execute ./file: Permission denied'
run -- "$HOME"
ok "a directory: 126" ended 126
printf '#!/no/such/interpreter\n' >script && chmod +x script
run -- ./script
ok "a script without its interpreter says what is missing" \
	all ended 127 -- said 'hint: .*interpreter'
echo 'exit 4' >plain && chmod +x plain
run -- ./plain
ok "a script without #! runs as the shell does it" ended 4

for signal in HUP INT TERM KILL SEGV; do
	# shellcheck disable=SC2016
	run -- sh -c 'ulimit -c 0; kill -'$signal' $$'
	ok "ended by SIG$signal: $((128 + $(kill -l $signal)))" ended $((128 + $(kill -l $signal)))
done

run
ok "no command: 125" all ended 125 -- said 'no command'
run --
ok "no command after --: 125" all ended 125 -- said 'no command'
run -- ''
ok "an empty command: 127" ended 127

: >"$work/in" && echo line >"$work/in"
run cat <"$work/in"
ok "stdin is the command's" printed '^line$'
run -- sh -c 'echo on >&9' 9>"$work/nine"
ok "descriptors that the caller passes stay open" has_line "$work/nine" '^on$'
run -- ls /proc/self/fd
ok "and no others are added" cmp "$work/out" <(ls /proc/self/fd >"$work/fds" 2>"$work/err"; cat "$work/fds")

finish
