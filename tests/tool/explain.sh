#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016,SC2034 # commands for another shell; what lib.sh reads
# rootward explain: what it shows in which form, and bad input.
# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"


# Without what descriptors cannot be sure of: the directories behind a `/` that is a bind mount.
verdicts() {
	grep -A1 -E '^  (allowed|denied)' "$work/out" | sed 's/ (unsure: .*)$//'
}

cat >"$work/p.yaml" <<'END'
name: test
default: [read]
trees:
  - path: .
    allow: [all]
  - path: secret
    deny: [read, write]
  - path: secret/open
    allow: [read_file]
  - path: notyet
    deny: [all]
END
mkdir -p secret/open deep/er
echo x >secret/open/file
echo x >secret/closed
ln -s secret/closed link
p=(-p "$work/p.yaml")

explain "${p[@]}" secret/open/file
ok "the whole way is shown, from the root" all ended 0 -- printed '^  / ' -- printed ' secret .*deny read, write - .*p.yaml:6:5' -- printed ' file '
ok "the nearest rule decides each operation" all printed '^  allowed read_file$' -- printed '^ +secret/open: allow read_file - .*:8:5'
ok "the next one the others" printed '^ +secret: deny read, write - .*:6:5'
ok "and that farther up what is left" all printed '^  allowed execute$' -- printed '^ +\.: allow all - .*:4:5'
explain "${p[@]}" /
ok "default, and where it was written" printed '^ +default - .*p\.yaml:2:10'
explain "${p[@]}" notyet
ok "a name that does not exist yet, and its rule" all printed 'does not exist$' -- printed 'notyet .*deny all \(by name\)' -- printed '^  denied'
explain "${p[@]}" deep/a/b/c
ok "what is missing beneath what is missing" printed 'nor what is beneath it: b/c'
explain "${p[@]}" link
ok "a link is followed" printed '^link is .*/secret/closed: regular file'
explain "${p[@]}" -P link
ok "or not" printed ': symbolic link'
ln -s secret/new dangling
explain "${p[@]}" dangling
ok "a link to what does not exist: there it would be made" all printed '^dangling is .*/secret/new: does not exist' -- printed ' secret .*deny' -- printed ' new '
explain "${p[@]}" --op make_reg deep
ok "make_* of a directory is about a new entry in it" all ended 0 -- printed '^  allowed make_reg'
explain "${p[@]}" --op write secret/closed
ok "status 1: what --op asks is denied" ended 1
explain "${p[@]}" --op read_file deep secret/closed
ok "of any path" ended 1
explain "${p[@]}" --op stat --op read_dir deep
ok "status 0: it is allowed" all ended 0 -- printed 'allowed (read_dir, stat|stat, read_dir)'
echo 'default: [read]' >"$work/second.yaml"
explain "${p[@]}" -p "$work/second.yaml" --op write_file file
ok "every policy must allow" all ended 1 -- printed 'second\.yaml:1:10'

explain file
ok "without a policy: the built-in one, and that is said" all ended 0 -- printed 'built-in policy' -- printed '\.: allow all - built-in'
explain "$HOME/.ssh/id_rsa"
ok "its secrets" all printed '^  denied' -- printed '~/.ssh: deny all'

explain "${p[@]}" --descriptors secret/open/file
ok "over descriptors, if asked to" printed 'walked over descriptors$'
verdicts >"$work/verdicts"
if ((EUID == 0)); then
	explain "${p[@]}" secret/open/file
	ok "else in the kernel" printed 'walked in the kernel'
	ok "which is of the same opinion" eval 'verdicts | diff "$work/verdicts" - >&2'
else
	skips "not root" "else in the kernel" "which is of the same opinion"
fi

sleep 100 &
sleeper=$!
cd deep || exit
explain --as $sleeper file
cd ..
ok "--as: relative paths start where that process works" printed '^file is .*/project/file: regular'
kill $sleeper
explain "${p[@]}" --as 4194305 file
ok "--as a process that there is not" all ended 125 -- said 'no process 4194305'

