#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Programs that are loaded for one question need no symbol that libbpf finds in kallsyms: going
# through it takes a tenth of a second, whatever the machine does besides.
# usage: light-programs.sh OBJECT...
set -eu

n=0 failed=0
echo "1..$#"
for object; do
	n=$((n + 1))
	# functions of the kernel are found by its type information
	symbols=$(readelf -sW "$object" | awk '$7 == "UND" && $8 != "" && $8 !~ /^bpf_/ { print $8 }')
	if [ -z "$symbols" ] && readelf -sW "$object" | grep -qE ' rw_explain(_label)?$'; then
		echo "ok $n - ${object##*/} is quick to load"
	else
		failed=1
		echo "not ok $n - ${object##*/} is quick to load"
		echo "# needs: $symbols"
	fi
done
exit $failed
