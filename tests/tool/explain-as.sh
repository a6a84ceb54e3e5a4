#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016,SC2034 # commands for another shell; what lib.sh reads
# rootward explain --as PID: processes with another root, another mount namespace.
# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"


echo 'default: [read]' >"$work/p.yaml"
p=(-p "$work/p.yaml")

# perl: what it does after it has changed its root needs no program in there
jailed() {
	perl -e 'chroot $ARGV[0] or die; chdir $ARGV[1] or die; alarm 60; sleep' "$@" &
	sleeper=$!
	wait_for eval '[[ $(readlink /proc/$sleeper/cwd) = "$PWD/$1$2" ]]'
}
if ((EUID == 0)); then
	mkdir -p jail/sub/d
	echo x >jail/sub/f
	ln -s ../../../sub/f jail/sub/up
	ln -s /sub/f jail/abs
	cat >"$work/jail.yaml" <<'END'
trees:
  - path: jail/sub
    allow: [read, utime]
END
	j=(-p "$work/jail.yaml" --op read_file --op utime)
	jailed jail /sub
	for path in f /sub/f /abs up ../../sub/f d/../f; do
		explain "${j[@]}" --as $sleeper "$path"
		ok "a root that is no mount's: $path" all ended 0 -- printed "^$path is $PWD/jail/sub/f: regular" -- eval '! printed unsure'
	done
	explain "${j[@]}" --as $sleeper f/
	ok "what is no directory there" all ended 125 -- said 'Not a directory' -- eval '! said hint'
	explain "${j[@]}" --as $sleeper --descriptors f
	ok "over descriptors" all ended 0 -- printed 'walked over descriptors$'
	kill $sleeper
	mkdir gone
	(cd gone && exec sleep 100) &
	sleeper=$!
	wait_for eval '[[ $(readlink /proc/$sleeper/cwd) = */gone ]]'
	rmdir gone
	explain "${j[@]}" --as $sleeper f
	ok "a working directory that was removed" all ended 1 -- printed '^ +gone \(deleted\)' -- printed '^ +f .*does not exist'
	kill $sleeper
	unshare -m perl -e 'system("mount -t tmpfs none jail/sub && mkdir jail/sub/in && echo >jail/sub/in/f");
		chroot "jail" or die; chdir "/sub/in" or die; alarm 60; sleep' &
	sleeper=$!
	wait_for eval '[[ $(readlink /proc/$sleeper/cwd) = */jail/sub/in ]]'
	explain --op utime -p "$work/p.yaml" --as $sleeper f
	ok "in another mount namespace, too" all printed "^f is $PWD/jail/sub/in/f: regular" -- printed '= mount [0-9]+, tmpfs$' -- eval '! printed unsure'
	explain "${p[@]}" --as $sleeper --descriptors f
	ok "but not over descriptors" all ended 125 -- said 'where another mount namespace ends' -- said 'hint: the walk in the kernel'
	kill $sleeper
else
	skips "not root" "a root that is no mount's: "{f,/sub/f,/abs,up,../../sub/f,d/../f} "what is no directory there" \
		"over descriptors" "a working directory that was removed" "in another mount namespace, too" "but not over descriptors"
fi

# /proc: what only tracers see of another process, and what is reached through its links
sleep 100 &
sleeper=$!
proc=/proc/$sleeper
# explained PATH [OPTION...]: may it be read?
explained() {
	explain "${p[@]}" --op read_file "${@:2}" "$1"
}
for name in environ maps mem task/$sleeper/smaps root/etc/passwd cwd/file fdinfo/0; do
	explained "$proc/$name"
	ok "another process's ${name/$sleeper/PID}" all ended 1 -- printed 'a task outside the confinement'
	explained "$proc/$name" --descriptors
	ok "over descriptors" all ended 1 -- printed 'a task outside the confinement'
done
for name in status cmdline comm; do
	explained "$proc/$name"
	ok "what anybody may read: $name" ended 0
done
for name in environ maps root/etc/passwd cwd/file; do
	explained /proc/self/$name
	ok "of oneself: $name" ended 0
	explained "$proc/$name" --as $sleeper
	ok "--as that process: $name" ended 0
	explained /proc/self/$name --as $sleeper
	ok "as \`self\`: $name" ended 0
done
explain "${p[@]}" -P --op readlink $proc/exe
ok "a link itself" all ended 1 -- printed 'a task outside'
explain "${p[@]}" --op read_dir $proc/map_files
ok "a directory of tracers" all ended 1 -- printed 'a task outside'
explain "${p[@]}" --op read_dir $proc/fd
ok "the list of descriptors" ended 0
(cd $proc && try "$rootward" explain "${p[@]}" --op read_file root/etc/passwd; echo $status >"$work/status")
ok "begun in /proc, whose it is is not known" all test "$(<"$work/status")" = 1 -- printed 'unsure'
# and so it is, where an engine works
cat >"$work/read.yaml" <<'END'
default: [all]
END
if try "$rootward" run --best-effort true && ended 0; then
	for name in environ maps cwd/file root/etc/passwd; do
		try "$rootward" run --best-effort -p "$work/read.yaml" cat $proc/$name
		ok "a run: $name" all ended 1 -- said 'denied|not permitted'
	done
	try "$rootward" run --best-effort -p "$work/read.yaml" sh -c 'cat '$proc/status' /proc/self/environ /proc/self/cwd/file'
	ok "a run: what may be read" ended 0
else
	skips "no engine works here" "a run: "{environ,maps,cwd/file,root/etc/passwd} "a run: what may be read"
fi
kill $sleeper

finish
