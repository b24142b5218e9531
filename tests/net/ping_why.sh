#!/bin/bash
# Why nothing answers: each cause made in namespaces; the right one is named in one line, no other is, and --json says the same.
#
#     ping_why.sh PKTPING
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lab.sh
. "$here/../lab.sh"
pktping=$1
wait=100ms # for an answer; a kernel's own comes at once

# ping_in_a STATUS ARGUMENT...: runs pktping in A; its output is in $LAB_DIR/out, its messages in $LAB_DIR/err.
ping_in_a() {
    local wanted=$1 status=0
    shift
    lab_in A timeout 60 "$pktping" "$@" >"$LAB_DIR/out" 2>"$LAB_DIR/err" </dev/null || status=$?
    [ "$status" -eq "$wanted" ] || lab_fail "pktping $*: status $status instead of $wanted: $(cat "$LAB_DIR/err" "$LAB_DIR/out")"
}

# forget: neighbours are unknown again.
forget() {
    lab_quiet A ip neighbour flush all
}

# why STATUS CODE WORDS ARGUMENT...: one line says why, and it is this one; with --json, too.
why() {
    local status=$1 code=$2 words=$3
    shift 3
    forget
    ping_in_a "$status" -c 3 -i 10ms -W "$wait" "$@"
    [ "$(grep -c 'why: ' "$LAB_DIR/err")" -eq 1 ] || lab_fail "pktping $*: not one reason: $(cat "$LAB_DIR/err")"
    grep -qE -- "why: $words\$" "$LAB_DIR/err" || lab_fail "pktping $*: not '$words': $(cat "$LAB_DIR/err")"
    forget
    ping_in_a "$status" -c 3 -i 10ms -W "$wait" --json "$@"
    python3 - "$LAB_DIR/out" "$code" "$words" <<'PYTHON' || lab_fail "pktping --json $*: not '$code': $(cat "$LAB_DIR/out")"
import json, re, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
reasons = [line for line in lines if line["type"] == "why"]
assert [reason["why"] for reason in reasons] == [sys.argv[2]], reasons
assert re.fullmatch(sys.argv[3], reasons[0]["sentence"]), reasons
assert lines[-1]["type"] == "summary", lines
PYTHON
}

asked='\(asked [1-9] times?\)'

test_no_way() {
    why 2 no-route 'no route to 203.0.113.1: see .*' 203.0.113.1
    why 2 no-route 'no route to 2001:db8:77::1: see .*' 2001:db8:77::1
    local type
    for type in unreachable prohibit blackhole; do
        lab_route A "$type" 198.51.100.0/24
        lab_route A "$type" 2001:db8:5::/48
        why 2 "route-$type" "no way to 198.51.100.1: a route of type $type .*" 198.51.100.1
        why 2 "route-$type" "no way to 2001:db8:5::1: a route of type $type .*" 2001:db8:5::1
        lab_quiet A ip route del "$type" 198.51.100.0/24
        lab_quiet A ip route del "$type" 2001:db8:5::/48
    done
}

test_neighbour() {
    why 1 neighbour-unresolved "nobody on eth0 answers ARP for 10.9.0.77 $asked" 10.9.0.77
    why 1 neighbour-unresolved "nobody on eth0 answers neighbour discovery for 2001:db8::77 $asked" 2001:db8::77
    # All the questions that there are: the echo waits for longer than they take.
    lab_sysctl A net.ipv4.neigh.eth0.retrans_time_ms=100
    forget
    ping_in_a 1 -c 1 -W 2 10.9.0.77
    lab_sysctl A net.ipv4.neigh.eth0.retrans_time_ms=1000
    grep -q 'why: nobody on eth0 answers ARP for 10.9.0.77 (asked 3 times)$' "$LAB_DIR/err" || lab_fail "$(cat "$LAB_DIR/err")"
    lab_sysctl R1 net.ipv4.icmp_echo_ignore_all=1 net.ipv6.icmp.echo_ignore_all=1
    why 1 neighbour-silent '10.9.0.2 on eth0 answers ARP, but no echo: .*' 10.9.0.2
    why 1 neighbour-silent '2001:db8::2 on eth0 answers neighbour discovery, but no echo: .*' 2001:db8::2
    # What was known before the first echo proves nothing.
    ping_in_a 1 -c 3 -i 10ms -W 200ms 10.9.0.2
    sleep 0.1 # by more than the ticks that the kernel counts in
    ping_in_a 1 -c 3 -i 10ms -W 200ms 10.9.0.2
    grep -q 'why: nothing comes back; 10.9.0.2 was last seen on eth0 .* before the first echo' "$LAB_DIR/err" ||
        lab_fail "an old entry: $(cat "$LAB_DIR/err")"
    lab_sysctl R1 net.ipv4.icmp_echo_ignore_all=0 net.ipv6.icmp.echo_ignore_all=0
    # An entry that somebody wrote is no evidence.
    lab_quiet A ip neighbour add 10.9.0.78 lladdr 00:00:5e:00:53:f0 dev eth0 nud permanent
    why 1 unknown '10.9.0.78: nothing comes back, and what is known here does not say why' 10.9.0.78
    lab_quiet A ip neighbour del 10.9.0.78 dev eth0
}

