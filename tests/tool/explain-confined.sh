#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016,SC2034,SC2317 # commands for another shell; what lib.sh reads and calls
# rootward explain without a policy, by somebody who is confined: what is not in force is no answer.
# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"

# within ARGUMENT... -- COMMAND: confined by landlock, which nobody can ask
within() {
	try "$rootward" run --best-effort --engine landlock "$@"
}
explain='exec "$0" explain "$@"'
denied() {
	ended 1 && ! printed '^  allowed'
}
by='^by what rootward run applied by the landlock engine, as the environment says'

if ! "$rootward" run --best-effort --engine landlock true 2>/dev/null; then
	skip "what is confined by landlock" "no engine works here"
	finish
fi
mkdir -p sub/ro deep
echo 'default: [read, execute]' >"$work/home/p.yaml"
printf 'default: [all]\ntrees:\n  - path: sub\n    deny: [write]\n' >"$work/home/deny.yaml"

within -- sh -c "$explain" "$rootward" --op write_file ../other/file
ok "the built-in policy, which is in force" all denied -- printed "$by"
within -- sh -c "cd sub && $explain" "$rootward" --op write_file new
ok "from where it was started" all ended 0 -- printed "^ +$PWD: allow all - built-in"
within -- sh -c '"$0" explain --op write_file "$TMPDIR"' "$rootward"
ok "with its temporary directory" all ended 0 -- printed 'allow all - the private temporary'
within --deny sub -- sh -c "$explain" "$rootward" --op write_file sub/f
ok "with what was added" all denied -- printed 'deny all - --deny'
within --ro sub/ro -p ../p.yaml -- sh -c "cd deep && $explain" "$rootward" --op write_file ../sub/ro/f
ok "with a policy, from another directory" all denied -- printed 'deny write - --ro'
within -p ../p.yaml -p ../deny.yaml -- sh -c "$explain" "$rootward" --op read_file file
ok "with several policies" ended 0
within -p ../p.yaml -p ../deny.yaml -- sh -c "$explain" "$rootward" --op write_file sub
ok "every one of which must allow" denied
within --rw "$TMPDIR" -p ../p.yaml -- "$rootward" run --best-effort --engine landlock --deny deep -- \
	"$rootward" explain --op read_file --op write_file file deep/f
ok "and all around that" all ended 1 -- printed 'and what is around that' -- printed 'deny all - --deny' -- \
	printed 'no tree decides, and it is not in default - .*p.yaml'
within -- sh -c "$explain" "$rootward" --json --op write_file file
ok "in JSON" all ended 0 -- printed '"by": "environment"'
within -p ../p.yaml -- sh -c "$explain" "$rootward" -p ../deny.yaml --op write_file file
ok "with -p that policy, in force or not" all ended 0 -- eval '! printed environment'
# its environment is that of the policy only from execve() on, so the command itself says who it is
within -- sh -c 'echo $$ >sleeper; exec sleep 100' &
runner=$!
wait_for test -s sleeper
sleeper=$(<sleeper)
try "$rootward" explain --as "$sleeper" --op write_file ../other/file
ok "--as PID: by the environment that it was started with" all denied -- printed "$by"
kill "$sleeper"
wait $runner

# where it cannot be had, nothing is told
unknown='the environment says that rootward confines the process, but not by what'
within -p - -- sh -c "$explain" "$rootward" file <"$work/home/p.yaml"
ok "a policy from standard input" all ended 125 -- said "$unknown: the policy came from standard input" -- eval '! printed allowed'
cp "$work/home/p.yaml" changed.yaml
within --rw . -p changed.yaml -- sh -c "echo 'default: [all]' >changed.yaml; $explain" "$rootward" file
ok "a policy that has been changed" all ended 125 -- said "$unknown: the policy has been changed since" -- eval '! printed allowed'
within --deny ../other -p ../p.yaml -- sh -c "$explain" "$rootward" ../other/file
ok "a place that cannot be looked up" eval 'ended 0 || ended 125'
within --deny ../p.yaml -p ../p.yaml -- sh -c "$explain" "$rootward" file
ok "a policy that cannot be read" all ended 125 -- said 'Permission denied|permission' -- eval '! printed allowed'
for value in '' nonsense '[]' '[null]' '{}' '[{"engine":"landlock"}]'; do
	try env ROOTWARD_CONFINED_BY="$value" "$rootward" explain file
	ok "an environment of no sense: $value" all ended 125 -- said "$unknown" -- eval '! printed allowed'
done
try env ROOTWARD_CONFINED_BY=nonsense "$rootward" run --best-effort --engine landlock -- "$rootward" explain file
ok "which a run does not mend" all ended 125 -- said "$unknown"

finish
