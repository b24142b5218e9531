#!/bin/sh
# The pure rooms (core, proto, field, print, track, rule) know no sockets, files, clocks, random numbers, errno, stdio,
# malloc or locale, keep no state of their own, and the arrows between them point one way. Their objects are built here
# without link-time optimisation and sanitizers, and their symbols read.
#
#     purity.sh        PKT_SOURCE_DIR: the tree; CC: the compiler
set -eu
export LC_ALL=C

source=${PKT_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# What a room may use from below; "core" reaches the protocols through the one table that proto fills.
below() {
    case $1 in
    core) echo core ;;
    proto) echo core proto ;;
    field) echo core proto field ;;
    print) echo core proto field print ;;
    track) echo core proto field track ;;
    rule) echo core proto field print track rule ;;
    esac
}

# The freestanding part of the C library, and what the compiler itself inserts.
allowed='memcpy memmove memset memcmp memchr strlen strcmp strncmp strchr __stack_chk_fail pkt_protocols pkt_builders
pkt_linktype_protocol'

complain() {
    echo "purity: $*"
    failed=1
}

for room in core proto field print track rule; do
    : > "$work/$room.defined"
    for file in "$source/libpkt/src/$room"/*.c; do
        [ -e "$file" ] || continue
        object=$work/$room.$(basename "$file" .c).o
        # Position-dependent: constant tables that hold addresses stay read-only data.
        "${CC:-cc}" -std=c17 -O2 -fno-pic -fno-lto -fstack-protector-strong -U_FORTIFY_SOURCE \
            -I"$source/libpkt/include" -c "$file" -o "$object"
        nm --defined-only --extern-only --format=posix "$object" | cut -d' ' -f1 >> "$work/$room.defined"
    done
done

objects=0
for object in "$work"/*.o; do
    room=$(basename "$object" | cut -d. -f1)
    name=$(basename "$object" .o | sed 's,\.,/,')
    objects=$((objects + 1))
    for other in $(below "$room"); do cat "$work/$other.defined"; done > "$work/known"
    for symbol in $(nm --undefined-only --format=posix "$object" | cut -d' ' -f1); do
        case " $(echo $allowed) " in *" $symbol "*) continue ;; esac
        grep -qxF "$symbol" "$work/known" || complain "libpkt/src/$name.c uses $symbol"
    done
    for symbol in $(nm --defined-only --format=posix "$object" | awk '$2 ~ /^[BbCDdGgSs]$/ {print $1}'); do
        complain "libpkt/src/$name.c keeps state in $symbol"
    done
done

[ "$objects" -ge 20 ] || complain "only $objects objects were looked at"
[ "$failed" -eq 0 ] && echo "purity: $objects objects are pure"
exit "$failed"
