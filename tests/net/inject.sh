#!/bin/bash
# Every sender through a cable: the same packets, captured at the other end by tcpdump; what is too long, refused by netfilter, met
# by a full queue, a dead link or an error of an earlier packet; transmit timestamps against the receive stamps of the other end.
#
#     inject.sh HELPER [TEST...]
# shellcheck disable=SC2016,SC2317 # conditions are evaluated anew; the tests are called by name
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lab.sh
. "$here/../lab.sh"
helper=$1
shift
frames=$here/inject_frames.py
first=0 expected='' some='' # of stamped

# cable: A and B with addresses of both families and known neighbours, so that nothing but our packets crosses.
cable() {
    lab_host A B
    lab_sysctl A net.ipv4.ping_group_range='0 4294967294' net.ipv6.conf.default.addr_gen_mode=1
    lab_sysctl B net.ipv6.conf.default.addr_gen_mode=1 net.ipv4.icmp_echo_ignore_all=1 net.ipv6.icmp.echo_ignore_all=1
    lab_link A v0 B v1
    lab_address A v0 192.0.2.1/24 2001:db8::1/64
    lab_address B v1 192.0.2.2/24 2001:db8::2/64
    a=$(mac_of A v0)
    b=$(mac_of B v1)
    neighbour A v0 "$b" 192.0.2.2 2001:db8::2
    neighbour B v1 "$a" 192.0.2.1 2001:db8::1
    # B answers nothing: no errors for closed ports.
    lab_quiet B nft 'table inet quiet { chain in { type filter hook input priority 0; udp dport 50001 drop; }; }'
    lab_ready A B
}

mac_of() { # HOST IFACE
    lab_in "$1" cat "/sys/class/net/$2/address"
}

neighbour() { # HOST IFACE MAC ADDRESS...
    local address
    for address in "${@:4}"; do
        ip -n "$(lab_ns "$1")" neighbour replace "$address" lladdr "$3" dev "$2" nud permanent
    done
}

# make KIND: the packets of a kind, on standard output.
make() {
    python3 "$frames" make "$1" "$a" "$b"
}

# capture HOST IFACE FILE: what comes in for the host. Not by the filter "inbound", which libpcap cannot judge itself and so drops the
# first packets; and without the reports of groups that an IPv6 host sends when it likes.
capture() {
    lab_capture_start "$1" "$2" "$3" -Q in not ether multicast
}

# helper_in HOST LOG COMMAND...: runs the helper.
helper_in() {
    lab_in "$1" "$helper" "${@:3}" >"$LAB_DIR/$2" || lab_fail "helper_inject ${*:3}"
}

# counts LOG WORDS: the line of counts holds these words.
counts() {
    grep '^counts' "$LAB_DIR/$1" | grep -q "$2" || lab_fail "not '$2' in: $(grep ^counts "$LAB_DIR/$1")"
}

# count_of LOG WORD: the number behind a word of the counts.
count_of() {
    grep '^counts' "$LAB_DIR/$1" | grep -o " $2 [0-9]*" | cut -d' ' -f3
}

# sent_is_captured KIND LOG: the capture ends, and holds what the log says.
sent_is_captured() {
    lab_capture_wait "$(grep -c ^sent "$LAB_DIR/$2")"
    lab_capture_stop
    python3 "$frames" check "$1" "$LAB_DIR/$2" "$LAB_CAPTURE_FILE" "$a" "$b" || lab_fail "$1: $2"
}

# unprivileged COMMAND...: as on a system that lets everybody ping: without any capability.
unprivileged() {
    lab_in A setpriv --bounding-set -all --inh-caps -all "$helper" "$@" || lab_fail "without privilege: $*"
}

# conforms NAME KIND [SETTING...]: the packets of a kind arrive as they were given.
conforms() {
    capture B v1 "$LAB_DIR/$1.pcap"
    case $2 in
    icmp*) make "$2" | unprivileged send "${@:2}" >"$LAB_DIR/$1" ;;
    *) make "$2" | helper_in A "$1" send "${@:2}" ;;
    esac
    sent_is_captured "$2" "$1"
    echo "   $1: $(grep ^counts "$LAB_DIR/$1" | cut -d' ' -f2-7)"
}