# the words that --as takes, with users of our own where that can be had
explain "${p[@]}" --as no-such-user file
ok "--as a user that there is not" all ended 125 -- said 'no user "no-such-user"' -- said 'hint: it takes the number of a process'
explain "${p[@]}" --as +4294967294 file
ok "a number that no user has" all ended 125 -- said 'no user with the number 4294967294'
for word in '' + +x +-1 +4294967296 0 99999999999999999999; do
	explain "${p[@]}" --as "$word" file
	ok "--as '$word'" all ended 125 -- said 'is not the number of a (process|user)'
done
explain "${p[@]}" --as "$(id -un)" --op read_file file
ok "--as oneself" all ended 0 -- eval '! printed besides'
if ((EUID == 0)); then
	mkdir -p shut/in
	touch shut/in/file readable listed
	chmod 700 shut
	chmod 644 readable
	chmod 755 . "$HOME" "$work"
	{ cat /etc/passwd; printf '%s\n' "alice:x:4194399:4194399::$HOME/alice:/bin/sh" "4194398:x:4194397:4194399::/:/bin/sh" \
		"$$:x:4194396:4194399::/:/bin/sh"; } >passwd
	{ cat /etc/group; echo 'team:x:4194300:alice'; } >group
	chgrp 4194300 listed
	chmod 060 listed
	as() {
		try unshare -m sh -c 'mount --bind passwd /etc/passwd && mount --bind group /etc/group && exec "$0" explain "$@"' \
			"$rootward" "$@"
	}
	refuses='^  besides, and not by rootward: ordinary permissions'
	as "${p[@]}" --as alice readable
	ok "what modes refuse a user, apart from the verdicts" all ended 0 -- printed '^  allowed .*write_file' -- \
		printed "$refuses refuse alice execute, write_file, truncate, remove_file, refer\$"
	as "${p[@]}" --as +4194399 --op write_file readable
	ok "which do not make the status" all ended 0 -- printed "$refuses refuse alice write_file\$"
	as "${p[@]}" --as alice --op read_file --op write_file listed
	ok "by all groups of that user" all ended 0 -- eval '! printed besides'
	as "${p[@]}" --as alice shut/in/file
	ok "a directory on the way that may not be searched" all ended 0 -- printed "$refuses do not let alice into .*/project/shut\$"
	as "${p[@]}" --as alice shut
	ok "it is the object: nothing in it" printed "$refuses refuse alice .*read_dir.*make_reg"
	as "${p[@]}" --as alice shut/new
	ok "nor made" all printed "$refuses refuse alice make_reg, make_dir, make_sym, .*refer\$" -- eval '! printed "alice.*read_file"'
	as "${p[@]}" --as alice --json --op stat shut/in/file readable
	ok "in JSON" all printed '"user": "alice"' -- printed '"no_search": ".*/shut"' -- printed '"no_search": null' -- printed '"refused": \[\]'
	as "${p[@]}" --as alice --svg "$work/x.svg" --op stat shut/in/file
	ok "in a picture" has_line "$work/x.svg" '>and not by rootward: ordinary permissions do not let alice into .*/shut<'
	as "${p[@]}" --as alice --descriptors --op stat shut/in/file
	ok "over descriptors as well" printed "$refuses do not let alice into .*/shut\$"
	as "${p[@]}" --as 4194398 readable
	ok "a name of digits, and no such process" printed "$refuses refuse 4194398 "
	as "${p[@]}" --as 4194396 readable
	ok "a number that only a user has" all ended 125 -- said 'no process 4194396' -- said 'hint: --as \+4194396 is the user'
	as "${p[@]}" --as $$ readable
	ok "a name of digits that is a process's number" all ended 125 -- said 'a user is called so' -- \
		said "hint: --as [+]4194396 is the user, --as 0$$ the process"
	as "${p[@]}" --as 0$$ readable
	ok "which can be told apart" all ended 0 -- eval '! printed besides'
	mkdir -p "$HOME/alice/.ssh"
	as --as alice --op read_dir "$HOME/alice/.ssh"
	ok "without a policy, the built-in one with that user's home" all ended 1 -- printed 'in that user' -- printed '~/.ssh: deny all'
