#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016,SC2034 # commands for another shell; what lib.sh reads
# Options, wherever they stand.
# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"

printf 'default: [read, execute]\n' >"$work/p.yaml"
rootward() {
	try "$rootward" "$@"
}

rootward explain -p "$work/p.yaml" file --op write
ok "behind a path: an option all the same" all ended 1 -- printed '^  denied' -- quiet
rootward explain file --op write_file -p "$work/p.yaml" ../other/file
ok "between paths" all ended 1 -- printed '^file is ' -- printed '^\.\./other/file is '
rootward check "$work/p.yaml" --json
ok "of check" all ended 0 -- printed '"policies"'
touch ./--op
rootward explain -p "$work/p.yaml" -- --op
ok "behind --: a path" all ended 0 -- printed '^--op: regular file|^--op is '
rootward run --best-effort -- echo --op -p
ok "of the command that is run: its own" all ended 0 -- printed '^--op -p$'
rootward run --best-effort echo --op -p
ok "without --, too" all ended 0 -- printed '^--op -p$'
for args in 'file --jsn' '--jsn file' '--svg x.svg --jsn' 'file -P --jsn'; do
	# shellcheck disable=SC2086 # words
	rootward explain $args
	ok "an unknown one: $args" all ended 125 -- said 'no option --jsn$' -- said 'did you mean --json'
done
rootward explain file -Px
ok "an unknown letter" all ended 125 -- said 'no option -x$'
rootward explain --svg -x.svg file -x
ok "behind what looks like one" all ended 125 -- said 'no option -x$'
rootward explain file --op
ok "one without its value" all ended 125 -- said '--op: OPERATION is missing'
rootward explain file --json=yes
ok "one with a value that it does not take" all ended 125 -- said '--json takes no value'

finish
