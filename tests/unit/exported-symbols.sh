#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What the shared library exports is what the header declares, no more, no less.
# usage: exported-symbols.sh LIBRARY HEADER...
set -eu

library=$1
shift
exported=$(nm -D --defined-only "$library" | sed -n 's/.* T \([A-Za-z0-9_]*\)@@ROOTWARD_.*/\1/p' | sort)
others=$(nm -D --defined-only "$library" | grep -v ' A ROOTWARD_' | grep -v ' T [A-Za-z0-9_]*@@ROOTWARD_' || true)
# the name may be on the second line of a declaration
declared=$(cat "$@" | sed -n '/^ROOTWARD_API/ { /(/! { N; s/\n/ / }
	s/^ROOTWARD_API [^(]*[ *]*\<\([a-z_]*\)(.*/\1/p }' | sort)

echo 1..3
n=0
check()
{
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		printf '%s\n' "$2" | sed 's/^/# got    /'
		printf '%s\n' "$3" | sed 's/^/# wanted /'
		failed=1
	fi
}
failed=0
check "the exported functions are the declared ones" "$exported" "$declared"
check "nothing else is exported" "$others" ""
check "there are some" "$([ -n "$declared" ] && echo yes)" yes
exit $failed
