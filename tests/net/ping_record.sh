#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# pktping --save and --read: a run and its file have the same numbers; tshark finds nothing wrong with the file, and the same
# times in captures that others made.
#
#     ping_record.sh PKTPING COMPARE
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lab.sh
. "$here/../lab.sh"
pktping=$1
compare=$2

lab_start
command -v tshark >/dev/null || lab_skip 'tshark is not installed'
file=$LAB_DIR/run.pcapng
live=$LAB_DIR/live.json
read=$LAB_DIR/read.json

# sound FILE LEAST: tshark reads at least so many packets, none of them malformed or with a wrong checksum.
sound() {
    local bad
    tshark -r "$1" -T fields -e frame.number >"$LAB_DIR/numbers" 2>"$LAB_DIR/tshark" ||
        lab_fail "tshark cannot read $1: $(cat "$LAB_DIR/tshark")"
    [ "$(wc -l <"$LAB_DIR/numbers")" -ge "$2" ] || lab_fail "fewer than $2 packets in $1"
    bad=$(tshark -r "$1" -o ip.check_checksum:TRUE -Y '_ws.malformed or _ws.short or ip.checksum.status == 0 or
        icmp.checksum.status == 0 or icmpv6.checksum.status == 0' 2>/dev/null)
    [ -z "$bad" ] || lab_fail "tshark objects: $bad"
}

# both HOST STATUS EXPECTED ARGUMENT...: runs pktping with --save; --read makes the same of the file. EXPECTED are counts of the
# summary, such as 'sent=5 received=4', so that both are not wrong alike. -W, where it is given, comes first.
both() {
    local host=$1 wanted=$2 expected=$3 status=0 wait=()
    shift 3
    [ "$1" != -W ] || wait=(-W "$2")
    lab_in "$host" timeout 60 "$pktping" --json --no-why "$@" --save "$file" >"$live" 2>"$LAB_DIR/err" </dev/null || status=$?
    [ "$status" -eq "$wanted" ] || lab_fail "pktping $*: status $status: $(cat "$LAB_DIR/err" "$live")"
    status=0
    timeout 60 "$pktping" --json "${wait[@]}" --read "$file" >"$read" 2>"$LAB_DIR/err" || status=$?
    [ "$status" -eq "$wanted" ] || lab_fail "--read after $*: status $status: $(cat "$LAB_DIR/err" "$read")"
    # shellcheck disable=SC2086 # words
    python3 "$compare" "$live" "$read" $expected || lab_fail "pktping $*: --read differs"
    [ ! -s "$LAB_DIR/err" ] || lab_fail "--read after $*: $(cat "$LAB_DIR/err")"
}

# like_tshark FILE FILTER FIELD: --read finds the round-trip times that tshark finds, in microseconds.
like_tshark() {
    tshark -r "$1" -Y "$2" -T fields -e "$3" 2>/dev/null | awk '{ printf "%.3f\n", $1 * 1000 }' >"$LAB_DIR/theirs"
    timeout 60 "$pktping" --json --read "$1" | sed -n 's/^{"type":"reply".*"rtt_us":\([0-9.]*\).*/\1/p' >"$LAB_DIR/ours"
    [ -s "$LAB_DIR/ours" ] || lab_fail "--read finds no reply in $1"
    cmp -s "$LAB_DIR/ours" "$LAB_DIR/theirs" || lab_fail "other times than tshark's in $1: $(diff "$LAB_DIR/ours" "$LAB_DIR/theirs")"
}

# --- between two kernels -------------------------------------------------------------------------------------------------------

lab_lan A B
lab_sysctl A net.ipv4.ping_group_range='0 2147483647'
lab_sysctl B net.ipv4.icmp_echo_ignore_broadcasts=0
lab_in A ping -c 1 -W 5 192.0.2.2 >/dev/null || lab_fail 'no neighbour'
lab_in A ping -c 1 -W 5 2001:db8::2 >/dev/null || lab_fail 'no neighbour'
for socket in raw datagram; do
    both A 0 'sent=40 received=40' --socket "$socket" -c 40 -i 2ms 192.0.2.2
    sound "$file" 80
    both A 0 'sent=40 received=40' --socket "$socket" -c 40 -i 2ms -s 1400 -Q 32 2001:db8::2
    sound "$file" 80
done
both A 0 'sent=10 received=10' -c 10 -i 2ms --timestamping user 192.0.2.2
sound "$file" 20
tshark -r "$file" -Y 'icmp.type == 0' -T fields -e frame.comment 2>/dev/null | grep -q 'monotonic clock' ||
    lab_fail 'no comment on replies whose time the monotonic clock took'
both A 0 'sent=20 received=20 targets=2' --loop -c 10 -i 4ms 192.0.2.2 192.0.2.1
both A 0 'sent=2 received=2 responders=1' -c 2 -i 20ms -b 192.0.2.255
both A 0 'sent=3 received=3' -c 3 -i 2ms -s 8 192.0.2.2
both A 0 'sent=3 received=3' -c 3 -i 2ms -s 0 192.0.2.2
both A 0 'sent=3 received=3' -c 3 -i 2ms -R 192.0.2.2
sound "$file" 6