test_gateway() {
    lab_sysctl R1 net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0
    why 1 beyond-gateway 'the gateway 10.9.0.2 on eth0 answers ARP, and nothing comes back: .*' 10.9.1.2
    why 1 beyond-gateway 'the gateway 2001:db8::2 on eth0 answers neighbour discovery, and nothing comes back: .*' 2001:db8:1::2
    lab_sysctl R1 net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
    lab_route A 198.51.100.0/24 via 10.9.0.99
    lab_route A 2001:db8:5::/48 via 2001:db8::99
    why 1 gateway-unresolved "nobody on eth0 answers ARP for the gateway 10.9.0.99 $asked" 198.51.100.1
    why 1 gateway-unresolved "nobody on eth0 answers neighbour discovery for the gateway 2001:db8::99 $asked" 2001:db8:5::1
    lab_quiet A ip route del 198.51.100.0/24
    lab_quiet A ip route del 2001:db8:5::/48
}

# These are waited for: the run ends with them.
test_error() {
    local wait=5s
    lab_route R1 prohibit 198.51.100.0/24
    lab_route R1 prohibit 2001:db8:5::/48
    lab_quiet A ip route add 198.51.100.0/24 via 10.9.0.2
    lab_quiet A ip route add 2001:db8:5::/48 via 2001:db8::2
    why 1 icmp-error '10.9.0.2 says: Packet filtered' 198.51.100.1
    why 1 icmp-error '2001:db8::2 says: Destination unreachable: Administratively prohibited' 2001:db8:5::1
    why 1 icmp-error '10.9.0.2 says: Time to live exceeded' -t 1 10.9.1.2
    lab_quiet A ip route del 198.51.100.0/24
    lab_quiet A ip route del 2001:db8:5::/48
}

test_filter() {
    command -v nft >/dev/null || return 0
    lab_quiet R1 nft "add table inet lab; add chain inet lab in { type filter hook input priority 0; }
        add rule inet lab in icmp type echo-request drop; add rule inet lab in icmpv6 type echo-request drop" || return 0
    why 1 neighbour-silent '10.9.0.2 on eth0 answers ARP, but no echo: .*' 10.9.0.2
    why 1 neighbour-silent '2001:db8::2 on eth0 answers neighbour discovery, but no echo: .*' 2001:db8::2
    lab_quiet R1 nft delete table inet lab
    lab_quiet R1 nft "add table inet lab; add chain inet lab on { type filter hook forward priority 0; policy drop; }"
    why 1 beyond-gateway 'the gateway 10.9.0.2 on eth0 .*' 10.9.1.2
    why 1 beyond-gateway 'the gateway 2001:db8::2 on eth0 .*' 2001:db8:1::2
    lab_quiet R1 nft delete table inet lab
    lab_quiet A nft "add table inet lab; add chain inet lab out { type filter hook output priority 0; }
        add rule inet lab out icmp type echo-request drop; add rule inet lab out icmpv6 type echo-request drop"
    why 1 send-refused 'a packet filter of this machine drops echoes to 10.9.0.2 on their way out' 10.9.0.2
    why 1 send-refused 'a packet filter of this machine drops echoes to 2001:db8::2 on their way out' 2001:db8::2
    lab_quiet A nft delete table inet lab
}

test_source() {
    why 2 wrong-source '10.9.0.200 is no address of this machine' -I 10.9.0.200 10.9.0.2
    why 2 wrong-source '2001:db8::200 is no address of this machine' -I 2001:db8::200 2001:db8::2
    why 2 wrong-source '127.0.0.1 is a loopback address: .*' -I 127.0.0.1 10.9.0.2
    why 1 wrong-source '::1 is a loopback address: .*' -I ::1 2001:db8::2
    why 1 wrong-interface 'lo is the loopback interface, and 10.9.0.2 is not on this machine' -I lo 10.9.0.2
    lab_address A lo 203.0.113.7/32 2001:db8:7::7/128
    why 1 source-elsewhere '203.0.113.7 is no address of eth0, .*' -I 203.0.113.7 10.9.0.2
    why 1 source-elsewhere '2001:db8:7::7 is no address of eth0, .*' -I 2001:db8:7::7 2001:db8::2
    lab_quiet A ip address del 203.0.113.7/32 dev lo
    lab_quiet A ip address del 2001:db8:7::7/128 dev lo
}

