#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# sniff_copy_test.sh PKTSNIFF: the copy of every capture is the same bytes, plain, gzip and zstd (compared unpacked); of a
# damaged one it is what stands before the damage, and the exit status is 2.

set -u -o pipefail

sniff=$1
captures=$PKT_SOURCE_DIR/captures
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
equal=0
damaged=0

fail() {
    echo "FAIL: $*" >&2
    failed=1
}

# unpack FILE: its bytes on standard output; of a cut one as many as there are
unpack() {
    case $1 in
    *.gz) gzip -dc "$1" 2>/dev/null ;;
    *.zst) zstd -dcq "$1" ;;
    *) cat "$1" ;;
    esac
}

for file in "$captures"/*.pcap "$captures"/*.pcapng "$captures"/*.gz "$captures"/*.zst; do
    name=${file##*/}
    format=pcap
    case $name in *.pcapng*) format=pcapng ;; esac
    unpack "$file" >"$work/in"
    "$sniff" --quiet -r "$file" --count >/dev/null 2>&1
    readable=$?
    for packing in '' .gz .zst; do
        copy=$work/copy.$format$packing
        "$sniff" --quiet -r "$file" -w "$copy" 2>"$work/errors"
        status=$?
        [ "$status" -eq "$readable" ] || fail "$name$packing: exit status $status, without -w $readable"
        unpack "$copy" >"$work/out" || fail "$name$packing: cannot be unpacked"
        if [ "$readable" -eq 0 ]; then
            cmp "$work/in" "$work/out" >&2 || fail "$name$packing: other bytes"
            [ ! -s "$work/errors" ] || fail "$name$packing: $(cat "$work/errors")"
            equal=$((equal + 1))
        else
            size=$(wc -c <"$work/out")
            cmp -n "$size" "$work/in" "$work/out" >&2 || fail "$name$packing: other bytes before the damage"
            "$sniff" --quiet -r "$copy" --count >"$work/count" 2>&1 || fail "$name$packing: no whole records"
            held=$("$sniff" --quiet -r "$file" --fields frame.number 2>/dev/null | wc -l)
            [ "$held" -eq "$(tr -dc 0-9 <"$work/count")" ] || fail "$name$packing: not all before the damage"
            damaged=$((damaged + 1))
        fi
    done
done
{ [ "$equal" -gt 450 ] && [ "$damaged" -gt 20 ]; } || fail "only $equal copies, and $damaged of damaged files"
exit "$failed"