test_conformance() {
    cable
    conforms packet packet interface=v0
    conforms bypass packet interface=v0 bypass=1
    conforms libnet libnet interface=v0
    conforms raw4 raw4
    conforms raw4-bound raw4 interface=v0
    conforms raw6 raw6
    conforms raw6-bound raw6 interface=v0
    conforms icmp4 icmp4 to=192.0.2.2 hops=33 class=16
    conforms icmp6 icmp6 to=2001:db8::2 hops=33 class=16
    conforms packet-adopted packet interface=v0 adopt=1
    conforms raw4-adopted raw4 adopt=1
    conforms raw6-adopted raw6 adopt=1
    conforms icmp4-adopted icmp4 to=192.0.2.2 hops=33 class=16 adopt=1
    conforms icmp6-bound icmp6 to=2001:db8::2 hops=33 class=16 interface=v0
}

# Without privilege the other kinds say so, and leave nothing open.
test_privilege() {
    cable
    for kind in raw4 raw6 packet; do
        make stamp | lab_in A setpriv --bounding-set -all --inh-caps -all "$helper" send $kind interface=v0 2>"$LAB_DIR/privilege" &&
            lab_fail "$kind needs no privilege"
        grep -q CAP_NET_RAW "$LAB_DIR/privilege" || lab_fail "$(cat "$LAB_DIR/privilege")"
    done
    lab_sysctl A net.ipv4.ping_group_range='1 0'
    make icmp4 | lab_in A "$helper" send icmp4 to=192.0.2.2 2>"$LAB_DIR/privilege" && lab_fail 'the range is not looked at'
    grep -q ping_group_range "$LAB_DIR/privilege" || lab_fail "$(cat "$LAB_DIR/privilege")"
}

# What raw(7) says that the kernel fills in, it fills in.
test_filled() {
    cable
    capture B v1 "$LAB_DIR/filled.pcap"
    make unfilled | helper_in A filled send raw4 raw=1
    lab_capture_wait 3
    lab_capture_stop
    python3 "$frames" filled "$LAB_DIR/filled.pcap" || lab_fail 'filled'
}

# Replies to datagram ICMP stay where the caller reads them, or are dropped before they fill the buffer.
test_replies() {
    cable
    lab_sysctl B net.ipv4.icmp_echo_ignore_all=0 net.ipv6.icmp.echo_ignore_all=0
    for to in 192.0.2.2 2001:db8::2; do
        kind=icmp4
        [ $to = 192.0.2.2 ] || kind=icmp6
        make $kind | sed -n 1,4p | helper_in A replies send $kind to=$to replies=4 stamps=2 pause_ns=50000000
        counts replies 'errors 0 .* stamps 4/4 unnumbered 0'
        # The kernel begins to stamp what comes a moment after it was asked to.
        grep -qx 'replies 4 stamped [1-4]' "$LAB_DIR/replies" || lab_fail "$(cat "$LAB_DIR/replies")"
        make $kind | sed -n 1,4p | helper_in A replies send $kind to=$to
        grep -qx 'replies 0 stamped 0' "$LAB_DIR/replies" || lab_fail "$(cat "$LAB_DIR/replies")"
    done
}

# Of two interfaces the one asked for, whatever the routing table says.
test_interface() {
    cable
    lab_host C
    lab_link A w0 C w1
    lab_address A w0 198.51.100.1/24
    neighbour A w0 "$(mac_of C w1)" 192.0.2.2
    lab_ready A C
    capture C w1 "$LAB_DIR/interface.pcap"
    make stamp4 | helper_in A interface send raw4 interface=w0
    lab_capture_wait 1
    lab_capture_stop
    counts interface 'packets 1 '
}

# Every third packet is dropped by netfilter on its way out: exactly these are refused.
test_netfilter() {
    cable
    lab_quiet A nft 'table inet gate { chain out { type filter hook output priority 0; udp dport 50002 drop; }; }' ||
        lab_skip 'no nftables'
    for family in 4 6; do
        capture B v1 "$LAB_DIR/dropped$family.pcap"
        make dropped$family | helper_in A dropped$family send raw$family
        sent_is_captured dropped$family dropped$family
        counts dropped$family 'packets 133 .* refused 67 '
    done
}

# A slow queue of a few packets, a small buffer: everything arrives, once and in order.
test_full() {
    cable
    tc -n "$(lab_ns A)" qdisc add dev v0 root tbf rate 4mbit burst 2000 limit 4000 2>/dev/null || lab_skip 'no tbf'
    for kind in packet raw4; do
        name=many
        [ $kind = packet ] || name=many4
        capture B v1 "$LAB_DIR/full-$kind.pcap"
        make $name | helper_in A full-$kind send $kind interface=v0
        sent_is_captured $name full-$kind
        [ "$(count_of full-$kind queue)" -gt 0 ] || lab_fail "the queue was never full for $kind"
        capture B v1 "$LAB_DIR/small-$kind.pcap"
        make $name | helper_in A small-$kind send $kind interface=v0 buffer=4096
        sent_is_captured $name small-$kind
        [ "$(count_of small-$kind buffer)" -gt 0 ] || lab_fail "the buffer was never full for $kind"
    done
}

