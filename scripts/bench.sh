#!/bin/sh
# Builds release and races it against its peers, side by side in the same run: the ratios are what counts.
#
#     bench.sh [decode|checksum|walk|tool]...      default: all
set -eu
cd "$(dirname "$0")/.."
export LC_ALL=C

build=build/bench
work=$build/work
mkdir -p "$work"
cmake --preset release -B "$build" -DPKT_BENCH=ON > "$build/configure.log"
cmake --build "$build" --target pktsniff bench_decode bench_walk bench_run > "$build/build.log" ||
    { cat "$build/build.log"; exit 2; }
sniff=$build/tools/pktsniff
run=$build/tests/bench/bench_run

line() { # WHAT OURS PEER UNIT WANTED
    awk -v what="$1" -v ours="$2" -v peer="$3" -v unit="$4" -v wanted="$5" 'BEGIN {
        printf "%-58s %10.2f %10.2f %-4s %7.2f times  (wanted: %s)\n", what, ours, peer, unit, peer / ours, wanted}'
}

missing() { # PROGRAM
    command -v "$1" > /dev/null && return 1
    echo "$1 is not installed: left out"
}

packets() { # FILE PACKETS DIFFERENT
    [ -s "$work/$1" ] || python3 scripts/bench-packets.py "$work/$1" "$2" "$3"
}

bench_decode() {
    packets mixed-1000.pcap 1000 1000
    "$build/tests/bench/bench_decode" "$work/mixed-1000.pcap" > "$work/decode"
    tins=$(awk '$1 == "libtins" {print $2}' "$work/decode")
    [ -n "$tins" ] || { echo "libtins is not installed: our figures alone"; cat "$work/decode"; return; }
    line "decode, 1,000 mixed packets in cache; libtins" "$(awk '$1 == "decode" {print $2}' "$work/decode")" "$tins" ns 5
    line "the same with every checksum verified; libtins without" \
        "$(awk '$1 == "decode-verify" {print $2}' "$work/decode")" "$tins" ns 2.5
}

bench_checksum() {
    for compiler in gcc clang; do
        missing "$compiler" && continue
        for level in -O2 -O3; do
            "$compiler" -std=gnu17 "$level" -fno-strict-overflow -Ilibpkt/include tests/bench/bench_checksum.c \
                libpkt/src/core/checksum.c -o "$work/checksum"
            wanted=1
            [ "$compiler$level" = gcc-O2 ] && wanted=4
            "$work/checksum" | while read -r length plain ours; do
                case $length in
                1500) line "checksum of $length bytes, $compiler $level; plain loop" "$ours" "$plain" ns "$wanted" ;;
                20 | 65535) line "checksum of $length bytes, $compiler $level; plain loop" "$ours" "$plain" ns - ;;
                esac
            done
        done
    done
}

race() { # WHAT WANTED ROUNDS PEER_ROUNDS COMMAND PEER
    # shellcheck disable=SC2046 # two numbers
    set -- "$1" "$2" $("$run" "$3" "$4" "$5" "$6")
    line "$1" "$3" "$4" ms "$2"
}

bench_walk() {
    packets mixed-200.pcap 1000000 200
    walk=$build/tests/bench/bench_walk
    race "walk of 1,000,000 packets; libpcap" - 5 5 "$walk ours $work/mixed-200.pcap" \
        "$walk libpcap $work/mixed-200.pcap"
}

bench_tool() {
    packets mixed-200.pcap 1000000 200
    packets mixed-20000.pcap 1000000 20000
    packets mixed-small.pcap 50000 20000
    packets five.pcap 5 5
    many=$work/mixed-200.pcap
    hosts=$work/mixed-20000.pcap
    small=$work/mixed-small.pcap
    unset TZ
    missing tcpdump || {
        race "-tt -nr, 1,000,000 packets, 200 different; tcpdump" 4 5 3 "$sniff -tt -nr $many" \
            "env TZ=UTC tcpdump -tt -nr $many"
        race "-nr, 1,000,000 packets, 20,000 different; tcpdump" 40 5 1 "$sniff -nr $hosts" "tcpdump -nr $hosts"
        race "--count udp; tcpdump" 1 5 5 "$sniff --count --strict-filter -nr $many udp" "tcpdump --count -nr $many udp"
        race "--count udp through tags and extension headers; tcpdump" - 5 5 "$sniff --count -nr $many udp" \
            "tcpdump --count -nr $many udp"
        # shellcheck disable=SC2046 # two numbers
        set -- $("$run" -f 200 200 "$sniff -nr $work/five.pcap" "tcpdump -nr $work/five.pcap")
        line "start to first line of 5 packets; tcpdump" "$1" "$2" ms 1
    }
    missing tshark ||
        race "--json, 50,000 packets, every field; tshark -T ek" 100 5 1 "$sniff --json -r $small" \
            "tshark -n -T ek -r $small"
}

[ $# -gt 0 ] || set -- decode checksum walk tool
printf '%-58s %10s %10s\n' "what; peer" ours peer
for part; do
    "bench_$part"
done
