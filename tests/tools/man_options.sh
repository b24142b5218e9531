#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# man_options.sh LIST PAGE: the man page (mdoc) explains exactly the options of the tool's table.
#
# LIST is written by the tool's generator (`list`). An option is explained where an .It line holds it: `.It Fl c Ar N`,
# `.It Fl -packets Ar N`, also several on one line. What only one side has is printed, and fails.

set -eu

if [ $# -ne 2 ]; then
    echo "usage: $0 LIST PAGE" >&2
    exit 2
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cut -f 1 "$1" | LC_ALL=C sort >"$work/table"
awk '$1 == ".It" {
        for (i = 2; i < NF; i++)
            if ($i == "Fl") {
                option = $(i + 1)
                gsub(/\\&/, "", option)
                gsub(/\\-/, "-", option)
                print "-" option
            }
    }' "$2" | LC_ALL=C sort -u >"$work/page"

if [ ! -s "$work/table" ]; then
    echo "FAIL: $1 lists no option" >&2
    exit 1
fi
LC_ALL=C comm -23 "$work/table" "$work/page" | sed "s|^|FAIL: not explained in $2: |" >"$work/differences"
LC_ALL=C comm -13 "$work/table" "$work/page" | sed "s|^|FAIL: explained in $2 but no option: |" >>"$work/differences"
cat "$work/differences" >&2
[ ! -s "$work/differences" ]
