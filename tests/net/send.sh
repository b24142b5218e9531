#!/bin/bash
# pktsend against real kernels: what leaves arrives byte for byte by every way, answers find their probes, questions are asked,
# failures are said, a replay keeps its order.
#
#     send.sh PKTSEND PKTSNIFF [TEST...]
# shellcheck disable=SC2016,SC2317 # conditions are evaluated anew; the tests are called by name
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lab.sh
. "$here/../lab.sh"
pktsend=$1
pktsniff=$2
shift 2
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

test_answers() {
    lab_lan A B
    local b
    b=$(mac_of B eth0)
    send_in A 0 'ip dst=192.0.2.2 / icmp echo seq=1..3 / "hello"' --listen 1
    says err '3 of 3 answered, 3 answers'
    send_in A 0 'ip6 dst=2001:db8::2 / icmp6 echo' --listen 1
    says out '^#1 .*echo reply'
    send_in A 0 'ip dst=192.0.2.2 / udp dport=9' --listen 1
    says out 'udp port 9 unreachable'
    send_in A 0 'ip dst=192.0.2.2 / tcp dport=9' --listen 1
    says out 'Flags \[R\.\], seq 0, ack 1'
    send_in A 0 -i eth0 'arp who-has 192.0.2.2' --listen 1
    says out "Reply 192.0.2.2 is-at $b"
    send_in A 0 -i eth0 'ip6 / ns 2001:db8::2' --listen 1
    says out 'neighbor advertisement, tgt is 2001:db8::2'
    send_in A 0 'ip dst=192.0.2.1 / icmp echo' --listen 1
    send_in A 0 'ip dst=127.0.0.1 / icmp echo' --listen 1
    send_in A 0 'ip6 dst=::1 / icmp6 echo' --listen 1
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

# A member of a group answers a general query.
test_query() {
    lab_lan A B
    lab_background B socat -u UDP4-RECV:5000,ip-add-membership=239.1.1.1:eth0 STDOUT
    lab_wait_for "ip -n $(lab_ns B) maddress show dev eth0 | grep -q 239.1.1.1"
    send_in A 0 -v -i eth0 'ip / igmp3 query code=1' --listen 3
    says out '239.1.1.1'
}

# What is shown is what arrives, by every way.
test_ways() {
    lab_lan A B
    local via description='ip dst=192.0.2.2 id=7 ttl=9 tos=0x10 / udp dport=50001 sport=1..3 / "what is shown is sent"'
    lab_quiet B nft 'table inet quiet { chain in { type filter hook input priority 0; udp dport 50001 drop; }; }'
    for via in raw packet; do
        lab_capture_start B eth0 "$LAB_DIR/$via.pcap" -Q in udp port 50001
        send_in A 0 "$description" --via "$via" -i eth0 --json --print --hex
        lab_capture_wait 3
        lab_capture_stop
        jq -r 'select(.type == "packet") | .hex' "$LAB_DIR/out" >"$LAB_DIR/shown"
        [ "$(wc -l <"$LAB_DIR/shown")" -eq 3 ] || lab_fail "$via: $(cat "$LAB_DIR/out")"
        "$pktsniff" --quiet -r "$LAB_DIR/$via.pcap" --json | jq -r 'select(.type == "packet") | .udp.srcport' |
            tr '\n' ' ' | grep -q '1 2 3 $' || lab_fail "$via: ports"
    done
    cmp -s <(bytes "$LAB_DIR/raw.pcap") <(bytes "$LAB_DIR/packet.pcap") || lab_fail 'raw and packet differ'
    local b
    b=$(mac_of B eth0)
    lab_capture_start B eth0 "$LAB_DIR/libnet.pcap" -Q in udp port 50001
    send_in A 0 "eth src=$(mac_of A eth0) dst=$b / $description" --via libnet -i eth0
    lab_capture_wait 3
    lab_capture_stop
    cmp -s <(bytes "$LAB_DIR/libnet.pcap") <(bytes "$LAB_DIR/packet.pcap") || lab_fail 'libnet and packet differ'
}

test_failures() {
    lab_lan A B
    send_in A 2 -i nosuch0 'ip dst=192.0.2.2 / icmp'
    says err 'nosuch0'
    send_in A 2 'ip dst=203.0.113.1 / icmp'
    says err 'no route'
    send_in A 2 'ip dst=192.0.2.77,192.0.2.2 / icmp'
    says err 'packet 1 was not sent'
    says err '1 packet sent'
    send_in A 2 --netns nosuch 'ip dst=192.0.2.2 / icmp'
    ip -n "$(lab_ns A)" link set eth0 down
    send_in A 2 -i eth0 'ip dst=192.0.2.2 / icmp'
    says err 'down'
    send_in A 2 'ip dst=192.0.2.2 tl=3 / icmp'
    says err 'column 18: there is no field "tl"'
}

# Without privilege: the ways out, and what needs none.
test_unprivileged() {
    lab_lan A B
    local nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set=-all --inh-caps=-all)
    lab_in A "${nobody[@]}" "$pktsend" 'ip dst=192.0.2.2 / icmp' 2>"$LAB_DIR/err" && lab_fail 'sent without privilege'
    says err 'sudo'
    lab_in A "${nobody[@]}" "$pktsend" --dry-run --print 'ip / icmp' >"$LAB_DIR/out" || lab_fail '--dry-run needs privilege'
    lab_in A "${nobody[@]}" "$pktsend" --save - 'ip / icmp' >"$LAB_DIR/x.pcap" || lab_fail '--save needs privilege'
    [ "$(tcpdump -r "$LAB_DIR/x.pcap" --count 2>/dev/null)" = '1 packet' ] || lab_fail '--save saved nothing'
}

