#!/bin/bash
# ICMP sockets of both kinds and both families, in the same laboratory: what comes back is the same, whichever kind receives it:
# replies with their stamps, errors of routers and hosts, redirects, extensions, neighbours that fail, and nothing that is foreign.
#
#     icmp_socket.sh HELPER [TEST...]
# shellcheck disable=SC2016,SC2317 # conditions are evaluated anew; the tests are called by name
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lab.sh
. "$here/../lab.sh"
helper=$1
shift

# allow HOST...: everybody may open datagram sockets.
allow() {
    local host
    for host; do
        lab_sysctl "$host" net.ipv4.ping_group_range='0 4294967294'
    done
}

# ping LOG HOST FAMILY KIND SETTING...: datagram sockets without any privilege, raw ones with it.
ping() {
    local log=$1 host=$2 family=$3 kind=$4 drop=''
    shift 4
    [ "$kind" = raw ] || drop='setpriv --bounding-set -all --inh-caps -all'
    # shellcheck disable=SC2086 # words
    lab_in "$host" $drop "$helper" "$family" "$kind" "$@" >"$LAB_DIR/$log" || lab_fail "$family $kind $*"
}

# events LOG: what came, without what the kinds do not share.
events() {
    grep -E '^(message|error|local|refused) ' "$LAB_DIR/$1" | sed 's/ | .*//'
}

# alike NAME FAMILY SETTING...: both kinds bring the same events; they are left in NAME.
alike() {
    local name=$1 family=$2 kind
    shift 2
    for kind in datagram raw; do
        ping "$name-$kind" A "$family" "$kind" "$@"
        events "$name-$kind" >"$LAB_DIR/$name.$kind"
    done
    diff "$LAB_DIR/$name.datagram" "$LAB_DIR/$name.raw" >"$LAB_DIR/$name.diff" ||
        lab_fail "$name: datagram (<) and raw (>) differ: $(cat "$LAB_DIR/$name.diff")"
    mv "$LAB_DIR/$name.raw" "$LAB_DIR/$name"
}

# holds NAME COUNT PATTERN: so many events match.
holds() {
    [ "$(grep -cE "$3" "$LAB_DIR/$1")" = "$2" ] || lab_fail "$1: not $2 times '$3': $(cat "$LAB_DIR/$1")"
}

# count LOG WORD: the number behind a word of the counts.
count() {
    grep '^counts' "$LAB_DIR/$1" | grep -o " $2 [0-9/]*" | cut -d' ' -f3
}

