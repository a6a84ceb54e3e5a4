#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016,SC2034 # commands for another shell; what lib.sh reads
# What rootward says about itself, and where its messages go.
# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"

# Every option of the table, read from the source: --help must name it, and the parser know it.
options_of() {
	sed -n -E 's/^\t\{ [^,]+, "([a-z-]+)", OPTION_.*/\1/p' "$source/tool/$1.c"
}

try "$rootward" --version
ok "--version" all ended 0 -- printed '^rootward [0-9]+\.[0-9]+\.[0-9]+$' -- silent
try "$rootward" --help
ok "--help lists commands" all ended 0 -- printed '^  run  ' -- silent
try "$rootward"
ok "nothing: the same as an error" all ended 125 -- said '^  run  '
for command in run explain check doctor bench load unload status watch learn; do
	try "$rootward" $command --help
	ok "$command --help has examples" all ended 0 -- printed '^Examples' -- printed "rootward $command"
	options=$(options_of $command)
	ok "the table was found" test "$(wc -w <<<"$options")" -ge 1
	for option in $options; do
		ok "$command --help names --$option" printed "^  (-[a-zA-Z],|   ) --$option( |\$)"
	done
	ok "no line of it is longer than 90" test "$(awk 'length > 90' "$work/out" | wc -l)" = 0
done

try "$rootward" rnu
ok "an unknown command: the nearest" all ended 125 -- said 'no command rnu' -- said 'hint: did you mean rootward run'
run --engin=bpf --explain-denails "${mark[@]}"
ok "an unknown option: the nearest" refused 'no option --explain-denails'
ok "with a hint" said 'hint: did you mean --explain-denials'
run -x "${mark[@]}"
ok "an unknown letter" refused 'no option -x'
run --engine bfp "${mark[@]}"
ok "a wrong word: those it takes" refused 'no "bfp"; it takes auto\|bpf\|landlock'
run --engine auto --engine auto "${mark[@]}"
ok "an option twice" refused 'engine is given twice'
run --verbose=yes "${mark[@]}"
ok "a value where none goes" refused 'verbose takes no value'
run --policy
ok "a value that is missing" refused 'policy: FILE is missing'

if [[ -c /dev/full ]]; then
	status=0
	"$rootward" run --help >/dev/full 2>"$work/err" || status=$?
	ok "help that cannot be written is an error" all ended 125 -- said 'No space left'
fi
status=0
"$rootward" --version >&- 2>"$work/err" || status=$?
ok "with stdout closed too" ended 125

# messages must not end up in a file that the command opens
for fds in '<&-' '>&-' '2>&-' '<&- >&- 2>&-'; do
	rm -f written
	status=0
	eval '"$rootward" run -- sh -c "exec 7>written; echo word >&7; exit 5" '"$fds" || status=$?
	ok "with $fds: the command runs" all ended 5 -- test "$(cat written)" = word
done
status=0
"$rootward" run -- no-such-command 2>&- || status=$?
ok "a message without stderr is lost, the status is not" ended 127

colours 'rootward: no command' run
run
ok "none in a file" eval ! said $'\033'
run -- $'./no\033[31m\nsuch'
ok "bytes that a terminal obeys are shown, not sent" said 'no\\x1b\[31m\\x0asuch'

finish