else
	skips "not root" "what modes refuse a user, apart from the verdicts" \
		"which do not make the status" "by all groups of that user" \
		"a directory on the way that may not be searched" \
		"it is the object: nothing in it" "nor made" "in JSON" "in a picture" \
		"over descriptors as well" "a name of digits, and no such process" \
		"a number that only a user has" "a name of digits that is a process's number" \
		"which can be told apart" \
		"without a policy, the built-in one with that user's home"
fi

# owners: the same files by a mount that maps ids, the plain ones beneath src
if ((EUID == 0)); then
	cat >"$work/owned.yaml" <<'END'
default: [read]
trees:
  - path: src/box
    allow: [write_file, truncate, chmod, utime, make_reg, make_dir]
    owner: {write_file: self, make_reg: self, make_dir: uid 5, chmod: uid 1005}
    group: {truncate: gid 7, utime: self}
  - path: src
    deny: [chown]
    owner: unmapped
END
	o=(-p "$work/owned.yaml")
	mkdir owners
	owned() {
		try unshare -m sh -c 'mount -t tmpfs owners owners && cd owners && mkdir -p src/box src/free &&
			echo x >src/box/own && echo x >src/box/out && chown 1005:1006 src/box src/box/own && chown 5:5 src/box/out &&
			"$IDMAP_BIND" src mapped && exec "$0" explain "$@"' "$rootward" "$@"
	}
	owned "${o[@]}" mapped/box/own
	ok "the owner in the filesystem, and as the mount shows it" printed '^ +own .*  owner 1005:1006 -> 1000005:2000006$'
	ok "of every ancestor by its mount" all printed '^ +mapped .*  owner 0:0 -> unmapped  = mount' -- eval '! printed " owners .*owner"'
	ok "whose objects a rule is about" printed '^ +box .*  allow .*; group: gid 7 - .*owned.yaml:3:5, .*allow write_file, make_reg; owner: self - '
	ok "and why it did not count" all printed '^  denied  write_file$' -- \
		printed '^           not counted: src/box: allow write_file, make_reg; owner: self - .*owned.yaml:3:5: owner 1000005 is not self \(0\)$'
	ok "nor for a number" printed 'not counted: .*allow chmod; owner: uid 1005 - .*: owner 1000005 is not uid 1005$'
	ok "nor for a group" all printed 'not counted: .*group: gid 7 - .*: group 2000006 is not gid 7$' -- \
		printed "not counted: .*group: self - .*: group 2000006 is none of self's\$"
	ok "nor for one that there is" printed 'not counted: src: deny chown; owner: unmapped - .*: owner 1000005 is not unmapped$'
	owned "${o[@]}" --op chmod --op chown mapped/box/out
	ok "an owner that is unmapped" all ended 1 -- printed '^ +out .*  owner 5:5 -> unmapped$' -- printed 'owner unmapped is not uid 1005$'
	ok "for which a rule counts" printed '^           src: deny chown; owner: unmapped - .*owned.yaml:7:5$'
	owned "${o[@]}" --op chmod src/box/own
	ok "without a map, an owner is shown if a rule asks" all ended 0 -- printed '^ +own .*  owner 1005:1006$' -- eval '! printed "box .*owner 1005"'
	owned "${o[@]}" --op read_file src/box/own
	ok "else not" eval '! printed "owner 1005"'
	owned "${o[@]}" --op make_reg --op make_dir src/box
	ok "what is made is the caller's" all ended 1 -- printed '^  allowed make_reg$' -- printed ': the new owner 0 is not uid 5$'
	owned "${o[@]}" --op make_reg mapped/box/new
	ok "or nobody's, where there is no place for it" all ended 1 -- printed '^ +new .*does not exist\)  owner unmapped$' -- \
		printed ': the new owner unmapped is not self \(0\)$'
	cp /etc/passwd passwd
	echo 'carol:x:1005:1006::/:/bin/sh' >>passwd
	carol() {
		owned_by=$1
		shift
		try unshare -m sh -c 'mount --bind passwd /etc/passwd && mount -t tmpfs owners owners && cd owners && mkdir -p src/box &&
			echo x >src/box/own && chown "$1" src/box/own && shift && exec "$0" explain "$@"' "$rootward" "$owned_by" "$@"
	}
	carol 1005:1006 "${o[@]}" --as carol --op write_file --op utime src/box/own
	ok "--as USER: self is that user, with that user's groups" all ended 0 -- printed '^  allowed write_file' -- printed '^  allowed utime'
	carol 0:0 "${o[@]}" --as carol --op write_file src/box/own
	ok "and no longer the caller" all ended 1 -- printed ': owner 0 is not self \(1005\)$'
	owned "${o[@]}" --descriptors --op write_file mapped/box/own
	ok "over descriptors the mount's owner is known" printed '^ +own .*  owner \? -> 1000005:2000006$'
	owned "${o[@]}" --descriptors --op write_file mapped/box/out
	# from Linux 6.15 on the kernel tells the mount's maps
	if printf '%s\n' 6.15 "$(uname -r)" | sort -CV; then
		ok "and if it is shown as nobody" all printed '^ +out .*  owner \? -> unmapped$' -- printed '^  denied  write_file$'
	else
		ok "and if it is shown as nobody" all printed '^ +out .*  owner not known$' -- printed '^  denied  write_file \(unsure: whose it is cannot be seen\)$'
	fi
	mkdir -p owners/src/box
	echo x >owners/src/box/own
	cd owners || exit
	try unshare -U -r "$rootward" explain "${o[@]}" --op write_file --op read_file src/box/own
	cd ..
	ok "and from another user namespace, which has other numbers" all ended 1 -- printed '^ +own .*  owner not known$' -- \
		printed '^  denied  write_file \(unsure: whose' -- printed '^  allowed read_file$'
	owned "${o[@]}" --json --op write_file mapped/box/out
	ok "in JSON, always" all printed '"fs_uid": 5' -- printed '"uid": "unmapped"' -- printed '"uid": 1000005' -- printed '"idmapped": true' -- printed '"idmapped": false'
	ok "and of rules" all printed '"owner": "self"' -- printed '"group": "gid 7"' -- printed '"why": "owner unmapped is not self \(0\)"'
	owned "${o[@]}" --svg "$work/x.svg" --op write_file mapped/box/own
	ok "in a picture" all has_line "$work/x.svg" '>owner 1005:1006 -> 1000005:2000006<' -- has_line "$work/x.svg" 'owner: self - '
