#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016,SC2034 # commands for another shell; what lib.sh reads
# What the repository says about itself: examples work, tables are up to date, files are in shape.
# the policies give /tmp away, and landlock would refuse a denied HOME in there
TMPDIR=/var/tmp
# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"

mkdir -p node_modules .git/hooks public state
cp "$(type -P true)" server
for example in "$source"/examples/*.yaml; do
	options=()
	# on whatever engine there is; that one is made for bpf
	[[ $example != */agent.yaml ]] || options=(--best-effort)
	run -p "$example" "${options[@]}" -- "$(type -P true)"
	ok "examples/${example##*/} is a policy, and true runs under it" ended 0
done

status=0
"$source/tools/gen-docs" --check >"$work/out" 2>"$work/err" || status=$?
ok "docs/ are what the sources say" ended 0

cd "$source" || exit
# what is not ours to shape: patches for Linux, licenses
mapfile -t files < <(find . -path ./.git -prune -o -path './build*' -prune -o -path ./kernel -prune \
	-o -path ./LICENSES -prune -o -type f -printf '%P\n')
ok "there are files" test "${#files[@]}" -gt 50
mapfile -t code < <(printf '%s\n' "${files[@]}" | grep -E '\.(c|h|sh|py)$|meson\.build$')
ok "each source names its license" eval '! grep -L SPDX-License-Identifier "${code[@]}" | grep . >"$work/out"'
ok "none is longer than 450 lines" eval '! wc -l "${code[@]}" | awk "\$1 > 450 && \$2 != \"total\"" | grep . >"$work/out"'
try tools/format --check
if ((status == 77)); then
	skip "C is in shape" "$(<"$work/out")"
else
	ok "C is in shape" ended 0
fi
# docs/policy.md against the keys
keys=$(sed -n -E 's/^\t\{ "([a-z_]+)", KEY_.*/\1/p' lib/policy_keys.c | sort -u)
ok "there are keys" test "$(wc -w <<<"$keys")" -ge 20
documented=$(sed -n '/^## Keys/,/^## Owners/p' docs/policy.md | sed -n -E '/^\| `/ s/^\|([^|]*)\|.*/\1/p' | grep -o '[a-z_]*' | sort -u)
ok "docs/policy.md has a row for each, and no other" test "$keys" = "$documented"
# docs/operations.md against the table of operations and the programs
words=$(sed -n -E 's/^\tX\([A-Z_]+, ([a-z_]+), .*/\1/p' include/rootward/ops.h)
table=$(sed -n '/^<!-- hooks-table -->$/,/^<!-- hooks-end -->$/p' docs/operations.md)
ok "docs/operations.md has a row for each operation, and no other" \
	test "$words" = "$(sed -n -E 's/^\| `([a-z_]+)` \|.*/\1/p' <<<"$table")"
ok "each row has all columns" eval '! awk -F " *[|] *" "/^\|/ && NF != 7" <<<"$table" | grep .'
programs=$(grep -h -o -E 'lsm/[a-z_]+|^(DECIDE_PATH|DECIDE_INSIDE|FENCE_TASK|DENY_ALWAYS)\([a-z_]+' \
	bpf/hooks_*.bpf.h bpf/guard.bpf.h | sed -E 's/.*[/(]//' | sort -u)
ok "there are hooks" test "$(wc -w <<<"$programs")" -gt 50
for program in $programs; do
	ok "docs/operations.md names the hook $program" grep -q "\`$program\`" docs/operations.md
done
for hook in $(cut -d "|" -f 3 <<<"$table" | grep -o -E '`(file|path|inode|unix|uring|mmap)_[a-z_]+`' | tr -d '\`' | sort -u); do
	ok "a program is on $hook" grep -q -x "$hook" <<<"$programs"
done
targets=$(grep -o -h -E '`make [a-z-]+`' README.md docs/*.md | tr -d '`' | awk '{ print $2 }' | sort -u)
for target in $targets; do
	ok "make $target exists" grep -q "^$target:.*## " Makefile
done
paths=$(grep -o -h -E '\]\([a-z./_-]+\)' README.md | tr -d '])(' | sort -u)
for path in $paths; do
	ok "README: $path is there" test -e "$path"
done

finish
