#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016,SC2034 # commands for another shell; what lib.sh reads
# rootward doctor: what it says must be so. What is so is found out otherwise here.
# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"

doctor() {
	try "$rootward" doctor "$@"
}

# answers TITLE ANSWER: the line of that title
answers() {
	grep -q -E "^$1 +$2( |\$)" "$work/out"
}

# yes_if COMMAND...: the answer that it calls for
yes_if() {
	if "$@" >/dev/null 2>&1; then echo yes; else echo no; fi
}

works() {
	"$rootward" run --best-effort --engine "$1" true
}

mounts=$(cat /proc/self/mountinfo)
doctor
bpf=$(yes_if works bpf) landlock=$(yes_if works landlock)
# no_bit ANSWER BIT: of the status, for an engine that does not work
no_bit() {
	if [[ $1 == yes ]]; then echo 0; else echo "$2"; fi
}
wanted=$(($(no_bit "$bpf" 1) + $(no_bit "$landlock" 2)))
echo "# bpf $bpf, landlock $landlock"
doctor
ok "the status says which engines work" all ended $wanted -- quiet
ok "engine bpf: as a run has it" answers 'engine bpf' "$bpf"
ok "engine landlock: too" answers 'engine landlock' "$landlock"
if ((EUID == 0)); then
	# a policy on a filesystem that nobody else has; what it leaves running ends with its namespace
	mkdir asked
	printf 'default: [all]\ntrees: [{path: asked, deny: [read_file]}]\n' >asked.yaml
	fanotify=$(yes_if unshare -m -p -f sh -c 'mount -t proc proc /proc && mount -t tmpfs run /run &&
		mount -t tmpfs asked asked && timeout 30 "$0" load --engine fanotify asked.yaml' "$rootward")
	ok "engine fanotify: as load has it" answers 'engine fanotify' "$fanotify"
fi
[[ ! ${ROOTWARD_ENGINE-} ]] || ok "bpf works, as it should here" answers 'engine bpf' yes
engine=$("$rootward" run -v true 2>&1 | sed -n 's/.*the engine is //p')
last='rootward run takes '$engine' here'
[[ $engine ]] || last='rootward run does not work here'
ok "the last line says what run does" eval 'tail -n 1 "$work/out" | grep -q "^$last"'
ok "each no says what would change it" test "$(sed '/^engine/,$d' "$work/out" | grep -c -E '^[^ ].{22}(no|\?)( |$)')" \
	= "$(grep -c -E '^ +->' "$work/out")"
ok "no line but the last is longer than 80" test "$(head -n -1 "$work/out" | awk 'length > 80' | wc -l)" = 0
ok "the kernel" grep -q -F "Linux $(uname -r), $(uname -m)" "$work/out"

if [[ -r /sys/kernel/security/lsm ]]; then
	lsm=$(</sys/kernel/security/lsm)
	for name in bpf landlock; do
		answer=$(yes_if eval '[[ ,$lsm, == *,$name,* ]]')
		ok "$name in lsm=: $answer" answers "$name in lsm=" "$answer"
	done
	# the list is capability, which cannot be left out, and what always comes along
	if [[ $lsm != *landlock* && $lsm != *bpf* ]]; then
		ok "the parameter that would add both" printed 'add lsm=landlock,([a-z]+,)*bpf to'
	fi
else
	# no securityfs here: the kernel is asked, or it stays unknown
	ok "the list of lsm=" eval 'answers "bpf in lsm=" "(yes|no)" || answers "list of lsm=" "\?"'
fi
ok "the kernel's types" answers "kernel's types .BTF." "$(yes_if test -r /sys/kernel/btf/vmlinux)"
if ((EUID == 0)); then
	symbols=$(grep -c -E '^[0-9a-f]*[1-9a-f][0-9a-f]* . (rename|mount)_lock$' /proc/kallsyms)
	ok "data symbols: $symbols of 2" answers 'data symbols' "$(yes_if test "$symbols" = 2)"
fi

((EUID != 0)) || ok "idmapped mounts can be tried" answers 'idmapped mounts' '(yes|no)'
# in a namespace, which has a limit of its own
if unshare -U -r true 2>/dev/null; then
	ok "user namespaces" answers 'user namespaces' yes
	unshare -U -r sh -c 'echo 0 >/proc/sys/user/max_user_namespaces; exec "$0" doctor' "$rootward" >"$work/out" 2>"$work/err"
	ok "when none may be made: the reason, and what would change it" \
		all answers 'user namespaces' 'no +user.max_user_namespaces is 0' -- \
		printed '^ +-> +sysctl user.max_user_namespaces=' -- answers 'idmapped mounts' '\?'
	ok "root of a namespace has no power over BPF" all answers privileges 'no +root of a user' -- \
		answers 'engine bpf' no
else
	ok "user namespaces" answers 'user namespaces' no
fi

doctor
ok "no mount is left" test "$(cat /proc/self/mountinfo)" = "$mounts"
if ((EUID == 0)); then
	unshare -m sh -c 'umount -l /sys/fs/bpf 2>/dev/null; cp /proc/self/mountinfo before
		"$0" doctor; cmp before /proc/self/mountinfo' "$rootward" >"$work/out" 2>"$work/err"
	ok "a BPF filesystem can be mounted, and is not" all answers 'BPF filesystem' yes -- eval '! printed before' -- quiet
	unshare -m sh -c 'mount -t tmpfs none /sys/kernel/btf && "$0" doctor' "$rootward" >"$work/out" 2>"$work/err"
	ok "a kernel that does not tell its types: nothing but the answers" all quiet -- \
		answers "kernel's types .BTF." no -- answers 'engine bpf' 'no +/sys/kernel/btf/vmlinux cannot be read'
	# without PATH ARGUMENT...: with nothing mounted on PATH
	without() {
		try unshare -m sh -c 'umount -l "$1" && shift && exec "$0" "$@"' "$rootward" "$@"
	}
	without /sys doctor
	ok "no /sys: no other kernel is asked for" all quiet -- printed '^ +-> +mount -t sysfs sysfs /sys' -- \
		eval '! printed "a kernel (from 6.1|built with CONFIG_(DEBUG|SECURITY))"'
	without /proc --version
	if ((status == 0)); then
		without /proc doctor
		ok "no /proc: what would change that" all test $status -ge 2 -- quiet -- \
			printed '^ +-> +mount (-t proc proc )?/proc' -- \
			eval '! printed "a kernel from 6.1"' -- answers 'engine landlock' no -- \
			answers 'engine fanotify' no -- eval '! printed "^rootward run takes landlock"'
		without /proc explain file
		ok "explain says so, too" all ended 125 -- said 'from /proc/self/mountinfo' -- \
			said 'hint: mount /proc'
	else
		skips "sanitizers need /proc" "no /proc: what would change that" "explain says so, too"
	fi
	doctor
fi
ok "no process is left" eval '! pgrep -P $$ rootward >/dev/null'
ok "with SIGCHLD ignored by the caller" eval 'env --ignore-signal=CHLD "$rootward" doctor | cmp - "$work/out"'

"$rootward" run --best-effort -- "$rootward" doctor >"$work/out" 2>"$work/err"
status=$?
[[ ! $engine ]] || ok "confined: bpf is out of reach" all answers 'engine bpf' no -- test $status != 0

if can_be_nobody; then
	nobody doctor
	wanted=$((1 + $(no_bit "$landlock" 2)))
	ok "without privilege: landlock at most" all ended $wanted -- quiet -- answers 'engine bpf' 'no +the bpf engine needs' -- \
		answers 'engine fanotify' 'no +only root'
	ok "and landlock as ever" answers 'engine landlock' "$landlock"
	ok "what only root can try is not denied" answers 'BPF iterators' '\?'
	ok "user namespaces are the same for both" answers 'user namespaces' \
		"$(yes_if eval '"$rootward" doctor | grep "^user namespaces *yes"')"
else
	skips "not root" "without privilege: landlock at most" "and landlock as ever" \
		"what only root can try is not denied" "user namespaces are the same for both"
fi

doctor --json
ok "--json" all quiet -- grep -q -F "\"kernel\": \"$(uname -r)\"" "$work/out" -- printed '"name": "bpf_lsm"' -- printed '"name": "landlock_abi"'
ok "names the engine" printed "^  \"engine\": $([[ $engine ]] && echo "\"$engine\"" || echo null)"
if type python3 >/dev/null 2>&1; then
	ok "each no has its reason" python3 -c '
import json, sys
for a in json.load(sys.stdin)["abilities"]:
	assert a["works"] or a["why"], a
	assert a["works"] or a["change"] or a["name"] in ("bpf", "landlock"), a' <"$work/out"
fi

doctor now
ok "an argument: 125" all ended 125 -- said 'no argument is taken'
colours '^privileges ' doctor

finish