else
	skips "not root" "the owner in the filesystem, and as the mount shows it" "of every ancestor by its mount" \
		"whose objects a rule is about" "and why it did not count" "nor for a number" "nor for a group" \
		"nor for one that there is" "an owner that is unmapped" "for which a rule counts" \
		"without a map, an owner is shown if a rule asks" "else not" "what is made is the caller's" \
		"or nobody's, where there is no place for it" "--as USER: self is that user, with that user's groups" \
		"and no longer the caller" "over descriptors the mount's owner is known" "and if it is shown as nobody" \
		"and from another user namespace, which has other numbers" \
		"in JSON, always" "and of rules" "in a picture"
fi

# forms
explain "${p[@]}" --json secret/closed notyet
ok "--json: the way" all ended 0 -- printed '"name": "secret"' -- printed '"missing": "notyet"'
ok "and the verdicts" all printed '"by": "rule"' -- printed '"origin": ".*p.yaml:6:5"' -- printed '"allowed": false'
explain "${p[@]}" --svg "$work/x.svg" secret/open/file notyet $'deep/<&\033'
ok "--svg: a picture" all ended 0 -- has_line "$work/x.svg" '^<svg' -- has_line "$work/x.svg" '</svg>$'
ok "of all paths" all has_line "$work/x.svg" '>file<' -- has_line "$work/x.svg" '>notyet<'
ok "in which names do no harm" has_line "$work/x.svg" '>&lt;&amp;\\x1b<'
explain "${p[@]}" --svg /no/such/x.svg file
ok "a picture that cannot be written" all ended 125 -- said 'cannot write /no/such/x.svg: No such file'
touch $'bad\033[31mname'
explain "${p[@]}" $'bad\033[31mname'
ok "bytes that a terminal obeys are shown, not sent" all printed 'bad\\x1b\[31mname' -- eval '! printed $'"'\033'"
touch $'not\xff-utf8'
explain "${p[@]}" --json $'not\xff-utf8'
ok "what is not UTF-8 becomes JSON all the same" printed '"name": "not\\\\xff-utf8"'
colours allowed explain "${p[@]}" file

