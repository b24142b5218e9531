#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# help.sh TOOL LIST: --help fits a screen of 80 columns and 40 lines and shows an example; --help=all stays within the columns and
# names every option of LIST, which the tool's generator wrote; both go to standard output alone and end with 0.

set -u

tool=$1
list=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

fail() {
    echo "FAIL: ${tool##*/} $*" >&2
    failed=1
}

for option in --help --help=all; do
    "$tool" "$option" >"$work/$option" 2>"$work/errors" </dev/null || fail "$option ends with $?"
    [ ! -s "$work/errors" ] || fail "$option writes to standard error: $(cat "$work/errors")"
    awk -v tool="${tool##*/}" -v option="$option" \
        'length > 80 { print "FAIL: " tool " " option ": " length " columns: " $0; bad = 1 } END { exit bad }' \
        "$work/$option" >&2 || failed=1
done

lines=$(wc -l <"$work/--help")
{ [ "$lines" -ge 10 ] && [ "$lines" -le 40 ]; } || fail "--help has $lines lines instead of 10 to 40"
head -n 1 "$work/--help" | grep -qi "^usage: *${tool##*/}" || fail '--help does not begin with the usage'
grep -q "^ *${tool##*/} " <(tail -n +2 "$work/--help") || fail '--help shows no example'

while IFS=$'\t' read -r option _; do
    grep -qE -e "(^|[ ,])$option([],= [-]|\$)" "$work/--help=all" || fail "--help=all does not explain $option"
done <"$list"
[ -s "$list" ] || fail "$list is empty"
exit "$failed"
