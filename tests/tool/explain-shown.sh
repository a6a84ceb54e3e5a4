#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016,SC2034,SC2317 # commands for another shell; what lib.sh reads and calls
# How explanations are shown: names that harm, the picture, lines.
# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"

printf 'name: test\ndefault: [read]\n' >"$work/p.yaml"
p=(-p "$work/p.yaml")

# well_formed FILE: Meson is in Python, so that is there
well_formed() {
	python3 -c 'import sys, xml.dom.minidom as x; x.parse(sys.argv[1])' "$1"
}

# names that XML, a terminal or a reader would take for something else; each is one file's
shown() {
	local name=$1 text=$2 what=$3
	touch "$name"
	explain "${p[@]}" --svg "$work/x.svg" "$name"
	ok "$what: in a picture" all ended 0 -- grep -q -F ">${4-$text}<" "$work/x.svg" -- well_formed "$work/x.svg"
	explain "${p[@]}" "$name"
	ok "$what: in text" all grep -q -F "$text is /" "$work/out" -- grep -q -F " $text " "$work/out"
}
shown 'a]]>b' 'a]]>b' "the end of CDATA" 'a]]&gt;b'
shown $'a\xef\xbf\xbf' 'a\xef\xbf\xbf' "U+FFFF"
shown $'a\xef\xbf\xbe' 'a\xef\xbf\xbe' "U+FFFE"
shown $'a\xed\xa0\x80' 'a\xed\xa0\x80' "a surrogate"
shown $'a\xf4\x90\x80\x80' 'a\xf4\x90\x80\x80' "beyond U+10FFFF"
shown $'a\xf8\x88\x80\x80\x80' 'a\xf8\x88\x80\x80\x80' "five bytes"
shown $'a\xe0\x80\xaf' 'a\xe0\x80\xaf' "more bytes than it takes"
shown $'a\xc3' 'a\xc3' "half a character"
shown $'a\xc2\x9b' 'a\xc2\x9b' "C1"
shown $'a\xe2\x80\xae''b' 'a\xe2\x80\xaeb' "right to left"
shown $'a\xe2\x80\x8b''b' 'a\xe2\x80\x8bb' "without width"
shown $'a\xc3\xa4\xe4\xb8\xad\xf0\x9f\x98\x80' $'a\xc3\xa4\xe4\xb8\xad\xf0\x9f\x98\x80' "what can be seen"
shown 'a\x1b' 'a\\x1b' "a backslash"
shown $'a\033' 'a\x1b' "which is not the byte"

touch $'raw\xff'
explain "${p[@]}" --json $'raw\xff' 'raw\xff'
ok "in JSON: as shown, and byte by byte" all printed '"name": "raw\\\\xff"' -- printed '"name_hex": "726177ff"' -- printed '"path_hex": "726177ff"'
ok "and only where that differs" test "$(grep -c '"name_hex"' "$work/out")" = 1

# guards and fences: which, and what would open them
mkdir -p guard/a/b guard/c/d
cat >"$work/g.yaml" <<'END'
default: [all]
trees:
  - path: guard/a/b
    deny: [write_file]
  - path: guard/a
    allow: [read]
  - path: guard/c
    deny: [write]
END
g=(-p "$work/g.yaml")
explain "${g[@]}" --op remove_dir guard
ok "on the way to something denied: which" all ended 1 -- printed 'on the way to what is denied, guard/(a/b|c) - .*g.yaml:[37]:5$'
explain "${g[@]}" --op remove_dir guard/a
ok "also with a rule of its own that only allows" all ended 1 -- printed 'on the way to what is denied, guard/a/b - .*g.yaml:3:5$'
explain "${g[@]}" --op remove_dir guard/a/b
ok "a ruled one: its rule" all ended 1 -- printed 'must stay where it is, .* guard/a/b: deny write_file - .*g.yaml:3:5$'
explain "${g[@]}" --op remove_dir guard/c
ok "what a rule denies already stays with it" all ended 1 -- printed '^ +guard/c: deny write - .*g.yaml:7:5$' -- eval '! printed "stay where"'
explain "${g[@]}" --json --op remove_dir guard/a
ok "in JSON" all printed '"by": "guard"' -- printed '"tree": "guard/a/b"' -- printed '"origin": ".*g.yaml:3:5"'
explain "${g[@]}" --op write_file /proc/sys/kernel/hostname
ok "a fence: of which filesystem, and the word that opens it" all ended 1 -- printed 'by what proc gives access to; with keep: \[kernel_settings\] the trees decide$'
explain "${p[@]}" --op write_file /proc/sys/kernel/hostname
ok "told where only the default denies, for no rule would help" printed 'keep: \[kernel_settings\]'
explain "${g[@]}" --json --op write_file /proc/sys/kernel/hostname
ok "the word in JSON" all printed '"by": "system"' -- printed '"keep": "kernel_settings"'
printf 'default: [all]\nkeep: [kernel_settings]\n' >"$work/k.yaml"
explain -p "$work/k.yaml" --op write_file /proc/sys/kernel/hostname
ok "and with it, it is open" ended 0
if ((EUID == 0)) && mknod "$work/raw" b 7 200 2>/dev/null; then
	explain "${g[@]}" --op read_file "$work/raw"
	ok "a device: the word that opens it" all ended 1 -- printed 'keep: \[block_devices\]'
