#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# run_script.sh SOURCE: scripts/run.sh shows a tour whose stops all do what they promise, ends with three commands that work, and
# runs tools without a word of its own. The tools are built already.

set -u

source=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$source" || exit
failed=0

fail() {
    echo "FAIL: $*" >&2
    failed=1
}

start=$(date +%s)
scripts/run.sh >"$work/tour" 2>"$work/errors" || fail "the tour ends with $?"
[ $(($(date +%s) - start)) -lt 60 ] || fail 'the tour takes a minute or more'
# What stops say on standard error belongs to the tour.
[ ! -s "$work/errors" ] || fail "the tour writes to standard error: $(cat "$work/errors")"
# One stop shows a damaged file.
[ "$(grep -c '^(exit status ' "$work/tour")" -eq 1 ] || fail "stops that fail: $(grep -B 3 '^(exit status ' "$work/tour")"
[ "$(grep -c '^\$ ' "$work/tour")" -ge 5 ] || fail 'the tour has fewer than five stops'

mapfile -t commands < <(sed -n '/^Try next:$/,$p' "$work/tour" | tail -n +2)
[ ${#commands[@]} -eq 3 ] || fail "the tour ends with ${#commands[@]} commands"
for command in "${commands[@]}"; do
    sh -c "$command" >"$work/output" 2>"$work/errors" || fail "$command: exit status $?"
    [ "$(wc -l <"$work/output")" -ge 3 ] || fail "$command prints little"
done

scripts/run.sh sniff --version >"$work/output" 2>"$work/errors" || fail "--version ends with $?"
build/release/tools/pktsniff --version | cmp - "$work/output" || fail 'standard output is not the tool'\''s alone'
[ ! -s "$work/errors" ] || fail "nothing was built, but it says: $(cat "$work/errors")"
scripts/run.sh nothing >/dev/null 2>"$work/errors"
[ $? -eq 2 ] || fail 'a tool that does not exist is no mistake'
grep -q "'pktnothing'.*sniff" "$work/errors" || fail 'the message does not say what there is'
exit "$failed"
