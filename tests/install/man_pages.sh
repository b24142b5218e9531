#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# man_pages.sh PAGE...: mandoc has nothing to say about the pages, each states its own name and section, and pages of this project
# that they refer to exist.

set -u

command -v mandoc >/dev/null || { echo 'mandoc is not installed' && exit 77; }
failed=0

fail() {
    echo "FAIL: $*" >&2
    failed=1
}

[ $# -gt 0 ] || fail 'no pages were given'
for page in "$@"; do
    mandoc -T lint -W warning "$page" >&2 || fail "$page: see above"
    name=${page##*/}
    title=$(awk '$1 == ".Dt" { print tolower($2) "." $3 }' "$page")
    [ "$title" = "$name" ] || fail "$page: .Dt says $title"
    mandoc -T utf8 "$page" | col -b | grep -q . || fail "$page is empty"
done

names=$(for page in "$@"; do echo "${page##*/}"; done)
for page in "$@"; do
    while read -r reference; do
        grep -qx "$reference" <<<"$names" || fail "$page refers to $reference, which does not exist"
    done < <(awk '$1 == ".Xr" && $2 ~ /^(pkt|libpkt)/ { print $2 "." $3 }' "$page")
done
exit "$failed"