# A host that is there, and one that comes back, are not called silent in the end.
test_living() {
    forget
    ping_in_a 0 -c 4 -i 10ms 10.9.0.2
    [ ! -s "$LAB_DIR/err" ] || lab_fail "a living host: $(cat "$LAB_DIR/err")"
    lab_sysctl R1 net.ipv4.icmp_echo_ignore_all=1
    lab_in A timeout 60 "$pktping" -i 50ms -W 200ms --until 'received>2' 10.9.0.2 >"$LAB_DIR/out" 2>"$LAB_DIR/err" </dev/null &
    local pid=$!
    lab_wait_for "grep -q 'why: ' '$LAB_DIR/err'"
    lab_sysctl R1 net.ipv4.icmp_echo_ignore_all=0
    wait "$pid" || lab_fail "it answered, and the status is $?"
    [ "$(grep -c 'why: ' "$LAB_DIR/err")" -eq 2 ] || lab_fail "taken back: $(cat "$LAB_DIR/err")"
    tail -n 1 "$LAB_DIR/err" | grep -q 'why: 10.9.0.2 answers now: what was said of it holds no more$' ||
        lab_fail "taken back: $(cat "$LAB_DIR/err")"
}

# A line a target, and not hundreds; one for a sweep that nobody answers, none where somebody does; -q says it in the end.
test_many() {
    local many=()
    forget
    ping_in_a 1 -c 3 -i 10ms -W 200ms 10.9.0.77 10.9.0.2 203.0.113.1
    [ "$(sed -n 's/^pktping: why: //p' "$LAB_DIR/err" | sort | cut -d' ' -f1-7 | xargs)" = \
        'no route to 203.0.113.1: see `ip route nobody on eth0 answers ARP for 10.9.0.77' ] ||
        lab_fail "several targets: $(cat "$LAB_DIR/err")"
    for ((i = 100; i < 130; i++)); do
        many+=("10.9.0.$i")
    done
    ping_in_a 1 -c 3 -i 10ms -W 200ms "${many[@]}"
    [ "$(grep -c 'why: nobody' "$LAB_DIR/err")" -eq 20 ] || lab_fail "30 targets: $(cat "$LAB_DIR/err")"
    grep -q 'why: 10 more targets did not answer' "$LAB_DIR/err" || lab_fail "30 targets: $(cat "$LAB_DIR/err")"
    ping_in_a 1 -W 200ms 10.9.0.192/27
    [ "$(grep -c 'why: ' "$LAB_DIR/err")" -eq 1 ] || lab_fail "a dead sweep: $(cat "$LAB_DIR/err")"
    ping_in_a 1 -W 200ms 10.9.0.0/28
    ! grep -q 'why: ' "$LAB_DIR/err" || lab_fail "a sweep: $(cat "$LAB_DIR/err")"
    ping_in_a 1 -c 3 -i 10ms -W 200ms --no-why 10.9.0.77 10.9.0.78
    [ ! -s "$LAB_DIR/err" ] || lab_fail "--no-why: $(cat "$LAB_DIR/err")"
    ping_in_a 2 --no-why 203.0.113.1
    ! grep -q 'why: ' "$LAB_DIR/err" || lab_fail "--no-why: $(cat "$LAB_DIR/err")"
    forget
    ping_in_a 1 -q -c 3 -i 10ms -W 200ms 10.9.0.77
    [ "$(grep -c 'why: nobody' "$LAB_DIR/err")" -eq 1 ] || lab_fail "-q: $(cat "$LAB_DIR/err")"
}

# The cable, the interface and the addresses go: last, for they take the routes with them.
test_interface() {
    lab_quiet R1 ip link set eth0 down
    lab_wait_for 'lab_in A ip -o link show eth0 | grep -q NO-CARRIER'
    why 1 no-carrier 'interface eth0 has no carrier' 10.9.0.2
    lab_quiet R1 ip link set eth0 up
    lab_ready A
    lab_quiet A ip -4 address flush dev eth0
    lab_quiet A ip route add 10.9.0.0/24 dev eth0
    why 1 no-source 'this machine has no IPv4 address to send from to 10.9.0.2 by eth0' 10.9.0.2
    lab_address A eth0 10.9.0.1/24
    lab_quiet A ip -6 address flush dev eth0 scope global
    lab_quiet A ip route replace 2001:db8:1::/64 via fe80::99 dev eth0
    why 1 no-source 'eth0 has no IPv6 address but a link-local one, .*' 2001:db8:1::2
    lab_quiet A ip link set eth0 down
    why 2 interface-down 'interface eth0 is down' 10.9.0.2
    why 2 interface-down 'interface eth0 is down' -I eth0 2001:db8:1::2
}

lab_start
lab_chain 1
lab_quiet A ip route del default
lab_quiet A ip -6 route del default
lab_route A 10.9.1.0/24 via 10.9.0.2
lab_route A 2001:db8:1::/64 via 2001:db8::2
for test in no_way neighbour gateway error filter source living many interface; do
    "test_$test"
    echo "ok $test"
done
