#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# debian.sh SOURCE BUILD: CPack makes the Debian packages; what is in them runs, and they are as a distribution expects.

set -u

source=$1
build=$2
command -v dpkg-deb >/dev/null || { echo 'dpkg-deb is not installed' && exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

fail() {
    echo "FAIL: $*" >&2
    failed=1
}

if ! (cd "$work" && cpack --config "$build/CPackConfig.cmake" -B "$work/packages") >"$work/log" 2>&1; then
    cat "$work/log" >&2
    fail 'cpack'
    exit 1
fi

architecture=$(dpkg --print-architecture)
version=$(sed -n 's/^#define PKT_VERSION_STRING *"\(.*\)"$/\1/p' "$source/libpkt/include/pkt/base.h")
root=$work/root

# field PACKAGE FIELD
field() {
    dpkg-deb -f "$work/packages/$1_$version-1_$architecture.deb" "$2"
}

for package in libpkt0 libpkt-dev pkt-tools; do
    file=$work/packages/${package}_$version-1_$architecture.deb
    [ -s "$file" ] || { fail "$package was not made" && continue; }
    dpkg-deb -x "$file" "$root" || fail "$file cannot be unpacked"
    [ "$(field "$package" Package)" = "$package" ] || fail "$package has another name inside"
    for document in copyright changelog.gz changelog.Debian.gz; do
        [ -s "$root/usr/share/doc/$package/$document" ] || fail "$package has no $document"
    done
done
grep -q 'Redistribution and use' "$root/usr/share/doc/libpkt0/copyright" || fail 'the licence is not in copyright'

# What the tools need comes from their own symbols; they hold libpkt themselves.
field pkt-tools Depends | grep -q 'libc6 (>= .*libpcap0.8 (>= ' || fail "pkt-tools depends on: $(field pkt-tools Depends)"
field pkt-tools Depends | grep -q 'libpkt0' && fail 'pkt-tools depends on libpkt0, which it holds itself'
field libpkt-dev Depends | grep -qx "libpkt0 (= $version-1)" || fail "libpkt-dev depends on: $(field libpkt-dev Depends)"
dpkg-deb -I "$work/packages/libpkt0_$version-1_$architecture.deb" shlibs | grep -q '^libpkt 0 libpkt0' || fail 'libpkt0 has no shlibs'
dpkg-deb -c "$work/packages/libpkt0_$version-1_$architecture.deb" | grep -q 'include' && fail 'libpkt0 holds headers'

find "$root/usr/share/man" -type f ! -name '*.gz' | grep . && fail 'pages that are not compressed'
find "$root" -perm /022 ! -type l | grep . && fail 'files that others can write to'
find "$root" -perm /6000 | grep . && fail 'setuid or setgid files'
find "$root" -type f -path '*/bin/*' | while read -r program; do
    readelf -S "$program" | grep -q '\.debug_info' && echo "$program"
done | grep . && fail 'programs that are not stripped'

gzip -t "$root/usr/share/man/man8/pktsniff.8.gz" || fail 'pktsniff.8.gz is damaged'
found=$("$root/usr/bin/pktsniff" --quiet --count -r "$source/captures/arp-request-reply.pcap" arp)
[ "$found" = '4 packets' ] || fail "pktsniff of the package counts '$found' instead of 4 packets"
exit "$failed"
