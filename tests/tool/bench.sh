#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016,SC2034 # commands for another shell; what lib.sh reads
# rootward bench: what it says hangs together, and nothing is left behind. How fast anything is, is
# never asked here.
# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"

place=$work/place
mkdir "$place"
works() {
	"$rootward" run --best-effort --engine "$1" true >/dev/null 2>&1
}
engines=()
for engine in bpf landlock; do
	! works $engine || engines+=("$engine")
done
echo "# engines: ${engines[*]}"

# bench_in DIR OPTION...: soon done
little=(--rounds 2 --times 3 --rules 20 --starts 1)
bench_in() {
	try "$rootward" bench "${little[@]}" --dir "$@"
}

# bench OPTION...: in a place of its own
bench() {
	bench_in "$place" "$@"
}

clean() {
	[[ -z $(ls -A "$place") ]] && ! pgrep -f "^$rootward bench" >/dev/null
}

# nothing but that the machine is busy
silent() {
	! grep -v '^rootward: warning: the machine is busy' "$work/err" | grep -q .
}

# table: the lines of the table that are about a depth, or a line through all
table() {
	grep -E '^([0-9]+ (rules?|policies)) +([0-9]+|fixed|ancestor)( +(-?[0-9.]+|-)){5}$' "$work/out"
}

