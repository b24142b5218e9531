#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# diagnosis_page.sh LIST PAGE: the man page shows each diagnosis of the list, with its severity and its section, and no other.
# Reads the header and the rendered page with tools of its own, not with the generator's.

set -eu

command -v mandoc >/dev/null || { echo 'mandoc is not installed' && exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

awk -F '"' '/^ *XX\(/ {
        split($3, words, /[ ,]+/)
        severity = tolower(words[2])
        print $2, severity == "warn" ? "warning" : severity, $4
    }' "$1" | sed 's/ *$//' | LC_ALL=C sort >"$work/list"

# An entry is "name (severity)", then a sentence, in running text, that ends with the section.
mandoc -T ascii -O width=500 "$2" | col -b | awk '
    /^ *[a-z0-9]+\.[a-z0-9.-]+ \((note|warning|error)\)$/ { name = $1; severity = $2; gsub(/[()]/, "", severity); next }
    name != "" {
        section = match($0, /\[[^][]*\]$/) ? " " substr($0, RSTART + 1, RLENGTH - 2) : ""
        print name " " severity section
        name = ""
    }' | LC_ALL=C sort >"$work/page"

[ "$(wc -l <"$work/list")" -ge 50 ] || { echo "FAIL: $1 lists too few to be true" >&2 && exit 1; }
diff -u --label list --label page "$work/list" "$work/page" >&2