# The link goes down, up again, and is deleted, while packets are offered: sent and refused add up, and what was sent arrived.
test_link() {
    local ns sent captured
    cable
    ns=$(lab_ns A)
    capture B v1 "$LAB_DIR/link.pcap"
    make stamp >"$LAB_DIR/one"
    lab_background A sh -c "exec '$helper' send packet interface=v0 pause_ns=200000 repeat=999999 gone=20 <'$LAB_DIR/one' >'$LAB_DIR/link'"
    lab_capture_wait 50
    ip -n "$ns" link set v0 down
    lab_wait_for 'grep -q "refused ENETDOWN" "$LAB_DIR/link"'
    ip -n "$ns" link set v0 up
    lab_wait_for '[ "$(tail -n 1 "$LAB_DIR/link" | cut -c 1-4)" = sent ]'
    captured=$(lab_capture_count)
    lab_capture_wait $((captured + 50))
    ip -n "$ns" link del v0
    wait "$LAB_LAST_PID" || lab_fail 'the sender failed'
    sent=$(count_of link packets)
    captured=$(lab_capture_count)
    echo "   $(grep ^counts "$LAB_DIR/link" | cut -d' ' -f2-7), captured $captured"
    [ "$(grep -c ^sent "$LAB_DIR/link")" = "$sent" ] || lab_fail 'the counts are wrong'
    [ "$(grep -c '^refused \(ENETDOWN\|ENXIO\)' "$LAB_DIR/link")" = "$(count_of link refused)" ] || lab_fail 'another refusal'
    # One may go in the moment between the carrier and the queue that is put back.
    [ "$captured" -le "$sent" ] || lab_fail 'more arrived than were sent'
    [ $((sent - captured - 1)) -le "$(count_of link unlinked)" ] || lab_fail 'sent packets did not arrive'
}

# Without carrier the kernel says that packets were sent, and we say that there was no carrier.
test_carrier() {
    cable
    ip -n "$(lab_ns B)" link set v1 down
    lab_wait_for 'ip -n $(lab_ns A) link show v0 | grep -q "state \(LOWERLAYER\)\?DOWN"'
    make many | helper_in A carrier send packet interface=v0
    counts carrier 'packets 300 .* unlinked 300 '
    make many | helper_in A carrier-bypass send packet interface=v0 bypass=1
    counts carrier-bypass 'packets 0 .* refused 300 '
    [ "$(grep -c 'refused ENETDOWN' "$LAB_DIR/carrier-bypass")" = 300 ] || lab_fail 'without carrier'
}

# An ICMP error of the first packet waits on the socket when the second is sent: both were sent, and the error is reported.
test_pending() {
    cable
    lab_host C
    lab_link B w0 C w1
    lab_address B w0 198.51.100.1/24 2001:db8:1::1/64
    lab_sysctl B net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
    lab_route B unreachable 203.0.113.0/24
    lab_route B unreachable 2001:db8:2::/64
    lab_route A 203.0.113.0/24 via 192.0.2.2
    lab_route A 2001:db8:2::/64 via 2001:db8::2
    # A slow way back with a queue on it: no error comes within the call that sent.
    tc -n "$(lab_ns B)" qdisc add dev v1 root tbf rate 40kbit burst 1540 limit 20000 2>/dev/null || lab_skip 'no tbf'
    lab_ready A B
    for to in 203.0.113.9 2001:db8:2::9; do
        kind=icmp4
        [ $to = 203.0.113.9 ] || kind=icmp6
        head -c 7000 /dev/zero | lab_quiet B socat -u -b 1400 - UDP4-SENDTO:192.0.2.1:9
        make $kind | sed -n 1,4p | helper_in A pending-$kind send $kind to=$to settle_ms=5000
        counts pending-$kind 'packets 4 .* refused 0 .* pending 3 errors 4 '
        [ "$(grep -c '^error origin [23] .* from \(192.0.2.2\|2001:db8::2\)' "$LAB_DIR/pending-$kind")" = 4 ] ||
            lab_fail "$(grep ^error "$LAB_DIR/pending-$kind")"
    done
}

