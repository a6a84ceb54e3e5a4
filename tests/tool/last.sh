#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What stays in the kernel, and for how long: the bpf engine's programs, from the first confinement
# to the last one's end, whatever becomes of rootward.
. "$(dirname "$0")/lib.sh"

live() { compgen -G '/sys/fs/bpf/rootward-*/live/link_*' >/dev/null; }
gone() { ! live; }

# until CONDITION: within five minutes, as the programs' verification alone is long on an emulated
# machine whose host has other work
until_true() {
	local end=$((SECONDS + 300))
	until "$@"; do
		((SECONDS < end)) || return
		sleep 0.1
	done
}

ok "nothing is loaded before" gone
"$rootward" run --engine bpf -- true >"$work/out" 2>"$work/err"
status=$?
ok "a command runs" test "$status" = 0
ok "nothing is left behind it" gone

# shellcheck disable=SC2016 # for the shell in there
"$rootward" run --engine bpf -- bash -c '
	while ! test -e go; do sleep 0.1; done
	cat ~/.ssh/id_rsa >stolen 2>refused; echo $? >code' >"$work/out" 2>"$work/err" &
supervisor=$!
ok "the programs are there while it runs" until_true live
until_true pgrep -P "$supervisor" bash >/dev/null || sleep 1
kill -9 "$supervisor"
wait "$supervisor" 2>/dev/null
ok "and stay when rootward is killed" live
touch go
ok "the command goes on" until_true test -s code
ok "confined" test ! -s stolen -a "$(cat code)" != 0
sleep 1
"$rootward" run --engine bpf -- true >"$work/out" 2>"$work/err"
ok "the next to come takes them along" gone
finish
