#!/bin/sh
# Builds release and races it against its peers, side by side in the same run: the ratios are what counts.
#
#     bench.sh [decode|checksum|walk|tool|build|send|pace|ping]...      default: all
set -eu
cd "$(dirname "$0")/.."
export LC_ALL=C

build=build/bench
work=$build/work
mkdir -p "$work"
cmake --preset release -B "$build" -DPKT_BENCH=ON > "$build/configure.log"
cmake --build "$build" --target pktsniff pktsend pktping sim_responder bench_decode bench_walk bench_run bench_build bench_send \
    helper_inject > "$build/build.log" ||
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

bench_build() {
    "$build/tests/bench/bench_build" | while read -r what libnet ours; do
        case $what in
        echo) line "an 84-byte echo request built; libnet" "$ours" "$libnet" ns 3 ;;
        patch) line "its next sequence number patched into a template; libnet" "$ours" "$libnet" ns - ;;
        put) line "the same at a prepared place; libnet" "$ours" "$libnet" ns 10 ;;
        esac
    done
}

# A cable between two namespaces; nobody listens at the other end, and one processor does all the work.
send_cable() {
    [ -z "${near-}" ] || return 0
    near=bench$$-near
    far=bench$$-far
    trap 'ip netns del "$near" 2>/dev/null; ip netns del "$far" 2>/dev/null' EXIT
    trap 'exit 130' INT TERM
    ip netns add "$near" && ip netns add "$far" &&
        ip -n "$near" link add v0 address 00:00:5e:00:53:01 type veth peer name v1 address 00:00:5e:00:53:02 netns "$far" &&
        ip netns exec "$near" sysctl -qw net.ipv6.conf.v0.disable_ipv6=1 &&
        ip netns exec "$far" sysctl -qw net.ipv6.conf.v1.disable_ipv6=1 &&
        ip -n "$near" link set v0 up && ip -n "$far" link set v1 up
}

send_capture() { # FRAMES: a pcap file of the frame that all send
    python3 -c 'import struct, sys
frame = bytes.fromhex("00005e00530200005e00530188b5") + bytes(46)
record = struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame
sys.stdout.buffer.write(struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1) + record * int(sys.argv[1]))' "$1"
}

send_count() {
    ip netns exec "$far" cat /sys/class/net/v1/statistics/rx_packets
}

send_ns() { # COMMAND: prints nanoseconds a packet, by what arrived at the other end
    before=$(send_count)
    start=$(date +%s%N)
    # shellcheck disable=SC2086 # words
    ip netns exec "$near" taskset -c 1 $1 > /dev/null 2> "$work/send.log" || cat "$work/send.log" >&2
    end=$(date +%s%N)
    awk -v ns=$((end - start)) -v packets=$(($(send_count) - before)) -v count="$count" 'BEGIN {
        if (packets < count) exit 1; printf "%.1f\n", ns / packets}' || echo "only $(($(send_count) - before)) packets arrived" >&2
}

send_race() { # WHAT WANTED COMMAND PEER: the best of five, in turn
    : > "$work/send.ours"
    : > "$work/send.peer"
    for _ in 1 2 3 4 5; do
        send_ns "$3" >> "$work/send.ours"
        send_ns "$4" >> "$work/send.peer"
    done
    line "$1" "$(sort -n "$work/send.ours" | head -n 1)" "$(sort -n "$work/send.peer" | head -n 1)" ns "$2"
}

