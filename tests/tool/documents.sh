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
targets=$(grep -o -h -E '`make [a-z-]+`' README.md docs/*.md | tr -d '`' | awk '{ print $2 }' | sort -u)
for target in $targets; do
	ok "make $target exists" grep -q "^$target:.*## " Makefile
done
paths=$(grep -o -h -E '\]\([a-z./_-]+\)' README.md | tr -d '])(' | sort -u)
for path in $paths; do
	ok "README: $path is there" test -e "$path"
done

finish
