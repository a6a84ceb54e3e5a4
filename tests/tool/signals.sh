#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016,SC2034 # commands for another shell; what lib.sh reads
# Signals: those sent to rootward, those from the terminal, stopping.
# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"
: >"$work/out" && : >"$work/err"

# A command that notes each signal and ends with 7 at the first. Its shell waits in short sleeps,
# as traps run between commands only.
cat >noter <<-'END'
	#!/bin/sh
	for s in HUP INT QUIT TERM USR1 USR2; do trap "echo $s >>got" $s; done
	: >ready
	while [ ! -s got ]; do sleep 0.05; done
	sleep 0.3 # for a second one
	exit 7
END
chmod +x noter

begin() {
	rm -f ready got go seen status
}

for signal in HUP INT QUIT TERM USR1 USR2; do
	begin
	# a job of a script ignores INT and QUIT, and so does what it starts: env gives them back
	env --default-signal=INT,QUIT "$rootward" run ./noter 2>"$work/err" &
	wait_for test -e ready
	kill -$signal $!
	status=0
	wait $! || status=$?
	ok "SIG$signal is passed on, once" all ended 7 -- test "$(cat got)" = $signal
done

"$rootward" run sleep 20 2>"$work/err" &
pid=$!
wait_for pgrep -P $pid -x sleep >/dev/null
kill -TERM $pid
status=0
wait $pid || status=$?
ok "a command that TERM ends: 143" all ended 143 -- silent
ok "the temporary directory is gone then too" test -z "$(ls -A "$TMPDIR")"

status=0
env --ignore-signal=CHLD "$rootward" run sh -c 'exit 3' 2>"$work/err" || status=$?
ok "with SIGCHLD ignored by the caller the status is known" ended 3

begin
"$rootward" run sh -c ': >ready; kill -STOP $$; exit 4' 2>"$work/err" &
pid=$!
state() {
	[[ $(sed 's/.*) //' /proc/$pid/stat) == "$1"* ]]
}
wait_for test -e ready
ok "when the command is stopped, rootward stops" wait_for state T
kill -CONT $pid
status=0
wait $pid || status=$?
ok "when rootward is woken, so is the command" ended 4

mkfifo policy
for signal in INT TERM; do
	env --default-signal=INT,QUIT "$rootward" run -p policy true 2>"$work/err" &
	pid=$!
	exec 7>policy # once it reads
	sleep 0.2
	kill -$signal $pid
	ok "SIG$signal while a policy is read ends it" wait_for eval "! kill -0 $pid"
	exec 7>&-
	status=0
	wait $pid || status=$?
	ok "with the signal's status" ended $((128 + $(kill -l $signal)))
done

# tty COMMAND [THEN]: the command on a terminal of its own, in which ctrl-C is typed once it is
# ready; THEN is done after that, here
tty() {
	begin
	status=0
	(wait_for test -e ready; sleep 0.1; printf '\003'; eval "${2-}"; wait_for test -e go) |
		timeout 20 script -qec "trap : INT; $1; echo \$? >status; : >go" /dev/null >"$work/out" 2>&1
	status=$(cat status)
}
if type script >/dev/null 2>&1; then
	tty "$rootward run ./noter"
	ok "ctrl-C arrives once" all ended 7 -- test "$(cat got)" = INT
	# a command that left the group: what arrives there came through rootward
	tty "$rootward run setsid ./noter" 'sleep 0.7; cp got seen 2>/dev/null; echo TERM >>got'
	ok "and is not passed on" all ended 7 -- test ! -e seen
	tty "$rootward run sh -c ': >ready; exec sleep 20'"
	ok "ctrl-C ends the command: 130" ended 130
	rm -f went-on
	tty "bash -c \"$rootward run sh -c ': >ready; exec sleep 20'; : >went-on\""
	ok "and the script that called rootward" test ! -e went-on
	tty "bash -c \"$rootward run ./noter; : >went-on\""
	ok "unless the command copes with it" test -e went-on
else
	skip "ctrl-C" "no script(1)"
fi

finish