# stamped NAME KIND FRAMES BYTES POINTS [SETTING...]: 10,000 packets, a stamp each, before the other end received it.
stamped() {
    local name=$1 kind=$2 packet=$3 bytes=$4 points=$5 set=0 point
    shift 5
    for point in ${points//,/ }; do
        set=$((set + point))
    done
    : >"$LAB_DIR/$name.received"
    lab_background B sh -c "exec '$helper' receive v1 $bytes ${expected:-10000} >'$LAB_DIR/$name.received'"
    lab_wait_for 'grep -q ready "$LAB_DIR/'"$name"'.received"'
    make "$packet" | helper_in A "$name" stamp "$kind" 10000 "stamps=$set" "$@"
    wait "$LAB_LAST_PID" || lab_fail "$name: not all were received"
    python3 "$frames" stamps "$LAB_DIR/$name" "$LAB_DIR/$name.received" 10000 "$points" "${first:-0}" $some >"$LAB_DIR/verdict" ||
        lab_fail "stamps of $name"
    [ -n "$some" ] || counts "$name" 'unnumbered 0$'
    echo "   $name: $(cat "$LAB_DIR/verdict")"
}

test_stamps() {
    cable
    stamped packet packet stamp 74 2 interface=v0
    stamped both packet stamp 74 1,2 interface=v0
    stamped bypass packet stamp 74 2 interface=v0 bypass=1
    stamped raw4 raw4 stamp4 74 2
    stamped raw6 raw6 stamp6 94 2
    stamped icmp4 icmp4 stamp-icmp4 74 2 to=192.0.2.2
    stamped counted packet stamp 74 2 interface=v0 counted=1
    stamped counted4 raw4 stamp4 74 2 counted=1
    stamped counted-icmp4 icmp4 stamp-icmp4 74 2 to=192.0.2.2 counted=1
    # Numbers go on where 32 bits end.
    first=4294962296
    stamped wrapped packet stamp 74 2 interface=v0 first=$first
    stamped wrapped-counted packet stamp 74 2 interface=v0 first=$first counted=1
    first=0
}

# Packets that are refused in between do not shift the numbers of the others, however the kernel counts.
test_stamps_refused() {
    cable
    # The number is the last four bytes; its last byte decides.
    lab_quiet A nft 'table inet gate { chain out { type filter hook output priority 0; @th,312,8 { 7, 8, 100, 255 } drop; }; }' ||
        lab_skip 'no nftables'
    expected=$((10000 - 2 * 40 - 2 * 39))
    stamped refused raw4 stamp4 74 2
    stamped refused-counted raw4 stamp4 74 2 counted=1
    expected=''
}

# Through a slow queue that is often full, with packets under way all the time.
test_stamps_slow() {
    cable
    # So slow that a busy machine fills it, too: 13,500 packets a second.
    tc -n "$(lab_ns A)" qdisc add dev v0 root tbf rate 8mbit burst 3000 limit 5000 2>/dev/null || lab_skip 'no tbf'
    stamped slow packet stamp 74 2 interface=v0
    stamped slow4 raw4 stamp4 74 2
    some=some
    stamped slow-counted packet stamp 74 2 interface=v0 counted=1
    stamped slow-counted4 raw4 stamp4 74 2 counted=1
    stamped slow-counted-icmp4 icmp4 stamp-icmp4 74 2 counted=1 to=192.0.2.2
    some=''
    [ "$(count_of slow-counted queue)" -gt 0 ] || lab_fail 'the queue was never full'
    # A full buffer leaves no doubt.
    stamped slow-buffer packet stamp 74 2 interface=v0 counted=1 buffer=4096
    [ "$(count_of slow-buffer buffer)" -gt 0 ] || lab_fail 'the buffer was never full'
}

# paced RATE COUNT: all arrive once and in order; how evenly is printed, since that is the machine's affair as well.
paced() {
    : >"$LAB_DIR/paced"
    lab_background B sh -c "exec '$helper' receive v1 74 $2 >'$LAB_DIR/paced'"
    lab_wait_for 'grep -q ready "$LAB_DIR/paced"'
    make stamp | helper_in A pace pace v0 "$1" 1000000000 "$2" 50000
    wait "$LAB_LAST_PID" || lab_fail "$1 a second: not all were received"
    counts pace "packets $2 "
    python3 "$frames" gaps "$LAB_DIR/paced" $((1000000000 / $1)) >"$LAB_DIR/verdict" || lab_fail "$1 a second"
    echo "   $1 a second: $(cat "$LAB_DIR/verdict")"
}

test_pace() {
    cable
    paced 1000 500
    paced 50000 25000
}

lab_start
[ $# -gt 0 ] || set -- conformance privilege filled replies interface netfilter full link carrier pending stamps stamps_refused stamps_slow pace
for test; do
    "test_$test"
    lab_clear
    echo "ok: $test"
done
