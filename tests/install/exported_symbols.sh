#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# exported_symbols.sh LIBRARY INCLUDE-DIRECTORY: the shared library exports exactly what the public headers declare with PKT_API,
# under the versions of libpkt.map; pkt.h includes every header.

set -eu

library=$1
include=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# same WHAT: $work/expected and $work/found hold the same lines
same() {
    [ -s "$work/expected" ] || { echo "FAIL: nothing expected of $1" >&2 && failed=1; }
    LC_ALL=C diff -u --label expected --label found "$work/expected" "$work/found" >&2 && return
    echo "FAIL: $1" >&2
    failed=1
}

# A declaration runs from PKT_API to the semicolon; its name is the word before the first parenthesis, behind attributes.
awk '
    /^#/ { next }
    /PKT_API/ { open = 1; text = "" }
    open { text = text " " $0 }
    open && /;/ {
        open = 0
        gsub(/\/\*[^*]*\*\//, "", text)
        gsub(/PKT_PRINTF\([^)]*\)/, "", text)
        sub(/[ ]*[([;].*/, "", text)
        sub(/.*[^A-Za-z0-9_]/, "", text)
        print text
    }' "$include"/pkt/*.h | LC_ALL=C sort >"$work/expected"
nm -D --defined-only "$library" | awk '$2 != "A" { print $3 }' | sed 's/@.*//' | LC_ALL=C sort >"$work/found"
same 'exported symbols are the declarations with PKT_API'

nm -D --defined-only --with-symbol-versions "$library" | sed -n 's/.*@//p' | sort -u >"$work/found"
sed -n 's/^\(LIBPKT_[0-9.]*\) {$/\1/p' "$(dirname "$include")/libpkt.map" >"$work/expected"
same 'symbol versions are those of libpkt.map'

objdump -p "$library" | awk '$1 == "SONAME" { print $2 }' >"$work/found"
echo "libpkt.so.$(sed -n 's/^#define PKT_VERSION_MAJOR *//p' "$include/pkt/base.h")" >"$work/expected"
same 'SONAME'

(cd "$include/pkt" && ls) | grep -Ev '^(pkt|diagnosis_list)\.h$' >"$work/expected"
sed -n 's/^#include "\(.*\)"$/\1/p' "$include/pkt/pkt.h" >"$work/found"
same 'pkt.h includes every header, in order'

exit "$failed"
