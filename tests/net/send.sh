#!/bin/bash
# pktsend against real kernels, as people read it: answers and what could not leave as lines, hops, a stamp and an answer for each of
# many, replays of recorded captures. send_trouble.sh has the ways out, questions, signals, rates and links that go.
#
#     send.sh PKTSEND [TEST...]
# shellcheck disable=SC2016,SC2317 # conditions are evaluated anew; the tests are called by name
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lab.sh
. "$here/../lab.sh"
pktsend=$1
shift
captures=$here/../../captures

# send_in HOST STATUS ARGUMENT...: runs pktsend without a terminal; its output is in $LAB_DIR/out, its messages in $LAB_DIR/err.
send_in() {
    local host=$1 wanted=$2 status=0
    shift 2
    lab_in "$host" setsid "$pktsend" "$@" >"$LAB_DIR/out" 2>"$LAB_DIR/err" </dev/null || status=$?
    [ "$status" -eq "$wanted" ] || lab_fail "pktsend $*: status $status instead of $wanted: $(cat "$LAB_DIR/err" "$LAB_DIR/out")"
}

# says FILE WORDS: the file holds a line with these words.
says() {
    grep -q -- "$2" "$LAB_DIR/$1" || lab_fail "no line with '$2' in: $(cat "$LAB_DIR/$1")"
}

# bytes FILE [FILTER]: the packets of a capture without their times, in hexadecimal.
bytes() {
    tcpdump -tnXX -r "$1" ${2+"$2"} 2>/dev/null | grep '^[[:space:]]*0x' | cut -c 1-50
}

mac_of() { # HOST IFACE
    lab_in "$1" cat "/sys/class/net/$2/address"
}

# Each line asks somebody else; the numbers before the answers are those of the packets.
test_answers() {
    lab_lan A B
    printf '%s\n' 'ip dst=192.0.2.2 / icmp echo seq=1..3 / "hello"' 'ip6 dst=2001:db8::2 / icmp6 echo' 'ip dst=192.0.2.2 / udp dport=9' \
        'ip dst=192.0.2.2 / tcp dport=9' 'arp who-has 192.0.2.2' 'ip6 / ns 2001:db8::2' >"$LAB_DIR/asks"
    send_in A 0 -i eth0 "@$LAB_DIR/asks" --rate 100 --listen 1
    says err '8 of 8 answered'
    says out '^#1 .*echo reply.* seq 1,'
    says out '^#3 .*echo reply.* seq 3,'
    says out '^#4 .*echo reply'
    says out '^#5 .*udp port 9 unreachable'
    says out '^#6 .*Flags \[R\.\], seq 0, ack 1'
    says out "^#7 .*Reply 192.0.2.2 is-at $(mac_of B eth0)"
    says out '^#8 .*neighbor advertisement, tgt is 2001:db8::2'
    send_in A 0 'ip dst=192.0.2.2 / icmp echo' --listen 1 --json
    jq -es '.[0].type == "start" and .[-1].type == "summary" and .[-1].answered == 1 and
        ([.[] | select(.type == "answer")][0] | .probe == 1 and .kind == "reply" and .sent_clock == "kernel" and
        .rtt_us > 0 and .rtt_us < 1000000)' "$LAB_DIR/out" >/dev/null || lab_fail "json: $(cat "$LAB_DIR/out")"
    # Nobody listens to a port that netfilter keeps silent.
    lab_quiet B nft 'table inet quiet { chain in { type filter hook input priority 0; udp dport 7 drop; }; }'
    send_in A 1 'ip dst=192.0.2.2 / udp dport=7' --listen 0.2
    says err '0 of 1 answered'
}

# Each hop answers its own probe, whatever they have in common.
test_hops() {
    lab_chain 3
    local to
    for to in 'ip dst=10.9.3.2 ttl=1..4 / udp dport=33434' 'ip6 dst=2001:db8:3::2 hlim=1..4 / udp dport=33434' \
        'ip dst=10.9.3.2 ttl=1..4 / tcp dport=80'; do
        send_in A 0 "$to" --listen 1 --rate max
        says err '4 of 4 answered, 4 answers'
        [ "$(grep -o '^#[0-9]*' "$LAB_DIR/out" | sort | tr -d '\n')" = '#1#2#3#4' ] || lab_fail "$to: $(cat "$LAB_DIR/out")"
    done
}

# Where one cannot leave the others do.
test_failures() {
    lab_lan A B
    send_in A 2 'ip dst=192.0.2.77,192.0.2.2 / icmp'
    says err 'packet 1 was not sent'
    says err '1 packet sent'
    send_in A 2 'ip dst=192.0.2.2 tl=3 / icmp'
    says err 'column 18: there is no field "tl"'
    send_in A 2 'ip dst=192.0.2.2 ttl=3 ttl=4 / icmp'
    says err 'column 24: "ttl" says a second time'
}