bench
if ((${#engines[@]} == 0)); then
	ok "without any engine nothing can be measured" all ended 125 -- clean -- said 'nothing can be measured'
	finish
fi
ok "it measures" all ended 0 -- clean
ok "a line for each depth, and two, by policy" test "$(table | wc -l)" = 18
ok "the policies" test "$(table | sed -E 's/ {2,}.*//' | uniq -c | tr -s ' ')" = \
	$' 6 1 rule\n 6 20 rules\n 6 8 policies'
ok "the depths" test "$(table | awk '/^1 rule/ { print $3 }' | xargs)" = '5 10 20 40 fixed ancestor'
ok "opening and closing takes time" test "$(table | awk '$3 + 0 && $4 <= 0' | wc -l)" = 0
ok "the kernel" printed "Linux $(uname -r), $(uname -m), 20[0-9-]{8}\$"
ok "no line is longer than 90" test "$(grep -v -E '^[0-9]+ processor|is left out' "$work/out" | awk 'length > 90' | wc -l)" = 0
ok "run is measured" printed '^rootward run -- true, in ms .*[0-9]\.[0-9]'
column=4
for engine in bpf landlock; do
	((++column))
	# the words of a line: number, unit, depth, no policy, bpf, landlock, ratio, bystanders
	empty=$(table | awk -v c=$column '$c == "-"' | wc -l)
	if works $engine; then
		ok "$engine is measured" all test "$empty" = 0 -- eval "! printed '^$engine is left out'"
	else
		ok "$engine does not work: left out, with the reason" all test "$empty" = 18 -- \
			printed "^$engine is left out, it does not work here: .+"
		bench --engine $engine
		ok "$engine alone: nothing can be measured" all ended 125 -- clean -- \
			said 'nothing can be measured' -- said "^rootward: $engine: .+" -- eval '! printed .'
	fi
done
bench --engine "${engines[-1]}" --starts 0
ok "one engine" all ended 0 -- clean -- eval '! printed "left out"'
ok "no commands, if so asked" eval '! printed "rootward run"'

# JSON and the picture, of one run
bench --json --svg plot.svg --unit 'a<&"word'
ok "--json, --svg" all ended 0 -- clean -- silent
if type python3 >/dev/null 2>&1; then
	ok "JSON hangs together" python3 -c '
import json, sys
from collections import defaultdict
bench = json.load(sys.stdin)
engines = sys.argv[1:]
lines = defaultdict(dict)
for row in bench["rows"]:
	lines[row["policies"], row["rules"]][row["depth"] or row["line"]] = row
assert list(lines) == [(1, 1), (1, 20), (8, 1)], list(lines)
near = lambda a, b: abs(a - b) <= 1e-5 * (abs(a) + abs(b) + 1)
total = {}
for key, rows in lines.items():
	depths = [d for d in rows if isinstance(d, int)]
	assert depths == [5, 10, 20, 40], depths
	for column in engines + ["no_policy"]:
		y = [rows[d][column] for d in depths]
		total[key, column] = sum(y)
		mean = sum(depths) / 4
		rise = sum((d - mean) * v for d, v in zip(depths, y)) / sum((d - mean) ** 2 for d in depths)
		assert near(rows["ancestor"][column], rise), (column, rise)
		assert near(rows["fixed"][column], sum(y) / 4 - rise * mean)
	for column in {"bpf", "landlock"} - set(engines):
		assert all(row[column] is None for row in rows.values())
		assert column in bench["left_out"]
for engine in engines:
	for ratio, key in ("rules", (1, 20)), ("policies", (8, 1)):
		assert abs(bench["ratios"][ratio][engine] * total[(1, 1), engine] - total[key, engine]) < 0.1
	assert bench["starts"][engine] > 0 and bench["starts"]["alone"] > 0
assert bench["busy"] == (bench["spread"] > 0.1)
assert (bench["rounds"], bench["percentile"], bench["unit"]) == (2, 50, "a<&\"word")
' "${engines[@]}" <"$work/out"
	ok "the picture shows what JSON says" python3 -c '
import json, sys, xml.etree.ElementTree as xml
bench, picture = json.load(open(sys.argv[1])), xml.parse(sys.argv[2])
space = "{http://www.w3.org/2000/svg}"
texts = [(t.text, t.get("text-anchor"), float(t.get("y"))) for t in picture.iter(space + "text")]
assert any(t[0] == "a<&\"word" for t in texts)
ticks = [(float(t), y - 4) for t, anchor, y in texts if anchor == "end" and t.lstrip("-").isdigit()]
(v0, y0), (v1, y1) = ticks[0], ticks[-1]
height, width = float(picture.getroot().get("height")), float(picture.getroot().get("width"))
for engine in sys.argv[3:]:
	for rules, kind in (1, "one"), (20, "many"):
		dots = [(float(c.get("cx")), float(c.get("cy"))) for c in picture.iter(space + "circle")
			if c.get("class") == engine + " " + kind][:4]
		rows = [r for r in bench["rows"] if r["policies"] == 1 and r["rules"] == rules and r["depth"]]
		for (x, y), row in zip(dots, rows, strict=True):
			value = v0 + (y - y0) * (v1 - v0) / (y1 - y0)
			assert abs(value - row[engine]) < abs(v1 - v0) / 200, (value, row)
			assert abs(x - 96 - 600 * row["depth"] / 40) < 1
			assert 0 < x < width and 0 < y < height
		assert any(t[0].startswith(engine + ", ") for t in texts)
' "$work/out" plot.svg "${engines[@]}"
else
	skips "no python3" "JSON hangs together" "the picture shows what JSON says"
fi

# by_time TIMES SECONDS; sets rounds
by_time() {
	try "$rootward" bench --dir "$place" --rules 20 --starts 0 --engine "${engines[-1]}" --times "$1" --time "$2"
	rounds=$(sed -n -E 's/.* of ([0-9]+) rounds or more.*/\1/p' "$work/out")
}
by_time 1 2
ok "by time: rounds go on until then" all ended 0 -- clean -- test "$rounds" -gt 10
by_time 10000 1
ok "but ten at least" all ended 0 -- test "$rounds" = 10

# ending early
for signal in INT TERM HUP; do
	env --default-signal=INT "$rootward" bench --dir "$place" --rules 20 --svg early.svg >"$work/out" 2>"$work/err" &
	pid=$!
	wait_for eval '[[ -n $(ls -A "$place") ]]'
	kill -$signal $pid
	status=0
	wait $pid || status=$?
	ok "SIG$signal ends it, and nothing is left" all ended $((128 + $(kill -l $signal))) -- \
		clean -- test ! -e early.svg -- eval '! printed .' -- quiet
done
if type script >/dev/null 2>&1; then
	rm -f status
	(wait_for eval '[[ -n $(ls -A "$place") ]]'; printf '\003'; wait_for test -e status) |
		timeout 60 script -qec "trap : INT; $rootward bench --rules 20 --dir $place; echo \$? >status" /dev/null >"$work/out" 2>&1
	status=$(cat status)
	ok "ctrl-C, too" all ended 130 -- clean -- printed 'measuring in .*; ctrl-C ends it'
else
	skip "ctrl-C, too" "no script(1)"
fi
"$rootward" bench --dir "$place" --rules 20 >"$work/out" 2>"$work/err" &
pid=$!
wait_for pgrep -P $pid >/dev/null
kill -9 $pid
wait $pid 2>/dev/null
ok "killed: its processes do not outlive it" wait_for eval '! pgrep -f "^$rootward bench" >/dev/null'
rm -rf "${place:?}"/*

# where it cannot be done
bench_in no/such
ok "no such directory" all ended 125 -- said 'cannot measure in no/such: No such file'
bench_in file
ok "a file" all ended 125 -- said 'cannot make directories and files in .*/file: Not a directory' -- said 'hint: --dir'
deep=$place/$(printf 'd/%.0s' {1..8})
mkdir -p "$deep"
nearest=$(tr -cd / <<<"$(realpath "$deep")/x" | wc -c)
bench_in "$deep"
ok "a deep one: fewer depths, and that is said" all ended 0 -- said 'is deep: the first depth that is measured is [1-4]0' -- \
	test "$(table | awk '/^1 rule/ && $3 + 0 && $3 < '"$nearest" | wc -l)" = 0 -- test "$(table | wc -l)" -ge 12 -- test -z "$(ls -A "$deep")"
mkdir -p "$deep/$(printf 'd/%.0s' {1..30})"
bench_in "$deep/$(printf 'd/%.0s' {1..30})"
ok "one that is too deep" all ended 125 -- said 'is too deep' -- said 'hint: --dir'
rm -rf "${place:?}"/*
bench --svg no/such.svg
ok "a picture that cannot be made: known at once" all ended 125 -- said 'cannot write no/such.svg: No such file' -- clean
if [[ -c /dev/full ]]; then
	bench --svg /dev/full
	ok "or written" all ended 125 -- said 'cannot write /dev/full: No space left'
	"$rootward" bench --dir "$place" "${little[@]}" >/dev/full 2>"$work/err"
	status=$?
	ok "a table that cannot be written" all ended 125 -- said 'No space left' -- clean
fi
echo kept >kept.svg
bench_in /proc --svg kept.svg
ok "a picture from before stays until there is another" test "$(cat kept.svg)" = kept
if ((EUID == 0)); then
	try unshare -m sh -c 'mount -t tmpfs -o nr_inodes=100 none "$1" || exit
		"$0" bench --rules 50 --dir "$1"; status=$?; ls -A "$1"; exit $status' "$rootward" "$place"
	ok "a full disk" all ended 125 -- said "cannot make directories and files in .*/place: No space left" -- eval '! printed .'
else
	skip "a full disk" "not root"
fi

# without privilege
if can_be_nobody && works landlock; then
	chmod 777 "$HOME" "$TMPDIR" "$place"
	cd /
	nobody bench "${little[@]}"
	cd "$HOME/project" || exit
	ok "landlock needs no privilege, and there is a place" all ended 0 -- test -z "$(ls -A "$TMPDIR")" -- \
		printed '^bpf is left out, it does not work here: BPF LSM needs root' -- \
		test "$(table | awk '$6 == "-"' | wc -l)" = 0
	nobody bench "${little[@]}" --dir /
	ok "not where nobody may write" all ended 125 -- said 'cannot make directories and files in /: Permission denied'
else
	skips "not root" "landlock needs no privilege, and there is a place" "not where nobody may write"
fi

# confined, if need be as root: a policy may forbid what permissions allow
if works landlock; then
	try "$rootward" run --engine landlock -- "$rootward" bench "${little[@]}"
	ok "confined: there is a place, and landlock is measured within landlock" all ended 0 -- \
		test "$(table | awk '$6 == "-"' | wc -l)" = 0
fi

# wrong words
for wrong in "--time 0" "--time x" "--time 1.5" "--time -1" "--time=" "--rounds 1" "--times 0" "--rules 2" \
	"--rules 100000" "--percentile 101" "--starts 99999999999999999999"; do
	# shellcheck disable=SC2086 # an option and its value
	bench $wrong
	option=${wrong%%[ =]*}
	ok "$wrong" all ended 125 -- said "^rootward: $option: \".*\" is not a number from [0-9]+ to [0-9]+\$" -- eval '! printed .'
done
bench --engine all --engine bpf
ok "an engine twice" all ended 125 -- said 'engine is given twice'
bench --engine lundlock
ok "no such engine: the nearest" all ended 125 -- said 'did you mean landlock'
bench now
ok "an argument" all ended 125 -- said 'no argument is taken, there is "now"'

finish
