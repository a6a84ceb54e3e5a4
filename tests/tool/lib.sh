# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the tests of the tool share. Each is a bash script that sources this, runs rootward as a
# user does, and tells in TAP. In place of the real ones there is, removed at the end:
#
#   $work/            the world; tests start in $work/home/project
#   |-- out, err      what rootward said last
#   `-- home/         HOME
#       |-- .ssh/id_rsa
#       |-- .bashrc
#       |-- other/file
#       `-- project/file

: "${ROOTWARD:?the program to test}"
rootward=$(realpath "$ROOTWARD")
source=$(realpath "$(dirname "$0")/../..")

umask 022
# not beneath the directory for temporary files: that is rootward's to give away
work=$(mktemp -d "${TMPDIR:-/tmp}/tool-test-XXXXXX")
chmod 755 "$work"
trap 'cd /; chmod -R u+rwX "$work"; rm -rf "$work"' EXIT
export HOME=$work/home TERM=dumb LC_ALL=C
unset NO_COLOR
mkdir -p "$HOME"/{.ssh,other,project,tmp}
export TMPDIR=$HOME/tmp
echo secret >"$HOME/.ssh/id_rsa"
echo rc >"$HOME/.bashrc"
echo other >"$HOME/other/file"
echo file >"$HOME/project/file"
cd "$HOME/project" || exit

count=0 failed=0 status=0

# ok DESCRIPTION COMMAND...: a test that passes if the command does.
ok() {
	local description=$1
	shift
	count=$((count + 1))
	if "$@"; then
		echo "ok $count - $description"
	else
		failed=1
		echo "not ok $count - $description"
		echo "# status $status, failed: $*"
		awk '{ print "# " $0 }' "$work/out" "$work/err"
	fi
}

skip() {
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}

finish() {
	echo "1..$count"
	exit "$failed"
}

# skips REASON DESCRIPTION...: each of them
skips() {
	local reason=$1 description
	shift
	for description; do
		skip "$description" "$reason"
	done
}

# try COMMAND...: keeping status, out and err
try() {
	status=0
	"$@" >"$work/out" 2>"$work/err" || status=$?
}

explain() {
	try "$rootward" explain "$@"
}

# run ARGUMENT...: rootward run. The marker tells whether the command was started; tests give `mark`
# as it, or none.
run() {
	rm -f marker
	try "$rootward" run "$@"
}

# Commands that a test runs confined. The first leaves the marker.
mark=(touch marker)
# shellcheck disable=SC2034 # for the tests
steal=(sh -c 'cat "$HOME/.ssh/id_rsa"')

can_be_nobody() {
	((EUID == 0)) && type setpriv >/dev/null 2>&1
}

# nobody COMMAND [ARGUMENT]...: a command of rootward's, without privileges
nobody() {
	[[ -e $work/rootward ]] || cp "$rootward" "$work/rootward"
	try setpriv --reuid 65534 --regid 65534 --clear-groups "$work/rootward" "$@"
}

# as_nobody ARGUMENT...: run, without privileges. From then on anybody may write in the world.
as_nobody() {
	chmod 777 "$HOME" "$HOME/project" "$TMPDIR"
	rm -f marker
	nobody run "$@"
}

ended() {
	((status == $1))
}

said() {
	grep -q -E -e "$1" "$work/err"
}

printed() {
	grep -q -E -e "$1" "$work/out"
}

quiet() {
	[[ ! -s $work/err ]]
}

# Nothing but what landlock says of itself each time.
silent() {
	! grep -v '^rootward: built-in default: warning: .*landlock' "$work/err" | grep -q .
}

# all COMMAND [ARGUMENT...] [-- COMMAND...]...: every one of them.
all() {
	local command=()
	while (($#)); do
		if [[ $1 == -- ]]; then
			"${command[@]}" || return
			command=()
		else
			command+=("$1")
		fi
		shift
	done
	"${command[@]}"
}

# Failed for a reason that is said, and the command was not started.
refused() {
	ended 125 && said "$1" && [[ ! -e marker ]]
}

# colours WORD ARGUMENT...: two tests of what rootward prints, WORD among it
colours() {
	local word=$1
	shift
	if ! type script >/dev/null 2>&1; then
		skips "no script(1)" "colour on a terminal" "none with NO_COLOR"
		return
	fi
	try env TERM=xterm script -qec "$(printf '%q ' "$rootward" "$@")" /dev/null
	ok "colour on a terminal" printed $'\033\\['
	try env TERM=xterm NO_COLOR=1 script -qec "$(printf '%q ' "$rootward" "$@")" /dev/null
	ok "none with NO_COLOR" all printed "$word" -- eval '! printed $'"'\033'"
}

# wait_for COMMAND...: until it succeeds, at most ten seconds.
wait_for() {
	local i
	for ((i = 0; i < 200; i++)); do
		! "$@" 2>/dev/null || return 0
		sleep 0.05
	done
	return 1
}

has_line() {
	[[ -e $1 ]] && grep -q -E -e "$2" "$1"
}