# refused ARGUMENT...: not sent without --yes, where there is no terminal; sent with it.
refused() {
    send_in A 2 -i eth0 "$@"
    says err '--yes'
    send_in A 0 -i eth0 --yes "$@"
}

test_questions() {
    lab_lan A B
    local to='eth dst=00:00:5e:00:53:ff type=0x88b5 / fill:46'
    refused 'ip / igmp query'
    refused 'eth / vlan id=5 / ip / igmp query'
    refused 'ip6 / mld query'
    refused 'ip6 / ra'
    refused 'ip dst=192.0.2.2 / icmp redirect / ip / udp'
    refused 'arp is-at 02:00:00:00:00:09 src.proto_ipv4=192.0.2.9'
    refused --rate 20000 -c 2000 "$to"
    refused -c 100001 --rate max "$to"
    send_in A 0 -i eth0 'ip / igmp3 query'
    send_in A 0 -i eth0 'eth / arp who-has 192.0.2.1 tell 192.0.2.1'
    send_in A 2 -i eth0 -r "$captures/nd-router-advertisement.pcap"
    says err 'router advertisement'
}

# A signal ends it with a summary and status 2.
test_signal() {
    lab_lan A B
    local pid status=0
    lab_in A "$pktsend" -i eth0 --rate 100 --loop 0 --yes --json 'eth type=0x88b5 / fill:46' >"$LAB_DIR/out" 2>/dev/null &
    pid=$!
    lab_wait_for '[ -s "$LAB_DIR/out" ] || [ "$(lab_in A cat /sys/class/net/eth0/statistics/tx_packets)" -gt 20 ]'
    kill -INT "$(pgrep -P "$pid" pktsend || echo "$pid")"
    wait "$pid" || status=$?
    [ "$status" -eq 2 ] || lab_fail "status $status after SIGINT"
    tail -n 1 "$LAB_DIR/out" | jq -e '.type == "summary" and .interrupted and (.complete | not)' >/dev/null ||
        lab_fail "no summary: $(cat "$LAB_DIR/out")"
}

# spacing RATE: what the capture says of rate and spacing.
spacing() {
    python3 - "$LAB_DIR/rate.pcap" "$1" <<'END'
import struct, sys
data, rate = open(sys.argv[1], "rb").read(), int(sys.argv[2])
off, times = 24, []
while off < len(data):
    s, ns, caplen, _ = struct.unpack_from("<IIII", data, off)
    times.append(s * 10**9 + ns)
    off += 16 + caplen
errors = sorted(abs(b - a - 1e9 / rate) / 1000 for a, b in zip(times, times[1:]))
print("   rate %d: %.2f a second, spacing off by %.1f us (median), %.1f us (95 %%)" %
      (rate, (len(times) - 1) * 1e9 / (times[-1] - times[0]), errors[len(errors) // 2], errors[int(len(errors) * 0.95)]))
END
}

# Counts are exact at any rate; rate and spacing are printed, not asserted.
test_rates() {
    lab_host A B
    lab_link A v0 B v1
    lab_sysctl A net.ipv6.conf.v0.disable_ipv6=1
    lab_sysctl B net.ipv6.conf.v1.disable_ipv6=1
    lab_ready A B
    local rate count
    for rate in 1000 50000; do
        count=$((rate * 2))
        lab_capture_start B v1 "$LAB_DIR/rate.pcap" -B 65536 --time-stamp-precision=nano -s 64
        send_in A 0 -i v0 --yes --rate "$rate" -c "$count" 'eth dst=00:00:5e:00:53:ff type=0x88b5 / fill:46'
        lab_capture_wait "$count" 20
        lab_capture_stop
        [ "$(tcpdump -r "$LAB_DIR/rate.pcap" --count 2>/dev/null)" = "$count packets" ] || lab_fail "$rate: count"
        spacing "$rate"
    done
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

# One transmit timestamp a packet.
test_stamps() {
    lab_lan A B
    send_in A 0 'ip dst=192.0.2.2 / icmp echo seq=0..9999' --rate 10000 --listen 1 --json
    tail -n 1 "$LAB_DIR/out" | jq -e '.stamps_expected == 10000 and .stamps_received == 10000 and .answered == 10000' \
        >/dev/null || lab_fail "stamps: $(tail -n 1 "$LAB_DIR/out")"
    jq -es '[.[] | select(.type == "answer") | .rtt_us] | min > 0' "$LAB_DIR/out" >/dev/null || lab_fail 'an answer before its probe'
}

lab_start
command -v jq >/dev/null || lab_skip 'jq is not installed'
[ $# -gt 0 ] || set -- answers hops query ways failures unprivileged questions signal rates replay stamps
for test; do
    echo "-- $test"
    "test_$test"
    lab_clear
done
