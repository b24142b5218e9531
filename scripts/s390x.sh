#!/bin/sh
# Shows that nothing depends on the byte order: builds for s390x, which is big-endian, and runs there under qemu
#
#   - the unit tests of the pure rooms and of the capture file parsers;
#   - pktsniff over every capture in captures/, whose text and JSON must equal the host's own byte by byte.
#
#   scripts/s390x.sh [PKTSNIFF]     the host's pktsniff to compare with; without it build/release/tools/pktsniff, built first
#
# Everything is linked statically. Debian has neither libpcap nor cmocka for a cross compiler: tests/s390x/ stands in for
# them, and what needs libpcap, zlib or libzstd is left out and listed. Prints what failed and a closing line; exit status
# 1 if anything failed, 77 where the cross compiler or qemu is missing.

set -eu

cd "$(dirname "$0")/.."
cc=s390x-linux-gnu-gcc
qemu="qemu-s390x-static"
work=${PKT_BINARY_DIR:-$PWD/build}/s390x
here=$PWD/tests/s390x

for program in "$cc" "$qemu"; do
    command -v "$program" >/dev/null 2>&1 || {
        echo "s390x.sh: skipped: $program is not installed: scripts/packages.sh test installs it"
        exit 77
    }
done

if [ $# -gt 0 ]; then
    native=$(realpath "$1")
else
    cmake --preset release >/dev/null
    cmake --build --preset release --target pktsniff >/dev/null
    native=$PWD/build/release/tools/pktsniff
fi

# Without -Wno-psabi gcc notes a change of gcc 5 in how arguments are passed.
cflags="-std=c17 -O2 -g -Wall -Wextra -Werror -Wno-psabi -D_GNU_SOURCE -I$PWD/libpkt/include -I$PWD/libpkt/src -I$PWD/tools
    -I$PWD/tests -I$here/cmocka"
export cc cflags work

# compile: each source named on standard input to $work/NAME.o, slashes turned into dashes
compile() {
    # shellcheck disable=SC2016 # for the inner shell
    xargs -P "$(nproc)" -I{} sh -c '$cc $cflags -c "$1" -o "$work/$(echo "${1%.c}" | tr / -).o"' compile {}
}

# objects SOURCE...: their names
objects() {
    for source; do
        echo "$work/$(echo "${source%.c}" | tr / -).o"
    done
}

left_out() { # left_out NAME REASON
    echo "left out: $1: $2"
}

# --- what is built ---

library=tests/s390x/without_libpcap.c
for file in libpkt/src/core/*.c libpkt/src/proto/*.c libpkt/src/field/*.c libpkt/src/print/*.c libpkt/src/track/*.c \
    libpkt/src/rule/*.c libpkt/src/capture/*.c libpkt/src/host/clock.c; do
    [ -e "$file" ] || continue
    # What includes libpcap's header is stood in for; zlib's and libzstd's are behind PKT_HAVE_.
    grep -q '<pcap/pcap.h>' "$file" || library="$library $file"
done
tool=$(echo tools/common/*.c tools/sniff/*.c)

tests=
for file in tests/unit/test_*.c; do
    name=$(basename "$file" .c)
    case $name in
    test_filter) left_out "$name" "filters are libpcap's" ;;
    test_capture_packed) left_out "$name" "zlib and libzstd" ;;
    test_host_* | test_inject_* | test_icmp_socket) left_out "$name" "sockets and the kernel, not bytes of packets" ;;
    test_tool_*) left_out "$name" "processes and files of the host, not bytes of packets" ;;
    *) tests="$tests $file" ;;
    esac
done

rm -rf "$work"
mkdir -p "$work/out"
# shellcheck disable=SC2086 # lists
printf '%s\n' $library $tool $tests | compile || {
    echo "0 passed, 1 failed: it does not compile"
    exit 1
}
# shellcheck disable=SC2046,SC2086
s390x-linux-gnu-ar rcs "$work/libpkt.a" $(objects $library)
# shellcheck disable=SC2046,SC2086
"$cc" -static -o "$work/pktsniff" $(objects $tool) "$work/libpkt.a"

# --- unit tests ---

# These need libpcap, for reading and for names of link types, or zlib; others skip themselves without.
export PKT_SOURCE_DIR="$PWD" CMOCKA_SHIM_SKIP=' test_libpcap_reader test_pcap_refusals test_packed '

passed=0
failed=0
for file in $tests; do
    name=$(basename "$file" .c)
    "$cc" -static -o "$work/$name" "$(objects "$file")" "$work/libpkt.a"
    status=0
    timeout 60 "$qemu" "$work/$name" >"$work/out/$name" 2>&1 || status=$?
    # A program may run several groups; one that dies in a test has no line for that group.
    # shellcheck disable=SC2046 # two numbers
    set -- $(sed -n 's/^.*: \([0-9]*\) passed, \([0-9]*\) failed, [0-9]* skipped$/\1 \2/p' "$work/out/$name" |
        awk '{passed += $1; failed += $2} END {print passed + 0, failed + 0}')
    if [ "$status" -ne 0 ] && [ "$2" -eq 0 ] || [ $(($1 + $2)) -eq 0 ]; then
        set -- "$1" 1
    fi
    passed=$((passed + $1))
    failed=$((failed + $2))
    if [ "$2" -gt 0 ]; then
        echo "FAILED: $name, exit status $status"
        cat "$work/out/$name"
    fi
    sed -n 's/^skipped: \(.*\)/left out: '"$name"': \1: needs libpcap, zlib or libzstd/p' "$work/out/$name"
done

# --- captures ---

# sniff OUTPUT COMMAND...: output, messages and exit status. The line that opens the text names the link type in libpcap's words.
sniff() {
    output=$1 status=0
    shift
    TZ=UTC LC_ALL=C timeout 60 "$@" >"$output" 2>"$output.messages" || status=$?
    grep -v 'reading from file' "$output.messages" >>"$output" || :
    echo "exit status $status" >>"$output"
}

# compare CAPTURE OPTION...: both pktsniffs
compare() {
    capture=$1 kind=$2
    ours=$work/out/${capture##*/}.$kind
    shift 2
    sniff "$ours.native" "$native" -r "$capture" "$@"
    sniff "$ours.s390x" "$qemu" "$work/pktsniff" -r "$capture" "$@"
    if cmp -s "$ours.native" "$ours.s390x"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: ${capture##*/} $*: the host's output is not that of s390x:"
        diff "$ours.native" "$ours.s390x" | cut -c 1-300 | head -n 6 || :
    fi
}

for capture in captures/*.pcap captures/*.pcapng captures/*.gz captures/*.zst; do
    case $capture in
    *.gz)
        # One that is cut stays cut.
        gzip -dc "$capture" >"$work/out/unpacked-$(basename "$capture" .gz)" 2>/dev/null || :
        capture=$work/out/unpacked-$(basename "$capture" .gz)
        ;;
    *.zst)
        zstd -dcq "$capture" >"$work/out/unpacked-$(basename "$capture" .zst)"
        capture=$work/out/unpacked-$(basename "$capture" .zst)
        ;;
    esac
    compare "$capture" text -nvve -tttt --diag
    compare "$capture" json --json
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
