#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# static.sh SOURCE: the preset static gives tools that need no shared library, and that work.

set -u

source=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "FAIL: $*" >&2
    [ ! -s "$work/log" ] || tail -n 40 "$work/log" >&2
    exit 1
}

# Without optimisation: what is linked is the same, and it takes a third of the time.
cmake -S "$source" --preset static -B "$work/build" -DCMAKE_BUILD_TYPE=Debug -DPKT_LTO=OFF >"$work/log" 2>&1 || fail 'configuration'
cmake --build "$work/build" --target pktsniff >"$work/log" 2>&1 || fail 'build'
: >"$work/log"

sniff=$work/build/tools/pktsniff
readelf -l "$sniff" | grep -q 'INTERP' && fail 'pktsniff asks for a program interpreter'
readelf -d "$sniff" | grep -q 'NEEDED' && fail 'pktsniff needs shared libraries'
found=$(env -i "$sniff" --quiet --count -r "$source/captures/arp-request-reply.pcap" arp)
[ "$found" = '4 packets' ] || fail "pktsniff counts '$found' instead of 4 packets"