# counts LOG WORD NUMBER...
counts() {
    local log=$1
    shift
    while [ $# -gt 0 ]; do
        [ "$(count "$log" "$1")" = "$2" ] || lab_fail "$log: $1 is not $2: $(grep ^counts "$LAB_DIR/$log")"
        shift 2
    done
}

chain() {
    lab_chain "$1"
    allow A
}

# 100 replies; a stamp each, and none behind the answer.
test_echo() {
    chain 1
    for to in 10.9.1.2 2001:db8:1::2; do
        family=4
        [ $to = 10.9.1.2 ] || family=6
        alike echo $family to=$to count=100 stamps=2 class=16 batch=10 rate_ns=1000000
        holds echo 100 "^message .* from $to .* by eth0 hops 63 class 16 .* id ours .* payload ok len 64 checksum ok$"
        for kind in datagram raw; do
            counts echo-$kind sent 100 messages 100 errors 0 stamps 100/100 unnumbered 0 early 0 missing 0 doubled 0 dropped 0
            # The kernel begins to stamp what comes a moment after it was asked to.
            [ "$(count echo-$kind stamped)" -ge 1 ] || lab_fail 'no receive stamps'
        done
        alike points $family to=$to count=100 stamps=3
        counts points-datagram stamps 200/200
        counts points-raw stamps 200/200
    done
}

# of_family 4|6 VALUE4 VALUE6: prints one of them.
of_family() {
    [ "$1" = 4 ] && echo "$2" || echo "$3"
}

# Errors of routers and hosts. The first comes first: a kernel that has sent errors about others is sparing with it.
test_errors() {
    chain 2
    for family in 4 6; do
        to=$(of_family $family 10.9.2.2 2001:db8:2::2)
        r1=$(of_family $family 10.9.0.2 2001:db8::2)
        r2=$(of_family $family 10.9.1.2 2001:db8:1::2)
        none=$(of_family $family 203.0.113.9 2001:db8:f::9)
        lab_route R1 unreachable "$(of_family $family 203.0.113.0/24 2001:db8:f::/64)"
        alike unreachable $family to="$none" count=2
        holds unreachable 2 "^error $(of_family $family 3/1 1/0) from $r1 .* to $none quoted (8|128)/0 id ours seq [01] payload ok"
        alike expired $family to="$to" count=3 ttl=1
        holds expired 3 "^error $(of_family $family 11/0 3/0) from $r1 .* by eth0 hops 64 .* to $to quoted (8|128)/0 id ours seq [012] payload ok"
        alike expired2 $family to="$to" count=2 ttl=2
        holds expired2 2 "^error $(of_family $family 11/0 3/0) from $r2 .* hops 63 "
    done
}

# Half of the targets answer, half are rejected: nobody is taken for another, no error for a refusal.
test_mixed() {
    chain 2
    ip -n "$(lab_ns B)" address add 10.9.2.3/24 dev eth0
    ip -n "$(lab_ns B)" address add 2001:db8:2::3/64 dev eth0 nodad
    lab_quiet R2 nft "table inet gate { chain f { type filter hook forward priority 0;
        ip daddr 10.9.2.3 reject with icmpx admin-prohibited; ip6 daddr 2001:db8:2::3 reject with icmpx admin-prohibited; }; }" ||
        lab_skip 'no nftables'
    for family in 4 6; do
        to=$(of_family $family 10.9.2.2 2001:db8:2::2)
        alike mixed $family to="$to" to="${to%2}3" count=20 stamps=2
        holds mixed 20 "^message .* from $to "
        holds mixed 20 "^error $(of_family $family 3/13 1/1) .* to ${to%2}3 quoted "
        for kind in datagram raw; do
            counts mixed-$kind sent 40 refused 0 stamps 40/40
        done
    done
}

# A host that is not there: an error of our own kernel.
test_neighbour() {
    lab_lan A B
    allow A
    lab_sysctl A net.ipv4.neigh.eth0.retrans_time_ms=50 net.ipv6.neigh.eth0.retrans_time_ms=50
    for family in 4 6; do
        to=$(of_family $family 192.0.2.77 2001:db8::77)
        alike silent $family to="$to" count=2
        holds silent 2 "^error $(of_family $family 3/1 1/3) from $(of_family $family 192.0.2.1 2001:db8::1) .* to $to quoted .* payload ok"
    done
}

# B sends A on to C: the redirect is an event, and the reply comes all the same. IPv6 redirects never reach datagram sockets.
test_redirect() {
    for family in 4 6; do
        for kind in datagram raw; do
            lab_lan A B C
            allow A
            lab_forward B C
            lab_sysctl B net.ipv4.conf.all.send_redirects=1 net.ipv4.conf.eth0.send_redirects=1
            to=$(of_family $family 203.0.113.9 2001:db8:f::9)
            lab_address C lo 203.0.113.9/32 2001:db8:f::9/128
            lab_route A "$to" via "$(of_family $family 192.0.2.2 2001:db8::2)"
            better=192.0.2.3
            # RFC 4861 4.5: a router is known by its link-local address.
            [ $family = 4 ] || better=$(ip -n "$(lab_ns C)" -6 -o address show dev eth0 scope link | grep -o 'fe80[^/]*')
            lab_route B "$to" via "$better" dev eth0
            ping redirect-$kind A $family $kind to="$to" count=4 linger_ms=200
            events redirect-$kind >"$LAB_DIR/redirect.$kind"
            holds redirect.$kind 4 '^message .* payload ok'
            counts redirect-$kind sent 4 refused 0 messages 4
            lab_clear
        done
        grep -m 1 ^error "$LAB_DIR/redirect.raw" >"$LAB_DIR/first"
        holds first 1 "^error $(of_family $family 5/1 137/0) from .* gateway $better to $to quoted "
        [ $family = 6 ] || diff "$LAB_DIR/redirect.datagram" "$LAB_DIR/redirect.raw" || lab_fail 'redirects differ'
    done
}