# bad input
explain
ok "no path" all ended 125 -- said 'no path' -- said 'hint: rootward explain'
explain ''
ok "an empty path" all ended 125 -- said '^rootward: a path is empty$' -- said 'hint: the working directory'
explain "${p[@]}" file/beneath
ok "a file where a directory should be" all ended 125 -- said '"file/beneath" cannot be looked up'
explain "${p[@]}" file/beneath deep
ok "the other paths are explained all the same" all ended 125 -- printed 'deep.*: directory'
explain --op raed file
ok "an unknown operation, and the nearest" all ended 125 -- said 'no operation "raed"' -- said 'did you mean read'
explain --op xyzzy file
ok "one that is near to none" all ended 125 -- said 'docs/policy.md'
printf 'trees:\n  - path: /\n    allow: [raed]\n' >"$work/bad.yaml"
explain -p "$work/bad.yaml" file
ok "a policy with a mistake" all ended 125 -- said 'bad\.yaml:3:[0-9]+: .*raed'
explain -p "$work/bad.yaml" --json file
ok "in JSON" all ended 125 -- printed '"line": 3' -- printed '"paths": \[\]' -- silent
explain -p "$work/none.yaml" --json file
ok "no such policy, in JSON" all ended 125 -- printed '"severity": "error"' -- silent
printf 'trees:\n  - path: /no/such\n    allow: [read]\n' >"$work/bad.yaml"
explain -p "$work/bad.yaml" file
ok "a tree that is missing" all ended 125 -- said 'bad\.yaml:2:.*/no/such'
ln -sf loop loop
explain "${p[@]}" loop
ok "a loop of links" all ended 125 -- said '"loop" cannot be looked up'
if [[ -c /dev/full ]]; then
	status=0
	"$rootward" explain "${p[@]}" --json file >/dev/full 2>"$work/err" || status=$?
	ok "an explanation that cannot be written" all ended 125 -- said 'No space left'
fi

if can_be_nobody; then
	chmod 755 "$work" "$HOME" "$HOME/project"
	chmod 700 secret
	echo 'default: [read]' >"$work/p2.yaml"
	nobody explain -p "$work/p2.yaml" file
	ok "without privilege" all ended 0 -- printed 'walked over descriptors; the walk in the kernel takes root$' -- printed '^  allowed read_file'
	ok "and without libbpf's words" eval '! said libbpf'
	nobody explain -p "$work/p2.yaml" secret/closed
	ok "no permission to walk there" all ended 125 -- said '"secret/closed" cannot be looked up'
	nobody explain -p "$work/p2.yaml" --as 1 file
	ok "nor to look as another" all ended 125 -- said 'Permission denied'
	nobody explain -p "$work/p2.yaml" --as daemon file
	ok "nor to become another user" all ended 125 -- said 'becoming that user: Operation not permitted' -- said 'hint: root may'
	nobody explain -p "$work/p2.yaml" --as nobody --op read --op write_file file
	ok "but to ask for oneself" all printed 'ordinary permissions refuse nobody write_file'
else
	skips "not root" "without privilege" "and without libbpf's words" \
		"no permission to walk there" "nor to look as another" "nor to become another user" \
		"but to ask for oneself"
fi

finish
