# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016,SC2154 # commands for another shell; what lib.sh sets
#
# What tests of learning share; behind lib.sh.

learn() {
	try "$rootward" learn "$@"
}

again() {
	try "$rootward" run --engine bpf --explain-denials -p "$work/p.yaml" -- "$@"
}

# What became of it, for who reads the log.
show() {
	sed 's/^/# /' "$work/p.yaml"
}

# learned COMMAND...: tests: it is learned, the policy is one, and lets the command run and no more.
# `fresh` makes the world what it was before; `renew` what the second run needs of it.
renew() {
	:
}
learned() {
	learned_besides_secrets "$@"
	again cat "$HOME/.ssh/id_rsa"
	ok "$1: no secrets" all eval '! printed secret' -- eval '! ended 0'
}

# The same of a command whose work is among secrets.
learned_besides_secrets() {
	fresh
	learn -o "$work/p.yaml" -- "$@"
	ok "learn from $1" all ended 0 -- test -s "$work/p.yaml" -- quiet
	show
	try "$rootward" check "$work/p.yaml"
	ok "$1: check passes" ended 0
	fresh
	again "$@"
	ok "$1: runs under it" all ended 0 -- said '^rootward: 0 accesses denied'
	renew
	again "$@"
	ok "$1: and again" all ended 0 -- said '^rootward: 0 accesses denied'
	again cat "$HOME/other/file"
	ok "$1: nothing else" all eval '! printed other' -- eval '! ended 0'
}
