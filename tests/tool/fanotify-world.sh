# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2034 # what lib.sh reads
# For the tests of load --engine fanotify, which source it. All of it in namespaces of its own: only
# a filesystem that is made here is asked about, and all that was started ends with the test.
if [[ ! ${FANOTIFY_INSIDE-} ]] && ((EUID == 0)); then
	FANOTIFY_INSIDE=1 exec timeout -k 5 1100 \
		unshare --mount --pid --fork --mount-proc --kill-child bash "$0" "$@"
fi
# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"

load() { try timeout 20 "$rootward" load --engine fanotify "$@"; }
unload() { try timeout 30 "$rootward" unload "$@"; }
status() { try timeout 30 "$rootward" status "$@"; }
is_open() { timeout 15 cat "$1" >/dev/null 2>&1; }
# The rule's word, not what happens when nobody answers.
is_shut() { ! timeout 15 cat "$1" >/dev/null 2>"$work/cat" && grep -q 'not permitted' "$work/cat"; }
runs() { timeout 15 "$1" 2>/dev/null; }
quietly() { "$@" >/dev/null 2>&1; }
lists() { timeout 15 ls "$1" >/dev/null 2>&1; }
field() { sed -n -E "s/^ *\"$1\": \"?([^\",]*)\"?,?\$/\1/p" "$work/out" | head -n 1; }
at_least() { (($(field "$1") >= $2)); }
# policy FILE LINE...: what it says after the default
policy() {
	local file=$1
	shift
	printf 'default: [all]\n' >"$file"
	printf '%s\n' "$@" >>"$file"
}
# The processes of the one policy that is loaded: the supervisor is the other's parent.
decider() { ps -eo pid=,stat=,comm= | awk '$2 !~ /Z/ && $3 == "rootward/decide" { print $1; n++ } END { exit !n }'; }
supervisor() {
	local pid
	pid=$(decider) && ps -o ppid= -p "$pid" | tr -d ' '
}
another() { [[ $1 && $1 != "$2" ]]; }
# not by process 1, which may end a policy
kills() { (kill "$@") }

if ((EUID != 0)); then
	policy keys.yaml 'trees: [{path: ., deny: [read_file]}]'
	load keys.yaml
	ok "only root may" all ended 125 -- said 'only root'
	skip "as root" "not root"
	finish
fi

mount --make-rprivate /
mount -t tmpfs run /run
mkdir "$work/fs"
mount -t tmpfs fanotify "$work/fs"
trap 'cd /; umount -R -l "$work/fs"; rm -rf "$work"' EXIT
cd "$work/fs" || exit
mkdir -p keys/open/shut other
for dir in keys keys/open keys/open/shut other; do
	echo secret >$dir/id
	cp "$(type -P true)" $dir/true
done
chmod 755 "$work" "$work/fs"

policy keys.yaml 'trees: [{path: keys, deny: [read_file, read_dir, execute]}]'
load keys.yaml
if ((status)) && said 'fanotify engine does not work here|does not ask about the filesystem'; then
	skip "a policy at work" "no fanotify here"
	finish
fi