else
	skip "a device: the word that opens it" "not root"
fi

# the picture tells why
mkdir -p deep/er
cat >"$work/s.yaml" <<'END'
name: seen
default: [read]
trees:
  - path: deep
    allow: [write]
  - path: deep/er
    deny: [make_reg]
END
touch deep/file ' lead'
explain -p "$work/s.yaml" --svg "$work/x.svg" deep/file deep/er ' lead' file/no
ok "a picture without what cannot be explained" all ended 125 -- said '"file/no" cannot be looked up' -- well_formed "$work/x.svg"
ok "names that" has_line "$work/x.svg" '>not explained: file/no<'
ok "tells the rule that decided" all has_line "$work/x.svg" '>allowed write_file, .*<' -- has_line "$work/x.svg" '>deep: allow write - .*s.yaml:4:5<'
ok "the default" has_line "$work/x.svg" '>no tree decides, and it is not in default - .*s.yaml:2:10<'
ok "a guard" has_line "$work/x.svg" '>it must stay where it is, .* - deep/er: deny make_reg - .*s.yaml:6:5<'
ok "the policy, and what colours mean" all has_line "$work/x.svg" '>by policy seen \(.*s.yaml\)<' -- has_line "$work/x.svg" '>a mount begins<'
ok "and keeps blanks" all has_line "$work/x.svg" '> lead<' -- has_line "$work/x.svg" 'xml:space="preserve"'
explain --svg "$work/x.svg" deep/file
ok "without a policy, by which one" has_line "$work/x.svg" '>by the built-in policy'
explain -p "$work/s.yaml" --svg "$work/x.svg" --op write_file /proc/sys/kernel/hostname
ok "a fence" has_line "$work/x.svg" '>it could undo the confinement, .*keep: \[kernel_settings\]'
(cd "$(mktemp -d -p .)" && rmdir "$PWD" && try "$rootward" explain "${p[@]}" --svg "$work/x.svg" .)
ok "what is deleted" has_line "$work/x.svg" '>deleted<'
rm -f "$work/x.svg"
explain -p "$work/s.yaml" --svg "$work/x.svg" file/no
ok "of nothing there is none" all ended 125 -- test ! -e "$work/x.svg"
explain -p "$work/s.yaml" --svg "$work/x.svg" --json deep/file
ok "a picture beside JSON" all ended 0 -- printed '"version"' -- test -e "$work/x.svg"

# lines
if type script >/dev/null 2>&1; then
	try env TERM=dumb script -qec "$(printf '%q ' "$rootward" explain -p "$work/s.yaml" deep/er /proc/sys/kernel)" /dev/null
	tr -d '\r' <"$work/out" | sed -n '/walked/,$p' | grep -v "$work" >"$work/lines"
	ok "on a terminal, no line of a sentence is longer than it" all test -s "$work/lines" -- \
		test "$(awk 'length > 80' "$work/lines" | wc -l)" = 0
	ok "and nothing is lost" all printed '^  denied  make_reg, make_dir' -- grep -q -E '^ {10}make_block, remove_dir' "$work/lines"
else
	skips "no script(1)" "on a terminal, no line of a sentence is longer than it" "and nothing is lost"
fi
explain -p "$work/s.yaml" deep/er /proc/sys/kernel
ok "in a pipe, one line a sentence" printed '^  denied  make_reg, make_dir, .*, remove_dir, .*setxattr$'

# where a path leads
explain "${p[@]}" no/such
ok "what is missing where the path says" printed '^no/such: does not exist \(nor what is beneath it: such\)$'
ln -s "$PWD/no/such" dangling
explain "${p[@]}" dangling
ok "or where a link leads" printed '^dangling is .*/project/no/such: does not exist \(nor'
ln -s no same
explain "${p[@]}" same
ok "beside it, too" printed '^same is .*/project/no: does not exist$'
explain "${p[@]}" /proc/self/ns/net
ok "what has no path" all ended 0 -- printed '^/proc/self/ns/net: regular file$' -- eval '! printed " is /"'
explain "${p[@]}" --json /proc/self/ns/net
ok "in JSON" all ended 0 -- eval '! printed "\"real\""'
explain "${p[@]}" --as "$(id -un)" /proc/self/ns/net
ok "of which a user's permissions are not asked" ended 0
explain "${p[@]}" --json ''
ok "an empty path, in JSON" all ended 125 -- printed '"message": "a path is empty"' -- quiet

finish