# Extension structures behind a quotation reach both kinds, whole.
test_extensions() {
    chain 1
    lab_sysctl B net.ipv4.icmp_echo_ignore_all=1 net.ipv6.icmp.echo_ignore_all=1
    for family in 4 6; do
        to=$(of_family $family 10.9.1.2 2001:db8:1::2)
        : >"$LAB_DIR/extend"
        lab_background B sh -c "exec python3 '$here/icmp_socket_extend.py' $to >'$LAB_DIR/extend'"
        lab_wait_for 'grep -q ready "$LAB_DIR/extend"'
        # The quotation is 128 bytes with its IP header.
        alike extended $family to="$to" count=2 size=100
        holds extended 2 "^error $(of_family $family 11/0 3/0) from $to .* payload ok len $(of_family $family 108 88) extensions 2000[0-9a-f]{4}0008010112345140$"
    done
}

# A reply with a wrong checksum: a raw socket tells of it, the kernel keeps it from datagram sockets.
test_damaged() {
    chain 1
    lab_sysctl B net.ipv4.icmp_echo_ignore_all=1
    : >"$LAB_DIR/damage"
    lab_background B sh -c "exec python3 '$here/icmp_socket_extend.py' 10.9.1.2 damaged >'$LAB_DIR/damage'"
    lab_wait_for 'grep -q ready "$LAB_DIR/damage"'
    ping damaged A 4 raw to=10.9.1.2 count=2
    [ "$(grep -c '^message .* checksum bad' "$LAB_DIR/damaged")" = 2 ] || lab_fail "$(cat "$LAB_DIR/damaged")"
    ping damaged A 4 datagram to=10.9.1.2 count=2 timeout_ms=300
    counts damaged sent 2 messages 0
}

# What others ping wakes nobody, and never counts.
test_foreign() {
    chain 1
    for family in 4 6; do
        to=$(of_family $family 10.9.1.2 2001:db8:1::2)
        for kind in datagram raw; do
            : >"$LAB_DIR/quiet"
            mkfifo "$LAB_DIR/go-$family-$kind"
            lab_background A sh -c "exec '$helper' $family $kind to=$to ready=1 wait=99 timeout_ms=700 <'$LAB_DIR/go-$family-$kind' >'$LAB_DIR/quiet'"
            exec 5>"$LAB_DIR/go-$family-$kind"
            lab_wait_for 'grep -q ready "$LAB_DIR/quiet"'
            for other in raw datagram; do
                ping other A $family $other to="$to" count=20
                counts other messages 20 foreign 0
            done
            echo >&5
            lab_wait_for 'grep -q "counts sent 1" "$LAB_DIR/quiet"'
            exec 5>&-
            counts quiet messages 1 errors 0 foreign 0 pending 0 dropped 0
            [ "$(count quiet wakes)" -le 1 ] || lab_fail "$kind: woken by others"
        done
    done
}

# No route, no permission, no such address: refused by name, and what comes behind is sent.
test_refused() {
    chain 1
    for family in 4 6; do
        none=$(of_family $family 203.0.113.9 2001:db8:f::9)
        to=$(of_family $family 10.9.1.2 2001:db8:1::2)
        lab_route A prohibit "$none"
        alike refused $family to="$none" to="$to" count=3 timeout_ms=300 wait=3
        holds refused 3 '^refused [024] EACCES'
        holds refused 3 "^message .* from $to "
        ip -n "$(lab_ns A)" route del default
        ip -n "$(lab_ns A)" -6 route del default 2>"$LAB_DIR/ignored"
        alike noroute $family to="$(of_family $family 198.51.100.1 2001:db8:e::1)" count=2 timeout_ms=100
        holds noroute 2 '^refused [01] ENETUNREACH'
        lab_default A 10.9.0.2 2001:db8:0::2
    done
    lab_in A "$helper" 4 raw to=10.9.1.2 source=10.9.7.7 2>"$LAB_DIR/said" && lab_fail 'an address that is not here'
    grep -q 'assign requested address' "$LAB_DIR/said" || lab_fail "$(cat "$LAB_DIR/said")"
}