bench_send() {
    send_cable 2> "$work/send.log" || { echo "no namespaces, or not root: sending is left out"; return; }
    count=1000000
    printf '{ 0x00,0x00,0x5e,0x00,0x53,0x02, 0x00,0x00,0x5e,0x00,0x53,0x01, 0x88,0xb5, fill(0,46) }\n' > "$work/send.trafgen"
    send_capture 1000 > "$work/send.pcap"
    ours="$build/tests/bench/bench_send v0 $count"
    # Words without quotes: pktsend joins them.
    tool="$build/tools/pktsend --quiet --yes --rate max --packets $count -i v0 eth dst=00:00:5e:00:53:02 src=00:00:5e:00:53:01 type=0x88b5 / fill:46"
    missing trafgen ||
        send_race "60-byte frames on a veth, one core; trafgen -P 1" 1 "$tool" \
            "trafgen --dev v0 --conf $work/send.trafgen --cpus 1 --num $count"
    missing tcpreplay ||
        send_race "the same; tcpreplay --topspeed --preload-pcap" 1 "$tool" \
            "tcpreplay --intf1 v0 --topspeed --preload-pcap --quiet --loop $((count / 1000)) $work/send.pcap"
    send_race "the sender alone; pktsend" - "$ours packet" "$tool"
    send_race "the same around the queueing discipline; through it" - "$ours bypass" "$ours packet"
    send_race "the same; through libnet" - "$ours packet" "$ours libnet"
}

# pace_rate RATE COUNT: what arrives, by the receive stamps of the other end.
pace_rate() {
    ip netns exec "$far" taskset -c 0 "$build/tests/net/helper_inject" receive v1 42 "$2" > "$work/pace.seen" &
    receiver=$!
    until grep -q ready "$work/pace.seen" 2> /dev/null; do sleep 0.02; done
    ip netns exec "$near" taskset -c 1 "$build/tools/pktsend" --quiet --yes --rate "$1" -c "$2" -i v0 \
        'eth src=00:00:5e:00:53:01 dst=00:00:5e:00:53:02 / ip src=192.0.2.1 dst=192.0.2.2 / icmp id=0 seq=inc'
    wait "$receiver" || { echo "pktsend --rate $1: not all of $2 packets arrived"; return; }
    echo "pktsend --rate $1 (wanted: count exact, 1 % off): $(python3 tests/net/inject_frames.py gaps "$work/pace.seen" \
        $((1000000000 / $1)))"
}

# pace_count CAPTURE: packets on it by now.
pace_count() {
    tcpdump -r "$1" --count 2> /dev/null | sed -n 's/ packets\{0,1\}$//p'
}

# pace_wait COUNT: until tcpdump has written them; what has not come after 10 seconds is lost.
pace_wait() {
    tries=200
    while [ "$(pace_count "$work/pace.arrived")" != "$1" ] && [ $((tries -= 1)) -gt 0 ]; do sleep 0.05; done
}

# pace_replay CAPTURE: recorded at the other end.
pace_replay() {
    ip netns exec "$far" taskset -c 0 tcpdump -i v1 -Z root --immediate-mode -U -Q in --time-stamp-precision=nano \
        -w "$work/pace.arrived" 2> "$work/pace.log" &
    recorder=$!
    until grep -q listening "$work/pace.log" 2> /dev/null; do sleep 0.02; done
    ip netns exec "$near" taskset -c 1 "$build/tools/pktsend" --quiet -i v0 -r "$1"
    pace_wait "$(pace_count "$1")"
    kill -INT "$recorder"
    wait "$recorder" || true
    echo "replay (wanted: 95 % within 100 us): $(python3 tests/net/send_capture.py replayed "$1" "$work/pace.arrived" 1 1)"
}

bench_pace() {
    send_cable 2> "$work/send.log" || { echo "no namespaces, or not root: pacing is left out"; return; }
    pace_rate 1000 5000
    pace_rate 50000 65000
    python3 tests/net/send_capture.py make "$work/pace.pcap" 2000
    missing tcpdump || pace_replay "$work/pace.pcap"
}

bench_ping() {
    for program in ping fping tcpdump strace; do
        missing "$program" && return
    done
    ip netns add "bench$$-try" 2> /dev/null || { echo "no namespaces, or not root: pktping is left out"; return; }
    ip netns del "bench$$-try"
    python3 tests/bench/bench_ping.py "$build/tools/pktping" "$build/tests/sim/sim_responder"
}

[ $# -gt 0 ] || set -- decode checksum walk tool build send pace ping
printf '%-58s %10s %10s\n' "what; peer" ours peer
for part; do
    "bench_$part"
done