# A capture recorded at the other end of its replay: the same bytes in the same order.
test_replay() {
    lab_host A B
    lab_link A v0 B v1
    lab_sysctl A net.ipv6.conf.v0.disable_ipv6=1
    lab_sysctl B net.ipv6.conf.v1.disable_ipv6=1
    lab_ready A B
    local name count
    for name in tcp4-data udp-multicast igmp3-join-leave vlan-qinq; do
        count=$(tcpdump -r "$captures/$name.pcap" --count 2>/dev/null | sed 's/ packet.*//')
        lab_capture_start B v1 "$LAB_DIR/$name.pcap" -Q in
        send_in A 0 -i v0 --yes -r "$captures/$name.pcap" --speed 4
        lab_capture_wait "$count"
        lab_capture_stop
        cmp -s <(bytes "$captures/$name.pcap") <(bytes "$LAB_DIR/$name.pcap") || lab_fail "$name: other bytes or another order"
    done
    lab_capture_start B v1 "$LAB_DIR/loop.pcap" -Q in
    send_in A 0 -i v0 -r "$captures/ping4.pcap" --loop 3 --rate max --rewrite ip:192.0.2.0/24=198.51.100.0/24 icmp
    lab_capture_wait 18
    lab_capture_stop
    [ "$(tcpdump -nvr "$LAB_DIR/loop.pcap" 'net 198.51.100.0/24' 2>/dev/null | grep -c 'ICMP echo')" -eq 18 ] ||
        lab_fail 'rewritten packets'
    [ "$(tcpdump -nvr "$LAB_DIR/loop.pcap" 2>/dev/null | grep -c 'wrong\|bad')" -eq 0 ] || lab_fail 'wrong checksums'
    gaps
}

# Of 500 packets with gaps from 1 to 20 ms, how many gaps came within 100 us: printed.
gaps() {
    python3 - "$LAB_DIR/gaps.pcap" <<'END'
import random, struct, sys
random.seed(1)
frame = bytes.fromhex("00005e0053ff00005e00530188b5") + bytes(46)
with open(sys.argv[1], "wb") as f:
    f.write(struct.pack("<IHHIIII", 0xa1b23c4d, 2, 4, 0, 0, 65535, 1))
    at = 1_000_000_000_000
    for i in range(500):
        f.write(struct.pack("<IIII", at // 10**9, at % 10**9, len(frame), len(frame)) + frame)
        at += random.randrange(1_000_000, 20_000_000)
END
    lab_capture_start B v1 "$LAB_DIR/gaps-seen.pcap" -Q in --time-stamp-precision=nano
    send_in A 0 -i v0 -r "$LAB_DIR/gaps.pcap" --speed 2
    lab_capture_wait 500
    lab_capture_stop
    python3 - "$LAB_DIR/gaps.pcap" "$LAB_DIR/gaps-seen.pcap" <<'END'
import struct, sys
def times(path):
    data = open(path, "rb").read()
    off, out = 24, []
    while off < len(data):
        s, ns, caplen, _ = struct.unpack_from("<IIII", data, off)
        out.append(s * 10**9 + ns)
        off += 16 + caplen
    return out
sent, seen = (times(p) for p in sys.argv[1:])
errors = [abs((seen[i + 1] - seen[i]) - (sent[i + 1] - sent[i]) / 2) / 1000 for i in range(len(sent) - 1)]
print("   replay: %.1f %% of %d gaps within 100 us" % (100 * sum(e <= 100 for e in errors) / len(errors), len(errors)))
END
}

# A transmit timestamp and an answer for each.
test_stamps() {
    lab_lan A B
    send_in A 0 'ip dst=192.0.2.2 / icmp echo seq=0..9999' --via packet --rate 10000 --listen 1 --json
    tail -n 1 "$LAB_DIR/out" | jq -e '.stamps_expected == 10000 and .stamps_received == 10000 and .answered == 10000' \
        >/dev/null || lab_fail "stamps: $(tail -n 1 "$LAB_DIR/out")"
    jq -es '[.[] | select(.type == "answer") | .rtt_us] | min > 0' "$LAB_DIR/out" >/dev/null || lab_fail 'an answer before its probe'
}

lab_start
command -v jq >/dev/null || lab_skip 'jq is not installed'
[ $# -gt 0 ] || set -- answers hops failures replay stamps
for test; do
    echo "-- $test"
    "test_$test"
    lab_clear
done