# What the socket is told is seen on the wire: identifier, class, label, options, source, mark.
test_options() {
    chain 1
    ip -n "$(lab_ns A)" address add 10.9.0.9/24 dev eth0
    ip -n "$(lab_ns A)" address add 2001:db8::9/64 dev eth0 nodad
    alike route 4 to=10.9.1.2 options=01072704000000000000000000000000000000000000000000000000000000000000000000000000 count=1
    holds route 1 '^message .* options 07271c0a0900010a0901010a0901020a090102'
    for family in 4 6; do
        to=$(of_family $family 10.9.1.2 2001:db8:1::2)
        for kind in datagram raw; do
            lab_capture_start B eth0 "$LAB_DIR/options.pcap" 'icmp or icmp6'
            ping options A $family $kind to="$to" identifier=4711 class=40 label="$(of_family $family 0 0x12345)" interface=eth0 \
                source="$(of_family $family 10.9.0.9 2001:db8::9)"
            counts options messages 1
            grep -q 'identifier 4711 ' "$LAB_DIR/options" || lab_fail 'another identifier'
            lab_capture_sees 'icmp[icmptype] = icmp-echo or ip6[40] = 128'
            lab_capture_stop
            tcpdump -vnr "$LAB_DIR/options.pcap" >"$LAB_DIR/text" 2>/dev/null
            grep -qE "$(of_family $family 'tos 0x28' 'class 0x28, flowlabel 0x12345')" "$LAB_DIR/text" || lab_fail "$(cat "$LAB_DIR/text")"
            grep -qE "$(of_family $family '10.9.0.9 >' '2001:db8::9 >').*echo request, id 4711" "$LAB_DIR/text" || lab_fail "$(cat "$LAB_DIR/text")"
        done
    done
}

# Kernels before Linux 6.13 number stamps themselves. Where packets fail in between, a stamp has its own number or none.
test_counted() {
    chain 2
    for family in 4 6; do
        to=$(of_family $family 10.9.2.2 2001:db8:2::2)
        for kind in datagram raw; do
            ping counted A $family $kind to="$to" count=300 stamps=2 counted=1
            counts counted messages 300 stamps 300/300 unnumbered 0 early 0 missing 0 doubled 0 "calls" 5
            ping counted A $family $kind to="$to" to="$(of_family $family 10.9.1.2 2001:db8:1::2)" count=20 ttl=2 stamps=2 counted=1
            counts counted sent 40 messages 20 errors 20 refused 0 early 0 doubled 0
            # A stamp is the one of its packet or missing; then the answer is there all the same.
            [ $(($(count counted stamps | cut -d/ -f1) + $(count counted unnumbered))) = 40 ] || lab_fail "$(cat "$LAB_DIR/counted")"
        done
    done
}

# Without asking: datagram where that is allowed, raw where it is not, and where neither is, the way out is told.
test_kinds() {
    chain 1
    for family in 4 6; do
        to=$(of_family $family 10.9.1.2 2001:db8:1::2)
        lab_sysctl A net.ipv4.ping_group_range='0 4294967294'
        ping kinds A $family auto to="$to"
        grep -q '^socket datagram' "$LAB_DIR/kinds" || lab_fail "$(cat "$LAB_DIR/kinds")"
        lab_sysctl A net.ipv4.ping_group_range='1 0'
        lab_in A "$helper" $family auto to="$to" >"$LAB_DIR/kinds" || lab_fail 'no raw socket'
        grep -q '^socket raw' "$LAB_DIR/kinds" || lab_fail "$(cat "$LAB_DIR/kinds")"
        counts kinds messages 1
        lab_in A "$helper" $family auto interface=nosuch to="$to" 2>"$LAB_DIR/said" && lab_fail 'out of no interface'
        grep -q nosuch "$LAB_DIR/said" || lab_fail "the raw socket's error is not told: $(cat "$LAB_DIR/said")"
        lab_in A setpriv --bounding-set -all --inh-caps -all "$helper" $family auto to="$to" 2>"$LAB_DIR/said" && lab_fail 'no privilege needed'
        grep -q ping_group_range "$LAB_DIR/said" || lab_fail "$(cat "$LAB_DIR/said")"
    done
}

# Link-local addresses, groups and broadcast, through the interface that is asked for.
test_links() {
    lab_lan A B C
    allow A
    lab_sysctl B net.ipv4.icmp_echo_ignore_broadcasts=0
    lab_sysctl C net.ipv4.icmp_echo_ignore_broadcasts=0
    local_b=$(ip -n "$(lab_ns B)" -6 -o address show dev eth0 scope link | grep -o 'fe80[^/]*')
    alike zone 6 to="$local_b%eth0" count=2
    holds zone 2 "^message .* from $local_b to fe80.* by eth0 "
    alike bound 6 to="$local_b" interface=eth0 count=1
    holds bound 1 "^message .* from $local_b "
    alike group6 6 to=ff02::1 interface=eth0 count=1 wait=3
    holds group6 3 '^message .* from fe80.* by eth0 '
    for to in 224.0.0.1 192.0.2.255; do
        alike group 4 to=$to interface=eth0 broadcast=1 count=1 wait=2
        holds group 1 '^message .* from 192.0.2.2 '
        holds group 1 '^message .* from 192.0.2.3 '
    done
    alike unallowed 4 to=192.0.2.255 count=1 timeout_ms=100
    holds unallowed 1 '^refused 0 EACCES'
}

# A slow queue of a few packets: what is not taken is offered again, and everything is answered once.
test_full() {
    chain 1
    tc -n "$(lab_ns A)" qdisc add dev eth0 root tbf rate 4mbit burst 2000 limit 4000 2>/dev/null || lab_skip 'no tbf'
    for family in 4 6; do
        to=$(of_family $family 10.9.1.2 2001:db8:1::2)
        for kind in datagram raw; do
            # What the kernel dropped in silence has no stamp (see icmp_socket.h).
            if [ $family$kind = 6datagram ]; then
                ping full A $family $kind to="$to" count=400 stamps=2 timeout_ms=500
                counts full stamps "$(count full messages)/400"
                continue
            fi
            ping full A $family $kind to="$to" count=400 stamps=2
            counts full sent 400 refused 0 messages 400 stamps 400/400 doubled 0
            [ "$(count full waits)" -gt 0 ] || lab_fail 'the queue was never full'
        done
    done
}

# What is longer than what is kept is said to be; what no buffer held is counted.
test_losses() {
    chain 1
    for family in 4 6; do
        to=$(of_family $family 10.9.1.2 2001:db8:1::2)
        for kind in datagram raw; do
            ping cut A $family $kind to="$to" size=200 keep=64
            events cut >"$LAB_DIR/cut.events"
            holds cut.events 1 '^message .* truncated .* payload ok '
            ping lost A $family $kind to="$to" count=64 size=1000 buffer=4096 timeout_ms=300
            [ "$(count lost messages)" -lt 64 ] || lab_fail 'a small buffer held all'
            counts lost dropped $((64 - $(count lost messages)))
        done
    done
}

# Every address of a /16 by one socket, each echo with its stamp; how long it took is printed.
test_sweep() {
    lab_host A B
    allow A
    lab_link A v0 B v1
    lab_address A v0 10.0.0.1/30
    ip -n "$(lab_ns B)" address add 10.0.0.2/30 dev v1
    lab_route A 10.8.0.0/16 via 10.0.0.2
    lab_route B local 10.8.0.0/16 dev lo
    lab_ready A B
    for kind in datagram raw; do
        for stamps in 0 2; do
            ping sweep A 4 $kind to=10.8.0.1 sweep=65534 stamps=$stamps
            counts sweep sent 65534 messages 65534 errors 0 dropped 0 unnumbered 0 doubled 0 \
                stamps $((stamps * 32767))/$((stamps * 32767))
            echo "   $kind, stamps $stamps: $(grep -o 'seconds.*' "$LAB_DIR/sweep"), $(grep -o 'calls [0-9 ]*' "$LAB_DIR/sweep")"
        done
    done
}

# A link with a smaller MTU behind the router, and one of our own.
test_too_big() {
    chain 1
    ip -n "$(lab_ns R1)" link set eth1 mtu 1300
    ip -n "$(lab_ns B)" link set eth0 mtu 1300
    for family in 4 6; do
        to=10.9.1.2 code=3/4
        [ $family = 4 ] || to=2001:db8:1::2 code=2/0
        alike big $family to=$to count=1 size=1400 pmtu=4
        holds big 1 "^error $code .* mtu 1300 .* to $to quoted "
        alike longer $family to=$to count=1 size=1600 pmtu=4 timeout_ms=300
        holds longer 1 '^refused 0 EMSGSIZE'
        holds longer 1 "^local 0/0 .* mtu 1500 .* to $to len 0 .* errno 90"
        alike fragments $family to=$to count=2 size=4000
        holds fragments 2 '^message .* payload ok len 4008'
    done
}

lab_start
[ $# -gt 0 ] || set -- echo errors mixed too_big neighbour redirect extensions damaged foreign refused options counted kinds links full losses sweep
for test; do
    "test_$test"
    lab_clear
    echo "ok: $test"
done
